// set_debuglevel's lines, in Python's notation: the repr of bytes and of str.

function repr(text: string, escapes: RegExp): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\r\n\t]|['"]/g, (c) => {
    if (c === '\r') return '\\r';
    if (c === '\n') return '\\n';
    if (c === '\t') return '\\t';
    return c === '\\' || c === quote ? `\\${c}` : c;
  });
  return quote + body.replace(escapes, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`) + quote;
}

/** As Python shows a bytes object; a string stands for its latin-1 bytes. */
export function reprBytes(data: string | Uint8Array): string {
  const text = typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  return `b${repr(text, /[^\x20-\x7e]/g)}`;
}

/** As Python shows a str of latin-1 characters. */
export function reprText(text: string): string {
  return repr(text, /[\0-\x1f\x7f-\xa0\xad]/g);
}
