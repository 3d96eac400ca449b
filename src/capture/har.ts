// HAR 1.2: one JSON object with a list of entries. The list is gone through entry by entry, so that no more than one of them is held,
// one that cannot be read does not touch the others, and a file that is cut short gives what it has. Bodies are read from the file
// when they are asked for. What a HAR says is often wrong in its types; everything is taken for what it looks like.

import type { Framing } from '../core/framing.js';
import { HTTPMessage, type Field } from '../core/message.js';
import { latin1Of } from '../wasm/latin1.js';
import { fromBase64, fromLatin1, fromUtf8 } from './bytes.js';
import type { BodyRef, CapturedRequest, CapturedResponse, Exchange } from './exchange.js';
import { PieceReader } from './pieces.js';
import { Segments } from './segments.js';
import { joined, type Source } from './source.js';
import { NOWHERE, unreadable } from './unreadable.js';
import { portOf } from './url.js';

/** A larger entry cannot become one string. */
const LARGEST_ENTRY = 2 ** 28;

export function looksLikeHAR(head: Uint8Array): boolean {
  const text = latin1Of(head);
  return /^(?:\xef\xbb\xbf)?\s*\{/.test(text) && /"(?:log|entries)"\s*:/.test(text);
}

export async function* readHAR(source: Source): AsyncGenerator<Exchange> {
  const reader = new PieceReader(source);
  const scanner = new EntryScanner();
  const connections = new Map<string, number>();
  let parts: Uint8Array[] = [];
  let size = 0;
  let at = 0;
  let id = 0;
  try {
    for (let placed = await reader.next(Infinity); placed !== null; placed = await reader.next(Infinity)) {
      const { bytes } = placed;
      for (const { start, end, isWhole } of scanner.scan(bytes)) {
        if (size === 0) at = placed.at + start;
        size += end - start;
        if (size <= LARGEST_ENTRY) parts.push(bytes.subarray(start, end));
        else parts = [];
        if (!isWhole) continue;
        if (size > LARGEST_ENTRY) yield unreadable(`the entry at byte ${at} has ${size} bytes, which is too much`, id++, 'HAR');
        else {
          const segments = new Segments(source);
          const entry = joined(parts, size);
          segments.add(at, entry);
          yield exchangeOf(entry, segments, at, () => id++, connections);
        }
        parts = [];
        size = 0;
      }
    }
  } finally {
    await reader.close();
  }
  if (size > 0) yield unreadable(`the file ends inside of the entry at byte ${at}`, id++, 'HAR');
  else if (!scanner.found) yield unreadable('the file has no list of entries', id++, 'HAR');
  else if (!scanner.ended) yield unreadable('the file ends inside of its list of entries', id++, 'HAR');
}

/** A stretch of bytes of one entry; `isWhole` says that the entry ends there. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly isWhole: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
/** A name that is longer is none that is looked for. */
const LONGEST_NAME = 16;

/** Finds the values in the list "entries" of the object "log", or of the outermost one. */
class EntryScanner {
  found = false;
  ended = false;
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** The last string, as far as it may be a name. */
  private name = '';
  private names: string[] = [];
  /** How deep the values of the list are, or 0 outside of it. */
  private listDepth = 0;
  private inEntry = false;

  *scan(bytes: Uint8Array): Generator<Stretch> {
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.inString) {
        this.takeCharacter(byte);
        continue;
      }
      const isDelimiter = byte === COMMA || byte === CLOSE_BRACKET;
      if (this.inEntry && this.depth === this.listDepth && isDelimiter) {
        yield { start, end: at, isWhole: true };
        this.inEntry = false;
      }
      const isBlank = byte === 0x20 || (byte >= 9 && byte <= 13);
      if (!this.inEntry && this.listDepth > 0 && this.depth === this.listDepth && !isBlank && !isDelimiter) {
        this.inEntry = true;
        start = at;
      }
      this.takeStructure(byte);
    }
    if (this.inEntry) yield { start, end: bytes.length, isWhole: false };
  }

  private takeCharacter(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inString = false;
    else if (this.name.length < LONGEST_NAME) this.name += String.fromCharCode(byte);
  }

  private takeStructure(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.inString = true;
        this.name = '';
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.names[this.depth++] = this.name;
        this.name = '';
        if (byte === OPEN_BRACKET && this.listDepth === 0 && this.isList) {
          this.listDepth = this.depth;
          this.found = true;
        }
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (this.depth === this.listDepth && byte === CLOSE_BRACKET) {
          this.ended = true;
          this.listDepth = 0;
        }
        this.depth--;
        break;
    }
  }

  private get isList(): boolean {
    const { depth, names } = this;
    return names[depth - 1] === 'entries' && (depth === 2 || (depth === 3 && names[1] === 'log'));
  }
}

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
/** Times and sizes: what is not known is -1, or left out. */
const amountOf = (value: unknown): number => (typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : 0);

