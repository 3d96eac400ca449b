// A head, or a trailer section: start line and field lines become offsets in the slots, and records in front of the section
// (RFC 9112 2 to 5).
//
// One call takes a whole head. Given an unfinished one it returns PARTIAL and keeps, in the table, how far whole
// lines reach; called again with `scanned` set to the old `end`, it goes on there, so that a head delivered byte by
// byte costs O(n). Bytes, records and slots must not have been touched in between; the caller's owner tag sees to it.
// The bytes are only read.

import {
  KIND_REQUEST, KIND_RESPONSE, KIND_TRAILER, FIELDS_START, KEEP_ALIVE, LINE_START, PHASE, QUEUED, SHAPE, START_LINE, NO_TIMEOUT, PARTIAL,
} from './layout';
import { CR } from './classes';
import { hasLineFeed } from './scan';
import { getSlot, setLong, setSlot } from './table';
import { PHASE_FIELDS, PHASE_START, afterLine, head, isLimited, kind, lineEnd, openSection, startLine, unfinished } from './line';
import { parseRequestLine, parseStatusLine, skipEmptyLines } from './start-line';
import { parseFieldLines } from './field-section';
import { forgetLineEnds, takeOrdinaryStatusLine } from './ordinary';

/**
 * Tokenises the head that begins at `start`. `flags` is the kind of section and the quirks; `scanned` is 0 for a new
 * head, else the `end` of the previous call. Returns the bytes taken, PARTIAL, or an error code.
 */
export function parseHead(flags: i32, start: usize, end: usize, scanned: usize, maxFields: i32, maxSize: i32): i32 {
  openSection(flags, start, end, maxSize);
  if (ASC_FEATURE_SIMD) forgetLineEnds();
  let line = start;
  if (scanned == 0) {
    clear();
    if (ASC_FEATURE_SIMD) {
      if (kind == KIND_RESPONSE) {
        const fields = takeOrdinaryStatusLine(start);
        if (fields != 0) return startFields(fields, maxFields);
      }
    }
  } else {
    line = start + getSlot(LINE_START);
    // A long unfinished line is looked at again when it ends or meets a limit, not at every byte.
    if (scanned > line + 64 && !isLimited(line) && !hasLineFeed(scanned, end)) return PARTIAL;
  }
  if (getSlot(PHASE) == PHASE_FIELDS) return parseFieldLines(line, maxFields);

  startLine(line);
  line = skipEmptyLines(line);
  setSlot(LINE_START, <i32>(line - head));
  startLine(line);
  // An empty line whose LF has not come yet.
  if (line + 1 == lineEnd && load<u8>(line) == CR) return unfinished(line);
  const outcome = kind == KIND_REQUEST ? parseRequestLine(line) : parseStatusLine(line);
  return outcome == 1 ? startFields(afterLine, maxFields) : outcome;
}

function startFields(line: usize, maxFields: i32): i32 {
  setSlot(PHASE, PHASE_FIELDS);
  setSlot(FIELDS_START, <i32>(line - head));
  return parseFieldLines(line, maxFields);
}

function clear(): void {
  for (let slot = START_LINE; slot <= QUEUED; slot += 2) setLong(slot, 0);
  setSlot(PHASE, kind == KIND_TRAILER ? PHASE_FIELDS : PHASE_START);
  setSlot(KEEP_ALIVE, NO_TIMEOUT);
  setSlot(SHAPE, 0);
}
