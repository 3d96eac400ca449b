// What every client in JavaScript needs of a request.

const PIECE = Buffer.alloc(65_536, 'x');

/** A body of so many bytes, in pieces that the client has to ask for. */
export async function* content(length: number): AsyncGenerator<Buffer, void, undefined> {
  for (let left = length; left > 0; left -= PIECE.length) yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
}

/** A signal that aborts after so many milliseconds, or never. */
export function abortedAfter(milliseconds: number | undefined): AbortSignal {
  const controller = new AbortController();
  if (milliseconds !== undefined) setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
