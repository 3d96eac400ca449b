// BasicTest of CPython's suite, what is about chunked bodies: sizes of reads, extensions, trailers, cuts.

import { describe, expect, test } from '@jest/globals';
import { IncompleteRead, InvalidMessage, type HTTPResponse } from '../../src/index.js';
import { connectionTo, responseTo, server } from './harness.js';

const PIECES = ['hello worl', 'd! ', 'and now ', 'for something completely different'];
const EXPECTED = PIECES.join('');
const START = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${PIECES.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}`;
const TRAILERS = 'X-Dummy: foo\r\nX-Dumm2: bar\r\n';
const SIZES = Array.from({ length: 11 }, (_, n) => n + 1);

/** What a read of the response that ends in `end` fails with. */
async function failure(end: string, read: (response: HTTPResponse) => Promise<unknown>): Promise<IncompleteRead> {
  const response = await responseTo(START + end);
  return (await read(response).catch((error: unknown) => error)) as IncompleteRead;
}

describe('BasicTest', () => {
  test('test_chunked', async () => {
    expect(String(await (await responseTo(`${START}0\r\n\r\n`)).read())).toBe(EXPECTED);
  });

  test.each(SIZES)('test_chunked: read(%d) twice, then the rest', async (n) => {
    const response = await responseTo(`${START}0\r\n\r\n`);
    expect(String(await response.read(n)) + String(await response.read(n)) + String(await response.read())).toBe(EXPECTED);
  });

  test('test_chunked: cut between two chunks', async () => {
    const error = await failure('', (response) => response.read());
    expect(error).toBeInstanceOf(IncompleteRead);
    expect(Buffer.from(error.partial).toString()).toBe(EXPECTED);
    expect([error.message, String(error)]).toEqual(Array(2).fill(`IncompleteRead(${EXPECTED.length} bytes read)`));
  });

  test('test_chunked: a size that is none is not a cut (R21)', async () => {
    const error = await failure('foo\r\n', (response) => response.read());
    expect(error).toBeInstanceOf(InvalidMessage);
    expect(Buffer.from(error.partial).toString()).toBe(EXPECTED);
  });

  test('test_readinto_chunked', async () => {
    const view = Buffer.alloc(128);
    expect(await (await responseTo(`${START}0\r\n\r\n`)).readinto(view)).toBe(EXPECTED.length);
    expect(view.toString('latin1', 0, EXPECTED.length)).toBe(EXPECTED);
  });

  test.each(SIZES)('test_readinto_chunked: %d bytes, then as many, then the rest', async (n) => {
    const response = await responseTo(`${START}0\r\n\r\n`);
    const view = Buffer.alloc(128);
    let filled = await response.readinto(view.subarray(0, n));
    filled += await response.readinto(view.subarray(filled, n + filled));
    filled += await response.readinto(view.subarray(filled));
    expect(view.toString('latin1', 0, filled)).toBe(EXPECTED);
  });

  test.each([
    ['a cut', '', IncompleteRead],
    ['a size that is none', 'foo\r\n', InvalidMessage],
  ])('test_readinto_chunked: %s comes after what there is (R25)', async (_, end, type) => {
    const response = await responseTo(START + end);
    const view = Buffer.alloc(128);
    expect(await response.readinto(view)).toBe(EXPECTED.length);
    expect(view.toString('latin1', 0, EXPECTED.length)).toBe(EXPECTED);
    await expect(response.readinto(view)).rejects.toThrow(type);
  });

  const HEAD_ONLY = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhello world\r\n1\r\nd\r\n0\r\n\r\n';

  test('test_chunked_head: a HEAD response has no chunks (R28)', async () => {
    const response = await responseTo(HEAD_ONLY, { method: 'HEAD' });
    expect(String(await response.read())).toBe('');
    expect([response.status, response.reason, response.isclosed(), response.closed]).toEqual([200, 'OK', true, true]);
  });

  test('test_readinto_chunked_head: nor for readinto() (R28)', async () => {
    const response = await responseTo(HEAD_ONLY, { method: 'HEAD' });
    const view = Buffer.alloc(5);
    expect(await response.readinto(view)).toBe(0);
    expect(view).toEqual(Buffer.alloc(5));
    expect([response.status, response.reason, response.isclosed(), response.closed]).toEqual([200, 'OK', true, true]);
  });

  test('test_chunked_extension', async () => {
    const response = await responseTo(`${START}3;foo=bar\r\nabc\r\n0;foo=bar\r\n\r\n`);
    expect(String(await response.read())).toBe(`${EXPECTED}abc`);
  });

  test('test_chunked_missing_end: a body without its end is cut, unless the quirk is on (R23)', async () => {
    const error = await failure('0\r\n', (response) => response.read());
    expect(error).toBeInstanceOf(IncompleteRead);
    expect(Buffer.from(error.partial).toString()).toBe(EXPECTED);
    const response = await responseTo(`${START}0\r\n`, { lenient: { closeAfterLastChunk: true } });
    expect(String(await response.read())).toBe(EXPECTED);
  });

  test('test_chunked_trailers: are read to their end, and kept', async () => {
    const at = await server({ answers: Array<string>(2).fill(`${START}0\r\n${TRAILERS}\r\n`), then: 'wait' });
    const connection = connectionTo(at);
    // The second response begins where the first one ended.
    for (let n = 0; n < 2; n++) {
      await connection.request('GET', '/');
      const response = await connection.getresponse();
      expect(String(await response.read())).toBe(EXPECTED);
      expect(response.trailers?.items()).toEqual([
        ['X-Dummy', 'foo'],
        ['X-Dumm2', 'bar'],
      ]);
    }
    expect(at.sockets).toHaveLength(1);
  });

  test('test_chunked_sync: stops at the end of the body, and what follows is no response (R2)', async () => {
    const at = await server({ answers: [`${START}0\r\n${TRAILERS}\r\nextradata`], then: 'wait' });
    const connection = connectionTo(at);
    for (const connections of [1, 2]) {
      await connection.request('GET', '/');
      expect(String(await (await connection.getresponse()).read())).toBe(EXPECTED);
      expect(at.sockets).toHaveLength(connections);
    }
  });
});
