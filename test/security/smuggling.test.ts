// What a caller hands in never becomes more than one request, or another one: it is refused before a byte is written, whichever way it
// is handed in. Each row is an attack that somebody met; a server that keeps every byte is the judge.
// The texts that each check refuses, one by one, are in test/core/request.test.ts.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, InvalidURL, PoolManager } from '../../src/index.js';
import { run } from '../cli/run.js';
import { afterwards, connectionTo, eventually, get, rejection, soon } from '../client/harness.js';
import { record, type Recorder } from './recorder.js';

/** A request as it is handed in. */
interface Attempt {
  readonly method?: any;
  readonly target?: any;
  readonly headers?: any;
  readonly body?: any;
  readonly options?: any;
}

type Way = (at: Recorder, attempt: Attempt) => Promise<unknown>;

function poolOf(options: object): PoolManager {
  const pool = new PoolManager(options);
  afterwards(() => pool.destroy());
  return pool;
}

const ways: Record<string, Way> = {
  'request()': (at, { method = 'POST', target = '/', headers, body = null, options }) =>
    connectionTo(at).request(method, target, body, headers ?? null, options),
  async 'putheader()'(at, { method = 'POST', target = '/', headers, body = null }) {
    const connection = connectionTo(at);
    connection.putrequest(method, target);
    const pairs = Symbol.iterator in (headers ?? []) ? [...(headers ?? [])] : Object.entries(headers);
    for (const [name, value] of pairs) for (const one of Array.isArray(value) ? value : [value]) connection.putheader(name, one);
    await connection.endheaders(body);
  },
  PoolManager: (at, { method = 'POST', target = '/', headers, body, options }) =>
    poolOf({}).request(method, `http://${at.host}:${at.port}${target}`, { headers, body, ...options }),
  'PoolManager through a proxy': (at, { method = 'POST', target = '/', headers, body, options }) =>
    poolOf({ proxy: `http://${at.host}:${at.port}` }).request(method, `http://h.test${target}`, { headers, body, ...options }),
  async 'set_tunnel()'(at, { headers }) {
    const connection = connectionTo(at);
    connection.set_tunnel('h.test', 80, headers);
    await connection.request('GET', '/');
  },
};

const HIGH_LEVEL = ['request()', 'PoolManager', 'PoolManager through a proxy'];
const REQUESTS = [...HIGH_LEVEL, 'putheader()'];
const EVERY = [...REQUESTS, 'set_tunnel()'];

/** A second reading of the same object gives another text. */
function changing(...texts: readonly string[]): { toString(): string; readonly length: number } {
  let at = 0;
  return { toString: () => texts[Math.min(at++, texts.length - 1)] as string, length: 1 };
}

/** Ends of a line, and what is cut down to one where a string is written as latin-1. */
const BREAKS: readonly [cve: string, text: string][] = [
  ['CVE-2016-5699, CRLF', 'a\r\nX: y'],
  ['CVE-2016-5699, LF', 'a\nX: y'],
  ['CVE-2016-5699, CR', 'a\rX: y'],
  ['CVE-2016-5699, CRLF at the end', 'a\r\n'],
  ['CVE-2016-2216, NUL', 'a\0b'],
  ['CVE-2018-12116, U+010D U+010A', 'a\u010d\u010aX: y'],
  ['CVE-2016-2216, U+560D U+560A', 'a\u560d\u560aX: y'],
  ['a lone surrogate', 'a\ud83d'],
];

type Row = readonly [cve: string, through: readonly string[], attempt: () => Attempt];

