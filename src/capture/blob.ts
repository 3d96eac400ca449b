// What browsers hand out: Blobs, and the streams of their bytes.

import type { Source } from './source.js';

/** A stream by its pieces: not every browser iterates a ReadableStream. */
export async function* iterated(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let done = false;
  try {
    for (;;) {
      const result = await reader.read();
      done = result.done;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    // Whoever stops early lets the stream go.
    if (!done) await reader.cancel().catch(() => undefined);
  }
}

export class BlobSource implements Source {
  readonly size: number;
  readonly seekable = true;
  private readonly blob: Blob;

  constructor(blob: Blob) {
    this.blob = blob;
    this.size = blob.size;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(await this.blob.slice(at, at + length).arrayBuffer());
  }

  pieces(from = 0, lent = false): AsyncIterable<Uint8Array> {
    return lent ? lentPieces(this.blob, from) : iterated(this.blob.slice(from).stream());
  }
}

const PIECE = 1 << 20;
/** How long nothing may come, at first: then it is asked for again, and there is twice the time. */
const STALL_MS = 250;

/**
 * All from `at` on through one piece of memory: in Chromium 156 that takes a seventh of the time, most of which goes into pages of new
 * memory for every piece (docs/captures.md). There such a read may also stall for ever, when it asks faster than the bytes come: what was
 * asked for then is asked for again.
 */
async function* lentPieces(blob: Blob, at: number): AsyncGenerator<Uint8Array> {
  let patience = STALL_MS;
  let memory = new ArrayBuffer(PIECE);
  for (;;) {
    const stream = blob.slice(at).stream();
    const reader = byteReaderOf(stream);
    if (reader === null) return yield* iterated(stream);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stalled = false;
    try {
      for (;;) {
        timer = setTimeout(() => {
          stalled = true;
          // The read that waits ends, too.
          void reader.cancel();
        }, patience);
        const { done, value } = await reader.read(new Uint8Array(memory));
        clearTimeout(timer);
        if (done) break;
        patience = STALL_MS;
        at += value.length;
        yield value;
        memory = value.buffer;
      }
    } finally {
      clearTimeout(timer);
      if (!stalled) await reader.cancel().catch(() => undefined);
    }
    if (!stalled) return;
    patience *= 2;
    memory = new ArrayBuffer(PIECE);
  }
}

/** A reader that takes the memory to write to; null where the stream does not know that. */
function byteReaderOf(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}
