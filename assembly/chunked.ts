// The chunked transfer coding (RFC 9112 7.1), decoded in place: the chunk data of one read is moved to its front,
// so that a read of many small chunks becomes one piece of body. Resumable at every byte; the state between two
// calls is the five CHUNK_ slots, which the caller keeps with the message.
//
//   chunked-body = *chunk last-chunk trailer-section CRLF
//   chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//
// Line ends are CRLF and nothing else: a lone LF here is how messages are smuggled (CVE-2025-22871, CVE-2025-55315,
// RFC erratum 7633). Invariant: a byte is written only where it or an earlier byte of the read stood, and never
// behind the end of the piece being moved, where the next chunk-size line begins.

import {
  CHUNK_PHASE, CHUNK_LEFT_LOW, CHUNK_DIGITS, CHUNK_EXTENSIONS, CHUNK_END, CHUNK_OUTCOME,
  CHUNK_SIZE, CHUNK_BLANK, CHUNK_EXTENSION, CHUNK_QUOTED, CHUNK_ESCAPED, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_DATA_CR,
  CHUNK_DATA_LF, CHUNK_LAST, CHUNK_LAST_LF, CHUNK_MORE, CHUNK_DONE, CHUNK_TRAILER,
  BAD_CHUNK_SIZE, CHUNK_SIZE_TOO_LARGE, BAD_CHUNK_EXTENSION, CHUNK_EXTENSIONS_TOO_LARGE, BAD_CHUNK_END, BARE_CR,
  BARE_LF_IN_CHUNK, QUIRK_LF_IN_CHUNKS, MAX_CHUNK_EXTENSIONS,
} from './layout';
import { BACKSLASH, CR, LF, QUOTE, SEMICOLON, hexValue, isBlank, isControl } from './classes';
import { getLong, getSlot, setLong, setSlot } from './table';

const MAX_DIGITS: i32 = 16;
const MAX_SAFE_INTEGER: u64 = 0x1fffffffffffff;

/**
 * Decodes the bytes from `start` to `end`. Returns how many body bytes now stand at `start`; CHUNK_END says where
 * reading stopped and CHUNK_OUTCOME why: more is to come, the message is done, a trailer section begins, or an error.
 * In front of chunk data of which `direct` bytes or more are to come, reading stops, in CHUNK_DATA: the caller takes it from
 * where it came. 0: nowhere.
 */
