// The typed view of linear memory: the one way in which the layers above touch the parser.
// Linear memory belongs to the call in progress. Whoever reads an address here does so before any user code can run.

import { bestEngine, type Engine } from './module.js';
import {
  CHUNK_END,
  CHUNK_OUTCOME,
  CHUNK_PHASE,
  ERROR_OFFSET,
  FIELD_CAPACITY,
  FIELD_SLOTS,
  READ,
  READ_CAPACITY,
  SLOTS,
  TABLE,
} from './layout.generated.js';

/** Whoever has an unfinished section in the HEAD area (and its progress in the table), to be told to save it. */
export interface SectionOwner {
  evict(): void;
}

/** The state of one chunked body between two calls: the CHUNK_ slots, kept with the message. */
export type ChunkState = [phase: number, leftLow: number, leftHigh: number, digits: number, extensions: number];

export class Tokeniser {
  /** All of linear memory. */
  readonly bytes: Uint8Array;
  /** The area that sockets write to and `push` copies to. */
  readonly input: Uint8Array;
  /** The table that a call fills. */
  readonly table: Int32Array;
  /** Whose unfinished section the HEAD area and the table hold. */
  owner: SectionOwner | null = null;

  readonly #engine: Engine;
  readonly #buffer: { latin1Slice(start: number, end: number): string } | null;

  constructor(engine: Engine) {
    const memory = engine.memory.buffer as ArrayBuffer;
    this.#engine = engine;
    this.bytes = new Uint8Array(memory);
    this.input = new Uint8Array(memory, READ, READ_CAPACITY);
    this.table = new Int32Array(memory, TABLE, SLOTS + FIELD_CAPACITY * FIELD_SLOTS);
    // Node's Buffer decodes latin-1 faster than String.fromCharCode; other runtimes may lack it.
    this.#buffer =
      typeof Buffer === 'function' ? (Buffer.from(memory) as unknown as { latin1Slice(start: number, end: number): string }) : null;
  }

  /** See assembly/head.ts. */
  parseHead(flags: number, start: number, end: number, scanned: number, maxFields: number, maxSize: number): number {
    return this.#engine.parseHead(flags, start, end, scanned, maxFields, maxSize);
  }

  /** Decodes the chunked bytes from `start` to `end` in place; see assembly/chunked.ts. Returns the body bytes at `start`. */
  decodeChunks(flags: number, start: number, end: number, state: ChunkState): number {
    for (let n = 0; n < 5; n++) this.table[CHUNK_PHASE + n] = state[n] as number;
    const length = this.#engine.decodeChunks(flags, start, end);
    for (let n = 0; n < 5; n++) state[n] = this.table[CHUNK_PHASE + n] as number;
    return length;
  }

  /** Where the last decodeChunks stopped, relative to its start. */
  get chunkEnd(): number {
    return this.table[CHUNK_END] as number;
  }

  /** Why the last decodeChunks stopped. */
  get chunkOutcome(): number {
    return this.table[CHUNK_OUTCOME] as number;
  }

  /** Where the byte at fault stands, relative to the start of the last call. */
  get errorOffset(): number {
    return this.table[ERROR_OFFSET] as number;
  }

  slot(slot: number): number {
    return this.table[slot] as number;
  }

  /** The words of the first `count` field lines: FIELD_SLOTS each, as an array that its holder owns. */
  fieldWords(count: number): number[] {
    const length = count * FIELD_SLOTS;
    const words = new Array<number>(length);
    for (let n = 0; n < length; n++) words[n] = this.table[SLOTS + n] as number;
    return words;
  }

  /** The bytes from `start` to `end` as a string, one character for each byte, U+0000 to U+00FF. */
  latin1(start: number, end: number): string {
    if (this.#buffer !== null) return this.#buffer.latin1Slice(start, end);
    let text = '';
    // TextDecoder('latin1') is windows-1252, which alters 0x80 to 0x9f.
    for (let at = start; at < end; at += 8192) text += String.fromCharCode(...this.bytes.subarray(at, Math.min(at + 8192, end)));
    return text;
  }
}

let shared: Tokeniser | undefined;

/** The tokeniser of this thread, made at first use. */
export function sharedTokeniser(): Tokeniser {
  return (shared ??= new Tokeniser(bestEngine()));
}
