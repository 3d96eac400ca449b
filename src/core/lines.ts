// Field lines as the tokeniser left them: one string that holds their records and the section itself. Names and values are cut
// out here, when somebody asks, and nowhere else. A name that has an id is the same string for everyone.

import type { Tokeniser } from '../wasm/tokeniser.js';
import {
  FIELD_COUNT,
  FIELDS_START,
  ORDINARY_SIZE,
  TABLE_SIZE,
  WIDE_BLANKS,
  WIDE_FOLDED,
  WIDE_NAME_LENGTH,
  WIDE_REST,
  WIDE_SIZE,
  WIDE_VALUE_LENGTH,
} from '../wasm/layout.generated.js';

/** Where a field section comes from. */
export interface FieldSource {
  /** Field lines. */
  readonly count: number;
  /** Names and values in turn, an array of its own. */
  flat(): string[];
  /** The value of the field line of this name, in any letter case, behind the `skip` first ones; or null. */
  value(name: string, skip: number): string | null;
}

/** In lower case. Names are ASCII: the Kelvin sign, which Unicode makes a k, finds nothing. */
export function lowerCase(name: string): string {
  return /[^\0-\x7f]/.test(name) ? name : name.toLowerCase();
}

/** The field lines of a section that was tokenised. */
export class Lines implements FieldSource {
  /** The records of the field lines, then the section, one character for each byte. */
  readonly text: string;
  /** Where the section begins in the text. */
  readonly base: number;
  /** Where the first field line begins in the text. */
  readonly first: number;
  readonly count: number;
  private readonly tokeniser: Tokeniser;
  // While it is this turn, the records stand in linear memory too, below this address; reading them there costs less.
  private readonly turn: number;
  private readonly top: number;

  /** Captures the section of `size` bytes at `start`, which the tokeniser has just taken. */
  constructor(tokeniser: Tokeniser, start: number, size: number) {
    const { table } = tokeniser;
    this.base = table[TABLE_SIZE] as number;
    this.first = this.base + (table[FIELDS_START] as number);
    this.count = table[FIELD_COUNT] as number;
    this.text = tokeniser.latin1(start - this.base, start + size);
    this.tokeniser = tokeniser;
    this.turn = tokeniser.turn;
    this.top = start;
  }

  /** The records as bytes, below the returned place of `records`. */
  #openRecords(): number {
    const { base, text } = this;
    if (this.tokeniser.turn === this.turn) {
      records = this.tokeniser.bytes;
      return this.top;
    }
    if (base > copied.length) copied = new Uint8Array(base);
    for (let n = 0; n < base; n++) copied[n] = text.charCodeAt(n);
    records = copied;
    return base;
  }

  flat(): string[] {
    let record = this.#openRecords();
    const bytes = records;
    const { text } = this;
    const { names } = this.tokeniser.names;
    const flat = new Array<string>(this.count * 2);
    let at = this.first;
    for (let n = 0; n < flat.length; n += 2) {
      const id = bytes[record - 1] as number;
      const nameLength = bytes[record - 2] as number;
      if (nameLength !== 0) {
        const nameEnd = at + nameLength;
        at = nameEnd + 2 + (bytes[record - 3] as number);
        flat[n] = id !== 0 ? (names[id] as string) : this.#unknownName(nameEnd - nameLength, nameEnd);
        flat[n + 1] = text.slice(nameEnd + 2, at);
        record -= ORDINARY_SIZE;
        at += 2;
      } else {
        record -= WIDE_SIZE;
        const nameEnd = at + two(bytes, record + WIDE_NAME_LENGTH);
        flat[n] = id !== 0 ? (names[id] as string) : this.#unknownName(at, nameEnd);
        flat[n + 1] = wideValue(text, bytes, record, nameEnd);
        at = nextLine(bytes, record, nameEnd);
      }
    }
    return flat;
  }

  value(name: string, skip: number): string | null {
    let record = this.#openRecords();
    const bytes = records;
    const { text } = this;
    const table = this.tokeniser.names;
    const { groups } = table;
    // Most who ask do it in lower case.
    let group = table.groupOf(name);
    const lower = group === 0 ? lowerCase(name) : name;
    if (group === 0) group = table.groupOf(lower);
    let at = this.first;
    for (let n = this.count; n > 0; n--) {
      const id = bytes[record - 1] as number;
      const nameLength = bytes[record - 2] as number;
      if (nameLength !== 0) {
        const nameEnd = at + nameLength;
        at = nameEnd + 2 + (bytes[record - 3] as number);
        if ((id !== 0 ? groups[id] === group : this.#isNamed(nameEnd - nameLength, nameEnd, lower)) && skip-- === 0)
          return text.slice(nameEnd + 2, at);
        record -= ORDINARY_SIZE;
        at += 2;
      } else {
        record -= WIDE_SIZE;
        const nameEnd = at + two(bytes, record + WIDE_NAME_LENGTH);
        if ((id !== 0 ? groups[id] === group : this.#isNamed(at, nameEnd, lower)) && skip-- === 0)
          return wideValue(text, bytes, record, nameEnd);
        at = nextLine(bytes, record, nameEnd);
      }
    }
    return null;
  }

  #unknownName(at: number, nameEnd: number): string {
    const name = this.text.slice(at, nameEnd);
    this.tokeniser.names.saw(name);
    return name;
  }

  #isNamed(at: number, nameEnd: number, lower: string): boolean {
    return nameEnd - at === lower.length && this.#unknownName(at, nameEnd).toLowerCase() === lower;
  }
}

// What #openRecords opened: for the call in progress.
let records: Uint8Array = new Uint8Array(0);
let copied = new Uint8Array(1024);

function wideValue(text: string, bytes: Uint8Array, record: number, nameEnd: number): string {
  const start = nameEnd + three(bytes, record + WIDE_BLANKS);
  const value = text.slice(start, start + three(bytes, record + WIDE_VALUE_LENGTH));
  return bytes[record + WIDE_FOLDED] === 0 ? value : unfold(value);
}

function nextLine(bytes: Uint8Array, record: number, nameEnd: number): number {
  return nameEnd + three(bytes, record + WIDE_BLANKS) + three(bytes, record + WIDE_VALUE_LENGTH) + three(bytes, record + WIDE_REST);
}

function two(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function three(bytes: Uint8Array, at: number): number {
  return two(bytes, at) | ((bytes[at + 2] as number) << 16);
}

// RFC 9112 5.2: each obs-fold, with the blanks around it, is one SP; so is a run of them.
function unfold(value: string): string {
  // In parts, since a pattern for blanks around line ends takes quadratic time on a long run of blanks.
  return value
    .split('\n')
    .map((part) => trimBlanks(part))
    .filter((part) => part !== '')
    .join(' ');
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** SP, HTAB, and the CR of a line end. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}
