// ExtendedReadTest of CPython's suite: peek(), read1() and readline(), each over a body that runs to the close, one of known
// length, and one in chunks.

import { describe, expect, test } from '@jest/globals';
import type { HTTPResponse } from '../../src/index.js';
import { responseTo } from './harness.js';

const BODY = 'hello world!\nand now \nfor something completely different\nfoo';
const CHUNKS = ['hello worl', 'd!\n', 'and now \n', 'for something completely different\n', 'foo', ''];

describe.each([
  ['ExtendedReadTest', `HTTP/1.1 200 OK\r\n\r\n${BODY}`],
  ['ExtendedReadTestContentLengthKnown', `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`],
  [
    'ExtendedReadTestChunked',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}`,
  ],
])('%s', (_, raw) => {
  /** The pieces that `read` returns until it returns an empty one. */
  async function pieces(read: (response: HTTPResponse) => Promise<Buffer>): Promise<{ all: string[]; response: HTTPResponse }> {
    const response = await responseTo(raw);
    const all: string[] = [];
    for (let piece = await read(response); piece.length > 0; piece = await read(response)) all.push(piece.toString('latin1'));
    return { all, response };
  }

  test('test_peek: shows what the next read returns', async () => {
    const response = await responseTo(raw);
    let all = '';
    for (;;) {
      const short = await response.peek(3);
      if (short.length === 0) break;
      const long = await response.peek();
      expect(long.subarray(0, short.length)).toEqual(short);
      const piece = await response.read(long.length);
      expect(piece).toEqual(long);
      all += piece.toString('latin1');
    }
    expect(await response.read()).toHaveLength(0);
    expect(all).toBe(BODY);
  });

  test('test_readline: with a limit', async () => {
    const { all, response } = await pieces((one) => one.readline(5));
    for (const line of all.slice(0, -1)) if (line.length < 5) expect(line).toMatch(/\n$/);
    expect(all.join('')).toBe(BODY);
    expect(response.isclosed()).toBe(true);
  });

  test('test_readline_without_limit', async () => {
    const { all, response } = await pieces((one) => one.readline(-1));
    expect(all).toEqual(BODY.split(/(?<=\n)/));
    expect(response.isclosed()).toBe(true);
  });

  test('test_read1: pieces of four bytes at most', async () => {
    const { all, response } = await pieces((one) => one.read1(4));
    for (const piece of all) expect(piece.length).toBeLessThanOrEqual(4);
    expect(all.join('')).toBe(BODY);
    expect(response.isclosed()).toBe(true);
  });

  test('test_read1_unbounded', async () => {
    const { all, response } = await pieces((one) => one.read1());
    expect(all.join('')).toBe(BODY);
    expect(response.isclosed()).toBe(true);
  });

  test('test_read1_bounded', async () => {
    const { all, response } = await pieces((one) => one.read1(10));
    for (const piece of all) expect(piece.length).toBeLessThanOrEqual(10);
    expect(all.join('')).toBe(BODY);
    expect(response.isclosed()).toBe(true);
  });

  test('test_read1_0: reading nothing does not close', async () => {
    const response = await responseTo(raw);
    expect(await response.read1(0)).toHaveLength(0);
    expect(response.isclosed()).toBe(false);
  });

  test('test_peek_0: is allowed', async () => {
    const response = await responseTo(raw);
    expect((await response.peek(0)).length).toBeGreaterThanOrEqual(0);
  });
});
