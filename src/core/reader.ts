// Reading responses, sans-IO: bytes in, heads, body pieces and ends out, one message after the other, however the bytes are split.
// Whoever owns the bytes puts a read at the front of the tokeniser's input area and calls read(); what a sink
// is handed in onBody lies in linear memory and is only good during the call, so a sink copies it and runs no user code.
//
// Invariants: a response is read only as the answer to a request that expect() announced. A fault is thrown once;
// the reader is failed from then on, and every byte after it is refused.

import type { ChunkState, Tokeniser } from '../wasm/tokeniser.js';
import { CHUNK_DONE, CHUNK_LAST, CHUNK_TRAILER, KIND_RESPONSE, KIND_TRAILER, FIELD_COUNT, READ, STATUS } from '../wasm/layout.generated.js';
import { BadStatusLine, IncompleteRead, InvalidMessage, LimitExceeded, RemoteDisconnected } from './errors.js';
import { faultOf } from './faults.js';
import { keepsAlive, messageFraming, type Framing } from './framing.js';
import { ResponseHead } from './head.js';
import { QUIRK_CLOSE_AFTER_LAST_CHUNK } from './lenient.js';
import { MAX_INTERIM_RESPONSES, MAX_TRAILER_FIELDS, MAX_TRAILER_SIZE, type Limits } from './limits.js';
import { HTTPMessage } from './message.js';
import { Section, type SectionKind } from './section.js';

/** Who is told what came. The calls come in this order for each message; onBody any number of times. */
export interface ResponseSink {
  onInterim(head: ResponseHead): void;
  onHead(head: ResponseHead, framing: Framing, keepAlive: boolean): void;
  /** Body bytes at `start` to `end` of linear memory, good during this call only. */
  onBody(start: number, end: number): void;
  onEnd(trailers: HTTPMessage | null): void;
}

const IDLE = 0;
const IN_HEAD = 1;
const IN_SIZED_BODY = 2;
const IN_CHUNKS = 3;
const IN_TRAILER = 4;
const IN_CLOSE_DELIMITED_BODY = 5;
/** Behind a 101, or a 2xx to CONNECT: the bytes are another protocol's. */
const SWITCHED = 6;
const FAILED = 7;

/** CRLFs that may follow a complete response on an idle connection. */
const MAX_IDLE_BYTES = 8;
const NOTHING = new Uint8Array(0);

const TRAILER: SectionKind = {
  flags: KIND_TRAILER,
  maxFields: MAX_TRAILER_FIELDS,
  maxSize: MAX_TRAILER_SIZE,
  lineType: 'trailer line',
  fieldLimit: 'trailerFields',
  sizeLimit: 'trailerSize',
};

export class ResponseReader {
  /** Whether bytes came that no request explains: the connection must not be used again. */
  excess = false;
  /** Whether the connection belongs to another protocol now: a 101, or a 2xx to CONNECT. */
  switched = false;
  readonly #tokeniser: Tokeniser;
  readonly #limits: Limits;
  readonly #quirks: number;
  readonly #sink: ResponseSink;

  #state = IDLE;
  // The requests to be answered, the first one now.
  readonly #methods: string[] = [];
  readonly #upgrades: boolean[] = [];
  #idleBytes = 0;
  #interim = 0;
  /** Bytes of the message that lie before the section or piece being read. */
  #position = 0;
  #left = 0;
  #bodySize = 0;
  readonly #chunks: ChunkState = [0, 0, 0, 0, 0];

  readonly #section: Section;
  readonly #headKind: SectionKind;
  readonly #trailerKind: SectionKind;

