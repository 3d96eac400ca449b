// What bytes look like: the start line of a request or a response, TLS, or neither. HTTP is known by what it says, never by its port.
// Where a stream has lost its thread, this finds the next start line.

import { latin1Of } from '../wasm/latin1.js';

export const MORE = 0;
export const REQUEST = 1;
export const RESPONSE = 2;
export const TLS = 3;
export const OTHER = 4;
export type Kind = typeof MORE | typeof REQUEST | typeof RESPONSE | typeof TLS | typeof OTHER;

/** A request line that is longer is not waited for. */
const LONGEST_LINE = 16384;
const LONGEST_METHOD = 32;

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;

const VERSION = [...'HTTP/'].map((c) => c.charCodeAt(0));
const ICY = [...'ICY '].map((c) => c.charCodeAt(0));

/** What the bytes from `at` to `end` begin with. MORE: too few have come to tell. */
export function kindOf(bytes: Uint8Array, at: number, end: number): Kind {
  const tls = tlsKind(bytes, at, end);
  if (tls !== OTHER) return tls;
  at = behindEmptyLines(bytes, at, end);
  for (const start of [VERSION, ICY]) {
    let n = 0;
    // In small letters it is no status line (RFC 9112 2.3), but nothing else either: the parser says so.
    while (n < start.length && at + n < end && upperCase(bytes[at + n] as number) === start[n]) n++;
    if (n === start.length) return RESPONSE;
    if (at + n === end) return MORE;
  }
  return requestKind(bytes, at, end);
}

function upperCase(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}

/** The first byte from `at` on that is no CR or LF. */
export function behindEmptyLines(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
  return at;
}

// A record: its type, version 3.x, and for a handshake that it is a hello (RFC 8446 5.1); or a hello of SSL 2.0 (RFC 5246 E.2).
function tlsKind(bytes: Uint8Array, at: number, end: number): Kind {
  const type = bytes[at] as number;
  if (at < end && type >= 20 && type <= 23) {
    if (at + 5 >= end) return (at + 1 >= end || bytes[at + 1] === 3) && (at + 2 >= end || (bytes[at + 2] as number) <= 4) ? MORE : OTHER;
    const length = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number);
    return bytes[at + 1] === 3 && (bytes[at + 2] as number) <= 4 && length > 0 && length <= 16384 + 2048 ? TLS : OTHER;
  }
  if (at + 5 < end && (type & 0x80) !== 0 && bytes[at + 2] === 1 && bytes[at + 3] === 3 && (bytes[at + 4] as number) <= 3) return TLS;
  return OTHER;
}

// method SP request-target SP HTTP-version (RFC 9112 3), or GET SP path alone as in HTTP/0.9.
function requestKind(bytes: Uint8Array, at: number, end: number): Kind {
  let method = at;
  while (method < end && isTokenCharacter(bytes[method] as number)) method++;
  const length = method - at;
  if (length > LONGEST_METHOD) return OTHER;
  if (method === end) return MORE;
  if (length === 0 || bytes[method] !== SP) return OTHER;
  let version = method;
  let lineFeed = method + 1;
  for (const limit = Math.min(end, at + LONGEST_LINE); lineFeed < limit && bytes[lineFeed] !== LF; lineFeed++) {
    if (bytes[lineFeed] === SP && hasPrefix(VERSION, bytes, lineFeed + 1, limit)) version = lineFeed;
  }
  if (version > method) return REQUEST;
  if (lineFeed === end) return end - at < LONGEST_LINE ? MORE : OTHER;
  return /^GET \S+\r?$/.test(latin1Of(bytes.subarray(at, lineFeed))) ? REQUEST : OTHER;
}

function hasPrefix(prefix: readonly number[], bytes: Uint8Array, at: number, end: number): boolean {
  for (let n = 0; n < prefix.length; n++) if (at + n >= end || bytes[at + n] !== prefix[n]) return false;
  return true;
}

function isTokenCharacter(byte: number): boolean {
  // RFC 9110 5.6.2
  if (byte < 0x30)
    return byte === 0x21 || (byte >= 0x23 && byte <= 0x27) || byte === 0x2a || byte === 0x2b || byte === 0x2d || byte === 0x2e;
  return byte <= 0x39 || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x5e && byte <= 0x7a) || byte === 0x7c || byte === 0x7e;
}

const H = 0x48;

/** Where the next start line of `kind` is from `at` on, or -1. A line that begins a segment may be cut. */
export function findStart(kind: Kind, bytes: Uint8Array, at: number, end: number): number {
  if (startsAt(kind, bytes, at, end)) return at;
  for (let h = at; h < end; h++) {
    if (bytes[h] !== H || !hasPrefix(VERSION, bytes, h, end)) continue;
    if (kind === RESPONSE && startsAt(RESPONSE, bytes, h, end)) return h;
    if (kind !== REQUEST) continue;
    const before = latin1Of(bytes.subarray(Math.max(at, h - LONGEST_LINE), h));
    const length = /[A-Z]{3,20}(?:-[A-Z]+)* [^\s]+ $/.exec(before)?.[0].length;
    if (length !== undefined) return h - length;
  }
  return -1;
}

/** Whether a start line of `kind` begins at `at` beyond doubt, though it may be cut. */
export function startsAt(kind: Kind, bytes: Uint8Array, at: number, end: number): boolean {
  const first = bytes[at] as number;
  if (first < 0x41 || first > 0x5a || at >= end) return false;
  const start = latin1Of(bytes.subarray(at, Math.min(end, at + 64)));
  if (kind === RESPONSE) return /^HTTP\/1\.[01] \d{3}[ \r\n]/.test(start);
  return (
    /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|PROPFIND|REPORT|CONNECT) (?:\/|\*|https?:\/\/|[\w.-]+:\d)/.test(start) ||
    kindOf(bytes, at, end) === kind
  );
}
