// The field section: field lines, their folds, the empty line behind them (RFC 9112 5). Each line becomes the words of one
// field; what a framing field says is applied once it is certain that no fold follows it.

import {
  KIND_REQUEST, KIND_TRAILER, QUIRK_INVALID_FIELDS, QUIRK_SPACE_BEFORE_COLON,
  FIELD_COUNT, LINE_START, OPEN_FIELD, NAME_START, NAME_END, VALUE_START, VALUE_END, FOLDED,
  PARTIAL, BLANK_FIRST, BAD_FIELD_NAME, NO_COLON, BLANK_BEFORE_COLON, NUL_CHARACTER, OBS_FOLD, TOO_MANY_FIELDS,
} from './layout';
import { COLON, CR, LF, SP, isBlank, isTchar } from './classes';
import { skipText, skipToken } from './scan';
import { framingField, applyFraming } from './framing';
import { FIELD_BYTES, fieldAt, getSlot, setSlot, storeField } from './table';
import { afterLine, endOfLine, endOfText, fail, head, kind, lineEnd, quirks, skipBlanks, startLine, trimBlanks, unfinished } from './line';

// OPEN_FIELD: what the field line read last was, since a fold may still follow it.
export const OPEN_NONE: i32 = 0; // 1 and up: a framing field whose value is not applied yet
const OPEN_SKIPPED: i32 = -1; // a line passed over by QUIRK_INVALID_FIELDS: its folds go with it

// *( field-line CRLF ) CRLF; field-line = field-name ":" OWS field-value OWS
export function parseFieldLines(line: usize, maxFields: i32): i32 {
  let count = getSlot(FIELD_COUNT);
  let open = getSlot(OPEN_FIELD);
  let field = fieldAt(count);

  while (true) {
    startLine(line);
    let outcome: i32 = 1;
    let next: usize = 0;
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
              storeField(field, <i32>(line - head), <i32>(nameEnd - head), <i32>(value - head), <i32>(end - head));
              next = end + 2;
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
    line = next != 0 ? next : afterLine;
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
  if (outcome == 1) {
    storeField(field, <i32>(line - head), <i32>(nameEnd - head), <i32>(value - head), <i32>(trimBlanks(value, end) - head));
  }
  return outcome;
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
