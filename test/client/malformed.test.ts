// Malformed responses through the whole client: the class of the error, its rule, offset, partial and quirk; each quirk refused by
// default and accepted with it; and the limits, each with its name and value. The connection is destroyed and the next request works.
// What exactly the grammar is belongs to test/vectors; how a message is cut short to truncation.test.ts.

import { describe, expect, jest, test } from '@jest/globals';
import {
  BadStatusLine,
  HTTPConnection,
  InvalidMessage,
  LimitExceeded,
  LineTooLong,
  UnknownProtocol,
  UnknownTransferEncoding,
  type ConnectionOptions,
  type HTTPResponse,
  type Lenient,
} from '../../src/index.js';
import { again, chunked, connectionTo, expectUsable, get, rejection, serveEach, sized, soon, type Peer, peerOf } from './harness.js';
import { thrown } from '../support/thrown.js';

jest.setTimeout(20_000);

interface Outcome {
  readonly response: HTTPResponse | null;
  readonly body: string | null;
  readonly error: any;
}

const SPLITS: readonly ((raw: string) => string[])[] = [
  (raw) => [raw],
  (raw) => [...raw],
  (raw) => [raw.slice(0, raw.length >> 1), raw.slice(raw.length >> 1)],
];

/** What comes of `raw`, split in every one of the ways; the connection has to be usable afterwards. */
async function outcomesOf(raw: string, options: ConnectionOptions & { method?: string; close?: boolean } = {}): Promise<Outcome[]> {
  const { method = 'GET', close = false, ...connectionOptions } = options;
  const outcomes: Outcome[] = [];
  for (const split of raw.length > 3000 ? SPLITS.slice(0, 1).concat(SPLITS.slice(2)) : SPLITS) {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write(...split(raw));
      if (close) peer.end();
    }, again);
    const connection = connectionTo(at, { timeout: 3000, ...connectionOptions });
    let response: HTTPResponse | null = null;
    let body: string | null = null;
    let error: any = null;
    try {
      await connection.request(method, '/');
      response = await soon(connection.getresponse(), 'getresponse()');
      body = (await soon(response.read(), 'read()')).toString('latin1');
    } catch (caught) {
      error = caught;
    }
    outcomes.push({ response, body, error });
    if (error !== null) {
      expect(connection.sock === null).toBe(true);
      await soon(peerOf(at).closed, 'the end of the socket');
      await expectUsable(connection);
    }
  }
  return outcomes;
}

