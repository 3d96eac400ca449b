// The messages that one side of a connection sent, one after the other. Heads are read by the parser of core/; of bodies only the framing
// is followed: their bytes stay where they are. A head that the parser refuses is read with its quirks, and is malformed; what it
// refuses even then is shown as far as it can be read. Behind a hole, or where the framing is lost, reading goes on at the next start line.
//
// Private members are TypeScript's, as in core/reader.ts.

import { BadStatusLine } from '../core/errors.js';
import type { Head } from '../core/head.js';
import { quirkBits } from '../core/lenient.js';
import { DEFAULT_LIMITS } from '../core/limits.js';
import type { MessageReader } from '../core/reader.js';
import { latin1Of } from '../wasm/latin1.js';
import { READ, READ_CAPACITY } from '../wasm/layout.generated.js';
import type { Tokeniser } from '../wasm/tokeniser.js';
import { endOfHead } from './bytes.js';
import { DamagedHead } from './damaged.js';
import { OVERLAP, RETRANSMITTED } from './held.js';
import { CLOSE_DELIMITED, GAP, MALFORMED, MIDSTREAM, TRUNCATED, type RequestRecord, type ResponseRecord } from './record.js';
import { Segments } from './segments.js';
import type { Source } from './source.js';
import { behindEmptyLines, findStart, kindOf, MORE, type Kind } from './startline.js';

type Record = RequestRecord | ResponseRecord;

/** What a side of a connection is made of, and who is told. */
export interface MessagesOwner<R extends Record> {
  readonly source: Source;
  readonly tokeniser: Tokeniser;
  readonly kind: Kind;
  makeRecord(segments: Segments, time: number): R;
  makeReader(quirks: number): MessageReader<Head>;
  /** A head is about to be read: the reader may have to be told of it. */
  prepare(reader: MessageReader<Head>, record: R): void;
  onHead(record: R): void;
  /** An interim response. */
  onInterim(record: R): void;
  onEnd(record: R): void;
  /** Bytes are missing, or cannot be understood, in which there were at least so many messages. */
  onLost(least: number): void;
  /** Whether the body of the record, whose first bytes are there, was never sent. */
  hasNoBody(record: R, bytes: Uint8Array, at: number, end: number): boolean;
  /** What follows a message that asks for another protocol, or grants it. Returns whether it was taken. */
  takeSwitched(bytes: Uint8Array, at: number, end: number, base: number, time: number, marks: number): boolean;
}

const SEARCHING = 0;
const BETWEEN = 1;
const IN_HEAD = 2;
const IN_BODY = 3;
/** In a body whose end cannot be known: it goes on to the next start line. */
const IN_ENDLESS_BODY = 4;
const SWITCHED = 5;

/** Chunk data is stepped over where so much of its chunk is to come; framing is read so many bytes at a time. */
const DIRECT = 1024;
const SLAB = 2048;
const LARGEST_HEAD = DEFAULT_LIMITS.maxHeaderSize;
const ALL_QUIRKS = quirkBits(true);

export class Messages<R extends Record> {
  /** Bytes behind the last message that were in none. */
  passedOver = 0;
  private readonly owner: MessagesOwner<R>;
  private state = BETWEEN;
  private reader: MessageReader<Head> | null = null;
  private quirks = 0;
  /** The message being read, or the last one. */
  private record: R | null = null;
  /** How many bytes have come since it began, holes included. */
  private sinceStart = 0;
  // What there is of a head that has come in part.
  private partial = new Uint8Array(0);
  private partialSize = 0;
  /** Marks for the next message to begin. */
  private pending = 0;

  /** `begun` says whether the connection was seen to begin. */
  constructor(owner: MessagesOwner<R>, begun: boolean) {
    this.owner = owner;
    this.pending = begun ? 0 : MIDSTREAM;
  }

