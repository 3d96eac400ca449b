// HAR: entries as exchanges, also those that are wrong; files that are damaged.

import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { looksLikeHAR, readHAR } from '../../src/capture/har.js';
import { readCapture } from '../../src/capture/read.js';
import { collect, plain, type Plain, sourcesOf } from '../support/archives.js';

async function readText(text: string | Buffer): Promise<Plain[]> {
  const results: Plain[][] = [];
  for (const source of Object.values(sourcesOf(Buffer.from(text as string)))) {
    results.push(await Promise.all((await collect(readHAR(source))).map(plain)));
  }
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] as Plain[];
}

const har = (...entries: unknown[]): string => JSON.stringify({ log: { version: '1.2', creator: { name: 'x', version: '1' }, entries } });

const request = {
  method: 'POST',
  url: 'https://example.org/a%20b?c=d#e',
  httpVersion: 'http/1.1',
  headers: [{ name: 'Host', value: 'example.org' }],
  postData: { mimeType: 'text/plain', text: 'h\u00e9' },
};
const response = {
  status: 200,
  statusText: 'OK',
  httpVersion: 'HTTP/1.1',
  headers: [
    { name: 'Content-Encoding', value: 'gzip' },
    { name: 'Set-Cookie', value: 'a=1' },
    { name: 'Set-Cookie', value: 'b=2' },
  ],
  content: { size: 5, mimeType: 'text/plain', text: 'hello' },
};
const entry = {
  startedDateTime: '2026-01-02T03:04:05.678Z',
  time: 100,
  request,
  response,
  timings: { blocked: 1, dns: -1, connect: 2, ssl: 1, send: 3, wait: 4, receive: 5 },
  serverIPAddress: '[2001:db8::1]',
  connection: '443',
};
const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678) + 3;

test('an entry', async () => {
  const [exchange, ...others] = await readText(har(entry));
  expect(others).toEqual([]);
  expect(exchange).toMatchObject({
    url: request.url,
    connection: { id: 0, link: 'HAR', server: { address: '2001:db8::1', port: 443 } },
    timings: { connect: 2, send: 3, wait: 4, receive: 5 },
    request: { method: 'POST', target: '/a%20b?c=d', version: 'HTTP/1.1', startedAt: start, endedAt: start + 3 },
    // Its coding was taken off before it was written down.
    response: { status: 200, startedAt: start + 7, endedAt: start + 12, body: { bytes: 'hello', decoded: 'hello', complete: true } },
  });
  expect(exchange?.request?.body.bytes).toBe(Buffer.from('h\u00e9').toString('latin1'));
  expect(exchange?.response?.fields).toEqual(['Content-Encoding: gzip', 'Set-Cookie: a=1', 'Set-Cookie: b=2']);
});

describe('bodies', () => {
  const bodyOf = async (content: object) => (await readText(har({ ...entry, response: { ...response, content } })))[0]?.response?.body;

  test.each<[string, object, object]>([
    ['base64', { encoding: 'base64', text: Buffer.from([0, 255, 10]).toString('base64') }, { bytes: '\0\xff\n', problem: null }],
    ['not saved', { size: 5 }, { bytes: '', complete: false, problem: 'the file does not hold the body of 5 bytes' }],
    ['none', { size: 0 }, { bytes: '', complete: true, problem: null }],
    ['of an unknown size', { size: -1 }, { bytes: '', complete: true, problem: null }],
    ['said to be base64', { encoding: 'base64', text: '%%' }, { bytes: '', complete: false, problem: expect.stringContaining('base64') }],
  ])('%s', async (_what, content, expected) => {
    expect(await bodyOf(content)).toMatchObject(expected);
  });

  test('parameters of a form', async () => {
    const params = [{ name: 'a', value: '1' }, { name: 'b' }];
    const [exchange] = await readText(har({ ...entry, request: { ...request, postData: { params } } }));
    expect(exchange?.request?.body.bytes).toBe('a=1&b=');
  });
});