describe('a malformed head', () => {
  type Row = readonly [raw: string, type: unknown, facts: Record<string, unknown>];
  const rows: readonly Row[] = [
    ['SSH-2.0-OpenSSH\r\n', BadStatusLine, { line: expect.stringMatching(/^SS/), code: 'HTTP_BAD_STATUS_LINE' }],
    ['\x15\x03\x03\x00\x02\x02\x28\r\n', BadStatusLine, {}],
    ['HTTP/1.1 2000 OK\r\n\r\n', BadStatusLine, {}],
    ['HTTP/1.1 099 OK\r\n\r\n', BadStatusLine, {}],
    ['HTTP/1.1  200 OK\r\n\r\n', BadStatusLine, {}],
    ['HTTP/1.1 200OK\r\n\r\n', BadStatusLine, {}],
    ['HTTP/1.1\t200 OK\r\n\r\n', BadStatusLine, {}],
    ['http/1.1 200 OK\r\n\r\n', BadStatusLine, {}],
    ['HTTP/2.0 200 OK\r\n\r\n', UnknownProtocol, { version: expect.stringMatching(/^HTTP\/2/), code: 'HTTP_UNKNOWN_PROTOCOL' }],
    ['HTTP/0.9 200 OK\r\n\r\n', UnknownProtocol, { version: expect.stringMatching(/^HTTP\/0/) }],
    ['HTTP/1.10 200 OK\r\n\r\n', UnknownProtocol, {}],
    ['HTTP/1.1 200 OK\r\n A: b\r\n\r\n', InvalidMessage, { rule: 'blank-first', offset: 17, quirk: null }],
    ['HTTP/1.1 200 OK\r\nA B: c\r\n\r\n', InvalidMessage, { rule: 'field-name', offset: 18, quirk: 'invalidFields' }],
    ['HTTP/1.1 200 OK\r\nnothing\r\n\r\n', InvalidMessage, { rule: 'field-colon', quirk: 'invalidFields' }],
    ['HTTP/1.1 200 OK\r\n: x\r\n\r\n', InvalidMessage, { rule: 'field-name' }],
    ['HTTP/1.1 200 OK\r\nA : b\r\n\r\n', InvalidMessage, { rule: 'blank-before-colon', offset: 18, quirk: 'spaceBeforeColon' }],
    ['HTTP/1.1 200 OK\r\nA: b\x01c\r\n\r\n', InvalidMessage, { rule: 'control-character', offset: 21, quirk: 'controlCharacters' }],
    ['HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n', InvalidMessage, { rule: 'nul', offset: 21, quirk: null }],
    ['HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n', InvalidMessage, { rule: 'bare-cr', offset: 21, quirk: null }],
    ['HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n', InvalidMessage, { rule: 'content-length', offset: 17, quirk: null }],
    ['HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: x\r\n\r\n', InvalidMessage, { rule: 'content-length', offset: 23 }],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', InvalidMessage, { rule: 'content-length' }],
    ['HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\n', InvalidMessage, { rule: 'content-length' }],
    ['HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n', InvalidMessage, { rule: 'content-length' }],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
      UnknownTransferEncoding,
      { rule: 'transfer-encoding', offset: 17, code: 'HTTP_UNKNOWN_TRANSFER_ENCODING' },
    ],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n', UnknownTransferEncoding, { rule: 'transfer-encoding' }],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n', InvalidMessage, { rule: 'transfer-encoding' }],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n', InvalidMessage, { rule: 'transfer-encoding' }],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n',
      InvalidMessage,
      { rule: 'transfer-encoding-and-length', quirk: 'transferEncodingWithLength' },
    ],
    // The offset counts from the start of the message, with the empty lines in front, and anew behind an interim response.
    ['\r\n\r\nHTTP/1.1 200 OK\r\nA: b\0\r\n\r\n', InvalidMessage, { rule: 'nul', offset: 25 }],
    ['HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nA: b\0\r\n\r\n', InvalidMessage, { rule: 'nul', offset: 21 }],
  ];
  test.each(rows)('%j', async (raw, type, facts) => {
    for (const { response, error } of await outcomesOf(raw)) {
      expect(response).toBeNull();
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ ...facts, phase: 'headers', reusedSocket: false, host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
      expect(error.bytesRead).toBeGreaterThan(0);
      if (error instanceof InvalidMessage) {
        expect([error.code, error.partial.length]).toEqual(['HTTP_INVALID_MESSAGE', 0]);
        expect(error.message).toContain(error.rule);
        expect(error.message).toContain(`byte ${error.offset}`);
        expect(error.message.includes('lenient')).toBe(error.quirk !== null);
        if (error.quirk !== null) expect(error.message).toContain(error.quirk);
      }
    }
  });
});

