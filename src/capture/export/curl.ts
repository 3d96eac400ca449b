// A request as a command line for curl, which sends it again as it was: the same method, target and fields, none of curl's own. Everything
// in it came over the wire and is anybody's, so every word is quoted for a POSIX shell, and what no terminal should see is escaped.

import { latin1Of } from '../../wasm/latin1.js';
import { fromLatin1, fromUtf8 } from '../bytes.js';
import type { Exchange } from '../exchange.js';
import { urlOf } from '../url.js';
import { shownFields, shownURL, type ExportOptions } from './redact.js';
import { asText } from './text.js';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** curl writes these itself, from the URL and from the body. */
const OWN = new Set(['content-length', 'transfer-encoding']);
/** curl adds these unless it is told not to. */
const ADDED = ['User-Agent', 'Accept', 'Content-Type', 'Expect'];
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f]/;

/** The command line, on one line but for line ends in a body of text. */
export async function toCurl(exchange: Exchange, options: ExportOptions = {}): Promise<string> {
  const { request } = exchange;
  if (request === null) throw new TypeError('the request was not captured: there is nothing to send again');
  const { method, target, version, body } = request;
  const url = shownURL(urlOf(exchange), options);
  const bytes = await body.bytes();
  const hasBody = bytes.length > 0;
  const words: string[] = [];
  if (method === 'HEAD' && !hasBody) words.push('--head');
  else if (method !== (hasBody ? 'POST' : 'GET')) words.push('--request', word(method));
  if (version === 'HTTP/1.0') words.push('--http1.0');
  // As it is: no ranges in brackets, no dots taken out.
  words.push('--globoff', '--path-as-is');
  if (!target.startsWith('/') && !/^[a-z][a-z\d+.-]*:\/\//i.test(target)) words.push('--request-target', word(target));
  const fields = shownFields(request.headers, options).filter(([name]) => TOKEN.test(name) && !OWN.has(name.toLowerCase()));
  const names = new Set(fields.map(([name]) => name.toLowerCase()));
  if (names.has('accept-encoding')) words.push('--compressed');
  for (const [name, value] of fields)
    words.push('--header', word(value === '' ? `${name};` : `${name}: ${value.replace(/[\0\r\n]+/g, ' ')}`));
  for (const name of ADDED) if (!names.has(name.toLowerCase())) words.push('--header', `${name}:`);
  const text = asText(bytes);
  const isText = hasBody && text !== null && !CONTROLS.test(text);
  if (isText) words.push('--data-raw', quoted(text));
  else if (hasBody) words.push('--data-binary', '@-');
  words.push(word(url));
  return `${hasBody && !isText ? `printf ${format(bytes)} | ` : ''}curl ${words.join(' ')}`;
}

/** A string whose characters are bytes, as one word. */
function word(latin1: string): string {
  if (/^[\w./:=@%+,-]+$/.test(latin1)) return latin1;
  // Strings of other inputs than captured bytes may have any character.
  const bytes = /[^\0-\xff]/.test(latin1) ? fromUtf8(latin1) : fromLatin1(latin1);
  const text = asText(bytes);
  return text === null || CONTROLS.test(text) || /[\n\t]/.test(text) ? `"$(printf ${format(bytes)})"` : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The bytes as a format of printf, one word. */
function format(bytes: Uint8Array): string {
  const escaped = latin1Of(bytes).replace(/[^ -~]|[%\\']/g, (character) =>
    character === '%' ? '%%' : `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `'${escaped}'`;
}
