// set_debuglevel's lines on standard output, as http.client prints them, bytes and strings in Python's notation.

import { wireLines, type ResponseHead } from '../core/head.js';
import type { Exchange } from './exchange.js';

export function print(line: string): void {
  console.log(line);
}

export function printSent(data: string | Uint8Array): void {
  print(`send: ${reprBytes(data)}`);
}

/** What came in answer to `exchange`: its interim responses, then its head. */
export function printReply(exchange: Exchange): void {
  for (const head of exchange.interim ?? []) {
    const [reply = '', ...lines] = wireLines(head);
    print(`reply: ${reprText(reply)}`);
    print(`headers: [${lines.map(reprBytes).join(', ')}]`);
  }
  const head = exchange.head as ResponseHead;
  print(`reply: ${reprText(wireLines(head)[0] ?? '')}`);
  for (const [name, value] of head.headers) print(`header: ${name}: ${value}`);
}

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
