// The parser as a thing of its own: bytes in, handlers called. It stands between a reader, which works in linear memory, and
// handlers, which are anybody's code: what a handler gets is its own or its caller's memory, and no address is live while it runs.
// A handler may call any parser; bytes that another one has overwritten are put into linear memory again.
//
// Body bytes are handed out from where they came, without a copy, wherever a stretch of them is long enough; short chunks are
// joined first, so that the cost does not depend on how a server cut its body.

import type { Tokeniser } from '../wasm/tokeniser.js';
import { sharedTokeniser } from '../wasm/tokeniser.js';
import { READ } from '../wasm/layout.generated.js';
import { HTTPException, ImproperConnectionState } from './errors.js';
import type { Head, RequestHead, ResponseHead } from './head.js';
import { quirkBits, type Lenient } from './lenient.js';
import { checkedLimits, type Limits } from './limits.js';
import type { HTTPMessage } from './message.js';
import type { MessageReader } from './reader.js';
import { RequestReader } from './request-reader.js';
import { ResponseReader } from './response-reader.js';

/** What a parser calls, in this order for each message; onBody any number of times. */
export interface ParserHandlers<H> {
  /** A head came; `head.framing` says how the message ends. */
  onHead?: ((head: H) => void) | undefined;
  /**
   * Body bytes came, after the transfer coding was removed. They are good during the call; `bytes.slice()` keeps them. They are
   * never in memory of WebAssembly.
   */
  onBody?: ((bytes: Uint8Array) => void) | undefined;
  /** The trailer section of a chunked message, if there is one. */
  onTrailers?: ((trailers: HTTPMessage) => void) | undefined;
  /** The message is complete. */
  onEnd?: (() => void) | undefined;
  /**
   * Where the parser may put body bytes, if it has to move them anyway: memory of which it uses at most `length` bytes. onBody is
   * called with the part that it filled. Without this handler, or when it has no room, the parser uses memory of its own.
   */
  onSpace?: ((length: number) => Uint8Array) | undefined;
}

export interface ResponseHandlers extends ParserHandlers<ParsedResponseHead> {
  /** An interim response: a status below 200 other than 101. */
  onInformational?: ((head: ParsedResponseHead) => void) | undefined;
}

export type RequestHandlers = ParserHandlers<ParsedRequestHead>;

export interface ParserOptions {
  /** maxHeaders, maxHeaderSize, maxBodySize; see the README. */
  limits?: Partial<Limits> | undefined;
  /** Deviations from the RFC that are taken; none by default. */
  lenient?: Lenient | undefined;
}

export interface ResponseParserOptions extends ParserOptions {
  /** The method of the requests that expect() does not tell of: 'GET'. */
  requestMethod?: string | undefined;
}

/** What the heads of requests and responses share. */
export type Shared = 'version' | 'headers' | 'framing' | 'keepAlive' | 'upgrade';
/** The head of a response, as handlers get it. */
export type ParsedResponseHead = Pick<ResponseHead, Shared | 'status' | 'reason'>;
/** The head of a request, as handlers get it. */
export type ParsedRequestHead = Pick<RequestHead, Shared | 'method' | 'target' | 'hostCount'>;

/** How much is put into linear memory at once: what comes of it is still in the processor's nearest cache when it is moved. */
const SLAB = 16384;
/** The same while chunks are so long that all but their size lines stays where it is. */
const SHORT_SLAB = 64;
/** Chunk data that is handed out from where it came. */
const DIRECT = 4096;
const CR = 0x0d;
/** In the place of a failure: the peer closed, and all was well. */
const FINISHED = Symbol('finished');
/** Memory for joined chunks that no parser is using. */
const spare: Uint8Array[] = [];

abstract class Parser<H extends Head, P> {
  protected abstract readonly reader: MessageReader<H>;
  /** Whether push() stops behind the first message. */
  stopsAtEnd = false;
  private readonly handlers: ParserHandlers<P>;
  private readonly onInterim: ((head: P) => void) | undefined;
  private readonly tokeniser: Tokeniser;
  private failure: unknown = null;
  private running = false;
  private slab = SLAB;
  /** The tokeniser's turn while what was put into linear memory is still there. */
  private turn = 0;
  /** Memory for body bytes that were joined, outside of linear memory; there whenever the reader reads chunks. */
  private space: Uint8Array | null = null;
  /** Whether it is the handlers' own. */
  private lent = false;

  constructor(handlers: ParserHandlers<P>, onInterim: ((head: P) => void) | undefined, tokeniser: Tokeniser) {
    this.handlers = handlers;
    this.onInterim = onInterim;
    this.tokeniser = tokeniser;
  }

  /** Between two messages: how many of the bytes from `offset` on to pass over. */
  protected abstract passOver(bytes: Uint8Array, offset: number): number;

