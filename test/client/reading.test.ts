// Every way of reading a body, for every way in which a body ends and comes: what each call returns, in which order, and when the
// response counts as closed. Mixed reads, wrong arguments, and the streams and iterators made of a response.
// Cut bodies are in truncation.test.ts, memory in memory.test.ts.

import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { describe, expect, test } from '@jest/globals';
import { IncompleteRead, type HTTPResponse } from '../../src/index.js';
import {
  again,
  chunked,
  connectionTo,
  expectUsable,
  get,
  rejection,
  serve,
  serveEach,
  sized,
  sleep,
  soon,
  type Peer,
  peerOf,
} from './harness.js';
import { prng } from '../support/splits.js';

const BODY = 'first line\nsecond\n\nlast, without end';
const framings: Record<string, (body: string) => string> = {
  sized: (body) => sized(body),
  chunked: (body) => chunked(body.match(/[^]{1,7}/g) ?? []),
  'one chunk': (body) => chunked(body === '' ? [] : [body]),
  'close-delimited': (body) => `HTTP/1.1 200 OK\r\n\r\n${body}`,
};
const deliveries: Record<string, (raw: string) => string[]> = {
  'in one segment': (raw) => [raw],
  'byte by byte': (raw) => [...raw],
  'head and body apart': (raw) => raw.split(/(?<=\r\n\r\n)/),
};

async function responseTo(raw: string, pieces: (raw: string) => string[] = (text) => [text]): Promise<HTTPResponse> {
  const at = await serve(async (peer) => {
    await peer.head();
    await peer.write(...pieces(raw));
    peer.end();
  });
  return get(connectionTo(at));
}

type Read = readonly [name: string, read: (response: HTTPResponse) => Promise<string[]>, pieces?: readonly string[]];

/** Calls `read` until it returns nothing, and once more. */
const untilEmpty =
  (read: (response: HTTPResponse) => Promise<Buffer | string>) =>
  async (response: HTTPResponse): Promise<string[]> => {
    const pieces: string[] = [];
    for (;;) {
      const piece = await soon(Promise.resolve(read(response)), 'a read');
      if (piece.length === 0) break;
      pieces.push(String(piece));
    }
    expect(String(await read(response))).toBe('');
    return pieces;
  };

const slices = (size: number): string[] => BODY.match(new RegExp(`[^]{1,${size}}`, 'g')) as string[];
const into =
  (view: () => ArrayBufferView, one = false) =>
  async (response: HTTPResponse): Promise<string> => {
    const target = view();
    const length = await (one ? response.readinto1(target) : response.readinto(target));
    return Buffer.from(target.buffer, target.byteOffset, length).toString('latin1');
  };
const collected = async (pieces: AsyncIterable<unknown>): Promise<string[]> => {
  const all: string[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece as Uint8Array).toString('latin1'));
  return all;
};

