// Plays the bytes of a connection to a parser of `headlong/parser`, cut into reads in whatever way, and writes down everything
// that it said: one entry for each message, body bytes joined, since where they are cut is nobody's business, and where in the
// bytes its head and its end were told. What is expected of them belongs to the tests.

import {
  RequestParser,
  ResponseParser,
  type Framing,
  type HTTPMessage,
  type ParserOptions,
  type RequestHandlers,
  type ResponseHandlers,
} from '../../src/parser.js';
import type { Tokeniser } from '../../src/wasm/tokeniser.js';
import { WHOLE, type Cuts } from '../support/splits.js';

type Fields = readonly (readonly [name: string, value: string])[];

/** A message as far as it came. */
export interface Played {
  readonly interim: boolean;
  readonly status: number | null;
  readonly reason: string | null;
  readonly method: string | null;
  readonly target: string | null;
  readonly hostCount: number | null;
  readonly version: number;
  headers: Fields;
  readonly framing: Framing;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
  body: string;
  trailers: Fields | null;
  complete: boolean;
}

/** Everything that came of some bytes. */
export interface Play {
  readonly messages: readonly Played[];
  /** How many bytes were used. */
  readonly used: number;
  /** What push() or finish() threw; null if nothing. */
  readonly error: unknown;
  /** For each message, how many bytes had been pushed when its head came and when it was complete: exact byte by byte. */
  readonly places: readonly { readonly head: number; readonly end: number | null }[];
}

/** What is parsed, how, and whether the peer closes behind it. */
export interface Script {
  readonly kind: 'response' | 'request';
  readonly bytes: Uint8Array;
  readonly options?: ParserOptions | undefined;
  /** Of responses: the requests that were announced. */
  readonly requests?: readonly { readonly method: string; readonly upgrade?: boolean }[] | undefined;
  /** Of responses: the method of the requests that were not. */
  readonly requestMethod?: string | undefined;
  readonly closes: boolean;
}

/** What the heads of requests and responses have. */
interface AnyHead {
  readonly version: number;
  readonly headers: HTTPMessage;
  readonly framing: Framing;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
  readonly status?: number;
  readonly reason?: string;
  readonly method?: string;
  readonly target?: string;
  readonly hostCount?: number;
}

const UNREAD: Fields = [];

/** Handlers that write down what they are told. */
export class Log {
  readonly messages: Played[] = [];
  readonly places: { head: number; end: number | null }[] = [];
  /** Bytes pushed so far, the piece in progress included. */
  pushed = 0;
  readonly handlers: RequestHandlers & ResponseHandlers;
  readonly #heads: AnyHead[] = [];

