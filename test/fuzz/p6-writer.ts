// P6, the writer: whatever JavaScript values a request is made of, it is refused, or its bytes are one message and nothing else: that
// one which was asked for, to our own strict reader and to llhttp. A request that is refused on the way leaves no more
// than the beginning of one message.

import { Duplex } from 'node:stream';
import * as fc from 'fast-check';
import { HTTPConnection, HTTPException, PoolManager } from '../../src/index.js';
import { play, type Play, type Played } from '../parser/play.js';
import { bytesOf, latin1, makeTokeniser } from '../support/engines.js';
import { encodeEscapes } from '../support/vectors.js';
import { knowsMethod, listen } from './llhttp.js';
import { same, Violation, type Property } from './property.js';

/** How a request is sent. */
type Way = 'request' | 'steps' | 'pool' | 'tunnel';

interface Input {
  readonly way: Way;
  readonly method: unknown;
  readonly target: unknown;
  readonly host: unknown;
  readonly fields: readonly (readonly [name: unknown, value: unknown])[];
  /** How the fields are given. */
  readonly as: 'pairs' | 'map' | 'object';
  readonly body: Body;
  readonly trailers: readonly (readonly [name: unknown, value: unknown])[] | undefined;
  readonly encodeChunked: boolean;
  readonly upgrade: unknown;
}

/** A body by its parts, since an iterable can be read once only. */
interface Body {
  readonly kind: 'none' | 'whole' | 'iterable' | 'generator' | 'buffer' | 'parameters';
  readonly parts: readonly unknown[];
}

/** What a value's own code throws: that is its caller's. */
class Thrown extends Error {}

const hostile = (text: string): object => ({ toString: () => text });

// Characters that end something in a head, or would when a writer cuts them down to a byte.
const character = fc.constantFrom(...'aZ09-_./:;, \t\r\n\0\x7f\x80\xe9\xff\u010a\u010d\u0120\u{1f600}"%?#@[]\\');
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...'abcXYZ0189-_'), minLength: 1, maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: character, maxLength: 12 }) },
);
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, NaN, -1, 1.5, 2 ** 53, 0n, Symbol('a'), Symbol.iterator, [], {}, () => 'a'),
  text.map(hostile),
  fc.constant({
    toString: () => {
      throw new Thrown('its toString');
    },
  }),
  fc.uint8Array({ maxLength: 8 }),
);
const orOdd = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: odd });

