// One socket's conversation: requests go out, responses come in, in order. It joins transport and reader, applies time
// limits and aborts, and hands every failure to whoever waits. A connection holds at most one channel; a response that
// ends its connection keeps the channel for itself.
//
// Invariants: a channel that failed or met unexplained bytes is destroyed and never used again. When it dies,
// every pending promise settles. No user code runs while a read is being taken from linear memory.

import type { Duplex } from 'node:stream';
import { ConnectionError, HTTPException, NotConnected, TimeoutError } from '../core/errors.js';
import type { ResponseHead } from '../core/head.js';
import type { Limits } from '../core/limits.js';
import type { HTTPMessage } from '../core/message.js';
import { readAll, tell } from '../core/reader.js';
import { ResponseReader, type ResponseSink } from '../core/response-reader.js';
import { watch, type Timed } from '../transport/clock.js';
import { connectionError } from '../transport/failure.js';
import type { Transport, TransportHandler } from '../transport/transport.js';
import { READ } from '../wasm/layout.generated.js';
import type { Tokeniser } from '../wasm/tokeniser.js';
import type { Body } from './body.js';
import type { Exchange, HeadWaiter } from './exchange.js';

/** What every channel of a connection has in common. */
export interface ChannelSettings {
  readonly tokeniser: Tokeniser;
  readonly limits: Limits;
  readonly quirks: number;
  /** Milliseconds, Infinity for none. */
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  /** 'host:port', for errors. */
  readonly peer: string;
  /** The stream is no socket of the operating system, so waiting for it has to keep the process alive. */
  readonly holdsProcess: boolean;
}

/** `Keep-Alive: timeout=n` is honoured minus this, since the peer's clock starts earlier (node#52653). */
const KEEP_ALIVE_MARGIN_MS = 1000;

/** What is left of a body, and the memory for it, have to be so large for the socket to read it there itself. */
const LEAST_LENT = 32768;

/** Nothing is waited for. */
const NOT_WAITING = -1;
/** A wait that the next tick will see the beginning of: asking the clock costs more than all else that a wait needs. */
const SINCE_NEXT_TICK = 0;

/** Why a channel died; what is foreign (an abort's reason, what a callback threw) is handed on untouched. */
interface Cause {
  readonly error: unknown;
  readonly foreign: boolean;
}

export class Channel implements TransportHandler, ResponseSink, Timed {
  /** Not to be used for another request. */
  dead = false;
  /** Responses that were completed on this socket. */
  completed = 0;
  /** How often bytes have come. */
  reads = 0;
  /** Until when the peer said that it keeps an idle connection, on performance.now()'s clock; Infinity if it did not say. */
  idleUntil = Infinity;

  private readonly transport: Transport;
  private readonly settings: ChannelSettings;
  private readonly reader: ResponseReader;
  private readonly exchanges: Exchange[] = [];
  /** What is sent outside of any request, to be told of the end. */
  private readonly riders = new Set<Exchange>();
  /** Why it died; null: nothing went wrong. */
  private cause: Cause | null = null;
  /** Whether the user closed it. */
  private closed = false;
  /** Whether a response had been completed here when the request in progress began. */
  private reused = false;
  private interim: [Exchange, ResponseHead][] = [];
  /** Whose head came with the read in progress. */
  private answered: Exchange | null = null;
  /** Bytes behind a protocol switch, or behind a proxy's reply: not read yet. */
  private leftover: Uint8Array[] = [];

  private watched = false;
  private headSince = NOT_WAITING;
  private bodySince = NOT_WAITING;
  private drainSince = NOT_WAITING;
  private queued = 0;
  private drain: Promise<void> | null = null;
  private drained: (() => void) | null = null;

  constructor(transport: Transport, settings: ChannelSettings, leftover: Uint8Array[] = []) {
    this.transport = transport;
    this.settings = settings;
    this.leftover = leftover;
    this.reader = new ResponseReader(settings.tokeniser, settings.limits, settings.quirks);
    transport.handler = this;
    this.watch();
  }

  get socket(): Duplex {
    return this.transport.socket;
  }

  get holdsProcess(): boolean {
    return this.settings.holdsProcess;
  }

