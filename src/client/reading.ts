// Reading a body: every way to take bytes out of it, each one of two moves: wait until enough has come, then take it.
// One call at a time. What a reading call learns of the end is kept in the body, where the connection sees it.

import { ImproperConnectionState } from '../core/errors.js';
import type { Framing } from '../core/framing.js';
import type { Body } from './body.js';
import type { Channel } from './channel.js';

const EMPTY = Buffer.alloc(0);

export class BodyReader {
  private readonly channel: Channel;
  private readonly body: Body;
  private readonly framing: Framing;
  private reading = false;
  /** The caller gave the body up. */
  closed = false;

  constructor(channel: Channel, body: Body, framing: Framing) {
    this.channel = channel;
    this.body = body;
    this.framing = framing;
  }

  /** Gives the body up; what was not read is missing from now on. Returns whether all of it had come. */
  close(): boolean {
    const complete = this.body.ended;
    this.closed = true;
    this.body.abandon(this.framing.length);
    return complete;
  }

  /** Leaves the body as it is, and reads nothing of it any more. */
  leave(): void {
    this.closed = true;
  }

  private begin(): void {
    if (this.reading) throw new ImproperConnectionState('another read of this response is in progress: await it first');
    this.reading = true;
  }

  private done(): void {
    this.reading = false;
    this.body.release();
    this.channel.doneWaiting(this.body);
    // CPython closes a sized body with its last byte, without having to look for the end.
    if (this.framing.length !== null && this.body.delivered === this.framing.length) this.body.seenEnd = true;
  }

  /** Whether no more bytes will come: because the body is complete, or because it is cut. */
  private over(): boolean {
    return this.body.ended || this.body.failed;
  }

  /** Whether `amount` bytes are here, or no more will come. */
  private has(amount: number): boolean {
    return this.body.buffered >= amount || this.over();
  }

  /** Waits until it is so. */
  private async fill(amount: number): Promise<void> {
    const body = this.body;
    while (!this.has(amount)) {
      const more = body.more(amount);
      this.channel.waitForBody(body);
      await more;
    }
  }

  /** The end was met: it was the body's end, or throws what cut it. */
  private meetEnd(): void {
    this.body.seenEnd = true;
    if (this.body.failed) throw this.body.failure();
  }

  /** Reading after close(): nothing, if the body had been read to its end; else the rest is missing. */
  private checkClosed(): boolean {
    if (!this.closed) return false;
    if (this.body.failed) throw this.body.failure();
    return true;
  }

  // Fewer bytes than asked for. CPython looks on in a chunked body, and so meets its end; a close-delimited one ends with an empty read.
  private meetShort(length: number): void {
    if (length === 0) this.meetEnd();
    else if (this.body.ended && this.framing.kind !== 'close') this.body.seenEnd = true;
  }

  /** See HTTPResponse.read. */
  async read(amount?: number | null): Promise<Buffer> {
    const wanted = countOf(amount);
    this.begin();
    try {
      if (this.checkClosed()) return EMPTY;
      if (wanted === 0) return EMPTY;
      if (!this.has(wanted)) await this.fill(wanted);
      if (wanted === Infinity) {
        this.meetEnd();
        return this.body.take(Infinity);
      }
      const piece = this.body.take(wanted);
      if (piece.length < wanted) this.meetShort(piece.length);
      return piece;
    } finally {
      this.done();
    }
  }

  /** See HTTPResponse.text; `decoder` is null for UTF-8. */
  text(decoder: TextDecoder | null): Promise<string> {
    if (this.reading || !this.over()) return this.textLater(decoder);
    // Most small bodies come with their head: then there is nothing to wait for.
    this.begin();
    try {
      return Promise.resolve(this.wholeText(decoder));
    } catch (error) {
      return Promise.reject(error as Error);
    } finally {
      this.done();
    }
  }

  private async textLater(decoder: TextDecoder | null): Promise<string> {
    this.begin();
    try {
      if (!this.closed) await this.fill(Infinity);
      return this.wholeText(decoder);
    } finally {
      this.done();
    }
  }

  private wholeText(decoder: TextDecoder | null): string {
    if (this.checkClosed()) return '';
    this.meetEnd();
    return this.body.takeText(decoder);
  }

  /** See HTTPResponse.read1. */
  async read1(amount?: number | null): Promise<Buffer> {
    const wanted = countOf(amount);
    this.begin();
    try {
      if (this.checkClosed() || wanted === 0) return EMPTY;
      if (!this.has(1)) await this.fill(1);
      const piece = this.body.take(wanted);
      if (piece.length === 0) this.meetEnd();
      return piece;
    } finally {
      this.done();
    }
  }

  /** See HTTPResponse.readinto; not `whole` for readinto1. */
  async readInto(view: ArrayBufferView, whole: boolean): Promise<number> {
    if (!ArrayBuffer.isView(view)) throw new TypeError('readinto() takes a typed array or a DataView to fill');
    const target = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    this.begin();
    try {
      if (this.checkClosed() || target.length === 0) return 0;
      const body = this.body;
      let filled = body.takeInto(target, 0);
      while (filled < (whole ? target.length : 1) && !this.over()) {
        const more = body.moreInto(target, filled, whole ? target.length : 1);
        this.channel.waitForBody(body);
        await more;
        const before = filled;
        filled = body.release();
        body.delivered += filled - before;
      }
      if (filled < target.length && (whole || filled === 0)) this.meetShort(filled);
      return filled;
    } finally {
      this.done();
    }
  }

  /** See HTTPResponse.readline. */
  async readline(limit?: number | null): Promise<Buffer> {
    const most = countOf(limit);
    this.begin();
    try {
      if (this.checkClosed() || most === 0) return EMPTY;
      let searched = 0;
      for (;;) {
        const lineFeed = this.body.indexOfLineFeed(searched);
        const length = Math.min(lineFeed < 0 ? Infinity : lineFeed + 1, most);
        if (length <= this.body.buffered) return this.body.take(length);
        if (this.over()) {
          const line = this.body.take(Infinity);
          this.meetShort(line.length);
          return line;
        }
        searched = this.body.buffered;
        await this.fill(searched + 1);
      }
    } finally {
      this.done();
    }
  }

  /** See HTTPResponse.peek. */
  async peek(amount: number | null): Promise<Buffer> {
    const wanted = countOf(amount);
    this.begin();
    try {
      if (this.checkClosed()) return EMPTY;
      await this.fill(1);
      if (this.body.buffered === 0) this.meetEnd();
      return this.body.peek(wanted > 0 ? wanted : Infinity);
    } finally {
      this.done();
    }
  }

  /** See HTTPResponse.discard. */
  async discard(): Promise<void> {
    this.begin();
    try {
      if (this.checkClosed()) return;
      this.body.drop();
      while (!this.over()) {
        await this.fill(1);
        this.body.drop();
      }
      this.meetEnd();
    } finally {
      this.done();
    }
  }
}

/** How many bytes a reading call is for: without a number, or with a negative one, all of them, as in Python. */
export function countOf(amount: number | null | undefined): number {
  if (amount === undefined || amount === null || amount === Infinity) return Infinity;
  if (!Number.isInteger(amount)) throw new TypeError(`a number of bytes must be an integer, not ${String(amount)}`);
  return amount < 0 ? Infinity : amount;
}
