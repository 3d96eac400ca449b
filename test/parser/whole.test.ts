// parseResponse and parseRequest: one message in memory, whole. What comes of it, how many bytes it took, and what is wrong when it is
// not all there. How messages are read is in parser.test.ts.

import { describe, expect, test } from '@jest/globals';
import { parseRequest, parseResponse, RequestParser, ResponseParser, type HTTPMessage } from '../../src/parser.js';
import { sharedTokeniser } from '../../src/wasm/tokeniser.js';
import { thrown } from '../support/thrown.js';

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const fieldsOf = (message: HTTPMessage | null): string | null =>
  message
    ?.items()
    .map(([name, value]) => `${name}=${value}`)
    .join('|') ?? null;

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\nT: u\r\n\r\n';
const CLOSE = 'HTTP/1.1 200 OK\r\n\r\nto the end';

describe('parseResponse', () => {
  test.each<
    [
      name: string,
      text: string,
      options: Parameters<typeof parseResponse>[1],
      status: number,
      body: string,
      trailers: string | null,
      rest: string,
    ]
  >([
    ['with a length', LENGTH, {}, 200, 'ok', null, ''],
    ['in chunks', CHUNKED, {}, 200, 'ok!', 'T=u', ''],
    ['to the close', CLOSE, {}, 200, 'to the end', null, ''],
    ['to the close, empty', 'HTTP/1.1 200 OK\r\n\r\n', {}, 200, '', null, ''],
    ['without a body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n', {}, 304, '', null, ''],
    ['to a HEAD', LENGTH, { requestMethod: 'HEAD' }, 200, '', null, 'ok'],
    ['to a CONNECT', LENGTH, { requestMethod: 'CONNECT' }, 200, '', null, 'ok'],
    ['bytes behind it', `${LENGTH}\r\n\0 whatever`, {}, 200, 'ok', null, '\r\n\0 whatever'],
    ['another one behind it', LENGTH + CHUNKED, {}, 200, 'ok', null, CHUNKED],
    ['in chunks, bytes behind it', `${CHUNKED}x`, {}, 200, 'ok!', 'T=u', 'x'],
    ['interim ones before it', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 E\r\nA: b\r\n\r\n${LENGTH}x`, {}, 200, 'ok', null, 'x'],
    ['empty lines before it', `\r\n\r\n${LENGTH}`, {}, 200, 'ok', null, ''],
    ['lenient', LENGTH.replace('1.1 ', '1.1  '), { lenient: true }, 200, 'ok', null, ''],
    ['as large as may be', LENGTH, { limits: { maxBodySize: 2, maxHeaders: 1, maxHeaderSize: 38 } }, 200, 'ok', null, ''],
  ])('%s', (_, text, options, status, body, trailers, rest) => {
    const result = parseResponse(bytesOf(text), options);
    expect([result.status, textOf(result.body), fieldsOf(result.trailers), text.slice(result.bytesUsed)]).toEqual([
      status,
      body,
      trailers,
      rest,
    ]);
  });

  test('has all that a head has', () => {
    const { status, reason, version, headers, framing, keepAlive, upgrade, body, trailers, bytesUsed, ...more } = parseResponse(
      bytesOf(LENGTH),
    );
    expect({ status, reason, version, framing, keepAlive, upgrade, trailers, bytesUsed, more }).toEqual({
      status: 200,
      reason: 'OK',
      version: 11,
      framing: { kind: 'length', length: 2 },
      keepAlive: true,
      upgrade: false,
      trailers: null,
      bytesUsed: 40,
      more: {},
    });
    expect([headers.get('content-length'), textOf(body)]).toEqual(['2', 'ok']);
  });

  test.each<[name: string, text: string, error: object]>([
    ['nothing', '', { name: 'IncompleteRead' }],
    ['empty lines', '\r\n', { name: 'IncompleteRead' }],
    ['an interim one alone', 'HTTP/1.1 100 Continue\r\n\r\n', { name: 'RemoteDisconnected' }],
    ['a cut status line', 'HTTP/1.1 2', { name: 'BadStatusLine' }],
    ['a cut head', LENGTH.slice(0, 30), { name: 'IncompleteRead' }],
    ['a cut body', LENGTH.slice(0, -1), { name: 'IncompleteRead', expected: 1 }],
    ['a cut chunk', CHUNKED.slice(0, 52), { name: 'IncompleteRead', expected: null }],
    ['cut trailers', CHUNKED.slice(0, -2), { name: 'IncompleteRead' }],
    ['no response', 'GET / HTTP/1.1\r\n\r\n', { name: 'BadStatusLine' }],
    ['an upgrade nobody asked for', 'HTTP/1.1 101 S\r\n\r\n', { name: 'InvalidMessage', rule: 'unsolicited-101' }],
    ['a malformed field', 'HTTP/1.1 200 OK\r\nA b\r\n\r\n', { name: 'InvalidMessage', rule: 'field-name', offset: 18 }],
  ])('%s: is refused', (_, text, error) => {
    expect(thrown(() => parseResponse(bytesOf(text)))).toMatchObject(error);
  });

  test('limits', () => {
    const limitOf = (limits: object): unknown => thrown(() => parseResponse(bytesOf(LENGTH), { limits })).limit;
    expect([{ maxBodySize: 1 }, { maxHeaders: 0 }, { maxHeaderSize: 37 }].map(limitOf)).toEqual([
      'maxBodySize',
      'maxHeaders',
      'maxHeaderSize',
    ]);
  });
});

describe('parseRequest', () => {
  const GET = 'GET /items HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n';
  const POST = 'POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc';

  test.each<[name: string, text: string, method: string, target: string, body: string, rest: string]>([
    ['without a body', GET, 'GET', '/items', '', ''],
    ['with one', POST, 'POST', '/', 'abc', ''],
    ['another one behind it', POST + GET, 'POST', '/', 'abc', GET],
    ['bytes behind it', `${GET}\0`, 'GET', '/items', '', '\0'],
    ['empty lines before it', `\r\n\r\n${GET}`, 'GET', '/items', '', ''],
    ['for a tunnel', 'CONNECT a:1 HTTP/1.1\r\n\r\n\x16\x03', 'CONNECT', 'a:1', '', '\x16\x03'],
    ['for an upgrade', 'GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx', 'GET', '/', '', 'x'],
    ['in chunks', 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nmore', 'PUT', '/', 'a', 'more'],
  ])('%s', (_, text, method, target, body, rest) => {
    const result = parseRequest(bytesOf(text));
    expect([result.method, result.target, textOf(result.body), text.slice(result.bytesUsed)]).toEqual([method, target, body, rest]);
  });

  test('has all that a head has', () => {
    const { method, target, hostCount, version, headers, framing, keepAlive, upgrade, body, trailers, bytesUsed, ...more } = parseRequest(
      bytesOf(GET),
    );
    expect({ method, target, hostCount, version, framing, keepAlive, upgrade, trailers, bytesUsed, more }).toEqual({
      method: 'GET',
      target: '/items',
      hostCount: 2,
      version: 11,
      framing: { kind: 'none', length: null },
      keepAlive: true,
      upgrade: false,
      trailers: null,
      bytesUsed: GET.length,
      more: {},
    });
    expect([headers.get_all('host'), body.length]).toEqual([['a', 'b'], 0]);
  });

  test.each<[name: string, text: string, error: object]>([
    ['nothing', '', { name: 'IncompleteRead' }],
    ['empty lines', '\r\n\r\n', { name: 'IncompleteRead' }],
    ['a cut line', 'GET / HT', { name: 'IncompleteRead' }],
    ['a cut head', GET.slice(0, -1), { name: 'IncompleteRead' }],
    ['a cut body', POST.slice(0, -1), { name: 'IncompleteRead', expected: 1 }],
    ['no request', LENGTH, { name: 'InvalidMessage', rule: 'request-line' }],
  ])('%s: is refused', (_, text, error) => {
    expect(thrown(() => parseRequest(bytesOf(text)))).toMatchObject(error);
  });
});

test('bodies are the caller’s own, and large ones come whole', () => {
  const body = Buffer.alloc(300_000, 'abcdefg');
  const bytes = Buffer.concat([bytesOf(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
  const result = parseResponse(bytes);
  expect(body.equals(result.body)).toBe(true);
  expect([result.body.buffer === bytes.buffer, result.body.buffer === sharedTokeniser().bytes.buffer]).toEqual([false, false]);
  bytes.fill(0);
  expect(body.equals(result.body)).toBe(true);
});

test('handlers of parsers may call them', () => {
  const seen: string[] = [];
  const note = (): void =>
    void seen.push(`${parseRequest(bytesOf('GET /a HTTP/1.1\r\n\r\n')).target} ${textOf(parseResponse(bytesOf(CHUNKED)).body)}`);
  const parser = new ResponseParser({ onHead: note, onBody: note, onTrailers: note, onEnd: note });
  for (const byte of bytesOf(CHUNKED)) parser.push(Uint8Array.of(byte));
  new RequestParser({ onHead: note }).push(bytesOf('GET / HTTP/1.1\r\n\r\n'));
  expect(seen).toEqual(Array.from({ length: 7 }, () => '/a ok!'));
});
