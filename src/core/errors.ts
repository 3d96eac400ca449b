// The exception tree: http.client's classes, then ours. A class, a stable `code`, and the facts; nothing else.
// Whatever a peer, the network or TLS does becomes one of these; wrong arguments are TypeError or RangeError.
// `instanceof` goes by a mark in the global symbol registry, so it holds across copies of the package and across realms
// (Jest, vm, workers); it never asks whether a foreign object is an Error.

import type { HTTPMessage } from './message.js';

/** What the connection adds to an error that it hands out. */
export interface ErrorFacts {
  /** What was going on: 'connect', 'tunnel', 'request', 'headers', 'body'. */
  phase?: string | undefined;
  /** The peer, as 'host:port'. */
  host?: string | undefined;
  /** Whether the socket had served a request before this one. */
  reusedSocket?: boolean | undefined;
  /** Bytes written to the socket, ever. */
  bytesWritten?: number | undefined;
  /** Bytes read from the socket, ever. */
  bytesRead?: number | undefined;
  /** The `lenient` quirk that would have accepted the input, if there is one. */
  quirk?: string | null | undefined;
}

const markOf = (name: string): symbol => Symbol.for(`headlong.${name}`);

/** Gives a class its mark; further names are further classes it counts as. */
function mark(type: { prototype: object }, ...names: string[]): void {
  Object.defineProperty(type, 'mark', { value: names[0] });
  Object.defineProperty(type.prototype, 'name', { value: names[0], configurable: true, writable: true });
  for (const name of names) Object.defineProperty(type.prototype, markOf(name), { value: true });
}

/**
 * The base of every error of this library (http.client: `HTTPException`).
 *
 * @example
 * ```ts run
 * import { HTTPException, IncompleteRead } from 'headlong';
 * console.log(new IncompleteRead(Buffer.from('abc'), 2) instanceof HTTPException); // true
 * ```
 */
export class HTTPException extends Error implements ErrorFacts {
  /** A stable identifier of the kind of failure, for programs. */
  code: string;
  declare phase?: string | undefined;
  declare host?: string | undefined;
  declare reusedSocket?: boolean | undefined;
  declare bytesWritten?: number | undefined;
  declare bytesRead?: number | undefined;
  declare quirk?: string | null | undefined;

  constructor(message = '', code = 'HTTP_EXCEPTION', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** There is no connection and `auto_open` is 0, or the connection was closed under a pending call. */
export class NotConnected extends HTTPException {
  constructor(message = 'not connected: call connect(), or leave auto_open at 1', options?: ErrorOptions) {
    super(message, 'HTTP_NOT_CONNECTED', options);
  }
}

/** A host, port or request target that cannot be sent. */
export class InvalidURL extends HTTPException {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 'HTTP_INVALID_URL', options);
  }
}

/** The peer answered with a protocol version other than HTTP/1.x; `version` is what it named. */
export class UnknownProtocol extends HTTPException {
  readonly version: string;

  constructor(version: string) {
    super(`the peer answered with ${JSON.stringify(version)}; only HTTP/1.0 and HTTP/1.x are understood`, 'HTTP_UNKNOWN_PROTOCOL');
    this.version = version;
  }
}

/** A Transfer-Encoding with a coding other than chunked: the end of the body cannot be known (RFC 9112 6.1). */
export class UnknownTransferEncoding extends HTTPException {
  readonly rule = 'transfer-encoding';
  readonly offset: number;

  constructor(message = 'unknown transfer coding', offset = 0) {
    super(message, 'HTTP_UNKNOWN_TRANSFER_ENCODING');
    this.offset = offset;
  }
}

/** Kept from http.client, which never raises it either. */
export class UnimplementedFileMode extends HTTPException {
  constructor(message = '') {
    super(message, 'HTTP_UNIMPLEMENTED_FILE_MODE');
  }
}

/** The peer closed before the message was complete. `partial` is the body that came and was not handed out yet. */
export class IncompleteRead extends HTTPException {
  readonly partial: Uint8Array;
  /** Body bytes that were still to come, or null where the framing does not tell. */
  readonly expected: number | null;

  constructor(partial: Uint8Array, expected: number | null = null, options?: ErrorOptions) {
    super(
      `IncompleteRead(${partial.length} bytes read${expected === null ? '' : `, ${expected} more expected`})`,
      'HTTP_INCOMPLETE_READ',
      options,
    );
    this.partial = partial;
    this.expected = expected;
  }

  override toString(): string {
    return this.message;
  }
}

/** A call in the wrong state of the connection. */
export class ImproperConnectionState extends HTTPException {
  constructor(message = '', code = 'HTTP_IMPROPER_CONNECTION_STATE') {
    super(message, code);
  }
}

/** A request is started or sent already. The message is the state's name, as in http.client, and what to do. */
export class CannotSendRequest extends ImproperConnectionState {
  constructor(message = '') {
    super(message, 'HTTP_CANNOT_SEND_REQUEST');
  }
}

/** putheader() or endheaders() without a putrequest() before it. */
export class CannotSendHeader extends ImproperConnectionState {
  constructor(message = '') {
    super(message, 'HTTP_CANNOT_SEND_HEADER');
  }
}

