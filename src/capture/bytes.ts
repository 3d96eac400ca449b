// Small things that are done with bytes here, without a platform's own classes for it.

import { latin1Of } from '../wasm/latin1.js';

const encoder = new TextEncoder();

export function fromUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** One byte for each character; there is none above U+00FF. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}

/** Throws where it is none. */
export function fromBase64(text: string): Uint8Array {
  return fromLatin1(atob(text));
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(latin1Of(bytes));
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (RFC 1952 section 8), going on from `crc`. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  let value = ~crc;
  for (let n = 0; n < bytes.length; n++) value = (CRC_TABLE[(value ^ (bytes[n] as number)) & 0xff] as number) ^ (value >>> 8);
  return ~value >>> 0;
}

/** A number of two bytes in network order. */
export function two(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** A number of four bytes in network order, as a signed one. */
export function four(bytes: Uint8Array, at: number): number {
  return (two(bytes, at) << 16) | two(bytes, at + 2);
}

const CR = 0x0d;
const LF = 0x0a;

/** Behind the empty line that ends the head that goes from `at` to `end` at most, or -1. Lines may end in LF alone (RFC 9112 2.2). */
export function endOfHead(bytes: Uint8Array, at: number, end: number): number {
  for (let n = at; n < end; n++) {
    if (bytes[n] !== LF) continue;
    if (n + 1 < end && bytes[n + 1] === LF) return n + 2;
    if (n + 2 < end && bytes[n + 1] === CR && bytes[n + 2] === LF) return n + 3;
  }
  return -1;
}