const rows: readonly Row[] = [
  // Methods.
  ...BREAKS.map(([cve, text]): Row => [`method: ${cve}`, REQUESTS, () => ({ method: text })]),
  ['method: CVE-2020-26116', REQUESTS, () => ({ method: 'GET / HTTP/1.1\r\nX: y\r\n\r\nGET' })],
  ['method: CVE-2020-26137, a blank', REQUESTS, () => ({ method: 'GET /admin' })],
  ['method: a colon', REQUESTS, () => ({ method: 'GET:' })],
  ['method: empty', REQUESTS, () => ({ method: '' })],
  ['method: an object whose text is no token', REQUESTS, () => ({ method: changing('GET\r\nX: y', 'GET') })],
  ['method: an array', REQUESTS, () => ({ method: ['GET', 'POST'] })],
  // Targets.
  ...BREAKS.map(([cve, text]): Row => [`target: ${cve}`, REQUESTS, () => ({ target: `/${text}` })]),
  ['target: CVE-2019-9740', REQUESTS, () => ({ target: '/ HTTP/1.1\r\nX: y\r\n\r\n' })],
  ['target: CVE-2019-9947, a blank', REQUESTS, () => ({ target: '/a b' })],
  ['target: CVE-2019-9947, HTAB', REQUESTS, () => ({ target: '/a\tb' })],
  ['target: CVE-2019-9947, DEL', REQUESTS, () => ({ target: '/\x7f' })],
  ['target: CVE-2022-31150, in the query', REQUESTS, () => ({ target: '/?a=\r\nX: y' })],
  ['target: latin-1', REQUESTS, () => ({ target: '/\xe9' })],
  ['target: user information', ['request()', 'putheader()'], () => ({ target: 'http://u:p@h/' })],
  ['target: an object whose text changes', ['request()', 'putheader()'], () => ({ target: changing('/\r\nX: y', '/') })],
  // Field values, everywhere where there are any.
  ...BREAKS.map(([cve, text]): Row => [`field value: ${cve}`, EVERY, () => ({ headers: { A: text } })]),
  ...BREAKS.slice(0, 5).map(([cve, text]): Row => [`field value in bytes: ${cve}`, EVERY, () => ({ headers: { A: Buffer.from(text) } })]),
  ...BREAKS.map(([cve, text]): Row => [`second of two values: ${cve}`, EVERY, () => ({ headers: { A: ['b', text] } })]),
  ['field value: undici 354a151f6, an object whose text changes', EVERY, () => ({ headers: { A: changing('a', 'a\r\nX: y') } })],
  ['field value: an array in an array', EVERY, () => ({ headers: { A: [['a\r\nX: y']] } })],
  ['field value: NaN', EVERY, () => ({ headers: { A: NaN } })],
  ['field value: a number that is written with an exponent', EVERY, () => ({ headers: { A: 1e21 } })],
  ['field value: null', EVERY, () => ({ headers: { A: null } })],
  ['field value: CVE-2022-35948, Content-Type', EVERY, () => ({ headers: { 'Content-Type': 'a/b\r\nX: y' }, body: 'a' })],
  ['field value: CVE-2023-23936, Host', EVERY, () => ({ headers: { Host: 'h\r\nX: y' } })],
  ['field value: CVE-2026-1502, Proxy-Authorization', EVERY, () => ({ headers: { 'Proxy-Authorization': 'Basic YQ==\r\nX: y' } })],
  // Field names.
  ...BREAKS.map(([cve, text]): Row => [`field name: ${cve}`, EVERY, () => ({ headers: [[text, 'b']] })]),
  ['field name: CVE-2021-22959, a blank before the colon', EVERY, () => ({ headers: { 'A ': 'b' } })],
  ['field name: a colon', EVERY, () => ({ headers: { 'A: b\r\nC': 'd' } })],
  ['field name: empty', EVERY, () => ({ headers: [['', 'b']] })],
  ['field name: CVE-2020-8201, CR in a framing field', EVERY, () => ({ headers: { 'Content\rLength': '5' } })],
  ['field name: an object whose text is no token', EVERY, () => ({ headers: [[changing('A\r\nX', 'A'), 'b']] })],
  ['headers: a string', HIGH_LEVEL, () => ({ headers: 'A: b\r\nX: y' })],
  ['headers: a flat array', HIGH_LEVEL, () => ({ headers: ['A', 'b\r\nX: y'] })],
  // Framing: one, and one that everybody reads alike.
  [
    'framing: CVE-2026-1525, two of different letter case',
    REQUESTS,
    () => ({
      headers: [
        ['Content-Length', '5'],
        ['content-length', '0'],
      ],
      body: 'hello',
    }),
  ],
  ['framing: CVE-2026-1525, two that are equal', REQUESTS, () => ({ headers: { 'Content-Length': ['5', '5'] }, body: 'hello' })],
  ['framing: two in one value', REQUESTS, () => ({ headers: { 'Content-Length': '5, 5' }, body: 'hello' })],
  [
    'framing: Content-Length and Transfer-Encoding',
    REQUESTS,
    () => ({ headers: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }, body: 'hello' }),
  ],
  [
    'framing: Transfer-Encoding and Content-Length',
    REQUESTS,
    () => ({ headers: { 'Transfer-Encoding': 'chunked', 'Content-Length': '5' }, body: 'hello' }),
  ],
  ['framing: Transfer-Encoding twice', REQUESTS, () => ({ headers: { 'Transfer-Encoding': ['chunked', 'identity'] }, body: ['a'] })],
  ...['+5', '-5', '0x5', '5.0', '5e0', '0_5', '', '5 5', '9007199254740993', '\x0b5', '5\x0c', '\xa05', '5\t', '\t5', 'five'].map(
    (text): Row => [
      `framing: CVE-2018-7159, Content-Length ${JSON.stringify(text)}`,
      REQUESTS,
      () => ({ headers: { 'Content-Length': text }, body: 'hello' }),
    ],
  ),
  ...[
    'identity',
    'chunked, identity',
    'chunked, chunked',
    'xchunked',
    'chunkedx',
    'chunked,',
    ',chunked',
    'gzip',
    '',
    '\x0bchunked',
    'chunked\x0c',
    '\xa0chunked',
    'gzip,\x0bchunked',
    '"chunked"',
    'chunked\t',
    'gzip,\tchunked',
  ].map((text): Row => [
    `framing: CVE-2019-15605, Transfer-Encoding ${JSON.stringify(text)}`,
    REQUESTS,
    () => ({ headers: { 'Transfer-Encoding': text }, body: ['hello'] }),
  ]),
  ['framing: a body longer than declared', REQUESTS, () => ({ headers: { 'Content-Length': '1' }, body: 'GET /admin' })],
  ['framing: a body shorter than declared', HIGH_LEVEL, () => ({ headers: { 'Content-Length': '100' }, body: 'short' })],
  ['framing: a length and no body', HIGH_LEVEL, () => ({ headers: { 'Content-Length': '100' } })],
  ['framing: Transfer-Encoding and no body', HIGH_LEVEL, () => ({ headers: { 'Transfer-Encoding': 'chunked' } })],
  ['framing: Host twice', REQUESTS, () => ({ headers: { Host: ['a', 'b'] } })],
  ['framing: Content-Length towards a proxy', ['set_tunnel()'], () => ({ headers: { 'Content-Length': '5' } })],
  ['framing: Transfer-Encoding towards a proxy', ['set_tunnel()'], () => ({ headers: { 'Transfer-Encoding': 'chunked' } })],
  // Trailers.
  ...BREAKS.map(([cve, text]): Row => [`trailer value: ${cve}`, HIGH_LEVEL, () => ({ body: ['a'], options: { trailers: { A: text } } })]),
  ...BREAKS.map(([cve, text]): Row => [
    `trailer name: ${cve}`,
    HIGH_LEVEL,
    () => ({ body: ['a'], options: { trailers: { [text]: 'b' } } }),
  ]),
  ['trailer: Transfer-Encoding', HIGH_LEVEL, () => ({ body: ['a'], options: { trailers: { 'transfer-encoding': 'chunked' } } })],
  ['trailer: Content-Length', HIGH_LEVEL, () => ({ body: ['a'], options: { trailers: { 'CONTENT-LENGTH': '5' } } })],
  [
    'trailer: beside a Content-Length',
    HIGH_LEVEL,
    () => ({ body: 'a', headers: { 'Content-Length': '1' }, options: { trailers: { A: 'b' } } }),
  ],
  // What options and bodies bring along.
  ...BREAKS.map(([cve, text]): Row => [`upgrade: CVE-2026-1527, ${cve}`, HIGH_LEVEL, () => ({ options: { upgrade: text } })]),
  ['upgrade: an object', HIGH_LEVEL, () => ({ options: { upgrade: changing('websocket', 'a\r\nX: y') } })],
  ...BREAKS.map(([cve, text]): Row => [
    `type of a blob: GHSA-m8rv-5g2x-5cg5, ${cve}`,
    HIGH_LEVEL,
    () => ({ body: fakeBlob({ type: text }) }),
  ]),
  ['type of a blob: an object', HIGH_LEVEL, () => ({ body: fakeBlob({ type: changing('a/b', 'a\r\nX: y') }) })],
  ['size of a blob: a text', HIGH_LEVEL, () => ({ body: fakeBlob({ size: '1\r\nX: y' }) })],
  ['size of a blob: negative', HIGH_LEVEL, () => ({ body: fakeBlob({ size: -1 }) })],
];

