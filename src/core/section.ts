// One head or trailer section, however its bytes are split: what came of it is kept together in the HEAD area until it
// is complete. The area is one for the whole thread: another section's reader may claim it, and this one then puts
// its bytes back before it goes on. So two peers that send byte by byte in turn cost more, and get the same answer.

import { HEAD, HEAD_CAPACITY, PHASE, READ_CAPACITY, START_LINE, START_LINE_TOO_LONG, TABLE_SIZE } from '../wasm/layout.generated.js';
import type { SectionOwner, Tokeniser } from '../wasm/tokeniser.js';
import type { HTTPException } from './errors.js';
import { faultOf } from './faults.js';

/** What section is read, under which limits, and what errors call it and them. */
export interface SectionKind {
  /** The kind for the tokeniser, and its quirks. */
  readonly flags: number;
  readonly maxFields: number;
  readonly maxSize: number;
  readonly lineType: string;
  readonly fieldLimit: string;
  readonly sizeLimit: string;
}

export class Section implements SectionOwner {
  /** Where the section begins that was completed last, in linear memory until the next call. */
  start = 0;
  size = 0;

  private readonly tokeniser: Tokeniser;
  // The unfinished section: its length, how much of it the tokeniser has seen, and its bytes while HEAD is another's.
  private stashed = 0;
  private scanned = 0;
  private evicted: Uint8Array | null = null;

  constructor(tokeniser: Tokeniser) {
    this.tokeniser = tokeniser;
  }

  /** Whether bytes of an unfinished section have come. */
  get begun(): boolean {
    return this.stashed > 0;
  }

  /**
   * Takes the bytes from `at` to `end`. Returns where the bytes behind the section begin, with `start` and `size` set, or 0
   * if the section is not complete. `base` is what lies before the section in the message, for errors.
   */
  read(kind: SectionKind, at: number, end: number, base: number): number {
    const before = this.stashed;
    if (before === 0) {
      this.claim();
      this.size = this.tokeniser.parseHead(kind.flags, at, end, 0, kind.maxFields, kind.maxSize);
      this.start = at;
      if (this.size > 0) return at + this.size;
      this.keep(kind, this.size, at, end, base);
      return 0;
    }
    this.restore();
    const taken = Math.min(end - at, HEAD_CAPACITY + READ_CAPACITY - before);
    this.tokeniser.bytes.copyWithin(HEAD + before, at, at + taken);
    this.stashed += taken;
    this.size = this.tokenise(kind, HEAD, HEAD + this.stashed, this.scanned === 0 ? 0 : HEAD + this.scanned, base);
    this.start = HEAD;
    this.scanned = this.stashed;
    if (this.size === 0) return 0;
    this.drop();
    return at + this.size - before;
  }

  /** The tokeniser did not take the new section from `at` to `end`, `outcome` says why: its bytes are kept, or its fault thrown. */
  keep(kind: SectionKind, outcome: number, at: number, end: number, base: number): void {
    if (outcome < 0) throw this.faultOf(kind, outcome, at, end, base);
    const tokeniser = this.tokeniser;
    tokeniser.owner = this;
    // The records of its lines move with it.
    const records = tokeniser.slot(TABLE_SIZE);
    tokeniser.bytes.copyWithin(HEAD - records, at - records, end);
    this.stashed = this.scanned = end - at;
  }

  /**
   * No more will come. Throws the fault that the bytes have by themselves, if there is one; else returns the start
   * line as far as it came, or null if the section got past it.
   */
  cut(kind: SectionKind, base: number): string | null {
    this.restore();
    const end = HEAD + this.stashed;
    this.tokenise(kind, HEAD, end, 0, base);
    return this.tokeniser.slot(PHASE) === 0 ? this.startLine(HEAD, end) : null;
  }

  /** Gives the unfinished section up. */
  drop(): void {
    if (this.tokeniser.owner === this) this.tokeniser.owner = null;
    this.stashed = 0;
    this.scanned = 0;
    this.evicted = null;
  }

  /** The tokeniser needs HEAD for another section: the bytes are saved. */
  evict(): void {
    this.evicted = this.tokeniser.bytes.slice(HEAD, HEAD + this.stashed);
  }

  /** A new section overwrites the table, where an unfinished one keeps its progress: its owner has to save it first. */
  claim(): void {
    this.takeOver(null);
  }

  private takeOver(owner: SectionOwner | null): void {
    const tokeniser = this.tokeniser;
    if (tokeniser.owner !== null && tokeniser.owner !== this) tokeniser.owner.evict();
    tokeniser.owner = owner;
  }

  private restore(): void {
    this.takeOver(this);
    if (this.evicted === null) return;
    this.tokeniser.bytes.set(this.evicted, HEAD);
    this.evicted = null;
    this.scanned = 0;
  }

  private tokenise(kind: SectionKind, start: number, end: number, scanned: number, base: number): number {
    const tokeniser = this.tokeniser;
    const outcome = tokeniser.parseHead(kind.flags, start, end, scanned, kind.maxFields, kind.maxSize);
    if (outcome >= 0) return outcome;
    throw this.faultOf(kind, outcome, start, end, base);
  }

  private faultOf(kind: SectionKind, outcome: number, start: number, end: number, base: number): HTTPException {
    return faultOf(outcome, this.tokeniser.errorOffset, {
      ...kind,
      lineType: outcome === START_LINE_TOO_LONG ? 'status line' : kind.lineType,
      startLine: () => this.startLine(start, end),
      base,
    });
  }

  private startLine(start: number, end: number): string {
    const from = start + this.tokeniser.slot(START_LINE);
    const lineFeed = this.tokeniser.bytes.subarray(from, end).indexOf(0x0a);
    return this.tokeniser.latin1(from, lineFeed < 0 ? end : from + lineFeed + 1);
  }
}
