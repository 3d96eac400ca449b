// The engines that have to agree: the SIMD build, with the field names that a tokeniser gives it and without any, the scalar build
// of the same source, and the reference in plain TypeScript; and one way each of driving a head and a chunked body through any
// of them, in whatever pieces.
// An outcome is everything that a call reports and the layers above read, as plain values that can be compared. The engines write
// records of different kinds for one field line; what they stand for is read here, and every record is checked against its line.

import { readFileSync } from 'node:fs';
import { instantiate, type Engine } from '../../src/wasm/module.js';
import { referenceEngine } from '../../src/wasm/reference.js';
import { Tokeniser } from '../../src/wasm/tokeniser.js';
import * as layout from '../../src/wasm/layout.generated.js';

export const BUILD = { simd: 'build/http1.wasm', scalar: 'build/http1.scalar.wasm' } as const;
const binaries = { simd: readFileSync(BUILD.simd), scalar: readFileSync(BUILD.scalar) };

const makes = {
  simd: () => instantiate(binaries.simd),
  'simd without names': () => ({ ...instantiate(binaries.simd), addName: () => 0 }),
  scalar: () => instantiate(binaries.scalar),
  reference: () => referenceEngine(),
} satisfies Record<string, () => Engine>;

export interface Subject {
  readonly name: keyof typeof makes;
  readonly engine: Engine;
  readonly bytes: Uint8Array;
  readonly table: Int32Array;
  /** The field names that have an id, by id. */
  readonly names: readonly string[];
}

export function makeSubject(name: Subject['name'], engine: Engine): Subject {
  const { bytes, table, names } = new Tokeniser(engine);
  return { name, engine, bytes, table, names: names.names };
}

/** An engine of its own. */
export function makeEngine({ name }: Pick<Subject, 'name'>): Engine {
  return makes[name]();
}

/** A tokeniser of its own, and its engine: names are given to an engine once, by its only tokeniser. */
export function makeTokeniser(subject: Pick<Subject, 'name'>): Tokeniser {
  return new Tokeniser(makeEngine(subject));
}

const named = (name: Subject['name']): Subject => makeSubject(name, makeEngine({ name }));
export const simd = named('simd');
export const reference = named('reference');
export const subjects: readonly Subject[] = [simd, named('simd without names'), named('scalar'), reference];

export interface HeadOptions {
  /** The kind of section and the quirks. */
  readonly flags: number;
  readonly maxFields: number;
  readonly maxSize: number;
}

export interface HeadOutcome {
  /** Bytes taken, PARTIAL, or an error code. */
  readonly code: number;
  /** Where the fault is; for PARTIAL, where the unfinished line begins. */
  readonly at: number;
  /** The slots that mean something for this kind of section and code. */
  readonly slots: readonly number[];
  /** The words of the field lines. */
  readonly fields: readonly number[];
}

/** A byte that lies around the input: a line end, so that whoever reads it as input goes wrong. */
const POISON = 0x0a;

/** Of an unfinished line longer than this, a resumed call may leave the bytes for later. */
const SHORT_LINE = 64;
const LIMIT_CODES: readonly number[] = [layout.START_LINE_TOO_LONG, layout.FIELD_LINE_TOO_LONG, layout.SECTION_TOO_LARGE];

const PLACE_SLOTS = [layout.START_LINE, layout.FIELDS_START, layout.FIELD_COUNT];
// What the framing fields said is complete when the section is.
const PARTIAL_SLOTS = [...PLACE_SLOTS, layout.LINE_START, layout.PHASE, layout.SKIPPING];
const FACT_SLOTS = [
  ...PLACE_SLOTS,
  layout.FRAMING,
  layout.LENGTH_LOW,
  layout.LENGTH_HIGH,
  layout.FRAMING_OFFSET,
  layout.KEEP_ALIVE,
  layout.HOST_COUNT,
];
const COMPLETE_SLOTS: Record<number, readonly number[]> = {
  [layout.KIND_RESPONSE]: [...FACT_SLOTS, layout.VERSION, layout.STATUS, layout.REASON_START, layout.REASON_END],
  [layout.KIND_REQUEST]: [...FACT_SLOTS, layout.VERSION, layout.METHOD_END, layout.TARGET_START, layout.TARGET_END],
  [layout.KIND_TRAILER]: FACT_SLOTS,
};

/** What the call that returned `code` for the section at `start` reported. */
export function headOutcome(subject: Subject, code: number, flags: number, start: number): HeadOutcome {
  const { table } = subject;
  if (code < 0) return { code, at: table[layout.ERROR_OFFSET] as number, slots: [], fields: [] };
  const slots = code === layout.PARTIAL ? PARTIAL_SLOTS : (COMPLETE_SLOTS[flags & layout.KIND_MASK] as readonly number[]);
  return {
    code,
    at: code === layout.PARTIAL ? (table[layout.LINE_START] as number) : 0,
    slots: slots.map((slot) => table[slot] as number),
    fields: readRecords(subject, code, start),
  };
}