describe('broken entries', () => {
  test.each<[string, unknown, object]>([
    ['no response', { request }, { response: null, request: { method: 'POST' } }],
    [
      'status 0, and why',
      { request, response: { status: 0, _error: 'net::ERR_ABORTED' } },
      { response: null, problem: 'net::ERR_ABORTED' },
    ],
    ['a status that is a word', { request, response: { status: 'error' } }, { response: null }],
    [
      'no request',
      { response },
      { request: null, response: null, problem: expect.stringMatching(/^the entry at byte \d+ has no request$/) },
    ],
    ['null', null, { problem: expect.stringContaining('has no request') }],
    ['a word', 'entry', { problem: expect.stringContaining('has no request') }],
    ['fields that are no list', { request: { ...request, headers: {} } }, { request: { fields: [] } }],
    [
      'fields of the wrong type',
      { request: { ...request, headers: [null, { name: 'A', value: 1 }, {}] } },
      { request: { fields: ['A: 1'] } },
    ],
    [
      'a URL that is none',
      { request: { method: 'GET', url: 'about:blank' } },
      { request: { target: 'about:blank' }, connection: { server: { port: 0 } } },
    ],
    ['no date', { request, response, startedDateTime: 'yesterday' }, { request: { startedAt: 0 } }],
  ])('%s', async (_what, broken, expected) => {
    const all = await readText(har(entry, broken, entry));
    expect(all.length).toBe(3);
    expect(all[1]).toMatchObject(expected);
    expect(all[2]?.response?.body.bytes).toBe('hello');
  });

  test('connections are known by their names', async () => {
    const all = await readText(har(entry, { ...entry, connection: '444' }, entry, { request, response }));
    expect(all.map(({ connection }) => connection.id)).toEqual([0, 1, 0, 2]);
  });
});

describe('damaged files', () => {
  const two = har(entry, entry);

  test('one that is cut short gives what is whole', async () => {
    const all = await readText(two.slice(0, -300));
    expect(all.map(({ problem }) => problem)).toEqual([null, expect.stringMatching(/^the file ends inside of the entry at byte \d+$/)]);
  });

  test('one that is cut between entries', async () => {
    const all = await readText(`${har(entry).slice(0, -3)},`);
    expect(all.map(({ problem }) => problem)).toEqual([null, 'the file ends inside of its list of entries']);
  });

  test('an entry that is no JSON', async () => {
    const all = await readText(har(entry, entry, entry).replace('"status":200', '"status":2x0'));
    expect(all.map(({ problem }) => problem)).toEqual([expect.stringMatching(/^the entry at byte \d+ is no JSON: /), null, null]);
  });

  test('one without entries', async () => {
    expect(await readText('{"log":{}}')).toMatchObject([{ problem: 'the file has no list of entries' }]);
    expect(await readText(har())).toEqual([]);
  });

  test('names of other things, and the entries of other things', async () => {
    const text = `{"x":{"entries":[1]},"log":{"comment":"\\"entries\\":[","pages":[{"entries":[2]}],"entries" : [ ${JSON.stringify(entry)} ] , "z":[{}]}}`;
    expect((await readText(text)).map(({ problem }) => problem)).toEqual([null]);
  });

  test('brackets and quotes in strings', async () => {
    const odd = { ...entry, comment: '5" ]},{ \\' };
    expect((await readText(har(odd, odd))).map(({ response: answer }) => answer?.body.bytes)).toEqual(['hello', 'hello']);
  });

  test('the list by itself, and a mark of byte order', async () => {
    expect((await readText(`\ufeff{"entries":[${JSON.stringify(entry)}]}`)).length).toBe(1);
  });
});

test('by its first bytes', async () => {
  expect([looksLikeHAR(Buffer.from(har(entry))), looksLikeHAR(Buffer.from('{"a":1}'))]).toEqual([true, false]);
  expect((await collect(readCapture(Buffer.from(har(entry))))).length).toBe(1);
});

test('any JSON, and any bytes: an end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify(entry))), { maxLength: 4 }),
      fc.nat(60),
      async (parts, cut) => {
        const text = `{"log":{"entries":[${parts.join(',')}]}}`;
        const all = await readText(text.slice(0, text.length - cut));
        expect(all.length).toBeLessThan(60);
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});
