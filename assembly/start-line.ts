// Start lines: status line and request line, with the empty lines that may precede them (RFC 9112 2.2, 3, 4).
// Each function returns 1 with the parts in their slots, or PARTIAL or an error code.

import {
  QUIRK_SPACES_IN_STATUS_LINE, QUIRK_ICY,
  STATUS, VERSION, START_LINE, REASON_START, REASON_END, METHOD_END, TARGET_START, TARGET_END,
  BAD_STATUS_LINE, UNKNOWN_PROTOCOL, BAD_REQUEST_LINE,
} from './layout';
import { CR, LF, SP, isDigit, isTchar } from './classes';
import { skipToken } from './scan';
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
export function parseRequestLine(line: usize): i32 {
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