// Where the third entry is missing, the pieces depend on how the bytes come; joined they are always the body.
const reads: readonly Read[] = [
  ['read()', untilEmpty((response) => response.read()), [BODY]],
  ['read(null)', untilEmpty((response) => response.read(null)), [BODY]],
  ['read(-1)', untilEmpty((response) => response.read(-1)), [BODY]],
  ['read(1)', untilEmpty((response) => response.read(1)), slices(1)],
  ['read(7)', untilEmpty((response) => response.read(7)), slices(7)],
  ['read(1000)', untilEmpty((response) => response.read(1000)), [BODY]],
  ['read1()', untilEmpty((response) => response.read1())],
  ['read1(-1)', untilEmpty((response) => response.read1(-1))],
  ['read1(null)', untilEmpty((response) => response.read1(null))],
  ['read1(3)', untilEmpty((response) => response.read1(3))],
  ['readinto(Buffer)', untilEmpty(into(() => Buffer.alloc(9))), slices(9)],
  ['readinto(large)', untilEmpty(into(() => Buffer.alloc(500))), [BODY]],
  ['readinto(a slice)', untilEmpty(into(() => Buffer.alloc(50).subarray(10, 15))), slices(5)],
  ['readinto(DataView)', untilEmpty(into(() => new DataView(new ArrayBuffer(20), 3, 8))), slices(8)],
  ['readinto(Uint16Array)', untilEmpty(into(() => new Uint16Array(new ArrayBuffer(20), 4, 3))), slices(6)],
  ['readinto(shared memory)', untilEmpty(into(() => new Uint8Array(new SharedArrayBuffer(8)))), slices(8)],
  ['readinto1()', untilEmpty(into(() => Buffer.alloc(9), true))],
  ['readline()', untilEmpty((response) => response.readline()), ['first line\n', 'second\n', '\n', 'last, without end']],
  ['readline(null)', untilEmpty((response) => response.readline(null)), ['first line\n', 'second\n', '\n', 'last, without end']],
  ['readline(8)', untilEmpty((response) => response.readline(8)), ['first li', 'ne\n', 'second\n', '\n', 'last, wi', 'thout en', 'd']],
  [
    'readline(11), a line of just that',
    untilEmpty((response) => response.readline(11)),
    ['first line\n', 'second\n', '\n', 'last, witho', 'ut end'],
  ],
  ['readlines()', async (response) => (await response.readlines()).map(String), ['first line\n', 'second\n', '\n', 'last, without end']],
  ['for await', collected, ['first line\n', 'second\n', '\n', 'last, without end']],
  ['chunks()', (response) => collected(response.chunks())],
  ['stream()', (response) => collected(response.stream())],
  ['body', (response) => collected(response.body as AsyncIterable<unknown>)],
  [
    'body.getReader()',
    async (response) => {
      const reader = response.body.getReader();
      const pieces: string[] = [];
      for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(Buffer.from(next.value).toString());
      return pieces;
    },
  ],
  ['text()', async (response) => [await response.text()], [BODY]],
  ['bytes()', async (response) => [String(await response.bytes())], [BODY]],
  [
    'peek() and read1(1)',
    async (response) => {
      const pieces: string[] = [];
      for (let next = await response.peek(); next.length > 0; next = await response.peek()) {
        const piece = await response.read1(1);
        expect(piece[0]).toBe(next[0]);
        pieces.push(String(piece));
      }
      return pieces;
    },
  ],
  [
    'peek(2) and read(1)',
    async (response) => {
      const pieces: string[] = [];
      for (let next = await response.peek(2); next.length > 0; next = await response.peek(2)) {
        expect(next.length).toBeLessThanOrEqual(2);
        pieces.push(String(await response.read(1)));
      }
      return pieces;
    },
  ],
  [
    'everything mixed',
    async (response) => {
      const pieces = [String(await response.read(2)), String(await response.readline()), String(await response.readline(3))];
      expect(String(await response.read(0))).toBe('');
      expect(String(await response.readline(0))).toBe('');
      expect(await response.readinto(Buffer.alloc(0))).toBe(0);
      pieces.push(await into(() => Buffer.alloc(3))(response), String(await response.read1(1)));
      for await (const line of response) {
        pieces.push(String(line));
        break;
      }
      pieces.push(String(await response.read()));
      return pieces;
    },
    ['fi', 'rst line\n', 'sec', 'ond', '\n', '\n', 'last, without end'],
  ],
];

describe.each(Object.keys(framings))('%s', (framing) => {
  test.each(
    Object.keys(deliveries).flatMap((delivery) =>
      reads.map(([name, read, pieces]): [string, string, Read[1], readonly string[] | null] => [delivery, name, read, pieces ?? null]),
    ),
  )('%s: %s', async (delivery, _, read, pieces) => {
    const response = await responseTo((framings[framing] as (body: string) => string)(BODY), deliveries[delivery]);
    expect(response.closed).toBe(false);
    const got = await soon(read(response));
    if (pieces !== null) expect(got).toEqual(pieces);
    else expect(got.join('')).toBe(BODY);
    expect([response.closed, response.isclosed()]).toEqual([true, true]);
    expect([response.length, response.framing.kind]).toEqual(
      framing === 'sized' ? [0, 'length'] : [null, framing === 'close-delimited' ? 'close' : 'chunked'],
    );
  });

  test.each(reads)('an empty body: %s', async (...[name, read]) => {
    if (/mixed/.test(name)) return;
    const response = await responseTo((framings[framing] as (body: string) => string)(''));
    expect((await soon(read(response))).join('')).toBe('');
    expect(String(await response.read())).toBe('');
    expect(response.closed).toBe(true);
  });
});

describe('no body', () => {
  test.each(reads)('%s of a 204', async (...[name, read]) => {
    if (/mixed/.test(name)) return;
    const response = await responseTo('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n');
    expect([response.length, response.framing, response.chunked]).toEqual([0, { kind: 'none', length: null }, false]);
    expect((await soon(read(response))).join('')).toBe('');
  });
});

