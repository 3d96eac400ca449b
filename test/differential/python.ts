// Python's notation, as far as the recordings hold text that Python wrote: json.dumps for the digests of large heads, and
// repr of bytes for the log of results. Nothing here knows HTTP.

import { createHash } from 'node:crypto';

/** A string as json.dumps(…, ensure_ascii=True) writes it: everything outside printable ASCII is escaped, DEL included. */
function dumpString(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** json.dumps of a list of [name, value] lists. */
export function dumpFields(fields: readonly (readonly [string, string])[]): string {
  return `[${fields.map(([name, value]) => `[${dumpString(name)}, ${dumpString(value)}]`).join(', ')}]`;
}

/** repr of a bytes object. */
export function reprBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
  const body = text.replace(/[^\x20-\x7e]|[\\'"]/g, (character) => {
    if (character === quote) return `\\${quote}`;
    if (character === "'" || character === '"') return character;
    return NAMED[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `b${quote}${body}${quote}`;
}

/** repr of a str that holds printable ASCII only. */
export function reprText(text: string): string {
  return reprBytes(Buffer.from(text, 'latin1')).slice(1);
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
