// PoolManager: requests by URL, over connections that are kept and shared. Here are its options, the origins it knows, and the way
// to each, a proxy included; which connection a request gets is origin.ts's to say.

import { ImproperConnectionState, InvalidURL, NotConnected } from '../core/errors.js';
import { hostField, OwnLine, parseAuthority, quoted, type Authority, type HeadersInit } from '../core/request.js';
import { HTTP_PORT, HTTPS_PORT } from '../core/status.js';
import type { TLSOptions } from '../transport/node.js';
import { newExchange, signalsOf } from './exchange.js';
import { secureOptions, tlsTowards, type HTTPSConnectionOptions } from './https.js';
import { Link } from './link.js';
import { checkedSettings, milliseconds, type RequestOptions, type Settings } from './options.js';
import { Origin, type OriginSettings, type OriginStats } from './origin.js';
import { prepare } from './outgoing.js';
import type { HTTPResponse } from './response.js';
import { Tunnel } from './tunnel.js';
import { checkSignals, discardPieces, type BodyInit } from './upload.js';

/** Options of a pool: those of its connections, and its own. Times are milliseconds; 0 or null means no limit. */
export interface PoolOptions extends HTTPSConnectionOptions {
  /** Connections to one origin. Default 50. */
  connections?: number | undefined;
  /** Requests that may wait for a connection to one origin. Default 65 536. */
  maxQueue?: number | undefined;
  /** How long a request may wait for a connection. Default 60 000. */
  queueTimeout?: number | null | undefined;
  /** How long an idle connection is kept. Default 4000; where the server says how long, that minus a second counts instead. */
  keepAliveTimeout?: number | null | undefined;
  /**
   * Requests under way on one connection: one, and nothing else. With several, a surplus response of a server that misbehaves would be
   * taken for the answer to the next request, and nothing in it could tell.
   */
  pipelining?: 1 | undefined;
  /** The URL of a proxy, 'http://user:password@host:port'. https goes through a tunnel, http by absolute targets. */
  proxy?: string | URL | undefined;
}

/** Options of one request of a pool. */
export interface PoolRequestOptions extends RequestOptions {
  body?: BodyInit | null | undefined;
  headers?: HeadersInit | null | undefined;
}

/** How many connections a pool has, and what they do. */
export interface PoolStats extends OriginStats {
  /** The same by origin, 'https://host:port'; the scheme's own port is left out. */
  origins: Record<string, OriginStats>;
}

const DEFAULT_CONNECTIONS = 50;
const DEFAULT_MAX_QUEUE = 65_536;
const DEFAULT_QUEUE_MS = 60_000;
const DEFAULT_KEEP_ALIVE_MS = 4000;
const NO_OPTIONS: PoolRequestOptions = Object.freeze({});

/** Where a request goes to. */
interface Destination {
  readonly origin: Origin;
  /** What stands in front of the target on the wire: nothing, or the origin's URL towards a proxy. */
  readonly prefix: string;
}

interface Proxy {
  readonly authority: Authority;
  /** The fields that it is to get. */
  readonly fields: [string, string][];
}

/**
 * Requests by URL over kept connections, any number at a time (urllib3: PoolManager).
 * Each origin has connections of its own; a request that finds none free waits for one, in order.
 *
 * @example
 * ```ts run
 * import { PoolManager } from 'headlong';
 * await using pool = new PoolManager({ connections: 10 });
 * const responses = await Promise.all([1, 2, 3].map(() => pool.request('GET', `http://${host}:${port}/hello`)));
 * console.log(await Promise.all(responses.map((response) => response.text()))); // [ 'Hello', 'Hello', 'Hello' ]
 * ```
 */
export class PoolManager {
  private readonly options: HTTPSConnectionOptions;
  private readonly settings: Settings;
  private readonly originSettings: OriginSettings;
  private readonly proxy: Proxy | null;
  private tls: TLSOptions | null = null;
  /** By what stands in front of the path in a URL, as callers write it. */
  private readonly destinations = new Map<string, Destination>();
  private readonly origins = new Map<string, Destination>();
  private refusal: string | null = null;

