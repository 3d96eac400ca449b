// A source read from front to back, by lines and by lengths, for formats whose records say how long they are. No more is held than the
// piece that the source hands out, and a line that goes across two of them.

import { latin1Of } from '../wasm/latin1.js';
import { joined, type Source } from './source.js';

const LF = 0x0a;

/** Bytes, and where they stand in the source. */
export interface Placed {
  readonly bytes: Uint8Array;
  readonly at: number;
}

export class PieceReader {
  /** Where the next byte stands in the source. */
  position = 0;
  /** What ended the input before its end, in words, or null. */
  failure: string | null = null;
  private readonly pieces: AsyncIterator<Uint8Array>;
  private piece: Uint8Array = new Uint8Array(0);
  private at = 0;

  constructor(source: Source) {
    this.pieces = source.pieces()[Symbol.asyncIterator]();
  }

  /** Up to `most` bytes, at least one; null at the end. */
  async next(most: number): Promise<Placed | null> {
    if (!(await this.fill())) return null;
    const bytes = this.piece.subarray(this.at, this.at + most);
    const placed = { bytes, at: this.position };
    this.at += bytes.length;
    this.position += bytes.length;
    return placed;
  }

  /** The bytes up to the next LF, with it; no more than `most` of them, and without it only where there are more, or none. Null at the end. */
  async line(most: number): Promise<string | null> {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (size < most && (await this.fill())) {
      const feed = this.piece.indexOf(LF, this.at);
      const end = feed < 0 ? this.piece.length : feed + 1;
      const placed = (await this.next(Math.min(end - this.at, most - size))) as Placed;
      parts.push(placed.bytes);
      size += placed.bytes.length;
      if (feed >= 0 && this.at === feed + 1) break;
    }
    return size === 0 ? null : latin1Of(joined(parts, size));
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  private async fill(): Promise<boolean> {
    while (this.at === this.piece.length) {
      const { done, value } = await this.pieces.next();
      if (done === true) return false;
      this.piece = value;
      this.at = 0;
    }
    return true;
  }
}
