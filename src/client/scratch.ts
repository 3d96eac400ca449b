// Memory for bodies that are still being gathered, used again and again: new memory costs more than the copying, since the system has
// to provide each page of it and the collector counts it. Nobody outside of body.ts ever holds any of it.

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