  /**
   * Takes the next bytes of the connection, cut anywhere. Handlers are called before it returns. Returns how many bytes were used:
   * all, or fewer once the connection belongs to another protocol. Throws what is wrong with the message, and whatever a
   * handler throws; the parser is of no use from then on. Behind a message whose head says that the connection is not kept alive it
   * reads on, as recordings want it; a client takes nothing from there (RFC 9112 9.6).
   */
  push(bytes: Uint8Array): number {
    const { reader } = this;
    if (this.running || this.failure !== null) this.refuse();
    if (bytes?.BYTES_PER_ELEMENT !== 1) throw new TypeError(`a parser takes bytes (a Uint8Array), not ${describe(bytes)}`);
    this.running = true;
    let offset = 0;
    try {
      while (offset < bytes.length) {
        const before = offset;
        offset = reader.inBody ? this.takeBody(bytes, offset) : this.takeHeads(bytes, offset);
        if (offset === before || (this.stopsAtEnd && reader.idle)) break;
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.running = false;
    }
    return offset;
  }

  /** The peer closed the connection. Throws if the message is not complete. Nothing can be pushed from then on. */
  finish(): void {
    if (this.running || this.failure !== null) this.refuse();
    this.running = true;
    try {
      this.reader.finish();
      this.tell();
      this.failure = FINISHED;
    } catch (error) {
      this.fail(error);
    } finally {
      this.running = false;
    }
  }

  private refuse(): never {
    if (this.running) throw new ImproperConnectionState('a handler of this parser is running: push() and finish() have to wait for it');
    if (this.failure === FINISHED)
      throw new ImproperConnectionState('finish() has said that the peer closed: nothing can come behind that');
    throw new HTTPException('the parser failed before, and what follows cannot be understood', 'HTTP_PARSER_FAILED', {
      cause: this.failure,
    });
  }

  private fail(error: unknown): never {
    this.failure = error ?? new Error('a handler threw nothing');
    this.reader.release();
    throw error;
  }

  /** Has bytes read from `offset` on, until they are used up or a body begins. */
  private takeHeads(bytes: Uint8Array, offset: number): number {
    const { reader, tokeniser } = this;
    const length = Math.min(bytes.length - offset, SLAB);
    const loaded = length === bytes.length ? bytes : part(bytes, offset, length);
    tokeniser.load(loaded);
    const last = READ + length;
    let at = READ;
    do {
      if (reader.idle) at += this.passOver(loaded, at - READ);
      if (reader.atHead) {
        const head = reader.takeHead(at, last);
        this.turn = tokeniser.turn;
        at = head === null ? last : at + head.size;
        if (head !== null) this.tellHead(head);
      } else if (at < last) {
        at = this.readOn(at, last);
      }
      // A handler may have had something else read.
    } while (at < last && tokeniser.turn === this.turn && !reader.inBody && !reader.switched && !(this.stopsAtEnd && reader.idle));
    return offset + at - READ;
  }

  /** Hands out the body bytes at `offset` where they are, or has what is there read: chunk framing and short chunks. */
  private takeBody(bytes: Uint8Array, offset: number): number {
    const { reader } = this;
    const length = reader.bodyThere(bytes.length - offset);
    if (length === 0) return this.takeChunks(bytes, offset);
    const allowed = Math.min(length, reader.room);
    if (allowed > 0) this.handlers.onBody?.(part(bytes, offset, allowed));
    reader.tookBody(length);
    this.tell();
    // Behind a long chunk comes a size line and, mostly, another long chunk.
    if (reader.inChunks) this.slab = SHORT_SLAB;
    return offset + length;
  }

  /** Has chunks read, and the trailer section, until they are used up or the next bytes are better left where they are. */
  private takeChunks(bytes: Uint8Array, offset: number): number {
    const { reader, tokeniser } = this;
    let length = Math.min(bytes.length - offset, this.slab);
    this.slab = SLAB;
    if (reader.inChunks) {
      // Asked for beforehand: no handler may run while there are addresses.
      this.space ??= this.makeSpace(length);
      length = Math.min(length, this.space.length);
    }
    tokeniser.load(part(bytes, offset, length));
    const last = READ + length;
    let at = READ;
    do {
      at = this.readOn(at, last);
    } while (
      at < last &&
      tokeniser.turn === this.turn &&
      reader.inBody &&
      reader.bodyThere(1) === 0 &&
      !(reader.inChunks && this.space === null)
    );
    // What nothing came to is its owner's again: the next bytes may be others than those it was lent for.
    if (this.lent) this.space = null;
    return offset + at - READ;
  }

  /** Has what is no whole head read, and tells what came of it, also in front of a fault. */
  private readOn(at: number, last: number): number {
    try {
      return this.reader.read(at, last);
    } finally {
      this.turn = this.tokeniser.turn;
      this.tell();
    }
  }

  private makeSpace(length: number): Uint8Array {
    const lent = this.handlers.onSpace?.(length);
    // Chunk framing may come behind the last byte of the body, when no memory is left.
    this.lent = lent !== undefined && lent.length > 0;
    return this.lent ? (lent as Uint8Array) : (spare.pop() ?? new Uint8Array(SLAB));
  }

  private tellHead(head: H): void {
    const { reader } = this;
    const handlers = this.handlers;
    const { isInterim, ended } = reader;
    reader.isInterim = reader.ended = false;
    (isInterim ? this.onInterim : handlers.onHead)?.(head as unknown as P);
    if (ended) handlers.onEnd?.();
  }

  /** Calls the handlers for what the reader has to say. */
  private tell(): void {
    const { reader } = this;
    const handlers = this.handlers;
    const { head, isInterim, bodyStart, bodyEnd, ended, trailers } = reader;
    // Body bytes are moved out of linear memory before anybody's code runs.
    if (bodyEnd > bodyStart) (this.space as Uint8Array).set(this.tokeniser.bytes.subarray(bodyStart, bodyEnd));
    reader.forget();
    if (head !== null) (isInterim ? this.onInterim : handlers.onHead)?.(head as unknown as P);
    if (bodyEnd > bodyStart) this.tellBody(bodyEnd - bodyStart);
    if (ended) {
      if (trailers !== null) handlers.onTrailers?.(trailers);
      handlers.onEnd?.();
    }
  }

  private tellBody(length: number): void {
    const space = this.space as Uint8Array;
    const lent = this.lent;
    this.space = null;
    try {
      this.handlers.onBody?.(part(space, 0, length));
    } finally {
      if (!lent) spare.push(space);
    }
  }
}

/**
 * `length` bytes from `offset` on, as no subclass of Uint8Array: of a Buffer, slice() is no copy, and subarray() costs several times
 * as much.
 */
function part(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? `an object of ${Object.prototype.toString.call(value).slice(8, -1)}` : `a ${typeof value}`;
}

export class ResponseParser extends Parser<ResponseHead, ParsedResponseHead> {
  protected readonly reader: ResponseReader;
  private readonly requestMethod: string;