describe('when a response is closed', () => {
  test('length counts down; a sized body is closed with its last byte', async () => {
    const response = await responseTo(sized('abcdef'));
    expect([response.length, response.closed]).toEqual([6, false]);
    await response.read(4);
    expect([response.length, response.closed]).toEqual([2, false]);
    await response.peek();
    expect(response.length).toBe(2);
    await response.readline(1);
    expect([response.length, response.closed]).toEqual([1, false]);
    await response.readinto(Buffer.alloc(1));
    expect([response.length, response.closed]).toEqual([0, true]);
  });

  test('while (!response.closed) ends, with each kind of body', async () => {
    for (const raw of [
      sized(BODY),
      chunked([BODY]),
      `HTTP/1.1 200 OK\r\n\r\n${BODY}`,
      sized(''),
      chunked([]),
      'HTTP/1.1 204 No Content\r\n\r\n',
    ]) {
      const response = await responseTo(raw);
      let text = '';
      for (let n = 0; !response.closed; n++) {
        text += String(await response.read(5));
        expect(n).toBeLessThan(20);
      }
      expect(text).toBe(raw.includes(BODY) ? BODY : '');
    }
  });

  test('readlines(hint) stops once there are so many bytes', async () => {
    const response = await responseTo(sized(BODY));
    expect((await response.readlines(11)).map(String)).toEqual(['first line\n']);
    expect((await response.readlines(1)).map(String)).toEqual(['second\n']);
    expect((await response.readlines(0)).map(String)).toEqual(['\n', 'last, without end']);
    expect(await response.readlines()).toEqual([]);
  });

  test('peek() closes nothing and takes nothing', async () => {
    const response = await responseTo(sized('abc'));
    for (let n = 0; n < 3; n++) expect(String(await response.peek())).toBe('abc');
    expect(String(await response.peek(2))).toBe('ab');
    expect([response.closed, String(await response.read())]).toEqual([false, 'abc']);
    expect(String(await response.peek())).toBe('');
  });
});

describe('early ends', () => {
  const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc';
  async function half(): Promise<{ response: HTTPResponse; closed: () => Promise<void>; usable: () => Promise<void>; peers: Peer[] }> {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write(HALF);
    }, again);
    const connection = connectionTo(at);
    const response = await get(connection);
    return {
      response,
      closed: () => soon(peerOf(at).closed, 'the end of the socket'),
      usable: () => expectUsable(connection),
      peers: at.peers,
    };
  }

  const ends: readonly [name: string, end: (response: HTTPResponse) => unknown][] = [
    ['close()', (response) => response.close()],
    [
      'close() twice',
      (response) => {
        response.close();
        response.close();
      },
    ],
    [
      'await using',
      async (response) => {
        await using using = response;
        void using;
      },
    ],
    [
      'stream().destroy()',
      async (response) => {
        const stream = response.stream();
        await once(stream, 'readable');
        stream.destroy();
        await once(stream, 'close');
      },
    ],
    [
      'stream() left by break',
      async (response) => {
        for await (const piece of response.stream()) {
          expect(String(piece)).toBe('abc');
          break;
        }
      },
    ],
    ['body.cancel()', (response) => response.body.cancel()],
    [
      'body left by break',
      async (response) => {
        for await (const piece of response.body) {
          expect(Buffer.from(piece).toString()).toBe('abc');
          break;
        }
      },
    ],
    [
      'a reader’s cancel()',
      async (response) => {
        const reader = response.body.getReader();
        await reader.read();
        await reader.cancel('enough');
      },
    ],
    [
      'a pipeline that fails',
      async (response) => {
        const sink = new Writable({ write: (_piece, _encoding, done) => done(new Error('full')) });
        await rejection(pipeline(response.stream(), sink));
      },
    ],
  ];
  test.each(ends)('%s: the socket is destroyed, the response closed, reads are IncompleteRead, the next request works', async (_, end) => {
    const { response, closed, usable, peers } = await half();
    await end(response);
    await closed();
    expect([response.closed, response.isclosed()]).toEqual([true, true]);
    const error = await soon(rejection(response.read()));
    expect(error).toBeInstanceOf(IncompleteRead);
    for (const read of [
      () => response.read1(),
      () => response.readline(),
      () => response.readinto(Buffer.alloc(1)),
      () => response.text(),
      () => response.discard(),
      () => response.peek(),
    ]) {
      expect(await soon(rejection(read()))).toBeInstanceOf(IncompleteRead);
    }
    await usable();
    expect(peers.length).toBe(2);
  });

  test('close() while a read waits rejects it', async () => {
    const { response, closed } = await half();
    const pending = response.read();
    pending.catch(() => {});
    await sleep(5);
    response.close();
    const error = await soon(rejection(pending));
    expect(error).toBeInstanceOf(IncompleteRead);
    expect([String(error.partial), error.expected]).toEqual(['abc', 3]);
    await closed();
  });

  test('for await left by break leaves the rest to be read', async () => {
    const response = await responseTo(sized(BODY));
    for await (const line of response) {
      expect(String(line)).toBe('first line\n');
      break;
    }
    for await (const piece of response.chunks()) {
      expect(String(piece).startsWith('second')).toBe(true);
      break;
    }
    expect(response.closed).toBe(true);
  });

  test('discard() drops the rest, and the connection goes on', async () => {
    const at = await serve(async (peer) => {
      await peer.answer(sized('x'.repeat(1 << 20)), chunked([BODY], 'A: b\r\n'));
      await again(peer);
    });
    const connection = connectionTo(at);
    const first = await get(connection);
    await first.read(10);
    await first.discard();
    expect([first.closed, first.length, String(await first.read())]).toEqual([true, 0, '']);
    const second = await get(connection);
    await second.discard();
    await second.discard();
    expect([second.closed, second.trailers?.get('a')]).toEqual([true, 'b']);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });
});