  /** Whether another request may be written: alive, and not about to be dropped by the peer. */
  get usable(): boolean {
    if (!this.dead && this.idleUntil < Infinity && this.exchanges.length === 0 && performance.now() >= this.idleUntil) this.destroy();
    return !this.dead;
  }

  // Sending.

  /** Announces a request that is about to be written. */
  begin(exchange: Exchange): void {
    // What is written will say why it died.
    if (this.dead) return;
    this.exchanges.push(exchange);
    this.reused = this.completed > 0;
    this.reader.expect(exchange.method, exchange.upgrade);
    if (exchange.signals.length > 0) exchange.abortWith((reason) => this.abort(reason));
    if (!this.dead) this.watch();
    if (this.leftover.length > 0) this.readLeftover(exchange);
  }

  // What a proxy's reply brought along belongs to the tunnel, whose first response this will be. It came before the request: the
  // answer to that may still follow, and nobody else shall have it.
  private readLeftover(exchange: Exchange): void {
    exchange.closes = true;
    for (const bytes of this.leftover.splice(0)) {
      if (this.dead) break;
      this.settings.tokeniser.load(bytes);
      this.onRead(bytes.length);
    }
  }

  /** Bytes go out outside of any request: `rider` is told when the channel dies. Returns how to end that. */
  carry(rider: Exchange): () => void {
    this.riders.add(rider);
    return () => this.riders.delete(rider);
  }

  cork(): void {
    this.transport.cork();
  }

  /** What it lets go is written now: where that throws, whoever has written is told so when he waits. */
  uncork(): void {
    try {
      this.transport.uncork();
    } catch (error) {
      this.abort(error);
    }
  }

  /** Writes. Returns the promise that there is room for more, or null where there is. Throws if the channel is dead. */
  write(data: string | Uint8Array): Promise<void> | null {
    if (this.dead) throw this.death('request');
    if (this.transport.write(data)) return null;
    // A stream of the caller's runs his code meanwhile, which may have ended it: then there is no room to wait for.
    if (this.dead) throw this.death('request');
    if (this.drain === null) {
      this.drainSince = SINCE_NEXT_TICK;
      this.queued = this.socket.writableLength;
      this.watch();
      this.drain = new Promise((resolve) => {
        this.drained = resolve;
      });
    }
    return this.drain;
  }

  onDrain(): void {
    this.drainSince = NOT_WAITING;
    this.drain = null;
    const drained = this.drained;
    this.drained = null;
    drained?.();
  }

  // Waiting.

  /** Has `waiter` told of the head of `exchange`, now or when it comes. */
  waitForHead(exchange: Exchange, waiter: HeadWaiter): void {
    if (this.answered === exchange) {
      // It came with the read in progress.
      exchange.waiter = waiter;
    } else if (exchange.head !== null) {
      waiter.onHead();
    } else if (this.dead) {
      waiter.onNoHead(this.death('headers'));
    } else {
      exchange.waiter = waiter;
      this.headSince = SINCE_NEXT_TICK;
      this.watch();
    }
  }

  /** The promise that the head of `exchange` is here. */
  headOf(exchange: Exchange): Promise<void> {
    return new Promise((resolve, reject) => this.waitForHead(exchange, { onHead: resolve, onNoHead: reject }));
  }

  /** A reader waits for bytes of `body` from now on. */
  waitForBody(body: Body): void {
    this.bodySince = SINCE_NEXT_TICK;
    this.watch();
    this.resumeFor(body);
  }

  /** The reader of `body` has what it wanted, or took some of it. */
  doneWaiting(body: Body): void {
    // The reader of an older body, which has come in full, says nothing of the one that is waited for.
    if (this.exchanges[0]?.body === body) this.bodySince = NOT_WAITING;
    this.resumeFor(body);
  }

  private resumeFor(body: Body): void {
    if (!body.paused || body.full) return;
    body.paused = false;
    if (!this.dead) this.transport.resume();
  }

  private watch(): void {
    if (this.watched) return;
    this.watched = true;
    this.transport.hold(true);
    watch(this);
  }