  take(bytes: Uint8Array, start: number, end: number, base: number, time: number, marks: number): void {
    let at = start;
    while (at < end) {
      const before = at;
      switch (this.state) {
        case SEARCHING: {
          const found = findStart(this.owner.kind, bytes, at, end);
          const passed = (found < 0 ? end : found) - at;
          this.sinceStart += passed;
          this.passedOver += passed;
          if (found < 0) return;
          at = found;
          this.begin(time);
          continue;
        }
        case BETWEEN:
          at = behindEmptyLines(bytes, at, end);
          this.sinceStart += at - before;
          if (at === end) return;
          this.beginIfPlausible(bytes, at, end, time);
          continue;
        case IN_HEAD:
          at = this.takeHead(bytes, at, end, base);
          break;
        case IN_BODY:
          at = this.takeBody(bytes, at, end, base);
          break;
        case IN_ENDLESS_BODY: {
          const found = findStart(this.owner.kind, bytes, at, end);
          at = found < 0 ? end : found;
          this.add(bytes, before, at, base);
          (this.record as R).bodyLength += at - before;
          if (found >= 0) {
            this.finish(false);
            this.begin(time);
            continue;
          }
          break;
        }
        default:
          if (!this.owner.takeSwitched(bytes, at, end, base, time, marks)) {
            this.state = BETWEEN;
            continue;
          }
          at = end;
      }
      this.sinceStart += at - before;
      const { record } = this;
      if (record !== null && at > before) {
        record.marks |= marks;
        if (time > record.endedAt) record.endedAt = time;
      }
    }
  }

  /** Bytes came again: `back` in front of the next ones. */
  again(back: number, bytes: Uint8Array, start: number, end: number, base: number): void {
    const { record } = this;
    if (record === null) return;
    // What followed the message is no part of it.
    back -= this.sinceStart - record.segments.span;
    if (back <= 0 || back - (end - start) >= record.segments.span) return;
    record.marks |= record.segments.differ(back, bytes, start, end, base) ? OVERLAP : RETRANSMITTED;
  }

  hole(length: number, cut: boolean): void {
    const record = this.record as R;
    const damage = cut ? GAP | TRUNCATED : GAP;
    this.sinceStart += length;
    switch (this.state) {
      case IN_BODY:
        return this.holeInBody(length, damage);
      case IN_ENDLESS_BODY:
        record.marks |= damage;
        return record.segments.hole(length);
      case IN_HEAD:
        record.marks |= damage;
        this.cutHead('bytes of its head were not captured');
        return this.searchOn(0);
      case BETWEEN:
        this.pending |= cut ? TRUNCATED : 0;
        return this.searchOn(1);
      case SEARCHING:
        return;
    }
  }

  /** The side has sent all it had; `closed` says that this was seen. */
  end(closed: boolean): void {
    const { record, state } = this;
    if (state === IN_HEAD) {
      (record as R).marks |= TRUNCATED;
      this.cutHead(closed ? 'the connection ends inside of its head' : 'the capture ends inside of its head');
    } else if (state === IN_ENDLESS_BODY) {
      this.finish(false);
    } else if (state === IN_BODY) {
      const isDelimited = (record as R).framing.kind === 'close';
      if (isDelimited) (record as R).marks |= CLOSE_DELIMITED;
      if (!isDelimited || !closed) {
        (record as R).marks |= TRUNCATED;
        (record as R).bodyProblem ??= closed ? 'the connection ends inside of the body' : 'the capture ends inside of the body';
      }
      this.finish(isDelimited && closed);
    }
    this.state = SEARCHING;
  }

  /** The message that was to switch protocols did not. */
  resume(): void {
    if (this.state === SWITCHED) this.state = BETWEEN;
  }

  private begin(time: number): void {
    const { owner } = this;
    this.record = owner.makeRecord(new Segments(owner.source), time);
    this.record.marks = this.pending;
    this.pending = 0;
    this.sinceStart = 0;
    this.passedOver = 0;
    this.partialSize = 0;
    this.state = IN_HEAD;
  }

