// The body of one response between the socket and the reader: bytes that came and were not asked for yet, in one
// growing buffer, and the reader that waits for more. Everything handed out is memory that the caller owns.
// It knows neither HTTP nor sockets; the channel feeds it and the response reads it.

import { IncompleteRead, type HTTPException } from '../core/errors.js';
import type { HTTPMessage } from '../core/message.js';
import { acquire, handedOut, LARGEST_SCRATCH, release } from './scratch.js';

/** Unread bytes at which the socket is paused, unless a reader waits for more: two reads, so that one read never does it. */
const HIGH_WATER = 131072;

const EMPTY = Buffer.alloc(0);

/**
 * Bodies that are small stand one behind the other in memory that they share, since memory of its own costs each of them more than
 * all the rest of its way. Nobody is handed that memory: small bodies are read as text, or copied out.
 */
const SMALL = 2048;
/** So few bytes are copied one by one in less time than a view of them is made. */
const FEW = 64;
const SHARED_SIZE = 65536;
let shared: Buffer = EMPTY;
let sharedUsed = 0;

export class Body {
  trailers: HTTPMessage | null = null;
  /** Every byte has come. */
  ended = false;
  /** A reader met the end, or took the last byte of a sized body. */
  seenEnd = false;
  /** Bytes handed out so far. */
  delivered = 0;
  /** It was cut short. */
  failed = false;
  /** The socket was paused on this body's account. */
  paused = false;

  private buffer: Buffer = EMPTY;
  private readAt = 0;
  private writeAt = 0;
  /** Where the body's part of the buffer ends. */
  private limit = 0;
  /** Whether the buffer is to be given back. */
  private scratch = false;
  private error: unknown;
  private foreign = false;

  // The waiting reader: how many bytes it wants, the memory that it brought, and how to wake it.
  private wanted = 0;
  private target: Uint8Array | null = null;
  private filled = 0;
  private wake: (() => void) | null = null;

  get buffered(): number {
    return this.writeAt - this.readAt;
  }

  /** Whether the socket waits for a reader, and nobody has read a byte yet. */
  get neglected(): boolean {
    return this.paused && this.delivered === 0 && this.wake === null;
  }

  /** Whether more bytes would only pile up. */
  get full(): boolean {
    return this.buffered >= Math.max(HIGH_WATER, this.wanted);
  }

  /** Copies the bytes from `start` to `end` of linear memory in. */
  append(memory: Uint8Array, start: number, end: number): void {
    let from = start;
    const target = this.target;
    if (target !== null && this.filled < target.length) {
      const length = Math.min(target.length - this.filled, end - from);
      target.set(memory.subarray(from, from + length), this.filled);
      this.filled += length;
      from += length;
    }
    if (from < end) {
      if (this.writeAt + end - from > this.limit) this.reserve(end - from);
      if (end - from > FEW) {
        this.buffer.set(memory.subarray(from, end), this.writeAt);
        this.writeAt += end - from;
      } else {
        const { buffer } = this;
        while (from < end) buffer[this.writeAt++] = memory[from++] as number;
      }
    }
    if (this.wake !== null && this.buffered + this.filled >= this.wanted) this.wakeUp();
  }

  /**
   * The part of a waiting reader's memory that the socket may read the next bytes of the body to, `most` at most. Null where nobody brought
   * any, or where less than `least` would go there.
   */
  lend(most: number, least: number): Uint8Array | null {
    const { target, filled, wake } = this;
    // As soon as the reader is woken its memory is its own again.
    if (target === null || wake === null) return null;
    const length = Math.min(target.length - filled, most);
    return length < least ? null : target.subarray(filled, filled + length);
  }

  /** The first `length` bytes of what was lent have come. */
  took(length: number): void {
    this.filled += length;
    if (this.filled >= this.wanted) this.wakeUp();
  }

  // Whoever waits for what now comes is handed the memory that it is put into. Else bytes are gathered: in shared memory while they are
  // few; then in memory that doubles, so that one-byte reads stay cheap.
  private reserve(more: number): void {
    const live = this.buffered;
    if (live === 0) {
      if (this.wake !== null && this.target === null && more >= this.wanted) return this.own(handedOut(more), 0);
      if (more <= SMALL) return this.share(more);
    }
    const buffer = acquire(live === 0 ? more : Math.max(live + more, Math.min(2 * live, live + 0x4000000)));
    this.buffer.copy(buffer, 0, this.readAt, this.writeAt);
    this.letGo();
    this.own(buffer, live);
    this.scratch = buffer.length <= LARGEST_SCRATCH;
  }

  private own(buffer: Buffer, live: number): void {
    this.buffer = buffer;
    this.readAt = 0;
    this.writeAt = live;
    this.limit = buffer.length;
  }

