// BasicTest of CPython's suite, what is about reading bodies of known and unknown length: partial reads, reads past the end,
// bodies that are cut, HEAD, and what stands behind a body.

import { describe, expect, test } from '@jest/globals';
import { IncompleteRead } from '../../src/index.js';
import { connectionTo, responseTo, server } from './harness.js';

const SIZED = 'HTTP/1.1 200 Ok\r\nContent-Length: 4\r\n\r\nText';
const UNSIZED = 'HTTP/1.1 200 Ok\r\n\r\nText';
const CUT = 'HTTP/1.1 200 Ok\r\nContent-Length: 10\r\n\r\nText';

describe('BasicTest', () => {
  test('test_partial_reads: the last byte of a sized body closes it (R28)', async () => {
    const response = await responseTo(SIZED);
    expect(String(await response.read(2))).toBe('Te');
    expect([response.isclosed(), response.closed]).toEqual([false, false]);
    expect(String(await response.read(2))).toBe('xt');
    expect([response.isclosed(), response.closed]).toEqual([true, true]);
    response.close();
    expect(response.closed).toBe(true);
  });

  test('test_mixed_reads: readline() counts for read() (R28)', async () => {
    const response = await responseTo('HTTP/1.1 200 Ok\r\nContent-Length: 13\r\n\r\nText\r\nAnother');
    expect(String(await response.readline())).toBe('Text\r\n');
    expect(response.isclosed()).toBe(false);
    expect(String(await response.read())).toBe('Another');
    expect([response.isclosed(), response.closed]).toEqual([true, true]);
  });

  test('test_partial_readintos: as partial reads (R28)', async () => {
    const response = await responseTo(SIZED);
    const view = Buffer.alloc(2);
    expect([await response.readinto(view), String(view)]).toEqual([2, 'Te']);
    expect(response.isclosed()).toBe(false);
    expect([await response.readinto(view), String(view)]).toEqual([2, 'xt']);
    expect([response.isclosed(), response.closed]).toEqual([true, true]);
  });

  test('test_partial_reads_past_end: a read is clipped to the body (R28)', async () => {
    const response = await responseTo(SIZED);
    expect(String(await response.read(10))).toBe('Text');
    expect([response.isclosed(), response.closed]).toEqual([true, true]);
  });

  test('test_partial_readintos_past_end: so is readinto() (R28)', async () => {
    const response = await responseTo(SIZED);
    const view = Buffer.alloc(10);
    expect(await response.readinto(view)).toBe(4);
    expect(view.toString('latin1', 0, 4)).toBe('Text');
    expect([response.isclosed(), response.closed]).toEqual([true, true]);
  });

  test('test_partial_reads_no_content_length: only an empty read finds the end (R28)', async () => {
    const response = await responseTo(UNSIZED);
    expect(String(await response.read(2))).toBe('Te');
    expect(response.isclosed()).toBe(false);
    expect(String(await response.read(2))).toBe('xt');
    expect(String(await response.read(1))).toBe('');
    expect([response.isclosed(), response.closed]).toEqual([true, true]);
  });

  test('test_partial_readintos_no_content_length', async () => {
    const response = await responseTo(UNSIZED);
    const view = Buffer.alloc(2);
    expect([await response.readinto(view), String(view)]).toEqual([2, 'Te']);
    expect(response.isclosed()).toBe(false);
    expect([await response.readinto(view), String(view)]).toEqual([2, 'xt']);
    expect(await response.readinto(view)).toBe(0);
    expect(response.isclosed()).toBe(true);
  });

  test('test_partial_reads_incomplete_body: the cut is told once everything before it is read (R25)', async () => {
    const response = await responseTo(CUT);
    expect(String(await response.read(2))).toBe('Te');
    expect(response.isclosed()).toBe(false);
    expect(String(await response.read(2))).toBe('xt');
    await expect(response.read(1)).rejects.toThrow(IncompleteRead);
    expect(response.isclosed()).toBe(true);
  });

  test('test_partial_readintos_incomplete_body: so it is by readinto() (R25)', async () => {
    const response = await responseTo(CUT);
    const view = Buffer.alloc(2);
    expect([await response.readinto(view), String(view)]).toEqual([2, 'Te']);
    expect([await response.readinto(view), String(view)]).toEqual([2, 'xt']);
    await expect(response.readinto(view)).rejects.toThrow(IncompleteRead);
    expect(response.isclosed()).toBe(true);
  });

  // The server says nothing after the head: whoever waits for a body waits in vain.
  test('test_read_head', async () => {
    const response = await responseTo('HTTP/1.1 200 OK\r\nContent-Length: 14432\r\n\r\n', { method: 'HEAD', then: 'wait' });
    expect(String(await response.read())).toBe('');
  });

  test('test_readinto_head', async () => {
    const response = await responseTo('HTTP/1.1 200 OK\r\nContent-Length: 14432\r\n\r\n', { method: 'HEAD', then: 'wait' });
    const view = Buffer.alloc(5);
    expect(await response.readinto(view)).toBe(0);
    expect(view).toEqual(Buffer.alloc(5));
  });

  // Ten bytes of body, or thirty, and more behind them. http.client leaves those to the next response; here the body is the
  // same, and what nobody asked for costs the connection.
  const EXTRA = 'extradata';
  const LINE = 'Hello123\r\n';
  test.each<[string, number, (response: Awaited<ReturnType<typeof responseTo>>) => Promise<unknown>, unknown]>([
    ['test_content_length_sync', 1, async (response) => String(await response.read()), LINE],
    ['test_readlines_content_length', 1, async (response) => (await response.readlines(2000)).map(String), [LINE]],
    ['test_read1_content_length', 1, async (response) => String(await response.read1(2000)), LINE],
    [
      'test_readline_bound_content_length',
      1,
      async (response) => [await response.readline(10), await response.readline(10)].map(String),
      [LINE, ''],
    ],
    [
      'test_read1_bound_content_length',
      3,
      async (response) => [await response.read1(20), await response.read()].map(String),
      [LINE + LINE, LINE],
    ],
  ])('%s: stops at the end of the body, and what follows is no response (R2)', async (_, lines, read, expected) => {
    const raw = `HTTP/1.1 200 OK\r\nContent-Length: ${lines * LINE.length}\r\n\r\n${LINE.repeat(lines)}${EXTRA}`;
    const at = await server({ answers: [raw], then: 'wait' });
    const connection = connectionTo(at);
    for (const connections of [1, 2]) {
      await connection.request('GET', '/');
      expect(await read(await connection.getresponse())).toEqual(expected);
      expect(at.sockets).toHaveLength(connections);
    }
  });
});
