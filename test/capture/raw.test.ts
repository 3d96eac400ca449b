// The bytes of one side of a connection.

import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readCapture } from '../../src/capture/read.js';
import { looksLikeRaw, readRaw } from '../../src/capture/raw.js';
import { collect, crlf, plain, type Plain, sourcesOf } from '../support/archives.js';

async function read(text: string | Uint8Array): Promise<Plain[]> {
  const results: Plain[][] = [];
  for (const source of Object.values(sourcesOf(Buffer.from(text as string, 'latin1')))) {
    results.push(await Promise.all((await collect(readRaw(source))).map(plain)));
  }
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] as Plain[];
}

const responses = [
  `${crlf('HTTP/1.1 200 OK', 'Content-Length: 5', '')}hello`,
  `${crlf('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '')}3\r\nabc\r\n0\r\n\r\n`,
  crlf('HTTP/1.1 100 Continue', '') + crlf('HTTP/1.1 204 No Content', ''),
  `${crlf('HTTP/1.0 404 Not Found', '')}to the end`,
].join('');

test('responses', async () => {
  const all = await read(responses);
  expect(all.map(({ response }) => [response?.status, response?.body.bytes, response?.body.complete])).toEqual([
    [200, 'hello', true],
    [200, 'abc', true],
    [204, '', true],
    [404, 'to the end', true],
  ]);
  expect(all.every(({ request, connection }) => request === null && connection.link === 'raw' && connection.id === 0)).toBe(true);
  expect(all[0]?.response?.flags).toEqual(['one-sided']);
});

test('requests', async () => {
  const all = await read(
    `${crlf('POST /a HTTP/1.1', 'Content-Length: 3', '')}abc${crlf('GET /b HTTP/1.1', '')}${crlf('GET /c HTTP/1.1', 'X')}`,
  );
  expect(all.map(({ request }) => [request?.method, request?.target, request?.body.bytes])).toEqual([
    ['POST', '/a', 'abc'],
    ['GET', '/b', ''],
    ['GET', '/c', ''],
  ]);
  expect(all[2]?.request?.flags).toContain('truncated');
});

describe('damage', () => {
  test('bytes between messages are passed over', async () => {
    const text = `${crlf('HTTP/1.1 204 No Content', '')}garbage\r\n${crlf('HTTP/1.1 200 OK', 'Content-Length: 1', '')}x`;
    const all = await collect(readRaw(sourcesOf(Buffer.from(text))['memory'] as never));
    expect(all.map(({ response }) => response?.status)).toEqual([204, 200]);
  });

  test('nothing that looks like HTTP', async () => {
    expect(await read('lorem ipsum')).toMatchObject([{ problem: 'nothing in the file looks like HTTP' }]);
    expect(await read('')).toMatchObject([{ problem: 'nothing in the file looks like HTTP' }]);
  });
});

test('by its first bytes', async () => {
  const looks = [responses, 'GET / HTTP/1.1\r\n', 'GET the milk\n', '{"log":', ''].map((text) => looksLikeRaw(Buffer.from(text)));
  expect(looks).toEqual([true, true, false, false, false]);
  expect((await collect(readCapture(Buffer.from(responses)))).length).toBe(4);
});

test('any damage: an end', async () => {
  const sample = Buffer.from(responses);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 6 }), async (changes) => {
      const bytes = Buffer.from(sample);
      for (const [at, value] of changes) bytes[at] = value;
      expect((await collect(readRaw(sourcesOf(bytes)['small pieces'] as never))).length).toBeLessThan(20);
    }),
    { seed: 1, numRuns: 100 },
  );
});
