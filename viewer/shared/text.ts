// From the bytes of a body to text: in the charset that it names, else in the one that its bytes show.

/** RFC 8259 8.1 and WHATWG: UTF-8 is the rule; bytes that are none are read one by one, so that none is lost. */
export function textOf(bytes: Uint8Array, charset: string | null): string {
  for (const label of [charset, bomOf(bytes), 'utf-8']) {
    if (label === null) continue;
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes);
    } catch {
      // An unknown label, or bytes that are not of it: a body cut short ends in the middle of a character.
      if (label === 'utf-8' && isCutUTF8(bytes)) return new TextDecoder().decode(bytes);
    }
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

function bomOf(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** Whether the bytes are UTF-8 but for the last three, of which a character may be missing. */
function isCutUTF8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether bytes are text rather than anything else, judged by the first of them. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 1024);
  if (bomOf(head) !== null) return true;
  let odd = 0;
  for (const byte of head)
    if (byte === 0 || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b)) odd++;
  return odd === 0;
}