export function decodeChunks(flags: i32, start: usize, end: usize, direct: usize): i32 {
  let phase = getSlot(CHUNK_PHASE);
  let left = getLong(CHUNK_LEFT_LOW);
  let digits = getSlot(CHUNK_DIGITS);
  let extensions = getSlot(CHUNK_EXTENSIONS);
  let outcome = CHUNK_MORE;
  let to = start;
  let p = start;

  while (p < end) {
    if (phase == CHUNK_DATA) {
      if (direct != 0 && left >= <u64>direct) break;
      const piece = <usize>min<u64>(left, <u64>(end - p));
      if (to != p) move(to, p, piece);
      to += piece;
      p += piece;
      left -= piece;
      if (left != 0) break;
      phase = CHUNK_DATA_CR;
      // The usual end of chunk data and the usual size line behind it, without a step for each byte.
      if (p + 14 > end) continue;
      if (load<u16>(p) != 0x0a0d) continue;
      let q = p + 2;
      let size: u32 = 0;
      for (const last = q + 7; q < last; q++) {
        const c = <u32>load<u8>(q);
        const digit = c - 0x30;
        const letter = (c | 0x20) - 0x61;
        if (digit < 10) size = (size << 4) | digit;
        else if (letter < 6) size = (size << 4) | (letter + 10);
        else break;
      }
      if (load<u16>(q) != 0x0a0d) continue;
      if (size == 0) continue;
      left = size;
      p = q + 2;
      phase = CHUNK_DATA;
      continue;
    }

    const c = load<u8>(p);
    if (phase == CHUNK_SIZE) {
      const value = hexValue(c);
      if (value != 255) {
        if (digits == MAX_DIGITS) {
          outcome = CHUNK_SIZE_TOO_LARGE;
          break;
        }
        left = (left << 4) | value;
        digits++;
        p++;
        continue;
      }
      if (digits == 0) {
        outcome = BAD_CHUNK_SIZE;
        break;
      }
      if (left > MAX_SAFE_INTEGER) {
        outcome = CHUNK_SIZE_TOO_LARGE;
        break;
      }
      phase = CHUNK_BLANK;
    }

    // What is left are the rare bytes: one step each.
    if (phase <= CHUNK_ESCAPED) {
      if (c == CR || c == LF) {
        if (phase >= CHUNK_QUOTED) {
          outcome = BAD_CHUNK_EXTENSION;
          break;
        }
        if (c == LF && (flags & QUIRK_LF_IN_CHUNKS) == 0) {
          outcome = BARE_LF_IN_CHUNK;
          break;
        }
        phase = CHUNK_SIZE_LF;
        if (c == LF) continue;
      } else {
        if (++extensions > MAX_CHUNK_EXTENSIONS) {
          outcome = CHUNK_EXTENSIONS_TOO_LARGE;
          break;
        }
        if (phase == CHUNK_BLANK) {
          if (c == SEMICOLON) phase = CHUNK_EXTENSION;
          else if (!isBlank(c)) {
            outcome = BAD_CHUNK_SIZE;
            break;
          }
        } else if (isControl(c)) {
          outcome = BAD_CHUNK_EXTENSION;
          break;
        } else if (phase == CHUNK_ESCAPED) {
          phase = CHUNK_QUOTED;
        } else if (c == QUOTE) {
          phase = phase == CHUNK_QUOTED ? CHUNK_EXTENSION : CHUNK_QUOTED;
        } else if (c == BACKSLASH && phase == CHUNK_QUOTED) {
          phase = CHUNK_ESCAPED;
        }
      }
      p++;
    } else if (phase == CHUNK_DATA_CR || phase == CHUNK_LAST) {
      // CR, and the phase behind it; with the quirk the LF of that phase may stand here already.
      if (c != CR && (c != LF || (flags & QUIRK_LF_IN_CHUNKS) == 0)) {
        outcome = phase == CHUNK_LAST ? CHUNK_TRAILER : c == LF ? BARE_LF_IN_CHUNK : BAD_CHUNK_END;
        break;
      }
      if (c == CR) p++;
      phase++;
    } else {
      // CHUNK_SIZE_LF, CHUNK_DATA_LF, CHUNK_LAST_LF
      if (c != LF) {
        outcome = phase == CHUNK_DATA_LF ? BAD_CHUNK_END : BARE_CR;
        break;
      }
      p++;
      if (phase == CHUNK_LAST_LF) {
        outcome = CHUNK_DONE;
        break;
      }
      if (phase == CHUNK_DATA_LF) digits = 0;
      phase = phase == CHUNK_DATA_LF ? CHUNK_SIZE : left == 0 ? CHUNK_LAST : CHUNK_DATA;
    }
  }

  setSlot(CHUNK_PHASE, phase);
  setLong(CHUNK_LEFT_LOW, left);
  setSlot(CHUNK_DIGITS, digits);
  setSlot(CHUNK_EXTENSIONS, extensions);
  setSlot(CHUNK_END, <i32>(p - start));
  setSlot(CHUNK_OUTCOME, outcome);
  return <i32>(to - start);
}

// Forward, so that overlapping pieces come out right. The last vector is loaded before anything is stored and stored last, so
// that nothing is written past the piece.
function move(to: usize, from: usize, length: usize): void {
  if (ASC_FEATURE_SIMD) {
    if (length - 16 < 2048 - 16) {
      const tail = v128.load(from + length - 16);
      const last = to + length - 16;
      for (; to + 64 <= last; to += 64, from += 64) {
        const a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48);
        v128.store(to, a);
        v128.store(to, b, 16);
        v128.store(to, c, 32);
        v128.store(to, d, 48);
      }
      for (; to < last; to += 16, from += 16) v128.store(to, v128.load(from));
      v128.store(last, tail);
      return;
    }
  }
  memory.copy(to, from, length);
}
