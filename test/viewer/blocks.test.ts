// The file behind the engine: what is read by blocks is what a Blob would give, and neighbours are read once.

import { expect, test } from '@jest/globals';
import { Blocks } from '../../viewer/worker/blocks.js';
import { prng } from '../support/splits.js';

const SIZE = 5_000_001;
const BYTES = new Uint8Array(SIZE).map((_, n) => (n * 2654435761) >>> 24);

/** A Blob that counts what is read of it. */
function counted(): { blob: Blob; reads: () => number } {
  let reads = 0;
  const blob = new Blob([BYTES]);
  const { slice } = blob;
  blob.slice = (...given) => {
    reads++;
    return slice.apply(blob, given);
  };
  return { blob, reads: () => reads };
}

test('any part is that of the Blob', async () => {
  const blob = new Blob([BYTES]);
  const blocks = new Blocks(blob);
  const random = prng(5);
  expect(blocks.size).toBe(SIZE);
  for (let n = 0; n < 60; n++) {
    const from = Math.floor(random() * SIZE * 1.1);
    const to = from + Math.floor(random() * (n % 2 === 0 ? 100 : SIZE));
    const expected = Buffer.from(await blob.slice(from, to).arrayBuffer());
    const part = blocks.slice(from, to);
    expect([part.size, Buffer.from(await part.arrayBuffer()).equals(expected)]).toEqual([expected.length, true]);
  }
  const inner = blocks.slice(1000, 2000).slice(10, 5000);
  expect(Buffer.from(await inner.arrayBuffer()).equals(Buffer.from(BYTES.subarray(1010, 2000)))).toBe(true);
  expect(
    Buffer.from(await new Response(blocks.slice(7, 3_000_000).stream()).arrayBuffer()).equals(Buffer.from(BYTES.subarray(7, 3_000_000))),
  ).toBe(true);
});

test('neighbours are read once, and those read long ago again', async () => {
  const { blob, reads } = counted();
  const blocks = new Blocks(blob);
  await Promise.all([blocks.slice(0, 10).arrayBuffer(), blocks.slice(500_000, 1_000_000).arrayBuffer()]);
  await blocks.slice(900_000, 1_900_000).arrayBuffer();
  expect(reads()).toBe(1);
});

test('what failed is tried again, and a file that became shorter gives what there is', async () => {
  let isBroken = true;
  const broken = {
    size: 100,
    slice: () => ({ arrayBuffer: () => (isBroken ? Promise.reject(new Error('gone')) : Promise.resolve(new ArrayBuffer(50))) }),
  } as unknown as Blob;
  const blocks = new Blocks(broken);
  await expect(blocks.slice(0, 10).arrayBuffer()).rejects.toThrow('gone');
  isBroken = false;
  expect((await blocks.slice(0, 10).arrayBuffer()).byteLength).toBe(10);
  expect((await blocks.slice(0, 100).arrayBuffer()).byteLength).toBe(50);
});
