// The typed view of linear memory: the one way in which the layers above touch the parser.
// Linear memory belongs to the call in progress. Whoever reads an address here does so before any user code can run.

import { latin1Of } from './latin1.js';
import { bestEngine, type Engine } from './module.js';
import { NameTable } from './names.js';
import {
  CHUNK_END,
  CHUNK_OUTCOME,
  CHUNK_PHASE,
  ERROR_OFFSET,
  NAME_INPUT,
  READ,
  READ_CAPACITY,
  SLOT_COUNT,
  SLOTS,
  TEMPLATE_COUNT,
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
  /** What a call reports. */
  readonly table: Int32Array;
  /** The field names that have an id. */
  readonly names: NameTable;
  /** Who has a head in which of the areas for templates. */
  readonly templates: (object | null)[] = new Array<object | null>(TEMPLATE_COUNT).fill(null);
  /** Whose unfinished section the HEAD area and the table hold. */
  owner: SectionOwner | null = null;
  /**
   * Counts who uses linear memory. With another number than one's own, what one had there is gone: bytes of the input area, records
   * of a head.
   */
  turn = 0;

  private readonly engine: Engine;
  private readonly buffer: { latin1Slice(start: number, end: number): string } | null;

  constructor(engine: Engine) {
    const memory = engine.memory.buffer as ArrayBuffer;
    this.engine = engine;
    this.bytes = new Uint8Array(memory);
    this.input = new Uint8Array(memory, READ, READ_CAPACITY);
    this.table = new Int32Array(memory, SLOTS, SLOT_COUNT);
    // Node's Buffer decodes latin-1 faster than String.fromCharCode; other runtimes may lack it.
    this.buffer =
      typeof Buffer === 'function' ? (Buffer.from(memory) as unknown as { latin1Slice(start: number, end: number): string }) : null;
    this.names = new NameTable((name) => {
      const line = `\r\n${name}: `;
      for (let n = 0; n < line.length; n++) this.bytes[NAME_INPUT - 2 + n] = line.charCodeAt(n);
      return engine.addName(name.length);
    });
  }

  /** Puts `bytes`, READ_CAPACITY at most, at the front of the input area. */
  load(bytes: Uint8Array): void {
    this.turn++;
    this.input.set(bytes);
  }

  /** See assembly/head.ts. */
  parseHead(flags: number, start: number, end: number, scanned: number, maxFields: number, maxSize: number): number {
    this.turn++;
    return this.engine.parseHead(flags, start, end, scanned, maxFields, maxSize);
  }

  /** See assembly/template.ts. */
  matchHead(template: number, start: number, end: number): number {
    this.turn++;
    return this.engine.matchHead(template, start, end);
  }

  /**
   * Decodes the chunked bytes from `start` to `end` in place; see assembly/chunked.ts. Returns the body bytes at `start`. Reading
   * stops in front of chunk data of which `direct` bytes or more are to come; 0: nowhere.
   */
  decodeChunks(flags: number, start: number, end: number, state: ChunkState, direct: number): number {
    const { table } = this;
    for (let n = 0; n < 5; n++) table[CHUNK_PHASE + n] = state[n] as number;
    const length = this.engine.decodeChunks(flags, start, end, direct);
    for (let n = 0; n < 5; n++) state[n] = table[CHUNK_PHASE + n] as number;
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

  /** The bytes from `start` to `end` as a string, one character for each byte, U+0000 to U+00FF. */
  latin1(start: number, end: number): string {
    return this.buffer === null ? latin1Of(this.bytes.subarray(start, end)) : this.buffer.latin1Slice(start, end);
  }
}

let shared: Tokeniser | undefined;

/** The tokeniser of this thread, made at first use. */
export function sharedTokeniser(): Tokeniser {
  return (shared ??= new Tokeniser(bestEngine()));
}
