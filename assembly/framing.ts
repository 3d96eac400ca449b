// Framing facts: what Content-Length, Transfer-Encoding, Connection, Keep-Alive, Upgrade and Host say.
// The facts are collected while tokenising, so that no later layer looks a framing field up by name. Nothing
// is decided here: a response to HEAD may carry a nonsensical Content-Length (RFC 9112 6.3, rule 1), so a
// faulty value is a fact too, with the offset of its field line.
//
// Values arrive with the obs-folds still in them; isFoldedBlank reads their line ends as blanks.

import {
  FRAMING, FRAMING_OFFSET, LENGTH_LOW, KEEP_ALIVE, HOST_COUNT,
  HAS_LENGTH, LENGTH_INVALID, LENGTHS_DIFFER,
  TE_CHUNKED, TE_IDENTITY, TE_INVALID, TE_UNKNOWN, TE_REPEATED,
  CONNECTION_CLOSE, CONNECTION_KEEP_ALIVE, CONNECTION_UPGRADE, HAS_UPGRADE,
} from './layout';
import { getLong, getSlot, setLong, setSlot } from './table';
import { COMMA, isDigit, isFoldedBlank } from './classes';

// Which framing field a name is. 0: none.
const CONTENT_LENGTH: i32 = 1;
const TRANSFER_ENCODING: i32 = 2;
const CONNECTION: i32 = 3;
const KEEP_ALIVE_FIELD: i32 = 4;
const UPGRADE: i32 = 5;
const HOST: i32 = 6;

const MAX_SAFE_INTEGER: u64 = 0x1fffffffffffff;

// Setting bit 5 makes letters lower-case, and nothing but a letter becomes one by it, so comparing letters is exact.
// "-" and "=" can come from a control character: from CR, which stands in no name and in no token, and from 0x1d.
function lower8(p: usize): u64 {
  return load<u64>(p) | 0x2020202020202020;
}

function lower4(p: usize): u32 {
  return load<u32>(p) | 0x20202020;
}

function lower2(p: usize): u32 {
  return <u32>load<u16>(p) | 0x2020;
}

function lower1(p: usize): u32 {
  return <u32>load<u8>(p) | 0x20;
}

/** Which framing field the name of `length` bytes at `p` is, or 0. The name consists of tchars. */
export function framingField(p: usize, length: u32): i32 {
  if (length == 14) {
    // content- length
    if (lower8(p) == 0x2d746e65746e6f63 && lower4(p + 8) == 0x676e656c && lower2(p + 12) == 0x6874) return CONTENT_LENGTH;
  } else if (length == 10) {
    // connecti on, keep-ali ve
    if (lower8(p) == 0x697463656e6e6f63 && lower2(p + 8) == 0x6e6f) return CONNECTION;
    if (lower8(p) == 0x696c612d7065656b && lower2(p + 8) == 0x6576) return KEEP_ALIVE_FIELD;
  } else if (length == 17) {
    // transfer -encodin g
    if (lower8(p) == 0x726566736e617274 && lower8(p + 8) == 0x6e69646f636e652d && lower1(p + 16) == 0x67) return TRANSFER_ENCODING;
  } else if (length == 4) {
    if (lower4(p) == 0x74736f68) return HOST;
  } else if (length == 7) {
    // upgr ade
    if (lower4(p) == 0x72677075 && lower2(p + 4) == 0x6461 && lower1(p + 6) == 0x65) return UPGRADE;
  }
  return 0;
}

/** Adds what a framing field says to the facts. `line` is where its field line begins, relative to the head. */
export function applyFraming(field: i32, line: i32, start: usize, end: usize): void {
  switch (field) {
    case CONTENT_LENGTH: return applyContentLength(line, start, end);
    case TRANSFER_ENCODING: return applyTransferEncoding(line, start, end);
    case CONNECTION: return applyConnection(start, end);
    case KEEP_ALIVE_FIELD: return applyKeepAlive(start, end);
    case UPGRADE: return addFact(HAS_UPGRADE);
    case HOST: return setSlot(HOST_COUNT, getSlot(HOST_COUNT) + 1);
  }
}

function addFact(fact: i32): void {
  setSlot(FRAMING, getSlot(FRAMING) | fact);
}

function addFault(fact: i32, line: i32): void {
  if ((getSlot(FRAMING) & (LENGTH_INVALID | LENGTHS_DIFFER | TE_INVALID | TE_UNKNOWN)) == 0) setSlot(FRAMING_OFFSET, line);
  addFact(fact);
}

