// Bytes as text, one character for each byte, U+0000 to U+00FF, where there is no Buffer.

/** Longer texts are decoded; shorter ones are sooner put together than a decoder is called. */
const SHORT = 64;
/** More arguments than this a call may not take. */
const SLAB = 8192;

const utf8 = new TextDecoder();

/** TextDecoder('latin1') is windows-1252, which alters 0x80 to 0x9f. */
export function latin1Of(bytes: Uint8Array): string {
  if (bytes.length > SHORT) {
    const ascii = utf8.decode(bytes);
    // In UTF-8 whatever is not ASCII takes more than one byte, or is none and replaced.
    if (ascii.length === bytes.length && !ascii.includes('\ufffd')) return ascii;
  }
  let text = '';
  for (let at = 0; at < bytes.length; at += SLAB) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + SLAB) as unknown as number[]);
  }
  return text;
}
