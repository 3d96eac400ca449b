// Framing facts: what Content-Length, Transfer-Encoding, Connection, Keep-Alive, Upgrade and Host say.
// The facts are collected while tokenising, so that no later layer looks a framing field up by name. Nothing
// is decided here: a response to HEAD may carry a nonsensical Content-Length (RFC 9112 6.3, rule 1), so a
// faulty value is a fact too, with the offset of its field line.
//
// Values arrive with the obs-folds still in them; isFoldedBlank reads their line ends as blanks.

import {
  CONTENT_LENGTH_FIELD, KEEP_ALIVE_FIELD, FRAMING, FRAMING_OFFSET, LENGTH_LOW, KEEP_ALIVE, HOST_COUNT,
  HAS_LENGTH, LENGTH_INVALID, LENGTHS_DIFFER,
  TE_CHUNKED, TE_IDENTITY, TE_INVALID, TE_UNKNOWN, TE_REPEATED,
  CONNECTION_CLOSE, CONNECTION_KEEP_ALIVE, CONNECTION_UPGRADE, HAS_UPGRADE,
} from './layout';
import { getLong, getSlot, setLong, setSlot } from './table';
import { COMMA, isDigit, isFoldedBlank } from './classes';

// Which framing field a name is, in the order of the words below: Content-Length, Transfer-Encoding, and so on. 0: none.
const CONNECTION: i32 = 3;
const UPGRADE: i32 = 5;
const HOST: i32 = 6;

const MAX_SAFE_INTEGER: u64 = 0x1fffffffffffff;

// The words that decide something, one after the other.
const WORDS: usize = memory.data<u8>([
  0x63, 0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74, 0x2d, 0x6c, 0x65, 0x6e, 0x67, 0x74, 0x68, // content-length
  0x74, 0x72, 0x61, 0x6e, 0x73, 0x66, 0x65, 0x72, 0x2d, 0x65, 0x6e, 0x63, 0x6f, 0x64, 0x69, 0x6e, 0x67, // transfer-encoding
  0x63, 0x6f, 0x6e, 0x6e, 0x65, 0x63, 0x74, 0x69, 0x6f, 0x6e, // connection
  0x6b, 0x65, 0x65, 0x70, 0x2d, 0x61, 0x6c, 0x69, 0x76, 0x65, // keep-alive
  0x75, 0x70, 0x67, 0x72, 0x61, 0x64, 0x65, // upgrade
  0x68, 0x6f, 0x73, 0x74, // host
  0x63, 0x68, 0x75, 0x6e, 0x6b, 0x65, 0x64, // chunked
  0x69, 0x64, 0x65, 0x6e, 0x74, 0x69, 0x74, 0x79, // identity
  0x63, 0x6c, 0x6f, 0x73, 0x65, // close
  0x74, 0x69, 0x6d, 0x65, 0x6f, 0x75, 0x74, 0x3d, // timeout=
]);
const KEEP_ALIVE_WORD: usize = WORDS + 41;
const UPGRADE_WORD: usize = WORDS + 51;
const CHUNKED_WORD: usize = WORDS + 62;
const IDENTITY_WORD: usize = WORDS + 69;
const CLOSE_WORD: usize = WORDS + 77;
const TIMEOUT_WORD: usize = WORDS + 82;
// The lengths of the names, in the order of the fields.
const NAME_LENGTHS: usize = memory.data<u8>([14, 17, 10, 10, 7, 4]);

// Setting bit 5 makes letters lower-case, and nothing but a letter becomes one by it, so comparing letters is exact.
// "-" and "=" can come from a control character: from CR, which stands in no name and in no token, and from 0x1d.

/** Whether the `length` bytes at `p` are those of `word`, in any letter case. */
function isWord(p: usize, length: usize, word: usize): bool {
  const end = p + length;
  for (; p + 8 <= end; p += 8, word += 8) {
    if ((load<u64>(p) | 0x2020202020202020) != load<u64>(word)) return false;
  }
  for (; p < end; p++, word++) {
    if ((load<u8>(p) | 0x20) != load<u8>(word)) return false;
  }
  return true;
}

/** Which framing field the name of `length` bytes at `p` is, or 0. */
export function framingField(p: usize, length: usize): i32 {
  let word = WORDS;
  for (let field = CONTENT_LENGTH_FIELD; field <= HOST; field++) {
    const wordLength = <usize>load<u8>(NAME_LENGTHS - CONTENT_LENGTH_FIELD + field);
    if (length == wordLength && isWord(p, length, word)) return field;
    word += wordLength;
  }
  return 0;
}