const method = orOdd(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'BREW', 'get') },
    { weight: 1, arbitrary: text },
  ),
);
const target = orOdd(
  fc.oneof(
    { weight: 3, arbitrary: fc.webPath().map((path) => `/${path}`) },
    { weight: 2, arbitrary: text.map((one) => `/${one}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '*', '?a', '//evil.example/', 'http://b.example/x', 'http://u:p@b.example/', 'http://b.example:1 /'),
    },
    { weight: 1, arbitrary: text },
  ),
);
const FIELD_NAMES = [
  'Accept',
  'X-A',
  'x-a',
  'Host',
  'Content-Length',
  'content-length',
  'Transfer-Encoding',
  'Connection',
  'TE',
  'Upgrade',
  'Content-Type',
  'Cookie',
];
const FIELD_VALUES = [
  '0',
  '3',
  '5',
  ' 3 ',
  '3, 3',
  '+3',
  'chunked',
  'Chunked',
  'gzip, chunked',
  'chunked, chunked',
  'close',
  'keep-alive',
  'upgrade',
  'text/plain; charset=utf-8',
  'application/json',
];
const field = fc.tuple(
  orOdd(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...FIELD_NAMES) }, { weight: 2, arbitrary: text })),
  orOdd(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...FIELD_VALUES) },
      { weight: 3, arbitrary: text },
      { weight: 1, arbitrary: fc.nat(20) },
    ),
  ),
);
const part = orOdd(fc.oneof(text, fc.constantFrom('', 'abc', 'hello', 'x'.repeat(300)), fc.uint8Array({ maxLength: 20 })));
const body: fc.Arbitrary<Body> = fc.record({
  kind: fc.constantFrom<Body['kind']>('none', 'none', 'whole', 'whole', 'iterable', 'generator', 'buffer', 'parameters'),
  parts: fc.array(part, { maxLength: 3 }),
});

const inputs: fc.Arbitrary<Input> = fc.record({
  way: fc.constantFrom<Way>('request', 'request', 'steps', 'steps', 'pool', 'tunnel'),
  method,
  target,
  host: orOdd(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('a.example', 'a.example:81', '[::1]', 'b\xfccher.example') },
      { weight: 1, arbitrary: text },
    ),
  ),
  fields: fc.array(field, { maxLength: 4 }),
  as: fc.constantFrom<Input['as']>('pairs', 'map', 'object'),
  body,
  trailers: fc.option(fc.array(field, { maxLength: 2 }), { nil: undefined, freq: 2 }).filter((one) => one === undefined || one.length > 0),
  encodeChunked: fc.boolean(),
  upgrade: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text }),
});

const tokeniser = makeTokeniser({ name: 'simd' });
// NUL, CR and LF are refused; other control characters in a value are let through, as http.client does, and end nothing.
const options = { lenient: { controlCharacters: true } };
const readBack = (bytes: Uint8Array, closes: boolean): Play => play({ kind: 'request', bytes, options, closes }, tokeniser);
// eslint-disable-next-line no-control-regex -- these are meant
const CONTROL = /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const TUNNEL = 'HTTP/1.1 200 Yes\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

/** A server at the other end, in memory: it keeps what comes, opens every tunnel, and answers what seems whole. */
class Recorder extends Duplex {
  /** What came, that for the proxy apart. */
  readonly sent: Uint8Array[] = [];
  tunnel: Uint8Array | null = null;
  #answered = false;
  readonly #tunnels: boolean;

  constructor(tunnels: boolean) {
    super();
    this.#tunnels = tunnels;
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.sent.push(chunk);
    done();
    const all = this.bytes;
    if (this.#tunnels && this.tunnel === null) {
      if (!latin1(all).includes('\r\n\r\n')) return;
      this.tunnel = all;
      this.sent.length = 0;
      this.push(TUNNEL);
    } else if (!this.#answered && readBack(all, false).messages[0]?.complete === true) {
      this.#answered = true;
      setImmediate(() => this.push(ANSWER));
    }
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.sent));
  }
}

function given(kind: Input['as'], pairs: Input['fields']): never {
  if (kind === 'map') return new Map(pairs) as never;
  if (kind === 'object') return Object.fromEntries(pairs as [string, unknown][]) as never;
  return pairs as never;
}

/** The fields that are left when they are given so: of two with one name, a map has the last. */
function fieldsOf({ way, as, fields }: Input): Input['fields'] {
  if (way === 'steps' || as === 'pairs') return fields;
  return as === 'map' ? [...new Map(fields)] : Object.entries(given('object', fields));
}

function made({ kind, parts }: Body): unknown {
  switch (kind) {
    case 'none':
      return null;
    case 'whole':
      return parts[0];
    case 'iterable':
      return parts;
    case 'generator':
      return (async function* () {
        yield* parts;
      })();
    case 'buffer':
      return bytesOf('a buffer').buffer;
    case 'parameters':
      return new URLSearchParams([['a', String(typeof parts[0])]]);
  }
}

/** Sends it; what comes back is what was thrown. */
async function send(input: Input, recorders: Recorder[]): Promise<unknown> {
  const { way, method: verb, target: path, host, fields, as, trailers, encodeChunked, upgrade } = input;
  const createConnection = (): Recorder => {
    const recorder = new Recorder(way === 'tunnel');
    recorders.push(recorder);
    return recorder;
  };
  const content = made(input.body) as never;
  try {
    const more = {
      encodeChunked,
      ...(trailers === undefined ? {} : { trailers: given(as, trailers) }),
      ...(upgrade === undefined ? {} : { upgrade: upgrade as string }),
    };
    if (way === 'pool') {
      await using pool = new PoolManager({ createConnection, headersTimeout: 2000, connections: 1 });
      const url = `http://${typeof host === 'string' ? host : 'a.example'}${typeof path === 'string' ? path : '/'}`;
      await pool.request(verb as string, url, { ...more, body: content, headers: given(as, fields) });
      return null;
    }
    await using connection = new HTTPConnection(way === 'tunnel' ? 'proxy.example' : (host as string), { createConnection, timeout: 2000 });
    if (way === 'tunnel') connection.set_tunnel(host as string, null, given(as, fields));
    if (way !== 'steps') {
      await connection.request(verb as string, path as string, content, way === 'tunnel' ? null : given(as, fields), more);
      return null;
    }
    connection.putrequest(verb as string, path as string, { skipHost: encodeChunked });
    for (const [name, value] of fields) connection.putheader(name as string, ...((Array.isArray(value) ? value : [value]) as string[]));
    await connection.endheaders(content, { encodeChunked });
    return null;
  } catch (error) {
    return error ?? new Error('thrown: nothing');
  }
}

/** Whether the caller writes the chunks himself, or applies other codings: then what the body looks like is his business. */
function codesItself({ fields, encodeChunked, way }: Input): boolean {
  const isOwn = ([name, value]: readonly [unknown, unknown]): boolean =>
    /^transfer-encoding$/i.test(safeText(name)) && !(encodeChunked && /^[ \t]*chunked[ \t]*$/i.test(safeText(value)));
  return way !== 'tunnel' && fields.some(isOwn);
}

function safeText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '';
  }
}

