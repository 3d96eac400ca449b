// A source without its gzip coding. It may have any number of members, one behind the other (RFC 1952 2.2), which the
// DecompressionStream of some browsers does not take; so this one is fflate's. What is cut or damaged is taken as far as it goes.

import { Gunzip } from 'fflate';
import { StreamSource, type Source } from './source.js';

/** Whether gzip begins so (RFC 1952 2.3.1). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** The same bytes, coding taken off; they come once. Where they end before the file does, `onProblem` is told why. */
export function ungzipped(source: Source, onProblem: (problem: string) => void): Source {
  return new StreamSource(inflated(source, onProblem));
}

/** How much is given to the decoder at once; what comes out may be a thousand times as long. */
const STEP = 1 << 16;

async function* inflated(source: Source, onProblem: (problem: string) => void): AsyncGenerator<Uint8Array> {
  let read = 0;
  const out: Uint8Array[] = [];
  const gunzip = new Gunzip((piece) => out.push(piece));
  for await (const piece of source.pieces()) {
    for (let at = 0; at < piece.length; at += STEP) {
      let intact = true;
      try {
        gunzip.push(piece.subarray(at, at + STEP));
      } catch {
        // What came before is good: gzip says so itself only at the end of a member.
        intact = false;
      }
      for (const inflatedPiece of out.splice(0)) if (inflatedPiece.length > 0) yield inflatedPiece;
      if (!intact) return onProblem(`the gzip coding of the file is damaged near its byte ${read + at}: what is behind that was not read`);
    }
    read += piece.length;
  }
}
