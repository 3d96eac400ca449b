// HTTPConnection: http.client's connection object. The order of calls and the life of the channel are decided here; heads are
// written in core/request.ts, framed in outgoing.ts, and moved by channel.ts.
//
// Invariants: a call refused before a byte was written leaves the state as it was; a failure after that destroys the
// socket and leaves Idle, so that the next request connects anew.

import type { Duplex } from 'node:stream';
import { ConnectionError, ImproperConnectionState, NotConnected, ResponseNotReady } from '../core/errors.js';
import type { HTTPMessage } from '../core/message.js';
import { authorityOf, hostField, parseAuthority, RequestHeadWriter, type HeadersInit } from '../core/request.js';
import { advance, type State } from '../core/state.js';
import { HTTP_PORT } from '../core/status.js';
import type { TLSOptions } from '../transport/node.js';
import type { Channel } from './channel.js';
import { print, printReply, printSent } from './debug.js';
import { Exchange, newExchange, signalOf } from './exchange.js';
import { Link } from './link.js';
import { checkedSettings, type ConnectionOptions, type RequestOptions, type Settings } from './options.js';
import { prepare, sendOutgoing, type Outgoing, type RequestContext } from './outgoing.js';
import { HTTPResponse } from './response.js';
import { Tunnel } from './tunnel.js';
import { BodyWriter, contentOf, type BodyInit } from './upload.js';

/** A request that was sent, or is being sent. */
interface Sent {
  exchange: Exchange;
  channel: Channel | null;
  url: string;
  /** Settles when the head is written, null from then on. */
  writing: Promise<void> | null;
  /** The whole request, if it may be sent again. */
  outgoing: Outgoing | null;
  options: RequestOptions;
  /** Whether the channel had served another request, and the bytes that it had read then. */
  reused: boolean;
  bytesRead: number;
  /** What is still to be sent of a low-level request's body. */
  body: BodyWriter | null;
}

const NO_OPTIONS: RequestOptions = Object.freeze({});

/**
 * A connection to one server: one request and its response at a time (http.client: HTTPConnection).
 * It connects when first needed, stays open while the server allows it, and connects again when it has to.
 *
 * @example
 * ```ts run
 * import { HTTPConnection } from 'headlong';
 * await using connection = new HTTPConnection(host, port, { timeout: 10_000 });
 * await connection.request('GET', '/hello');
 * const response = await connection.getresponse();
 * console.log(response.status, await response.text()); // 200 Hello
 * ```
 */
export class HTTPConnection {
  /** The port that Host does not name. */
  default_port: number = HTTP_PORT;
  /** 0: a request on a closed connection is NotConnected instead of connecting. */
  auto_open = 1;
  /** See set_debuglevel(). */
  debuglevel = 0;
  readonly host: string;
  readonly port: number;
  /** The `timeout` option as given. */
  readonly timeout: number | null | undefined;
  /** The version to speak: 11, or 10 with 'HTTP/1.0' (http.client keeps both). */
  _http_vsn = 11;
  _http_vsn_str = 'HTTP/1.1';

  readonly #options: ConnectionOptions;
  readonly #settings: Settings;
  #state: State = 'Idle';
  readonly #link: Link;
  /** A low-level request between putrequest() and endheaders(). */
  #writer: RequestHeadWriter | null = null;
  #sent: Sent | null = null;
  /** getresponse() is waiting. */
  #awaiting = false;
  /** The response that was handed out last, while it is not read. */
  #current: Exchange | null = null;

  /**
   * @param host 'h', 'h:8080', '[::1]' or '[::1]:8080'
   * @param port overrides the port in `host`; default 80 (443 for HTTPS)
   * @throws InvalidURL for a host or port that cannot be one
   */
  constructor(host: string, port?: number | string | null, options?: ConnectionOptions);
  constructor(host: string, options?: ConnectionOptions);
  constructor(host: string, port?: number | string | null | ConnectionOptions, options?: ConnectionOptions) {
    const given = typeof port === 'object' && port !== null ? port : (options ?? {});
    const authority = parseAuthority(host, typeof port === 'object' ? null : port, this.defaultPort());
    this.host = authority.host;
    this.port = authority.port;
    this.default_port = this.defaultPort();
    this.timeout = given.timeout;
    this.#options = given;
    this.#settings = checkedSettings(given);
    this.#link = new Link(this, given, this.#settings, (name) => this.tlsFor(name));
  }

  /** The scheme's own port. */
  protected defaultPort(): number {
    return HTTP_PORT;
  }

