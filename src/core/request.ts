// Writing a request head: every byte that leaves is checked here, after coercion to string and before anything is written.
// A head is one latin-1 string; a character above U+00FF throws, because writing it would cut it down to another one
// (U+010A becomes LF: CVE-2018-12116). What a body is and how it is sent is client/upload.ts's business.

import { latin1Of } from '../wasm/latin1.js';
import { InvalidURL } from './errors.js';

export type HeaderValue = string | number | Uint8Array | readonly (string | number | Uint8Array)[];
/** An object, or pairs: arrays, a Map, a Headers, an HTTPMessage. */
export type HeadersInit = Readonly<Record<string, HeaderValue>> | Iterable<readonly [string, HeaderValue]>;

// method = token (RFC 9110 9.1). CVE-2020-26116.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// request-target: no blank, no control, no DEL, nothing above ASCII. CVE-2019-9740, CVE-2018-12116.
const NOT_IN_TARGET = /[^\x21-\x7e]/;
// A host has no delimiter of the head or of a URL's other parts either. CVE-2019-18348.
const NOT_IN_UNICODE_HOST = /[\0-\x20\x7f/?#@\\<>^|[\]%"`{}]/;
const NOT_IN_HOST = /[^\x21-\x7e]|[/?#@\\<>^|[\]%"`{}]/;
// field-value bytes that would end the line or the string; CVE-2016-5699.
const NOT_IN_VALUE = /[\0\r\n]|[^\0-\xff]/;
const DIGITS = /^[0-9]+$/;

/** Without the blanks around it. A server takes SP and HTAB for such, and nothing else that String.trim() does (RFC 9110 5.6.3). */
function trimmed(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** A tab may stand around a value, or between its parts; but llhttp refuses it in a length, and others have taken it for text. */
function refuseTab(name: string, value: string): void {
  if (value.includes('\t')) throw new TypeError(`${name} has a tab in it, which not every server reads alike: ${quoted(value)}`);
}

function textOf(value: string, what: string): string {
  if (value === undefined || value === null) throw new TypeError(`${what} is missing`);
  return String(value);
}

export function checkedMethod(method: string): string {
  const text = textOf(method, 'the method');
  if (!TOKEN.test(text))
    throw new TypeError(`method can't contain control characters, blanks or delimiters: ${quoted(text)}; it is a token (RFC 9110 9.1)`);
  return text;
}

/** The request target as it is sent: '/' for an empty one, no fragment. */
export function checkedTarget(url: string): string {
  let text = textOf(url, 'the request target');
  const fragment = text.indexOf('#');
  if (fragment >= 0) text = text.slice(0, fragment);
  if (text === '') return '/';
  const bad = NOT_IN_TARGET.exec(text);
  if (bad !== null) {
    throw new InvalidURL(
      `URL can't contain control characters, blanks or characters above ASCII: ${quoted(text)} (found ${quoted(bad[0])} at ${bad.index}); percent-encode it`,
    );
  }
  if (text.charCodeAt(0) === 0x3f) return `/${text}`;
  if (text.includes('@') && /^[a-z][a-z0-9+.-]*:\/\/[^/?]*@/i.test(text)) {
    throw new InvalidURL('a request target may not hold user information (RFC 9110 4.2.4); send it in the Authorization field');
  }
  return text;
}

export function checkedFieldName(name: string): string {
  const text = String(name);
  if (!TOKEN.test(text)) throw new TypeError(`Invalid header name ${quoted(text)}: a field name is a token (RFC 9110 5.1)`);
  return text;
}

export function checkedFieldValue(value: string | number | Uint8Array, name: string): string {
  let text: string;
  if (typeof value === 'string') text = value;
  else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new TypeError(`Invalid header value ${value} for ${name}: a number has to be an integer; send a string`);
    text = String(value);
  } else if (ArrayBuffer.isView(value)) {
    text = latin1Of(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else {
    throw new TypeError(`Invalid header value for ${name}: expected a string, an integer or bytes, not ${kindOf(value)}`);
  }
  const bad = NOT_IN_VALUE.exec(text);
  if (bad !== null) {
    const why = bad[0] > '\xff' ? 'a character above U+00FF cannot be sent' : 'NUL, CR and LF may not stand in it';
    throw new TypeError(`Invalid header value ${quoted(text)} for ${name}: ${why} (RFC 9110 5.5)`);
  }
  return text;
}

/** A text for an error message: quoted, with escapes for what cannot be seen. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(
    /[\x7f-\xa0]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === 'Object' ? 'an object' : `a ${tag}`;
}

const NO_FIELDS: readonly [string, string | number | Uint8Array][] = [];

/** Any of the forms of headers as name and value pairs, an array of values as several lines. */
export function fieldsOf(headers: HeadersInit | null | undefined): readonly [string, string | number | Uint8Array][] {
  if (headers === null || headers === undefined) return NO_FIELDS;
  if (typeof headers !== 'object') throw new TypeError(`headers must be an object, a Map, a Headers or pairs, not ${kindOf(headers)}`);
  const pairs =
    Symbol.iterator in headers
      ? (headers as Iterable<readonly [string, HeaderValue]>)
      : Object.entries(headers as Record<string, HeaderValue>);
  const fields: [string, string | number | Uint8Array][] = [];
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError('headers given as an iterable must hold [name, value] pairs');
    const [name, value] = pair as [string, HeaderValue];
    if (Array.isArray(value)) for (const one of value as readonly (string | number | Uint8Array)[]) fields.push([name, one]);
    else fields.push([name, value as string | number | Uint8Array]);
  }
  return fields;
}

/** A host as given to the constructor or set_tunnel, in parts. */
export interface Authority {
  host: string;
  port: number;
}

/** Parses 'h', 'h:8080', '[::1]', '[::1]:8080' (http.client: _get_hostport). An empty port is the default one. */
export function parseAuthority(given: string, port: number | string | null | undefined, defaultPort: number): Authority {
  let host = String(given);
  let number: number | string | null | undefined = port;
  if (number === null || number === undefined) {
    const colon = host.lastIndexOf(':');
    // Several colons without brackets are an IPv6 address, not a port behind one.
    if (colon > host.lastIndexOf(']') && (host.startsWith('[') || host.indexOf(':') === colon)) {
      const text = host.slice(colon + 1);
      number = text === '' ? defaultPort : text;
      host = host.slice(0, colon);
    } else {
      number = defaultPort;
    }
  }
  if (!DIGITS.test(String(number)) || Number(number) > 65535) {
    throw new InvalidURL(`nonnumeric or impossible port: ${quoted(String(number))}; a port is digits, at most 65535`);
  }
  if (host.startsWith('[') && host.endsWith(']')) host = host.slice(1, -1);
  asciiHost(host);
  return { host, port: Number(number) };
}

/** The host in the form that goes on the wire: IDNA for names beyond ASCII, brackets and no scope for IPv6. */
export function asciiHost(host: string): string {
  if (host === '') throw new InvalidURL('a host may not be empty');
  if (host.includes(':')) {
    // An IPv6 address. The scope after % is of this machine only (RFC 6874, gh-73561).
    const address = host.split('%', 1)[0] as string;
    if (!/^[0-9a-f:.]+$/i.test(address) || NOT_IN_TARGET.test(host)) throw new InvalidURL(`not a host: ${quoted(host)}`);
    return `[${address}]`;
  }
  // Before and after: what URL makes of a name drops or decodes the delimiters in it.
  refuseDelimiters(host, NOT_IN_UNICODE_HOST);
  let ascii = host;
  if (/[^\0-\x7f]/.test(host)) {
    try {
      ascii = new URL(`http://${host}`).hostname;
    } catch {
      ascii = '';
    }
    if (ascii === '' || ascii.split('.').some((label) => label.length > 63))
      throw new InvalidURL(`not a host name: ${quoted(host)} has no IDNA form`);
  }
  refuseDelimiters(ascii, NOT_IN_HOST);
  return ascii;
}

function refuseDelimiters(host: string, refused: RegExp): void {
  const bad = refused.exec(host);
  if (bad !== null) throw new InvalidURL(`a host can't contain ${quoted(bad[0])}: ${quoted(host)}`);
}

/** The value of Host: the port only where it is not the scheme's own. */
export function hostField(authority: Authority, defaultPort: number): string {
  const host = asciiHost(authority.host);
  return authority.port === defaultPort ? host : `${host}:${authority.port}`;
}

/** The authority of an absolute target, which is what Host has to name then (RFC 9112 3.2.2), or null. */
export function authorityOf(target: string): string | null {
  if (target.startsWith('/')) return null;
  return /^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? null;
}

/** A field line of the library's own making, checked when it is made: those that every request has are made once. */
export class OwnLine {
  readonly lowerName: string;
  readonly value: string;
  readonly text: string;

  constructor(name: string, value: string) {
    this.lowerName = name.toLowerCase();
    this.value = checkedFieldValue(value, name);
    this.text = `${name}: ${this.value}\r\n`;
  }
}

/**
 * A request head being written: putrequest, putheader, endheaders in order. It knows what the framing fields said,
 * and refuses what would make two requests of one (RFC 9112 6.2, 6.3).
 */
export class RequestHeadWriter {
  readonly method: string;
  readonly target: string;
  /** Bytes that the body is declared to have, or null. */
  contentLength: number | null = null;
  /** Whether Transfer-Encoding was given; its last coding is then chunked. */
  transferEncoding = false;
  /** The request asks to close, to switch protocols, or to be told before it sends its body. */
  close = false;
  upgrade = false;
  expect = false;
  contentType: string | null = null;
  // What the library adds comes first, Host in front of everything; then the caller's fields in their order.
  private start: string;
  private ownFields = '';
  private fields = '';
  // Lists: a request has few fields, and a Set for each costs more than looking through them.
  private readonly names: string[] = [];
  private readonly connectionOptions: string[] = [];

  constructor(method: string, url: string, version: string) {
    // http.client's callers may set it to what they like.
    if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0')
      throw new TypeError(`the version is HTTP/1.1 or HTTP/1.0, not ${quoted(version)}`);
    this.method = checkedMethod(method);
    this.target = checkedTarget(url);
    this.start = `${this.method} ${this.target} ${version}\r\n`;
  }

  has(lowerName: string): boolean {
    return this.names.includes(lowerName);
  }

  /** Adds a field of the library's own making, in front of the caller's, unless the caller gave it. */
  own({ lowerName, value, text }: OwnLine): void {
    if (this.names.includes(lowerName)) return;
    this.noteFraming(lowerName, value);
    this.names.push(lowerName);
    this.ownFields += text;
  }

  /** Adds a field line. Further values follow as obs-folds: putheader's documented form, nothing else emits one. */
  field(name: string, first: string | number | Uint8Array, ...more: (string | number | Uint8Array)[]): void {
    const checkedName = checkedFieldName(name);
    let value = checkedFieldValue(first, checkedName);
    for (const next of more) value += `\r\n\t${checkedFieldValue(next, checkedName)}`;
    const lower = checkedName.toLowerCase();
    this.noteFraming(lower, value);
    this.names.push(lower);
    this.fields += `${checkedName}: ${value}\r\n`;
  }

  private noteFraming(lower: string, value: string): void {
    switch (lower) {
      case 'content-length': {
        refuseTab('Content-Length', value);
        const text = trimmed(value);
        if (this.names.includes(lower)) throw new TypeError('Content-Length is given twice');
        if (this.transferEncoding)
          throw new TypeError('Content-Length and Transfer-Encoding are both given: a request has one framing (RFC 9112 6.2)');
        if (!DIGITS.test(text) || Number(text) > Number.MAX_SAFE_INTEGER)
          throw new TypeError(`Content-Length is not a number of bytes: ${quoted(value)}`);
        this.contentLength = Number(text);
        break;
      }
      case 'transfer-encoding': {
        refuseTab('Transfer-Encoding', value);
        const codings = value.split(',').map((coding) => trimmed(coding).toLowerCase());
        if (this.names.includes(lower)) throw new TypeError('Transfer-Encoding is given twice; name all codings in one field');
        if (this.contentLength !== null)
          throw new TypeError('Content-Length and Transfer-Encoding are both given: a request has one framing (RFC 9112 6.2)');
        if (codings.indexOf('chunked') !== codings.length - 1 || codings.includes('')) {
          throw new TypeError(`Transfer-Encoding has to name chunked, last and once: ${quoted(value)} (RFC 9112 6.1)`);
        }
        this.transferEncoding = true;
        break;
      }
      case 'connection':
        for (const option of value.toLowerCase().split(',')) this.connectionOptions.push(trimmed(option));
        this.close = this.connectionOptions.includes('close');
        break;
      case 'host':
        if (this.names.includes(lower)) throw new TypeError('Host is given twice (RFC 9112 3.2)');
        break;
      case 'upgrade':
        this.upgrade = true;
        break;
      case 'expect':
        this.expect = trimmed(value).toLowerCase() === '100-continue';
        break;
      case 'content-type':
        this.contentType = value;
    }
  }

  /** Names an option in Connection: in a line of its own, since the field is a list and the caller's line stays as it is. */
  connectionOption(option: string): void {
    if (this.connectionOptions.includes(option.toLowerCase())) return;
    this.connectionOptions.push(option.toLowerCase());
    this.ownFields += `Connection: ${option}\r\n`;
  }

  /** Whether the message says where its body ends. */
  get framed(): boolean {
    return this.contentLength !== null || this.transferEncoding;
  }

  /** The head, complete. */
  end(): string {
    // RFC 9110 10.1.4: whoever sends TE names it in Connection.
    if (this.names.includes('te')) this.connectionOption('TE');
    return `${this.start}${this.ownFields}${this.fields}\r\n`;
  }
}

/** A trailer section as it is sent, its empty line included. */
export function trailerSection(trailers: HeadersInit): string {
  let text = '';
  for (const [name, value] of fieldsOf(trailers)) {
    const checked = checkedFieldName(name);
    if (/^(content-length|transfer-encoding|host|trailer|content-encoding|content-type|content-range)$/i.test(checked)) {
      throw new TypeError(`${checked} may not be a trailer field (RFC 9110 6.5.1)`);
    }
    text += `${checked}: ${checkedFieldValue(value, checked)}\r\n`;
  }
  return `${text}\r\n`;
}
