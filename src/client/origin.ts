// One origin's connections and the requests that wait for one. A connection is lent to one request at a time, and is free again when
// its response has come in full, read or not; the one used last is used first, so that the others can grow old and go.
//
// Invariant: nobody waits while a connection is free or may be opened. What could make requests wait for ever ends in an error: a
// full queue, queueTimeout, and responses that nobody reads, whose connections are closed for the sake of those who wait.

import { ConnectionError, LimitExceeded, TimeoutError } from '../core/errors.js';
import { watch, type Timed } from '../transport/clock.js';
import type { Channel } from './channel.js';
import { Delivery, type Requester } from './delivery.js';
import type { Exchange } from './exchange.js';
import type { Link } from './link.js';
import type { Outgoing, RequestContext } from './outgoing.js';
import { HTTPResponse } from './response.js';
import { discardPieces } from './upload.js';
import { Waiters } from './waiters.js';

export interface OriginSettings {
  /** Connections at most. */
  readonly connections: number;
  /** Requests that may wait for one. */
  readonly maxQueue: number;
  /** Milliseconds, Infinity for none. */
  readonly queueTimeout: number;
  /** Milliseconds that an idle connection is kept if the server does not say. */
  readonly keepAliveTimeout: number;
}

export interface OriginStats {
  /** Connections that are lent or idle. */
  connections: number;
  /** Connections that are lent to a request. */
  active: number;
  idle: number;
  /** Requests that wait for a connection. */
  queued: number;
}

/** How long a response may be left unread while requests wait for its connection. */
const NEGLECT_MS = 1000;

/** A connection's place: its link, and what it is lent to. */
interface Place extends Requester {
  readonly link: Link;
  delivery: Delivery | null;
  /** Since when it has been idle, or its response neglected, as far as a tick has seen it; 0 if none has. */
  since: number;
}

/** A response that may be collected before all of it has come. */
interface Unread {
  readonly exchange: Exchange;
  readonly url: string;
  close(): void;
}

const unread = new FinalizationRegistry<Unread>(({ exchange, url, close }) => {
  if (exchange.over) return;
  close();
  warn(
    `a response to ${exchange.method} ${url} was dropped before its body was read, which costs the connection: read it, discard() it or close() it`,
  );
});

function warn(message: string): void {
  process.emitWarning(message, { type: 'HeadlongWarning', code: 'HEADLONG_UNREAD' });
}

export class Origin implements Timed {
  private readonly name: string;
  private readonly settings: OriginSettings;
  readonly context: RequestContext;
  private readonly makeLink: () => Link;
  private readonly onEmpty: () => void;
  private readonly places = new Set<Place>();
  private readonly idle: Place[] = [];
  private readonly queue = new Waiters<Place>(() => this.checkClosed());
  private watched = false;
  /** Who waits for the end; null while there is none in sight. */
  private closed: (() => void)[] | null = null;
  private destroyed: Error | null = null;

  /** `name` is 'host:port', for errors; `makeLink` makes the way to it. `onEmpty` is called whenever nothing is left. */
  constructor(name: string, settings: OriginSettings, context: RequestContext, makeLink: () => Link, onEmpty: () => void) {
    this.name = name;
    this.settings = settings;
    this.context = context;
    this.makeLink = makeLink;
    this.onEmpty = onEmpty;
  }

  get stats(): OriginStats {
    const idle = this.idle.filter(({ link }) => link.usable !== null).length;
    const active = this.places.size - this.idle.length;
    return { connections: active + idle, active, idle, queued: this.queue.size };
  }

  /** While requests wait for a connection, nothing else may keep the process alive. */
  get holdsProcess(): boolean {
    return this.queue.size > 0;
  }

  /** Sends a request over a free connection, when there is one. Resolves with the head of its response. */
  request(outgoing: Outgoing, exchange: Exchange, url: string): Promise<HTTPResponse> {
    const place = this.free();
    return place === null ? this.requestLater(outgoing, exchange, url) : this.requestOver(place, outgoing, exchange, url);
  }

  private async requestLater(outgoing: Outgoing, exchange: Exchange, url: string): Promise<HTTPResponse> {
    let place: Place;
    try {
      place = await this.wait(exchange);
      // The place was given, and then taken with all others.
      if (this.destroyed !== null) throw this.destroyed;
    } catch (error) {
      discardPieces(outgoing.content?.pieces);
      throw error;
    }
    return this.requestOver(place, outgoing, exchange, url);
  }

  private requestOver(place: Place, outgoing: Outgoing, exchange: Exchange, url: string): Promise<HTTPResponse> {
    const delivery = new Delivery(place.link, url, exchange, this.context);
    place.delivery = delivery;
    const sent = delivery.send(outgoing);
    return sent === null ? delivery.response(place) : delivery.responseAfter(sent, place);
  }

