// Start lines: status line and request line, with the empty lines that may precede them (RFC 9112 2.2, 3, 4).
// Each function returns 1 with the parts in their slots, or PARTIAL or an error code.

import {
  QUIRK_SPACES_IN_STATUS_LINE, QUIRK_ICY,
  STATUS, VERSION, START_LINE, REASON_START, REASON_END, METHOD_END, TARGET_START, TARGET_END,
  BAD_STATUS_LINE, UNKNOWN_PROTOCOL, BAD_REQUEST_LINE,
} from './layout';
import { CR, LF, SP, isTchar } from './classes';
import { skipTarget, skipToken } from './scan';
import { setSlot } from './table';
import { endOfLine, endOfText, fail, head, lineEnd, quirks, skipBlanks, trimBlanks, unfinished } from './line';

/** Empty lines in front of a start line that are passed over. */
const MAX_EMPTY_LINES: usize = 4;

// A reader SHOULD ignore at least one empty line received before the start line (RFC 9112 2.2); whole CRLFs only.
// They are counted from the head's first byte, since a resumed call begins behind those already passed over.
export function skipEmptyLines(p: usize): usize {
  const last = min<usize>(head + 2 * MAX_EMPTY_LINES, lineEnd);
  while (p + 2 <= last && load<u8>(p) == CR && load<u8>(p + 1) == LF) p += 2;
  setSlot(START_LINE, <i32>(p - head));
  return p;
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ]; the last SP may be missing with the reason
export function parseStatusLine(line: usize): i32 {
  let p = line;
  if ((quirks & QUIRK_ICY) != 0 && byteAt(p) == 0x49) {
    if (p + 3 > lineEnd) return unfinished(line);
    if (load<u8>(p + 1) != 0x43 || load<u8>(p + 2) != 0x59) return fail(BAD_STATUS_LINE, p); // ICY
    p += 3;
    setSlot(VERSION, 10);
  } else {
    const outcome = parseVersion(p, line, BAD_STATUS_LINE);
    if (outcome != 1) return outcome;
    p = afterVersion;
  }
  if (byteAt(p) != SP) return refuse(BAD_STATUS_LINE, p, line);
  p++;
  if ((quirks & QUIRK_SPACES_IN_STATUS_LINE) != 0) while (byteAt(p) == SP) p++;
  // status-code = 3DIGIT, from 100 on (RFC 9110 15)
  let status: i32 = 0;
  for (let least = 0x31; status < 100; least = 0x30, p++) {
    const c = byteAt(p);
    if (c < least || c > 0x39) return refuse(BAD_STATUS_LINE, p, line);
    status = status * 10 + (c - 0x30);
  }
  setSlot(STATUS, status);
  const c = byteAt(p);
  if (c != SP && c != CR && c != LF) return refuse(BAD_STATUS_LINE, p, line);
  const reason = skipBlanks(p, lineEnd);
  const end = endOfText(reason);
  const outcome = endOfLine(end, line);
  if (outcome != 1) return outcome;
  setSlot(REASON_START, <i32>(reason - head));
  setSlot(REASON_END, <i32>(trimBlanks(reason, end) - head));
  return 1;
}

/** The byte at `p`, or -1 where the line has not come that far. */
function byteAt(p: usize): i32 {
  return p < lineEnd ? <i32>load<u8>(p) : -1;
}

/** What it means that another byte was expected at `p`. */
function refuse(code: i32, p: usize, line: usize): i32 {
  return p < lineEnd ? fail(code, p) : unfinished(line);
}

let afterVersion: usize = 0;

// HTTP-version = "HTTP/" DIGIT "." DIGIT; a higher minor version is read as 1.1 (RFC 9110 6.2)
function parseVersion(p: usize, line: usize, notHttp: i32): i32 {
  const start: u64 = 0x2e312f50545448; // HTTP/1.
  for (let n = 0; n < 7; n++, p++) {
    if (byteAt(p) != <i32>((start >> (n * 8)) & 0xff)) return refuse(n < 5 ? notHttp : UNKNOWN_PROTOCOL, p, line);
  }
  const minor = byteAt(p) - 0x30;
  if (<u32>minor > 9) return refuse(UNKNOWN_PROTOCOL, p, line);
  setSlot(VERSION, minor == 0 ? 10 : 11);
  afterVersion = ++p;
  // What looks like more of the version is another version; anything else is no separator.
  return p < lineEnd && isTchar(load<u8>(p)) ? fail(UNKNOWN_PROTOCOL, p) : 1;
}

// request-line = method SP request-target SP HTTP-version
export function parseRequestLine(line: usize): i32 {
  let p = skipToken(line, lineEnd);
  if (p == line || byteAt(p) != SP) return refuse(BAD_REQUEST_LINE, p, line);
  setSlot(METHOD_END, <i32>(p - head));
  const target = ++p;
  p = skipTarget(p, lineEnd);
  if (p == target || byteAt(p) != SP) return refuse(BAD_REQUEST_LINE, p, line);
  setSlot(TARGET_START, <i32>(target - head));
  setSlot(TARGET_END, <i32>(p - head));
  const outcome = parseVersion(p + 1, line, BAD_REQUEST_LINE);
  if (outcome != 1) return outcome;
  p = afterVersion;
  const c = byteAt(p);
  return c == CR || c == LF ? endOfLine(p, line) : refuse(BAD_REQUEST_LINE, p, line);
}
