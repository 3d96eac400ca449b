// A request before it is sent: head checked and complete, body known, framing chosen. And the sending of it over a channel.
// Everything that can be refused is refused in prepare(), before a byte is written.

import { fieldsOf, OwnLine, RequestHeadWriter, trailerSection, type HeadersInit } from '../core/request.js';
import type { Channel } from './channel.js';
import type { Exchange } from './exchange.js';
import type { RequestOptions } from './options.js';
import { BodyWriter, contentOf, type BodyInit, type BodyPiece, type Content } from './upload.js';

/** What a connection contributes to its requests. */
export interface RequestContext {
  /** 'HTTP/1.1', or 'HTTP/1.0' for a connection that was told to speak it. */
  readonly version: string;
  /** The Host line for a request target. */
  readonly host: (target: string) => OwnLine;
  /** Lines that every request gets, unless the caller gives them. */
  readonly lines: readonly OwnLine[];
  readonly blocksize: number;
  /** Receives set_debuglevel's lines, or null. */
  readonly debug: ((line: string) => void) | null;
  readonly debugData: ((data: BodyPiece) => void) | null;
}

export interface Outgoing {
  readonly method: string;
  readonly target: string;
  readonly head: string;
  readonly upgrade: boolean;
  readonly closes: boolean;
  readonly content: Content | null;
  /** The library frames the body in chunks. */
  readonly chunked: boolean;
  /** Bytes that the body is declared to have, or null. */
  readonly length: number | null;
  /** The trailer section behind a chunked body, its empty line included. */
  readonly trailers: string;
  /** Milliseconds to wait for a 100 before the body, or null not to ask. */
  readonly expect: number | null;
  /** It can be sent once more: its method is idempotent and its body in hand (RFC 9110 9.2.2). */
  readonly repeatable: boolean;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const EXPECTS_BODY = new Set(['PUT', 'POST', 'PATCH']);
const EXPECT_MS = 1000;

export const ACCEPT_ENCODING = new OwnLine('Accept-Encoding', 'identity');
export const CHUNKED = new OwnLine('Transfer-Encoding', 'chunked');
const EXPECT = new OwnLine('Expect', '100-continue');
export const contentLength = (bytes: number): OwnLine => new OwnLine('Content-Length', String(bytes));

export const NO_CHUNKS = 'HTTP/1.0 cannot carry a body of unknown length: give a Content-Length (RFC 9112 6.1)';

export function prepare(
  context: RequestContext,
  method: string,
  url: string,
  body: BodyInit | null | undefined,
  headers: HeadersInit | null | undefined,
  options: RequestOptions,
): Outgoing {
  const writer = new RequestHeadWriter(method, url, context.version);
  for (const [name, value] of fieldsOf(headers)) writer.field(name, value);
  if (context.version === 'HTTP/1.1') {
    if (!writer.has('host')) writer.own(context.host(writer.target));
    writer.own(ACCEPT_ENCODING);
  }
  for (const line of context.lines) writer.own(line);

  const content = body === null || body === undefined ? null : contentOf(body, writer.contentType, options.encoding, context.blocksize);
  const chunked = frame(writer, content, context, options);
  if (content?.type != null) writer.own(new OwnLine('Content-Type', content.type));
  if (options.upgrade !== undefined) {
    writer.connectionOption('upgrade');
    writer.own(new OwnLine('Upgrade', options.upgrade));
  }
  const expect = patienceOf(options.expectContinue) ?? (writer.expect ? EXPECT_MS : null);
  if (expect !== null) writer.own(EXPECT);
  if (expect !== null && (content === null || content.length === 0))
    throw new TypeError('Expect: 100-continue needs a body to hold back (RFC 9110 10.1.1)');

  return {
    method: writer.method,
    target: writer.target,
    head: writer.end(),
    upgrade: writer.upgrade,
    closes: writer.close || context.version !== 'HTTP/1.1',
    content,
    chunked,
    length: writer.contentLength,
    trailers: options.trailers === undefined ? '\r\n' : trailerSection(options.trailers),
    expect,
    repeatable: IDEMPOTENT.has(writer.method) && (content === null || content.bytes !== null),
  };
}

// How long to wait for a 100, or null not to ask.
function patienceOf(option: RequestOptions['expectContinue']): number | null {
  if (option === undefined || option === false) return null;
  if (option === true) return EXPECT_MS;
  if (typeof option !== 'number' || !(option >= 0))
    throw new TypeError(`expectContinue must be a boolean or a number of milliseconds, not ${String(option)}`);
  return option;
}

// One framing for each request (RFC 9112 6): what the caller declared, else the body's own length, else chunked.
function frame(writer: RequestHeadWriter, content: Content | null, context: RequestContext, options: RequestOptions): boolean {
  if (options.trailers !== undefined) {
    if (content === null || writer.contentLength !== null)
      throw new TypeError('trailers follow a chunked body: give a body and no Content-Length (RFC 9112 7.1.2)');
    writer.own(CHUNKED);
    return true;
  }
  if (content === null) {
    if (writer.transferEncoding || (writer.contentLength ?? 0) > 0) {
      const field = writer.transferEncoding ? 'Transfer-Encoding' : 'Content-Length';
      throw new TypeError(`${field} announces a body, and there is none: give one, or send it with putrequest() and send()`);
    }
    if (!writer.framed && EXPECTS_BODY.has(writer.method.toUpperCase())) writer.own(contentLength(0));
    return false;
  }
  if (writer.contentLength !== null) {
    if (content.length !== null && content.length !== writer.contentLength) {
      throw new TypeError(`Content-Length is ${writer.contentLength}, but the body has ${content.length} bytes`);
    }
    return false;
  }
  if (writer.transferEncoding) return options.encodeChunked === true;
  if (content.length !== null) {
    writer.own(contentLength(content.length));
    return false;
  }
  context.debug?.('Unable to determine size of the body');
  if (context.version !== 'HTTP/1.1') throw new TypeError(NO_CHUNKS);
  writer.own(CHUNKED);
  return true;
}

/** Writes a head. Returns the promise that there is room for more, or null where there is. */
export function sendHead(channel: Channel, head: string, context: RequestContext): Promise<void> | null {
  context.debugData?.(head);
  return channel.write(head);
}

/** Writes head and body. A small body leaves with its head, in one system call. */
export async function sendOutgoing(channel: Channel, exchange: Exchange, outgoing: Outgoing, context: RequestContext): Promise<void> {
  const { content, head } = outgoing;
  if (content === null) {
    await sendHead(channel, head, context);
    return;
  }
  const writer = new BodyWriter(channel, exchange, outgoing.chunked ? 'chunked' : (outgoing.length ?? 'own chunks'), context.debugData);
  exchange.uploading = true;
  if (content.bytes !== null && outgoing.expect === null && !outgoing.chunked) {
    channel.cork();
    void sendHead(channel, head, context);
    const written = writer.write(content.bytes);
    channel.uncork();
    await written;
  } else {
    const drained = sendHead(channel, head, context);
    if (drained !== null) await drained;
    if (outgoing.expect !== null) await answerTo(exchange, outgoing.expect);
    await writer.writeContent(content, outgoing.chunked);
    if (outgoing.chunked && !writer.stopped) await writer.writeLastChunk(outgoing.trailers);
  }
  if (writer.stopped) return;
  exchange.uploading = !writer.finished;
  if (writer.short) throw new TypeError(`the body ended ${writer.left} bytes short of its Content-Length`);
}

// The body waits for a 100 or a final response; a server that does not know Expect answers neither (RFC 9110 10.1.1).
async function answerTo(exchange: Exchange, patience: number): Promise<void> {
  let patient = true;
  let timer: NodeJS.Timeout | undefined;
  const patienceEnds = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      patient = false;
      resolve();
    }, patience);
  });
  while (patient && !exchange.continued && exchange.head === null && !exchange.over) await exchange.orProgress(patienceEnds);
  clearTimeout(timer);
}