  private beginIfPlausible(bytes: Uint8Array, at: number, end: number, time: number): void {
    const { kind } = this.owner;
    const there = kindOf(bytes, at, end);
    if (there === kind || there === MORE) return this.begin(time);
    // Bytes that nothing explains.
    this.searchOn(0);
  }

  /** What comes next is somewhere inside of something, behind at least so many messages. */
  searchOn(least: number): void {
    this.state = SEARCHING;
    this.owner.onLost(least);
  }

  private takeHead(bytes: Uint8Array, at: number, end: number, base: number): number {
    const headEnd = this.partialSize === 0 ? endOfHead(bytes, at, end) : -1;
    if (headEnd > 0) {
      this.add(bytes, at, headEnd, base);
      this.readHead(bytes, at, headEnd);
      return headEnd;
    }
    const before = this.partialSize;
    this.keepPartial(bytes, at, end);
    const { partial, partialSize } = this;
    // Three bytes may be the end of what came before.
    const partialEnd = endOfHead(partial, Math.max(0, before - 3), partialSize);
    const taken = partialEnd > 0 ? partialEnd - before : end - at;
    this.add(bytes, at, at + taken, base);
    if (partialEnd > 0) {
      this.readHead(partial, 0, partialEnd);
    } else if (before < SLAB && !this.isPlausible(partial, partialSize)) {
      this.record = null;
      this.searchOn(0);
    } else if (partialSize > LARGEST_HEAD) {
      this.cutHead(`its head is larger than ${LARGEST_HEAD} bytes`);
      this.searchOn(0);
    }
    return at + taken;
  }

  private keepPartial(bytes: Uint8Array, at: number, end: number): void {
    const size = this.partialSize + end - at;
    if (size > this.partial.length) {
      const larger = new Uint8Array(Math.max(2 * this.partial.length, size));
      larger.set(this.partial.subarray(0, this.partialSize));
      this.partial = larger;
    }
    this.partial.set(bytes.subarray(at, end), this.partialSize);
    this.partialSize = size;
  }

  private isPlausible(bytes: Uint8Array, end: number): boolean {
    const kind = kindOf(bytes, 0, end);
    return kind === MORE || kind === this.owner.kind;
  }

  private readHead(bytes: Uint8Array, at: number, end: number): void {
    const record = this.record as R;
    let head: Head | null = null;
    try {
      if (this.quirks !== 0) this.reader = null;
      head = this.parse(bytes, at, end, 0);
    } catch (error) {
      record.marks |= MALFORMED;
      record.problem = error instanceof BadStatusLine ? `this is no status line: ${JSON.stringify(error.line)}` : (error as Error).message;
    }
    if (head === null) {
      try {
        this.reader = null;
        head = this.parse(bytes, at, end, ALL_QUIRKS);
      } catch {
        this.reader = null;
      }
    }
    record.headSize = end - at;
    this.partialSize = 0;
    if (head === null) {
      record.marks |= MALFORMED;
      record.head = new DamagedHead(latin1Of(bytes.subarray(at, end)));
      this.state = IN_ENDLESS_BODY;
      record.bodyProblem = 'where the body ends cannot be known';
      this.owner.onHead(record);
      return;
    }
    const reader = this.reader as MessageReader<Head>;
    const { isInterim, ended } = reader;
    reader.forget();
    record.head = head as never;
    record.quirks = this.quirks;
    if (isInterim) {
      this.owner.onInterim(record);
      this.record = null;
      this.state = BETWEEN;
      return;
    }
    this.state = IN_BODY;
    this.owner.onHead(record);
    if (ended) this.finish(true);
  }

  /** Throws what is wrong with the head; returns null if the parser does not see its end. */
  private parse(bytes: Uint8Array, at: number, end: number, quirks: number): Head | null {
    const { owner } = this;
    this.quirks = quirks;
    const reader = (this.reader ??= owner.makeReader(quirks));
    reader.direct = DIRECT;
    owner.prepare(reader, this.record as R);
    for (; at < end && reader.head === null; at += READ_CAPACITY) {
      const piece = bytes.subarray(at, Math.min(end, at + READ_CAPACITY));
      owner.tokeniser.load(piece);
      reader.read(READ, READ + piece.length);
    }
    if (reader.head === null) this.reader = null;
    return reader.head;
  }

