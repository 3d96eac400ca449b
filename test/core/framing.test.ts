// Where a message ends, and whether the connection goes on: the eight rules of RFC 9112 6.3 in their order, and 9.3. The functions
// judge facts; the facts come from heads that the tokeniser has read.

import { describe, expect, test } from '@jest/globals';
import { InvalidMessage, UnknownTransferEncoding } from '../../src/core/errors.js';
import { keepsAlive, messageFraming, requestFraming, type Framing } from '../../src/core/framing.js';
import { RequestHead, ResponseHead } from '../../src/core/head.js';
import { QUIRK_TE_WITH_LENGTH } from '../../src/core/lenient.js';
import { HEAD, KIND_REQUEST, KIND_RESPONSE } from '../../src/wasm/layout.generated.js';
import type { Tokeniser } from '../../src/wasm/tokeniser.js';
import { makeTokeniser, simd, subjects } from '../support/engines.js';

function taken(tokeniser: Tokeniser, kind: number, text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  tokeniser.bytes.set(bytes, HEAD);
  const size = tokeniser.parseHead(kind, HEAD, HEAD + bytes.length, 0, 1000, 262144);
  if (size !== bytes.length) throw new Error(`not a head: ${JSON.stringify(text)} (${size})`);
  return size;
}

const length = (value: number): Framing => ({ kind: 'length', length: value });
const NONE: Framing = { kind: 'none', length: null };
const CHUNKED: Framing = { kind: 'chunked', length: null };
const CLOSE: Framing = { kind: 'close', length: null };

type Outcome = Framing | readonly [type: unknown, rule: string];
type Row = readonly [
  rule: number,
  status: string,
  fields: readonly string[],
  outcome: Outcome,
  keepAlive: boolean | null,
  more?: { method?: string; lenient?: boolean; version?: string },
];

const TE = 'Transfer-Encoding: chunked';
const CL = 'Content-Length: 5';
const BAD_LENGTH = [InvalidMessage, 'content-length'] as const;
const BAD_CODING = [InvalidMessage, 'transfer-encoding'] as const;
const UNKNOWN_CODING = [UnknownTransferEncoding, 'transfer-encoding'] as const;
const BOTH = [InvalidMessage, 'transfer-encoding-and-length'] as const;

const rows: readonly Row[] = [
  // 1. HEAD, 1xx, 204, 304: nothing, however wrong the fields are.
  [1, '200', [CL], NONE, true, { method: 'HEAD' }],
  [1, '200', [TE], NONE, true, { method: 'HEAD' }],
  [1, '200', ['Transfer-Encoding: x', 'Content-Length: -1'], NONE, true, { method: 'HEAD' }],
  [1, '200', [], NONE, true, { method: 'HEAD' }],
  [1, '200', ['Connection: close'], NONE, false, { method: 'HEAD' }],
  [1, '100', [], NONE, true],
  [1, '101', [CL], NONE, true],
  [1, '199', [TE], NONE, true],
  [1, '204', [CL], NONE, true],
  [1, '204', [TE, 'Content-Length: x'], NONE, true],
  [1, '304', [CL, 'Content-Length: 6'], NONE, true],
  [1, '304', ['Transfer-Encoding: gzip'], NONE, true],
  // Method names know upper and lower case.
  [8, '200', [], CLOSE, false, { method: 'head' }],
  // 2. A 2xx to CONNECT.
  [2, '200', [CL], NONE, true, { method: 'CONNECT' }],
  [2, '299', [TE], NONE, true, { method: 'CONNECT' }],
  [6, '300', [CL], length(5), true, { method: 'CONNECT' }],
  [6, '407', [CL], length(5), true, { method: 'CONNECT' }],
  // 3. Both framings.
  [3, '200', [TE, CL], BOTH, null],
  [3, '200', [CL, TE], BOTH, null],
  [3, '200', [TE, 'Content-Length: x'], BOTH, null],
  [3, '200', [TE, CL, 'Content-Length: 6'], BOTH, null],
  [3, '200', [TE, CL], CHUNKED, false, { lenient: true }],
  [3, '200', [TE, 'Content-Length: x'], CHUNKED, false, { lenient: true }],
  // 4. Transfer-Encoding.
  [4, '200', [TE], CHUNKED, true],
  [4, '200', ['Transfer-Encoding: Chunked'], CHUNKED, true],
  [4, '200', ['transfer-encoding: \t chunked \t'], CHUNKED, true],
  [4, '205', [TE], CHUNKED, true],
  [4, '200', [TE, TE], CHUNKED, false],
  [4, '200', [TE], CHUNKED, false, { version: '1.0' }],
  [4, '200', [TE, 'Connection: keep-alive'], CHUNKED, false, { version: '1.0' }],
  [4, '200', ['Transfer-Encoding: gzip'], UNKNOWN_CODING, null],
  [4, '200', ['Transfer-Encoding: gzip, chunked'], UNKNOWN_CODING, null],
  [4, '200', ['Transfer-Encoding: xchunked'], UNKNOWN_CODING, null],
  [4, '200', ['Transfer-Encoding: chunked;q=1'], UNKNOWN_CODING, null],
  [4, '200', ['Transfer-Encoding: chunked, chunked'], BAD_CODING, null],
  [4, '200', ['Transfer-Encoding: identity, chunked'], BAD_CODING, null],
  [4, '200', ['Transfer-Encoding:'], BAD_CODING, null],
  [4, '200', ['Transfer-Encoding: \x0bchunked'.replace('\x0b', ',')], BAD_CODING, null],
  [4, '200', [TE, 'Transfer-Encoding: identity'], BAD_CODING, null],
  [4, '200', ['Transfer-Encoding: gzip', CL], UNKNOWN_CODING, null],
  [8, '200', ['Transfer-Encoding: identity'], CLOSE, false],
  [6, '200', ['Transfer-Encoding: identity', CL], length(5), true],
  // 5. A Content-Length that is none.
  [5, '200', ['Content-Length: x'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: -1'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: +1'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: 1_0'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: 0x1'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: 1 0'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: 1.0'], BAD_LENGTH, null],
  [5, '200', ['Content-Length:'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: 9007199254740992'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: 5, 6'], BAD_LENGTH, null],
  [5, '200', [CL, 'Content-Length: 6'], BAD_LENGTH, null],
  [5, '200', [CL, 'Content-Length: x'], BAD_LENGTH, null],
  [5, '200', ['Content-Length: \xb2'], BAD_LENGTH, null],
  // 6. A Content-Length.
  [6, '200', [CL], length(5), true],
  [6, '205', ['Content-Length: 0'], length(0), true],
  [6, '200', ['content-length:\t5 '], length(5), true],
  [6, '200', ['Content-Length: 9007199254740991'], length(9007199254740991), true],
  [6, '200', ['Content-Length: 00000000000000000000005'], length(5), true],
  [6, '200', [CL, CL], length(5), true],
  [6, '200', ['Content-Length: 5, 5'], length(5), true],
  [6, '200', ['Content-Length: 5', 'content-length: 05'], length(5), true],
  [6, '999', [CL], length(5), true],
  [6, '200', [CL, 'Connection: close'], length(5), false],
  [6, '200', [CL, 'Connection: foo, Close'], length(5), false],
  [6, '200', [CL, 'Connection: closed'], length(5), true],
  [6, '200', [CL], length(5), false, { version: '1.0' }],
  [6, '200', [CL, 'Connection: keep-alive'], length(5), true, { version: '1.0' }],
  [6, '200', [CL, 'Connection: keep-alive, close'], length(5), false, { version: '1.0' }],
  [6, '200', [CL], length(5), true, { version: '1.9' }],
  // 8. To the close.
  [8, '200', [], CLOSE, false],
  [8, '200', ['Connection: keep-alive'], CLOSE, false],
  [8, '500', ['Trailer: x'], CLOSE, false],
];

