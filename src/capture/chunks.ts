// Taking the chunked coding off a body that was captured, when somebody asks for it (RFC 9112 7.1). Where its framing lies was
// followed when the capture was read; here the same tokeniser goes over it again, and holes inside of chunk data are stepped over.

import { CHUNK_DATA, CHUNK_DONE, CHUNK_TRAILER, READ, READ_CAPACITY } from '../wasm/layout.generated.js';
import { sharedTokeniser, type ChunkState } from '../wasm/tokeniser.js';

/**
 * The body bytes of chunked `runs`, in which a number stands for a hole of that length. Ends where the body does, or where its
 * framing can no longer be followed. `quirks` are those under which it was read first.
 */
export async function* dechunked(runs: AsyncIterable<Uint8Array | number>, quirks: number): AsyncGenerator<Uint8Array> {
  const state: ChunkState = [0, 0, 0, 0, 0];
  for await (const run of runs) {
    if (typeof run === 'number') {
      if (state[0] !== CHUNK_DATA || chunkLeft(state) < run) return;
      shorten(state, run);
      continue;
    }
    for (let at = 0; at < run.length;) {
      const tokeniser = sharedTokeniser();
      const piece = run.subarray(at, at + READ_CAPACITY);
      tokeniser.load(piece);
      const length = tokeniser.decodeChunks(quirks, READ, READ + piece.length, state, 0);
      at += piece.length;
      const { chunkOutcome } = tokeniser;
      // Linear memory is somebody else's by the time that the caller goes on.
      if (length > 0) yield tokeniser.bytes.slice(READ, READ + length);
      if (chunkOutcome === CHUNK_DONE || chunkOutcome === CHUNK_TRAILER || chunkOutcome < 0) return;
    }
  }
}

/** What is left of the chunk. */
function chunkLeft(state: ChunkState): number {
  return (state[2] >>> 0) * 2 ** 32 + (state[1] >>> 0);
}

function shorten(state: ChunkState, length: number): void {
  const left = chunkLeft(state) - length;
  state[1] = (left % 2 ** 32) | 0;
  state[2] = Math.floor(left / 2 ** 32);
}