function parseEntry(bytes: Uint8Array): Json {
  return objectOf(JSON.parse(new TextDecoder().decode(bytes)));
}

function exchangeOf(bytes: Uint8Array, segments: Segments, at: number, nextId: () => number, connections: Map<string, number>): Exchange {
  let entry: Json;
  try {
    entry = parseEntry(bytes);
  } catch (error) {
    return unreadable(`the entry at byte ${at} is no JSON: ${(error as Error).message}`, nextId(), 'HAR');
  }
  if (typeof entry['request'] !== 'object' || entry['request'] === null) {
    return unreadable(`the entry at byte ${at} has no request`, nextId(), 'HAR');
  }
  const times = timesOf(entry);
  const request = requestOf(entry, segments, times);
  const response = responseOf(entry, segments, times);
  const url = textOf(objectOf(entry['request'])['url']);
  // Of IPv6 addresses some write the brackets that they have in a URL.
  const address = textOf(entry['serverIPAddress']).replace(/^\[(.*)\]$/, '$1');
  const name = textOf(entry['connection']);
  const id = (name === '' ? undefined : connections.get(name)) ?? nextId();
  if (name !== '') connections.set(name, id);
  const { send, wait, receive, connect } = times;
  return {
    request,
    response,
    connection: { id, client: NOWHERE, server: { address, port: portOf(url) }, link: 'HAR', encrypted: false },
    timings: { ...(connect > 0 ? { connect } : {}), send, wait, receive },
    problem: response === null ? textOf(objectOf(entry['response'])['_error']) || textOf(entry['comment']) || null : null,
    url,
  };
}

interface Times {
  readonly started: number;
  readonly connect: number;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
}

function timesOf(entry: Json): Times {
  const timings = objectOf(entry['timings']);
  const [blocked, dns, connect, send, wait, receive] = ['blocked', 'dns', 'connect', 'send', 'wait', 'receive'].map((name) =>
    amountOf(timings[name]),
  ) as [number, number, number, number, number, number];
  const date = Date.parse(textOf(entry['startedDateTime']));
  return { started: (Number.isNaN(date) ? 0 : date) + blocked + dns + connect, connect, send, wait, receive };
}

function fieldsOf(headers: unknown): HTTPMessage {
  const fields: Field[] = [];
  for (const item of Array.isArray(headers) ? headers : []) {
    const { name, value } = objectOf(item);
    if (textOf(name) !== '') fields.push([textOf(name), textOf(value)]);
  }
  return new HTTPMessage(fields);
}

