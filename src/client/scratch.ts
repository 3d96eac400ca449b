// Memory for bodies. New memory costs more than copying, since the system has to provide each page of it and the collector counts it. So
// what is needed while a body is gathered is used again and again (nobody outside of body.ts ever holds any of it), and of what is
// handed out the pages are kept by the allocator.

/** Sizes are powers of two from the smallest; what is larger than the largest is not kept. */
const SMALLEST = 4096;
export const LARGEST_SCRATCH = 1 << 20;
/** Bytes that are kept for use at most. */
const MOST_KEPT = 4 << 20;

const kept: Buffer[][] = [];
let keptBytes = 0;

const classOf = (size: number): number => (size <= SMALLEST ? 0 : 32 - Math.clz32((size - 1) / SMALLEST));

/** Memory of `size` bytes or more. */
export function acquire(size: number): Buffer {
  if (size > LARGEST_SCRATCH) return Buffer.allocUnsafeSlow(size);
  const buffer = kept[classOf(size)]?.pop();
  if (buffer === undefined) return Buffer.allocUnsafeSlow(SMALLEST << classOf(size));
  keptBytes -= buffer.length;
  return buffer;
}

/** Gives back what acquire() gave: nobody uses it any more. */
export function release(buffer: Buffer): void {
  if (buffer.length > LARGEST_SCRATCH || keptBytes + buffer.length > MOST_KEPT) return;
  keptBytes += buffer.length;
  (kept[classOf(buffer.length)] ??= []).push(buffer);
}

/** Results from this size on are worth the trouble below. */
const LARGE = 16384;
/** What glibc learns from: it takes blocks of up to 32 MiB for a hint. */
const HINT = 16 << 20;
let hinted = false;

/**
 * Memory of `size` bytes to be handed out. The allocator of glibc gives freed memory back to the system from 128 KiB on, and gets it
 * anew for the next body: a page fault for each 4 KiB, which triples what a body of 64 KiB costs. It learns from the largest block
 * that was ever freed how much to keep, at most twice its size. So one is allocated that nobody touches (it takes addresses, no
 * memory) and left to the collector, before the first large body.
 */
export function handedOut(size: number): Buffer {
  if (!hinted && size >= LARGE) {
    hinted = true;
    Buffer.allocUnsafeSlow(HINT);
  }
  return Buffer.allocUnsafeSlow(size);
}
