// Request bodies of every kind that api.md names: what goes out, how it is framed, with which Content-Type; the charsets of strings;
// and what cannot be a body, or a piece of one. Headers in all their forms, and the fields that the library adds.
// How much may be sent, and when, is in sending.test.ts.

import { mkdtemp, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { HTTPMessage, type BodyInit, type HeadersInit, type RequestOptions } from '../../src/index.js';
import {
  afterwards,
  again,
  connectionTo,
  eventually,
  expectUsable,
  rejection,
  serve,
  serveEach,
  sized,
  soon,
  type Peer,
  type Served,
  peerOf,
} from './harness.js';

interface Sent {
  head: string;
  body: string;
  field(name: string): string | null;
}

let at: Served;
/** What the server got, one entry for each request that it understood. */
let sent: Sent[] = [];

function unchunked(text: string): string {
  let data = '';
  for (let from = 0; ;) {
    const lineEnd = text.indexOf('\r\n', from);
    const size = Number.parseInt(text.slice(from, lineEnd), 16);
    if (size === 0) return data;
    data += text.slice(lineEnd + 2, lineEnd + 2 + size);
    from = lineEnd + 2 + size + 2;
  }
}

async function record(peer: Peer): Promise<void> {
  for (;;) {
    const head = await peer.head();
    const field = (name: string): string | null => new RegExp(`^${name}: (.*)\r$`, 'im').exec(head)?.[1] ?? null;
    const length = Number(field('content-length') ?? 0);
    const chunked = field('transfer-encoding') === 'chunked';
    const raw = chunked ? await peer.until('0\r\n\r\n') : await peer.take(length);
    sent.push({ head, body: chunked ? unchunked(raw) : raw, field });
    await peer.write(sized('ok'));
  }
}

/** What arrives when this is sent. */
async function sending(body: BodyInit | null, headers: HeadersInit | null = null, options: RequestOptions = {}): Promise<Sent> {
  sent = [];
  at = await serve(record);
  const connection = connectionTo(at);
  await soon(connection.request('POST', '/', body, headers, options), 'request()');
  expect(String(await (await soon(connection.getresponse())).read())).toBe('ok');
  return sent[0] as Sent;
}

async function fileWith(content: string): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'headlong-'));
  afterwards(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), content, 'latin1');
  const file = await open(join(folder, 'file'));
  afterwards(() => file.close());
  return file;
}

const BYTES = Uint8Array.of(0x00, 0x0d, 0x0a, 0x41, 0xff);
const TEXT = '\0\r\nA\xff';

async function* asyncly<T>(...pieces: T[]): AsyncGenerator<T> {
  for (const piece of pieces) yield piece;
}

/** A buffer, and a view of another kind on the middle of it. */
function inside(type: 'DataView' | 'Uint16Array' | 'Int8Array'): ArrayBufferView {
  const buffer = new ArrayBuffer(16);
  new Uint8Array(buffer).set(BYTES, 4);
  if (type === 'DataView') return new DataView(buffer, 4, 5);
  return type === 'Uint16Array' ? new Uint16Array(buffer, 4, 2) : new Int8Array(buffer, 4, 5);
}