describe('malformed chunk framing', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  type Row = readonly [body: string, rule: string, at: number, partial: string, quirk?: string];
  const rows: readonly Row[] = [
    ['x\r\n', 'chunk-size', 0, ''],
    ['\r\n', 'chunk-size', 0, ''],
    ['-1\r\n', 'chunk-size', 0, ''],
    ['0x1\r\n', 'chunk-size', 1, ''],
    [' 1\r\n', 'chunk-size', 0, ''],
    ['12345678901234567\r\n', 'chunk-size', 16, ''],
    ['fffffffffffffff\r\n', 'chunk-size', 15, ''],
    ['3\r\nabc\r\n1x\r\n', 'chunk-size', 9, 'abc'],
    ['3\r\nabcd\r\n', 'chunk-end', 6, 'abc'],
    ['3\r\nabc\rd', 'chunk-end', 7, 'abc'],
    ['3\nabc', 'chunk-line-end', 1, '', 'lfInChunks'],
    ['3\r\nabc\n0\r\n\r\n', 'chunk-line-end', 6, 'abc', 'lfInChunks'],
    ['3;a\0\r\n', 'chunk-extension', 3, ''],
    ['3;a="b\r\n', 'chunk-extension', 6, ''],
    ['3\r\nabc\r\n0\r\nA B: c\r\n\r\n', 'field-name', 12, 'abc'],
    ['3\r\nabc\r\n0\r\nA: b\n\r\n', 'bare-lf', 15, 'abc'],
    ['3\r\nabc\r\n0\r\nA: b\r\n c\r\n\r\n', 'obs-fold', 17, 'abc'],
    ['3\r\nabc\r\n0\r\nA: \0\r\n\r\n', 'nul', 14, 'abc'],
    ['3\r\nabc\r\n0\r\n A: b\r\n\r\n', 'obs-fold', 11, 'abc'],
  ];
  test.each(rows)('%j: rule %s', async (...[body, rule, at, partial, quirk]) => {
    for (const { response, error } of await outcomesOf(HEAD + body)) {
      expect(response?.status).toBe(200);
      expect(error).toBeInstanceOf(InvalidMessage);
      expect([error.rule, error.offset - HEAD.length, String(error.partial), error.phase]).toEqual([rule, at, partial, 'body']);
      if (quirk !== undefined) expect(error.quirk).toBe(quirk);
    }
  });

  test('read(n) first returns what came before the fault', async () => {
    const at = await serveEach((peer) => peer.answer(`${HEAD}3\r\nabc\r\nx`), again);
    const connection = connectionTo(at);
    const response = await get(connection);
    expect(String(await response.read(2))).toBe('ab');
    expect(String(await response.read(2))).toBe('c');
    expect(await rejection(response.read(2))).toBeInstanceOf(InvalidMessage);
    expect(await rejection(response.read())).toBeInstanceOf(InvalidMessage);
    await expectUsable(connection);
  });
});

