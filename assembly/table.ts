// The table in linear memory that a call reports in: slots, and the words of the field lines behind them.
// layout.ts has the numbers; nothing here knows what a slot means.

import { TABLE, SLOTS, FIELD_SLOTS, NAME_START, NAME_END, VALUE_START, VALUE_END } from './layout';

const FIELDS: usize = <usize>TABLE + SLOTS * 4;
export const FIELD_BYTES: usize = <usize>FIELD_SLOTS * 4;

export function getSlot(slot: i32): i32 {
  return load<i32>(TABLE + (slot << 2));
}

export function setSlot(slot: i32, value: i32): void {
  store<i32>(TABLE + (slot << 2), value);
}

/** A number in two slots, low word first. Loaded as one word: the optimiser (binaryen 131) turns a zero-extended i32 load into a signed one. */
export function getLong(slot: i32): u64 {
  return load<u64>(TABLE + (slot << 2));
}

export function setLong(slot: i32, value: u64): void {
  store<u64>(TABLE + (slot << 2), value);
}

/** Where the words of field line number `n` stand. */
export function fieldAt(n: i32): usize {
  return FIELDS + <usize>n * FIELD_BYTES;
}

/** Writes one field line, its parts as offsets. */
export function storeField(field: usize, name: i32, nameEnd: i32, value: i32, valueEnd: i32): void {
  store<i32>(field, name, NAME_START * 4);
  store<i32>(field, nameEnd, NAME_END * 4);
  store<i32>(field, value, VALUE_START * 4);
  store<i32>(field, valueEnd, VALUE_END * 4);
}
