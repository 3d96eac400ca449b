// The entry of captures in Node: the same, and a path may be given, too.

import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Exchange } from './capture/exchange.js';
import { readCapture as read, type CaptureOptions } from './capture/read.js';
import { sourceOf, type Source, type SourceInput } from './capture/source.js';

// readCapture below takes the place of the one there.
export * from './capture.js';

/**
 * The exchanges of a capture, in the order in which they ended. Bodies are read from the source when they are asked for: a file has to
 * stay where it is until then.
 *
 * @param input The path of a file, a Blob, bytes, or a stream of them.
 * @throws An Error if the input is nothing that can be read, what the file system says, and the signal's reason.
 *
 * @example
 * ```ts
 * import { readCapture } from 'headlong/capture';
 * for await (const { request, response } of readCapture('capture.pcap')) {
 *   console.log(request?.method, request?.target, response?.status);
 * }
 * ```
 */
export async function* readCapture(input: SourceInput | Source | string | URL, options: CaptureOptions = {}): AsyncGenerator<Exchange> {
  yield* read(typeof input === 'string' || input instanceof URL ? await fileSource(input) : input, options);
}

/** A file, or whatever else has a path. */
async function fileSource(path: string | URL): Promise<Source> {
  const { size, isFile } = await stat(path).then((stats) => ({ size: stats.size, isFile: stats.isFile() }));
  // Of a pipe nothing can be read twice.
  return isFile ? new FileSource(path, size) : sourceOf(createReadStream(path));
}

/** How much is read at once. */
const PIECE = 1 << 20;

/** It is opened whenever it is read: an exchange may be looked into long after, or never. */
class FileSource implements Source {
  readonly size: number;
  readonly seekable = true;
  private readonly path: string | URL;

  constructor(path: string | URL, size: number) {
    this.path = path;
    this.size = size;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const file = await open(this.path);
    try {
      return await readInto(newBuffer(Math.min(length, Math.max(0, this.size - at))), file, at);
    } finally {
      await file.close();
    }
  }

  async *pieces(from = 0, lent = false): AsyncGenerator<Uint8Array> {
    const file = await open(this.path);
    let buffer = newBuffer();
    let spare = newBuffer();
    // The next piece is read while this one is looked at.
    let next = readInto(buffer, file, from);
    try {
      for (let at = from; ;) {
        const piece = await next;
        if (piece.length === 0) return;
        at += piece.length;
        [buffer, spare] = [lent ? spare : newBuffer(), buffer];
        next = readInto(buffer, file, at);
        yield piece;
      }
    } finally {
      await next.catch(() => undefined);
      await file.close();
    }
  }
}

/** No Buffer: its subarray() costs several times as much. */
function newBuffer(length = PIECE): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/** Fills `bytes` from `at` on; what is returned is shorter at the end of the file. */
async function readInto(bytes: Uint8Array, file: FileHandle, at: number): Promise<Uint8Array> {
  let size = 0;
  while (size < bytes.length) {
    const { bytesRead } = await file.read(bytes, size, bytes.length - size, at + size);
    if (bytesRead === 0) break;
    size += bytesRead;
  }
  return bytes.subarray(0, size);
}