/** Words of one field line in an outcome: where its name begins, where it ends, where its value begins, where that ends. */
export const FIELD_WORDS = 4;
/** Set in the second word when the value holds an obs-fold. */
export const FOLDED = 0x40000000;

/** The field lines of the section at `start`, FIELD_WORDS each. Throws when a record does not fit its line or those around it. */
function readRecords(subject: Subject, code: number, start: number): number[] {
  const { bytes, table } = subject;
  const fields: number[] = [];
  const number = (at: number, size: number): number =>
    Array.from({ length: size }, (_, n) => (bytes[at + n] as number) << (8 * n)).reduce((sum, part) => sum + part, 0);
  let top = start;
  let name = table[layout.FIELDS_START] as number;
  for (let n = table[layout.FIELD_COUNT] as number; n > 0; n--) {
    const ordinaryName = number(top - layout.ORDINARY_SIZE + layout.ORDINARY_NAME_LENGTH, 1);
    const isOrdinary = ordinaryName !== 0;
    const record = top - (isOrdinary ? layout.ORDINARY_SIZE : layout.WIDE_SIZE);
    const nameEnd = name + (isOrdinary ? ordinaryName : number(record + layout.WIDE_NAME_LENGTH, 2));
    const value = nameEnd + (isOrdinary ? 2 : number(record + layout.WIDE_BLANKS, 3));
    const valueEnd = value + number(record + (isOrdinary ? layout.ORDINARY_VALUE_LENGTH : layout.WIDE_VALUE_LENGTH), isOrdinary ? 1 : 3);
    const next = valueEnd + (isOrdinary ? 2 : number(record + layout.WIDE_REST, 3));
    const folded = isOrdinary ? 0 : number(record + layout.WIDE_FOLDED, 1);

    const text = (from: number, to: number): string => latin1(bytes.subarray(start + from, start + to));
    const line = text(name, next);
    const fault = (what: string): Error => new Error(`${subject.name}: ${what}: ${JSON.stringify(line.slice(0, 100))} at ${name}`);
    if (isOrdinary && line !== `${text(name, nameEnd)}: ${text(value, valueEnd)}\r\n`) throw fault('not an ordinary line');
    if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(text(name, nameEnd))) throw fault('no name');
    if (!/^[ \t]*:[ \t\r\n]*$/.test(text(nameEnd, value))) throw fault('no colon in front of the value');
    if (!/^[ \t\r\n]*\n/.test(text(valueEnd, next))) throw fault('no line end behind the value');
    if (folded > 1 || (folded === 1) !== /\n/.test(text(value, valueEnd))) throw fault('folds');
    checkId(subject, bytes[top - 1] as number, start + name, start + nameEnd, fault);

    fields.push(name, folded === 1 ? nameEnd | FOLDED : nameEnd, value, valueEnd);
    top = record;
    name = next;
  }
  if (start - top !== table[layout.TABLE_SIZE]) throw new Error(`${subject.name}: TABLE_SIZE is ${table[layout.TABLE_SIZE]}`);
  // Behind the last line with a record comes the one that is unfinished, or the empty one.
  const rest = latin1(bytes.subarray(start + name, start + Math.max(name, code)));
  const ends = code === layout.PARTIAL ? table[layout.PHASE] === 0 || name === table[layout.LINE_START] : /^\r?\n$/.test(rest);
  if (!ends) throw new Error(`${subject.name}: behind the field lines stands ${JSON.stringify(rest)} at ${name}`);
  return fields;
}

/** An id names exactly the bytes of the name; and a name that has one, in front of its colon, is found. */
function checkId({ bytes, names }: Subject, id: number, name: number, nameEnd: number, fault: (what: string) => Error): void {
  const text = latin1(bytes.subarray(name, nameEnd));
  if (id !== 0) {
    if (names[id] !== text) throw fault(`id ${id}, which is ${names[id]}'s`);
    return;
  }
  // A shorter one is found by what stands around it too; near the end of memory none is.
  const canBeFound = text.length >= 4 && bytes[nameEnd] === 0x3a && name + layout.NAME_SIZE <= layout.MEMORY_END;
  if (canBeFound && names.includes(text)) throw fault('no id');
}

/** The value of `slot` in an outcome of a complete head, or of a partial one if the slot is a fact. */
export function slotOf(outcome: HeadOutcome, flags: number, slot: number): number {
  const slots = outcome.code === layout.PARTIAL ? PARTIAL_SLOTS : (COMPLETE_SLOTS[flags & layout.KIND_MASK] as readonly number[]);
  return outcome.slots[slots.indexOf(slot)] as number;
}