/** getresponse() without a request, or before the response before it is read. */
export class ResponseNotReady extends ImproperConnectionState {
  constructor(message = '') {
    super(message, 'HTTP_RESPONSE_NOT_READY');
  }
}

/** What came is no HTTP status line. `line` is what came of it; "''", as in http.client, where nothing did. */
export class BadStatusLine extends HTTPException {
  readonly line: string;

  constructor(line: string, message?: string, code = 'HTTP_BAD_STATUS_LINE') {
    const shown = line === '' ? "''" : line;
    super(message ?? shown, code);
    this.line = shown;
  }
}

/** A line of the message is longer than 65536 bytes. */
export class LineTooLong extends HTTPException {
  readonly limit = 65536;

  constructor(lineType: string) {
    super(`got more than 65536 bytes when reading ${lineType}`, 'HTTP_LINE_TOO_LONG');
  }
}

/** The peer closed the connection before any byte of the response. */
export class RemoteDisconnected extends BadStatusLine {
  constructor(message = 'Remote end closed connection without response') {
    super('', message, 'ECONNRESET');
  }
}

/** The network or TLS failed: Node's `code`, the original error as `cause`, and the body that came as `partial`. */
export class ConnectionError extends HTTPException {
  readonly partial: Uint8Array;

  constructor(message: string, code: string, options?: ErrorOptions & { partial?: Uint8Array }) {
    super(message, code, options);
    this.partial = options?.partial ?? new Uint8Array(0);
  }
}

/** A time limit passed. `phase` says which, `limit` is its value in milliseconds. */
export class TimeoutError extends HTTPException {
  readonly limit: number;
  readonly partial: Uint8Array;

  constructor(phase: string, option: string, limit: number, partial: Uint8Array = new Uint8Array(0)) {
    super(`timed out: ${option} of ${limit} ms passed (phase: ${phase})`, 'ETIMEDOUT');
    this.phase = phase;
    this.limit = limit;
    this.partial = partial;
  }
}

/** The proxy refused the tunnel: what it answered. */
export class TunnelError extends HTTPException {
  readonly status: number;
  readonly headers: HTTPMessage;
  readonly body: Uint8Array;

  constructor(status: number, reason: string, headers: HTTPMessage, body: Uint8Array) {
    super(`Tunnel connection failed: ${status} ${reason}`.trimEnd(), 'HTTP_TUNNEL_FAILED');
    this.phase = 'tunnel';
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** A malformed head, trailer section or chunk: which rule, and the byte at fault, counted from the start of the message. */
export class InvalidMessage extends HTTPException {
  readonly rule: string;
  readonly offset: number;
  readonly partial: Uint8Array;

  constructor(rule: string, offset: number, message: string, quirk: string | null = null, partial: Uint8Array = new Uint8Array(0)) {
    super(
      `${message} (rule ${rule}, byte ${offset} of the message)${quirk === null ? '' : `; { lenient: { ${quirk}: true } } accepts it`}`,
      'HTTP_INVALID_MESSAGE',
    );
    this.rule = rule;
    this.offset = offset;
    this.quirk = quirk;
    this.partial = partial;
  }
}

/** A limit was passed: `limit` is its option or name, `value` its value. */
export class LimitExceeded extends HTTPException {
  readonly limit: string;
  readonly value: number;
  readonly partial: Uint8Array;

  constructor(limit: string, value: number, message: string, partial: Uint8Array = new Uint8Array(0)) {
    super(message, 'HTTP_LIMIT_EXCEEDED');
    this.limit = limit;
    this.value = value;
    this.partial = partial;
  }
}

// Not a static method of the class: its type would take away the narrowing that instanceof does.
Object.defineProperty(HTTPException, Symbol.hasInstance, {
  value(this: { mark: string }, value: unknown): boolean {
    // A class that a user derives inherits this test but has no mark of its own: the prototype chain decides.
    if (!Object.hasOwn(this, 'mark')) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[markOf(this.mark)] === true;
  },
});

mark(HTTPException, 'HTTPException');
mark(NotConnected, 'NotConnected');
mark(InvalidURL, 'InvalidURL');
mark(UnknownProtocol, 'UnknownProtocol');
mark(UnknownTransferEncoding, 'UnknownTransferEncoding');
mark(UnimplementedFileMode, 'UnimplementedFileMode');
mark(IncompleteRead, 'IncompleteRead');
mark(ImproperConnectionState, 'ImproperConnectionState');
mark(CannotSendRequest, 'CannotSendRequest');
mark(CannotSendHeader, 'CannotSendHeader');
mark(ResponseNotReady, 'ResponseNotReady');
mark(BadStatusLine, 'BadStatusLine');
mark(LineTooLong, 'LineTooLong');
mark(ConnectionError, 'ConnectionError');
// In Python it is a ConnectionResetError as well; one `instanceof ConnectionError` finds every lost connection.
mark(RemoteDisconnected, 'RemoteDisconnected', 'ConnectionError');
mark(TimeoutError, 'TimeoutError');
mark(TunnelError, 'TunnelError');
mark(InvalidMessage, 'InvalidMessage');
mark(LimitExceeded, 'LimitExceeded');