// One element of a comma-separated list (RFC 9110 5.6.1): the element without its blanks lies between
// elementStart and elementEnd, the next one begins at the returned place (behind `end` when there is none).
let elementStart: usize = 0;
let elementEnd: usize = 0;

function nextElement(p: usize, end: usize): usize {
  while (p < end && isFoldedBlank(load<u8>(p))) p++;
  elementStart = p;
  while (p < end && load<u8>(p) != COMMA) p++;
  elementEnd = p;
  while (elementEnd > elementStart && isFoldedBlank(load<u8>(elementEnd - 1))) elementEnd--;
  return p + 1;
}

// Content-Length = 1*DIGIT, at most 2^53-1; equal values, in one line or in several, count as one (RFC 9112 6.3)
function applyContentLength(line: i32, start: usize, end: usize): void {
  let p = start;
  do {
    p = nextElement(p, end);
    if (elementStart == elementEnd) return addFault(LENGTH_INVALID, line);
    let value: u64 = 0;
    for (let q = elementStart; q < elementEnd; q++) {
      const c = load<u8>(q);
      if (!isDigit(c)) return addFault(LENGTH_INVALID, line);
      value = value * 10 + (c - 0x30);
      if (value > MAX_SAFE_INTEGER) return addFault(LENGTH_INVALID, line);
    }
    if ((getSlot(FRAMING) & HAS_LENGTH) != 0 && getLong(LENGTH_LOW) != value) return addFault(LENGTHS_DIFFER, line);
    setLong(LENGTH_LOW, value);
    addFact(HAS_LENGTH);
  } while (p <= end);
}

// Transfer-Encoding: chunked alone, or identity alone; the same line twice counts as one but is remembered
function applyTransferEncoding(line: i32, start: usize, end: usize): void {
  let count = 0;
  let coding = TE_INVALID;
  let p = start;
  do {
    p = nextElement(p, end);
    count++;
    coding = transferCoding(elementStart, <u32>(elementEnd - elementStart));
    if (coding == TE_UNKNOWN) return addFault(TE_UNKNOWN, line);
    if (coding == TE_INVALID) return addFault(TE_INVALID, line);
  } while (p <= end);
  if (count > 1) return addFault(TE_INVALID, line);
  const before = getSlot(FRAMING) & (TE_CHUNKED | TE_IDENTITY);
  if (before == 0) addFact(coding);
  else if (before == coding) addFact(TE_REPEATED);
  else addFault(TE_INVALID, line);
}

function transferCoding(p: usize, length: u32): i32 {
  if (length == 0) return TE_INVALID;
  if (length == 7 && lower4(p) == 0x6e756863 && lower2(p + 4) == 0x656b && lower1(p + 6) == 0x64) return TE_CHUNKED; // chun ke d
  if (length == 8 && lower8(p) == 0x797469746e656469) return TE_IDENTITY;
  return TE_UNKNOWN;
}

// Connection = #connection-option, compared as whole tokens: "not-closed" does not close (RFC 9112 9.3)
function applyConnection(start: usize, end: usize): void {
  let p = start;
  do {
    p = nextElement(p, end);
    const length = elementEnd - elementStart;
    if (length == 5) {
      if (lower4(elementStart) == 0x736f6c63 && lower1(elementStart + 4) == 0x65) addFact(CONNECTION_CLOSE);
    } else if (length == 10) {
      if (lower8(elementStart) == 0x696c612d7065656b && lower2(elementStart + 8) == 0x6576) addFact(CONNECTION_KEEP_ALIVE);
    } else if (length == 7) {
      if (lower4(elementStart) == 0x72677075 && lower2(elementStart + 4) == 0x6461 && lower1(elementStart + 6) == 0x65) {
        addFact(CONNECTION_UPGRADE);
      }
    }
  } while (p <= end);
}

// Keep-Alive: timeout=n, in seconds; everything else in it is ignored (it is a hint, RFC 9112 appendix C.2.2)
function applyKeepAlive(start: usize, end: usize): void {
  let p = start;
  do {
    p = nextElement(p, end);
    const digits = elementStart + 8;
    // timeout=
    if (digits < elementEnd && lower8(elementStart) == 0x3d74756f656d6974 && load<u8>(digits - 1) == 0x3d) {
      let seconds: i32 = 0;
      let q = digits;
      while (q < elementEnd && isDigit(load<u8>(q)) && seconds < 100000000) seconds = seconds * 10 + (load<u8>(q++) - 0x30);
      if (q == elementEnd) setSlot(KEEP_ALIVE, seconds);
    }
  } while (p <= end);
}
