// The chunked transfer coding (RFC 9112 7.1) for the reference engine: one step for each byte of chunk framing, one copy
// for each piece of chunk data. The state between two calls is the five CHUNK_ slots, which the caller keeps.
// Invariant: only the bytes that the returned length counts are written, each from where it stands or further back.

import {
  BAD_CHUNK_END,
  BAD_CHUNK_EXTENSION,
  BAD_CHUNK_SIZE,
  BARE_CR,
  BARE_LF_IN_CHUNK,
  CHUNK_BLANK,
  CHUNK_DATA,
  CHUNK_DATA_CR,
  CHUNK_DATA_LF,
  CHUNK_DIGITS,
  CHUNK_DONE,
  CHUNK_END,
  CHUNK_ESCAPED,
  CHUNK_EXTENSION,
  CHUNK_EXTENSIONS,
  CHUNK_EXTENSIONS_TOO_LARGE,
  CHUNK_LAST,
  CHUNK_LAST_LF,
  CHUNK_LEFT_HIGH,
  CHUNK_LEFT_LOW,
  CHUNK_MORE,
  CHUNK_OUTCOME,
  CHUNK_PHASE,
  CHUNK_QUOTED,
  CHUNK_SIZE,
  CHUNK_SIZE_LF,
  CHUNK_SIZE_TOO_LARGE,
  CHUNK_TRAILER,
  MAX_CHUNK_EXTENSIONS,
  QUIRK_LF_IN_CHUNKS,
} from './layout.generated.js';

const MAX_DIGITS = 16;

/** See assembly/chunked.ts: the body bytes come to stand at `start`, their number is returned. */
export function decodeChunks(bytes: Uint8Array, table: Int32Array, flags: number, start: number, end: number, direct: number): number {
  let at = start;
  let to = start;
  let outcome = CHUNK_MORE;
  while (at < end && outcome === CHUNK_MORE) {
    if (table[CHUNK_PHASE] === CHUNK_DATA) {
      if (direct > 0 && chunkLeft(table) >= direct) break;
      const piece = Math.min(chunkLeft(table), end - at);
      bytes.copyWithin(to, at, at + piece);
      to += piece;
      at += piece;
      const left = chunkLeft(table) - piece;
      table[CHUNK_LEFT_HIGH] = Math.floor(left / 2 ** 32);
      table[CHUNK_LEFT_LOW] = left % 2 ** 32;
      if (left === 0) table[CHUNK_PHASE] = CHUNK_DATA_CR;
    } else {
      outcome = step(table, bytes[at] as number, (flags & QUIRK_LF_IN_CHUNKS) !== 0);
      // A byte at fault is not taken, nor is the first one of a trailer section.
      if (outcome === CHUNK_MORE || outcome === CHUNK_DONE) at++;
    }
  }
  table[CHUNK_END] = at - start;
  table[CHUNK_OUTCOME] = outcome;
  return to - start;
}

/** What is left of the chunk. Exact up to 2^53; sizes above it are refused. */
function chunkLeft(table: Int32Array): number {
  return ((table[CHUNK_LEFT_HIGH] as number) >>> 0) * 2 ** 32 + ((table[CHUNK_LEFT_LOW] as number) >>> 0);
}

/** Goes on in another phase. */
function enter(table: Int32Array, phase: number): number {
  table[CHUNK_PHASE] = phase;
  return CHUNK_MORE;
}

function beginSize(table: Int32Array): number {
  table[CHUNK_DIGITS] = 0;
  return enter(table, CHUNK_SIZE);
}

function endSizeLine(table: Int32Array): number {
  return enter(table, chunkLeft(table) === 0 ? CHUNK_LAST : CHUNK_DATA);
}

/** Takes one byte of framing: changes the state and returns CHUNK_MORE, or says how decoding ends at this byte. */
function step(table: Int32Array, byte: number, lineFeedSuffices: boolean): number {
  const character = String.fromCharCode(byte);
  switch (table[CHUNK_PHASE]) {
    case CHUNK_SIZE: {
      const digits = table[CHUNK_DIGITS] as number;
      if (/[0-9A-Fa-f]/.test(character)) {
        if (digits === MAX_DIGITS) return CHUNK_SIZE_TOO_LARGE;
        const low = table[CHUNK_LEFT_LOW] as number;
        table[CHUNK_LEFT_HIGH] = ((table[CHUNK_LEFT_HIGH] as number) << 4) | (low >>> 28);
        table[CHUNK_LEFT_LOW] = (low << 4) | parseInt(character, 16);
        table[CHUNK_DIGITS] = digits + 1;
        return CHUNK_MORE;
      }
      if (digits === 0) return BAD_CHUNK_SIZE;
      if (chunkLeft(table) > Number.MAX_SAFE_INTEGER) return CHUNK_SIZE_TOO_LARGE;
      enter(table, CHUNK_BLANK);
      return stepBehindSize(table, character, lineFeedSuffices);
    }
    case CHUNK_SIZE_LF:
      return character === '\n' ? endSizeLine(table) : BARE_CR;
    case CHUNK_DATA_CR:
      if (character === '\r') return enter(table, CHUNK_DATA_LF);
      if (character !== '\n') return BAD_CHUNK_END;
      return lineFeedSuffices ? beginSize(table) : BARE_LF_IN_CHUNK;
    case CHUNK_DATA_LF:
      return character === '\n' ? beginSize(table) : BAD_CHUNK_END;
    case CHUNK_LAST:
      if (character === '\r') return enter(table, CHUNK_LAST_LF);
      return character === '\n' && lineFeedSuffices ? CHUNK_DONE : CHUNK_TRAILER;
    case CHUNK_LAST_LF:
      return character === '\n' ? CHUNK_DONE : BARE_CR;
    default:
      return stepBehindSize(table, character, lineFeedSuffices);
  }
}

// *( BLANK ) *( ";" extension ) CRLF; of the extension only its quoted strings matter, which may hold no line end.
function stepBehindSize(table: Int32Array, character: string, lineFeedSuffices: boolean): number {
  const phase = table[CHUNK_PHASE];
  const quoted = phase === CHUNK_QUOTED || phase === CHUNK_ESCAPED;
  if (character === '\r') return quoted ? BAD_CHUNK_EXTENSION : enter(table, CHUNK_SIZE_LF);
  if (character === '\n') {
    if (quoted) return BAD_CHUNK_EXTENSION;
    return lineFeedSuffices ? endSizeLine(table) : BARE_LF_IN_CHUNK;
  }

  const extensions = (table[CHUNK_EXTENSIONS] as number) + 1;
  table[CHUNK_EXTENSIONS] = extensions;
  if (extensions > MAX_CHUNK_EXTENSIONS) return CHUNK_EXTENSIONS_TOO_LARGE;
  const blank = character === ' ' || character === '\t';
  if (phase === CHUNK_BLANK) {
    if (character === ';') return enter(table, CHUNK_EXTENSION);
    return blank ? CHUNK_MORE : BAD_CHUNK_SIZE;
  }
  if (!blank && (character < ' ' || character === '\x7f')) return BAD_CHUNK_EXTENSION;
  if (phase === CHUNK_ESCAPED) return enter(table, CHUNK_QUOTED);
  if (character === '"') return enter(table, quoted ? CHUNK_EXTENSION : CHUNK_QUOTED);
  if (character === '\\' && quoted) return enter(table, CHUNK_ESCAPED);
  return CHUNK_MORE;
}
