// Chunks that the caller frames: whether they are complete, told by the same decoder that reads responses. What the caller
// sends is not changed by it; only the connection must not be used again behind a body that has not ended.

import { sharedTokeniser, type ChunkState } from '../wasm/tokeniser.js';
import { CHUNK_DONE, CHUNK_MORE, READ, READ_CAPACITY } from '../wasm/layout.generated.js';

export class ChunkObserver {
  /** The last chunk and its empty line have been seen, and nothing behind them. */
  complete = false;
  /** What was seen is no chunked body, has a trailer section, or goes on behind its end: nobody knows where it ends. */
  #lost = false;
  readonly #state: ChunkState = [0, 0, 0, 0, 0];

  add(piece: string | Uint8Array): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
    if (bytes.length > 0 && this.complete) this.#lose();
    for (let at = 0; at < bytes.length && !this.#lost; at += READ_CAPACITY) {
      const tokeniser = sharedTokeniser();
      const slice = bytes.subarray(at, at + READ_CAPACITY);
      tokeniser.load(slice);
      tokeniser.decodeChunks(0, READ, READ + slice.length, this.#state, 0);
      this.complete = tokeniser.chunkOutcome === CHUNK_DONE && at + tokeniser.chunkEnd === bytes.length;
      if (!this.complete && tokeniser.chunkOutcome !== CHUNK_MORE) this.#lose();
    }
  }

  #lose(): void {
    this.#lost = true;
    this.complete = false;
  }
}