  private respond(place: Place, { exchange, channel, url }: Delivery): HTTPResponse {
    // What it ends belongs to the response, which may live on: it must not be used, or closed, for another request.
    if (!exchange.keepAlive) place.link.channel = null;
    if (!exchange.over) return this.lend(place, channel as Channel, exchange, url);
    this.release(place);
    return new HTTPResponse(channel as Channel, exchange, url, 0);
  }

  /** A response whose body is still to come keeps its connection until then. */
  private lend(place: Place, channel: Channel, exchange: Exchange, url: string): HTTPResponse {
    exchange.onOver = () => this.release(place);
    return new HTTPResponse(channel, exchange, url, 0, (reader) =>
      unread.register(reader, { exchange, url, close: () => channel.destroy() }),
    );
  }

  /** A connection that is free, or a place for a new one, or null. */
  private free(): Place | null {
    for (let place = this.idle.pop(); place !== undefined; place = this.idle.pop()) {
      place.since = 0;
      if (place.link.usable !== null) return place;
      this.places.delete(place);
    }
    return this.places.size < this.settings.connections ? this.open() : null;
  }

  private open(): Place {
    const place: Place = {
      link: this.makeLink(),
      delivery: null,
      since: 0,
      respond: (delivery) => this.respond(place, delivery),
      failed: () => {
        place.link.drop();
        this.release(place);
      },
    };
    this.places.add(place);
    return place;
  }

  private wait(exchange: Exchange): Promise<Place> {
    const { maxQueue, queueTimeout } = this.settings;
    if (this.queue.size >= maxQueue) {
      throw new LimitExceeded(
        'maxQueue',
        maxQueue,
        `${maxQueue} requests wait for a connection to ${this.name} already; the limit is maxQueue, and connections says how many there may be`,
      );
    }
    const waiting = this.queue.join(exchange, performance.now() + queueTimeout);
    this.watch();
    return waiting;
  }

  /** The response at `place` has come in full, or has failed: whoever waits longest is next. */
  private release(place: Place): void {
    place.delivery = null;
    place.since = 0;
    if (!this.places.has(place)) return;
    if (this.queue.resolveFirst(place)) return;
    if (this.closed !== null || place.link.usable === null) {
      place.link.drop();
      this.places.delete(place);
      this.checkClosed();
    } else {
      this.idle.push(place);
    }
    this.watch();
  }

  private watch(): void {
    if (this.watched && !this.holdsProcess) return;
    this.watched = true;
    watch(this);
  }

  tick(now: number): boolean {
    this.queue.tick(now, (total) =>
      total === null ? this.late('queueTimeout', this.settings.queueTimeout) : this.late('totalTimeout', total),
    );
    if (this.queue.size > 0 || this.closed !== null) this.closeNeglected(now);
    this.closeIdle(now);
    this.watched = this.places.size > 0 || this.queue.size > 0;
    if (!this.watched) this.onEmpty();
    return this.watched;
  }

  private late(option: string, limit: number): TimeoutError {
    const error = new TimeoutError('queue', option, limit);
    error.host = this.name;
    return error;
  }

  // Others wait: a response that nobody has begun to read, and that is too large to be kept, gives its connection up.
  private closeNeglected(now: number): void {
    for (const place of this.places) {
      const { delivery } = place;
      if (delivery === null) continue;
      if (!delivery.exchange.body.neglected) {
        place.since = 0;
        continue;
      }
      place.since ||= now;
      if (now - place.since < NEGLECT_MS) continue;
      const message = `the body of a response to ${delivery.exchange.method} from ${this.name} was left unread while requests waited for its connection, which was closed: read every body, discard() it or close() the response`;
      warn(message);
      delivery.channel?.fail(new ConnectionError(message, 'HTTP_UNREAD'));
    }
  }

  private closeIdle(now: number): void {
    const { idle, places } = this;
    let kept = 0;
    for (const place of idle) {
      place.since ||= now;
      const channel = place.link.usable;
      const saysItself = channel !== null && channel.idleUntil < Infinity;
      if (channel !== null && (saysItself || now - place.since < this.settings.keepAliveTimeout)) {
        idle[kept++] = place;
      } else {
        place.link.drop();
        places.delete(place);
      }
    }
    idle.length = kept;
  }

  /** No further requests come: resolves when those here have been answered and all connections are closed. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      (this.closed ??= []).push(resolve);
      for (const place of this.idle.splice(0)) {
        place.link.drop();
        this.places.delete(place);
      }
      this.watch();
      this.checkClosed();
    });
  }

  private checkClosed(): void {
    if (this.places.size === 0 && this.queue.size === 0) for (const resolve of this.closed?.splice(0) ?? []) resolve();
  }

  /** Closes every connection at once; whoever waits gets `error`. */
  destroy(error: Error): void {
    this.destroyed = error;
    this.queue.rejectAll(error);
    this.idle.length = 0;
    for (const place of this.places) {
      this.places.delete(place);
      if (place.delivery !== null) place.delivery.cancelled = true;
      place.delivery?.channel?.fail(error);
      place.link.close();
    }
    this.checkClosed();
  }
}
