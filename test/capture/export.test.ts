// Exports: what is written, that it can be read again, that it cannot hurt whoever opens it, and that it keeps secrets.

import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { toCSV } from '../../src/capture/export/csv.js';
import { FileNames, safeName, toFiles } from '../../src/capture/export/files.js';
import { toHAR } from '../../src/capture/export/har.js';
import { toNDJSON } from '../../src/capture/export/ndjson.js';
import { toWARC } from '../../src/capture/export/warc.js';
import { readHAR } from '../../src/capture/har.js';
import { sourceOf } from '../../src/capture/source.js';
import { VERSION } from '../../src/capture/version.js';
import { readWARC } from '../../src/capture/warc.js';
import type { Exchange } from '../../src/capture/exchange.js';
import { collect, crlf, plain } from '../support/archives.js';
import { makeExchange, textOf } from '../support/exchanges.js';
import { harFaults } from '../support/har.js';

const REQUEST = crlf('GET /a?b=c%20d&e HTTP/1.1', 'Host: example.org', '');
const ok = (...fields: string[]): string => crlf('HTTP/1.1 200 OK', ...fields, '');

const SECRETS = ['s3cret-a', 's3cret-b', 's3cret-c', 's3cret-d', 's3cret-e', 's3cret-f'];
const secretive = (): Exchange =>
  makeExchange({
    request: `${crlf(
      'POST http://me:s3cret-a@example.org/ HTTP/1.1',
      'authorization: Basic s3cret-b',
      'Proxy-Authorization: s3cret-c',
      'Cookie: a=s3cret-d',
      'X-Kept: kept',
      'Content-Length: 4',
      '',
    )}body`,
    response: ok('Set-Cookie: a=s3cret-e; Path=/; HttpOnly', 'SET-COOKIE: b=1;\r\n s3cret-f', 'Content-Length: 0'),
  });

describe.each<[string, (exchanges: Exchange[], options?: { redact?: boolean }) => AsyncIterable<string | Uint8Array>]>([
  ['HAR', toHAR],
  ['WARC', toWARC],
  ['NDJSON', toNDJSON],
])('%s and secrets', (_name, write) => {
  test('they are left out unless they are asked for', async () => {
    const text = await textOf(write([secretive()]));
    expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).toContain('[redacted]');
    expect(text).toContain('kept');
    expect(text).toContain('body');
  });

  test('redact: false', async () => {
    const text = await textOf(write([secretive()], { redact: false }));
    expect(SECRETS.filter((secret) => !text.includes(secret))).toEqual([]);
    expect(text).not.toContain('[redacted]');
  });
});