const BLANKS_AROUND = /^[ \t]+|[ \t]+$/g;

/** The fields that were given are there, in their order. */
function checkFields(headers: Played['headers'], fields: Input['fields'], facts: Record<string, unknown>): void {
  let at = 0;
  for (const [name, value] of fields) {
    if (value instanceof Uint8Array || Array.isArray(value)) continue;
    const wanted = [safeText(name), safeText(value).replace(BLANKS_AROUND, '')];
    while (at < headers.length && JSON.stringify(headers[at]) !== JSON.stringify(wanted)) at++;
    if (at === headers.length) throw new Violation('a field is missing, or another one', { ...facts, field: wanted, headers });
  }
}

/** The bytes that a part of a body stands for, where there is no doubt: ASCII, or bytes. */
function bytesOfPart(one: unknown): string | null {
  if (one instanceof Uint8Array) return latin1(one);
  // eslint-disable-next-line no-control-regex -- ASCII has them
  return typeof one === 'string' && /^[\0-\x7f]*$/.test(one) ? one : null;
}

function checkBody({ body: got }: Played, { kind, parts }: Body, facts: Record<string, unknown>): void {
  if (kind === 'buffer' || kind === 'parameters') return;
  const known = (kind === 'none' ? [] : kind === 'whole' && !Array.isArray(parts[0]) ? parts.slice(0, 1) : parts).map(bytesOfPart);
  if (known.includes(null)) return;
  same('the body is another one', known.join(''), got, facts);
}

/** llhttp reads what we read. What it does not know of the start line is written as it likes it: that was read back already. */
function checkLlhttp(bytes: Uint8Array, message: Played, facts: Record<string, unknown>): void {
  if (message.method === 'CONNECT' || message.upgrade || CONTROL.test(message.headers.join() + (message.trailers ?? []).join())) return;
  const known = knowsMethod(message.method as string) && /^\/[!-~]*$|^\*$/.test(message.target as string);
  const head = known ? latin1(bytes) : latin1(bytes).replace(/^[^\r]* HTTP/, 'POST / HTTP');
  const { messages, refusal, cut } = listen('request', '', bytesOf(head));
  const [first] = messages;
  if (refusal !== null || cut || messages.length !== 1 || first === undefined)
    throw new Violation('llhttp reads no single message', { ...facts, refusal, cut, messages });
  same('llhttp reads other fields', message.headers, first.headers, facts);
  same('llhttp reads another body', message.body, first.body, facts);
  same('llhttp reads other trailers', message.trailers ?? [], first.trailers, facts);
}

