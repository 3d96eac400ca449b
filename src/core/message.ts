// HTTPMessage: a field section as http.client shows it, the field lines in wire order and letter case. It holds the
// head as one string with the offsets of its parts, and decodes them when somebody asks. Nothing here interprets framing.

import { FIELD_SLOTS, FOLDED, NAME_END, NAME_START, VALUE_END, VALUE_START } from '../wasm/layout.generated.js';

/** One field line: name and value. */
export type Field = [name: string, value: string];

/**
 * A field section: case-insensitive look-up, wire order and letter case kept, duplicates kept.
 * (http.client: HTTPMessage, an email.message.Message.)
 *
 * @example
 * ```ts run
 * import { HTTPMessage } from 'headlong';
 * const message = new HTTPMessage([['Content-Type', 'text/html; charset=utf-8'], ['X', '1'], ['x', '2']]);
 * console.log(message.get('X'), message.get_all('X'), message.get_content_charset()); // 1 [ '1', '2' ] utf-8
 * ```
 */
export class HTTPMessage implements Iterable<Field> {
  // Of a tokenised head: its text, and the offsets of the parts, which are cut out when asked for.
  #text = '';
  #words: readonly number[] = [];
  // Of given fields: names and values in turn.
  readonly #parts: string[] = [];

  constructor(fields: Iterable<readonly [string, string]> = []) {
    for (const [name, value] of fields) this.#parts.push(name, value);
  }

  /** The field section of a tokenised head: `text` is the head, `words` its field words (see assembly/layout.ts). */
  static fromWords(text: string, words: readonly number[]): HTTPMessage {
    const message = new HTTPMessage();
    message.#text = text;
    message.#words = words;
    return message;
  }

  /** The number of field lines. */
  get size(): number {
    return this.#words.length / FIELD_SLOTS + this.#parts.length / 2;
  }

