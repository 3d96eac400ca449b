// Long bodies, which the socket reads straight into the memory that readinto() was given: every byte in its place whatever calls are
// mixed, nothing written there once the reader was woken, and the end of the body where it is.

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import type { HTTPResponse } from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import { prng } from '../support/splits.js';
import { afterwards, connectionTo, get, rejection, secureConnectionTo, serve, soon, type Peer } from './harness.js';

/** Bytes that say where they stand. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes;
}

const LENGTH = 3_000_007;
const BODY = pattern(LENGTH);
const MEMORY = 1 << 20;

const heads = { sized: `HTTP/1.1 200 OK\r\nContent-Length: ${LENGTH}\r\n\r\n`, 'close-delimited': 'HTTP/1.1 200 OK\r\n\r\n' };
const framings = Object.entries(heads) as ['sized' | 'close-delimited', string][];

const answering =
  (head: string, body: Buffer, then: (peer: Peer) => unknown = () => undefined) =>
  async (peer: Peer): Promise<void> => {
    await peer.head();
    await peer.write(head);
    await peer.write(body);
    await then(peer);
  };

/** Integers from 1 on, by chance. */
const drawn = (seed: number): ((most: number) => number) => {
  const random = prng(seed);
  return (most) => 1 + Math.floor(random() * most);
};

type Read = (response: HTTPResponse, memory: Uint8Array, upTo: (most: number) => number) => Promise<Uint8Array>;
const reads: Record<string, Read> = {
  readinto: async (response, memory) => memory.subarray(0, await response.readinto(memory)),
  readinto1: async (response, memory) => memory.subarray(0, await response.readinto1(memory)),
  read1: (response) => response.read1(),
  read: (response, _, upTo) => response.read(upTo(200_000)),
  'read1 of few': (response, _, upTo) => response.read1(upTo(5000)),
  readline: (response) => response.readline(),
};

async function readAll(response: HTTPResponse, next: () => Read, upTo = drawn(1)): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const memory = new Uint8Array(MEMORY);
  for (;;) {
    const piece = await soon(next()(response, memory, upTo), 'a read');
    if (piece.length === 0) return Buffer.concat(pieces);
    pieces.push(Buffer.from(piece));
    // Were the socket still to write here, it would be seen in what comes next: nothing but fresh bytes is ever read from it.
    if (piece.buffer === memory.buffer) memory.fill(0xee);
    if (upTo(4) === 1) await turn();
  }
}

describe.each(framings)('a %s body', (kind, head) => {
  const ended = (peer: Peer): unknown => (kind === 'close-delimited' ? peer.end() : undefined);

  test.each(Object.entries(reads))('by %s alone', async (_, read) => {
    const at = await serve(answering(head, BODY, ended));
    const response = await get(connectionTo(at));
    expect((await readAll(response, () => read)).equals(BODY)).toBe(true);
    expect(response.isclosed()).toBe(true);
  });

  test.each([1, 2, 3, 4, 5, 6])('by all of them in turn, drawn by chance: %d', async (seed) => {
    const upTo = drawn(seed);
    const list = Object.values(reads);
    const at = await serve(answering(head, BODY, ended));
    const response = await get(connectionTo(at));
    expect((await readAll(response, () => list[upTo(list.length) - 1] as Read, upTo)).equals(BODY)).toBe(true);
  });

  test('over TLS', async () => {
    const upTo = drawn(7);
    const list = Object.values(reads);
    const at = await serve(answering(head, BODY, ended), (await certificates()).good);
    const response = await get(secureConnectionTo(at, { ca: (await certificates()).ca }));
    expect((await readAll(response, () => list[upTo(list.length) - 1] as Read, upTo)).equals(BODY)).toBe(true);
  });
});

test('the socket reads into the memory of readinto(): most of what comes is not copied there', async () => {
  const at = await serve(answering(heads.sized, BODY));
  const response = await get(connectionTo(at));
  const copies = jest.spyOn(Uint8Array.prototype, 'set');
  afterwards(() => copies.mockRestore());
  const memory = new Uint8Array(MEMORY);
  let total = 0;
  for (let length = await response.readinto(memory); length > 0; length = await response.readinto(memory)) total += length;
  expect(total).toBe(LENGTH);
  expect(copies.mock.calls.reduce((sum, [bytes]) => sum + bytes.length, 0)).toBeLessThan(LENGTH / 2);
});

