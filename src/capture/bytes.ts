// Small things that are done with bytes here, without a platform's own classes for it.

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

const SLAB = 8192;

export function toLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += SLAB) text += String.fromCharCode(...bytes.subarray(at, at + SLAB));
  return text;
}

/** Throws where it is none. */
export function fromBase64(text: string): Uint8Array {
  return fromLatin1(atob(text));
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(toLatin1(bytes));
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