  constructor(tokeniser: Tokeniser, limits: Limits, quirks: number, sink: ResponseSink) {
    this.#tokeniser = tokeniser;
    this.#limits = limits;
    this.#quirks = quirks;
    this.#sink = sink;
    this.#section = new Section(tokeniser);
    this.#headKind = {
      flags: KIND_RESPONSE | quirks,
      maxFields: limits.maxHeaders,
      maxSize: limits.maxHeaderSize,
      lineType: 'header line',
      fieldLimit: 'maxHeaders',
      sizeLimit: 'maxHeaderSize',
    };
    this.#trailerKind = quirks === 0 ? TRAILER : { ...TRAILER, flags: KIND_TRAILER | quirks };
  }

  /** Announces the request that the next response answers; `upgrade` says that it asked for another protocol. */
  expect(method: string, upgrade: boolean): void {
    this.#methods.push(method);
    this.#upgrades.push(upgrade);
    if (this.#state === IDLE) this.#begin();
  }

  #begin(): void {
    this.#idleBytes = 0;
    this.#interim = 0;
    this.#position = 0;
    this.#bodySize = 0;
    this.#state = IN_HEAD;
  }

  /**
   * Takes the `length` bytes at the front of the input area. Returns how many were used: all, or fewer once the
   * connection belongs to another protocol. Throws what is wrong with the message.
   */
  read(length: number): number {
    let at = READ;
    const end = READ + length;
    try {
      while (at < end) {
        switch (this.#state) {
          case IN_HEAD:
            at = this.#readHead(at, end);
            break;
          case IN_SIZED_BODY: {
            const piece = Math.min(this.#left, end - at);
            this.#body(at, at + piece);
            at += piece;
            this.#left -= piece;
            if (this.#left === 0) this.#end(null);
            break;
          }
          case IN_CHUNKS:
            at = this.#readChunks(at, end);
            break;
          case IN_TRAILER:
            at = this.#readTrailer(at, end);
            break;
          case IN_CLOSE_DELIMITED_BODY:
            this.#body(at, end);
            at = end;
            break;
          case IDLE:
            this.#readIdle(at, end);
            at = end;
            break;
          case SWITCHED:
            return at - READ;
          default:
            this.excess = true;
            return length;
        }
      }
    } catch (error) {
      this.#fail();
      throw error;
    }
    return length;
  }

  /** The peer closed. Throws if a message was not complete. */
  finish(): void {
    const state = this.#state;
    if (state === IDLE || state === SWITCHED || state === FAILED) return;
    if (state === IN_CLOSE_DELIMITED_BODY) return this.#end(null);
    if (state === IN_CHUNKS && (this.#quirks & QUIRK_CLOSE_AFTER_LAST_CHUNK) !== 0 && this.#chunks[0] === CHUNK_LAST)
      return this.#end(null);
    try {
      if (state === IN_HEAD) throw this.#cutHead();
      if (state === IN_TRAILER && this.#section.begun) this.#section.cut(this.#trailerKind, this.#position);
      const cut = new IncompleteRead(NOTHING, state === IN_SIZED_BODY ? this.#left : null);
      if (state === IN_CHUNKS && this.#chunks[0] === CHUNK_LAST) cut.quirk = 'closeAfterLastChunk';
      throw cut;
    } finally {
      this.#fail();
    }
  }

  /** The connection is gone: what linear memory holds for this reader is given up. */
  release(): void {
    this.#fail();
  }

  #fail(): void {
    this.#state = FAILED;
    this.#section.drop();
  }

  #readHead(at: number, end: number): number {
    const section = this.#section;
    const next = section.read(this.#headKind, at, end, 0);
    if (next === 0) return end;
    this.#onHead(new ResponseHead(this.#tokeniser, section.start, section.size));
    return next;
  }

  #onHead(head: ResponseHead): void {
    const status = head.status;
    if (status < 200 && status !== 101) {
      if (++this.#interim > MAX_INTERIM_RESPONSES) {
        throw new LimitExceeded(
          'interimResponses',
          MAX_INTERIM_RESPONSES,
          `got more than ${MAX_INTERIM_RESPONSES} interim responses to one request`,
        );
      }
      this.#sink.onInterim(head);
      return;
    }
    const method = this.#methods[0] as string;
    if (status === 101 && this.#upgrades[0] !== true) {
      throw new InvalidMessage('unsolicited-101', 0, 'the peer switches protocols, and the request did not ask for it (RFC 9110 15.2.2)');
    }
    const framing = messageFraming(head, method, this.#quirks);
    this.switched = status === 101 || (method === 'CONNECT' && status < 300);
    this.#position = head.size;
    this.#sink.onHead(head, framing, !this.switched && keepsAlive(head, framing));
    switch (framing.kind) {
      case 'none':
        this.#end(null);
        if (this.switched) this.#state = SWITCHED;
        break;
      case 'length':
        this.#left = framing.length as number;
        this.#state = IN_SIZED_BODY;
        if (this.#left === 0) this.#end(null);
        break;
      case 'chunked':
        this.#chunks.fill(0);
        this.#state = IN_CHUNKS;
        break;
      case 'close':
        this.#state = IN_CLOSE_DELIMITED_BODY;
    }
  }

  #readChunks(at: number, end: number): number {
    const tokeniser = this.#tokeniser;
    const length = tokeniser.decodeChunks(this.#quirks, at, end, this.#chunks);
    const stopped = tokeniser.chunkEnd;
    const outcome = tokeniser.chunkOutcome;
    if (length > 0) this.#body(at, at + length);
    if (outcome < 0) {
      throw faultOf(outcome, stopped, {
        lineType: 'chunk size',
        sizeLimit: '',
        maxSize: 0,
        fieldLimit: '',
        maxFields: 0,
        startLine: () => '',
        base: this.#position,
      });
    }
    this.#position += stopped;
    if (outcome === CHUNK_DONE) this.#end(null);
    else if (outcome === CHUNK_TRAILER) this.#state = IN_TRAILER;
    return at + stopped;
  }

  #readTrailer(at: number, end: number): number {
    const section = this.#section;
    const next = section.read(this.#trailerKind, at, end, this.#position);
    if (next === 0) return end;
    const tokeniser = this.#tokeniser;
    const text = tokeniser.latin1(section.start, section.start + section.size);
    this.#end(HTTPMessage.fromWords(text, tokeniser.fieldWords(tokeniser.slot(FIELD_COUNT))));
    return next;
  }

  #body(start: number, end: number): void {
    const room = this.#limits.maxBodySize - this.#bodySize;
    this.#bodySize += end - start;
    if (end - start <= room) return this.#sink.onBody(start, end);
    if (room > 0) this.#sink.onBody(start, start + room);
    throw new LimitExceeded(
      'maxBodySize',
      this.#limits.maxBodySize,
      `the body is larger than ${this.#limits.maxBodySize} bytes; the limit is maxBodySize`,
    );
  }

  #end(trailers: HTTPMessage | null): void {
    this.#methods.shift();
    this.#upgrades.shift();
    if (this.#methods.length > 0) this.#begin();
    else {
      this.#idleBytes = 0;
      this.#state = IDLE;
    }
    this.#sink.onEnd(trailers);
  }

  // Behind a complete response: CRLFs alone may follow it (RFC 9112 2.2); anything else would be read as the answer to the next request.
  #readIdle(at: number, end: number): void {
    for (; at < end; at++) {
      const expected = this.#idleBytes % 2 === 0 ? 0x0d : 0x0a;
      if (++this.#idleBytes > MAX_IDLE_BYTES || this.#tokeniser.bytes[at] !== expected) this.excess = true;
    }
  }

  // The peer closed inside the head: which error depends on how far it came.
  #cutHead(): Error {
    if (!this.#section.begun) return new RemoteDisconnected();
    const line = this.#section.cut(this.#headKind, 0);
    if (line !== null) return line === '' || line === '\r' ? new RemoteDisconnected() : new BadStatusLine(line);
    // A cut interim response is no byte of the final one.
    const status = this.#tokeniser.slot(STATUS);
    return status < 200 && status !== 101 ? new RemoteDisconnected() : new IncompleteRead(NOTHING, null);
  }
}
