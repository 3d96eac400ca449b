// What a call reports in linear memory: the slots, and the records of the field lines, which grow downwards from the first
// byte of the section. So the records and the section lie side by side, and one string can hold both.
// layout.ts has the numbers; nothing here knows what a slot means.
//
// Invariant: an ordinary record is of a line right behind the one before it; every byte between two lines with records belongs
// to the rest of a wide one.

import {
  SLOTS, FIELDS_START, TABLE_SIZE, LAST_NAME, LAST_SIZE, SKIPPING, FIELD_COUNT,
  ORDINARY_SIZE, ORDINARY_VALUE_LENGTH, ORDINARY_NAME_LENGTH,
  WIDE_SIZE, WIDE_REST, WIDE_VALUE_LENGTH, WIDE_BLANKS, WIDE_NAME_LENGTH, WIDE_FOLDED,
} from './layout';

// @ts-ignore: decorator
@inline
export function getSlot(slot: i32): i32 {
  return load<i32>(SLOTS + (slot << 2));
}

// @ts-ignore: decorator
@inline
export function setSlot(slot: i32, value: i32): void {
  store<i32>(SLOTS + (slot << 2), value);
}

/** A number in two slots, low word first. Loaded as one word: the optimiser (binaryen 131) turns a zero-extended i32 load into a signed one. */
// @ts-ignore: decorator
@inline
export function getLong(slot: i32): u64 {
  return load<u64>(SLOTS + (slot << 2));
}

// @ts-ignore: decorator
@inline
export function setLong(slot: i32, value: u64): void {
  store<u64>(SLOTS + (slot << 2), value);
}

/** The record written last, as an address; the next one goes below it. */
export let record: usize = 0;
/** The field lines that have a record. */
export let count: i32 = 0;
/** Whether the line read last was passed over, so that its folds go with it. */
export let skipping: bool = false;
// The record written last: where the name of its line begins, as an offset, and its bytes.
let lastName: i32 = 0;
let lastSize: i32 = 0;

/** Takes up the table of the section at `head` where the slots say that it stands. */
export function openTable(head: usize): void {
  record = head - getSlot(TABLE_SIZE);
  count = getSlot(FIELD_COUNT);
  skipping = getSlot(SKIPPING) != 0;
  lastName = getSlot(LAST_NAME);
  lastSize = getSlot(LAST_SIZE);
}

/** Leaves in the slots how far the table has come. */
export function closeTable(head: usize): void {
  setSlot(TABLE_SIZE, <i32>(head - record));
  setSlot(FIELD_COUNT, count);
  setSlot(SKIPPING, skipping);
  setSlot(LAST_NAME, lastName);
  setSlot(LAST_SIZE, lastSize);
}

/** Ordinary records have been written down to `bottom`, the last one for the line whose name begins at `name`. */
export function addedOrdinary(bottom: usize, name: i32): void {
  count += <i32>(record - bottom) / ORDINARY_SIZE;
  record = bottom;
  skipping = false;
  lastName = name;
  lastSize = ORDINARY_SIZE;
}

/** Writes the record of one field line, its parts as offsets; `next` is where the line behind it begins. */
export function addRecord(id: i32, name: i32, nameEnd: i32, value: i32, valueEnd: i32, next: i32): void {
  count++;
  skipping = false;
  lastName = name;
  addWide(id, nameEnd, value, valueEnd, next, false);
}

/** The line up to `next` belongs to no field, or adds to the value read last the text from `text` to `textEnd`. */
export function extendRecord(text: i32, textEnd: i32, next: i32): void {
  if (count == 0) return setSlot(FIELDS_START, next);
  const top = record + lastSize;
  const nameEnd = lastName + nameLength(top);
  let value = nameEnd + blanks(top);
  let valueEnd = value + valueLength(top);
  let folded = lastSize == WIDE_SIZE && load<bool>(record, WIDE_FOLDED);
  if (text != textEnd) {
    if (value == valueEnd) value = text;
    else folded = true;
    valueEnd = textEnd;
  }
  record = top;
  addWide(load<u8>(top - 1), nameEnd, value, valueEnd, next, folded);
}

/** The line up to `next` is passed over. */
export function skipLineTo(next: i32): void {
  extendRecord(0, 0, next);
  skipping = true;
}

function addWide(id: i32, nameEnd: i32, value: i32, valueEnd: i32, next: i32, folded: bool): void {
  record -= WIDE_SIZE;
  storeThree(WIDE_REST, next - valueEnd);
  storeThree(WIDE_VALUE_LENGTH, valueEnd - value);
  storeThree(WIDE_BLANKS, value - nameEnd);
  store<u16>(record, <u16>(nameEnd - lastName), WIDE_NAME_LENGTH);
  store<bool>(record, folded, WIDE_FOLDED);
  store<u16>(record, <u16>(id << 8), WIDE_FOLDED + 1);
  lastSize = WIDE_SIZE;
}

function storeThree(at: i32, value: i32): void {
  store<u16>(record + at, <u16>value);
  store<u8>(record + at, <u8>(value >> 16), 2);
}

function loadThree(at: usize): i32 {
  return load<u16>(at) | (<i32>load<u8>(at, 2) << 16);
}

// A record read again. It is given by its upper end: which kind it is stands at the top.

/** Bytes of the name of an ordinary record; 0 of a wide one. */
// @ts-ignore: decorator
@inline
function ordinaryNameLength(top: usize): i32 {
  return load<u8>(top - ORDINARY_SIZE, ORDINARY_NAME_LENGTH);
}

// @ts-ignore: decorator
@inline
export function nameLength(top: usize): i32 {
  const length = ordinaryNameLength(top);
  return length != 0 ? length : <i32>load<u16>(top - WIDE_SIZE, WIDE_NAME_LENGTH);
}

/** Bytes between name and value. */
// @ts-ignore: decorator
@inline
export function blanks(top: usize): i32 {
  return ordinaryNameLength(top) != 0 ? 2 : loadThree(top - WIDE_SIZE + WIDE_BLANKS);
}

// @ts-ignore: decorator
@inline
export function valueLength(top: usize): i32 {
  return ordinaryNameLength(top) != 0 ? <i32>load<u8>(top - ORDINARY_SIZE, ORDINARY_VALUE_LENGTH) : loadThree(top - WIDE_SIZE + WIDE_VALUE_LENGTH);
}