  /**
   * A parser of the responses that come over one connection.
   *
   * @param handlers What to call; all of them are optional.
   * @param options `requestMethod` is the method of every request that expect() did not tell of ('GET').
   *
   * @example
   * ```ts run
   * import { ResponseParser } from 'headlong/parser';
   * const parser = new ResponseParser({
   *   onHead: ({ status, headers, framing }) => {
   *     console.log(status, headers.get('content-type'), framing.kind); // 200 text/plain length
   *   },
   *   onBody: (bytes) => {
   *     console.log(new TextDecoder().decode(bytes)); // hello
   *   },
   * });
   * parser.push(new TextEncoder().encode('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello'));
   * parser.finish();
   * ```
   */
  constructor(handlers: ResponseHandlers = {}, options: ResponseParserOptions = {}, tokeniser: Tokeniser = sharedTokeniser()) {
    super(handlers, handlers.onInformational, tokeniser);
    this.requestMethod = options.requestMethod ?? 'GET';
    this.reader = new ResponseReader(tokeniser, checkedLimits(options.limits ?? {}), quirkBits(options.lenient));
    this.reader.direct = DIRECT;
  }

  /**
   * The request that the next response answers; once for each request, in order. What the response to a HEAD or CONNECT request
   * is, or whether a 101 may come, cannot be told from the response.
   */
  expect(method: string, options: { upgrade?: boolean | undefined } = {}): void {
    this.reader.expect(method, options.upgrade === true);
  }

  // CRLFs behind the message before are passed over; with anything else a response to the default method begins.
  protected passOver(bytes: Uint8Array, offset: number): number {
    if (bytes[offset] === CR || !this.reader.atStart) return this.passOverLineEnds(bytes, offset);
    this.reader.begin(this.requestMethod);
    return 0;
  }

  private passOverLineEnds(bytes: Uint8Array, offset: number): number {
    let at = offset;
    while (at < bytes.length && this.reader.skipsIdle(bytes[at] as number)) at++;
    if (at < bytes.length) this.reader.beginBehindIdle(this.requestMethod, bytes[at] as number);
    return at - offset;
  }
}

export class RequestParser extends Parser<RequestHead, ParsedRequestHead> {
  protected readonly reader: RequestReader;

  /**
   * A parser of the requests that come over one connection.
   *
   * @param handlers What to call; all of them are optional.
   *
   * @example
   * ```ts run
   * import { RequestParser } from 'headlong/parser';
   * const parser = new RequestParser({
   *   onHead: ({ method, target, headers }) => {
   *     console.log(method, target, headers.get('host')); // GET /items example.org
   *   },
   * });
   * parser.push(new TextEncoder().encode('GET /items HTTP/1.1\r\nHost: example.org\r\n\r\n'));
   * ```
   */
  constructor(handlers: RequestHandlers = {}, options: ParserOptions = {}, tokeniser: Tokeniser = sharedTokeniser()) {
    super(handlers, undefined, tokeniser);
    this.reader = new RequestReader(tokeniser, checkedLimits(options.limits ?? {}), quirkBits(options.lenient));
    this.reader.direct = DIRECT;
  }

  /** Behind a CONNECT request, or one that asked for an upgrade, push() stops. If the server did not agree, HTTP goes on. */
  resume(): void {
    this.reader.resume();
  }

  // Empty lines in front of a request are the tokeniser's.
  protected passOver(): number {
    this.reader.begin();
    return 0;
  }
}
