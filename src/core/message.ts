// HTTPMessage: a field section as http.client shows it, the field lines in wire order and letter case. Where the fields come
// from, and when they are decoded, is their source's business. Nothing here interprets framing.

import { lowerCase, type FieldSource } from './lines.js';

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
  #source: FieldSource;

  constructor(fields: Iterable<readonly [string, string]> = NONE) {
    this.#source = fields === NONE ? EMPTY : new GivenFields(fields);
  }

  /** The field section of a tokenised head. */
  static from(source: FieldSource): HTTPMessage {
    const message = new HTTPMessage();
    message.#source = source;
    return message;
  }

  /** The number of field lines. */
  get size(): number {
    return this.#source.count;
  }

  /**
   * Names and values in turn, in one array: what costs least when all fields are wanted (Node: IncomingMessage.rawHeaders).
   *
   * @example
   * ```ts run
   * import { HTTPMessage } from 'headlong';
   * console.log(new HTTPMessage([['Accept', 'text/html'], ['X', '1']]).flat()); // [ 'Accept', 'text/html', 'X', '1' ]
   * ```
   */
  flat(): string[] {
    return this.#source.flat();
  }

  /** The value of the first field of this name, else `fallback`. */
  get(name: string): string | null;
  get<T>(name: string, fallback: T): string | T;
  get(name: string, fallback: unknown = null): unknown {
    return this.#source.value(name, 0) ?? fallback;
  }

  /** The values of every field of this name in wire order, else `fallback`. */
  get_all(name: string): string[] | null;
  get_all<T>(name: string, fallback: T): string[] | T;
  get_all(name: string, fallback: unknown = null): unknown {
    const found: string[] = [];
    for (let value = this.#source.value(name, 0); value !== null; value = this.#source.value(name, found.length)) found.push(value);
    return found.length === 0 ? fallback : found;
  }

  has(name: string): boolean {
    return this.#source.value(name, 0) !== null;
  }

  keys(): string[] {
    return this.flat().filter((_, n) => n % 2 === 0);
  }

  values(): string[] {
    return this.flat().filter((_, n) => n % 2 === 1);
  }

  items(): Field[] {
    const flat = this.flat();
    const items = new Array<Field>(flat.length / 2);
    for (let n = 0; n < items.length; n++) items[n] = [flat[2 * n] as string, flat[2 * n + 1] as string];
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
    const type = this.get('content-type') ?? '';
    if (type !== lastType) {
      lastType = type;
      // Most responses name none: that is seen without taking the value apart.
      lastCharset = /charset/i.test(type) ? (this.get_param('charset')?.toLowerCase() ?? null) : null;
    }
    return lastCharset ?? fallback;
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

// The Content-Type whose charset was asked for last: a server's responses mostly have the same.
let lastType = '';
let lastCharset: string | null = null;

class GivenFields implements FieldSource {
  readonly count: number;
  readonly #flat: string[] = [];

  constructor(fields: Iterable<readonly [string, string]>) {
    for (const [name, value] of fields) this.#flat.push(name, value);
    this.count = this.#flat.length / 2;
  }

  flat(): string[] {
    return this.#flat.slice();
  }

  value(name: string, skip: number): string | null {
    const lower = lowerCase(name);
    const flat = this.#flat;
    for (let n = 0; n < flat.length; n += 2) if (lowerCase(flat[n] as string) === lower && skip-- === 0) return flat[n + 1] as string;
    return null;
  }
}

const NONE: readonly [string, string][] = [];
const EMPTY: FieldSource = new GivenFields(NONE);

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