function fakeBlob(its: object): object {
  return { [Symbol.toStringTag]: 'Blob', size: 1, type: '', stream: () => new Blob(['a']).stream(), ...its };
}

describe('refused before a byte is written', () => {
  test.each(rows)('%s', async (_, through, attempt) => {
    for (const way of through) {
      const at = await record();
      const error = await soon(rejection((ways[way] as Way)(at, attempt())), way);
      expect([way, error instanceof TypeError || error instanceof InvalidURL]).toEqual([way, true]);
      expect([way, at.bytes]).toEqual([way, '']);
      // The server works: what it would have been sent, it would have kept.
      const sentinel = connectionTo(at);
      expect(await (await get(sentinel, '/sentinel')).text()).toBe('recorded');
      expect(at.bytes).toBe(`GET /sentinel HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nAccept-Encoding: identity\r\n\r\n`);
    }
  });
});

describe('hosts', () => {
  const hosts: readonly [cve: string, host: string][] = [
    ...BREAKS.map(([cve, text]): [string, string] => [cve, text]),
    ['CVE-2019-18348, CRLF', '127.0.0.1\r\nX: y'],
    ['CVE-2019-18348, a blank', '127.0.0.1 x'],
    ['CVE-2019-18348, in brackets', '[::1]\r\nX: y'],
    ['CVE-2022-35949, a path', 'h/evil'],
    ['CVE-2022-35949, a backslash', 'h\\evil'],
    ['CVE-2022-35949, user information', 'u@h'],
    ['a query', 'h?x'],
    ['a fragment', 'h#x'],
    ['a percent sign', 'h%0d%0aX:y'],
    ['full-width letters that become a delimiter', 'h\uff0fevil'],
  ];
  test.each(hosts)('%s', async (_, host) => {
    const at = await record();
    for (const [way, call] of Object.entries({
      constructor: async () => new HTTPConnection(host, at.port),
      'set_tunnel()': async () => connectionTo(at).set_tunnel(host, 80),
      // A URL ends its host at these by itself.
      PoolManager: async () => (/[/?#]/.test(host) ? new HTTPConnection(host) : poolOf({}).request('GET', `http://${host}/`)),
      'a port': async () => new HTTPConnection('127.0.0.1', `${at.port}${host}`),
      'the port of set_tunnel()': async () => connectionTo(at).set_tunnel('h', `80${host}`),
    }))
      expect([way, await rejection(call())]).toEqual([way, expect.any(InvalidURL)]);
    expect([at.bytes, at.connections]).toEqual(['', 0]);
  });

  test.each([
    ['CVE-2022-35949, two slashes', '//evil.test/x'],
    ['CVE-2022-35949, an absolute target', 'http://evil.test/x'],
    ['CVE-2022-35949, a backslash', '/\\evil.test'],
    ['another port', ':1/'],
  ])('a target names no other server to connect to: %s', async (_, target) => {
    const at = await record();
    await (await get(connectionTo(at), target)).read();
    expect(at.bytes.split(' ', 2)).toEqual(['GET', target]);
  });
});

describe('what changes while it is looked at is taken once', () => {
  test('getters, a proxy, iterators, bytes that change later', async () => {
    const at = await record();
    let reads = 0;
    const headers = {
      get A(): string {
        return reads++ === 0 ? 'first' : 'second\r\nX: y';
      },
    };
    const proxied = new Proxy({ B: 'x' }, { get: (_target, name) => (name === 'B' && reads++ === 1 ? 'first' : undefined) });
    const bytes = Buffer.from('first');
    const pairs = {
      *[Symbol.iterator](): Generator<[string, unknown]> {
        yield ['C', bytes];
        bytes.set(Buffer.from('\r\nX:y'));
        yield ['D', 'first'];
      },
    };
    const connection = connectionTo(at);
    for (const one of [headers, proxied, { E: Buffer.from('first') }]) {
      await connection.request('GET', '/', null, one as Record<string, string>);
      await (await connection.getresponse()).read();
    }
    // What is no value any more when it is read is refused.
    expect(await rejection(connection.request('GET', '/', null, pairs as never))).toBeInstanceOf(TypeError);
    expect(at.bytes).not.toContain('X:');
    expect(at.bytes.match(/^[A-E]: .*$/gm)).toEqual(['A: first', 'B: first', 'E: first']);
  });

  test('a method, a target and a name whose text is good once', async () => {
    const at = await record();
    const connection = connectionTo(at);
    const asked: any[] = [changing('GET', 'X\r\nX: y'), changing('/once', '/\r\nX: y'), null, [[changing('Once', 'X\r\nX'), '1']]];
    await connection.request(...(asked as Parameters<typeof connection.request>));
    await (await connection.getresponse()).read();
    expect(at.bytes).toMatch(/^GET \/once HTTP\/1\.1\r\nHost: [^\r\n]*\r\nAccept-Encoding: identity\r\nOnce: 1\r\n\r\n$/);
  });

  test('headers that a pool was given, and that change while the request waits', async () => {
    const at = await record();
    const pool = poolOf({ connections: 1 });
    const url = `http://${at.host}:${at.port}/`;
    const headers: Record<string, string> = { A: 'first' };
    const first = pool.request('GET', url, { headers });
    const second = pool.request('GET', url, { headers });
    headers['A'] = 'later\r\nX: y';
    await Promise.all([first, second].map(async (one) => (await one).read()));
    expect(at.bytes.match(/^A: .*$/gm)).toEqual(['A: first', 'A: first']);
  });
});

describe('bodies', () => {
  test.each<[name: string, body: () => unknown, headers: Record<string, string>]>([
    ['an iterable longer than declared', () => ['abc', 'GET /admin HTTP/1.1\r\n\r\n'], { 'Content-Length': '3' }],
    ['a stream longer than declared', () => Readable.from(['ab', 'cGET /admin HTTP/1.1\r\n\r\n']), { 'Content-Length': '3' }],
    [
      'a blob that has more than it says',
      () => fakeBlob({ size: 3, stream: () => new Blob(['abcGET /admin HTTP/1.1\r\n\r\n']).stream() }),
      {},
    ],
    ['an iterable shorter than declared', () => ['ab'], { 'Content-Length': '3' }],
  ])('%s: TypeError, nothing beyond the length, and no other request behind it', async (_, body, headers) => {
    const at = await record();
    const connection = connectionTo(at);
    const outcome = await soon(rejection(connection.request('POST', '/', body() as string, headers).then(() => connection.getresponse())));
    expect(outcome).toBeInstanceOf(TypeError);
    await (await get(connection, '/next')).read();
    const [, sent = '', next = ''] = at.bytes.split(/\r\n\r\n(?!$)/);
    expect('abc'.startsWith(sent.replace(/GET \/next[^]*/, ''))).toBe(true);
    expect(at.bytes).not.toContain('/admin');
    expect([at.connections, `${sent}${next}`.includes('GET /next')]).toEqual([2, true]);
  });

  test('a chunk that looks like the end of its body stays a chunk', async () => {
    const at = await record();
    await connectionTo(at).request('POST', '/', ['0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n']);
    await eventually(() => at.bytes.endsWith('\r\n0\r\n\r\n') && at.bytes.includes('1C\r\n'));
    expect(at.bytes).toMatch(/\r\n1C\r\n0\r\n\r\nGET \/admin HTTP\/1\.1\r\n\r\n\r\n0\r\n\r\n$/);
  });

  test('an empty piece does not end a chunked body', async () => {
    const at = await record();
    await connectionTo(at).request('POST', '/', ['a', '', Buffer.alloc(0), 'b']);
    await eventually(() => at.bytes.endsWith('\r\n0\r\n\r\n'));
    expect(at.bytes).toMatch(/\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n$/);
  });
});

test('framing fields are not folded (CVE-2022-32215)', async () => {
  const at = await record();
  for (const [name, ...values] of [
    ['Transfer-Encoding', 'gzip,', 'chunked'],
    ['Transfer-Encoding', 'chunked', ''],
    ['Content-Length', '', '5'],
    ['Content-Length', '5', ''],
  ] as const) {
    const connection = connectionTo(at);
    connection.putrequest('POST', '/');
    expect(() => connection.putheader(name, ...values)).toThrow(TypeError);
  }
  expect(at.bytes).toBe('');
});

test.each([
  ['HTTP/1.1\r\nX: y', 11],
  ['HTTP/1.2', 11],
  ['HTTP/0.9', 10],
  ['', 11],
])('the version %j is refused', async (text, number) => {
  const at = await record();
  const connection = connectionTo(at);
  Object.assign(connection, { _http_vsn: number, _http_vsn_str: text });
  expect(await rejection(connection.request('GET', '/'))).toBeInstanceOf(TypeError);
  expect(at.bytes).toBe('');
});

test('properties of a connection that are overwritten reach no head unchecked', async () => {
  const at = await record();
  const connection = connectionTo(at);
  Object.assign(connection, { port: `${at.port}\r\nX: y` });
  expect(await rejection(connection.request('GET', '/'))).toBeInstanceOf(TypeError);
  expect(at.bytes).toBe('');
});

const unix = process.platform === 'win32' ? test.skip : test;
unix('through a socket path, too', async () => {
  const path = join(tmpdir(), `headlong-${process.pid}.sock`);
  const at = await record(path);
  const connection = new HTTPConnection('h.test', { socketPath: path });
  afterwards(() => connection.close());
  for (const [, text] of BREAKS) {
    expect(await rejection(connection.request('GET', '/', null, { A: text }))).toBeInstanceOf(TypeError);
    expect(await rejection(connection.request('GET', `/${text}`))).toBeInstanceOf(InvalidURL);
  }
  expect(at.bytes).toBe('');
  await (await get(connection)).read();
  expect(at.bytes).toBe('GET / HTTP/1.1\r\nHost: h.test\r\nAccept-Encoding: identity\r\n\r\n');
});

describe('the command', () => {
  const url = (at: Recorder): string => `http://${at.host}:${at.port}/`;
  test.each<[cve: string, args: (at: Recorder) => string[]]>([
    ['CVE-2016-5699, -H', (at) => ['-H', 'A: b\r\nX: y', url(at)]],
    ['CVE-2016-5699, -H with LF', (at) => ['-H', 'A: b\nX: y', url(at)]],
    ['-H with NUL', (at) => ['-H', 'A: b\0', url(at)]],
    ['-H whose name is no token', (at) => ['-H', 'A b: c', url(at)]],
    ['CVE-2020-26116, -X', (at) => ['-X', 'GET / HTTP/1.1\r\nX: y\r\n\r\nGET', url(at)]],
    ['-X with a blank', (at) => ['-X', 'GET /admin', url(at)]],
    ['CVE-2026-1525, two Content-Length', (at) => ['-d', 'hello', '-H', 'Content-Length: 5', '-H', 'content-length: 0', url(at)]],
    [
      'Content-Length and Transfer-Encoding',
      (at) => ['-d', 'hello', '-H', 'Content-Length: 5', '-H', 'Transfer-Encoding: chunked', url(at)],
    ],
    ['a wrong Content-Length', (at) => ['-d', 'hello', '-H', 'Content-Length: 1', url(at)]],
    ['CVE-2019-15605, Transfer-Encoding', (at) => ['-d', 'hello', '-H', 'Transfer-Encoding: xchunked', url(at)]],
    ['Host twice', (at) => ['-H', 'Host: a', '-H', 'Host: b', url(at)]],
    ['CVE-2019-18348, the host', (at) => [`http://127.0.0.1 x:${at.port}/`]],
    ['the host of a proxy', (at) => ['--proxy', `http://127.0.0.1 x:${at.port}`, 'http://h/']],
  ])('%s', async (_, args) => {
    const at = await record();
    const { code, stderr } = await run(['get', ...args(at)]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^headlong: /)]);
    expect([at.bytes, at.connections === 0 || at.bytes === '']).toEqual(['', true]);
  });

  test.each(['\r\nX: y', ' HTTP/1.1\r\nX: y', '\u010d\u010aX: y', '?a=\r\nX: y', '#\r\nX: y'])(
    'a URL with %j is one line',
    async (text) => {
      const at = await record();
      await run(['get', url(at) + text]);
      expect(at.bytes).toMatch(/^GET \/[!-~]* HTTP\/1\.1\r\nHost: /);
      expect(at.bytes).not.toMatch(/^X:/m);
    },
  );
});