  /** The TLS options towards `host`, or null for plain HTTP. */
  protected tlsFor(_host: string): TLSOptions | null {
    return null;
  }

  /** The socket while there is one, else null. */
  get sock(): Duplex | null {
    const { channel } = this.#link;
    return channel === null || channel.dead ? null : channel.socket;
  }

  /** A level above 0 prints what is sent and received to standard output, in http.client's notation. */
  set_debuglevel(level: number): void {
    this.debuglevel = level;
  }

  /**
   * Sets a tunnel: the constructor's host is a proxy, which is asked to CONNECT to this one. `headers` go to the proxy only.
   *
   * @throws ImproperConnectionState if the connection is open already
   */
  set_tunnel(host: string, port?: number | string | null, headers?: HeadersInit | null): void {
    if (this.sock !== null)
      throw new ImproperConnectionState(
        "Can't set up tunnel for established connection: call set_tunnel() before connect() or the first request",
      );
    this.#link.tunnel = new Tunnel(parseAuthority(host, port, this.default_port), headers);
  }

  /** The fields of the proxy's last reply to CONNECT; null without one. */
  get_proxy_response_headers(): HTTPMessage | null {
    return this.#link.tunnel?.replyHeaders ?? null;
  }

  /** Opens the connection. Requests do it by themselves while auto_open is 1. */
  async connect(): Promise<void> {
    await this.#link.open(NO_OPTIONS, Infinity);
  }

