// WARC: pairs, bodies as archives store them, damage.

import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readCapture } from '../../src/capture/read.js';
import { looksLikeWARC, readWARC } from '../../src/capture/warc.js';
import { collect, crlf, httpRecord, plain, type Plain, sourcesOf, warcRecord } from '../support/archives.js';

const REQUEST = crlf('GET /a?b HTTP/1.1', 'Host: example.org', '');
const answer = (...fields: string[]): string => crlf('HTTP/1.1 200 OK', ...fields, '');

async function read(bytes: Uint8Array): Promise<Plain[]> {
  const results: Plain[][] = [];
  for (const source of Object.values(sourcesOf(bytes))) {
    const exchanges = await collect(readWARC(source));
    results.push(await Promise.all(exchanges.map(plain)));
  }
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] as Plain[];
}

const readOne = async (...records: Buffer[]): Promise<Plain> => {
  const all = await read(Buffer.concat(records));
  expect(all.length).toBe(1);
  return all[0] as Plain;
};

describe('what belongs together', () => {
  const ids = { one: '<urn:uuid:1>', two: '<urn:uuid:2>' };
  const info = warcRecord({ 'WARC-Type': 'warcinfo', 'Content-Type': 'application/warc-fields' }, 'software: x\r\n');
  const metadata = warcRecord({ 'WARC-Type': 'metadata', 'Content-Type': 'application/warc-fields' }, 'fetchTimeMs: 1\r\n');

  test.each<[string, Buffer[]]>([
    [
      'the response names the request',
      [httpRecord('request', REQUEST, { 'WARC-Record-ID': ids.one }), httpRecord('response', answer(), { 'WARC-Concurrent-To': ids.one })],
    ],
    [
      'the request names the response',
      [
        httpRecord('request', REQUEST, { 'WARC-Record-ID': ids.two, 'WARC-Concurrent-To': ids.one }),
        httpRecord('response', answer(), { 'WARC-Record-ID': ids.one }),
      ],
    ],
    [
      'the request comes last, and other records between them',
      [
        info,
        httpRecord('response', answer(), { 'WARC-Record-ID': ids.one }),
        metadata,
        httpRecord('request', REQUEST, { 'WARC-Concurrent-To': ids.one }),
      ],
    ],
  ])('%s', async (_what, records) => {
    const { request, response, connection, url } = await readOne(...records);
    expect(request).toMatchObject({ method: 'GET', target: '/a?b', version: 'HTTP/1.1', fields: ['Host: example.org'] });
    expect(response).toMatchObject({ status: 200, reason: 'OK', startedAt: Date.UTC(2026, 0, 2, 3, 4, 5) });
    expect(connection).toMatchObject({ link: 'WARC', server: { address: '', port: 80 } });
    expect(url).toBe('http://example.org/');
  });

  test('records without the other half', async () => {
    const all = await read(Buffer.concat([httpRecord('response', answer()), httpRecord('request', REQUEST)]));
    expect(all.map(({ request, response }) => [request === null, response === null])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test('more of them than are waited for: in order, all of them', async () => {
    const all = await read(Buffer.concat(Array.from({ length: 40 }, (_, n) => httpRecord('response', answer(`X: ${n}`)))));
    expect(all.map(({ response }) => response?.fields[0])).toEqual(Array.from({ length: 40 }, (_, n) => `X: ${n}`));
    expect(all.map(({ connection }) => connection.id)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  test('where it was', async () => {
    const { connection, url } = await readOne(
      httpRecord('response', answer(), { 'WARC-Target-URI': '<https://example.org:8443/x>', 'WARC-IP-Address': '192.0.2.1' }),
    );
    expect([connection.server, url]).toEqual([{ address: '192.0.2.1', port: 8443 }, 'https://example.org:8443/x']);
  });
});

describe('bodies', () => {
  const chunked = '5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nDigest: d\r\n\r\n';
  const body = async (block: string | Uint8Array, fields = {}) => (await readOne(httpRecord('response', block, fields))).response;

  test.each<[string, string, object]>([
    ['of a length', `${answer('Content-Length: 5')}hello`, { bytes: 'hello', complete: true }],
    ['up to the end', `${answer()}hello`, { bytes: 'hello', complete: true }],
    ['chunked, as it came', answer('Transfer-Encoding: chunked') + chunked, { bytes: 'hello world', length: 11, complete: true }],
    [
      'of which the coding was taken off, but not the field',
      `${answer('Transfer-Encoding: chunked')}hello`,
      { bytes: 'hello', complete: true },
    ],
    [
      'with bytes behind the last chunk',
      `${answer('Transfer-Encoding: chunked')}1\r\nx\r\n0\r\n\r\nmore`,
      { bytes: 'x', complete: false, problem: '4 bytes stand behind the last chunk' },
    ],
    [
      'with broken chunks',
      `${answer('Transfer-Encoding: chunked')}1\r\nx\r\nz\r\n`,
      { bytes: 'x', complete: false, problem: expect.stringContaining('chunk') },
    ],
    [
      'of which the field was taken off, but not the coding',
      answer('X-Crawl-Transfer-Encoding: chunked') + chunked,
      { bytes: 'hello world' },
    ],
    ['chunked, with the length of what is stored', answer(`Content-Length: ${chunked.length}`) + chunked, { bytes: 'hello world' }],
    ['that is longer than its length says', `${answer('Content-Length: 2')}hello`, { bytes: 'hello', complete: true }],
    [
      'cut short',
      `${answer('Content-Length: 9')}hello`,
      { bytes: 'hello', complete: false, problem: '5 of 9 bytes of the body were stored' },
    ],
    [
      'chunked and cut short',
      `${answer('Transfer-Encoding: chunked')}5\r\nhello\r\n9\r\nwor`,
      { bytes: 'hellowor', length: 8, complete: false, problem: 'it ends inside of a chunk' },
    ],
    ['text behind what could be a size', `${answer('Transfer-Encoding: chunked')}5 apples`, { bytes: '5 apples', complete: true }],
  ])('%s', async (_what, block, expected) => {
    expect((await body(block))?.body).toMatchObject(expected);
  });

  test('trailers', async () => {
    expect((await body(answer('Transfer-Encoding: chunked') + chunked))?.trailers).toEqual(['Digest: d']);
  });

  test('content codings, taken off before or not', async () => {
    const coded = Buffer.concat([Buffer.from(answer('Content-Encoding: gzip')), gzipSync('hello')]);
    expect((await body(coded))?.body).toMatchObject({ decoded: 'hello', problem: null });
    expect((await body(`${answer('Content-Encoding: gzip')}hello`))?.body).toMatchObject({ decoded: 'hello', problem: null });
    expect((await body(`${answer('Content-Encoding: zstd')}hello`))?.body).toMatchObject({ decoded: 'hello', problem: null });
  });

  test('interim responses in front', async () => {
    const { response } = (await readOne(httpRecord('response', `${crlf('HTTP/1.1 100 Continue', 'X: 1', '')}${answer()}hello`))) as Plain;
    expect(response).toMatchObject({ status: 200, body: { bytes: 'hello' } });
  });

  test('an answer to HEAD is complete without its body, and no other is', async () => {
    const id = { 'WARC-Record-ID': '<1>' };
    const responded = httpRecord('response', answer('Content-Length: 9'), { 'WARC-Concurrent-To': '<1>' });
    const head = await readOne(httpRecord('request', crlf('HEAD / HTTP/1.1', ''), id), responded);
    expect(head.response?.body.complete).toBe(true);
    const get = await readOne(httpRecord('request', REQUEST, id), responded);
    expect(get.response).toMatchObject({ body: { complete: false }, flags: ['truncated'] });
  });

  test('what the archive left out', async () => {
    const truncated = await body(`${answer()}hel`, { 'WARC-Truncated': 'length' });
    expect(truncated).toMatchObject({
      flags: ['truncated', 'close-delimited'],
      body: { complete: false, problem: expect.stringContaining('length') },
    });
    const { response } = await readOne(
      httpRecord('revisit', answer('Content-Length: 9'), {
        'WARC-Refers-To-Target-URI': 'http://example.org/first',
        'WARC-Refers-To-Date': '2025-01-01T00:00:00Z',
      }),
    );
    expect(response?.body.problem).toBe('the body is that of http://example.org/first of 2025-01-01T00:00:00Z (a revisit record)');
  });
});

describe('damage is said, and is not the end', () => {
  const good = httpRecord('response', `${answer()}good`);
  const around = async (damage: string | Buffer): Promise<Plain[]> =>
    read(Buffer.concat([good, Buffer.from(damage as string, 'latin1'), good]));

  test.each<[string, string | Buffer, RegExp]>([
    ['bytes between the records', 'garbage\r\nof some\r\n\r\nlines\n', /^\d+ bytes at byte \d+ cannot be read: no record begins there$/],
    ['no length', crlf('WARC/1.0', 'WARC-Type: response', '', 'x', ''), /: the record has no Content-Length$/],
    ['a length that is none', crlf('WARC/1.0', 'Content-Length: -1', ''), /: the record has no Content-Length$/],
    [
      'too many fields',
      crlf('WARC/1.0', ...Array.from({ length: 1500 }, (_, n) => `X: ${n}`)),
      /the head of the record is cut short, or too large/,
    ],
  ])('%s', async (_what, damage, message) => {
    const all = await around(damage);
    const [problem, ...others] = all.filter(({ response }) => response === null || response.body.bytes !== 'good');
    expect(all.filter(({ response }) => response?.body.bytes === 'good').length).toBe(2);
    expect(problem?.problem).toMatch(message);
    expect(others.length).toBe(0);
  });

  test('a length that is too short', async () => {
    const short = warcRecord({ 'WARC-Type': 'response', 'Content-Type': 'application/http' }, `${answer()}abcdef`, { length: 22 });
    const all = await around(short);
    expect(all.map(({ response }) => response?.body.bytes)).toEqual([undefined, 'good', 'abc', 'good']);
    expect(all[0]?.problem).toMatch(/^7 bytes at byte \d+ cannot be read: no record begins there$/);
  });

  test.each<[string, string, object]>([
    ['a head that is no HTTP', 'nonsense\r\n\r\nbody', { flags: expect.arrayContaining(['malformed']), body: { bytes: 'body' } }],
    ['a head that is cut short', 'HTTP/1.1 200 OK\r\nX: 1', { status: 200, problem: 'its head is cut short', fields: ['X: 1'] }],
    ['nothing at all', '', { problem: 'its head is cut short' }],
    ['a field that is refused', `${answer('A B: 1', 'C: 2')}x`, { status: 200, problem: expect.any(String), body: { bytes: 'x' } }],
    [
      'framing that is refused',
      `${answer('Content-Length: 1', 'Content-Length: 2')}x`,
      { problem: expect.any(String), body: { bytes: 'x' } },
    ],
  ])('%s is shown as far as it can be read', async (_what, block, expected) => {
    const all = await around(httpRecord('response', block));
    expect(all.map(({ response }) => response)).toMatchObject([{ status: 200 }, expected, { status: 200 }]);
  });

  test('a record that the file ends in', async () => {
    const whole = Buffer.concat([good, good]);
    const all = await read(whole.subarray(0, whole.length - 6));
    expect(all.map(({ response }) => response?.body)).toMatchObject([
      { bytes: 'good', complete: true },
      { bytes: 'go', complete: false, problem: 'the file ends inside of the record' },
    ]);
  });
});

test('by its first bytes, gzipped record by record or not', async () => {
  const records = [httpRecord('response', `${answer()}one`), httpRecord('response', `${answer()}two`)];
  expect([looksLikeWARC(records[0] as Buffer), looksLikeWARC(Buffer.from('WAR'))]).toEqual([true, false]);
  for (const bytes of [Buffer.concat(records), Buffer.concat(records.map((record) => gzipSync(record)))]) {
    const exchanges = await Promise.all((await collect(readCapture(bytes))).map(plain));
    expect(exchanges.map(({ response }) => response?.body.bytes)).toEqual(['one', 'two']);
  }
});

test('a gzip coding that is damaged: what came before is there, and that the rest was not read is said', async () => {
  const records = ['one', 'two', 'three'].map((text) => gzipSync(httpRecord('response', `${answer()}${text}`)));
  // A block of a type that there is none of, at the beginning of the second member's data.
  (records[1] as Buffer)[10] = 0xff;
  const exchanges = await collect(readCapture(Buffer.concat(records)));
  expect(exchanges.map(({ response, problem }) => [response !== null, problem])).toEqual([
    [true, null],
    [false, 'the gzip coding of the file is damaged near its byte 0: what is behind that was not read'],
  ]);
});

test('any bytes, and any damage: an end', async () => {
  const sample = Buffer.concat([
    httpRecord('request', REQUEST),
    httpRecord('response', `${answer('Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`),
  ]);
  const damage = fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(damage, fc.uint8Array({ maxLength: 80 }), fc.nat(sample.length), async (changes, inserted, place) => {
      const bytes = Buffer.from(sample);
      for (const [at, value] of changes) bytes[at] = value;
      const all = await read(Buffer.concat([bytes.subarray(0, place), inserted, bytes.subarray(place)]));
      expect(all.length).toBeLessThan(20);
    }),
    { seed: 1, numRuns: 100 },
  );
});