  private share(length: number): void {
    if (sharedUsed + length > shared.length) {
      shared = Buffer.allocUnsafeSlow(SHARED_SIZE);
      sharedUsed = 0;
    }
    this.buffer = shared;
    this.readAt = this.writeAt = sharedUsed;
    this.limit = sharedUsed += length;
  }

  private letGo(): void {
    if (this.scratch) release(this.buffer);
    this.scratch = false;
    this.buffer = EMPTY;
    this.readAt = this.writeAt = this.limit = 0;
  }

  end(trailers: HTTPMessage | null): void {
    this.trailers = trailers;
    this.ended = true;
    this.wakeUp();
  }

  /** No more will come, because of `error`; a foreign one is handed on untouched. */
  fail(error: unknown, foreign = false): void {
    if (this.ended || this.failed) return;
    this.failed = true;
    this.foreign = foreign;
    this.error = error;
    this.wakeUp();
  }

  /** The caller gives the body up: what was not read is missing, even if it had come. `length` is the body's, if known. */
  abandon(length: number | null): void {
    if (this.ended && this.buffered === 0) {
      this.seenEnd = true;
      return;
    }
    this.ended = false;
    this.fail(new IncompleteRead(EMPTY, length === null ? null : length - this.delivered - this.buffered || null));
  }

  private wakeUp(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }

  /** The promise that `amount` bytes are here, or that no more will come. */
  more(amount: number): Promise<void> {
    this.wanted = amount;
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** As more(), the bytes going straight to `target` from `filled` on; `amount` counts those filled already. */
  moreInto(target: Uint8Array, filled: number, amount: number): Promise<void> {
    this.target = target;
    this.filled = filled;
    return this.more(amount);
  }

  /** The end of a reading call: nobody waits any more. Returns the bytes that moreInto filled. */
  release(): number {
    const filled = this.filled;
    this.wanted = 0;
    this.target = null;
    this.filled = 0;
    this.wake = null;
    return filled;
  }

  /** Up to `amount` of the bytes that came. */
  take(amount: number): Buffer {
    const length = Math.min(amount, this.buffered);
    this.delivered += length;
    if (length === 0) return EMPTY;
    const start = this.readAt;
    let taken: Buffer;
    const size = this.buffer.length;
    // Never of shared memory: what is in it is too small a part of it.
    if (!this.scratch && start === 0 && length === this.writeAt && length * 2 > size) {
      taken = length === size ? this.buffer : this.buffer.subarray(0, length);
      this.letGo();
    } else {
      taken = handedOut(length);
      this.buffer.copy(taken, 0, start, start + length);
      this.skip(length);
    }
    return taken;
  }

  /** All that came, as text; `decoder` is null for UTF-8. */
  takeText(decoder: TextDecoder | null): string {
    const { buffer, readAt, writeAt } = this;
    const text = decoder === null ? buffer.toString('utf8', readAt, writeAt) : decoder.decode(buffer.subarray(readAt, writeAt));
    this.drop();
    // As TextDecoder does it: a byte order mark is none of the text.
    return decoder === null && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  /** Copies up to `target.length - from` of the bytes that came into `target` at `from`; returns how many. */
  takeInto(target: Uint8Array, from: number): number {
    const length = Math.min(target.length - from, this.buffered);
    target.set(this.buffer.subarray(this.readAt, this.readAt + length), from);
    this.delivered += length;
    this.skip(length);
    return length;
  }

  /** Drops what came. */
  drop(): void {
    this.delivered += this.buffered;
    this.skip(this.buffered);
  }

  private skip(length: number): void {
    this.readAt += length;
    if (this.readAt === this.writeAt) this.letGo();
  }

  /** A copy of up to `amount` of the bytes that came, which stay. */
  peek(amount: number): Buffer {
    const length = Math.min(amount, this.buffered);
    const copy = Buffer.allocUnsafeSlow(length);
    this.buffer.copy(copy, 0, this.readAt, this.readAt + length);
    return copy;
  }

  /** Where a line feed stands among the bytes that came, from `from` on, or -1. */
  indexOfLineFeed(from: number): number {
    const index = this.buffer.subarray(this.readAt, this.writeAt).indexOf(0x0a, from);
    return index;
  }

  /** The error that cut the body short, with what came and nobody has read as its `partial`. */
  failure(): unknown {
    const partial = this.take(this.buffered);
    const error = this.error;
    if (this.foreign) return error;
    if (error instanceof IncompleteRead) {
      const { phase, host, reusedSocket, bytesRead, bytesWritten, quirk } = error;
      return Object.assign(new IncompleteRead(partial, error.expected), { phase, host, reusedSocket, bytesRead, bytesWritten, quirk });
    }
    if (typeof error === 'object' && error !== null && 'partial' in error) {
      (error as HTTPException & { partial: Uint8Array }).partial = partial;
    }
    return error;
  }
}