describe('HAR', () => {
  const write = async (...exchanges: Exchange[]): Promise<any> => {
    const text = await textOf(toHAR(exchanges, { redact: false }));
    expect(harFaults(text)).toEqual([]);
    return JSON.parse(text).log;
  };

  test('an exchange', async () => {
    const log = await write(makeExchange({ request: REQUEST, response: `${ok('Content-Type: text/plain', 'Location: /x')}h\xc3\xa9` }));
    expect(log).toMatchObject({
      version: '1.2',
      creator: { name: 'headlong', version: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version },
      pages: [{ startedDateTime: '2026-01-02T03:04:05.678Z' }],
      entries: [
        {
          startedDateTime: '2026-01-02T03:04:05.676Z',
          time: 9,
          timings: { connect: 2, send: 1, wait: 2, receive: 4, blocked: -1 },
          serverIPAddress: '192.0.2.1',
          request: {
            method: 'GET',
            url: 'http://example.org/a?b=c%20d&e',
            httpVersion: 'HTTP/1.1',
            queryString: [
              { name: 'b', value: 'c d' },
              { name: 'e', value: '' },
            ],
          },
          response: { status: 200, redirectURL: '/x', content: { size: 3, mimeType: 'text/plain', text: 'h\u00e9' } },
        },
      ],
    });
    expect(log.entries[0]).not.toHaveProperty('comment');
  });

  test.each<[string, Exchange, object]>([
    [
      'no response',
      makeExchange({ request: REQUEST }),
      { comment: 'there is no response', response: { status: 0, content: { size: 0, mimeType: 'x-unknown' } } },
    ],
    [
      'no request',
      makeExchange({ response: ok() }),
      { comment: 'the request was not captured', request: { method: '', url: 'http://192.0.2.1/' } },
    ],
    [
      'neither, and no address',
      makeExchange({ response: ok(), server: { address: '', port: 0 } }),
      { request: { url: 'http://unknown.invalid/' } },
    ],
    [
      'a body that is no text',
      makeExchange({ response: `${ok()}\xff\0` }),
      { response: { content: { encoding: 'base64', text: '/wA=' } } },
    ],
    [
      'an image that could be text',
      makeExchange({ response: `${ok('Content-Type: image/svg+xml')}<svg/>` }),
      { response: { content: { encoding: 'base64' } } },
    ],
    [
      'a body that was coded',
      makeExchange({ response: Buffer.concat([Buffer.from(ok('Content-Encoding: gzip')), gzipSync('a'.repeat(500))]) }),
      { response: { content: { size: 500, text: 'a'.repeat(500), compression: 500 - gzipSync('a'.repeat(500)).length } } },
    ],
    [
      'a body that cannot be decoded',
      makeExchange({ response: `${ok('Content-Encoding: br')}\x91` }),
      { comment: expect.stringContaining('response: br: '), response: { content: { comment: expect.stringContaining('br: ') } } },
    ],
    [
      'a request body that is no text',
      makeExchange({ request: `${crlf('POST / HTTP/1.1', 'Content-Length: 2', '')}\xff\0` }),
      { request: { postData: { text: '/wA=', _encoding: 'base64' }, bodySize: 2 } },
    ],
    [
      'damage',
      makeExchange({ response: `${ok('Content-Length: 9')}x` }),
      { _flags: ['truncated'], comment: expect.stringContaining('1 of 9 bytes') },
    ],
    [
      'cookies',
      makeExchange({
        request: crlf('GET / HTTP/1.1', 'Cookie: a=1; b="x=y"', ''),
        response: ok('Set-Cookie: c=2; Path=/p; Secure; Expires=Thu, 01 Jan 2026 00:00:00 GMT'),
      }),
      {
        request: {
          cookies: [
            { name: 'a', value: '1' },
            { name: 'b', value: '"x=y"' },
          ],
        },
        response: { cookies: [{ name: 'c', value: '2', path: '/p', secure: true, httpOnly: false, expires: '2026-01-01T00:00:00.000Z' }] },
      },
    ],
    ['times that are none', makeExchange({ request: REQUEST, started: NaN }), { startedDateTime: '1970-01-01T00:00:00.000Z' }],
  ])('%s', async (_what, exchange, expected) => {
    expect((await write(exchange)).entries).toMatchObject([expected]);
  });

  test('what holds no message is in the comment of the log', async () => {
    const log = await write(makeExchange({ problem: 'bytes 1 to 9 cannot be read' }), makeExchange({ request: REQUEST }));
    expect(log).toMatchObject({ comment: 'bytes 1 to 9 cannot be read', entries: [{ request: { method: 'GET' } }] });
  });

  test('nothing', async () => {
    expect((await write()).entries).toEqual([]);
    expect((await write(makeExchange({ problem: 'x' }))).entries).toEqual([]);
  });
});

describe('WARC', () => {
  test('the bytes as they came, and what belongs together', async () => {
    const request = REQUEST;
    const response = `${ok('Transfer-Encoding: chunked', 'X: a  b')}5\r\nhello\r\n0\r\nT: 1\r\n\r\n`;
    const warc = await textOf(toWARC([makeExchange({ request, response })], { redact: false }));
    expect(warc).toContain(request);
    expect(warc).toContain(response);
    const [exchange, ...others] = await collect(readWARC(sourceOf(Buffer.from(warc))));
    expect(others).toEqual([]);
    expect(await plain(exchange as Exchange)).toMatchObject({
      url: 'http://example.org/a?b=c%20d&e',
      request: { method: 'GET', startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) },
      response: { body: { bytes: 'hello', complete: true }, trailers: ['T: 1'] },
      connection: { server: { address: '192.0.2.1', port: 80 } },
    });
  });

  test('a URL with line ends cannot add fields', async () => {
    const warc = await textOf(toWARC([makeExchange({ response: ok(), url: 'http://h/\r\nX: 1' })]));
    expect(warc).toContain('WARC-Target-URI: http://h/%0D%0AX:%201\r\n');
  });

  test('what could not be read is a record of its own', async () => {
    const warc = await textOf(toWARC([makeExchange({ problem: 'lost\r\nX: 1' })]));
    expect(warc).toMatch(/WARC-Type: metadata\r\n[^]*\r\n\r\nproblem: lost X: 1\r\n\r\n\r\n$/);
  });
});