  /**
   * @throws TypeError, RangeError for options that cannot be
   * @throws InvalidURL for a proxy that cannot be one
   */
  constructor(options: PoolOptions = {}) {
    const { connections, maxQueue, queueTimeout, keepAliveTimeout, pipelining = 1, proxy, ...rest } = options;
    if (pipelining !== 1) {
      throw new RangeError(
        `pipelining must be 1, not ${String(pipelining)}: a surplus response would be taken for the answer to the next request`,
      );
    }
    this.options = rest;
    this.settings = checkedSettings(rest);
    this.originSettings = {
      connections: count('connections', connections ?? DEFAULT_CONNECTIONS, 1),
      maxQueue: count('maxQueue', maxQueue ?? DEFAULT_MAX_QUEUE, 0),
      queueTimeout: milliseconds('queueTimeout', queueTimeout === undefined ? DEFAULT_QUEUE_MS : queueTimeout),
      keepAliveTimeout: milliseconds('keepAliveTimeout', keepAliveTimeout === undefined ? DEFAULT_KEEP_ALIVE_MS : keepAliveTimeout),
    };
    this.proxy = proxy === undefined ? null : proxyOf(String(proxy));
  }

  /**
   * Sends a request and waits for the head of its response. The connection is free again when the body has come in full: read it,
   * `discard()` it, or `close()` the response.
   *
   * A response that nobody reads gives its connection up: where others wait for it after a second, or when it is collected; a
   * warning says so. Small bodies are kept, and cost nobody anything.
   *
   * @param url 'http://' or 'https://', with a path as it is to be sent; a fragment is left out
   * @param options body and headers as in HTTPConnection.request(), and its options
   * @throws LimitExceeded for one request more than maxQueue
   * @throws TimeoutError of the phase 'queue' for one that found no connection within queueTimeout
   * @throws what HTTPConnection's request() and getresponse() throw
   */
  request(method: string, url: string | URL, options: PoolRequestOptions = NO_OPTIONS): Promise<HTTPResponse> {
    try {
      return this.send(method, url, options);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  private send(method: string, url: string | URL, options: PoolRequestOptions): Promise<HTTPResponse> {
    if (this.refusal !== null) {
      discardPieces(options.body);
      throw new ImproperConnectionState(this.refusal);
    }
    checkSignals(signalsOf(options, this.options), options.body);
    const given = typeof url === 'string' ? url : String(url);
    const fragment = given.indexOf('#');
    const text = fragment < 0 ? given : given.slice(0, fragment);
    const pathAt = text.indexOf('/', 8);
    const { origin, prefix } = (pathAt < 0 ? undefined : this.destinations.get(text.slice(0, pathAt))) ?? this.destinationOf(text);
    const target = targetOf(text, pathAt);
    const outgoing = prepare(origin.context, method, prefix + target, options.body, options.headers, options);
    const exchange = newExchange(outgoing, options, this.options, this.settings.times.total, false);
    return origin.request(outgoing, exchange, text);
  }

  /** How many connections there are at this moment, and what they do. */
  get stats(): PoolStats {
    const stats: PoolStats = { connections: 0, active: 0, idle: 0, queued: 0, origins: {} };
    for (const [name, { origin }] of this.origins) {
      const its = (stats.origins[name] = origin.stats);
      stats.connections += its.connections;
      stats.active += its.active;
      stats.idle += its.idle;
      stats.queued += its.queued;
    }
    return stats;
  }

  /** Ends the pool: no further requests; resolves when those that are under way have been answered and read, or given up. */
  async close(): Promise<void> {
    this.refusal ??= 'the pool was closed by close()';
    await Promise.all([...this.origins.values()].map(({ origin }) => origin.close()));
  }

  /** Ends the pool at once: whatever is under way rejects, and so do reads of bodies that have not come in full. */
  destroy(): void {
    this.refusal = 'the pool was destroyed by destroy()';
    for (const { origin } of this.origins.values())
      origin.destroy(new NotConnected('the pool was destroyed while the call was in progress'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private destinationOf(url: string): Destination {
    const [, start = '', scheme = '', authority = ''] = /^((https?):\/\/([^/?#]*))/i.exec(url) ?? [];
    if (scheme === '') throw new InvalidURL(`a URL begins with http:// or https://: ${quoted(url)}`);
    if (authority.includes('@'))
      throw new InvalidURL(`a URL with a user name is not sent: give an Authorization field: ${quoted(url.slice(authority.length))}`);
    const secure = scheme.length === 5;
    const defaultPort = secure ? HTTPS_PORT : HTTP_PORT;
    const { host, port } = parseAuthority(authority.toLowerCase(), null, defaultPort);
    const name = `${secure ? 'https' : 'http'}://${hostField({ host, port }, defaultPort)}`;
    const known = this.origins.get(name) ?? this.newDestination(name, { host, port }, secure);
    this.destinations.set(start, known);
    return known;
  }

  private newDestination(name: string, authority: Authority, secure: boolean): Destination {
    const { settings, options, proxy } = this;
    const hostLine = new OwnLine('Host', hostField(authority, secure ? HTTPS_PORT : HTTP_PORT));
    const peer = proxy?.authority ?? authority;
    const tls = secure ? tlsTowards((this.tls ??= secureOptions(options)), authority.host) : null;
    const makeLink = (): Link => {
      const link = new Link({ ...peer, debuglevel: 0, auto_open: 1 }, options, settings, () => tls);
      if (secure && proxy !== null) link.tunnel = new Tunnel(authority, proxy.fields);
      return link;
    };
    const context = {
      version: 'HTTP/1.1',
      host: () => hostLine,
      lines: secure ? [] : (proxy?.fields ?? []).map(([field, value]) => new OwnLine(field, value)),
      blocksize: settings.blocksize,
      debug: null,
      debugData: null,
    };
    const origin = new Origin(hostField(authority, 0), this.originSettings, context, makeLink, () => this.forget(name));
    const destination = { origin, prefix: secure || proxy === null ? '' : name };
    this.origins.set(name, destination);
    return destination;
  }

  private forget(name: string): void {
    const destination = this.origins.get(name);
    this.origins.delete(name);
    for (const [start, other] of this.destinations) if (other === destination) this.destinations.delete(start);
  }
}

/** Path and query of a URL whose first slash behind the scheme is at `pathAt`, or nowhere: then, or when it is part of the query, there is no path. */
function targetOf(url: string, pathAt: number): string {
  const queryAt = url.indexOf('?');
  if (queryAt >= 0 && (pathAt < 0 || queryAt < pathAt)) return `/${url.slice(queryAt)}`;
  return pathAt < 0 ? '/' : url.slice(pathAt);
}

function count(name: string, value: number, least: number): number {
  if (value === Infinity || (Number.isInteger(value) && value >= least)) return value;
  throw new RangeError(`${name} must be an integer from ${least} on, or Infinity, not ${value}`);
}

function proxyOf(url: string): Proxy {
  let parsed: URL;
  let credentials: string;
  try {
    parsed = new URL(url);
    credentials = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  } catch {
    // Never the text itself: it may have a password in it.
    throw new InvalidURL("not the URL of a proxy: it is 'http://user:password@host:port', where a % has two hexadecimal digits behind it");
  }
  const { protocol, hostname, port, username, password } = parsed;
  if (protocol !== 'http:') throw new InvalidURL(`a proxy is spoken to by plain HTTP: 'http://host:port', not ${quoted(protocol)}`);
  return {
    authority: parseAuthority(hostname, port === '' ? HTTP_PORT : port, HTTP_PORT),
    fields: username === '' && password === '' ? [] : [['Proxy-Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`]],
  };
}
