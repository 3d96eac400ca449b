// llhttp as it stands in Node, by the binding that node:http itself uses: what it makes of the bytes of a connection. It reads them
// whole; that it does not matter how they are cut is its own tests' business.

import type { Script } from '../parser/play.js';

/** The binding, which has no types: each argument of kOnHeadersComplete by its place. */
interface Binding {
  readonly allMethods: readonly string[];
  readonly HTTPParser: {
    new (): {
      initialize(kind: number, resource: object, maxHeaderSize: number, lenient: number): void;
      execute(bytes: Uint8Array): number | BindingError;
      finish(): undefined | BindingError;
      /** Gives its memory back. */
      close(): void;
      [callback: number]: (...args: never[]) => unknown;
    };
    readonly REQUEST: number;
    readonly RESPONSE: number;
    readonly kOnHeaders: number;
    readonly kOnHeadersComplete: number;
    readonly kOnBody: number;
    readonly kOnMessageComplete: number;
    readonly kLenientKeepAlive: number;
  };
}

interface BindingError extends Error {
  readonly code: string;
  readonly bytesParsed: number;
}

interface Unlisted {
  binding(name: 'http_parser'): Binding;
  noDeprecation?: boolean;
}

export type Fields = (readonly [name: string, value: string])[];

/** A message in the words that both parsers have. */
export interface Heard {
  readonly start: readonly [first: string | number, second: string];
  readonly version: number;
  readonly headers: Fields;
  readonly keepAlive: boolean;
  body: string;
  trailers: Fields;
  complete: boolean;
}

export interface Refusal {
  /** HPE_… */
  readonly code: string;
  /** The byte at which it stopped. */
  readonly at: number;
}

export interface Hearing {
  readonly messages: readonly Heard[];
  readonly refusal: Refusal | null;
  /** Whether the message was cut by the end of the input. */
  readonly cut: boolean;
  /** Bytes used: all, unless another protocol begins. */
  readonly used: number;
}

let found: Binding | undefined;

function binding(): Binding {
  if (found === undefined) {
    const node = process as unknown as Unlisted;
    // Node says that its internals may change. They are compared with, not built on.
    const { noDeprecation } = node;
    node.noDeprecation = true;
    found = node.binding('http_parser');
    if (noDeprecation === undefined) delete node.noDeprecation;
    else node.noDeprecation = noDeprecation;
  }
  return found;
}

/** Whether llhttp knows this method; it refuses every other. */
export function knowsMethod(method: string): boolean {
  return binding().allMethods.includes(method);
}

const SKIP_BODY = 1;
const SKIP_BODY_AND_STOP = 2;

/** What comes of these bytes and the end of the connection. `method` is that of every request that the responses answer. */
export function listen(kind: Script['kind'], method: string, bytes: Uint8Array): Hearing {
  const { HTTPParser, allMethods } = binding();
  const parser = new HTTPParser();
  // What follows the last message of a connection is read, as we do: that it is the last one is told with its head.
  parser.initialize(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, 1 << 20, HTTPParser.kLenientKeepAlive);
  const messages: Heard[] = [];
  // Long sections come in parts, and those of a trailer behind the body.
  let flushed: string[] = [];
  let flushedTarget = '';
  parser[HTTPParser.kOnHeaders] = (flat: string[], target: string): void => {
    flushed.push(...flat);
    if (flushedTarget === '') flushedTarget = target;
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    minor: number,
    flat: string[] | undefined,
    methodNumber: number,
    target: string,
    status: number,
    reason: string,
    _upgrade: boolean,
    keepAlive: boolean,
  ): number => {
    messages.push({
      start: kind === 'request' ? [allMethods[methodNumber] as string, target ?? flushedTarget] : [status, withoutBlanks(reason)],
      version: minor === 0 ? 10 : 11,
      headers: pairs(flat ?? flushed),
      keepAlive,
      body: '',
      trailers: [],
      complete: false,
    });
    flushed = [];
    flushedTarget = '';
    if (kind === 'request' || status < 200) return 0;
    if (method === 'CONNECT' && status < 300) return SKIP_BODY_AND_STOP;
    return method === 'HEAD' ? SKIP_BODY : 0;
  };
  parser[HTTPParser.kOnBody] = (piece: Uint8Array): void => {
    (messages.at(-1) as Heard).body += Buffer.from(piece).toString('latin1');
  };
  parser[HTTPParser.kOnMessageComplete] = (): void => {
    const last = messages.at(-1) as Heard;
    last.trailers = pairs(flushed);
    last.complete = true;
    flushed = [];
    flushedTarget = '';
  };
  try {
    const used = bytes.length === 0 ? 0 : parser.execute(bytes);
    if (typeof used !== 'number')
      return { messages, refusal: { code: used.code, at: used.bytesParsed }, cut: false, used: used.bytesParsed };
    const cut = used === bytes.length && parser.finish() !== undefined;
    return { messages, refusal: null, cut, used };
  } finally {
    parser.close();
  }
}

// The blanks around a reason phrase are no part of it; llhttp leaves them to its caller.
function withoutBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

function pairs(flat: readonly string[]): Fields {
  return Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n] as string, flat[2 * n + 1] as string] as const);
}
