// The options of a connection, checked and with their defaults. What each means is in docs and in the types; what
// follows from it is for the files that use it.

import type { Duplex } from 'node:stream';
import type { HTTPMessage } from '../core/message.js';
import type { Lenient } from '../core/lenient.js';
import { quirkBits } from '../core/lenient.js';
import { checkedLimits, type Limits } from '../core/limits.js';
import type { HeadersInit } from '../core/request.js';
import type { LookupFunction } from '../transport/node.js';

/** An interim response (1xx but 101), as onInformational is told of it. */
export interface InformationalResponse {
  /** 10 or 11, as in HTTPResponse. */
  version: number;
  status: number;
  reason: string;
  headers: HTTPMessage;
}

/** Options of HTTPConnection. Times are milliseconds; 0 or null means no limit. */
export interface ConnectionOptions {
  /** Sets connectTimeout, headersTimeout and bodyTimeout. */
  timeout?: number | null | undefined;
  /** DNS, TCP, proxy and TLS together. Default 10 000. */
  connectTimeout?: number | null | undefined;
  /** From the wait for a response to its head. Default 300 000. */
  headersTimeout?: number | null | undefined;
  /** Idle time on the socket while the peer is waited for. Default 300 000. */
  bodyTimeout?: number | null | undefined;
  /** From request() to the last byte of the body. Default none. */
  totalTimeout?: number | null | undefined;
  /** The local address to connect from, as [host, port]. */
  sourceAddress?: readonly [host: string, port: number] | null | undefined;
  /** Bytes read at once from a file that is a body. Default 65 536. */
  blocksize?: number | undefined;
  /** Aborts every request of this connection. */
  signal?: AbortSignal | undefined;
  /** A Unix domain socket to connect to instead of host and port. */
  socketPath?: string | undefined;
  /** Replaces dns.lookup. */
  lookup?: LookupFunction | undefined;
  /** Makes the stream to the peer. An HTTPSConnection puts TLS on it, unless it is encrypted already. */
  createConnection?: ((target: { host: string; port: number }) => Duplex | Promise<Duplex>) | undefined;
  /** Field lines of a head. Default 1000, at most 5000. */
  maxHeaders?: number | undefined;
  /** Bytes of a head. Default and cap 262 144. */
  maxHeaderSize?: number | undefined;
  /** Bytes of a body. Default no limit. */
  maxBodySize?: number | undefined;
  /** Devices to be read that break the rules; see docs/differences.md. */
  lenient?: Lenient | undefined;
  /** Told of every interim response. */
  onInformational?: ((response: InformationalResponse) => void) | undefined;
}

/** Options of one request. */
export interface RequestOptions {
  /** Chunk the body even though the caller gave Transfer-Encoding (http.client: encode_chunked). */
  encodeChunked?: boolean | undefined;
  /** The charset of a string body: 'utf-8', 'utf-16le', 'iso-8859-1' or 'us-ascii'. */
  encoding?: string | undefined;
  /** Fields to send behind a chunked body. */
  trailers?: HeadersInit | undefined;
  /** Ask before sending the body; the number of milliseconds to wait for the answer, true for 1000 (RFC 9110 10.1.1). */
  expectContinue?: boolean | number | undefined;
  /** The protocol to ask for (RFC 9110 7.8). */
  upgrade?: string | undefined;
  onInformational?: ((response: InformationalResponse) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Time limits in milliseconds, Infinity for none. */
interface TimeLimits {
  readonly connect: number;
  readonly headers: number;
  readonly body: number;
  readonly total: number;
}

export interface Settings {
  readonly times: TimeLimits;
  readonly limits: Limits;
  readonly quirks: number;
  readonly blocksize: number;
}

const DEFAULT_CONNECT_MS = 10_000;
const DEFAULT_HEADERS_MS = 300_000;
const DEFAULT_BODY_MS = 300_000;
const DEFAULT_BLOCKSIZE = 65_536;

export function checkedSettings(options: ConnectionOptions): Settings {
  const { timeout, blocksize = DEFAULT_BLOCKSIZE } = options;
  if (!Number.isInteger(blocksize) || blocksize <= 0) throw new RangeError(`blocksize must be a positive integer, not ${blocksize}`);
  const time = (
    name: 'connectTimeout' | 'headersTimeout' | 'bodyTimeout' | 'totalTimeout',
    common: number | null | undefined,
    fallback: number,
  ): number => {
    const given = options[name] === undefined ? common : options[name];
    return given === undefined ? fallback : milliseconds(options[name] === undefined ? 'timeout' : name, given);
  };
  return {
    times: {
      connect: time('connectTimeout', timeout, DEFAULT_CONNECT_MS),
      headers: time('headersTimeout', timeout, DEFAULT_HEADERS_MS),
      body: time('bodyTimeout', timeout, DEFAULT_BODY_MS),
      total: time('totalTimeout', undefined, Infinity),
    },
    limits: checkedLimits(options),
    quirks: quirkBits(options.lenient),
    blocksize,
  };
}

let warned = false;

/** A time limit as it is given, as a number: Infinity for none. */
export function milliseconds(name: string, value: number | null): number {
  if (value === null || value === 0) return Infinity;
  if (typeof value !== 'number' || !(value > 0)) throw new RangeError(`${name} must be a number of milliseconds, not ${value}`);
  if (value < 100 && !warned) {
    warned = true;
    process.emitWarning(`${name} is ${value} ms: times are milliseconds here, not seconds as in Python`, {
      type: 'HeadlongWarning',
      code: 'HEADLONG_SECONDS',
    });
  }
  return value;
}
