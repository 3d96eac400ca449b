// What the client holds in memory, and whose it is: back-pressure on bodies that nobody reads, and buffers that belong to the caller
// alone. How fast anything is belongs to bench/.

import { Duplex } from 'node:stream';
import { describe, expect, jest, test } from '@jest/globals';
import { HTTPConnection, type HTTPResponse } from '../../src/index.js';
import { sharedTokeniser } from '../../src/wasm/tokeniser.js';
import { certificates } from '../support/certificates.js';
import { collectGarbage } from '../support/garbage.js';
import {
  again,
  chunked,
  connectionTo,
  eventually,
  expectUsable,
  get,
  secureConnectionTo,
  serve,
  sized,
  sleep,
  soon,
  type Peer,
} from './harness.js';

jest.setTimeout(30_000);

const SIZE = 50 << 20;
const PIECE = Buffer.alloc(1 << 16, '0123456789abcdef');

interface Flood {
  /** Bytes that the server's socket has handed to the system. */
  sent: number;
}

/** Writes `SIZE` bytes as fast as they are taken. */
const flood =
  (state: Flood, framing: string) =>
  async (peer: Peer): Promise<void> => {
    if (peer.number > 0) return again(peer);
    await peer.head();
    if (framing === 'sized') await peer.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
    else if (framing === 'chunked') await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    else await peer.write('HTTP/1.1 200 OK\r\n\r\n');
    for (; state.sent < SIZE; state.sent += PIECE.length) {
      if (framing === 'chunked') await peer.write(`${PIECE.length.toString(16)}\r\n`);
      await peer.write(PIECE);
      if (framing === 'chunked') await peer.write('\r\n');
    }
    if (framing === 'chunked') await peer.write('0\r\n\r\n');
    if (framing === 'close-delimited') peer.end();
    else await again(peer);
  };

/** Waits until the server makes no progress any more; returns how far it came. */
async function stalled(state: Flood): Promise<number> {
  let before = -1;
  while (state.sent !== before) {
    before = state.sent;
    await sleep(100);
  }
  expect(state.sent).toBeGreaterThan(0);
  return state.sent;
}

describe('back-pressure', () => {
  const kinds = ['plain', 'TLS'].flatMap((kind) =>
    ['sized', 'chunked', 'close-delimited'].map((framing): [string, string] => [kind, framing]),
  );
  test.each(kinds)('%s, %s: a body that nobody reads stops the server; read later, it is whole', async (kind, framing) => {
    const { ca, good } = await certificates();
    const state: Flood = { sent: 0 };
    const at = await serve(flood(state, framing), kind === 'TLS' ? good : undefined);
    const connection = kind === 'TLS' ? secureConnectionTo(at, { ca }) : connectionTo(at);
    const response = await get(connection);
    const buffers = process.memoryUsage().arrayBuffers;
    // What the two kernels hold between them is not ours.
    expect(await stalled(state)).toBeLessThan(SIZE / 2);
    expect(process.memoryUsage().arrayBuffers - buffers).toBeLessThan(4 << 20);
    // A little that is taken lets a little come.
    expect((await response.read(100)).length).toBe(100);
    expect((await response.readline(156)).length).toBe(156);
    expect(await stalled(state)).toBeLessThan(SIZE / 2);
    let length = 256;
    let good16 = true;
    for await (const piece of response.chunks()) {
      good16 &&= piece[0] === PIECE[length % 16] && piece.at(-1) === PIECE[(length + piece.length - 1) % 16];
      length += piece.length;
    }
    expect([length, good16]).toEqual([SIZE, true]);
    await expectUsable(connection);
  });

  const readers: readonly [name: string, read: (response: HTTPResponse) => Promise<unknown>][] = [
    [
      'stream()',
      async (response) => {
        const stream = response.stream();
        stream.once('readable', () => stream.read(10));
      },
    ],
    ['body', async (response) => response.body.getReader().read()],
    ['chunks()', async (response) => response.chunks().next()],
    [
      'for await',
      async (response) => {
        for await (const piece of response.chunks()) {
          void piece;
          await sleep(1000);
          break;
        }
      },
    ],
  ];
  test.each(readers)('%s that is not read on stops the server', async (_, read) => {
    const state: Flood = { sent: 0 };
    const response = await get(connectionTo(await serve(flood(state, 'sized'))));
    await read(response);
    expect(await stalled(state)).toBeLessThan(SIZE / 2);
    response.close();
  });

  test('a response that was overtaken by another request waits for its reader', async () => {
    const state: Flood = { sent: 0 };
    const at = await serve(flood(state, 'sized'));
    const connection = connectionTo(at);
    const first = await get(connection);
    await connection.request('GET', '/second');
    expect(await stalled(state)).toBeLessThan(SIZE / 2);
    await first.discard();
    expect(String(await (await connection.getresponse()).read())).toBe('again');
    expect(at.peers.length).toBe(1);
  });

  test('read() of all of it holds it once', async () => {
    const state: Flood = { sent: 0 };
    const response = await get(connectionTo(await serve(flood(state, 'sized'))));
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 5);
    const body = await response.read();
    clearInterval(timer);
    expect(body.length).toBe(SIZE);
    // Growing by doubling, the old and the new block may both be there.
    expect(most - before).toBeLessThan(3.5 * SIZE);
  });

  test('one-byte chunks are coalesced', async () => {
    const response = await get(connectionTo(await serve((peer) => peer.answer(chunked(Array.from({ length: 100_000 }, () => 'x'))))));
    await sleep(50);
    const pieces: Buffer[] = [];
    for await (const piece of response.chunks()) pieces.push(piece);
    expect(Buffer.concat(pieces).length).toBe(100_000);
    expect(pieces.length).toBeLessThan(100);
  });
});

