// HTTPConnection: http.client's connection object. The order of calls and the life of the channel are decided here; heads are
// written in core/request.ts, framed in outgoing.ts, and moved by channel.ts.
//
// Invariants: a call refused before a byte was written leaves the state as it was; a failure after that destroys the
// socket and leaves Idle, so that the next request connects anew.

import type { Duplex } from 'node:stream';
import { ImproperConnectionState, ResponseNotReady } from '../core/errors.js';
import type { HTTPMessage } from '../core/message.js';
import { authorityOf, hostField, OwnLine, parseAuthority, RequestHeadWriter, type Authority, type HeadersInit } from '../core/request.js';
import { advance, type State } from '../core/state.js';
import { HTTP_PORT } from '../core/status.js';
import type { TLSOptions } from '../transport/node.js';
import type { Channel } from './channel.js';
import { Delivery, type Requester } from './delivery.js';
import { print, printReply, printSent } from './debug.js';
import { Exchange, newExchange, signalsOf } from './exchange.js';
import { Link } from './link.js';
import { checkedSettings, type ConnectionOptions, type RequestOptions, type Settings } from './options.js';
import { ACCEPT_ENCODING, CHUNKED, contentLength, NO_CHUNKS, prepare, type RequestContext } from './outgoing.js';
import { HTTPResponse } from './response.js';
import { Tunnel } from './tunnel.js';
import { BodyWriter, checkSignals, contentOf, type BodyInit } from './upload.js';

const NO_OPTIONS: RequestOptions = Object.freeze({});
const SENT: Promise<void> = Promise.resolve();

