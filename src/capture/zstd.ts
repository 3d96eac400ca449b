// Zstandard (RFC 8878), decoded frame by frame. The frames are found here, so that nothing is allocated from a window that a peer
// merely declares, and what is cut short is decoded up to its last whole block; what is in them is fzstd's.

import { Decompress } from 'fzstd';
import { joined } from './source.js';

/** A window that is larger may not be asked of anybody who decodes the content coding (RFC 9659). */
const MAX_WINDOW = 2 ** 23;
const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const CUT = 'the input ends in the middle';

/** What can be decoded of `input`, up to a block more than `limit` bytes, and why that is not all, or null. */
export function unzstd(input: Uint8Array, limit: number): { bytes: Uint8Array; problem: string | null } {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const done = (problem: string | null): { bytes: Uint8Array; problem: string | null } => ({ bytes: joined(pieces, size), problem });
  const onData = (piece: Uint8Array): void => {
    pieces.push(piece);
    size += piece.length;
  };

  for (let at = 0; at < input.length;) {
    if (at + 8 > input.length) return done(CUT);
    const magic = view.getUint32(at, true);
    if ((magic & ~15) >>> 0 === SKIPPABLE) {
      at += 8 + view.getUint32(at + 4, true);
      if (at > input.length) return done(CUT);
      continue;
    }
    if (magic !== FRAME) return done('it is not the Zstandard format');
    const header = readHeader(view, at);
    if (header === null) return done(CUT);
    if (header.window > MAX_WINDOW) return done(`a window of ${header.window} bytes is asked for; ${MAX_WINDOW} is the most (RFC 9659)`);
    const frame = new Decompress(onData);
    frame.push(withoutChecksum(input.subarray(at, at + header.size)));
    at += header.size;
    for (let isLast = false; !isLast && size <= limit;) {
      const end = endOfBlock(view, at);
      if (end > input.length) return done(CUT);
      isLast = (view.getUint8(at) & 1) === 1;
      try {
        frame.push(input.subarray(at, end), isLast);
      } catch (error) {
        return done((error as Error).message);
      }
      at = end;
    }
    if (size > limit) return done(null);
    at += header.hasChecksum ? 4 : 0;
    if (at > input.length) return done(CUT);
  }
  return done(null);
}

interface FrameHeader {
  readonly size: number;
  readonly window: number;
  readonly hasChecksum: boolean;
}

/** RFC 8878 3.1.1.1; null where it is cut short. */
function readHeader(view: DataView, at: number): FrameHeader | null {
  const descriptor = view.getUint8(at + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionarySize = [0, 1, 2, 4][descriptor & 3] as number;
  const contentSizeSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const contentAt = at + 5 + (isSingleSegment ? 0 : 1) + dictionarySize;
  const end = contentAt + contentSizeSize;
  if (end > view.byteLength) return null;
  let window = 0;
  if (isSingleSegment) {
    for (let n = contentSizeSize; n > 0; n--) window = window * 256 + view.getUint8(contentAt + n - 1);
    if (contentSizeSize === 2) window += 256;
  } else {
    const byte = view.getUint8(at + 5);
    window = 2 ** (10 + (byte >> 3)) * (1 + (byte & 7) / 8);
  }
  return { size: end - at, window, hasChecksum: (descriptor & 4) !== 0 };
}

/** fzstd does not look at the checksum; it only waits for it. */
function withoutChecksum(header: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(header);
  (copy[4] as number) &= ~4;
  return copy;
}

/** Where the block at `at` ends (RFC 8878 3.1.1.2); behind the end where it is cut short. */
function endOfBlock(view: DataView, at: number): number {
  if (at + 3 > view.byteLength) return Infinity;
  const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  const isRepeated = ((header >> 1) & 3) === 1;
  return at + 3 + (isRepeated ? 1 : header >>> 3);
}