/** The path and the query of the URL, as they stand on a request line. */
function targetOf(url: string, method: string): string {
  const [, authority = '', path = ''] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)([^#]*)/i.exec(url) ?? [];
  if (method === 'CONNECT' && authority !== '') return authority;
  if (authority === '') return url;
  return path.startsWith('/') ? path : `/${path}`;
}

function versionOf(message: Json): string {
  const version = textOf(message['httpVersion']);
  return /^http\//i.test(version) ? version.toUpperCase() : version === '' ? 'HTTP/1.1' : version;
}

function requestOf(entry: Json, segments: Segments, { started, send }: Times): CapturedRequest {
  const request = objectOf(entry['request']);
  const method = textOf(request['method']) || 'GET';
  const target = targetOf(textOf(request['url']), method);
  const version = versionOf(request);
  const headers = fieldsOf(request['headers']);
  const body = new StoredBody(segments, (parsed) => postData(objectOf(parsed['request'])), entry, request['bodySize']);
  return {
    ...common(headers, body, `${method} ${target} ${version}`),
    method,
    target,
    version,
    startedAt: started,
    endedAt: started + send,
  };
}

function responseOf(entry: Json, segments: Segments, { started, send, wait, receive }: Times): CapturedResponse | null {
  const response = objectOf(entry['response']);
  const status = Number(response['status'] ?? 0);
  // Whoever writes 0 had no response to write.
  if (!Number.isInteger(status) || status <= 0) return null;
  const reason = textOf(response['statusText']);
  const version = versionOf(response);
  const headers = fieldsOf(response['headers']);
  const size = objectOf(response['content'])['size'];
  const body = new StoredBody(segments, (parsed) => contentOf(objectOf(objectOf(parsed['response'])['content'])), entry, size);
  const startedAt = started + send + wait;
  return {
    ...common(headers, body, `${version} ${status} ${reason}`),
    status,
    reason,
    version,
    interim: [],
    startedAt,
    endedAt: startedAt + receive,
  };
}

function common(headers: HTTPMessage, body: StoredBody, startLine: string) {
  const framing: Framing = body.length === 0 ? { kind: 'none', length: null } : { kind: 'length', length: body.length };
  return {
    headers,
    framing,
    body,
    trailers: null,
    flags: body.complete ? [] : (['truncated'] as const),
    problem: null,
    wire: async () => {
      const head = latin1OrUtf8(wireHead(startLine, headers, body.length));
      return joined([head, await body.bytes()], head.length + body.length);
    },
  };
}

/**
 * The bytes on the wire are not in the file. This is what they could have been, in HTTP/1.1 and with the body as it is: its codings were
 * taken off, and HTTP/2 has fields that no head has.
 */
function wireHead(startLine: string, headers: HTTPMessage, length: number): string {
  const fields = headers.items().filter(([name]) => !/^(?::|(?:content-(?:encoding|length)|transfer-encoding)$)/i.test(name));
  if (length > 0) fields.push(['Content-Length', String(length)]);
  const lines = [startLine.replace(/\bHTTP\/[23][.\d]*/, 'HTTP/1.1'), ...fields.map(([name, value]) => `${name}: ${value}`)];
  // A line end in a value would begin another field.
  return `${lines.map((line) => line.replace(/[\r\n]+/g, ' ')).join('\r\n')}\r\n\r\n`;
}

function latin1OrUtf8(text: string): Uint8Array {
  return /[^\0-\xff]/.test(text) ? fromUtf8(text) : fromLatin1(text);
}

/** Bytes and, where they cannot be had, why. */
type Found = { readonly bytes: Uint8Array; readonly problem: string | null };

function postData(request: Json): Found {
  const data = objectOf(request['postData']);
  if (typeof data['text'] === 'string' && data['text'] !== '') return textBytes(data['text'], data['encoding'] ?? data['_encoding']);
  const params = Array.isArray(data['params']) ? data['params'].map(objectOf) : [];
  const pairs = params.map(({ name, value }) => `${textOf(name)}=${textOf(value)}`);
  return { bytes: fromUtf8(pairs.join('&')), problem: null };
}

function contentOf(content: Json): Found {
  return textBytes(textOf(content['text']), content['encoding']);
}

function textBytes(text: string, encoding: unknown): Found {
  if (encoding !== 'base64') return { bytes: fromUtf8(text), problem: null };
  try {
    return { bytes: fromBase64(text), problem: null };
  } catch {
    return { bytes: new Uint8Array(0), problem: 'the file says that the body is base64, and it is not' };
  }
}

/** A body inside of an entry. Its content coding was taken off before it was stored. */
class StoredBody implements BodyRef {
  readonly length: number;
  readonly complete: boolean;
  readonly problem: string | null;
  private readonly segments: Segments;
  private readonly find: (entry: Json) => Found;

  constructor(segments: Segments, find: (entry: Json) => Found, entry: Json, size: unknown) {
    this.segments = segments;
    this.find = find;
    const { bytes, problem } = find(entry);
    this.length = bytes.length;
    const isMissing = this.length === 0 && amountOf(size) > 0;
    this.problem = problem ?? (isMissing ? `the file does not hold the body of ${amountOf(size)} bytes` : null);
    this.complete = this.problem === null;
  }

  async bytes(): Promise<Uint8Array> {
    if (this.length === 0) return new Uint8Array(0);
    return this.find(parseEntry(await this.segments.bytes())).bytes;
  }

  decoded(): Promise<Uint8Array> {
    return this.bytes();
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (this.length > 0) controller.enqueue(await this.bytes());
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  }
}