async function check(input: Input): Promise<void> {
  const { way, method: verb, target: path, body: content } = input;
  const recorders: Recorder[] = [];
  const thrown = await send(input, recorders);
  if (recorders.length > 1) throw new Violation('there is more than one connection');
  const bytes = recorders[0]?.bytes ?? new Uint8Array(0);
  const facts = { sent: encodeEscapes(latin1(bytes)), thrown: String(thrown) };
  if (recorders[0] !== undefined && way === 'tunnel') checkConnect(recorders[0].tunnel, fieldsOf(input), facts);
  tokeniser.templates.fill(null);
  const { messages, error, used } = readBack(unfolded(bytes, input), false);
  const [first] = messages;

  if (thrown !== null) {
    if (!(thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof HTTPException || thrown instanceof Thrown))
      throw new Violation('an error that is no argument’s, no peer’s and no caller’s', { ...facts, stack: (thrown as Error).stack });
    if ((thrown as { code?: string }).code === 'HTTP_TIMEOUT') throw new Violation('it waits for what does not come', facts);
    if (codesItself(input)) return;
    if (error !== null || messages.length > 1)
      throw new Violation('refused on the way, it left more than the beginning of a message', { ...facts, error: String(error) });
    return;
  }
  if (codesItself(input)) return;
  if (error !== null || messages.length !== 1 || first === undefined || (!first.complete && way !== 'steps') || used !== bytes.length)
    throw new Violation('the bytes are not one message', {
      ...facts,
      error: String(error),
      messages: messages.length,
      complete: first?.complete,
    });
  same('another method', safeText(verb), first.method, facts);
  if (way !== 'pool' && typeof path === 'string')
    same('another target', path.replace(/#[^]*/, '').replace(/^(?=\?|$)/, '/'), first.target, facts);
  if (way !== 'tunnel') checkFields(first.headers, fieldsOf(input), facts);
  if (way !== 'steps') checkFields(first.trailers ?? [], fieldsOf({ ...input, fields: input.trailers ?? [] }), facts);
  if (!first.complete) return;
  checkBody(first, content, facts);
  checkLlhttp(unfolded(bytes, input), first, facts);
}

// putheader() with several values writes folds, as http.client documents: the one place where they are let through.
function unfolded(bytes: Uint8Array, { way }: Input): Uint8Array {
  if (way !== 'steps') return bytes;
  const sent = latin1(bytes);
  const end = sent.indexOf('\r\n\r\n');
  return end < 0 ? bytes : bytesOf(sent.slice(0, end).replaceAll('\r\n\t', ' ') + sent.slice(end));
}

/** The request to the proxy is one CONNECT, with these fields. */
function checkConnect(bytes: Uint8Array | null, fields: Input['fields'], facts: Record<string, unknown>): void {
  if (bytes === null) return;
  const { messages, error, used } = readBack(bytes, true);
  const [first] = messages;
  const detail = { ...facts, tunnel: encodeEscapes(latin1(bytes)), error: String(error) };
  if (error !== null || messages.length !== 1 || first?.method !== 'CONNECT' || used !== bytes.length)
    throw new Violation('the proxy does not get one CONNECT', detail);
  checkFields(first.headers, fields, detail);
}

export const writer: Property<Input> = {
  id: 'P6',
  title: 'a request is refused or one message',
  inputs,
  check,
  show: (input) => fc.stringify(input),
};