/**
 * Reads the head in `input`, cut at `cuts`, until it is complete or faulty, as a connection does that appends each read
 * to the unfinished head. At the end of the input it does what a connection does when its peer closes: it reads an
 * unfinished head anew, since a fault in a long line may not have been looked for before the line ends. A limit, or a
 * fault in a short line, has to be known without that.
 */
export function readHead(
  subject: Subject,
  input: Uint8Array,
  options: HeadOptions,
  cuts: readonly number[] = [],
  at: number = layout.HEAD,
): HeadOutcome {
  const { engine, bytes } = subject;
  const { flags, maxFields, maxSize } = options;
  bytes.fill(POISON, at, Math.min(at + input.length + 32, layout.MEMORY_END));
  let seen = 0;
  for (let n = 0; n <= cuts.length; n++) {
    const end = n < cuts.length ? (cuts[n] as number) : input.length;
    for (let from = seen; from < end; from++) bytes[at + from] = input[from] as number;
    const code = engine.parseHead(flags, at, at + end, seen === 0 ? 0 : at + seen, maxFields, maxSize);
    if (code !== layout.PARTIAL) return headOutcome(subject, code, flags, at);
    seen = end;
  }
  const partial = headOutcome(subject, layout.PARTIAL, flags, at);
  if (cuts.length === 0 || input.length <= partial.at + SHORT_LINE || input.indexOf(0x0a, partial.at) !== -1) return partial;
  const code = engine.parseHead(flags, at, at + seen, 0, maxFields, maxSize);
  return LIMIT_CODES.includes(code) ? partial : headOutcome(subject, code, flags, at);
}

export interface ChunksOutcome {
  /** CHUNK_MORE, CHUNK_DONE, CHUNK_TRAILER or an error code. */
  readonly outcome: number;
  /** Bytes of the input taken. */
  readonly at: number;
  /** The body bytes as latin-1. */
  readonly body: string;
  /** The five CHUNK_ slots, as far as they mean something; none when nothing is to be resumed. */
  readonly state: readonly number[];
}

/**
 * Decodes `input`, cut at `cuts`, each piece at the front of the read area. With `direct`, long chunk data is not put there: it is
 * taken from the input, as a reader's caller takes it.
 */
export function readChunks(
  subject: Subject,
  input: Uint8Array,
  flags: number,
  cuts: readonly number[] = [],
  at: number = layout.READ,
  direct = 0,
): ChunksOutcome {
  const { engine, bytes, table } = subject;
  table.fill(0, layout.CHUNK_PHASE, layout.CHUNK_PHASE + 5);
  let body = '';
  let taken = 0;
  let outcome: number = layout.CHUNK_MORE;
  for (let n = 0; n <= cuts.length && outcome === layout.CHUNK_MORE; n++) {
    const end = n < cuts.length ? (cuts[n] as number) : input.length;
    while (true) {
      const piece = input.subarray(taken, end);
      bytes.set(piece, at);
      const length = engine.decodeChunks(flags, at, at + piece.length, direct);
      body += latin1(bytes.subarray(at, at + length));
      taken += table[layout.CHUNK_END] as number;
      outcome = table[layout.CHUNK_OUTCOME] as number;
      if (outcome !== layout.CHUNK_MORE || taken === end) break;
      const left = chunkLeft(table);
      if (direct === 0 || table[layout.CHUNK_PHASE] !== layout.CHUNK_DATA || left < direct)
        throw new Error(`stopped at ${taken} of ${end}`);
      const there = input.subarray(taken, Math.min(end, taken + left));
      body += latin1(there);
      taken += there.length;
      table[layout.CHUNK_LEFT_LOW] = (left - there.length) % 2 ** 32;
      table[layout.CHUNK_LEFT_HIGH] = Math.floor((left - there.length) / 2 ** 32);
    }
  }
  const state = Array.from(table.subarray(layout.CHUNK_PHASE, layout.CHUNK_PHASE + 5));
  // Digits are counted from 0 on for each size; behind it their number means nothing.
  if (state[0] !== layout.CHUNK_SIZE) state[layout.CHUNK_DIGITS - layout.CHUNK_PHASE] = 0;
  return { outcome, at: taken, body, state: outcome === layout.CHUNK_MORE ? state : [] };
}

function chunkLeft(table: Int32Array): number {
  return ((table[layout.CHUNK_LEFT_HIGH] as number) >>> 0) * 2 ** 32 + ((table[layout.CHUNK_LEFT_LOW] as number) >>> 0);
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** The name of a negative return value or outcome. */
export function errorName(code: number): string {
  return ERROR_NAMES.get(code) ?? `error ${code}`;
}

// The error codes are the only negative constants of the layout but for NO_TIMEOUT.
const ERROR_NAMES = new Map(
  Object.entries(layout)
    .filter(([name, value]) => value < 0 && name !== 'NO_TIMEOUT')
    .map(([name, value]) => [value, name]),
);
/** Every error code that there is. */
export const ERROR_CODES: ReadonlyMap<number, string> = ERROR_NAMES;