/** Adds what a framing field says to the facts. `line` is where its field line begins, relative to the head. */
export function applyFraming(field: i32, line: i32, start: usize, end: usize): void {
  if (field == HOST) return setSlot(HOST_COUNT, getSlot(HOST_COUNT) + 1);
  if (field == UPGRADE) return addFact(HAS_UPGRADE);
  // What nearly all of them say.
  if (field == CONTENT_LENGTH_FIELD && addLength(start, end) == 0) return;
  if (field == CONNECTION && addOption(start, end - start)) return;
  // The others are comma-separated lists (RFC 9110 5.6.1), even if of one element.
  let fault: i32 = 0;
  let coding: i32 = 0;
  let elements = 0;
  let p = start;
  do {
    while (p < end && isFoldedBlank(load<u8>(p))) p++;
    const from = p;
    while (p < end && load<u8>(p) != COMMA) p++;
    let to = p++;
    while (to > from && isFoldedBlank(load<u8>(to - 1))) to--;
    if (field == CONTENT_LENGTH_FIELD) fault = addLength(from, to);
    else if (field == CONNECTION) addOption(from, to - from);
    else if (field == KEEP_ALIVE_FIELD) addTimeout(from, to);
    else {
      coding = transferCoding(from, to - from);
      fault = coding & (TE_INVALID | TE_UNKNOWN);
    }
    elements++;
  } while (p <= end && fault == 0);
  if (coding != 0 && fault == 0) {
    // Transfer-Encoding: one coding, and the same one in every line; that there were several is remembered.
    const before = getSlot(FRAMING) & (TE_CHUNKED | TE_IDENTITY);
    if (elements > 1 || (before != 0 && before != coding)) fault = TE_INVALID;
    else addFact(before == 0 ? coding : TE_REPEATED);
  }
  if (fault != 0) {
    if ((getSlot(FRAMING) & (LENGTH_INVALID | LENGTHS_DIFFER | TE_INVALID | TE_UNKNOWN)) == 0) setSlot(FRAMING_OFFSET, line);
    addFact(fault);
  }
}

function addFact(fact: i32): void {
  setSlot(FRAMING, getSlot(FRAMING) | fact);
}

// Content-Length = 1*DIGIT, at most 2^53-1; equal values, in one line or in several, count as one (RFC 9112 6.3)
function addLength(from: usize, to: usize): i32 {
  let value: u64 = 0;
  let p = from;
  while (p < to && isDigit(load<u8>(p)) && value <= MAX_SAFE_INTEGER) value = value * 10 + (load<u8>(p++) - 0x30);
  if (p == from || p != to || value > MAX_SAFE_INTEGER) return LENGTH_INVALID;
  if ((getSlot(FRAMING) & HAS_LENGTH) != 0 && getLong(LENGTH_LOW) != value) return LENGTHS_DIFFER;
  setLong(LENGTH_LOW, value);
  addFact(HAS_LENGTH);
  return 0;
}

function transferCoding(p: usize, length: usize): i32 {
  if (length == 0) return TE_INVALID;
  if (length == 7 && isWord(p, length, CHUNKED_WORD)) return TE_CHUNKED;
  if (length == 8 && isWord(p, length, IDENTITY_WORD)) return TE_IDENTITY;
  return TE_UNKNOWN;
}

// Connection = #connection-option, compared as whole tokens: "not-closed" does not close (RFC 9112 9.3)
function addOption(p: usize, length: usize): bool {
  let fact = 0;
  if (length == 10 && isWord(p, length, KEEP_ALIVE_WORD)) fact = CONNECTION_KEEP_ALIVE;
  if (length == 5 && isWord(p, length, CLOSE_WORD)) fact = CONNECTION_CLOSE;
  if (length == 7 && isWord(p, length, UPGRADE_WORD)) fact = CONNECTION_UPGRADE;
  addFact(fact);
  return fact != 0;
}

// Keep-Alive: timeout=n, in seconds; everything else in it is ignored (it is a hint, RFC 9112 appendix C.2.2)
function addTimeout(from: usize, to: usize): void {
  let p = from + 8;
  if (p >= to || !isWord(from, 8, TIMEOUT_WORD) || load<u8>(p - 1) != 0x3d) return;
  let seconds: i32 = 0;
  while (p < to && isDigit(load<u8>(p)) && seconds < 100000000) seconds = seconds * 10 + (load<u8>(p++) - 0x30);
  if (p == to) setSlot(KEEP_ALIVE, seconds);
}