describe('bytes handed out', () => {
  const BODY = 'one line\nanother line\nand a last one';
  const reads: readonly [name: string, read: (response: HTTPResponse) => Promise<Uint8Array>][] = [
    ['read()', (response) => response.read()],
    ['read(5)', (response) => response.read(5)],
    ['read1()', (response) => response.read1()],
    ['read1(5)', (response) => response.read1(5)],
    ['readline()', (response) => response.readline()],
    ['peek()', (response) => response.peek()],
    ['peek(3)', (response) => response.peek(3)],
    ['bytes()', (response) => response.bytes()],
    ['readlines()', async (response) => (await response.readlines())[1] as Buffer],
    ['chunks()', async (response) => (await response.chunks().next()).value as Buffer],
    [
      'stream()',
      async (response) => {
        for await (const piece of response.stream()) return piece as Buffer;
        throw new Error('nothing');
      },
    ],
    ['body', async (response) => (await response.body.getReader().read()).value as Uint8Array],
  ];

  test.each(reads)('%s: no view of WebAssembly memory, nor of a pool', async (_, read) => {
    const wasm = sharedTokeniser().bytes.buffer;
    for (const raw of [sized(BODY), chunked([BODY]), chunked(BODY.match(/[^]{1,4}/g) as string[])]) {
      const bytes = await read(await get(connectionTo(await serve((peer) => peer.answer(raw)))));
      expect(bytes.length).toBeGreaterThan(0);
      expect(bytes.buffer).not.toBe(wasm);
      // Node's pool has 8 KiB and belongs to everybody.
      expect(bytes.buffer).not.toBe(Buffer.from('x').buffer);
      expect(bytes.buffer.byteLength).toBeLessThan(4096);
    }
  });

  test('small bodies in a row never share memory, and what one does to its bytes no other sees', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const bodies: Buffer[] = [];
    for (let n = 0; n < 20; n++) bodies.push(await (await get(connection)).read());
    expect(new Set(bodies.map((body) => body.buffer)).size).toBe(20);
    for (const body of bodies) {
      expect(String(body)).toBe('again');
      body.fill(0);
      Buffer.from(body.buffer).fill(0xff);
    }
    await expectUsable(connection);
  });

  test('pieces of one body never share memory that is still to be handed out', async () => {
    const text = Array.from({ length: 300 }, (_, n) => `line ${n}\n`).join('');
    for (const raw of [sized(text), chunked([text]), chunked(text.match(/[^]{1,100}/g) as string[])]) {
      const response = await get(connectionTo(await serve((peer) => peer.answer(raw))));
      await sleep(5);
      let got = '';
      for (let n = 0; ; n++) {
        const piece = n % 3 === 0 ? await response.read(7) : n % 3 === 1 ? await response.readline() : await response.peek(50);
        if (n % 3 !== 2) got += String(piece);
        if (piece.length === 0) break;
        // Whoever owns it may do with it what he likes.
        Buffer.from(piece.buffer).fill(0);
      }
      got += String(await response.read());
      expect(got).toBe(text);
    }
  });

  test('bodies that are gathered at the same time, in memory that was used before, do not mix', async () => {
    const bodyOf = (n: number): string =>
      Buffer.alloc([3, 2049, 5000, 70_000, 300_000, 1_200_000][n % 6] as number, `${n}:abcdefgh`).toString();
    const at = await serve(async (peer) => {
      for (;;) {
        const body = bodyOf(Number(/\/(\d+)/.exec(await peer.head())?.[1]));
        await peer.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
        for (let from = 0; from < body.length; from += 50_000) await peer.write(body.slice(from, from + 50_000));
      }
    });
    const connections = Array.from({ length: 6 }, () => connectionTo(at));
    const kept: { n: number; bytes: Buffer }[] = [];
    for (let round = 0; round < 12; round++) {
      await Promise.all(
        connections.map(async (connection, lane) => {
          const n = round * 7 + lane;
          const response = await get(connection, `/${n}`);
          if (n % 3 === 0) expect(await response.text()).toBe(bodyOf(n));
          else if (n % 3 === 1) kept.push({ n, bytes: await response.bytes() });
          else {
            const pieces: Buffer[] = [];
            for await (const piece of response.chunks()) pieces.push(piece);
            for (const piece of pieces) expect(piece.buffer.byteLength).toBeLessThan(2 * piece.length + 1);
            kept.push({ n, bytes: Buffer.concat(pieces) });
          }
        }),
      );
    }
    for (const { n, bytes } of kept) expect(bytes.equals(Buffer.from(bodyOf(n)))).toBe(true);
    expect(new Set(kept.map(({ bytes }) => bytes.buffer)).size).toBe(kept.length);
  });

  test('a stream’s pieces may be overwritten as they come', async () => {
    const text = 'x'.repeat(300_000);
    const response = await get(connectionTo(await serve((peer) => peer.answer(sized(text)))));
    let length = 0;
    for await (const piece of response.stream()) {
      expect((piece as Buffer).every((byte) => byte === 0x78)).toBe(true);
      length += (piece as Buffer).length;
      Buffer.from((piece as Buffer).buffer).fill(0);
    }
    expect(length).toBe(text.length);
  });

  test('readinto() fills the view, and nothing beside it', async () => {
    const response = await get(
      connectionTo(
        await serve(async (peer) => {
          await peer.head();
          await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
          await sleep(10);
          await peer.write('def');
          await sleep(10);
          await peer.write('ghi');
        }),
      ),
    );
    const around = Buffer.alloc(20, '.');
    expect(await response.readinto(new DataView(around.buffer, around.byteOffset + 2, 5))).toBe(5);
    expect(String(around)).toBe(`..abcde${'.'.repeat(13)}`);
    expect(await response.readinto(around.subarray(10, 18))).toBe(4);
    expect(String(around)).toBe('..abcde...fghi......');
  });

  test('partial of an error is the caller’s', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
      peer.end();
    });
    const response = await get(connectionTo(at));
    const error = (await response.read().catch((caught: unknown) => caught)) as { partial: Uint8Array };
    expect(Buffer.from(error.partial).toString()).toBe('abc');
    expect(error.partial.buffer).not.toBe(sharedTokeniser().bytes.buffer);
    expect(error.partial.buffer.byteLength).toBeLessThan(4096);
  });

  test('the same with TLS, whose bytes come another way', async () => {
    const { ca, good } = await certificates();
    const at = await serve(again, good);
    const connection = secureConnectionTo(at, { ca });
    const bodies: Buffer[] = [];
    for (let n = 0; n < 5; n++) bodies.push(await (await get(connection)).read());
    expect(new Set(bodies.map((body) => body.buffer)).size).toBe(5);
    for (const body of bodies) expect([String(body), body.buffer.byteLength < 4096]).toEqual(['again', true]);
  });
});