  /** `meanwhile` is called before and behind whatever a handler does. */
  constructor(meanwhile: () => void = () => {}) {
    const around =
      <Args extends unknown[]>(handler: (...args: Args) => void) =>
      (...args: Args): void => {
        meanwhile();
        handler(...args);
        meanwhile();
      };
    this.handlers = {
      onInformational: around((head) => this.#onHead(head, true)),
      onHead: around((head: AnyHead) => this.#onHead(head, false)),
      onBody: around((bytes) => this.#onBody(bytes)),
      onTrailers: around((trailers) => this.#onTrailers(trailers)),
      onEnd: around(() => this.#onEnd()),
    };
  }

  #onHead(head: AnyHead, interim: boolean): void {
    const { status = null, reason = null, method = null, target = null, hostCount = null } = head;
    const { version, framing, keepAlive, upgrade } = head;
    const start = { interim, status, reason, method, target, hostCount, version, framing, keepAlive, upgrade };
    // Every other head is read later, when its bytes are long gone.
    const headers = this.messages.length % 2 === 0 ? head.headers.items() : UNREAD;
    this.#heads.push(head);
    this.messages.push({ ...start, headers, body: '', trailers: null, complete: interim });
    this.places.push({ head: this.pushed, end: interim ? this.pushed : null });
  }

  #onBody(bytes: Uint8Array): void {
    if (this.#last.complete || this.#last.trailers !== null) throw new Error('a body came behind its end');
    this.#last.body += latin1(bytes);
  }

  #onTrailers(trailers: HTTPMessage): void {
    if (this.#last.complete || this.#last.trailers !== null) throw new Error('trailers came behind the end, or twice');
    this.#last.trailers = trailers.items();
  }

  #onEnd(): void {
    if (this.#last.complete) throw new Error('a message ended twice');
    this.#last.complete = true;
    (this.places.at(-1) as { end: number | null }).end = this.pushed;
  }

  get #last(): Played {
    const last = this.messages.at(-1);
    if (last === undefined || last.interim) throw new Error('a handler was called before onHead');
    return last;
  }

  /** Reads the heads, those that were read too. */
  close(): void {
    this.messages.forEach((message, n) => {
      const headers = (this.#heads[n] as AnyHead).headers.items();
      if (message.headers !== UNREAD && JSON.stringify(headers) !== JSON.stringify(message.headers))
        throw new Error('a head is another one when it is read again');
      message.headers = headers;
    });
  }
}

export function makeParser(
  { kind, options, requests = [], requestMethod }: Omit<Script, 'bytes' | 'closes'>,
  handlers: RequestHandlers & ResponseHandlers,
  tokeniser: Tokeniser,
): ResponseParser | RequestParser {
  if (kind === 'request') return new RequestParser(handlers, options, tokeniser);
  const parser = new ResponseParser(handlers, { ...options, requestMethod }, tokeniser);
  for (const { method, upgrade } of requests) parser.expect(method, { upgrade });
  return parser;
}

/** A script being played, read by read. */
export class Talk {
  /** Whether it came to its end, or to an error. */
  over = false;
  readonly #script: Script;
  readonly #log: Log;
  readonly #parser: ResponseParser | RequestParser;
  #used = 0;
  #error: unknown = null;

  constructor(script: Script, tokeniser: Tokeniser, meanwhile?: () => void) {
    this.#script = script;
    this.#log = new Log(meanwhile);
    this.#parser = makeParser(script, this.#log.handlers, tokeniser);
  }

  /** Pushes the bytes up to `end`. At the end of the script, the peer closes, if it does. */
  readTo(end: number): void {
    const { bytes, closes } = this.#script;
    const log = this.#log;
    try {
      log.pushed = Math.min(end, bytes.length);
      this.#used += this.#parser.push(bytes.subarray(this.#used, log.pushed));
      this.over = this.#used < log.pushed || log.pushed === bytes.length;
      if (this.over && closes) this.#parser.finish();
    } catch (thrown) {
      this.#error = thrown;
      this.over = true;
    }
  }

  /** Pushes at most so many bytes more. */
  step(most: number): void {
    this.readTo(this.#log.pushed + most);
  }

  /** What came of it so far. */
  result(): Play {
    this.#log.close();
    return { messages: this.#log.messages, used: this.#used, error: this.#error, places: this.#log.places };
  }
}

/** Plays the script, its bytes in pieces that end at `cuts`. */
export function play(script: Script, tokeniser: Tokeniser, cuts: Cuts = WHOLE, meanwhile?: () => void): Play {
  const talk = new Talk(script, tokeniser, meanwhile);
  for (const cut of cuts) if (!talk.over) talk.readTo(cut);
  if (!talk.over) talk.readTo(script.bytes.length);
  return talk.result();
}

/** What does not depend on where the bytes were cut. */
export function outcome({ messages, used, error }: Play): unknown {
  return { messages, used: error === null ? used : 'error', error: factsOf(error) };
}

/** An error as plain facts. Of an error about a start line, the line is left out: it holds as much of it as had come. */
export function factsOf(error: unknown): unknown {
  if (error === null) return null;
  const { name, message, code, rule, offset, limit, value, expected, quirk } = error as Error & Record<string, unknown>;
  if (name === 'BadStatusLine' || name === 'UnknownProtocol') return { name, code };
  return { name, message, code, rule, offset, limit, value, expected, quirk };
}

/** The first way of cutting that makes a difference, with both outcomes; null if there is none. */
export function difference(script: Script, tokeniser: Tokeniser, ways: Iterable<Cuts>, expected?: unknown): unknown {
  const whole = expected ?? outcome(play(script, tokeniser));
  const text = JSON.stringify(whole);
  for (const cuts of ways) {
    const cut = outcome(play(script, tokeniser, cuts));
    if (JSON.stringify(cut) !== text) return { cuts, cut, whole };
  }
  return null;
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
