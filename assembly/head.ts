// A head, or a trailer section: start line and field lines become offsets in the table (RFC 9112 2 to 5).
//
// One call takes a whole head. Given an unfinished one it returns PARTIAL and keeps, in the table, how far whole
// lines reach; called again with `scanned` set to the old `end`, it goes on there, so that a head delivered byte by
// byte costs O(n). The bytes and the table must not have been touched in between; the caller's owner tag sees to it.
// The bytes are only read.

import {
  KIND_REQUEST, KIND_TRAILER,
  START_LINE, FIELD_COUNT, FRAMING, LENGTH_LOW, LENGTH_HIGH, FRAMING_OFFSET, KEEP_ALIVE, HOST_COUNT, LINE_START, PHASE, OPEN_FIELD,
  NO_TIMEOUT, PARTIAL,
} from './layout';
import { CR } from './classes';
import { hasLineFeed } from './scan';
import { getSlot, setSlot } from './table';
import { PHASE_FIELDS, PHASE_START, afterLine, head, isLimited, kind, lineEnd, openSection, startLine, unfinished } from './line';
import { parseRequestLine, parseStatusLine, skipEmptyLines } from './start-line';
import { OPEN_NONE, parseFieldLines } from './field-section';

/**
 * Tokenises the head that begins at `start`. `flags` is the kind of section and the quirks; `scanned` is 0 for a new
 * head, else the `end` of the previous call. Returns the bytes taken, PARTIAL, or an error code.
 */
export function parseHead(flags: i32, start: usize, end: usize, scanned: usize, maxFields: i32, maxSize: i32): i32 {
  openSection(flags, start, end, maxSize);
  let line = start;
  if (scanned == 0) {
    clear();
  } else {
    line = start + getSlot(LINE_START);
    // A long unfinished line is looked at again when it ends or meets a limit, not at every byte.
    if (scanned > line + 64 && !isLimited(line) && !hasLineFeed(scanned, end)) return PARTIAL;
  }

  if (getSlot(PHASE) == PHASE_START) {
    startLine(line);
    line = skipEmptyLines(line);
    setSlot(LINE_START, <i32>(line - head));
    startLine(line);
    // An empty line whose LF has not come yet.
    if (line + 1 == lineEnd && load<u8>(line) == CR) return unfinished(line);
    const outcome = kind == KIND_REQUEST ? parseRequestLine(line) : parseStatusLine(line);
    if (outcome != 1) return outcome;
    line = afterLine;
    setSlot(PHASE, PHASE_FIELDS);
  }
  return parseFieldLines(line, maxFields);
}

function clear(): void {
  setSlot(FIELD_COUNT, 0);
  setSlot(FRAMING, 0);
  setSlot(LENGTH_LOW, 0);
  setSlot(LENGTH_HIGH, 0);
  setSlot(FRAMING_OFFSET, 0);
  setSlot(KEEP_ALIVE, NO_TIMEOUT);
  setSlot(HOST_COUNT, 0);
  setSlot(START_LINE, 0);
  setSlot(LINE_START, 0);
  setSlot(PHASE, kind == KIND_TRAILER ? PHASE_FIELDS : PHASE_START);
  setSlot(OPEN_FIELD, OPEN_NONE);
}
