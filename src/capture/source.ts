// Where the bytes of an input come from: a file, memory or a stream, behind one interface. Nothing here knows what the bytes mean.
// What can be read again is never kept; what cannot is kept by those who refer to it (segments.ts), and by nobody else.

import { BlobSource, iterated } from './blob.js';

export interface Source {
  /** Bytes, or null where that is not known beforehand. */
  readonly size: number | null;
  /** Whether read() reaches what pieces() has handed out. */
  readonly seekable: boolean;
  /**
   * `length` bytes from `at` on, fewer at the end. Where the source is not seekable this looks ahead: it must be called before pieces(),
   * which then begins with the same bytes.
   */
  read(at: number, length: number): Promise<Uint8Array>;
  /**
   * All bytes from `from` on, in order. Their owner is whoever gets them; but who takes them as `lent` has a piece until he asks for the
   * next one, so that its memory may be used again.
   */
  pieces(from?: number, lent?: boolean): AsyncIterable<Uint8Array>;
}

/** What a source can be made of. */
export type SourceInput = Blob | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export function sourceOf(input: SourceInput | Source): Source {
  if ('seekable' in input) return input;
  if (ArrayBuffer.isView(input)) return new MemorySource(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
  if ('slice' in input && 'stream' in input) return new BlobSource(input);
  return new StreamSource('getReader' in input ? iterated(input) : input);
}

/** How much of what lies in memory is handed out at once: whoever reads it has to let others run now and then. */
const PIECE = 1 << 22;

class MemorySource implements Source {
  readonly size: number;
  readonly seekable = true;
  private readonly all: Uint8Array;

  constructor(all: Uint8Array) {
    this.all = all;
    this.size = all.length;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    return this.all.subarray(at, at + length);
  }

  async *pieces(from = 0): AsyncGenerator<Uint8Array> {
    for (let at = from; at < this.size; at += PIECE) yield this.all.subarray(at, at + PIECE);
  }
}

/** What comes once. */
export class StreamSource implements Source {
  readonly size = null;
  readonly seekable = false;
  private readonly input: AsyncIterator<Uint8Array>;
  private ahead: Uint8Array = new Uint8Array(0);
  private exhausted = false;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.input = input[Symbol.asyncIterator]();
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const pieces = [this.ahead];
    let size = this.ahead.length;
    while (size < at + length) {
      const piece = await this.next();
      if (piece === null) break;
      pieces.push(piece);
      size += piece.length;
    }
    this.ahead = joined(pieces, size);
    return this.ahead.subarray(at, at + length);
  }

  async *pieces(from = 0): AsyncGenerator<Uint8Array> {
    try {
      let skip = from;
      let piece: Uint8Array | null = this.ahead;
      this.ahead = new Uint8Array(0);
      for (; piece !== null; piece = await this.next()) {
        if (piece.length > skip) yield piece.subarray(skip);
        skip = Math.max(0, skip - piece.length);
      }
    } finally {
      if (!this.exhausted) await this.input.return?.();
    }
  }

  private async next(): Promise<Uint8Array | null> {
    if (this.exhausted) return null;
    const { done, value } = await this.input.next();
    this.exhausted = done === true;
    return done === true ? null : value;
  }
}

/** Pieces of `size` bytes together as one. */
export function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