describe('stream()', () => {
  test('is a Readable of Buffers that can be piped, and leaves the connection behind', async () => {
    const big = Buffer.alloc(3 << 20, 'abcdefghij');
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(`HTTP/1.1 200 OK\r\nContent-Length: ${big.length}\r\n\r\n`, big);
      await again(peer);
    });
    const connection = connectionTo(at);
    const stream = (await get(connection)).stream();
    expect(stream).toBeInstanceOf(Readable);
    const pieces: Buffer[] = [];
    await pipeline(
      stream,
      new Writable({
        highWaterMark: 1,
        write(piece: Buffer, _encoding, done) {
          pieces.push(piece);
          setImmediate(done);
        },
      }),
    );
    expect(Buffer.concat(pieces).equals(big)).toBe(true);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('body is one web ReadableStream, fit for a Response', async () => {
    const response = await responseTo(sized(BODY));
    expect(response.body).toBeInstanceOf(ReadableStream);
    expect(response.body).toBe(response.body);
    expect(await new Response(response.body as unknown as globalThis.ReadableStream).text()).toBe(BODY);
  });

  test('an unread stream ends nothing by itself', async () => {
    const response = await responseTo(sized(BODY));
    const stream = response.stream();
    await sleep(5);
    expect(stream.destroyed).toBe(false);
    expect(String(Buffer.concat((await stream.toArray()) as Buffer[]))).toBe(BODY);
  });
});

describe('text() and json()', () => {
  const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
  test.each([
    [null, utf8('ü€'), 'ü€'],
    ['text/plain', utf8('ü'), 'ü'],
    ['text/plain; charset=utf-8', utf8('ü'), 'ü'],
    ['text/plain; charset="UTF-8"', utf8('ü'), 'ü'],
    ['text/plain; charset=utf8', utf8('ü'), 'ü'],
    ['text/plain; charset=iso-8859-1', '\xfc', 'ü'],
    ['text/plain; charset=us-ascii', 'u', 'u'],
    ['text/plain; charset=utf-16le', '\xfc\x00', 'ü'],
    ['text/plain; charset=shift_jis', '\x82\xa0', 'あ'],
    [null, utf8('\ufeffü'), 'ü'],
    [null, '\xff', '\ufffd'],
  ])('Content-Type %p', async (type, bytes, text) => {
    const response = await responseTo(sized(bytes, 'HTTP/1.1 200 OK', ...(type === null ? [] : [`Content-Type: ${type}`])));
    expect(await response.text()).toBe(text);
  });

  test('text() says of any bytes what TextDecoder says of them', async () => {
    const random = prng(7);
    const bodies = ['\xef\xbb\xbfa', '\xef\xbb\xbf\xef\xbb\xbf', '\xef\xbb', '\xff\xfe', '\xf0\x90', '\xed\xa0\x80', ''];
    // Lead bytes and continuation bytes more often than chance has them.
    for (let n = 0; n < 200; n++)
      bodies.push(
        String.fromCharCode(...Array.from({ length: random() * 40 }, () => (random() < 0.5 ? 0x80 : 0) + Math.floor(random() * 128))),
      );
    const at = await serve((peer) => peer.answer(...bodies.map((body) => sized(body))));
    const connection = connectionTo(at);
    for (const body of bodies) expect(await (await get(connection)).text()).toBe(new TextDecoder().decode(Buffer.from(body, 'latin1')));
  });

  test('a charset that nobody knows is a TypeError that names it', async () => {
    const response = await responseTo(sized('x', 'HTTP/1.1 200 OK', 'Content-Type: text/plain; charset=klingon'));
    const error = await rejection(response.text());
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('klingon');
  });

  test('json() parses, and throws SyntaxError', async () => {
    expect(await (await responseTo(sized('{"a": [1, null]}'))).json()).toEqual({ a: [1, null] });
    expect((await rejection((await responseTo(sized('{'))).json())).name).toBe('SyntaxError');
  });
});