test('a reader that was woken has its memory for itself', async () => {
  const at = await serve(answering(heads.sized, BODY));
  const response = await get(connectionTo(at));
  const memory = new Uint8Array(MEMORY);
  const length = await soon(response.readinto1(memory));
  const before = memory.slice();
  expect(before.subarray(0, length).every((byte, n) => byte === BODY[n])).toBe(true);
  for (let n = 0; n < 50; n++) await turn();
  expect(Buffer.compare(memory, before)).toBe(0);
  expect((await response.read()).equals(BODY.subarray(length))).toBe(true);
});

test('pieces are memory of their own: none changes behind the reader’s back', async () => {
  const at = await serve(answering(heads.sized, BODY));
  const response = await get(connectionTo(at));
  const pieces: Buffer[] = [];
  for await (const piece of response.chunks()) pieces.push(piece);
  expect(Buffer.concat(pieces).equals(BODY)).toBe(true);
  expect(pieces.every((piece) => piece.buffer.byteLength < 2 * piece.length)).toBe(true);
});

test.each(['readinto', 'read1'])('an abort during %s: the memory stays as it is, nothing more is written to it', async (name) => {
  const at = await serve(answering(heads.sized, BODY.subarray(0, 700_000), (peer) => peer.closed));
  const controller = new AbortController();
  const conn = connectionTo(at, { signal: controller.signal });
  const response = await get(conn);
  const memory = new Uint8Array(4 * MEMORY);
  const reason = new Error('enough');
  // What came is returned first.
  const both = async (): Promise<number> => (await response.readinto(memory)) && response.readinto(memory);
  const read = name === 'readinto' ? both() : readAll(response, () => reads['read1'] as Read);
  setTimeout(() => controller.abort(reason), 50);
  expect(await rejection(read)).toBe(reason);
  const before = memory.slice();
  for (let n = 0; n < 20; n++) await turn();
  expect(Buffer.compare(memory, before)).toBe(0);
});

test('a cut body: what came is there, then the error says what is missing', async () => {
  const at = await serve(answering(heads.sized, BODY.subarray(0, 2_000_000), (peer) => peer.end()));
  const response = await get(connectionTo(at));
  const memory = new Uint8Array(4 * MEMORY);
  const length = await soon(response.readinto(memory));
  expect(length).toBe(2_000_000);
  expect(Buffer.from(memory.subarray(0, length)).equals(BODY.subarray(0, length))).toBe(true);
  expect((await rejection(response.readinto(memory))).expected).toBe(LENGTH - 2_000_000);
});

test('behind the body comes the next response, in the same segments or not', async () => {
  const small = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc';
  const at = await serve(async (peer) => {
    await answering(heads.sized, BODY)(peer);
    await peer.head();
    await peer.write(small);
  });
  const conn = connectionTo(at);
  const memory = new Uint8Array(MEMORY);
  const response = await get(conn);
  let total = 0;
  for (let length = await response.readinto(memory); length > 0; length = await response.readinto(memory)) total += length;
  expect(total).toBe(LENGTH);
  expect(await (await get(conn)).text()).toBe('abc');
  expect(at.peers.length).toBe(1);
});

test('bytes behind the body that nothing explains: the body is whole, the connection is not used again', async () => {
  const at = await serve(answering(heads.sized, Buffer.concat([BODY, Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL')])));
  const conn = connectionTo(at);
  const response = await get(conn);
  expect((await readAll(response, () => reads['readinto'] as Read)).equals(BODY)).toBe(true);
  await at.peers[0]?.closed;
  expect(at.peers.length).toBe(1);
});

test('maxBodySize holds to the byte', async () => {
  const at = await serve(answering(heads['close-delimited'], BODY, (peer) => peer.closed));
  const response = await get(connectionTo(at, { maxBodySize: 1_000_001 }));
  const memory = new Uint8Array(4 * MEMORY);
  expect(await soon(response.readinto(memory))).toBe(1_000_001);
  expect((await rejection(response.readinto(memory))).limit).toBe('maxBodySize');
});
