// What a capture holds, as it is handed out: exchanges of a request and its response, the connections that they went over, and references
// to their bodies. Types only; nothing here knows where the bytes came from.

import type { Framing } from '../core/framing.js';
import type { HTTPMessage } from '../core/message.js';

/**
 * What is to be known before a message is trusted.
 *
 * - `gap`: bytes of it were never captured; what is there stands on both sides of the hole
 * - `truncated`: the capture, its packets (snap length) or the connection ends inside of it
 * - `retransmitted`, `reordered`, `overlap`: segments of it came again, out of order, or with other bytes at the same place (the first
 *   ones are taken)
 * - `one-sided`: only one direction of its connection was captured
 * - `midstream`: the connection was open when the capture began
 * - `malformed`: it breaks a rule of HTTP; `problem` says which
 * - `close-delimited`: its body ends where the connection does
 * - `encrypted`: the connection is TLS; there are no messages to show
 */
export type Flag =
  | 'gap'
  | 'truncated'
  | 'retransmitted'
  | 'reordered'
  | 'overlap'
  | 'one-sided'
  | 'midstream'
  | 'malformed'
  | 'close-delimited'
  | 'encrypted';

/** A body: where it lies, not its bytes. Every call reads them anew. */
export interface BodyRef {
  /** Bytes after the transfer coding was taken off, as far as they were captured. */
  readonly length: number;
  /** Whether all of it was captured. */
  readonly complete: boolean;
  /** Why it is not complete, or why decoded() stopped, in words; null where nothing is wrong (yet). */
  readonly problem: string | null;
  /** The bytes after the transfer coding was taken off; holes left out. */
  bytes(): Promise<Uint8Array>;
  /** The bytes after the content codings were taken off too, as far as that goes; `limit` bounds them (default 256 MiB, at most 1000 times the coded bytes once past 1 MiB). */
  decoded(options?: { limit?: number }): Promise<Uint8Array>;
  /** The same as bytes(), piece by piece. */
  stream(): ReadableStream<Uint8Array>;
}

interface CapturedMessage {
  /** 'HTTP/1.1' and the like, as on the wire. */
  readonly version: string;
  readonly headers: HTTPMessage;
  readonly framing: Framing;
  readonly body: BodyRef;
  readonly trailers: HTTPMessage | null;
  /** Milliseconds since the epoch, with fractions: its first byte, its last. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly flags: readonly Flag[];
  /** What rule it breaks, in words; null where it breaks none. */
  readonly problem: string | null;
  /** The bytes on the wire, head and coded body, holes left out: for a hexadecimal view. */
  wire(): Promise<Uint8Array>;
}

export interface CapturedRequest extends CapturedMessage {
  readonly method: string;
  readonly target: string;
}

/** An interim response (1xx). */
export interface CapturedInterim {
  readonly status: number;
  readonly reason: string;
  readonly headers: HTTPMessage;
  readonly startedAt: number;
}

export interface CapturedResponse extends CapturedMessage {
  readonly status: number;
  readonly reason: string;
  readonly interim: readonly CapturedInterim[];
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Connection {
  /** Counts from 0 in the order in which connections were met. */
  readonly id: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The link type of the capture: 'Ethernet', 'Linux SLL', ...; 'WARC', 'HAR', 'SAZ', 'raw' for other inputs. */
  readonly link: string;
  readonly encrypted: boolean;
}

/** Milliseconds. */
export interface Timings {
  /** From SYN to the end of the handshake, where it was captured, for the first exchange of a connection. */
  readonly connect?: number;
  /** From the first byte of the request to its last. */
  readonly send: number;
  /** From there to the first byte of the final response. */
  readonly wait: number;
  /** From there to its last byte. */
  readonly receive: number;
}

export interface Exchange {
  /** Null when it was not captured. */
  readonly request: CapturedRequest | null;
  readonly response: CapturedResponse | null;
  readonly connection: Connection;
  readonly timings: Timings;
  /** The URL of the request, where the input says it (WARC, HAR); else it is what the request and its connection come to. */
  readonly url?: string | undefined;
  /** What is wrong with the record as a whole (a connection without HTTP, a damaged record), in words; else null. */
  readonly problem: string | null;
}
