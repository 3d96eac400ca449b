// A file that is read by blocks, the last of which are kept. A body lies scattered between those of other connections, so its neighbours
// are in the same few megabytes: whoever searches one body after the other would read those again for each.

/** What the engine uses of a Blob. */
export type Readable = Pick<Blob, 'size' | 'arrayBuffer' | 'stream'> & { slice(from?: number, to?: number): Readable };

const BLOCK = 1 << 21;
const MOST_KEPT = 12;

export class Blocks implements Readable {
  readonly #file: Readable;
  readonly #from: number;
  readonly #to: number;
  /** By number, the one that was used last at the end. */
  readonly #kept: Map<number, Promise<Uint8Array>>;

  constructor(file: Readable, from = 0, to = file.size, kept = new Map<number, Promise<Uint8Array>>()) {
    this.#file = file;
    this.#from = from;
    this.#to = to;
    this.#kept = kept;
  }

  get size(): number {
    return this.#to - this.#from;
  }

  slice(from = 0, to = this.size): Blocks {
    const end = Math.min(this.#to, this.#from + to);
    return new Blocks(this.#file, Math.min(end, this.#from + from), end, this.#kept);
  }

  /** Once from the front to the back: nothing of that is kept. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#file.slice(this.#from, this.#to).stream();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    for (let at = this.#from; at < this.#to;) {
      const number = Math.floor(at / BLOCK);
      const piece = (await this.#block(number)).subarray(at - number * BLOCK, this.#to - number * BLOCK);
      // The file has become shorter: the engine says so.
      if (piece.length === 0) return bytes.buffer.slice(0, at - this.#from);
      bytes.set(piece, at - this.#from);
      at += piece.length;
    }
    return bytes.buffer;
  }

  #block(number: number): Promise<Uint8Array> {
    const kept = this.#kept;
    const block = kept.get(number) ?? this.#read(number);
    kept.delete(number);
    kept.set(number, block);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    return block;
  }

  async #read(number: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.#file.slice(number * BLOCK, (number + 1) * BLOCK).arrayBuffer());
    } catch (error) {
      // Perhaps it can be read the next time.
      this.#kept.delete(number);
      throw error;
    }
  }
}
