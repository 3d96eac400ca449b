// Bytes as text, one character for each byte, U+0000 to U+00FF, where there is no Buffer.

/** More arguments than this a call may not take. */
const SLAB = 8192;

/** TextDecoder('latin1') is windows-1252, which alters 0x80 to 0x9f. */
export function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += SLAB) text += String.fromCharCode(...bytes.subarray(at, at + SLAB));
  return text;
}
