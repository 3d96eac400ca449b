// A head, or a trailer section: start line and field lines become offsets in the table (RFC 9112 2 to 5).
//
// One call takes a whole head. Given an unfinished one it returns PARTIAL and keeps, in the table, how far whole
// lines reach; called again with `scanned` set to the old `end`, it goes on there, so that a head delivered byte by
// byte costs O(n). The bytes and the table must not have been touched in between; the caller's owner tag sees to it.
//
// Invariants: the bytes are only read. The first fault or limit in byte order is the one reported, however
// the bytes were split: every scan ends at the nearest of the input's end, the line limit and the section limit.

import {
  TABLE, SLOTS, FIELD_SLOTS, MAX_LINE,
  KIND_MASK, KIND_REQUEST, KIND_TRAILER,
  QUIRK_INVALID_FIELDS, QUIRK_SPACE_BEFORE_COLON, QUIRK_CONTROL_CHARACTERS, QUIRK_LF_IN_CHUNKS,
  QUIRK_SPACES_IN_STATUS_LINE, QUIRK_ICY,
  STATUS, VERSION, START_LINE, REASON_START, REASON_END, METHOD_END, TARGET_START, TARGET_END, FIELD_COUNT, FRAMING,
  LENGTH_LOW, LENGTH_HIGH, FRAMING_OFFSET, KEEP_ALIVE, HOST_COUNT, ERROR_OFFSET, LINE_START, PHASE, OPEN_FIELD,
  NAME_START, NAME_END, VALUE_START, VALUE_END, FOLDED, NO_TIMEOUT,
  PARTIAL, BAD_STATUS_LINE, UNKNOWN_PROTOCOL, BAD_REQUEST_LINE, BLANK_FIRST, BAD_FIELD_NAME, NO_COLON,
  BLANK_BEFORE_COLON, BAD_CHARACTER, NUL_CHARACTER, BARE_CR, BARE_LF, OBS_FOLD, START_LINE_TOO_LONG,
  FIELD_LINE_TOO_LONG, SECTION_TOO_LARGE, TOO_MANY_FIELDS,
} from './layout';
import { COLON, CR, LF, SP, isBlank, isDigit, isTchar } from './classes';
import { skipText, skipToken, hasLineFeed } from './scan';
import { framingField, applyFraming, getSlot, setSlot } from './framing';

const FIELDS: usize = <usize>TABLE + SLOTS * 4;
const FIELD_BYTES: usize = <usize>FIELD_SLOTS * 4;

/** Empty lines in front of a start line that are passed over (RFC 9112 2.2). */
const MAX_EMPTY_LINES: usize = 4;

// PHASE: which line comes next. OPEN_FIELD: what the field line read last was, since a fold may still follow it.
const PHASE_START: i32 = 0;
const PHASE_FIELDS: i32 = 1;
const OPEN_NONE: i32 = 0; // 1 and up: a framing field whose value is not applied yet
const OPEN_SKIPPED: i32 = -1; // a line passed over by QUIRK_INVALID_FIELDS: its folds go with it

// What the call in progress works on. Globals, because one call is in progress at a time.
let head: usize = 0; // where the head begins; every offset is relative to it
let inputEnd: usize = 0;
let sectionEnd: usize = 0; // where the section limit ends it
let lineEnd: usize = 0; // the nearest of the three ends, for the line being read
let quirks: i32 = 0;
let kind: i32 = 0;
let afterLine: usize = 0; // set by endOfLine

/**
 * Tokenises the head that begins at `start`. `flags` is the kind of section and the quirks; `scanned` is 0 for a new
 * head, else the `end` of the previous call. Returns the bytes taken, PARTIAL, or an error code.
 */