/** What is made once of the host that a connection is to. */
interface KnownHost {
  readonly destination: Authority;
  readonly defaultPort: number;
  /** The Host line of a target without an authority of its own. */
  readonly line: OwnLine;
  /** What stands in front of such a target in a URL. */
  readonly origin: string;
}

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
  /** The request that was sent, or is being sent. */
  #delivery: Delivery | null = null;
  readonly #requester: Requester = {
    respond: (delivery) => this.#respond(delivery),
    failed: (delivery) => this.#failed(delivery),
  };
  #knownContext: RequestContext | null = null;
  #knownHost: KnownHost | null = null;
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
    if (this.sock !== null || this.#link.opening)
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
    await this.#link.open({ signals: signalsOf(NO_OPTIONS, this.#options), totalTimeout: Infinity, totalDeadline: Infinity });
  }

  /** Ends the connection: pending calls reject, and so do reads of a response that is not read to its end. Idempotent. */
  close(): void {
    const current = this.#current;
    this.#state = 'Idle';
    this.#writer = null;
    if (this.#delivery !== null) this.#delivery.cancelled = true;
    this.#delivery = null;
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
  request(
    method: string,
    url: string,
    body: BodyInit | null = null,
    headers: HeadersInit | null = null,
    options: RequestOptions = NO_OPTIONS,
  ): Promise<void> {
    // Not async: most requests are sent at once, and need no promise of their own.
    try {
      const next = advance(this.#state, 'putrequest');
      checkSignals(signalsOf(options, this.#options), body);
      const outgoing = prepare(this.#context(), method, url, body, headers, options);
      this.#state = advance(next, 'endheaders');
      const delivery = this.#deliveryFor(outgoing, options);
      const sent = delivery.send(outgoing);
      return sent === null ? SENT : this.#guard(delivery, sent);
    } catch (error) {
      return Promise.reject(error as Error);
    }
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
      if (options.skipHost !== true) writer.own(this.#hostFor(writer.target));
      if (options.skipAcceptEncoding !== true) writer.own(ACCEPT_ENCODING);
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
    const [first, ...more] = values.length === 0 ? [''] : values;
    (this.#writer as RequestHeadWriter).field(name, first as string, ...more);
  }

  /** Sends the head, and `body` with it. Without declared framing a body gets its Content-Length, or is sent chunked. */
  async endheaders(body: BodyInit | null = null, options: { encodeChunked?: boolean | undefined } = {}): Promise<void> {
    const next = advance(this.#state, 'endheaders');
    const writer = this.#writer as RequestHeadWriter;
    const content = body === null ? null : contentOf(body, writer.contentType, undefined, this.#settings.blocksize);
    let chunked = writer.transferEncoding && options.encodeChunked === true;
    if (content !== null && !writer.framed) {
      chunked = content.length === null;
      if (chunked && this._http_vsn !== 11) throw new TypeError(NO_CHUNKS);
      if (chunked) writer.own(CHUNKED);
      else writer.own(contentLength(content.length as number));
    }
    if (content?.length != null && writer.contentLength !== null && content.length > writer.contentLength) {
      throw new TypeError(`Content-Length is ${writer.contentLength}, but the body has ${content.length} bytes`);
    }
    this.#state = next;
    this.#writer = null;
    const { method, target, upgrade } = writer;
    const delivery = this.#deliveryFor({ method, target, upgrade, closes: writer.close || this._http_vsn !== 11 }, NO_OPTIONS);
    await this.#guard(delivery, delivery.sendHead(writer, content, chunked));
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
    if (this.#state === 'Request-sent' && this.#delivery !== null) {
      this.#delivery.checkMore(content);
      return this.#guard(this.#delivery, this.#delivery.sendMore(content));
    }
    const rider = new Exchange('', false, false);
    rider.signals = signalsOf(NO_OPTIONS, this.#options);
    const channel = await this.#link.openForRequest(rider);
    const dismount = channel.carry(rider);
    const writer = new BodyWriter(channel, rider, 'none', this.#context().debugData);
    try {
      await writer.writeContent(content, false);
    } finally {
      dismount();
    }
  }

  /**
   * The response to the request that was sent.
   *
   * @throws ResponseNotReady without a request, or while the response before it is not read
   * @throws RemoteDisconnected, BadStatusLine, IncompleteRead, InvalidMessage, LimitExceeded, TimeoutError, ConnectionError
   */
  getresponse(): Promise<HTTPResponse> {
    if (this.#current?.finished === true) this.#current = null;
    const delivery = this.#delivery;
    if (this.#state !== 'Request-sent' || delivery === null || this.#current !== null || delivery.awaited) {
      return Promise.reject(new ResponseNotReady(this.#state));
    }
    delivery.awaited = true;
    return delivery.response(this.#requester);
  }

  #respond({ exchange, channel, url }: Delivery): HTTPResponse {
    this.#delivery = null;
    this.#state = advance(this.#state, 'getresponse');
    // A response that ends its connection owns the socket: it survives close(), and the next request connects anew.
    if (!exchange.keepAlive) this.#link.channel = null;
    else this.#current = exchange;
    if (this.debuglevel > 0) printReply(exchange);
    return new HTTPResponse(channel as Channel, exchange, url, this.debuglevel);
  }

  /** What fails while `delivery` is under way ends it: the socket goes, and the next request starts afresh. */
  async #guard(delivery: Delivery, step: Promise<void>): Promise<void> {
    try {
      await step;
    } catch (error) {
      this.#failed(delivery);
      throw error;
    }
  }

  #failed(delivery: Delivery): void {
    if (this.#delivery !== delivery) return;
    this.#delivery = null;
    this.#state = 'Idle';
    this.#link.drop();
  }

  #deliveryFor(request: { method: string; target: string; upgrade: boolean; closes: boolean }, options: RequestOptions): Delivery {
    const exchange = newExchange(request, options, this.#options, this.#settings.times.total, this.debuglevel > 0);
    return (this.#delivery = new Delivery(this.#link, this.#urlOf(request.target), exchange, this.#context()));
  }

  #context(): RequestContext {
    const debugging = this.debuglevel > 0;
    const known = this.#knownContext;
    if (known !== null && known.version === this._http_vsn_str && (known.debug !== null) === debugging) return known;
    return (this.#knownContext = {
      version: this._http_vsn_str,
      host: (target) => this.#hostFor(target),
      lines: [],
      blocksize: this.#settings.blocksize,
      debug: debugging ? print : null,
      debugData: debugging ? printSent : null,
    });
  }

  #host(): KnownHost {
    const destination = this.#link.tunnel?.authority ?? this;
    const known = this.#knownHost;
    if (known?.destination === destination && known.defaultPort === this.default_port) return known;
    const name = hostField(destination, this.default_port);
    const scheme = this.defaultPort() === HTTP_PORT ? 'http' : 'https';
    return (this.#knownHost = {
      destination,
      defaultPort: this.default_port,
      line: new OwnLine('Host', name),
      origin: `${scheme}://${name}`,
    });
  }

  #hostFor(target: string): OwnLine {
    const authority = authorityOf(target);
    return authority === null ? this.#host().line : new OwnLine('Host', authority);
  }

  #urlOf(target: string): string {
    return target.startsWith('/') ? this.#host().origin + target : target;
  }
}
