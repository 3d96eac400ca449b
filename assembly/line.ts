// One line of the section being read: where it may end, what ends it, and what text it may hold. The state of the call in
// progress is here, as globals, because one call is in progress at a time.
//
// Invariant: every scan ends at the nearest of three ends, the input's, the line limit's and the section limit's, so
// that the first fault or limit in byte order is the one reported, however the bytes were split.

import {
  MAX_LINE, KIND_MASK, KIND_TRAILER, QUIRK_CONTROL_CHARACTERS, QUIRK_LF_IN_CHUNKS, ERROR_OFFSET, PHASE,
  PARTIAL, BAD_CHARACTER, NUL_CHARACTER, BARE_CR, BARE_LF, START_LINE_TOO_LONG, FIELD_LINE_TOO_LONG, SECTION_TOO_LARGE,
} from './layout';
import { CR, LF, isBlank } from './classes';
import { skipText } from './scan';
import { getSlot, setSlot } from './table';

// PHASE: which line comes next.
export const PHASE_START: i32 = 0;
export const PHASE_FIELDS: i32 = 1;

/** Where the head begins; every offset is relative to it. */
export let head: usize = 0;
export let kind: i32 = 0;
export let quirks: i32 = 0;
/** The nearest of the three ends, for the line being read. */
export let lineEnd: usize = 0;
/** Where the next line begins, once endOfLine has found the end of this one. */
export let afterLine: usize = 0;
let inputEnd: usize = 0;
let sectionEnd: usize = 0;

/** A call begins. */
// @ts-ignore: decorator
@inline
export function openSection(flags: i32, start: usize, end: usize, maxSize: i32): void {
  head = start;
  inputEnd = end;
  sectionEnd = start + maxSize;
  kind = flags & KIND_MASK;
  quirks = flags;
}

/** Whether the line or the section has met its limit within the input. */
export function isLimited(line: usize): bool {
  return line + MAX_LINE <= inputEnd || sectionEnd <= inputEnd;
}

/** Where the input ends, or the limit of the section if that comes first. */
// @ts-ignore: decorator
@inline
export function sectionEdge(): usize {
  return min<usize>(inputEnd, sectionEnd);
}

/** Reports an error code, and the byte at fault. */
export function fail(code: i32, at: usize): i32 {
  setSlot(ERROR_OFFSET, <i32>(at - head));
  return code;
}

/** A line begins. */
// @ts-ignore: decorator
@inline
export function startLine(line: usize): void {
  lineEnd = min<usize>(min<usize>(line + MAX_LINE, sectionEnd), inputEnd);
}

/** The scan met lineEnd: the input ends there, or a limit does. */
export function unfinished(line: usize): i32 {
  const limit = line + MAX_LINE;
  if (limit <= inputEnd && limit <= sectionEnd) {
    return fail(getSlot(PHASE) == PHASE_START ? START_LINE_TOO_LONG : FIELD_LINE_TOO_LONG, limit);
  }
  return sectionEnd <= inputEnd ? fail(SECTION_TOO_LARGE, sectionEnd) : PARTIAL;
}

/**
 * The line end that has to stand at `p`: CRLF, or LF (RFC 9112 2.2 allows it to a reader). A trailer section is chunk
 * framing, where LF takes its quirk.
 * Returns 1 and sets afterLine, or PARTIAL or an error.
 */
export function endOfLine(p: usize, line: usize): i32 {
  if (p >= lineEnd) return unfinished(line);
  const c = load<u8>(p);
  if (c == CR) {
    if (p + 1 >= lineEnd) return unfinished(line);
    if (load<u8>(p + 1) != LF) return fail(BARE_CR, p);
    afterLine = p + 2;
    return 1;
  }
  if (c == LF) {
    if (kind == KIND_TRAILER && (quirks & QUIRK_LF_IN_CHUNKS) == 0) return fail(BARE_LF, p);
    afterLine = p + 1;
    return 1;
  }
  return fail(c == 0 ? NUL_CHARACTER : BAD_CHARACTER, p);
}

/** The end of the text from `p` on: a line end, lineEnd, or a character that no value may hold. */
export function endOfText(p: usize): usize {
  p = skipText(p, lineEnd);
  if ((quirks & QUIRK_CONTROL_CHARACTERS) != 0) {
    while (p < lineEnd && load<u8>(p) != CR && load<u8>(p) != LF && load<u8>(p) != 0) p = skipText(p + 1, lineEnd);
  }
  return p;
}

export function skipBlanks(p: usize, end: usize): usize {
  while (p < end && isBlank(load<u8>(p))) p++;
  return p;
}

export function trimBlanks(start: usize, end: usize): usize {
  while (end > start && isBlank(load<u8>(end - 1))) end--;
  return end;
}