export function parseHead(flags: i32, start: usize, end: usize, scanned: usize, maxFields: i32, maxSize: i32): i32 {
  head = start;
  inputEnd = end;
  sectionEnd = start + maxSize;
  kind = flags & KIND_MASK;
  quirks = flags;

  let line = start;
  if (scanned == 0) {
    begin();
  } else {
    line = start + getSlot(LINE_START);
    // A long unfinished line is looked at again when it ends or meets a limit, not at every byte.
    const limited = line + MAX_LINE <= end || sectionEnd <= end;
    if (scanned > line + 64 && !limited && !hasLineFeed(scanned, end)) return PARTIAL;
  }

  if (getSlot(PHASE) == PHASE_START) {
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

function begin(): void {
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

function fail(code: i32, at: usize): i32 {
  setSlot(ERROR_OFFSET, <i32>(at - head));
  return code;
}

function startLine(line: usize): void {
  lineEnd = min<usize>(min<usize>(line + MAX_LINE, sectionEnd), inputEnd);
}

/** The scan met lineEnd: the input ends there, or a limit does. */
function unfinished(line: usize): i32 {
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
function endOfLine(p: usize, line: usize): i32 {
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
function endOfText(p: usize): usize {
  p = skipText(p, lineEnd);
  if ((quirks & QUIRK_CONTROL_CHARACTERS) != 0) {
    while (p < lineEnd && load<u8>(p) != CR && load<u8>(p) != LF && load<u8>(p) != 0) p = skipText(p + 1, lineEnd);
  }
  return p;
}

function skipBlanks(p: usize, end: usize): usize {
  while (p < end && isBlank(load<u8>(p))) p++;
  return p;
}

function trimBlanks(start: usize, end: usize): usize {
  while (end > start && isBlank(load<u8>(end - 1))) end--;
  return end;
}

// A reader SHOULD ignore at least one empty line received before the start line (RFC 9112 2.2); whole CRLFs only.
// They are counted from the head's first byte, since a resumed call begins behind those already passed over.
function skipEmptyLines(p: usize): usize {
  const last = min<usize>(head + 2 * MAX_EMPTY_LINES, min<usize>(inputEnd, sectionEnd));
  while (p + 2 <= last && load<u8>(p) == CR && load<u8>(p + 1) == LF) p += 2;
  setSlot(START_LINE, <i32>(p - head));
  return p;
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ]; the last SP may be missing with the reason
function parseStatusLine(line: usize): i32 {
  let p = line;
  if ((quirks & QUIRK_ICY) != 0 && p < lineEnd && load<u8>(p) == 0x49) {
    if (p + 3 > lineEnd) return unfinished(line);
    if (load<u8>(p + 1) != 0x43 || load<u8>(p + 2) != 0x59) return fail(BAD_STATUS_LINE, p); // ICY
    p += 3;
    setSlot(VERSION, 10);
  } else {
    const outcome = parseVersion(p, line, BAD_STATUS_LINE);
    if (outcome != 1) return outcome;
    p = afterVersion;
    // What looks like more of the version is another version; anything else is no separator.
    if (p < lineEnd && isTchar(load<u8>(p))) return fail(UNKNOWN_PROTOCOL, p);
  }
  if (p >= lineEnd) return unfinished(line);
  if (load<u8>(p) != SP) return fail(BAD_STATUS_LINE, p);
  p++;
  if ((quirks & QUIRK_SPACES_IN_STATUS_LINE) != 0) while (p < lineEnd && load<u8>(p) == SP) p++;
  // status-code = 3DIGIT, from 100 on (RFC 9110 15)
  let status: i32 = 0;
  for (let n = 0; n < 3; n++, p++) {
    if (p >= lineEnd) return unfinished(line);
    const c = load<u8>(p);
    if (!isDigit(c) || (n == 0 && c == 0x30)) return fail(BAD_STATUS_LINE, p);
    status = status * 10 + (c - 0x30);
  }
  setSlot(STATUS, status);
  if (p >= lineEnd) return unfinished(line);
  const c = load<u8>(p);
  if (c != SP && c != CR && c != LF) return fail(BAD_STATUS_LINE, p);
  const reason = skipBlanks(p, lineEnd);
  const end = endOfText(reason);
  const outcome = endOfLine(end, line);
  if (outcome != 1) return outcome;
  setSlot(REASON_START, <i32>(reason - head));
  setSlot(REASON_END, <i32>(trimBlanks(reason, end) - head));
  return 1;
}

let afterVersion: usize = 0;

// HTTP-version = "HTTP/" DIGIT "." DIGIT; a higher minor version is read as 1.1 (RFC 9110 6.2)
function parseVersion(p: usize, line: usize, notHttp: i32): i32 {
  if (p + 8 <= lineEnd && load<u64>(p) == 0x312e312f50545448) {
    setSlot(VERSION, 11);
    afterVersion = p + 8;
    return 1;
  }
  const name: u64 = 0x2f50545448; // HTTP/
  for (let n = 0; n < 5; n++, p++) {
    if (p >= lineEnd) return unfinished(line);
    if (load<u8>(p) != <u8>(name >> (n * 8))) return fail(notHttp, p);
  }
  if (p >= lineEnd) return unfinished(line);
  if (load<u8>(p) != 0x31) return fail(UNKNOWN_PROTOCOL, p);
  if (++p >= lineEnd) return unfinished(line);
  if (load<u8>(p) != 0x2e) return fail(UNKNOWN_PROTOCOL, p);
  if (++p >= lineEnd) return unfinished(line);
  if (!isDigit(load<u8>(p))) return fail(UNKNOWN_PROTOCOL, p);
  setSlot(VERSION, load<u8>(p) == 0x30 ? 10 : 11);
  afterVersion = p + 1;
  return 1;
}

// request-line = method SP request-target SP HTTP-version
function parseRequestLine(line: usize): i32 {
  let p = skipToken(line, lineEnd);
  if (p >= lineEnd) return unfinished(line);
  if (p == line || load<u8>(p) != SP) return fail(BAD_REQUEST_LINE, p);
  setSlot(METHOD_END, <i32>(p - head));
  const target = ++p;
  while (p < lineEnd && load<u8>(p) > SP && load<u8>(p) != 0x7f) p++;
  if (p >= lineEnd) return unfinished(line);
  if (p == target || load<u8>(p) != SP) return fail(BAD_REQUEST_LINE, p);
  setSlot(TARGET_START, <i32>(target - head));
  setSlot(TARGET_END, <i32>(p - head));
  const outcome = parseVersion(p + 1, line, BAD_REQUEST_LINE);
  if (outcome != 1) return outcome;
  p = afterVersion;
  if (p < lineEnd && load<u8>(p) != CR && load<u8>(p) != LF) {
    return fail(isTchar(load<u8>(p)) ? UNKNOWN_PROTOCOL : BAD_REQUEST_LINE, p);
  }
  return endOfLine(p, line);
}

// *( field-line CRLF ) CRLF; field-line = field-name ":" OWS field-value OWS
function parseFieldLines(line: usize, maxFields: i32): i32 {
  let count = getSlot(FIELD_COUNT);
  let open = getSlot(OPEN_FIELD);
  let field = FIELDS + <usize>count * FIELD_BYTES;

  while (true) {
    startLine(line);
    let outcome: i32 = 1;
    if (line >= lineEnd) {
      outcome = unfinished(line);
    } else {
      const c = load<u8>(line);
      if (isBlank(c)) {
        outcome = continueField(line, field - FIELD_BYTES, count, open);
      } else {
        // No fold follows the field read last, so its value is whole.
        if (open > OPEN_NONE) {
          const last = field - FIELD_BYTES;
          applyFraming(open, load<i32>(last, NAME_START * 4), head + load<i32>(last, VALUE_START * 4), head + load<i32>(last, VALUE_END * 4));
          open = OPEN_NONE;
        }
        if (c == CR || c == LF) {
          outcome = endOfLine(line, line);
          if (outcome == 1) {
            setSlot(FIELD_COUNT, count);
            return <i32>(afterLine - head);
          }
        } else if (count >= maxFields) {
          return fail(TOO_MANY_FIELDS, line);
        } else {
          // field-name = token, and the colon right behind it
          const limit = lineEnd;
          const nameEnd = skipToken(line, limit);
          if (nameEnd < limit && load<u8>(nameEnd) == COLON && nameEnd > line) {
            // The ordinary line: one SP, text without controls, CRLF. Everything else takes the longer way.
            let value = nameEnd + 1;
            if (value < limit && load<u8>(value) == SP) value++;
            const end = skipText(value, limit);
            if (end + 1 < limit && load<u16>(end) == 0x0a0d && !isBlank(load<u8>(value)) && !isBlank(load<u8>(end - 1))) {
              storeField(field, line, nameEnd, value, end);
              afterLine = end + 2;
            } else {
              outcome = readValue(line, nameEnd, nameEnd + 1, field);
            }
            if (outcome == 1) open = openField(line, nameEnd);
          } else {
            outcome = readOddLine(line, nameEnd, field);
            if (outcome == 1) open = oddLineSkipped ? OPEN_SKIPPED : openField(line, nameEnd);
          }
          if (outcome == 1 && open != OPEN_SKIPPED) {
            count++;
            field += FIELD_BYTES;
          }
        }
      }
    }
    if (outcome != 1) {
      if (outcome == PARTIAL) {
        setSlot(LINE_START, <i32>(line - head));
        setSlot(FIELD_COUNT, count);
        setSlot(OPEN_FIELD, open);
      }
      return outcome;
    }
    line = afterLine;
  }
}

// Framing fields in a trailer section are never acted on (RFC 9110 6.5.1).
function openField(line: usize, nameEnd: usize): i32 {
  return kind == KIND_TRAILER ? OPEN_NONE : framingField(line, <u32>(nameEnd - line));
}

function readValue(line: usize, nameEnd: usize, afterColon: usize, field: usize): i32 {
  const value = skipBlanks(afterColon, lineEnd);
  const end = endOfText(value);
  const outcome = endOfLine(end, line);
  if (outcome == 1) storeField(field, line, nameEnd, value, trimBlanks(value, end));
  return outcome;
}

function storeField(field: usize, line: usize, nameEnd: usize, value: usize, valueEnd: usize): void {
  store<i32>(field, <i32>(line - head), NAME_START * 4);
  store<i32>(field, <i32>(nameEnd - head), NAME_END * 4);
  store<i32>(field, <i32>(value - head), VALUE_START * 4);
  store<i32>(field, <i32>(valueEnd - head), VALUE_END * 4);
}

// obs-fold = OWS CRLF RWS: the line belongs to the value above it. The bytes stay as they are; the value's span
// grows over the fold and is marked, and whoever reads it puts one SP for each run of folds (RFC 9112 5.2).
function continueField(line: usize, field: usize, count: i32, open: i32): i32 {
  if (kind == KIND_TRAILER) return fail(OBS_FOLD, line);
  if (count == 0 && open != OPEN_SKIPPED) return fail(BLANK_FIRST, line);
  if (kind == KIND_REQUEST) return fail(OBS_FOLD, line);
  const text = skipBlanks(line, lineEnd);
  const end = endOfText(text);
  const outcome = endOfLine(end, line);
  if (outcome != 1 || open == OPEN_SKIPPED) return outcome;
  const textEnd = trimBlanks(text, end);
  if (textEnd == text) return 1; // blanks only: nothing joins the value
  if (load<i32>(field, VALUE_START * 4) == load<i32>(field, VALUE_END * 4)) {
    store<i32>(field, <i32>(text - head), VALUE_START * 4);
  } else {
    store<i32>(field, load<i32>(field, NAME_END * 4) | FOLDED, NAME_END * 4);
  }
  store<i32>(field, <i32>(textEnd - head), VALUE_END * 4);
  return 1;
}

let oddLineSkipped: bool = false;

// A line whose name is not followed by its colon: an error, unless a quirk takes or skips it.
function readOddLine(line: usize, nameEnd: usize, field: usize): i32 {
  oddLineSkipped = false;
  if (nameEnd >= lineEnd) return unfinished(line);
  const c = load<u8>(nameEnd);
  if (isBlank(c) && nameEnd > line) {
    const colon = skipBlanks(nameEnd, lineEnd);
    if (colon >= lineEnd) return unfinished(line);
    if (load<u8>(colon) == COLON) {
      if ((quirks & QUIRK_SPACE_BEFORE_COLON) == 0) return fail(BLANK_BEFORE_COLON, nameEnd);
      return readValue(line, nameEnd, colon + 1, field);
    }
  }
  if ((quirks & QUIRK_INVALID_FIELDS) != 0) return skipLine(line);
  if (c == CR || c == LF) {
    const outcome = endOfLine(nameEnd, line);
    return outcome == 1 ? fail(NO_COLON, nameEnd) : outcome;
  }
  return fail(c == 0 ? NUL_CHARACTER : BAD_FIELD_NAME, nameEnd);
}

// QUIRK_INVALID_FIELDS: the line is passed over, unless its name is a framing field's but for the junk in it.
function skipLine(line: usize): i32 {
  const end = endOfText(line);
  const outcome = endOfLine(end, line);
  if (outcome != 1) return outcome;
  let nameEnd = line;
  while (nameEnd < end && load<u8>(nameEnd) != COLON) nameEnd++;
  if (holdsFramingName(line, nameEnd)) return fail(BAD_FIELD_NAME, line);
  oddLineSkipped = true;
  return 1;
}

// The longest framing name is 17 bytes; the tchars of the name are gathered behind the static data.
const GATHERED: usize = memory.data(24, 8);

function holdsFramingName(p: usize, end: usize): bool {
  const firstRun = skipToken(p, end);
  if (framingField(p, <u32>(firstRun - p)) != 0) return true;
  let length: u32 = 0;
  for (; p < end; p++) {
    const c = load<u8>(p);
    if (!isTchar(c)) continue;
    if (length == 17) return false;
    store<u8>(GATHERED + length++, c);
  }
  return framingField(GATHERED, length) != 0;
}
