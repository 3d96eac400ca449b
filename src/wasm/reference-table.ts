// The records of field lines for the reference engine: written in front of a section, downwards, and read again. It writes
// wide records only, which every line can have; see assembly/layout.ts for their shape.

import {
  FIELD_COUNT,
  FIELDS_START,
  LAST_NAME,
  LAST_SIZE,
  TABLE_SIZE,
  WIDE_BLANKS,
  WIDE_FOLDED,
  WIDE_NAME_LENGTH,
  WIDE_REST,
  WIDE_SIZE,
  WIDE_VALUE_LENGTH,
} from './layout.generated.js';

/** One field line, its parts as offsets from the start of the section. */
interface FieldLine {
  readonly name: number;
  readonly nameEnd: number;
  readonly value: number;
  readonly valueEnd: number;
  readonly folded: boolean;
  /** Where the next line begins that has a record. */
  readonly next: number;
}

/** Writes the record of one more field line of the section at `start`. */
export function addRecord(bytes: Uint8Array, table: Int32Array, start: number, line: FieldLine): void {
  const record = start - (table[TABLE_SIZE] as number) - WIDE_SIZE;
  const put = (at: number, size: number, value: number): void => {
    for (let n = 0; n < size; n++) bytes[record + at + n] = (value >> (8 * n)) & 0xff;
  };
  put(0, WIDE_SIZE, 0);
  put(WIDE_REST, 3, line.next - line.valueEnd);
  put(WIDE_VALUE_LENGTH, 3, line.valueEnd - line.value);
  put(WIDE_BLANKS, 3, line.value - line.nameEnd);
  put(WIDE_NAME_LENGTH, 2, line.nameEnd - line.name);
  put(WIDE_FOLDED, 1, line.folded ? 1 : 0);
  table[FIELD_COUNT] = (table[FIELD_COUNT] as number) + 1;
  table[TABLE_SIZE] = (table[TABLE_SIZE] as number) + WIDE_SIZE;
  table[LAST_NAME] = line.name;
  table[LAST_SIZE] = WIDE_SIZE;
}

/** Takes the record written last away, and returns what it said. */
export function takeLastRecord(bytes: Uint8Array, table: Int32Array, start: number): FieldLine {
  const size = table[LAST_SIZE] as number;
  const line = readRecord(bytes, start - (table[TABLE_SIZE] as number) + size, table[LAST_NAME] as number);
  table[FIELD_COUNT] = (table[FIELD_COUNT] as number) - 1;
  table[TABLE_SIZE] = (table[TABLE_SIZE] as number) - size;
  return line;
}

/** All field lines of the section at `start` that have a record. */
export function fieldLines(bytes: Uint8Array, table: Int32Array, start: number): FieldLine[] {
  const lines: FieldLine[] = [];
  let top = start;
  let name = table[FIELDS_START] as number;
  for (let n = table[FIELD_COUNT] as number; n > 0; n--) {
    const line = readRecord(bytes, top, name);
    lines.push(line);
    top -= WIDE_SIZE;
    name = line.next;
  }
  return lines;
}

function readRecord(bytes: Uint8Array, top: number, name: number): FieldLine {
  const get = (at: number, size: number): number => {
    let value = 0;
    for (let n = 0; n < size; n++) value += (bytes[at + n] as number) * 2 ** (8 * n);
    return value;
  };
  const record = top - WIDE_SIZE;
  const nameEnd = name + get(record + WIDE_NAME_LENGTH, 2);
  const value = nameEnd + get(record + WIDE_BLANKS, 3);
  const valueEnd = value + get(record + WIDE_VALUE_LENGTH, 3);
  return { name, nameEnd, value, valueEnd, folded: get(record + WIDE_FOLDED, 1) === 1, next: valueEnd + get(record + WIDE_REST, 3) };
}
