// Segments that have to wait: for bytes in front of them, or for what their sender had seen when it sent them. They are few, so they
// are objects, with bytes of their own.

/** What is known of bytes besides the bytes. */
export const REORDERED = 1;
export const RETRANSMITTED = 2;
export const OVERLAP = 4;

export interface HeldSegment {
  readonly seq: number;
  /** What its sender acknowledged, or null. */
  readonly ack: number | null;
  readonly bytes: Uint8Array;
  /** Bytes behind them that were not captured. */
  readonly missing: number;
  /** Where they stand in the file, or negative. */
  readonly at: number;
  readonly time: number;
  /** The number of its packet. */
  readonly order: number;
  marks: number;
}

export function sizeOf({ bytes, missing }: HeldSegment): number {
  return bytes.length + missing;
}

/** Whether sequence number `a` is in front of `b` (RFC 9293 3.4). */
export function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** The segment without its first `length` bytes. */
export function without(segment: HeldSegment, length: number): HeldSegment {
  const { bytes } = segment;
  const cut = Math.min(length, bytes.length);
  return {
    ...segment,
    seq: (segment.seq + length) | 0,
    bytes: bytes.subarray(cut),
    at: segment.at + cut,
    missing: segment.missing - (length - cut),
  };
}

/** The first `length` bytes of the segment. */
function firstOf(segment: HeldSegment, length: number): HeldSegment {
  const { bytes } = segment;
  return { ...segment, bytes: bytes.subarray(0, length), missing: Math.max(0, length - bytes.length) };
}

/**
 * Puts a segment where it belongs among those that wait. Where others have the same bytes, the ones that came first stay. Returns how
 * many bytes of it were new.
 */
export function hold(held: HeldSegment[], segment: HeldSegment): number {
  let added = 0;
  // Most come behind all others.
  let place = held.length;
  while (place > 0 && isBefore(segment.seq, endOf(held[place - 1] as HeldSegment))) place--;
  for (; place < held.length; place++) {
    const there = held[place] as HeldSegment;
    const gap = (there.seq - segment.seq) | 0;
    const size = sizeOf(segment);
    if (gap >= size) break;
    if (gap > 0) {
      added += gap;
      held.splice(place++, 0, firstOf(segment, gap));
    }
    there.marks |= difference(there, segment);
    const behind = (((segment.seq + size) | 0) - endOf(there)) | 0;
    if (behind <= 0) return added;
    segment = without(segment, size - behind);
  }
  held.splice(place, 0, segment);
  return added + sizeOf(segment);
}

function endOf(segment: HeldSegment): number {
  return (segment.seq + sizeOf(segment)) | 0;
}

/** What it means that two segments have bytes at the same places. */
function difference(first: HeldSegment, second: HeldSegment): number {
  const offset = (second.seq - first.seq) | 0;
  const from = Math.max(0, offset);
  const to = Math.min(first.bytes.length, offset + second.bytes.length);
  for (let n = from; n < to; n++) if (first.bytes[n] !== second.bytes[n - offset]) return OVERLAP;
  return RETRANSMITTED;
}
