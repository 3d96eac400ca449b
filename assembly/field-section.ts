// The field section: field lines, their folds, the empty line behind them (RFC 9112 5). One line at a time is read here, exactly,
// with all that can be wrong with it; ordinary.ts takes the many that are nothing special, where SIMD is on.

import {
  KIND_REQUEST, KIND_TRAILER, QUIRK_INVALID_FIELDS, QUIRK_SPACE_BEFORE_COLON, LINE_START,
  BLANK_FIRST, BAD_FIELD_NAME, NO_COLON, BLANK_BEFORE_COLON, NUL_CHARACTER, OBS_FOLD, TOO_MANY_FIELDS,
} from './layout';
import { COLON, CR, LF, isBlank, isTchar } from './classes';
import { skipToken } from './scan';
import { framingField } from './framing';
import { nameId } from './names';
import { takeOrdinaryLines } from './ordinary';
import { addToQueue, applyQueued, closeQueue, openQueue } from './queue';
import { addRecord, closeTable, count, extendRecord, openTable, record, setSlot, skipLineTo, skipping } from './table';
import { afterLine, endOfLine, endOfText, fail, head, kind, lineEnd, quirks, skipBlanks, startLine, trimBlanks, unfinished } from './line';

/** What readLine returns for the empty line; 1 for every other line that it took. */
const SECTION_END: i32 = 2;

// *( field-line CRLF ) CRLF; field-line = field-name ":" OWS field-value OWS
export function parseFieldLines(line: usize, maxFields: i32): i32 {
  openTable(head);
  openQueue();
  while (true) {
    if (ASC_FEATURE_SIMD) line = takeOrdinaryLines(line, maxFields);
    const outcome = readLine(line, maxFields);
    if (outcome == 1) {
      line = afterLine;
      continue;
    }
    setSlot(LINE_START, <i32>(line - head));
    closeTable(head);
    closeQueue();
    if (outcome != SECTION_END) return outcome;
    applyQueued();
    return <i32>(afterLine - head);
  }
}

function readLine(line: usize, maxFields: i32): i32 {
  startLine(line);
  if (line >= lineEnd) return unfinished(line);
  const c = load<u8>(line);
  if (isBlank(c)) return continueField(line);
  if (c == CR || c == LF) {
    const outcome = endOfLine(line, line);
    return outcome == 1 ? SECTION_END : outcome;
  }
  if (count >= maxFields) return fail(TOO_MANY_FIELDS, line);
  // field-name = token, and the colon right behind it
  const nameEnd = skipToken(line, lineEnd);
  if (nameEnd < lineEnd && load<u8>(nameEnd) == COLON && nameEnd > line) return readValue(line, nameEnd, nameEnd + 1);
  return readOddLine(line, nameEnd);
}

function readValue(line: usize, nameEnd: usize, afterColon: usize): i32 {
  const value = skipBlanks(afterColon, lineEnd);
  const end = endOfText(value);
  const outcome = endOfLine(end, line);
  if (outcome != 1) return outcome;
  if (framingField(line, nameEnd - line) != 0) addToQueue(<i32>(line - head), <i32>(head - record));
  addRecord(
    nameId(line, nameEnd), <i32>(line - head), <i32>(nameEnd - head), <i32>(value - head),
    <i32>(trimBlanks(value, end) - head), <i32>(afterLine - head),
  );
  return 1;
}

// obs-fold = OWS CRLF RWS: the line belongs to the value above it. The bytes stay as they are; the value grows over the fold and
// is marked, and whoever reads it puts one SP for each run of folds (RFC 9112 5.2).
function continueField(line: usize): i32 {
  if (kind == KIND_TRAILER) return fail(OBS_FOLD, line);
  if (count == 0 && !skipping) return fail(BLANK_FIRST, line);
  if (kind == KIND_REQUEST) return fail(OBS_FOLD, line);
  const text = skipBlanks(line, lineEnd);
  const end = endOfText(text);
  const outcome = endOfLine(end, line);
  if (outcome != 1) return outcome;
  if (skipping) skipLineTo(<i32>(afterLine - head));
  else extendRecord(<i32>(text - head), <i32>(trimBlanks(text, end) - head), <i32>(afterLine - head));
  return 1;
}

// A line whose name is not followed by its colon: an error, unless a quirk takes or skips it.
function readOddLine(line: usize, nameEnd: usize): i32 {
  if (nameEnd >= lineEnd) return unfinished(line);
  const c = load<u8>(nameEnd);
  if (isBlank(c) && nameEnd > line) {
    const colon = skipBlanks(nameEnd, lineEnd);
    if (colon >= lineEnd) return unfinished(line);
    if (load<u8>(colon) == COLON) {
      if ((quirks & QUIRK_SPACE_BEFORE_COLON) == 0) return fail(BLANK_BEFORE_COLON, nameEnd);
      return readValue(line, nameEnd, colon + 1);
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
  skipLineTo(<i32>(afterLine - head));
  return 1;
}

// The longest framing name is 17 bytes; the tchars of the name are gathered behind the static data.
const GATHERED: usize = memory.data(24, 8);

function holdsFramingName(p: usize, end: usize): bool {
  const firstRun = skipToken(p, end);
  if (framingField(p, firstRun - p) != 0) return true;
  let length: usize = 0;
  for (; p < end; p++) {
    const c = load<u8>(p);
    if (!isTchar(c)) continue;
    if (length == 17) return false;
    store<u8>(GATHERED + length++, c);
  }
  return framingField(GATHERED, length) != 0;
}
