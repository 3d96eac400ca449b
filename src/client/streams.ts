// A response's body as a stream, Node's or the web's, made only when somebody asks: on the hot path there is none.

import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { HTTPResponse } from './response.js';

/** How much the stream takes at once. */
const PIECE = 65536;

/** A stream of the body. Destroying it before its end closes the response. */
export function streamOf(response: HTTPResponse): Readable {
  const stream: Readable = new Readable({
    highWaterMark: PIECE,
    read: () => {
      response.read1(PIECE).then(
        (piece) => stream.push(piece.length === 0 ? null : piece),
        (error: unknown) => stream.destroy(error as Error),
      );
    },
    destroy: (error, callback) => {
      if (!response.isclosed()) response.close();
      callback(error);
    },
  });
  return stream;
}

/** The same as a web stream. */
export function webStreamOf(response: HTTPResponse): ReadableStream<Uint8Array> {
  return Readable.toWeb(streamOf(response)) as ReadableStream<Uint8Array>;
}
