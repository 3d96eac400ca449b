// HTTPResponse: http.client's response object. A handle on a head and a body; the socket, the framing and the limits are
// the channel's, the reading is reading.ts's.

import type { Duplex, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { ImproperConnectionState } from '../core/errors.js';
import type { Framing } from '../core/framing.js';
import type { ResponseHead } from '../core/head.js';
import type { Field, HTTPMessage } from '../core/message.js';
import type { Body } from './body.js';
import type { Channel } from './channel.js';
import type { Exchange } from './exchange.js';
import { BodyReader, countOf } from './reading.js';
import { streamOf, webStreamOf } from './streams.js';

/**
 * A response to one request (http.client: HTTPResponse). Not constructed by users: getresponse() returns it.
 * Bodies are read once, by one call at a time; what is handed out is memory that the caller owns.
 *
 * @example
 * ```ts run
 * import { HTTPConnection } from 'headlong';
 * await using connection = new HTTPConnection(host, port);
 * await connection.request('GET', '/hello');
 * const response = await connection.getresponse();
 * console.log(response.status, response.reason, await response.text()); // 200 OK Hello
 * ```
 */
export class HTTPResponse implements AsyncIterable<Buffer> {
  /** The method of the request that this answers. */
  readonly method: string;
  readonly status: number;
  /** 10 for HTTP/1.0, 11 for HTTP/1.1 and up. */
  readonly version: number;
  /** Whether the body is chunked. */
  readonly chunked: boolean;
  /** How the body ends. A caller who needs certainty can refuse 'close': a cut cannot be told from an end. */
  readonly framing: Framing;
  /** Whether the connection ends with this response. */
  readonly will_close: boolean;
  /** The connection's debuglevel when the response was read. */
  readonly debuglevel: number;

  readonly #head: ResponseHead;
  readonly #channel: Channel;
  readonly #body: Body;
  readonly #url: string;
  readonly #reader: BodyReader;

  /** `watch` is given what lives as long as somebody may still read the body. */
  constructor(channel: Channel, exchange: Exchange, url: string, debuglevel: number, watch: ((reader: object) => void) | null = null) {
    const head = exchange.head as ResponseHead;
    this.#head = head;
    this.#channel = channel;
    this.#body = exchange.body;
    this.#url = url;
    this.method = exchange.method;
    this.status = head.status;
    this.version = head.version;
    this.framing = exchange.framing as Framing;
    this.#reader = new BodyReader(channel, exchange.body, this.framing);
    this.chunked = this.framing.kind === 'chunked';
    this.will_close = !exchange.keepAlive;
    this.debuglevel = debuglevel;
    watch?.(this.#reader);
  }

  /** As `status` (http.client keeps both). */
  get code(): number {
    return this.status;
  }

  /** The reason phrase, latin-1; may be empty. */
  get reason(): string {
    return this.#head.reason;
  }

  /** The field section. */
  get headers(): HTTPMessage {
    return this.#head.headers;
  }

  /** As `headers`. */
  get msg(): HTTPMessage {
    return this.headers;
  }

  /** As `headers`. */
  info(): HTTPMessage {
    return this.headers;
  }

  /** As `status`. */
  getcode(): number {
    return this.status;
  }

  /** The URL of the request. */
  geturl(): string {
    return this.#url;
  }

  /** The trailer section, once the body has been read to its end; null before, and if there was none (RFC 9112 7.1.2). */
  get trailers(): HTTPMessage | null {
    return this.#body.trailers;
  }

  /** Body bytes that are still to be read, or null where the framing does not tell. */
  get length(): number | null {
    if (this.framing.kind === 'none') return 0;
    return this.framing.length === null ? null : this.framing.length - this.#body.delivered;
  }

  /** Whether the body is exhausted or close() was called, so that `while (!response.closed)` ends. */
  get closed(): boolean {
    return this.isclosed();
  }

  /** Whether the body was read to its end, as in CPython: only reading finds out. */
  isclosed(): boolean {
    return this.#body.seenEnd || this.#reader.closed;
  }

  /** The value of a field, several joined with ', '; else `fallback`, a list of which is joined too. (http.client: getheader) */
  getheader(name: string): string | null;
  getheader<T>(name: string, fallback: T): string | T;
  getheader(name: string, fallback: unknown = null): unknown {
    const values = this.headers.get_all(name);
    if (values !== null) return values.join(', ');
    return Array.isArray(fallback) ? fallback.join(', ') : fallback;
  }

  /** Every field as [name, value], in wire order. */
  getheaders(): Field[] {
    return this.headers.items();
  }

  /** The descriptor of the socket where the platform has one, else -1. */
  fileno(): number {
    const handle = (this.#channel.socket as { _handle?: { fd?: number } | null })._handle;
    return handle?.fd ?? -1;
  }

  /** Whether the connection belongs to another protocol behind this response. */
  get #switches(): boolean {
    return this.status === 101 || (this.method === 'CONNECT' && this.status >= 200 && this.status < 300);
  }

  /** Gives the body up. Unread bytes cost the connection: it is closed, and the next request opens another. */
  close(): void {
    if (this.#reader.closed) return;
    if (!this.#reader.close() || this.#switches) this.#channel.destroy();
  }

  // Reading.

  /**
   * Reads up to `amount` bytes, waiting until so many have come; the whole body without `amount` (or a negative one).
   * Empty at the end. (http.client: read)
   *
   * @throws IncompleteRead if the peer closed early: read() at once, with all that came as `partial`; read(n) first returns what came.
   */
  read(amount?: number | null): Promise<Buffer> {
    return this.#reader.read(amount);
  }

  /** Reads up to `amount` bytes as soon as there are any. Empty at the end. (http.client: read1) */
  read1(amount?: number | null): Promise<Buffer> {
    return this.#reader.read1(amount);
  }

  /**
   * Fills `view` as far as the body goes; returns how many bytes. (http.client: readinto) Of a long body the socket itself writes there, so
   * as with every read of Node's, the memory must not be transferred to another thread while the call is pending.
   */
  readinto(view: ArrayBufferView): Promise<number> {
    return this.#reader.readInto(view, true);
  }

  /** As readinto(), as soon as there are any bytes. */
  readinto1(view: ArrayBufferView): Promise<number> {
    return this.#reader.readInto(view, false);
  }

  /** Reads a line, its LF included, of at most `limit` bytes. Empty at the end. (http.client: readline) */
  readline(limit?: number | null): Promise<Buffer> {
    return this.#reader.readline(limit);
  }

  /** Reads the lines of the body, until their bytes reach `hint` if there is one. (http.client: readlines) */
  async readlines(hint?: number | null): Promise<Buffer[]> {
    const most = countOf(hint) || Infinity;
    const lines: Buffer[] = [];
    let size = 0;
    for await (const line of this) {
      lines.push(line);
      size += line.length;
      if (size >= most) break;
    }
    return lines;
  }

  /** A copy of what comes next, at most `amount` bytes if given, without taking it. Empty at the end. (http.client: peek) */
  peek(amount: number | null = 0): Promise<Buffer> {
    return this.#reader.peek(amount);
  }

  /** Iterates over the lines, as in Python. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (let line = await this.readline(); line.length > 0; line = await this.readline()) yield line;
  }

  /** Iterates over the body in the pieces in which it comes. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    for (let piece = await this.read1(); piece.length > 0; piece = await this.read1()) yield piece;
  }

  /** The whole body as text, in the charset of Content-Type, else UTF-8. */
  text(): Promise<string> {
    const charset = this.headers.get_content_charset() ?? 'utf-8';
    try {
      // Before anything is read: a body that cannot be decoded can still be had with bytes().
      return this.#reader.text(charset === 'utf-8' ? null : new TextDecoder(charset));
    } catch (cause) {
      const message = `text(): no decoder for the charset ${JSON.stringify(charset)} of Content-Type; use bytes()`;
      return Promise.reject(new TypeError(message, { cause }));
    }
  }

  /** The whole body as JSON. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  /** The whole body. */
  bytes(): Promise<Buffer> {
    return this.read();
  }

  /** Reads to the end and drops what comes, so that the connection can serve the next request. */
  discard(): Promise<void> {
    return this.#reader.discard();
  }

  /** The body as a Node stream. Destroying the stream before its end closes the response. */
  stream(): Readable {
    return streamOf(this);
  }

  /** The body as a web stream. Cancelling it before its end closes the response. */
  get body(): ReadableStream<Uint8Array> {
    return (this.#web ??= webStreamOf(this));
  }

  #web: ReadableStream<Uint8Array> | undefined;

  /**
   * Takes the socket over, after a 101 or a 2xx to CONNECT. `head` is what came of the other protocol already.
   * From then on the socket is the caller's: its errors, its end.
   */
  detach(): { socket: Duplex; head: Buffer } {
    if (!this.#switches) {
      throw new ImproperConnectionState(
        `a ${this.status} response to ${this.method} leaves no socket to take over: only 101, and 2xx to CONNECT, do`,
      );
    }
    if (this.#reader.closed) throw new ImproperConnectionState('the socket was handed over already, or close() gave it up');
    this.#reader.leave();
    return this.#channel.detach();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