  #name(n: number): string {
    const at = n * FIELD_SLOTS;
    const words = this.#words;
    if (words.length === 0) return this.#parts[2 * n] as string;
    return this.#text.slice(words[at + NAME_START], (words[at + NAME_END] as number) & ~FOLDED);
  }

  #value(n: number): string {
    const at = n * FIELD_SLOTS;
    const words = this.#words;
    if (words.length === 0) return this.#parts[2 * n + 1] as string;
    const value = this.#text.slice(words[at + VALUE_START], words[at + VALUE_END]);
    return ((words[at + NAME_END] as number) & FOLDED) === 0 ? value : unfold(value);
  }

  /** The next field of this name from the one numbered `from` on, or -1. */
  #find(lower: string, from: number): number {
    const { size } = this;
    const words = this.#words;
    for (let n = from; n < size; n++) {
      const at = n * FIELD_SLOTS;
      // Most names are told apart by their length, before a string is made of them.
      if (words.length > 0 && ((words[at + NAME_END] as number) & ~FOLDED) - (words[at + NAME_START] as number) !== lower.length) continue;
      if (lowerCase(this.#name(n)) === lower) return n;
    }
    return -1;
  }

  /** The value of the first field of this name, else `fallback`. */
  get(name: string): string | null;
  get<T>(name: string, fallback: T): string | T;
  get(name: string, fallback: unknown = null): unknown {
    const n = this.#find(lowerCase(name), 0);
    return n < 0 ? fallback : this.#value(n);
  }

  /** The values of every field of this name in wire order, else `fallback`. */
  get_all(name: string): string[] | null;
  get_all<T>(name: string, fallback: T): string[] | T;
  get_all(name: string, fallback: unknown = null): unknown {
    const lower = lowerCase(name);
    const found: string[] = [];
    for (let n = this.#find(lower, 0); n >= 0; n = this.#find(lower, n + 1)) found.push(this.#value(n));
    return found.length === 0 ? fallback : found;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  keys(): string[] {
    const { size } = this;
    const keys = new Array<string>(size);
    for (let n = 0; n < size; n++) keys[n] = this.#name(n);
    return keys;
  }

  values(): string[] {
    const { size } = this;
    const values = new Array<string>(size);
    for (let n = 0; n < size; n++) values[n] = this.#value(n);
    return values;
  }

  items(): Field[] {
    const { size } = this;
    const items = new Array<Field>(size);
    for (let n = 0; n < size; n++) items[n] = [this.#name(n), this.#value(n)];
    return items;
  }

  get [Symbol.toStringTag](): string {
    return 'HTTPMessage';
  }

  [Symbol.iterator](): Iterator<Field> {
    return this.items()[Symbol.iterator]();
  }

  /** The same fields as a WHATWG `Headers`. Names become lower-case; a name that `Headers` refuses throws its TypeError. */
  toHeaders(): Headers {
    return new Headers(this.items());
  }

  /** The field lines as text, each ended by LF, and an empty line (Python: Message.as_string). */
  as_string(): string {
    return (
      this.items()
        .map(([name, value]) => `${name}: ${value}\n`)
        .join('') + '\n'
    );
  }

  toString(): string {
    return this.as_string();
  }

  /** The media type in lower case, 'text/plain' if there is none or it is malformed (Python: get_content_type). */
  get_content_type(): string {
    const type = (this.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    return /^[^/\s]+\/[^/\s]+$/.test(type) ? type : 'text/plain';
  }

  get_content_maintype(): string {
    return this.get_content_type().split('/')[0] as string;
  }

  get_content_subtype(): string {
    return this.get_content_type().split('/')[1] as string;
  }

  /** The charset parameter of Content-Type in lower case, else `fallback`. */
  get_content_charset(): string | null;
  get_content_charset<T>(fallback: T): string | T;
  get_content_charset(fallback: unknown = null): unknown {
    // Most responses name none: that is seen without taking the value apart.
    if (!/charset/i.test(this.get('content-type') ?? '')) return fallback;
    return this.get_param('charset')?.toLowerCase() ?? fallback;
  }

  /** The parameters of a field, the first being its value with an empty string, else `fallback`. */
  get_params(fallback: [string, string][] | null = null, header = 'content-type'): [string, string][] | null {
    const value = this.get(header);
    return value === null ? fallback : parseParameters(value);
  }

  /** One parameter of a field, unquoted; extended notation (RFC 8187) is decoded. Else `fallback`. */
  get_param(name: string, fallback: string | null = null, header = 'content-type'): string | null {
    const lower = name.toLowerCase();
    const parameters = this.get_params([], header) as [string, string][];
    const extended = parameters.slice(1).find(([key]) => key.toLowerCase() === `${lower}*`);
    if (extended !== undefined) {
      const decoded = decodeExtended(extended[1]);
      if (decoded !== null) return decoded;
    }
    return parameters.slice(1).find(([key]) => key.toLowerCase() === lower)?.[1] ?? fallback;
  }

  /** The filename of Content-Disposition, else the name of Content-Type, else `fallback`. */
  get_filename(fallback: string | null = null): string | null {
    return this.get_param('filename', null, 'content-disposition') ?? this.get_param('name', fallback);
  }

  /** The boundary of a multipart Content-Type, else `fallback`. */
  get_boundary(fallback: string | null = null): string | null {
    return this.get_param('boundary', fallback)?.trimEnd() ?? fallback;
  }
}

// Names are ASCII: the Kelvin sign, which Unicode makes a k, finds nothing.
function lowerCase(name: string): string {
  return /[^\0-\x7f]/.test(name) ? name : name.toLowerCase();
}

// RFC 9112 5.2: each obs-fold, with the blanks around it, is one SP; so is a run of them.
function unfold(value: string): string {
  // In parts, since a pattern for blanks around line ends takes quadratic time on a long run of blanks.
  return value
    .split('\n')
    .map((part) => trimBlanks(part))
    .filter((part) => part !== '')
    .join(' ');
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** SP, HTAB, and the CR of a line end. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

// parameters = *( OWS ";" OWS [ token "=" ( token / quoted-string ) ] ), read tolerantly (RFC 9110 5.6.6)
function parseParameters(value: string): [string, string][] {
  const [first = ''] = /^[^;]*/.exec(value) ?? [];
  const parameters: [string, string][] = [[first.trim(), '']];
  for (const match of value.slice(first.length).matchAll(/;\s*([^=;\s]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*)))?/g)) {
    const [, name = '', quoted, plain] = match;
    if (name !== '') parameters.push([name, quoted?.replace(/\\(.)/g, '$1') ?? plain?.trim() ?? '']);
  }
  return parameters;
}

// ext-value = charset "'" [ language ] "'" value-chars (RFC 8187)
function decodeExtended(value: string): string | null {
  const [, charset, text] = /^([^']*)'[^']*'(.*)$/.exec(value) ?? [];
  if (charset === undefined || text === undefined) return null;
  try {
    const bytes = Uint8Array.from(
      text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      (c) => c.charCodeAt(0),
    );
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return null;
  }
}
