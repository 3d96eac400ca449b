// Reading messages, sans-IO: bytes in, heads, body pieces and ends out, one message after the other, however the bytes are split.
// Whoever owns the bytes puts them into the tokeniser's input area and calls read(), which returns at each thing that it has to
// say; that stands in the reader's fields until it is taken. Body bytes lie in linear memory and are only good until then, so they
// are copied before any user code runs.
// What responses and requests do differently is in response-reader.ts and request-reader.ts.
//
// Private members here, and in the other classes that run for every message, are TypeScript's: #names cost (docs/performance.md).
//
// Invariants: a fault is thrown once; the reader is failed from then on, and every byte after it is refused.

import type { ChunkState, Tokeniser } from '../wasm/tokeniser.js';
import { CHUNK_DATA, CHUNK_DONE, CHUNK_LAST, CHUNK_TRAILER, KIND_TRAILER } from '../wasm/layout.generated.js';
import { IncompleteRead, LimitExceeded } from './errors.js';
import { faultOf } from './faults.js';
import type { Framing } from './framing.js';
import type { Head } from './head.js';
import { QUIRK_CLOSE_AFTER_LAST_CHUNK } from './lenient.js';
import { Lines } from './lines.js';
import { MAX_TRAILER_FIELDS, MAX_TRAILER_SIZE, type Limits } from './limits.js';
import { HTTPMessage } from './message.js';
import { Section, type SectionKind } from './section.js';
import { Templates, type Template } from './template.js';

/** Who is told what a reader has to say. The calls come in this order for each message; onBody any number of times. */
export interface MessageSink<H> {
  onInterim(head: H): void;
  /** The head says how the message ends, and what becomes of the connection. */
  onHead(head: H): void;
  /** Body bytes at `start` to `end` of linear memory, good during this call only. */
  onBody(start: number, end: number): void;
  onEnd(trailers: HTTPMessage | null): void;
}

/** Tells `sink` what `reader` has to say. */
export function tell<H extends Head>(reader: MessageReader<H>, sink: MessageSink<H>): void {
  const { head, isInterim, bodyStart, bodyEnd, ended, trailers } = reader;
  reader.forget();
  if (head !== null) {
    if (isInterim) sink.onInterim(head);
    else sink.onHead(head);
  }
  if (bodyEnd > bodyStart) sink.onBody(bodyStart, bodyEnd);
  if (ended) sink.onEnd(trailers);
}

/**
 * Has the bytes from `at` to `end` of linear memory read, and tells `sink` what comes of them. Returns where it stopped: at the end,
 * or earlier once the connection belongs to another protocol. Throws what is wrong with the message.
 */
export function readAll<H extends Head>(reader: MessageReader<H>, at: number, end: number, sink: MessageSink<H>): number {
  try {
    while (at < end) {
      const before = at;
      if (reader.atHead) {
        const head = reader.takeHead(at, end);
        if (head === null) return end;
        at += head.size;
        const { isInterim, ended } = reader;
        reader.isInterim = reader.ended = false;
        if (isInterim) sink.onInterim(head);
        else sink.onHead(head);
        if (ended) sink.onEnd(null);
      } else {
        at = reader.read(at, end);
        tell(reader, sink);
      }
      if (at === before && reader.switched) break;
    }
    return at;
  } catch (error) {
    reader.release();
    tell(reader, sink);
    throw error;
  }
}

/** Between messages. */
export const IDLE = 0;
export const IN_HEAD = 1;
const IN_SIZED_BODY = 2;
const IN_CHUNKS = 3;
const IN_TRAILER = 4;
const IN_CLOSE_DELIMITED_BODY = 5;
/** Behind an upgrade: the bytes are another protocol's. */
export const SWITCHED = 6;
const FAILED = 7;

export const NOTHING = new Uint8Array(0);