describe('a body', () => {
  // `length` is null where the size is not known: then it goes out in chunks.
  type Row = readonly [name: string, body: () => unknown, text: string, length: number | null, type: string | null];
  const rows: readonly Row[] = [
    ['a string', () => TEXT, TEXT, 5, null],
    ['an empty string', () => '', '', 0, null],
    ['a Uint8Array', () => BYTES, TEXT, 5, null],
    ['a Uint8Array inside another buffer', () => new Uint8Array([...BYTES, 1, 2, 3]).subarray(1, 5), TEXT.slice(1), 4, null],
    ['a Buffer', () => Buffer.from(BYTES), TEXT, 5, null],
    ['an empty Buffer', () => Buffer.alloc(0), '', 0, null],
    ['an ArrayBuffer', () => BYTES.buffer, TEXT, 5, null],
    [
      'a SharedArrayBuffer',
      () => {
        const shared = new SharedArrayBuffer(5);
        new Uint8Array(shared).set(BYTES);
        return shared;
      },
      TEXT,
      5,
      null,
    ],
    ['a DataView', () => inside('DataView'), TEXT, 5, null],
    ['a Uint16Array', () => inside('Uint16Array'), TEXT.slice(0, 4), 4, null],
    ['an Int8Array', () => inside('Int8Array'), TEXT, 5, null],
    ['a Uint8Array of another realm', () => runInNewContext('Uint8Array.of(0, 13, 10, 65, 255)'), TEXT, 5, null],
    ['an ArrayBuffer of another realm', () => runInNewContext('Uint8Array.of(0, 13, 10, 65, 255).buffer'), TEXT, 5, null],
    [
      'URLSearchParams',
      () => new URLSearchParams({ q: 'ü&=', r: '1 2' }),
      'q=%C3%BC%26%3D&r=1+2',
      20,
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['a Blob', () => new Blob([BYTES]), TEXT, 5, null],
    ['a Blob with a type', () => new Blob([BYTES, 'x'], { type: 'image/png' }), `${TEXT}x`, 6, 'image/png'],
    ['an empty Blob', () => new Blob([]), '', 0, null],
    ['a File', () => new File([BYTES], 'name.bin', { type: 'text/x' }), TEXT, 5, 'text/x'],
    ['a FileHandle', () => fileWith(TEXT), TEXT, null, null],
    ['a Readable of bytes', () => Readable.from([Buffer.from(BYTES), Buffer.from('x')]), `${TEXT}x`, null, null],
    ['a Readable of strings', () => Readable.from(['a', 'bc', '\xff']), 'abc\xff', null, null],
    [
      'a Readable with an encoding',
      () => Readable.from([Buffer.from('abc')], { objectMode: false }).setEncoding('latin1'),
      'abc',
      null,
      null,
    ],
    ['a web ReadableStream', () => new Blob([BYTES]).stream(), TEXT, null, null],
    ['an array of strings', () => ['a', '', 'bc', '\xff'], 'abc\xff', null, null],
    ['an array of bytes and strings', () => [BYTES, 'x', BYTES.buffer, inside('DataView')], `${TEXT}x${TEXT}${TEXT}`, null, null],
    ['an empty array', () => [], '', null, null],
    ['a Set', () => new Set(['a', 'b']), 'ab', null, null],
    [
      'a generator',
      () =>
        (function* () {
          yield 'a';
          yield BYTES;
        })(),
      `a${TEXT}`,
      null,
      null,
    ],
    ['an async generator', () => asyncly<string | Uint8Array>('a', BYTES, ''), `a${TEXT}`, null, null],
    ['an async iterable that is no generator', () => ({ [Symbol.asyncIterator]: () => asyncly('a', 'b') }), 'ab', null, null],
    ['an iterable of another realm', () => runInNewContext('["a", Uint8Array.of(98)]'), 'ab', null, null],
    [
      'large pieces',
      () => ['x'.repeat(100_000), Buffer.alloc(100_000, 'y'), 'z'],
      `${'x'.repeat(100_000)}${'y'.repeat(100_000)}z`,
      null,
      null,
    ],
  ];
  test.each(rows)('%s', async (_, body, text, length, type) => {
    const { body: came, field } = await sending((await body()) as BodyInit);
    expect(came === text).toBe(true);
    expect(field('content-length')).toBe(length === null ? null : String(length));
    expect(field('transfer-encoding')).toBe(length === null ? 'chunked' : null);
    expect(field('content-type')).toBe(type);
  });

  test('FormData: as the platform encodes it', async () => {
    const form = new FormData();
    form.append('a"b', 'ü');
    form.append('file', new Blob(['content'], { type: 'text/x' }), 'näme.txt');
    const { body, field } = await sending(form);
    const type = field('content-type') as string;
    expect(type).toMatch(/^multipart\/form-data; ?boundary=/);
    const back = await new Response(Buffer.from(body, 'latin1'), { headers: { 'content-type': type } }).formData();
    expect(back.get('a"b')).toBe('ü');
    const file = back.get('file') as File;
    expect([file.name, file.type, await file.text()]).toEqual(['näme.txt', 'text/x', 'content']);
  });

  test('a file of several blocks, read from where it stands', async () => {
    const file = await fileWith(`skip${'0123456789'.repeat(2000)}`);
    await file.read(Buffer.alloc(4), 0, 4);
    sent = [];
    at = await serve(record);
    const connection = connectionTo(at, { blocksize: 4096 });
    await connection.request('POST', '/', file);
    await (await connection.getresponse()).read();
    expect(sent[0]?.body).toBe('0123456789'.repeat(2000));
  });

  test.each([
    ['a Blob', () => new Blob(['x'], { type: 'image/png' })],
    ['URLSearchParams', () => new URLSearchParams('a=b')],
    ['FormData', () => new FormData()],
  ])('%s: a Content-Type that is given wins', async (_, body) => {
    const { head } = await sending(body(), { 'content-type': 'text/mine' });
    expect(head.match(/^content-type:.*$/gim)).toEqual(['content-type: text/mine']);
  });

  test('the bytes are those of the call: a view changed afterwards is the caller’s risk, one changed before is not sent', async () => {
    const buffer = Buffer.from('before');
    buffer.write('after!');
    expect((await sending(buffer)).body).toBe('after!');
  });
});

describe('no body', () => {
  test.each([
    ['GET', null],
    ['HEAD', null],
    ['DELETE', null],
    ['OPTIONS', null],
    ['TRACE', null],
    ['X', null],
    ['POST', '0'],
    ['PUT', '0'],
    ['PATCH', '0'],
    ['post', '0'],
  ])('%s: Content-Length %p', async (method, length) => {
    at = await serve(again);
    const connection = connectionTo(at);
    for (const none of [null, undefined]) {
      await connection.request(method, '/', none);
      const response = await connection.getresponse();
      if (method === 'HEAD') return;
      await response.read();
    }
    const heads = peerOf(at).received.toString().split('\r\n\r\n').slice(0, 2);
    for (const head of heads) expect(/^content-length: (.*)$/im.exec(head)?.[1] ?? null).toBe(length);
  });
});

describe('the charset of a string', () => {
  const rows: readonly [contentType: string | null, encoding: string | undefined, text: string, bytes: string][] = [
    [null, undefined, 'ü\xff', '\xfc\xff'],
    ['text/plain', undefined, 'ü', '\xfc'],
    ['text/plain; charset=utf-8', undefined, 'ü€', '\xc3\xbc\xe2\x82\xac'],
    ['text/plain; charset="UTF-8"', undefined, 'ü', '\xc3\xbc'],
    ['text/plain;CHARSET=utf8', undefined, 'ü', '\xc3\xbc'],
    ['text/plain; x=y; charset=utf-8; z=1', undefined, 'ü', '\xc3\xbc'],
    ['text/plain; charset=iso-8859-1', undefined, 'ü', '\xfc'],
    ['text/plain; charset=us-ascii', undefined, 'u', 'u'],
    ['text/plain; charset=utf-16le', undefined, 'ü€', '\xfc\x00\xac\x20'],
    ['application/json', undefined, '"ü€😀"', '"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"'],
    ['application/JSON ; x=y', undefined, 'ü', '\xc3\xbc'],
    ['application/problem+json', undefined, 'ü', '\xc3\xbc'],
    ['application/ld+json;profile=x', undefined, 'ü', '\xc3\xbc'],
    ['application/json; charset=iso-8859-1', undefined, 'ü', '\xfc'],
    ['application/jsonp', undefined, 'ü', '\xfc'],
    [null, 'utf-8', 'ü', '\xc3\xbc'],
    [null, 'UTF-8', 'ü', '\xc3\xbc'],
    [null, 'latin1', 'ü', '\xfc'],
    [null, 'iso-8859-1', 'ü', '\xfc'],
    ['text/plain; charset=iso-8859-1', 'utf-8', 'ü', '\xc3\xbc'],
    ['application/json', 'iso-8859-1', 'ü', '\xfc'],
  ];
  test.each(rows)('Content-Type %p, encoding %p', async (contentType, encoding, text, bytes) => {
    const headers = contentType === null ? null : { 'Content-Type': contentType };
    const options = encoding === undefined ? {} : { encoding };
    const whole = await sending(text, headers, options);
    expect([whole.body, whole.field('content-length')]).toEqual([bytes, String(bytes.length)]);
    expect(whole.field('content-type')).toBe(contentType);
    expect((await sending([text, text], headers, options)).body).toBe(bytes + bytes);
    expect((await sending(asyncly(text), headers, options)).body).toBe(bytes);
  });

  test.each([
    ['€', null, undefined, /iso-8859-1.*"€".*at 0.*encoding: 'utf-8'/],
    ['abc€', 'text/plain', undefined, /at 3/],
    ['ü', 'text/plain; charset=us-ascii', undefined, /us-ascii/],
    ['ü', null, 'ascii', /ascii/],
    ['x', 'text/plain; charset=koi8-r', undefined, /koi8-r.*utf-8/],
    ['x', null, 'shift_jis', /shift_jis/],
    ['😀', null, undefined, /encoding: 'utf-8'/],
  ])('%p with %p, %p is a TypeError that says how to choose, and nothing is sent', async (text, contentType, encoding, message) => {
    at = await serve(again);
    const connection = connectionTo(at);
    const error = await rejection(
      connection.request('POST', '/', text, contentType === null ? null : { 'Content-Type': contentType }, { encoding }),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
    await expectUsable(connection);
    expect(peerOf(at).received.toString()).toMatch(/^GET \/again /);
  });

  test('endheaders(body) follows the same rule', async () => {
    at = await serve(again);
    const connection = connectionTo(at);
    connection.putrequest('POST', '/');
    connection.putheader('Content-Type', 'application/json');
    await connection.endheaders('"ü"');
    await (await connection.getresponse()).read();
    expect(peerOf(at).received.toString('latin1')).toMatch(/Content-Length: 4\r\n[^]*\r\n\r\n"\xc3\xbc"$/);
  });
});

describe('what cannot be a body', () => {
  const rows: readonly [name: string, body: unknown, kind: string][] = [
    ['a number', 5, 'Number'],
    ['a boolean', true, 'Boolean'],
    ['a bigint', 5n, 'BigInt'],
    ['a symbol', Symbol('x'), 'Symbol'],
    ['a function', () => {}, 'Function'],
    ['a plain object', { a: 1 }, 'object.*fourth argument.*JSON.stringify'],
    ['a Map', new Map([['a', '1']]), 'Map.*fourth argument'],
    ['a Headers', new Headers({ a: '1' }), 'Headers.*fourth argument'],
    ['a Date', new Date(), 'Date'],
    ['a RegExp', /x/, 'RegExp'],
    ['a promise', Promise.resolve('x'), 'Promise'],
  ];
  test.each(rows)('%s is a TypeError that names it, and nothing is sent', async (_, body, kind) => {
    at = await serve(again);
    const connection = connectionTo(at);
    const error = await soon(rejection(connection.request('POST', '/', body as BodyInit)));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(new RegExp(kind));
    connection.putrequest('POST', '/');
    expect(await soon(rejection(connection.endheaders(body as BodyInit)))).toBeInstanceOf(TypeError);
    connection.close();
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  const pieces: readonly [name: string, piece: unknown, kind: string][] = [
    ['a number', 5, 'Number'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['an object', {}, 'object'],
    ['an array', ['x'], 'Array'],
    ['a string outside of the charset', '€', 'iso-8859-1'],
  ];
  test.each(pieces)('a piece that is %s: its TypeError, and the connection is destroyed', async (_, piece, kind) => {
    for (const body of [['first', piece], asyncly('first', piece), Readable.from(['first', piece ?? 5])]) {
      at = await serveEach((peer) => peer.until('first\r\n'), again);
      const connection = connectionTo(at);
      const error = await soon(rejection(connection.request('POST', '/', body as BodyInit)));
      expect(error).toBeInstanceOf(TypeError);
      if (Array.isArray(body)) expect(error.message).toContain(kind);
      await soon(peerOf(at).closed, 'the end of the socket');
      expect(peerOf(at).received.toString()).not.toContain('0\r\n\r\n');
      await expectUsable(connection);
    }
  });

  const failing: readonly [name: string, body: (error: Error) => BodyInit][] = [
    [
      'a generator that throws',
      function* (error) {
        yield 'first';
        throw error;
      },
    ],
    [
      'an async generator that throws',
      async function* (error) {
        yield 'first';
        throw error;
      },
    ],
    [
      'a Readable that is destroyed',
      (error) => {
        let reads = 0;
        return new Readable({
          read() {
            if (reads++ === 0) this.push('first');
            else setImmediate(() => this.destroy(error));
          },
        });
      },
    ],
    [
      'a web stream that errs',
      (error) => {
        let reads = 0;
        return new ReadableStream({
          pull: (controller) => (reads++ === 0 ? controller.enqueue(Buffer.from('first')) : controller.error(error)),
        }) as unknown as BodyInit;
      },
    ],
  ];
  test.each(failing)('%s: its own error, the connection is destroyed, getresponse() is not left waiting', async (_, body) => {
    at = await serveEach((peer) => peer.until('first\r\n'), again);
    const connection = connectionTo(at);
    const error = new Error('no more');
    const request = connection.request('POST', '/', body(error));
    const response = connection.getresponse();
    response.catch(() => {});
    expect(await soon(rejection(request))).toBe(error);
    expect(await soon(rejection(response))).toBe(error);
    await soon(peerOf(at).closed, 'the end of the socket');
    await expectUsable(connection);
  });

  test('an iterator is closed when the upload ends early', async () => {
    let closed = 0;
    at = await serveEach(async (peer) => {
      await peer.until('first\r\n');
      await peer.write(sized('early', 'HTTP/1.1 413 Content Too Large'));
    }, again);
    const connection = connectionTo(at);
    async function* source(): AsyncGenerator<string> {
      try {
        for (;;) {
          yield 'first';
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      } finally {
        closed++;
      }
    }
    await soon(connection.request('POST', '/', source()));
    expect((await connection.getresponse()).status).toBe(413);
    await eventually(() => closed === 1, 'the end of the iterator');
  });

  test('a Readable is destroyed when the upload ends early', async () => {
    at = await serveEach(async (peer) => {
      await peer.until('first\r\n');
      await peer.write(sized('early', 'HTTP/1.1 413 Content Too Large'));
    }, again);
    const connection = connectionTo(at);
    const source = new Readable({ read: () => void setTimeout(() => source.push('first'), 2) });
    await soon(connection.request('POST', '/', source));
    expect((await connection.getresponse()).status).toBe(413);
    await eventually(() => source.destroyed, 'the end of the stream');
  });
});

describe('headers', () => {
  const lines = async (headers: HeadersInit | null): Promise<string[]> => (await sending(null, headers)).head.split('\r\n').slice(1, -2);
  let ours: string[];
  beforeAll(() => {
    ours = [`Host: 127.0.0.1:%`, 'Accept-Encoding: identity', 'Content-Length: 0'];
  });
  const expected = (...more: string[]): string[] => [...ours.map((line) => line.replace('%', String(at.port))), ...more];

  const forms: readonly [name: string, headers: () => unknown][] = [
    ['an object', () => ({ 'X-b': '1', 'x-A': 2 })],
    [
      'pairs',
      () => [
        ['X-b', '1'],
        ['x-A', 2],
      ],
    ],
    [
      'a Map',
      () =>
        new Map<string, string | number>([
          ['X-b', '1'],
          ['x-A', 2],
        ]),
    ],
    [
      'a generator of pairs',
      () =>
        (function* () {
          yield ['X-b', '1'];
          yield ['x-A', 2];
        })(),
    ],
    [
      'an HTTPMessage',
      () =>
        new HTTPMessage([
          ['X-b', '1'],
          ['x-A', '2'],
        ]),
    ],
    ['bytes', () => ({ 'X-b': Buffer.from('1'), 'x-A': Uint8Array.of(0x32) })],
    ['an object without prototype', () => Object.assign(Object.create(null) as object, { 'X-b': '1', 'x-A': 2 })],
    ['an object of another realm', () => runInNewContext('({ "X-b": "1", "x-A": 2 })')],
    ['pairs of another realm', () => runInNewContext('[["X-b", "1"], ["x-A", 2]]')],
    ['a Map of another realm', () => runInNewContext('new Map([["X-b", "1"], ["x-A", 2]])')],
  ];
  test.each(forms)('%s: in their order and letter case, behind the library’s', async (_, headers) => {
    expect(await lines(headers() as HeadersInit)).toEqual(expected('X-b: 1', 'x-A: 2'));
  });

  test('Headers: as Headers has them', async () => {
    expect(await lines(new Headers({ 'X-b': '1', 'x-A': '2' }))).toEqual(expected('x-a: 2', 'x-b: 1'));
    const cookies = new Headers();
    cookies.append('set-cookie', 'a=1');
    cookies.append('set-cookie', 'b=2');
    expect(await lines(cookies)).toEqual(expected('set-cookie: a=1', 'set-cookie: b=2'));
  });

  test('null, undefined and nothing in it', async () => {
    for (const none of [null, undefined, {}, [], new Map()]) expect(await lines(none as HeadersInit)).toEqual(expected());
  });

  test('an array of values gives several lines, an empty one none', async () => {
    expect(await lines({ A: ['1', 2, Buffer.from('3')], B: [], C: 'x' })).toEqual(expected('A: 1', 'A: 2', 'A: 3', 'C: x'));
    expect(await lines([['A', ['1', '2']]])).toEqual(expected('A: 1', 'A: 2'));
    expect(await lines(new Map([['A', ['1', '2']]]))).toEqual(expected('A: 1', 'A: 2'));
  });

  test('a name twice goes out twice', async () => {
    expect(
      await lines([
        ['A', '1'],
        ['a', '2'],
      ]),
    ).toEqual(expected('A: 1', 'a: 2'));
  });

  test('latin-1, byte for byte; an empty value', async () => {
    expect(await lines({ A: 'ü\xff\x80', B: '', C: Uint8Array.of(0xfc, 0x09, 0x41), D: 'a\tb' })).toEqual(
      expected('A: ü\xff\x80', 'B: ', 'C: ü\tA', 'D: a\tb'),
    );
  });

  test('Host and Accept-Encoding given take the place of the library’s', async () => {
    expect(await lines({ host: 'other.test', 'accept-encoding': 'gzip' })).toEqual([
      'Content-Length: 0',
      'host: other.test',
      'accept-encoding: gzip',
    ]);
  });

  type Wrong = readonly [name: string, headers: unknown, type: 'TypeError', message: RegExp];
  const wrong: readonly Wrong[] = [
    ['a string', 'A: 1', 'TypeError', /a String/],
    ['a number', 5, 'TypeError', /a Number/],
    ['true', true, 'TypeError', /a Boolean/],
    ['an array of strings', ['A: 1'], 'TypeError', /pairs/],
    ['triples', [['A', '1', '2']], 'TypeError', /pairs/],
    ['a Set', new Set(['A']), 'TypeError', /pairs/],
    ['a value undefined', { A: undefined }, 'TypeError', /A.*undefined/],
    ['a value null', { A: null }, 'TypeError', /A.*null/],
    ['a value true', { A: true }, 'TypeError', /A.*Boolean/],
    ['a value object', { A: {} }, 'TypeError', /A.*object/],
    ['a value bigint', { A: 5n }, 'TypeError', /A.*BigInt/],
    ['a value symbol', { A: Symbol('x') }, 'TypeError', /A.*Symbol/],
    ['a value Date', { A: new Date(0) }, 'TypeError', /A.*Date/],
    ['a nested array', { A: [['x']] }, 'TypeError', /A.*Array/],
    ['a fraction', { A: 1.5 }, 'TypeError', /1\.5.*integer/],
    ['NaN', { A: NaN }, 'TypeError', /NaN/],
    ['Infinity', { A: Infinity }, 'TypeError', /Infinity/],
    ['a large number', { A: 1e21 }, 'TypeError', /integer/],
    ['CR in a value', { A: 'a\rb' }, 'TypeError', /A.*CR/],
    ['LF in a value', { A: 'a\nb' }, 'TypeError', /"a\\nb"/],
    ['CRLF in a value', { A: 'a\r\nB: c' }, 'TypeError', /A/],
    ['NUL in a value', { A: 'a\0' }, 'TypeError', /NUL/],
    ['a fold in a value', { A: 'a\r\n b' }, 'TypeError', /A/],
    ['CR in bytes', { A: Uint8Array.of(0x0d) }, 'TypeError', /A/],
    ['a character above U+00FF', { A: 'Ċ' }, 'TypeError', /U\+00FF/],
    ['a character that would be cut to LF', { A: 'xĊB: c' }, 'TypeError', /U\+00FF/],
    ['a second item of an array', { A: ['ok', 'a\nb'] }, 'TypeError', /A/],
    ['an empty name', { '': 'x' }, 'TypeError', /name/],
    ['a blank in a name', { 'A B': 'x' }, 'TypeError', /"A B"/],
    ['a colon in a name', { 'A:': 'x' }, 'TypeError', /name/],
    ['a line end in a name', { 'A\r\nB': 'x' }, 'TypeError', /name/],
    ['a character above ASCII in a name', { ü: 'x' }, 'TypeError', /name/],
  ];
  test.each(wrong)('%s is refused by name, before anything is sent', async (_, headers, type, message) => {
    at = await serve(again);
    const connection = connectionTo(at);
    const error = await rejection(connection.request('GET', '/', null, headers as HeadersInit));
    expect(error.name).toBe(type);
    expect(error.message).toMatch(message);
    expect(at.peers.length).toBe(0);
    await expectUsable(connection);
  });

  test('a value is read once: an object that answers differently the second time cannot slip through', async () => {
    let reads = 0;
    const pair = ['A', ''];
    Object.defineProperty(pair, 1, { get: () => (reads++ === 0 ? 'safe' : 'a\r\nB: c') });
    const { head } = await sending(null, [pair] as unknown as HeadersInit);
    expect(head).toContain('A: safe\r\n');
    expect(reads).toBe(1);
  });
});
