// One request and its response, while they are on the wire: what the channel, the upload and the response object share.
// Data and its settling only; the channel decides when.

import { AsyncResource } from 'node:async_hooks';
import type { Framing } from '../core/framing.js';
import type { ResponseHead } from '../core/head.js';
import { Body } from './body.js';
import type { ConnectionOptions, RequestOptions } from './options.js';

const NO_SIGNALS: readonly AbortSignal[] = [];

/** Who is told of the head, once; no promise, since there would be one more for each request. */
export interface HeadWaiter {
  onHead(): void;
  /** It will not come, because of `error`. */
  onNoHead(error: unknown): void;
}

export class Exchange {
  readonly method: string;
  /** The request asks for another protocol, so that a 101 is an answer to it. */
  readonly upgrade: boolean;
  /** The connection ends with this request: it says so (`Connection: close`), or what answers it may be another's. */
  closes: boolean;
  readonly body = new Body();

  head: ResponseHead | null = null;
  /** Who waits for it. */
  waiter: HeadWaiter | null = null;
  framing: Framing | null = null;
  /** The connection may serve another request after this one. */
  keepAlive = false;
  /** The request's body is still going out. */
  uploading = false;
  /** Settled: complete, or failed. */
  over = false;
  /** Told when it settles. */
  onOver: (() => void) | null = null;

  /** Told of each interim response, in the caller's async context. */
  onInterim: ((head: ResponseHead) => unknown) | null = null;
  /** Every interim response, kept where set_debuglevel has to print them. */
  interim: ResponseHead[] | null = null;
  /** What onInterim threw: the request fails with it, even if the final head came in the same read. */
  refusal: { error: unknown } | null = null;
  /** Whether a 100 (Continue) came. */
  continued = false;

  /** What may abort the request: its own signal, the connection's, both or none. */
  signals: readonly AbortSignal[] = NO_SIGNALS;
  private onAbort: ((event: Event) => void) | null = null;
  totalTimeout = Infinity;
  /** When totalTimeout ends the exchange, on performance.now()'s clock. */
  totalDeadline = Infinity;

  /** Who waits for progress. */
  private waiting: Set<() => void> | null = null;

  constructor(method: string, upgrade: boolean, closes: boolean) {
    this.method = method;
    this.upgrade = upgrade;
    this.closes = closes;
  }

  /** The same exchange, to be tried once more. */
  again(): Exchange {
    const exchange = new Exchange(this.method, this.upgrade, this.closes);
    exchange.onInterim = this.onInterim;
    exchange.interim = this.interim;
    exchange.signals = this.signals;
    exchange.totalTimeout = this.totalTimeout;
    exchange.totalDeadline = this.totalDeadline;
    return exchange;
  }

  /** Whoever waits for the head is told that it is here. */
  tellHead(): void {
    const { waiter } = this;
    this.waiter = null;
    waiter?.onHead();
  }

  /** Whether the response has been read, or has nothing to read: the next one may be asked for. */
  get finished(): boolean {
    return this.body.seenEnd || this.body.failed || this.framing?.kind === 'none' || this.framing?.length === 0;
  }

  /**
   * Waits for `promise`, but not beyond an interim or final response, or that none will come. Not by Promise.race(): a promise of the
   * response would keep something of every wait, and an upload has a wait for each piece.
   */
  orProgress(promise: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = (this.waiting ??= new Set());
      const done = (): void => {
        waiting.delete(done);
        resolve();
      };
      waiting.add(done);
      promise.then(done, (error: unknown) => {
        waiting.delete(done);
        reject(error as Error);
      });
    });
  }

  noteProgress(): void {
    this.waiting?.forEach((done) => done());
  }

  /** `onAbort` gets the reason of whichever signal aborts, now or later. */
  abortWith(onAbort: (reason: unknown) => void): void {
    for (const signal of this.signals) {
      if (signal.aborted) {
        onAbort(signal.reason);
        return;
      }
    }
    this.onAbort = (event) => onAbort((event.target as AbortSignal).reason);
    for (const signal of this.signals) signal.addEventListener('abort', this.onAbort, { once: true });
  }

  arrived(head: ResponseHead): void {
    this.head = head;
    this.framing = head.framing;
    // An early response to an unfinished upload leaves the rest of the body unsent (RFC 9112 9.5).
    this.keepAlive = head.keepAlive && !this.closes && !this.uploading;
    this.noteProgress();
  }

  /** The exchange is over, by its end or by `error`: nobody waits any more, no listener stays. */
  settle(error: unknown, foreign: boolean): void {
    this.over = true;
    if (this.onAbort !== null) for (const signal of this.signals) signal.removeEventListener('abort', this.onAbort);
    this.onAbort = null;
    const { waiter } = this;
    // A head that came is told when all of its read is taken.
    if (waiter !== null && this.head === null) {
      this.waiter = null;
      waiter.onNoHead(error);
    }
    this.body.fail(error, foreign);
    this.noteProgress();
    this.onOver?.();
  }
}

/** What may abort a request: its own signal, the connection's, both or none. */
export function signalsOf(options: RequestOptions, defaults: ConnectionOptions): readonly AbortSignal[] {
  if (options.signal === undefined && defaults.signal === undefined) return NO_SIGNALS;
  return [options.signal, defaults.signal].filter((signal) => signal !== undefined);
}

/** An exchange for a request, with the options of the call and, behind them, those of the connection. */
export function newExchange(
  request: { readonly method: string; readonly upgrade: boolean; readonly closes: boolean },
  options: RequestOptions,
  defaults: ConnectionOptions,
  totalTimeout: number,
  keepInterim: boolean,
): Exchange {
  const exchange = new Exchange(request.method, request.upgrade, request.closes);
  const tell = options.onInformational ?? defaults.onInformational;
  // The callback belongs to the request, so it runs in the request's async context.
  if (tell !== undefined)
    exchange.onInterim = AsyncResource.bind(({ version, status, reason, headers }: ResponseHead) =>
      tell({ version, status, reason, headers }),
    );
  if (keepInterim) exchange.interim = [];
  exchange.signals = signalsOf(options, defaults);
  exchange.totalTimeout = totalTimeout;
  if (totalTimeout < Infinity) exchange.totalDeadline = performance.now() + totalTimeout;
  return exchange;
}