describe('wrong arguments', () => {
  const calls: readonly [name: string, call: (response: any) => Promise<unknown>][] = [
    ['read(NaN)', (response) => response.read(NaN)],
    ['read(1.5)', (response) => response.read(1.5)],
    ['read("5")', (response) => response.read('5')],
    ['read({})', (response) => response.read({})],
    ['read1(NaN)', (response) => response.read1(NaN)],
    ['readline(NaN)', (response) => response.readline(NaN)],
    ['readinto(ArrayBuffer)', (response) => response.readinto(new ArrayBuffer(4))],
    ['readinto(array)', (response) => response.readinto([0, 0])],
    ['readinto("abcd")', (response) => response.readinto('abcd')],
    ['readinto(5)', (response) => response.readinto(5)],
    ['readinto(null)', (response) => response.readinto(null)],
    ['readinto()', (response) => response.readinto()],
  ];
  test.each(calls)('%s is a TypeError or a RangeError, and takes nothing', async (_, call) => {
    const response = await responseTo(sized('abcdef'));
    const error = await soon(rejection(call(response)));
    expect(error.name).toMatch(/^(TypeError|RangeError)$/);
    expect([response.length, String(await response.read())]).toEqual([6, 'abcdef']);
  });
});

describe('the rest of the object', () => {
  test('http.client’s attributes', async () => {
    const at = await serve((peer) => peer.answer(sized('x', 'HTTP/1.1 404 Not Here', 'A: 1', 'a: 2', 'B: 3')));
    const response = await get(connectionTo(at), '/path?q');
    expect([response.status, response.code, response.getcode(), response.reason, response.version, response.method]).toEqual([
      404,
      404,
      404,
      'Not Here',
      11,
      'GET',
    ]);
    expect([response.headers, response.msg]).toEqual([response.info(), response.info()]);
    expect(response.headers).toBe(response.msg);
    expect([
      response.getheader('A'),
      response.getheader('b'),
      response.getheader('c'),
      response.getheader('c', 'd'),
      response.getheader('c', ['d', 'e']),
    ]).toEqual(['1, 2', '3', null, 'd', 'd, e']);
    expect(response.getheaders()).toEqual([
      ['A', '1'],
      ['a', '2'],
      ['B', '3'],
      ['Content-Length', '1'],
    ]);
    expect(response.geturl()).toBe(`http://127.0.0.1:${at.port}/path?q`);
    expect([response.will_close, response.chunked, response.debuglevel, response.closed]).toEqual([false, false, 0, false]);
    expect(response.fileno()).toBeGreaterThanOrEqual(-1);
    if (process.platform === 'linux') expect(response.fileno()).toBeGreaterThan(2);
    await response.read();
  });

  test('headers and reason stay when the connection is gone', async () => {
    const at = await serve((peer) => peer.answer(sized('x', 'HTTP/1.1 200 \xfcber', 'A: \xff')));
    const connection = connectionTo(at);
    const response = await get(connection);
    await response.read();
    connection.close();
    expect([response.reason, response.getheader('a'), response.fileno()]).toEqual(['\xfcber', '\xff', -1]);
  });
});