describe('NDJSON', () => {
  const line = async (exchange: Exchange, options = {}): Promise<any> => JSON.parse(await textOf(toNDJSON([exchange], options)));
  const exchange = makeExchange({
    request: REQUEST,
    response: Buffer.concat([Buffer.from(ok('A: \xe9', 'Content-Encoding: gzip'), 'latin1'), gzipSync('hello')]),
  });

  test('a line for each', async () => {
    const lines = (await textOf(toNDJSON([exchange, makeExchange({ problem: 'lost' })]))).trimEnd().split('\n');
    expect(lines.map((text) => JSON.parse(text))).toMatchObject([
      {
        url: 'http://example.org/a?b=c%20d&e',
        request: { method: 'GET' },
        response: {
          status: 200,
          headers: [
            ['A', '\xe9'],
            ['Content-Encoding', 'gzip'],
          ],
        },
      },
      { url: null, request: null, response: null, problem: 'lost' },
    ]);
  });

  test('bodies', async () => {
    const { body } = (await line(exchange)).response;
    expect(body).toEqual({ length: gzipSync('hello').length, complete: true, problem: null });
    expect((await line(exchange, { bodies: 'base64' })).response.body).toEqual({
      ...body,
      decodedLength: 5,
      base64: Buffer.from('hello').toString('base64'),
    });
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    expect((await line(exchange, { bodies: 'sha256' })).response.body).toEqual({ ...body, decodedLength: 5, sha256 });
    const save = async (bytes: Uint8Array, _: Exchange, side: string): Promise<string> => `${side}-${bytes.length}`;
    expect((await line(exchange, { save })).response.body.file).toBe('response-5');
  });
});