function judged(act: () => Framing): Outcome {
  try {
    return act();
  } catch (error) {
    const { constructor, rule } = error as { constructor: unknown; rule: string };
    return [constructor, rule];
  }
}

describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
  const tokeniser = makeTokeniser(subject);

  test.each(rows)(
    'rule %i: %s %j',
    (...[, status, fields, outcome, keepAlive, { method = 'GET', lenient = false, version = '1.1' } = {}]) => {
      const text = `HTTP/${version} ${status} X\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
      const head = new ResponseHead(tokeniser, HEAD, taken(tokeniser, KIND_RESPONSE, text));
      expect(judged(() => messageFraming(head, method, lenient ? QUIRK_TE_WITH_LENGTH : 0))).toEqual(outcome);
      if (!Array.isArray(outcome)) expect(keepsAlive(head, outcome as Framing)).toBe(keepAlive);
      else expect(keepAlive).toBeNull();
    },
  );

  // 7. Requests: without framing there is no body, and a response's exceptions do not count.
  test.each<[fields: readonly string[], outcome: Outcome]>([
    [[], NONE],
    [[CL], length(5)],
    [[TE], CHUNKED],
    [[TE, CL], BOTH],
    [['Content-Length: x'], BAD_LENGTH],
    [['Transfer-Encoding: gzip'], UNKNOWN_CODING],
  ])('rule 7, a request: %j', (fields, outcome) => {
    for (const method of ['GET', 'HEAD', 'CONNECT', 'POST']) {
      const text = `${method} / HTTP/1.1\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
      const head = new RequestHead(tokeniser, HEAD, taken(tokeniser, KIND_REQUEST, text));
      expect([head.method, head.target, head.version]).toEqual([method, '/', 11]);
      const refused = method === 'CONNECT' && (outcome === CHUNKED || fields[0] === CL);
      const expected = refused && !Array.isArray(outcome) ? [InvalidMessage, 'connect-content'] : outcome;
      expect(judged(() => requestFraming(head, 0))).toEqual(expected);
      if (!Array.isArray(expected)) expect(keepsAlive(head, outcome as Framing)).toBe(true);
    }
  });

  test('a CONNECT may say that it has no content', () => {
    const head = new RequestHead(tokeniser, HEAD, taken(tokeniser, KIND_REQUEST, 'CONNECT a:1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n'));
    expect(requestFraming(head, 0)).toEqual(length(0));
  });
});

test('hosts are counted in requests', () => {
  const tokeniser = makeTokeniser(simd);
  for (const count of [0, 1, 2, 3]) {
    const text = `GET / HTTP/1.1\r\n${'Host: h\r\n'.repeat(count)}\r\n`;
    expect(new RequestHead(tokeniser, HEAD, taken(tokeniser, KIND_REQUEST, text)).hostCount).toBe(count);
  }
});
