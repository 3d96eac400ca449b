// The three engines that have to agree: the SIMD build, the scalar build of the same source, and the reference in plain
// TypeScript; and one way each of driving a head and a chunked body through any of them, in whatever pieces.
// An outcome is everything that a call reports and the layers above read, as plain values that can be compared.

import { readFileSync } from 'node:fs';
import { instantiate, type Engine } from '../../src/wasm/module.js';
import { referenceEngine } from '../../src/wasm/reference.js';
import * as layout from '../../src/wasm/layout.generated.js';

export const BUILD = { simd: 'build/http1.wasm', scalar: 'build/http1.scalar.wasm' } as const;

export interface Subject {
  readonly name: 'simd' | 'scalar' | 'reference';
  readonly engine: Engine;
  readonly bytes: Uint8Array;
  readonly table: Int32Array;
}

export function makeSubject(name: Subject['name'], engine: Engine): Subject {
  const memory = engine.memory.buffer as ArrayBuffer;
  return {
    name,
    engine,
    bytes: new Uint8Array(memory),
    table: new Int32Array(memory, layout.TABLE, layout.SLOTS + layout.FIELD_CAPACITY * layout.FIELD_SLOTS),
  };
}

export const simd = makeSubject('simd', instantiate(readFileSync(BUILD.simd)));
export const scalar = makeSubject('scalar', instantiate(readFileSync(BUILD.scalar)));
export const reference = makeSubject('reference', referenceEngine());
export const subjects: readonly Subject[] = [simd, scalar, reference];

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

const FACT_SLOTS = [
  layout.START_LINE,
  layout.FIELD_COUNT,
  layout.FRAMING,
  layout.LENGTH_LOW,
  layout.LENGTH_HIGH,
  layout.FRAMING_OFFSET,
  layout.KEEP_ALIVE,
  layout.HOST_COUNT,
];
const PARTIAL_SLOTS = [...FACT_SLOTS, layout.PHASE, layout.OPEN_FIELD];
const COMPLETE_SLOTS: Record<number, readonly number[]> = {
  [layout.KIND_RESPONSE]: [...FACT_SLOTS, layout.VERSION, layout.STATUS, layout.REASON_START, layout.REASON_END],
  [layout.KIND_REQUEST]: [...FACT_SLOTS, layout.VERSION, layout.METHOD_END, layout.TARGET_START, layout.TARGET_END],
  [layout.KIND_TRAILER]: FACT_SLOTS,
};

/** What the call that returned `code` reported. */
export function headOutcome(subject: Subject, code: number, flags: number): HeadOutcome {
  const { table } = subject;
  if (code < 0) return { code, at: table[layout.ERROR_OFFSET] as number, slots: [], fields: [] };
  const slots = code === layout.PARTIAL ? PARTIAL_SLOTS : (COMPLETE_SLOTS[flags & layout.KIND_MASK] as readonly number[]);
  const fieldsEnd = layout.SLOTS + (table[layout.FIELD_COUNT] as number) * layout.FIELD_SLOTS;
  return {
    code,
    at: code === layout.PARTIAL ? (table[layout.LINE_START] as number) : 0,
    slots: slots.map((slot) => table[slot] as number),
    fields: Array.from(table.subarray(layout.SLOTS, fieldsEnd)),
  };
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
    if (code !== layout.PARTIAL) return headOutcome(subject, code, flags);
    seen = end;
  }
  const partial = headOutcome(subject, layout.PARTIAL, flags);
  if (cuts.length === 0 || input.length <= partial.at + SHORT_LINE || input.indexOf(0x0a, partial.at) !== -1) return partial;
  const code = engine.parseHead(flags, at, at + seen, 0, maxFields, maxSize);
  return LIMIT_CODES.includes(code) ? partial : headOutcome(subject, code, flags);
}

export interface ChunksOutcome {
  /** CHUNK_MORE, CHUNK_DONE, CHUNK_TRAILER or an error code. */
  readonly outcome: number;
  /** Bytes of the input taken. */
  readonly at: number;
  /** The body bytes as latin-1. */
  readonly body: string;
  /** The five CHUNK_ slots, unless there was an error. */
  readonly state: readonly number[];
}

/** Decodes `input`, cut at `cuts`, each piece at the front of the read area. */
export function readChunks(
  subject: Subject,
  input: Uint8Array,
  flags: number,
  cuts: readonly number[] = [],
  at: number = layout.READ,
): ChunksOutcome {
  const { engine, bytes, table } = subject;
  table.fill(0, layout.CHUNK_PHASE, layout.CHUNK_PHASE + 5);
  let body = '';
  let taken = 0;
  let outcome: number = layout.CHUNK_MORE;
  for (let n = 0; n <= cuts.length && outcome === layout.CHUNK_MORE; n++) {
    const piece = input.subarray(taken, n < cuts.length ? cuts[n] : input.length);
    bytes.set(piece, at);
    const length = engine.decodeChunks(flags, at, at + piece.length);
    body += latin1(bytes.subarray(at, at + length));
    taken += table[layout.CHUNK_END] as number;
    outcome = table[layout.CHUNK_OUTCOME] as number;
  }
  return { outcome, at: taken, body, state: outcome < 0 ? [] : Array.from(table.subarray(layout.CHUNK_PHASE, layout.CHUNK_PHASE + 5)) };
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
