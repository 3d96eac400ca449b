// Blobs as sources: read through memory that is used again, where their streams can do that; and what becomes of a stream that stalls.

import { describe, expect, test } from '@jest/globals';
import { BlobSource } from '../../src/capture/blob.js';

const ALL = Uint8Array.from({ length: 3_000_000 }, (_, n) => (n * 7) % 251);

/** The pieces, each copied while it is ours. */
async function collected(source: BlobSource, from: number, lent: boolean): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source.pieces(from, lent)) pieces.push(piece.slice());
  return new Uint8Array(Buffer.concat(pieces));
}

/** A Blob whose streams are made by `streamFrom`. */
function blobLike(streamFrom: (at: number) => ReadableStream<Uint8Array>, size = ALL.length): Blob {
  return { size, slice: (at: number) => ({ stream: () => streamFrom(at) }) } as unknown as Blob;
}

test.each([0, 1, 1_234_567, ALL.length])('all bytes from %i on, lent or not', async (from) => {
  const source = new BlobSource(new Blob([ALL]));
  expect(Buffer.compare(await collected(source, from, true), ALL.subarray(from))).toBe(0);
  expect(Buffer.compare(await collected(source, from, false), ALL.subarray(from))).toBe(0);
});

test('streams that do not take memory', async () => {
  const plain = (at: number): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(ALL.subarray(at));
        controller.close();
      },
    });
  expect(Buffer.compare(await collected(new BlobSource(blobLike(plain)), 5, true), ALL.subarray(5))).toBe(0);
});

describe('a stream that stalls', () => {
  const opened: number[] = [];
  const cancelled: number[] = [];

  /** Gives `most` bytes, then nothing. */
  function stalling(at: number, most: number): ReadableStream<Uint8Array> {
    opened.push(at);
    let next = at;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        const request = (controller as ReadableByteStreamController).byobRequest as ReadableStreamBYOBRequest;
        const view = request.view as Uint8Array;
        const length = Math.min(view.byteLength, at + most - next, ALL.length - next);
        if (length === 0) {
          if (next < ALL.length) return new Promise(() => undefined);
          controller.close();
          request.respond(0);
          return undefined;
        }
        new Uint8Array(view.buffer, view.byteOffset, length).set(ALL.subarray(next, next + length));
        next += length;
        request.respond(length);
        return undefined;
      },
      cancel: () => void cancelled.push(at),
    });
  }

  test('is asked again, from where it had come to', async () => {
    const source = new BlobSource(blobLike((at) => stalling(at, 1_700_000)));
    expect(Buffer.compare(await collected(source, 0, true), ALL)).toBe(0);
    expect(opened).toEqual([0, 1_700_000]);
    expect(cancelled).toEqual([0]);
  });

  test('is let go by who stops early', async () => {
    opened.length = cancelled.length = 0;
    for await (const piece of new BlobSource(blobLike((at) => stalling(at, 1_700_000))).pieces(0, true)) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(cancelled).toEqual([0]);
  });

  test('that fails says so', async () => {
    const failing = (): ReadableStream<Uint8Array> =>
      new ReadableStream({ type: 'bytes', pull: (controller) => controller.error(new Error('the disk is gone')) });
    await expect(collected(new BlobSource(blobLike(failing)), 0, true)).rejects.toThrow('the disk is gone');
  });
});