const TRAILER: SectionKind = {
  flags: KIND_TRAILER,
  maxFields: MAX_TRAILER_FIELDS,
  maxSize: MAX_TRAILER_SIZE,
  lineType: 'trailer line',
  fieldLimit: 'trailerFields',
  sizeLimit: 'trailerSize',
};

export abstract class MessageReader<H extends Head> {
  /** Whether bytes came that nothing explains: the connection must not be used again. */
  excess = false;
  /** Whether the connection belongs to another protocol once this message is over. */
  switched = false;
  // What there is to say, until somebody takes it.
  head: H | null = null;
  isInterim = false;
  /** Body bytes in linear memory. */
  bodyStart = 0;
  bodyEnd = 0;
  /** The message is over. */
  ended = false;
  trailers: HTTPMessage | null = null;
  /** Chunk data is left where it came from while so many bytes of its chunk are to come: see bodyThere(). 0: never. */
  direct = 0;

  protected state = IDLE;
  protected readonly tokeniser: Tokeniser;
  protected readonly quirks: number;
  protected readonly section: Section;
  protected readonly headKind: SectionKind;
  private readonly limits: Limits;
  private readonly trailerKind: SectionKind;
  private readonly templates: Templates<H>;

  /** Bytes of the message that lie before the section or piece being read. */
  private position = 0;
  private left = 0;
  private bodySize = 0;
  private readonly chunks: ChunkState = [0, 0, 0, 0, 0];

  constructor(kind: number, tokeniser: Tokeniser, limits: Limits, quirks: number) {
    this.tokeniser = tokeniser;
    this.limits = limits;
    this.quirks = quirks;
    this.section = new Section(tokeniser);
    this.headKind = {
      flags: kind | quirks,
      maxFields: limits.maxHeaders,
      maxSize: limits.maxHeaderSize,
      lineType: 'header line',
      fieldLimit: 'maxHeaders',
      sizeLimit: 'maxHeaderSize',
    };
    this.trailerKind = quirks === 0 ? TRAILER : { ...TRAILER, flags: KIND_TRAILER | quirks };
    this.templates = new Templates(tokeniser, kind | quirks);
  }

  /** The head of `size` bytes that the tokeniser has taken, or found to match a template. */
  protected abstract makeHead(start: number, size: number, template: Template<H> | null): H;
  /** Judges a head. Returns how the message ends; null behind an interim response. */
  protected abstract acceptHead(head: H): Framing | null;
  /** Whether another message is to be read behind this one. */
  protected abstract endMessage(): boolean;
  /** Bytes between messages. Returns where the next message begins, in whose head the reader then is, or the end. */
  protected abstract readIdle(at: number, end: number): number;
  /** The peer closed inside the head: what is wrong with that, or null. */
  protected abstract cutHead(): Error | null;

  /** Whether no message has begun and none is expected. */
  get idle(): boolean {
    return this.state === IDLE;
  }

  /** Whether a body has begun and not ended. */
  get inBody(): boolean {
    return this.state >= IN_SIZED_BODY && this.state <= IN_CLOSE_DELIMITED_BODY;
  }

  /** Whether the next bytes are chunk framing or chunk data. */
  get inChunks(): boolean {
    return this.state === IN_CHUNKS;
  }

  /** What there was to say has been taken. */
  forget(): void {
    this.head = null;
    this.isInterim = false;
    this.bodyStart = this.bodyEnd = 0;
    this.ended = false;
    this.trailers = null;
  }