  tick(now: number): boolean {
    const { headersTimeout, bodyTimeout } = this.settings;
    if (this.headSince === SINCE_NEXT_TICK) this.headSince = now;
    if (this.bodySince === SINCE_NEXT_TICK) this.bodySince = now;
    if (this.drainSince === SINCE_NEXT_TICK) this.drainSince = now;
    if (this.drainSince >= 0 && this.socket.writableLength !== this.queued) {
      this.queued = this.socket.writableLength;
      this.drainSince = now;
    }
    const limited = this.exchanges.find((exchange) => exchange.totalDeadline < Infinity);
    const waiting = this.headSince >= 0 || this.bodySince >= 0 || this.drainSince >= 0 || limited !== undefined;
    if (waiting && !this.dead) {
      if (limited !== undefined && now >= limited.totalDeadline) this.fail(new TimeoutError('total', 'totalTimeout', limited.totalTimeout));
      else if (this.headSince >= 0 && now - this.headSince >= headersTimeout)
        this.fail(new TimeoutError('headers', 'headersTimeout', headersTimeout));
      else if (this.bodySince >= 0 && now - this.bodySince >= bodyTimeout) this.fail(new TimeoutError('body', 'bodyTimeout', bodyTimeout));
      else if (this.drainSince >= 0 && now - this.drainSince >= bodyTimeout)
        this.fail(new TimeoutError('request', 'bodyTimeout', bodyTimeout));
    }
    this.watched = waiting && !this.dead;
    // Nobody waits: an idle connection is no reason for the process to stay, as in Python.
    if (!this.watched && !this.dead) this.transport.hold(false);
    return this.watched;
  }

  // What the transport says.

  onRead(length: number): boolean {
    if (this.dead) return false;
    this.reads++;
    if (this.bodySince > SINCE_NEXT_TICK) this.bodySince = SINCE_NEXT_TICK;
    let used = 0;
    try {
      used = readAll(this.reader, READ, READ + length, this) - READ;
    } catch (error) {
      this.tellInterim();
      this.fail(error as Error);
      this.tellHead();
      return false;
    }
    if (used < length) this.leftover.push(this.settings.tokeniser.input.slice(used, length));
    if (this.interim.length > 0) this.tellInterim();
    // The finished response stays as it was; the connection goes without a word (CVE-2026-48931).
    if (this.reader.excess) this.destroy();
    this.tellHead();
    if (this.dead || this.reader.switched) return false;
    return this.goOn();
  }

  /** Whether the socket is to go on reading: not while nobody takes what came. */
  private goOn(): boolean {
    const body = this.exchanges[0]?.body;
    if (body === undefined || !body.full) return true;
    body.paused = true;
    return false;
  }

  lend(): Uint8Array | null {
    const body = this.dead ? undefined : this.exchanges[0]?.body;
    if (body === undefined) return null;
    const most = Math.min(this.reader.bodyThere(Infinity), this.reader.room);
    return most < LEAST_LENT ? null : body.lend(most, LEAST_LENT);
  }

  onLent(length: number): boolean {
    if (this.dead) return false;
    this.reads++;
    if (this.bodySince > SINCE_NEXT_TICK) this.bodySince = SINCE_NEXT_TICK;
    (this.exchanges[0] as Exchange).body.took(length);
    this.reader.tookBody(length);
    tell(this.reader, this);
    return this.goOn();
  }

  onFin(): void {
    if (this.dead || this.reader.switched) return;
    try {
      this.reader.finish();
      tell(this.reader, this);
    } catch (error) {
      this.fail(error as Error);
      return;
    }
    this.destroy();
  }

  onClose(error: Error | null): void {
    if (error !== null) return this.fail(connectionError(error));
    this.onFin();
    this.destroy();
  }

  // What the reader says.

  onInterim(head: ResponseHead): void {
    this.interim.push([this.exchanges[0] as Exchange, head]);
  }

  // Only now that the read is taken: a callback may use this connection, or any other.
  private tellInterim(): void {
    const interim = this.interim;
    this.interim = [];
    for (const [exchange, head] of interim) {
      exchange.interim?.push(head);
      if (head.status === 100) exchange.continued = true;
      exchange.noteProgress();
      const refuse = (error: unknown): void => {
        exchange.refusal ??= { error };
        // Once it is over the channel is another's.
        if (!exchange.over) this.abort(error);
      };
      try {
        const result = exchange.onInterim?.(head);
        if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function')
          (result as PromiseLike<unknown>).then(undefined, refuse);
      } catch (error) {
        refuse(error);
      }
    }
  }