  private takeBody(bytes: Uint8Array, at: number, end: number, base: number): number {
    const record = this.record as R;
    const reader = this.reader as MessageReader<Head>;
    if (record.bodyLength === 0 && record.segments.length === record.headSize && this.owner.hasNoBody(record, bytes, at, end)) {
      this.reader = null;
      this.finish(true);
      return at;
    }
    const there = reader.bodyThere(end - at);
    if (there > 0) {
      reader.tookBody(there);
      record.bodyLength += there;
      this.add(bytes, at, at + there, base);
      this.endIfRead(reader);
      return at + there;
    }
    return this.takeChunks(reader, bytes, at, end, base);
  }

  private takeChunks(reader: MessageReader<Head>, bytes: Uint8Array, at: number, end: number, base: number): number {
    const record = this.record as R;
    const piece = bytes.subarray(at, Math.min(end, at + SLAB));
    this.owner.tokeniser.load(piece);
    let stop = READ + piece.length;
    try {
      stop = reader.read(READ, stop);
    } catch (error) {
      record.marks |= MALFORMED;
      record.problem ??= (error as Error).message;
      record.bodyProblem = record.problem;
    }
    record.bodyLength += reader.bodyEnd - reader.bodyStart;
    const next = at + stop - READ;
    this.add(bytes, at, next, base);
    if (record.bodyProblem !== null && record.bodyProblem === record.problem) {
      this.reader = null;
      this.finish(false);
      this.searchOn(0);
    } else {
      this.endIfRead(reader);
    }
    return next;
  }

  private endIfRead(reader: MessageReader<Head>): void {
    const { ended, trailers } = reader;
    reader.forget();
    if (!ended) return;
    const record = this.record as R;
    record.trailers = trailers;
    this.finish((record.marks & GAP) === 0);
  }

  private holeInBody(length: number, damage: number): void {
    const record = this.record as R;
    const reader = this.reader as MessageReader<Head>;
    record.marks |= damage;
    record.bodyProblem ??= damage & TRUNCATED ? 'packets of the body were not captured in full' : 'bytes of the body were not captured';
    // Chunk data counts as body wherever it is.
    reader.direct = 1;
    const there = reader.bodyThere(length);
    reader.direct = DIRECT;
    record.segments.hole(there);
    if (there > 0) reader.tookBody(there);
    if (there === length) return this.endIfRead(reader);
    const isSized = record.framing.kind === 'length';
    reader.forget();
    this.reader = null;
    this.finish(false);
    // Behind a body that ends inside of the hole at least one more message began there.
    this.searchOn(isSized ? 1 : 0);
  }

  /** Of the head no more will come. */
  private cutHead(problem: string): void {
    const record = this.record as R;
    record.head = new DamagedHead(latin1Of(this.partial.subarray(0, this.partialSize)));
    record.headSize = this.partialSize;
    record.problem ??= problem;
    record.bodyProblem = problem;
    this.partialSize = 0;
    this.owner.onHead(record);
    this.finish(false);
  }

  private finish(complete: boolean): void {
    const record = this.record as R;
    record.complete = complete;
    record.ended = true;
    if (!(record.head instanceof DamagedHead) && record.framing.kind === 'close') record.marks |= CLOSE_DELIMITED;
    const switches = !(record.head instanceof DamagedHead) && record.head.upgrade;
    this.state = switches ? SWITCHED : BETWEEN;
    if (switches) this.reader = null;
    this.owner.onEnd(record);
  }

  private add(bytes: Uint8Array, start: number, end: number, base: number): void {
    (this.record as R).segments.add(base + start, bytes, start, end);
  }
}