  /** Ends the connection: pending calls reject, and so do reads of a response that is not read to its end. Idempotent. */
  close(): void {
    const current = this.#current;
    this.#state = 'Idle';
    this.#writer = null;
    this.#sent = null;
    this.#current = null;
    current?.body.abandon(current.framing?.length ?? null);
    this.#link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /**
   * Sends a request. Resolves when all of it is written, or when a final response came before that.
   *
   * @param url the request target: a path with query, or an absolute URL towards a proxy
   * @param body see README; a body of unknown length is sent chunked
   * @param headers an object, Map, Headers, HTTPMessage or pairs; an array of values gives several lines
   * @throws CannotSendRequest if the last request is not answered
   * @throws TypeError, InvalidURL for what cannot be sent; nothing is sent then
   */
  async request(
    method: string,
    url: string,
    body: BodyInit | null = null,
    headers: HeadersInit | null = null,
    options: RequestOptions = NO_OPTIONS,
  ): Promise<void> {
    const next = advance(this.#state, 'putrequest');
    signalOf(options, this.#options)?.throwIfAborted();
    const outgoing = prepare(this.#context(), method, url, body, headers, options);
    this.#state = advance(next, 'endheaders');
    const exchange = this.#exchangeFor(outgoing, options);
    const sent: Sent = {
      exchange,
      channel: null,
      url: this.#urlOf(outgoing.target),
      writing: null,
      outgoing,
      options,
      reused: false,
      bytesRead: 0,
      body: null,
    };
    this.#sent = sent;
    await this.#guard(sent, () => this.#send(sent, outgoing));
  }

  /** Starts a low-level request: the request line, Host and Accept-Encoding unless skipped. Nothing is sent yet. */
  putrequest(
    method: string,
    url: string,
    options: { skipHost?: boolean | undefined; skipAcceptEncoding?: boolean | undefined } = {},
  ): void {
    const next = advance(this.#state, 'putrequest');
    const writer = new RequestHeadWriter(method, url, this._http_vsn_str);
    if (this._http_vsn === 11) {
      if (options.skipHost !== true) writer.own('Host', this.#hostFor(writer.target));
      if (options.skipAcceptEncoding !== true) writer.own('Accept-Encoding', 'identity');
    }
    this.#writer = writer;
    this.#state = next;
  }

  /**
   * Adds a field line. Further values become continuation lines, as http.client documents: an obs-fold, which many servers
   * refuse (RFC 9112 5.2). For several values call it several times.
   */
  putheader(name: string, ...values: (string | number | Uint8Array)[]): void {
    this.#state = advance(this.#state, 'putheader');
    const [first = '', ...more] = values;
    (this.#writer as RequestHeadWriter).field(name, first, ...more);
  }

  /** Sends the head, and `body` with it. Without declared framing a body gets its Content-Length, or is sent chunked. */
  async endheaders(body: BodyInit | null = null, options: { encodeChunked?: boolean | undefined } = {}): Promise<void> {
    const next = advance(this.#state, 'endheaders');
    const writer = this.#writer as RequestHeadWriter;
    const content = body === null ? null : contentOf(body, writer.contentType, undefined, this.#settings.blocksize);
    let chunked = writer.transferEncoding && options.encodeChunked === true;
    if (content !== null && !writer.framed) {
      chunked = content.length === null;
      if (chunked) writer.own('Transfer-Encoding', 'chunked');
      else writer.own('Content-Length', String(content.length));
    }
    if (content?.length != null && writer.contentLength !== null && content.length > writer.contentLength) {
      throw new TypeError(`Content-Length is ${writer.contentLength}, but the body has ${content.length} bytes`);
    }
    this.#state = next;
    this.#writer = null;
    const exchange = this.#exchangeFor(
      { method: writer.method, upgrade: writer.upgrade, closes: writer.close || this._http_vsn !== 11 },
      NO_OPTIONS,
    );
    const sent: Sent = {
      exchange,
      channel: null,
      url: this.#urlOf(writer.target),
      writing: null,
      outgoing: null,
      options: NO_OPTIONS,
      reused: false,
      bytesRead: 0,
      body: null,
    };
    this.#sent = sent;
    const unframed = !writer.framed && writer.method !== 'CONNECT' && !writer.upgrade;
    await this.#guard(sent, async () => {
      const channel = await this.#begin(sent);
      const context = this.#context();
      const bodyWriter = new BodyWriter(channel, exchange, unframed ? 0 : writer.contentLength, context.debugData);
      sent.body = bodyWriter;
      exchange.uploading = bodyWriter.incomplete;
      const head = writer.end();
      context.debugData?.(head);
      channel.cork();
      const drained = channel.write(head);
      let written: Promise<void> | null = null;
      if (content?.bytes != null) written = chunked ? bodyWriter.writeChunk(content.bytes) : bodyWriter.write(content.bytes);
      channel.uncork();
      if (drained !== null) await drained;
      await written;
      if (content?.pieces != null) await bodyWriter.writeAll(content, chunked);
      if (chunked && content !== null && !bodyWriter.stopped) await bodyWriter.write('0\r\n\r\n');
      exchange.uploading = bodyWriter.incomplete;
    });
  }

  /**
   * Sends bytes as they are: after endheaders() the body, which may not be longer than declared.
   *
   * @param data bytes, or a stream, file or iterable of bytes; a string is a TypeError, as in http.client
   */
  async send(data: Exclude<BodyInit, string>): Promise<void> {
    if (typeof data === 'string') throw new TypeError('send() takes bytes, not a string: encode it');
    if (this.#state === 'Request-started') throw new ImproperConnectionState('send() before endheaders(): the head is not sent yet');
    const content = contentOf(data, null, undefined, this.#settings.blocksize);
    const sent = this.#sent;
    if (this.#state === 'Request-sent' && sent !== null) {
      if (content.bytes !== null && sent.body !== null && content.bytes.length > sent.body.left) {
        throw new TypeError(
          `the body is longer than declared: ${content.bytes.length - sent.body.left} bytes too many, nothing of it was sent; declare Content-Length or Transfer-Encoding`,
        );
      }
      const writer = sent.body;
      if (writer === null) throw new ImproperConnectionState('send() while request() sends its own body');
      await this.#guard(sent, () => (content.bytes !== null ? writer.write(content.bytes) : writer.writeAll(content, false)));
      sent.exchange.uploading = writer.incomplete;
      return;
    }
    if (this.auto_open === 0 && this.#link.usable === null) throw new NotConnected();
    const channel = await this.#link.open(NO_OPTIONS, Infinity);
    const writer = new BodyWriter(channel, new Exchange('', false, false), null, this.#context().debugData);
    await (content.bytes !== null ? writer.write(content.bytes) : writer.writeAll(content, false));
  }

  /**
   * The response to the request that was sent.
   *
   * @throws ResponseNotReady without a request, or while the response before it is not read
   * @throws RemoteDisconnected, BadStatusLine, IncompleteRead, InvalidMessage, LimitExceeded, TimeoutError, ConnectionError
   */
  async getresponse(): Promise<HTTPResponse> {
    if (this.#current?.finished === true) this.#current = null;
    const sent = this.#sent;
    if (this.#state !== 'Request-sent' || sent === null || this.#current !== null || this.#awaiting)
      throw new ResponseNotReady(this.#state);
    this.#awaiting = true;
    try {
      if (sent.writing !== null) await sent.writing;
      this.#checkComplete(sent);
      await this.#head(sent);
    } catch (error) {
      this.#abandon(sent);
      throw error;
    } finally {
      this.#awaiting = false;
    }
    const { exchange } = sent;
    const channel = sent.channel as Channel;
    this.#sent = null;
    this.#state = advance(this.#state, 'getresponse');
    // A response that ends its connection owns the socket: it survives close(), and the next request connects anew.
    if (!exchange.keepAlive) this.#link.channel = null;
    else this.#current = exchange;
    const response = new HTTPResponse(channel, exchange, sent.url, this.debuglevel);
    if (this.debuglevel > 0) printReply(exchange);
    return response;
  }

  // How a request gets onto the wire.

  /** Runs `step` of sending; what it throws ends the connection, unless the request was replaced meanwhile. */
  async #guard(sent: Sent, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      // A final response that came in spite of the failure is what the caller wants to see; a request that may be
      // repeated is, when its response is asked for.
      if (sent.exchange.head !== null || this.#mayRepeat(sent, error)) return;
      sent.channel?.abort(error);
      this.#abandon(sent);
      throw error;
    }
  }

  async #send(sent: Sent, outgoing: Outgoing): Promise<void> {
    const channel = await this.#begin(sent);
    await sendOutgoing(channel, sent.exchange, outgoing, this.#context());
  }

  /** The channel for `sent`, the exchange announced on it. Until then getresponse() waits for `writing`. */
  async #begin(sent: Sent): Promise<Channel> {
    let channel = this.#link.usable;
    if (channel === null) {
      if (this.auto_open === 0) throw new NotConnected();
      const opening = this.#link.open(sent.options, sent.exchange.totalDeadline);
      sent.writing = opening.then(() => undefined);
      sent.writing.catch(() => undefined);
      channel = await opening;
      sent.writing = null;
      if (this.#sent !== sent) throw new NotConnected('the connection was closed by close() while the request was being sent');
    }
    sent.channel = channel;
    sent.reused = channel.completed > 0;
    sent.bytesRead = channel.bytesRead;
    channel.begin(sent.exchange);
    return channel;
  }

  /** Waits for the head; a request that a stale connection swallowed is sent once more on a new one. */
  async #head(sent: Sent): Promise<void> {
    try {
      await (sent.channel as Channel).headOf(sent.exchange);
    } catch (error) {
      if (!this.#mayRepeat(sent, error)) throw error;
      const { outgoing } = sent;
      sent.exchange = sent.exchange.again();
      sent.outgoing = null;
      await this.#send(sent, outgoing as Outgoing);
      await (sent.channel as Channel).headOf(sent.exchange);
    }
  }

  // RFC 9110 9.2.2, 9112 9.3.1: the connection served a request before, nothing of this response came, once.
  #mayRepeat(sent: Sent, error: unknown): boolean {
    return (
      this.#sent === sent &&
      sent.outgoing?.repeatable === true &&
      sent.reused &&
      sent.channel?.bytesRead === sent.bytesRead &&
      error instanceof ConnectionError &&
      this.auto_open !== 0
    );
  }

  /** A low-level body that is shorter than declared can never be completed. */
  #checkComplete(sent: Sent): void {
    if (sent.body?.incomplete !== true || sent.exchange.head !== null) return;
    const error = new ImproperConnectionState(
      `the body is ${sent.body.left} bytes shorter than its Content-Length: send() the rest before getresponse()`,
    );
    sent.channel?.fail(error);
    throw error;
  }

  /** `sent` failed: the socket goes, and the next request starts afresh. */
  #abandon(sent: Sent): void {
    if (this.#sent !== sent) return;
    this.#sent = null;
    this.#state = 'Idle';
    this.#link.drop();
  }

  #exchangeFor(request: { method: string; upgrade: boolean; closes: boolean }, options: RequestOptions): Exchange {
    return newExchange(request, options, this.#options, this.#settings.times.total, this.debuglevel > 0);
  }

  #context(): RequestContext {
    const debugging = this.debuglevel > 0;
    return {
      version: this._http_vsn_str,
      host: (target) => this.#hostFor(target),
      blocksize: this.#settings.blocksize,
      debug: debugging ? print : null,
      debugData: debugging ? printSent : null,
    };
  }

  #hostFor(target: string): string {
    return authorityOf(target) ?? hostField(this.#link.tunnel?.authority ?? this, this.default_port);
  }

  #urlOf(target: string): string {
    if (!target.startsWith('/')) return target;
    const scheme = this.defaultPort() === HTTP_PORT ? 'http' : 'https';
    return `${scheme}://${hostField(this.#link.tunnel?.authority ?? this, this.default_port)}${target}`;
  }
}