  // Behind the interim responses in front of it, and when what became of the connection is known.
  private tellHead(): void {
    const exchange = this.answered;
    this.answered = null;
    exchange?.tellHead();
  }

  onHead(head: ResponseHead): void {
    this.headSince = NOT_WAITING;
    this.idleUntil = head.keepAliveTimeout < 0 ? Infinity : performance.now() + head.keepAliveTimeout * 1000 - KEEP_ALIVE_MARGIN_MS;
    this.answered = this.exchanges[0] as Exchange;
    this.answered.arrived(head);
  }

  onBody(start: number, end: number): void {
    (this.exchanges[0] as Exchange).body.append(this.settings.tokeniser.bytes, start, end);
  }

  onEnd(trailers: HTTPMessage | null): void {
    const exchange = this.exchanges.shift() as Exchange;
    this.bodySince = NOT_WAITING;
    this.completed++;
    exchange.body.end(trailers);
    exchange.settle(null, false);
    if (!exchange.keepAlive && !this.reader.switched) this.destroy();
    else if (this.exchanges.length > 0 && this.exchanges.some(({ waiter }) => waiter !== null)) this.headSince = SINCE_NEXT_TICK;
  }

  // The end.

  /** Ends the socket; whoever waits gets `error`, which the library made. */
  fail(error: Error): void {
    if (!this.dead) this.die({ error: this.withFacts(error, this.phase), foreign: false });
  }

  /** Ends the socket; whoever waits gets `reason` as it is. */
  abort(reason: unknown): void {
    this.die({ error: reason, foreign: true });
  }

  /** Ends the socket without an error: nothing is lost by it. */
  destroy(): void {
    this.die(null);
  }

  /** The user closes the connection: whoever waits for a head is told so, and unread bodies are cut. */
  close(): void {
    if (this.dead) return;
    for (const exchange of this.exchanges) if (exchange.head !== null) exchange.body.abandon(exchange.framing?.length ?? null);
    this.closed = true;
    this.destroy();
  }

  private get phase(): string {
    if (this.headSince >= 0) return 'headers';
    return this.exchanges[0]?.head == null ? 'request' : 'body';
  }

  private die(cause: Cause | null): void {
    if (this.dead) return;
    const phase = this.phase;
    this.dead = true;
    this.cause = cause;
    this.reader.release();
    this.headSince = this.bodySince = NOT_WAITING;
    this.transport.handler = null;
    this.transport.destroy();
    for (const exchange of [...this.exchanges.splice(0), ...this.riders]) exchange.settle(this.death(phase), cause?.foreign === true);
    this.onDrain();
  }

  /** Why the channel is dead. */
  death(phase: string): unknown {
    if (this.cause !== null) return this.cause.error;
    // Made for who waits, and most often nobody does: an error costs more than all else that closing does.
    const error = this.closed
      ? new NotConnected('the connection was closed by close() while the call was in progress')
      : new ConnectionError('the connection was closed before the response was complete', 'ECONNRESET');
    return this.withFacts(error, phase);
  }

  /** Adds to an error where it happened. */
  withFacts<E>(error: E, phase: string): E {
    if (error instanceof HTTPException) {
      error.phase ??= phase;
      error.host = this.settings.peer;
      error.reusedSocket = this.reused;
      error.bytesRead = this.transport.bytesRead;
      error.bytesWritten = this.transport.bytesWritten;
    }
    return error;
  }

  /** Gives the socket up after a protocol switch: the socket, and what came of the other protocol already. */
  detach(): { socket: Duplex; head: Buffer } {
    return { socket: this.handOver(new Uint8Array(0)), head: Buffer.concat(this.leftover.splice(0)) };
  }

  /** Gives the stream to another channel (a plain tunnel), unread bytes included. */
  handOn(settings: ChannelSettings): Channel {
    this.dead = true;
    this.reader.release();
    const next = new Channel(this.transport, settings, this.leftover.splice(0));
    this.transport.resume();
    return next;
  }

  /** Gives the raw stream up, unread bytes first in it, for TLS over it. */
  rawSocket(): Duplex {
    return this.handOver(Buffer.concat(this.leftover.splice(0)));
  }

  private handOver(leftover: Uint8Array): Duplex {
    this.dead = true;
    this.reader.release();
    this.transport.hold(true);
    return this.transport.detach(leftover);
  }
}
