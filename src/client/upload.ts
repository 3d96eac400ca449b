// Request bodies: what each kind is, how long it is, and how it goes out. A body of known size is sent as it is,
// one of unknown size chunked (RFC 9112 7.1). More bytes than declared are refused before they are written.

import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { kindOf } from '../core/request.js';
import type { Channel } from './channel.js';
import type { Exchange } from './exchange.js';
import { ChunkObserver } from './observer.js';

export type BodyPiece = string | Uint8Array;

/** Everything that can be a request body. */
export type BodyInit =
  | string
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | URLSearchParams
  | Blob
  | FormData
  | FileHandle
  | Readable
  | ReadableStream
  | Iterable<BodyPiece>
  | AsyncIterable<BodyPiece>;

/** Pieces to come, as the caller gave them. */
type Pieces = AsyncIterable<unknown> | Iterable<unknown>;

/** A body, ready to be framed: bytes in hand, or pieces to come. */
export interface Content {
  /** A string goes out as latin-1. */
  readonly bytes: BodyPiece | null;
  readonly pieces: Pieces | null;
  /** How strings among the pieces become bytes. */
  readonly charset: string;
  readonly length: number | null;
  /** The media type that the body itself has, sent unless a Content-Type is given. */
  readonly type: string | null;
}

/** A single write goes out in slices of this size, so that progress can be seen. */
const SLICE = 1 << 18;
/** A chunk of at most this size is copied behind its size line: cheaper than a write in three parts. */
const SMALL_CHUNK = 16384;

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** What `body` is. `contentType` and `encoding` decide how its strings become bytes. */
export function contentOf(body: BodyInit, contentType: string | null, encoding: string | undefined, blocksize: number): Content {
  const charset = charsetOf(contentType, encoding);
  const inHand = (bytes: BodyPiece, type: string | null = null): Content => ({ bytes, pieces: null, charset, length: bytes.length, type });
  const toCome = (pieces: unknown, length: number | null, type: string | null): Content => ({
    bytes: null,
    pieces: pieces as Pieces,
    charset,
    length,
    type,
  });
  if (typeof body === 'string') return inHand(encodeText(body, charset));
  if (typeof body !== 'object' || body === null) throw notABody(body);
  if (ArrayBuffer.isView(body)) return inHand(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  // By tag, not by instanceof: another realm's objects are as good.
  switch (tagOf(body)) {
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return inHand(new Uint8Array(body as ArrayBuffer));
    case 'URLSearchParams':
      return inHand(String(body), 'application/x-www-form-urlencoded;charset=UTF-8');
    case 'Blob':
    case 'File': {
      const blob = body as Blob;
      return toCome(blob.stream(), blob.size, blob.type === '' ? null : blob.type);
    }
    case 'FormData': {
      // The platform's own encoder: boundary, escaping and line ends are its business.
      const encoded = new Response(body as FormData);
      return toCome(encoded.body, null, encoded.headers.get('content-type'));
    }
    case 'Map':
    case 'Headers':
    case 'HTTPMessage':
      throw notABody(body);
  }
  const { read, fd } = body as Partial<FileHandle>;
  if (typeof read === 'function' && typeof fd === 'number') return toCome(blocksOf(body as FileHandle, blocksize), null, null);
  // A stream may fail before there is a connection to read it for: its iterator will say so, and nobody else has to.
  if (typeof (body as Partial<Readable>).on === 'function') (body as Readable).on('error', () => undefined);
  if (Symbol.asyncIterator in body || Symbol.iterator in body) return toCome(body, null, null);
  throw notABody(body);
}

function notABody(body: unknown): TypeError {
  const isHeaders = ['Object', 'Map', 'Headers', 'HTTPMessage'].includes(tagOf(body));
  const hint = isHeaders ? '; headers are the fourth argument, and JSON is sent with JSON.stringify' : '';
  return new TypeError(`message_body should be a string, bytes, a stream, a Blob, a FormData or an iterable, got ${kindOf(body)}${hint}`);
}

async function* blocksOf(file: FileHandle, blocksize: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(blocksize), 0, blocksize, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

// Strings: the charset of the caller, that of Content-Type, UTF-8 for JSON (RFC 8259), else ISO-8859-1 as http.client documents.
function charsetOf(contentType: string | null, encoding: string | undefined): string {
  if (encoding !== undefined) return encoding.toLowerCase();
  if (contentType === null) return 'iso-8859-1';
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1];
  if (charset !== undefined) return charset.toLowerCase();
  return /^\s*application\/(?:[^;]*\+)?json\s*(?:;|$)/i.test(contentType) ? 'utf-8' : 'iso-8859-1';
}

function encodeText(text: string, charset: string): BodyPiece {
  switch (charset) {
    case 'utf-8':
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'iso-8859-1':
    case 'latin1':
    case 'latin-1':
      return checkedText(text, /[^\0-\xff]/, charset);
    case 'us-ascii':
    case 'ascii':
      return checkedText(text, /[^\0-\x7f]/, charset);
    default:
      throw new TypeError(
        `no encoder for the charset ${JSON.stringify(charset)}; send bytes, or choose utf-8, utf-16le, iso-8859-1 or us-ascii`,
      );
  }
}

function checkedText(text: string, lacking: RegExp, charset: string): string {
  const bad = lacking.exec(text);
  if (bad === null) return text;
  throw new TypeError(
    `body: ${charset} has no character ${JSON.stringify(bad[0])} (at ${bad.index}); pass { encoding: 'utf-8' }, or a Content-Type with a charset, or bytes`,
  );
}

function pieceOf(piece: unknown, charset: string): BodyPiece {
  if (typeof piece === 'string') return encodeText(piece, charset);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  if (tagOf(piece) === 'ArrayBuffer') return new Uint8Array(piece as ArrayBuffer);
  throw new TypeError(`a piece of a request body must be a string or bytes, not ${kindOf(piece)}`);
}

/** How a body that goes out says where it ends: by its length, in the library's chunks, in the caller's own, or not at all. */
export type BodyFraming = number | 'chunked' | 'own chunks' | 'none';

/** Counts what goes out against what was declared, and knows when it is all there. */
export class BodyWriter {
  private readonly channel: Channel;
  private readonly exchange: Exchange;
  private readonly framing: BodyFraming;
  private readonly debug: ((data: BodyPiece) => void) | null;
  /** Bytes that may still be sent; Infinity where no length was declared. */
  left: number;
  /** Follows chunks of the caller's own making. */
  private readonly ownChunks: ChunkObserver | null;
  private lastChunkSent = false;

  constructor(channel: Channel, exchange: Exchange, framing: BodyFraming, debug: ((data: BodyPiece) => void) | null) {
    this.channel = channel;
    this.exchange = exchange;
    this.framing = framing;
    this.debug = debug;
    this.left = typeof framing === 'number' ? framing : Infinity;
    this.ownChunks = framing === 'own chunks' ? new ChunkObserver() : null;
  }

  /** Whether the message is complete, so that another may follow it on the connection. */
  get finished(): boolean {
    if (this.framing === 'chunked') return this.lastChunkSent;
    if (this.ownChunks !== null) return this.ownChunks.complete;
    return this.framing === 'none' || this.left === 0;
  }

  /** Whether bytes that were declared are still to come. */
  get short(): boolean {
    return this.left > 0 && this.left < Infinity;
  }

  /** Whether a final response came while the body was going out: then the rest stays unsent (RFC 9112 9.5). */
  get stopped(): boolean {
    return this.exchange.head !== null;
  }

  /** Writes a piece as it is. */
  async write(piece: BodyPiece): Promise<void> {
    if (piece.length > this.left) {
      throw new TypeError(`the body is longer than its Content-Length: ${piece.length - this.left} bytes too many, not sent`);
    }
    this.left -= piece.length;
    this.ownChunks?.add(piece);
    for (let at = 0; at < piece.length && !this.stopped; at += SLICE) {
      const slice =
        piece.length <= SLICE ? piece : typeof piece === 'string' ? piece.slice(at, at + SLICE) : piece.subarray(at, at + SLICE);
      this.debug?.(slice);
      const drained = this.channel.write(slice);
      if (drained !== null) await this.exchange.orProgress(drained);
    }
  }

  /** Writes a piece as one chunk; an empty one is skipped, since it would end the body. */
  async writeChunk(piece: BodyPiece): Promise<void> {
    if (piece.length === 0) return;
    const size = `${piece.length.toString(16).toUpperCase()}\r\n`;
    if (piece.length <= SMALL_CHUNK) {
      const data = typeof piece === 'string' ? `${size}${piece}\r\n` : Buffer.concat([Buffer.from(size, 'latin1'), piece, CRLF]);
      return this.write(data);
    }
    this.channel.cork();
    const whole = [this.write(size), this.write(piece), this.write('\r\n')];
    this.channel.uncork();
    await Promise.all(whole);
  }

  /** Writes the last chunk, and the trailer section behind it, its empty line included. */
  async writeLastChunk(trailers: string): Promise<void> {
    await this.write(`0\r\n${trailers}`);
    this.lastChunkSent = true;
    this.left = 0;
  }

  /** Writes all of `content`, in chunks if `chunked`: what is in hand, or the pieces as they come. */
  writeContent(content: Content, chunked: boolean): Promise<void> {
    if (content.bytes === null) return this.writePieces(content, chunked);
    return chunked ? this.writeChunk(content.bytes) : this.write(content.bytes);
  }

  /** Writes every piece, each as a chunk if `chunked`. It does not wait for a piece that nobody needs any more. */
  private async writePieces({ pieces, charset }: Content, chunked: boolean): Promise<void> {
    const iterator = iteratorOf(pieces as Pieces);
    let exhausted = false;
    try {
      for (;;) {
        exhausted = true; // should next() throw, or the source end, there is nothing to return from
        const step = iterator.next();
        if ('then' in step) await this.settled(step);
        if (this.stopped) return;
        if (this.exchange.over) throw this.channel.death('request');
        // A step in hand is not awaited: an upload from a generator would cost half as much again.
        const next = 'then' in step ? await step : step;
        if (next.done === true) return;
        exhausted = false;
        const piece = pieceOf(next.value, charset);
        await (chunked ? this.writeChunk(piece) : this.write(piece));
      }
    } finally {
      if (!exhausted || this.stopped || this.exchange.over) abandon(iterator, pieces);
    }
  }

  /** Waits for `step`, but not beyond a final response or the end of the connection. */
  private async settled(step: Promise<unknown>): Promise<void> {
    const exchange = this.exchange;
    let isHere = false;
    const comes = step.then(() => {
      isHere = true;
    });
    comes.catch(() => undefined);
    while (!isHere && !this.stopped && !exchange.over) await exchange.orProgress(comes);
  }
}

const CRLF = Buffer.from('\r\n', 'latin1');

function iteratorOf(pieces: Pieces): AsyncIterator<unknown> | Iterator<unknown> {
  return Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
}

// A source that is stuck never answers return(): nobody waits for it, nor minds what it throws, and a Node stream is destroyed.
function abandon(iterator: AsyncIterator<unknown> | Iterator<unknown>, pieces: Pieces | null): void {
  void (async () => iterator.return?.())().catch(() => undefined);
  discardPieces(pieces);
}

/** Throws if a signal has been aborted already; then nobody will read `body`. */
export function checkSignals(signals: readonly AbortSignal[], body: unknown): void {
  for (const signal of signals) {
    if (!signal.aborted) continue;
    discardPieces(body);
    throw signal.reason;
  }
}

/** Nobody will read `pieces` any more: a Node stream is destroyed, so that what it reads from is closed. */
export function discardPieces(pieces: unknown): void {
  if (typeof (pieces as Partial<Readable> | null | undefined)?.pipe === 'function') (pieces as Readable).destroy();
}