  /**
   * Takes bytes from `at` to `end` of linear memory. Returns where it stopped: at the end; earlier when there is something to
   * say, when the body is to be taken from where it came, or once the connection belongs to another protocol (then
   * it takes none). Throws what is wrong with the message; what was read before the fault is to be said first.
   */
  read(at: number, end: number): number {
    // The bytes may have been put there by a socket.
    this.tokeniser.turn++;
    try {
      if (this.state === IDLE) at = this.readIdle(at, end);
      switch (this.state) {
        case IN_HEAD:
          return this.readHead(at, end);
        case IN_SIZED_BODY:
        case IN_CLOSE_DELIMITED_BODY: {
          const piece = Math.min(this.left, end - at);
          this.body(at, at + piece);
          this.took(piece);
          return at + piece;
        }
        case IN_CHUNKS:
          return this.readChunks(at, end);
        case IN_TRAILER:
          return this.readTrailer(at, end);
        case IDLE:
        case SWITCHED:
          return at;
        default:
          this.excess = true;
          return end;
      }
    } catch (error) {
      this.fail();
      throw error;
    }
  }

  /**
   * How many of the next `most` bytes are body and nothing else, so that whoever has them need not put them into linear memory: he
   * hands them out himself and calls tookBody(). 0 when the next bytes have to be read.
   */
  bodyThere(most: number): number {
    switch (this.state) {
      case IN_SIZED_BODY:
      case IN_CLOSE_DELIMITED_BODY:
        return Math.min(most, this.left);
      case IN_CHUNKS: {
        if (this.chunks[0] !== CHUNK_DATA) return 0;
        const left = chunkLeft(this.chunks);
        return this.direct > 0 && left >= this.direct ? Math.min(most, left) : 0;
      }
      default:
        return 0;
    }
  }

  /** Bytes of the body that maxBodySize leaves room for. */
  get room(): number {
    return this.limits.maxBodySize - this.bodySize;
  }

  /** So many body bytes that bodyThere() told of were handed out, as far as there was room. Throws when there was not. */
  tookBody(length: number): void {
    this.bodySize += length;
    if (this.bodySize > this.limits.maxBodySize) {
      this.fail();
      throw this.tooLarge();
    }
    if (this.state !== IN_CHUNKS) return this.took(length);
    const left = chunkLeft(this.chunks) - length;
    this.chunks[1] = (left % 2 ** 32) | 0;
    this.chunks[2] = Math.floor(left / 2 ** 32);
    this.position += length;
    // The end of the chunk is the tokeniser's to see.
  }

  private took(length: number): void {
    if (this.state === IN_CLOSE_DELIMITED_BODY) return;
    this.left -= length;
    if (this.left === 0) this.end(null);
  }

  /** The peer closed. Throws if a message was not complete. */
  finish(): void {
    const { state } = this;
    if (state === IDLE || state === SWITCHED || state === FAILED) return;
    if (state === IN_CLOSE_DELIMITED_BODY) return this.end(null);
    if (state === IN_CHUNKS && (this.quirks & QUIRK_CLOSE_AFTER_LAST_CHUNK) !== 0 && this.chunks[0] === CHUNK_LAST) return this.end(null);
    try {
      if (state === IN_HEAD) {
        const cut = this.cutHead();
        if (cut === null) return;
        throw cut;
      }
      if (state === IN_TRAILER && this.section.begun) this.section.cut(this.trailerKind, this.position);
      const cut = new IncompleteRead(NOTHING, state === IN_SIZED_BODY ? this.left : null);
      if (state === IN_CHUNKS && this.chunks[0] === CHUNK_LAST) cut.quirk = 'closeAfterLastChunk';
      throw cut;
    } finally {
      this.fail();
    }
  }

  /** The connection is gone: what is held for this reader is given up. */
  release(): void {
    this.fail();
  }

  protected fail(): void {
    this.state = FAILED;
    this.section.drop();
    this.templates.drop();
  }

  /** Whether a head begins with the next byte, so that takeHead() may be called. */
  get atHead(): boolean {
    return this.state === IN_HEAD && !this.section.begun;
  }