describe('CSV', () => {
  /** The cells of the only line behind the names, by the rules of RFC 4180. */
  const cellsOf = async (exchange: Exchange): Promise<string[]> => {
    const [, row = ''] = /^[^\r]*\r\n([^]*)\r\n$/.exec(await textOf(toCSV([exchange]))) ?? [];
    const cells: string[] = [];
    for (let rest = `,${row}`; rest !== '';) {
      const [all, inQuotes, plainCell] = /^,(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|$)/.exec(rest) ?? [];
      if (all === undefined) throw new Error(`no cell begins at ${JSON.stringify(rest)}`);
      cells.push(inQuotes?.replaceAll('""', '"') ?? (plainCell as string));
      rest = rest.slice(all.length);
    }
    return cells;
  };

  test('a table', async () => {
    const exchange = makeExchange({ request: REQUEST, response: `${ok('Content-Type: text/html; charset="utf-8"')}hello` });
    expect(await textOf(toCSV([exchange]))).toBe(
      crlf(
        'started,connection,client,server,method,url,status,reason,version,type,request body,response body,connect ms,send ms,wait ms,receive ms,flags,problem',
        `2026-01-02T03:04:05.678Z,${exchange.connection.id},127.0.0.1:50000,192.0.2.1:80,GET,http://example.org/a?b=c%20d&e,200,OK,HTTP/1.1,"text/html; charset=""utf-8""",0,5,2,1,2,4,close-delimited,`,
      ),
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\uff1d1'])('%j is no formula', async (reason) => {
    const exchange = makeExchange({ request: REQUEST });
    const answered = { ...exchange, response: { ...(makeExchange({ response: ok() }).response as object), reason } } as Exchange;
    expect((await cellsOf(answered))[7]).toBe(`'${reason}`);
  });

  test('any text is one cell', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(',', '"', '\n', '\r', '=', 'a', ' ') }), async (problem) => {
        const cells = await cellsOf(makeExchange({ problem }));
        expect(cells.length).toBe(18);
        expect([problem, `'${problem}`]).toContain(cells[17]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('files', () => {
  test.each<[string, string, string]>([
    ['http://h/a/b.png?x=/y', 'Content-Type: image/png', 'b.png'],
    ['http://h/', 'Content-Type: text/html', 'index.html'],
    ['http://h/photo', 'Content-Type: image/jpeg', 'photo.jpg'],
    ['http://h/%2e%2e%2fetc%2fpasswd', 'X: 1', 'passwd'],
    ['http://h/x', 'Content-Disposition: attachment; filename="..\\\\..\\\\evil.exe"', 'evil.exe'],
    ['http://h/.htaccess', 'X: 1', 'htaccess'],
    ['http://h/con', 'Content-Type: text/plain', '_con.txt'],
    ['http://h/%00%0a<b>:|?', 'X: 1', 'b_'],
  ])('%s, %s: %s', async (url, field, name) => {
    const [file] = await collect(toFiles([makeExchange({ response: `${ok(field)}x`, url })]));
    expect(file?.name).toBe(name);
  });

  test('what is in them', async () => {
    const coded = Buffer.concat([Buffer.from(ok('Content-Encoding: br', 'Content-Type: text/plain')), brotliCompressSync('hello')]);
    const files = await collect(
      toFiles([makeExchange({ response: coded, url: 'http://h/a' }), makeExchange({ request: REQUEST }), makeExchange({ response: ok() })]),
    );
    expect(files).toEqual([{ name: 'a.txt', bytes: new Uint8Array(Buffer.from('hello')), type: 'text/plain', problem: null }]);
  });

  test('no name twice, in any letter case', () => {
    const names = new FileNames();
    const given = ['a.txt', 'A.txt', 'a-2.txt', 'a.txt', 'b', 'b', 'b-2'].map((name) => names.next(name));
    expect(new Set(given.map((name) => name.toLowerCase())).size).toBe(given.length);
    expect(given.slice(0, 2)).toEqual(['a.txt', 'A-2.txt']);
  });

  test('any name is safe', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (wanted) => {
        const name = safeName(wanted);
        expect(name).toMatch(/^[^\s./\\:*?"<>|\0-\x1f\x7f-][^/\\:*?"<>|\0-\x1f\x7f]*$/);
        expect(name).not.toMatch(/[. ]$/);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('there and back', () => {
  const token = fc
    .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/)
    .filter((name) => !/^(content|transfer|connection|upgrade|expect)/i.test(name));
  const value = fc.stringMatching(/^[!-~\xa1-\xff](?:[ -~\xa1-\xff]{0,20}[!-~\xa1-\xff])?$/);
  const fields = fc.array(fc.tuple(token, value), { maxLength: 5 });
  const body = fc.oneof(
    fc.string({ maxLength: 50 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  );
  const message = fc.record({ fields, body, chunked: fc.boolean() });
  const exchange = fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'M-SEARCH'),
      path: fc.stringMatching(/^\/[a-z0-9./~%=&?-]{0,20}$/),
      status: fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
      started: fc.integer({ min: 0, max: 2e12 }),
      request: message,
      response: fc.option(message),
    })
    .map(({ method, path, status, started, request, response }) => {
      const lines = (
        start: string,
        { fields: given, body: content, chunked }: { fields: [string, string][]; body: Buffer; chunked: boolean },
      ): Buffer => {
        const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content.length}`;
        const head = Buffer.from(crlf(start, ...given.map(([name, text]) => `${name}: ${text}`), framing, ''), 'latin1');
        if (!chunked) return Buffer.concat([head, content]);
        const chunk = content.length === 0 ? [] : [Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')];
        return Buffer.concat([head, ...chunk, Buffer.from('0\r\n\r\n')]);
      };
      return makeExchange({
        request: lines(`${method} ${path} HTTP/1.1`, request),
        response: response === null ? null : lines(`HTTP/1.1 ${status} Fine`, response),
        started,
        url: `http://example.org${path}`,
      });
    });

  const essence = ({ request, response, url }: Awaited<ReturnType<typeof plain>>) => ({
    url,
    request: request && {
      method: request.method,
      target: request.target,
      fields: request.fields,
      body: request.body,
      startedAt: request.startedAt,
    },
    response: response && { status: response.status, reason: response.reason, fields: response.fields, body: response.body },
  });

  test.each<[string, (exchange: Exchange) => Promise<Exchange[]>]>([
    ['HAR', async (made) => collect(readHAR(sourceOf(Buffer.from(await textOf(toHAR([made], { redact: false }))))))],
    ['WARC', async (made) => collect(readWARC(sourceOf(Buffer.concat(await collect(toWARC([made], { redact: false }))))))],
    [
      'HAR, then WARC',
      async (made) => {
        const har = await textOf(toHAR([made], { redact: false }));
        return collect(readWARC(sourceOf(Buffer.concat(await collect(toWARC(readHAR(sourceOf(Buffer.from(har))), { redact: false }))))));
      },
    ],
  ])('by way of %s', async (name, thereAndBack) => {
    await fc.assert(
      fc.asyncProperty(exchange, async (made) => {
        const [back, ...others] = await thereAndBack(made);
        expect(others).toEqual([]);
        const before = essence(await plain(made));
        const after = essence(await plain(back as Exchange));
        if (name.includes(',')) {
          // What the wire was is not in a HAR: neither are the fields that frame it.
          for (const side of [before.request, before.response, after.request, after.response]) {
            if (side) side.fields = side.fields.filter((field) => !/^(?:content-length|transfer-encoding)/i.test(field));
          }
        }
        expect(after).toEqual(before);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('what is written of any exchange is a HAR', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(exchange, { maxLength: 3 }), async (made) => {
        expect(harFaults(await textOf(toHAR(made)))).toEqual([]);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

test('the version is that of the package', () => {
  expect(VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});