test('two thousand requests leave nothing behind', async () => {
  const at = await serve(again);
  const connection = connectionTo(at);
  const before = process.getActiveResourcesInfo().length;
  for (let n = 0; n < 2000; n++) {
    const response = await get(connection);
    if (n % 2 === 0) await response.read();
    else await response.discard();
  }
  await soon(eventually(() => process.getActiveResourcesInfo().length <= before + 6));
  const socket = connection.sock as NonNullable<typeof connection.sock>;
  for (const event of ['data', 'end', 'drain', 'error', 'close', 'connect', 'timeout', 'readable'])
    expect(socket.listenerCount(event)).toBeLessThanOrEqual(2);
  expect(at.peers.length).toBe(1);
});

test('an upload leaves nothing behind for each of its pieces', async () => {
  const heap = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  // Every piece is waited for until it has gone out.
  const socket = new Duplex({ highWaterMark: 1, read() {}, write: (_piece, _encoding, done) => void setImmediate(done) });
  const connection = new HTTPConnection('upload.example', { createConnection: () => socket });
  const piece = Buffer.alloc(100);
  const count = 20_000;
  const used: number[] = [];
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let n = 0; n < count; n++) {
      if (n === 2000 || n === count - 1) used.push(heap());
      yield piece;
    }
  }
  await connection.request('POST', '/', pieces(), { 'Content-Length': count * piece.length });
  socket.push(sized('done'));
  expect(String(await (await connection.getresponse()).read())).toBe('done');
  connection.close();
  // 50 bytes a piece would be 900 KB.
  expect((used[1] as number) - (used[0] as number)).toBeLessThan(900_000);
});
