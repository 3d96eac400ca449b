// TransferEncodingTest of CPython's suite: bodies of unknown length, and who does the chunking.

import { describe, expect, test } from '@jest/globals';
import { sentBy, unchunked } from './harness.js';

const BODY = "It's just a flesh wound";

/** The body in pieces that end with their blanks, with empty pieces between them if asked for. */
function* pieces(empty = false): Generator<Uint8Array> {
  for (const [n, piece] of BODY.split(/(?<= )/).entries()) {
    if (empty && n % 2 === 1) yield Buffer.alloc(0);
    yield Buffer.from(piece);
  }
}

describe('TransferEncodingTest', () => {
  test('test_endheaders_chunked', async () => {
    const sent = await sentBy(async (connection) => {
      connection.putrequest('POST', '/');
      await connection.endheaders(pieces(), { encodeChunked: true });
    });
    expect(unchunked(sent.body)).toBe(BODY);
  });

  test.each([
    ['an iterable', () => pieces()],
    ['a string', () => BODY],
  ])('test_explicit_headers: %s with a Transfer-Encoding of the caller goes out as it is', async (_, body) => {
    const sent = await sentBy((connection) => connection.request('POST', '/', body(), { 'Transfer-Encoding': 'chunked' }));
    expect(sent.get('Content-Length')).toBeUndefined();
    expect(sent.get('Transfer-Encoding')).toBe('chunked');
    expect(sent.body).toBe(BODY);
  });

  test('test_explicit_headers: encodeChunked has the library chunk it', async () => {
    const sent = await sentBy((connection) =>
      connection.request('POST', '/', pieces(), { 'Transfer-Encoding': 'gzip, chunked' }, { encodeChunked: true }),
    );
    expect(sent.get('Content-Length')).toBeUndefined();
    expect(sent.get('Transfer-Encoding')).toBe('gzip, chunked');
    expect(unchunked(sent.body)).toBe(BODY);
  });

  test.each([false, true])('test_request: an iterable is chunked (with empty pieces: %s)', async (empty) => {
    const sent = await sentBy((connection) => connection.request('POST', '/', pieces(empty)));
    expect(unchunked(sent.body)).toBe(BODY);
    expect(sent.get('Transfer-Encoding')).toBe('chunked');
    expect(sent.get('Content-Length')).toBeUndefined();
  });

  test('test_empty_body', async () => {
    const sent = await sentBy((connection) => connection.request('POST', '/', []));
    expect(sent.get('Transfer-Encoding')).toBe('chunked');
    expect(sent.get('Content-Length')).toBeUndefined();
    expect(sent.body).toBe('0\r\n\r\n');
  });
});
