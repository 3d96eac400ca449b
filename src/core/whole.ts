// A whole message at once: what a parser says of it, gathered. For callers who have all bytes.

import type { Head } from './head.js';
import { IncompleteRead } from './errors.js';
import type { HTTPMessage } from './message.js';
import {
  RequestParser,
  ResponseParser,
  type ParsedRequestHead,
  type ParsedResponseHead,
  type ParserHandlers,
  type ParserOptions,
  type ResponseParserOptions,
  type Shared,
} from './parser.js';

/** What all bytes of a message came to. */
interface Whole {
  readonly body: Uint8Array;
  /** The trailer section, or null. */
  readonly trailers: HTTPMessage | null;
  /** Bytes of the message: what follows them belongs to the next one. */
  readonly bytesUsed: number;
}

/**
 * The response that `bytes` begins with, whole; interim responses before it are passed over. A response that runs to the close of
 * the connection takes all bytes.
 *
 * @returns Head, body and trailers, and how many bytes they took.
 * @throws An HTTPException: what is wrong with the response, or that it is not complete.
 *
 * @example
 * ```ts run
 * import { parseResponse } from 'headlong/parser';
 * const { status, body, bytesUsed } = parseResponse(new TextEncoder().encode('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
 * console.log(status, new TextDecoder().decode(body), bytesUsed); // 200 ok 40
 * ```
 */
export function parseResponse(bytes: Uint8Array, options: ResponseParserOptions = {}): ParsedResponseHead & Whole {
  const { head, ...whole } = parseWhole<ParsedResponseHead>((handlers) => new ResponseParser(handlers, options), bytes);
  const { status, reason } = head;
  return { status, reason, ...sharedOf(head), ...whole };
}

/**
 * The request that `bytes` begins with, whole.
 *
 * @returns Head, body and trailers, and how many bytes they took.
 * @throws An HTTPException: what is wrong with the request, or that it is not complete.
 *
 * @example
 * ```ts run
 * import { parseRequest } from 'headlong/parser';
 * const { method, target } = parseRequest(new TextEncoder().encode('GET /items HTTP/1.1\r\nHost: example.org\r\n\r\n'));
 * console.log(method, target); // GET /items
 * ```
 */
export function parseRequest(bytes: Uint8Array, options: ParserOptions = {}): ParsedRequestHead & Whole {
  const { head, ...whole } = parseWhole<ParsedRequestHead>((handlers) => new RequestParser(handlers, options), bytes);
  const { method, target, hostCount } = head;
  return { method, target, hostCount, ...sharedOf(head), ...whole };
}

function sharedOf({ version, headers, framing, keepAlive, upgrade }: Pick<Head, Shared>): Pick<Head, Shared> {
  return { version, headers, framing, keepAlive, upgrade };
}

function parseWhole<P>(make: (handlers: ParserHandlers<P>) => ResponseParser | RequestParser, bytes: Uint8Array): Whole & { head: P } {
  let head: P | null = null;
  let trailers: HTTPMessage | null = null;
  let complete = false;
  let length = 0;
  const pieces: Uint8Array[] = [];
  const parser = make({
    onHead: (value) => (head = value),
    onBody: (piece) => {
      pieces.push(piece.slice());
      length += piece.length;
    },
    onTrailers: (value) => (trailers = value),
    onEnd: () => (complete = true),
  });
  parser.stopsAtEnd = true;
  const bytesUsed = parser.push(bytes);
  if (!complete) parser.finish();
  if (head === null) throw new IncompleteRead(new Uint8Array(0), null);
  const body = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return { head, body, trailers, bytesUsed };
}