  /**
   * The head at `at`, if all of it is there, or null: what came is kept then, up to `end`. What read() does with a head
   * that comes whole, for whoever wants it without the way through the reader's fields: only `isInterim` and
   * `ended` are left to say. Who calls it releases the reader when it throws.
   */
  takeHead(at: number, end: number): H | null {
    const { tokeniser, headKind: kind } = this;
    const templates = this.templates;
    if (tokeniser.owner !== null) this.section.claim();
    let head: H;
    const template = templates.empty ? null : templates.match(at, end, kind);
    if (template !== null) {
      head = this.makeHead(at, templates.size, template);
    } else {
      const size = tokeniser.parseHead(kind.flags, at, end, 0, kind.maxFields, kind.maxSize);
      if (size <= 0) {
        this.section.keep(kind, size, at, end, 0);
        return null;
      }
      head = this.makeHead(at, size, null);
      templates.consider(at, size, head.lines as Lines, head);
    }
    return this.accepted(head);
  }

  /** One that is refused throws, and is not said. */
  private accepted(head: H): H {
    const framing = this.acceptHead(head);
    if (framing !== null) this.beginBody(framing, head.size);
    return head;
  }

  private readHead(at: number, end: number): number {
    const { section } = this;
    if (!section.begun) {
      const head = this.takeHead(at, end);
      this.head = head;
      return head === null ? end : at + head.size;
    }
    const next = section.read(this.headKind, at, end, 0);
    if (next === 0) return end;
    this.head = this.accepted(this.makeHead(section.start, section.size, null));
    return next;
  }

  /** What is behind the head begins: a body, or the end. */
  private beginBody(framing: Framing, headSize: number): void {
    this.position = headSize;
    this.bodySize = 0;
    const { kind, length } = framing;
    if (kind === 'none' || length === 0) {
      this.end(null);
    } else if (kind === 'chunked') {
      this.chunks.fill(0);
      this.state = IN_CHUNKS;
    } else {
      this.left = length ?? Infinity;
      this.state = kind === 'length' ? IN_SIZED_BODY : IN_CLOSE_DELIMITED_BODY;
    }
  }

  private readChunks(at: number, end: number): number {
    const { tokeniser } = this;
    const length = tokeniser.decodeChunks(this.quirks, at, end, this.chunks, this.direct);
    const stopped = tokeniser.chunkEnd;
    const outcome = tokeniser.chunkOutcome;
    if (length > 0) this.body(at, at + length);
    if (outcome < 0) {
      throw faultOf(outcome, stopped, {
        lineType: 'chunk size',
        sizeLimit: '',
        maxSize: 0,
        fieldLimit: '',
        maxFields: 0,
        startLine: () => '',
        base: this.position,
      });
    }
    this.position += stopped;
    if (outcome === CHUNK_DONE) this.end(null);
    else if (outcome === CHUNK_TRAILER) this.state = IN_TRAILER;
    return at + stopped;
  }

  private readTrailer(at: number, end: number): number {
    const { section } = this;
    const next = section.read(this.trailerKind, at, end, this.position);
    if (next === 0) return end;
    this.end(HTTPMessage.from(new Lines(this.tokeniser, section.start, section.size)));
    return next;
  }

  private body(start: number, end: number): void {
    const { room } = this;
    this.bodySize += end - start;
    this.bodyStart = start;
    this.bodyEnd = Math.min(end, start + room);
    if (this.bodyEnd < end) throw this.tooLarge();
  }

  private tooLarge(): LimitExceeded {
    const { maxBodySize } = this.limits;
    return new LimitExceeded('maxBodySize', maxBodySize, `the body is larger than ${maxBodySize} bytes; the limit is maxBodySize`);
  }

  private end(trailers: HTTPMessage | null): void {
    if (this.switched) this.state = SWITCHED;
    else this.state = this.endMessage() ? IN_HEAD : IDLE;
    this.ended = true;
    this.trailers = trailers;
  }
}

/** What is left of the chunk. */
function chunkLeft(chunks: ChunkState): number {
  return (chunks[2] >>> 0) * 2 ** 32 + (chunks[1] >>> 0);
}