describe('lenient', () => {
  type Row = readonly [
    quirk: string,
    raw: string,
    accepted: { status?: number; version?: number; body?: string; fields?: [string, string][] },
    options?: { close?: boolean },
  ];
  const rows: readonly Row[] = [
    [
      'invalidFields',
      'HTTP/1.1 200 OK\r\nno colon\r\nA B: c\r\nContent-Length: 1\r\n\r\nx',
      { body: 'x', fields: [['Content-Length', '1']] },
    ],
    [
      'spaceBeforeColon',
      'HTTP/1.1 200 OK\r\nA : b\r\nContent-Length \t: 1\r\n\r\nx',
      {
        body: 'x',
        fields: [
          ['A', 'b'],
          ['Content-Length', '1'],
        ],
      },
    ],
    [
      'controlCharacters',
      'HTTP/1.1 200 O\x07K\r\nA: b\x01\x1f\x7f\r\nContent-Length: 1\r\n\r\nx',
      {
        body: 'x',
        fields: [
          ['A', 'b\x01\x1f\x7f'],
          ['Content-Length', '1'],
        ],
      },
    ],
    ['lfInChunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n2\r\nde\n0\n\n', { body: 'abcde' }],
    ['closeAfterLastChunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n', { body: 'abc' }, { close: true }],
    ['spacesInStatusLine', 'HTTP/1.1  200 OK\r\nContent-Length: 1\r\n\r\nx', { body: 'x' }],
    ['icy', 'ICY 200 OK\r\nContent-Length: 1\r\n\r\nx', { body: 'x', version: 10 }],
    [
      'transferEncodingWithLength',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      { body: 'abc' },
    ],
  ];
  const names = rows.map(([quirk]) => quirk);

  test.each(rows)('%s: refused by default and with every other quirk, accepted with it', async (...[quirk, raw, accepted, options]) => {
    const others = Object.fromEntries(names.map((name) => [name, name !== quirk]));
    for (const lenient of [undefined, false, {}, { [quirk]: false }, { [quirk]: undefined }, others] as Lenient[]) {
      for (const { error } of (await outcomesOf(raw, { ...options, lenient })).slice(0, 2)) {
        expect(error).not.toBeNull();
        if (error instanceof InvalidMessage) expect(error.quirk).toBe(quirk);
      }
    }
    for (const lenient of [true, { [quirk]: true }] as Lenient[]) {
      for (const { response, body, error } of await outcomesOf(raw, { ...options, lenient })) {
        expect(error).toBeNull();
        expect([response?.status, response?.version, body]).toEqual([200, accepted.version ?? 11, accepted.body]);
        if (accepted.fields !== undefined) expect(response?.getheaders()).toEqual(accepted.fields);
      }
    }
  });

  // Every refusal that a quirk would lift says so, whatever its class.
  test.each(rows)('%s: the error says which quirk would accept it', async (...[quirk, raw, , options]) => {
    for (const { error } of await outcomesOf(raw, options)) expect(`${error.message} ${error.quirk ?? ''}`).toContain(quirk);
  });

  test.each([
    ['NUL in a value', 'HTTP/1.1 200 OK\r\nA: \0\r\n\r\n'],
    ['a bare CR', 'HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n'],
    ['a bare CR behind the status line', 'HTTP/1.1 200 OK\rA: b\r\n\r\n'],
    ['different Content-Lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a Content-Length with junk in its name', 'HTTP/1.1 200 OK\r\nContent-Length\0: 1\r\n\r\na'],
    ['a Content-Length behind a blank line’s place', 'HTTP/1.1 200 OK\r\n\x01Content-Length: 1\r\n\r\na'],
    ['a Transfer-Encoding with junk in its name', 'HTTP/1.1 200 OK\r\nTransfer\x01-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n'],
    ['a wrong chunk size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n'],
  ])('%s is refused even with lenient: true', async (_, raw) => {
    for (const { error, body } of await outcomesOf(raw, { lenient: true })) expect([error === null, body]).toEqual([false, null]);
  });

  test('transferEncodingWithLength closes the connection afterwards', async () => {
    const raw = (rows.at(-1) as Row)[1];
    const at = await serveEach((peer) => peer.answer(raw), again);
    const connection = connectionTo(at, { lenient: { transferEncodingWithLength: true } });
    const response = await get(connection);
    expect([response.chunked, response.will_close, String(await response.read())]).toEqual([true, true, 'abc']);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test.each(['strict', 'InvalidFields', ''])('no quirk is called %j', (name) => {
    const error = thrown(() => new HTTPConnection('h', { lenient: { [name]: true } as Lenient }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('invalidFields');
  });
});

describe('limits', () => {
  const fields = (count: number): string => Array.from({ length: count }, (_, n) => `A${n}: b\r\n`).join('');
  const head = (section: string): string => `HTTP/1.1 200 OK\r\n${section}Content-Length: 1\r\n\r\nx`;

  test.each<[name: string, ok: string, bad: string, options: ConnectionOptions, limit: string, value: number]>([
    ['maxHeaders by default', head(fields(999)), head(fields(1000)), {}, 'maxHeaders', 1000],
    ['maxHeaders lowered', head(fields(9)), head(fields(10)), { maxHeaders: 10 }, 'maxHeaders', 10],
    ['maxHeaders raised', head(fields(4999)), head(fields(5000)), { maxHeaders: 5000 }, 'maxHeaders', 5000],
    ['maxHeaders: a fold is no field', head('A: b\r\n c\r\n d\r\n'), head('A: b\r\n c\r\nB: d\r\n'), { maxHeaders: 2 }, 'maxHeaders', 2],
    [
      'maxHeaderSize',
      head(`A: ${'b'.repeat(500 - 43)}\r\n`),
      head(`A: ${'b'.repeat(501 - 43)}\r\n`),
      { maxHeaderSize: 500 },
      'maxHeaderSize',
      500,
    ],
    ['trailerFields', chunked([], fields(100)), chunked([], fields(101)), {}, 'trailerFields', 100],
    ['trailerSize', chunked([], `A: ${'b'.repeat(16000)}\r\n`), chunked([], `A: ${'b'.repeat(17000)}\r\n`), {}, 'trailerSize', 16384],
  ])('%s', async (_, ok, bad, options, limit, value) => {
    for (const { error } of await outcomesOf(ok, options)) expect(error).toBeNull();
    for (const { error } of await outcomesOf(bad, options)) {
      expect(error).toBeInstanceOf(LimitExceeded);
      expect(error).toMatchObject({ code: 'HTTP_LIMIT_EXCEEDED', limit, value });
      expect(error.message).toContain(String(value));
      if (/^maxHeaders$|Fields$/.test(limit)) expect(error.message).toContain(`got more than ${value} headers`);
    }
  });

  test('maxHeaderSize: exactly as many bytes are read', async () => {
    const raw = sized('x', 'HTTP/1.1 200 OK', 'A: b');
    const size = raw.length - 1;
    for (const { error } of await outcomesOf(raw, { maxHeaderSize: size })) expect(error).toBeNull();
    for (const { error } of await outcomesOf(raw, { maxHeaderSize: size - 1 }))
      expect(error).toMatchObject({ limit: 'maxHeaderSize', value: size - 1 });
  });

  test.each<[name: string, raw: string]>([
    ['a status line', `HTTP/1.1 200 ${'O'.repeat(65536)}\r\n\r\n`],
    ['a field line', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(65536)}\r\n\r\n`],
    ['a trailer line, before its section', chunked([], `A: ${'b'.repeat(70000)}\r\n`)],
  ])('%s of more than 65536 bytes', async (name, raw) => {
    for (const { error } of await outcomesOf(raw)) {
      if (name.includes('trailer')) expect(error.name).toMatch(/^(LineTooLong|LimitExceeded)$/);
      else {
        expect(error).toBeInstanceOf(LineTooLong);
        expect(error.message).toBe(`got more than 65536 bytes when reading ${name.includes('status') ? 'status line' : 'header line'}`);
      }
    }
  });

  test('which limit it is does not depend on the split (trailers)', async () => {
    const names = (await outcomesOf(chunked([], `A: ${'b'.repeat(70000)}\r\n`))).map(({ error }) => `${error.name} ${error.limit}`);
    expect(new Set(names).size).toBe(1);
  });

  test.each<[name: string, raw: (size: number) => string, close: boolean]>([
    ['sized', (size) => sized('x'.repeat(size)), false],
    ['chunked', (size) => chunked(['x'.repeat(size - 1), 'x']), false],
    ['close-delimited', (size) => `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(size)}`, true],
  ])('maxBodySize, %s: as many bytes, not one more; what came is the partial', async (_, raw, close) => {
    for (const { error, body } of await outcomesOf(raw(10), { maxBodySize: 10, close }))
      expect([error, body]).toEqual([null, 'x'.repeat(10)]);
    for (const { error } of await outcomesOf(raw(11), { maxBodySize: 10, close })) {
      expect(error).toBeInstanceOf(LimitExceeded);
      expect(error).toMatchObject({ limit: 'maxBodySize', value: 10, phase: 'body' });
      expect(String(error.partial)).toBe('x'.repeat(10));
    }
  });

  test('maxBodySize: 0 reads only what has no body', async () => {
    for (const { error } of await outcomesOf(sized(''), { maxBodySize: 0 })) expect(error).toBeNull();
    const connection = connectionTo(await serveEach((peer) => peer.answer(sized('x'))), { maxBodySize: 0 });
    expect(await rejection(get(connection).then((response) => response.read()))).toMatchObject({ limit: 'maxBodySize', value: 0 });
  });

  test.each<[name: string, play: (peer: Peer) => Promise<void>, expected: Record<string, unknown>]>([
    [
      'a line',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nA: ');
        for (;;) await peer.write('b'.repeat(65536));
      },
      { name: 'LineTooLong' },
    ],
    [
      'fields',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\n');
        for (;;) await peer.write('A: b\r\n'.repeat(5000));
      },
      { name: 'LimitExceeded', limit: 'maxHeaders' },
    ],
    [
      'long fields',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\n');
        for (;;) await peer.write(`A: ${'b'.repeat(60000)}\r\n`);
      },
      { name: 'LimitExceeded', limit: 'maxHeaderSize' },
    ],
    [
      'interim responses',
      async (peer) => {
        for (;;) await peer.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000));
      },
      { name: 'LimitExceeded', limit: 'interimResponses' },
    ],
    [
      'a chunk extension',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;');
        for (;;) await peer.write('a'.repeat(65536));
      },
      { name: 'LimitExceeded', limit: 'chunkExtensions', value: 16384 },
    ],
    [
      'chunk extensions, a little in each',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (;;) await peer.write(`1;${'a'.repeat(100)}\r\nx\r\n`.repeat(100));
      },
      { name: 'LimitExceeded', limit: 'chunkExtensions', value: 16384 },
    ],
    [
      'trailers',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n');
        for (;;) await peer.write('A: b\r\n'.repeat(5000));
      },
      { name: 'LimitExceeded', limit: 'trailerFields', value: 100 },
    ],
    [
      'a trailer line',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ');
        for (;;) await peer.write('b'.repeat(65536));
      },
      { name: expect.stringMatching(/^(LimitExceeded|LineTooLong)$/) },
    ],
    [
      'empty lines',
      async (peer) => {
        for (;;) await peer.write('\r\n'.repeat(1000));
      },
      { name: 'BadStatusLine' },
    ],
    [
      'zeros of a chunk size',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (;;) await peer.write('0'.repeat(65536));
      },
      { name: 'InvalidMessage', rule: 'chunk-size' },
    ],
    [
      'blanks behind a chunk size',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5');
        for (;;) await peer.write(' '.repeat(65536));
      },
      { name: 'LimitExceeded', limit: 'chunkExtensions' },
    ],
  ])('without end: %s', async (_, play, expected) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await play(peer);
    }, again);
    const connection = connectionTo(at, { timeout: 5000 });
    const before = process.memoryUsage().arrayBuffers;
    const error = await soon(rejection(get(connection).then((response) => response.read())), 'the error', 5000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
    expect(error).toMatchObject(expected);
    await soon(peerOf(at).closed);
    await expectUsable(connection);
  });

  test.each<[option: 'maxHeaders' | 'maxHeaderSize' | 'maxBodySize', values: unknown[]]>([
    ['maxHeaders', [-1, 5001, 1.5, NaN, Infinity, '5', null]],
    ['maxHeaderSize', [-1, 262145, 1.5, NaN, Infinity, '5', null]],
    ['maxBodySize', [-1, 2 ** 53, 1.5, NaN, '5', null]],
  ])('%s: what is no integer up to its cap is a RangeError or a TypeError that names it', (option, values) => {
    for (const value of values) {
      const error = thrown(() => new HTTPConnection('h', { [option]: value as number }));
      expect(error.name).toMatch(/^(RangeError|TypeError)$/);
      expect(error.message).toContain(option);
    }
  });

  test('the caps themselves are allowed, and Infinity for a body', () => {
    for (const options of [
      { maxHeaders: 5000 },
      { maxHeaderSize: 262144 },
      { maxBodySize: Infinity },
      { maxBodySize: Number.MAX_SAFE_INTEGER },
      { maxHeaders: 0, maxHeaderSize: 0, maxBodySize: 0 },
    ]) {
      expect(new HTTPConnection('h', options).host).toBe('h');
    }
  });

  test('hundreds of thousands of chunks of one byte are one body', async () => {
    const at = await serveEach((peer) => peer.answer(chunked(Array.from({ length: 300_000 }, () => 'x'))));
    const response = await get(connectionTo(at));
    expect((await response.read()).length).toBe(300_000);
  });
});
