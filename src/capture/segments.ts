// Where bytes lie: segments of a source, in the order in which they belong together, with the holes between them. Of a source that
// can be read again only the places are kept. Nothing here knows what the bytes mean.

import { joined, type Source } from './source.js';

/** Stands for a place: bytes that were never captured. */
const HOLE = -1;
/** Stands for a place: the bytes themselves are kept. */
const KEPT = -2;

/** Segments that lie closer together are read at once. */
const SPAN = 1 << 20;

export class Segments {
  /** Bytes that there are. */
  length = 0;
  /** The same with the holes. */
  span = 0;
  private readonly source: Source;
  /** Place and length in turn. */
  private readonly places: number[] = [];
  private readonly kept: Uint8Array[] = [];

  constructor(source: Source) {
    this.source = source;
  }

  /** The bytes from `start` to `end` of `bytes` follow; in the source they stand at `at`, or nowhere if that is negative. */
  add(at: number, bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.length += end - start;
    this.span += end - start;
    if (at >= 0 && this.source.seekable) {
      this.places.push(at, end - start);
    } else {
      this.places.push(KEPT, end - start);
      this.kept.push(bytes.slice(start, end));
    }
  }

  /** `length` bytes follow that there are not. */
  hole(length: number): void {
    this.span += length;
    this.places.push(HOLE, length);
  }

  get hasHoles(): boolean {
    return this.places.some((place, n) => n % 2 === 0 && place === HOLE);
  }

  /**
   * Whether the bytes from `start` to `end` of `bytes` differ from those that were added `back` bytes in front of the end. Only what lies in
   * `bytes` itself is compared, whose first byte stands at `base` in the source.
   */
  differ(back: number, bytes: Uint8Array, start: number, end: number, base: number): boolean {
    const { places } = this;
    // The place of the byte behind the segment, as seen from `start`.
    let behind = start + back;
    for (let n = places.length - 2; n >= 0 && behind > start; n -= 2) {
      const place = places[n] as number;
      const from = behind - (places[n + 1] as number);
      const there = place - base;
      if (place >= 0 && there >= 0 && there < bytes.length) {
        for (let at = Math.max(from, start); at < Math.min(behind, end); at++) {
          if (bytes[there + at - from] !== bytes[at]) return true;
        }
      }
      behind = from;
    }
    return false;
  }

  /** The bytes behind the first `skip`, in pieces; a number stands for a hole of that length. */
  async *runs(skip = 0): AsyncGenerator<Uint8Array | number> {
    const { places } = this;
    let kept = 0;
    for (let n = 0; n < places.length;) {
      const place = places[n] as number;
      const length = places[n + 1] as number;
      let run: Uint8Array | number;
      if (place === HOLE) {
        run = length;
        n += 2;
      } else if (place === KEPT) {
        run = this.kept[kept++] as Uint8Array;
        n += 2;
      } else {
        const last = this.lastOfSpan(n);
        run = await this.readSpan(n, last);
        n = last;
      }
      const size = typeof run === 'number' ? run : run.length;
      if (skip < size) yield typeof run === 'number' ? run - skip : run.subarray(skip);
      skip = Math.max(0, skip - size);
    }
  }

  /** All of them behind the first `skip`, holes left out. */
  async bytes(skip = 0): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const run of this.runs(skip)) {
      if (typeof run === 'number') continue;
      pieces.push(run);
      size += run.length;
    }
    return joined(pieces, size);
  }

  /** Behind the last segment that is read together with segment `n`. */
  private lastOfSpan(n: number): number {
    const { places } = this;
    let lowest = Infinity;
    let highest = 0;
    for (; n < places.length; n += 2) {
      const place = places[n] as number;
      if (place < 0) break;
      lowest = Math.min(lowest, place);
      highest = Math.max(highest, place + (places[n + 1] as number));
      if (highest - lowest > SPAN && lowest !== place) break;
    }
    return n;
  }

  private async readSpan(first: number, last: number): Promise<Uint8Array> {
    const { places } = this;
    let lowest = Infinity;
    let highest = 0;
    let size = 0;
    for (let n = first; n < last; n += 2) {
      const place = places[n] as number;
      const length = places[n + 1] as number;
      lowest = Math.min(lowest, place);
      highest = Math.max(highest, place + length);
      size += length;
    }
    const span = await this.source.read(lowest, highest - lowest);
    if (span.length < highest - lowest) throw new Error('the file is shorter than it was when it was read first');
    if (size === span.length) return span;
    const run = new Uint8Array(size);
    let at = 0;
    for (let n = first; n < last; n += 2) {
      const place = (places[n] as number) - lowest;
      const length = places[n + 1] as number;
      run.set(span.subarray(place, place + length), at);
      at += length;
    }
    return run;
  }
}
