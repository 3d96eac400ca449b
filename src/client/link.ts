// The way to the peer: the channel in use, and how another one is opened: where to, through which proxy, with which TLS.
// At most one attempt to connect is under way; whoever needs the channel meanwhile waits for the same one.

import { NotConnected } from '../core/errors.js';
import type { Authority } from '../core/request.js';
import type { TLSOptions } from '../transport/node.js';
import { sharedTokeniser } from '../wasm/tokeniser.js';
import type { Channel } from './channel.js';
import { print } from './debug.js';
import { signalOf } from './exchange.js';
import { Attempt, type OpeningPlan } from './opening.js';
import type { ConnectionOptions, RequestOptions, Settings } from './options.js';
import type { Tunnel } from './tunnel.js';

const CLOSED = 'the connection was closed by close() while it was being opened';

/** What the connection object says of itself. */
interface Peer extends Authority {
  readonly debuglevel: number;
  readonly auto_open: number;
}

export class Link {
  channel: Channel | null = null;
  tunnel: Tunnel | null = null;

  readonly #peer: Peer;
  readonly #options: ConnectionOptions;
  readonly #settings: Settings;
  readonly #tlsFor: (host: string) => TLSOptions | null;
  #attempt: Attempt | null = null;
  #opening: Promise<Channel> | null = null;

  constructor(peer: Peer, options: ConnectionOptions, settings: Settings, tlsFor: (host: string) => TLSOptions | null) {
    this.#peer = peer;
    this.#options = options;
    this.#settings = settings;
    this.#tlsFor = tlsFor;
  }

  /** The channel if another request may be written to it, else null. */
  get usable(): Channel | null {
    return this.channel?.usable === true ? this.channel : null;
  }

  /** Whether a request may open a channel by itself. */
  get autoOpen(): boolean {
    return this.#peer.auto_open !== 0;
  }

  /** As open(), where auto_open allows it. */
  async openForRequest(options: RequestOptions, totalDeadline: number): Promise<Channel> {
    if (!this.autoOpen && this.usable === null) throw new NotConnected();
    return this.open(options, totalDeadline);
  }

  /** The usable channel, or a new one. */
  open(options: RequestOptions, totalDeadline: number): Promise<Channel> {
    const { usable } = this;
    if (usable !== null) return Promise.resolve(usable);
    return (this.#opening ??= this.#run(options, totalDeadline));
  }

  async #run(options: RequestOptions, totalDeadline: number): Promise<Channel> {
    this.channel = null;
    const attempt = new Attempt(this.#plan(totalDeadline));
    this.#attempt = attempt;
    try {
      const channel = await attempt.run(signalOf(options, this.#options));
      if (this.#attempt !== attempt) {
        // close() came between the end of the attempt and this line.
        channel.destroy();
        throw new NotConnected(CLOSED);
      }
      this.channel = channel;
      return channel;
    } finally {
      if (this.#attempt === attempt) this.#attempt = this.#opening = null;
    }
  }

  #plan(totalDeadline: number): OpeningPlan {
    const { times, limits, quirks } = this.#settings;
    const { createConnection, socketPath, lookup, sourceAddress } = this.#options;
    const { host, port, debuglevel } = this.#peer;
    return {
      socket: { host, port, socketPath, lookup, sourceAddress: sourceAddress ?? undefined },
      createConnection,
      tunnel: this.tunnel,
      tls: this.#tlsFor((this.tunnel?.authority ?? this.#peer).host),
      channel: {
        tokeniser: sharedTokeniser(),
        limits,
        quirks,
        headersTimeout: times.headers,
        bodyTimeout: times.body,
        peer: `${host}:${port}`,
        holdsProcess: createConnection !== undefined,
      },
      timeout: times.connect,
      totalTimeout: times.total,
      totalDeadline,
      debug: debuglevel > 0 ? print : null,
    };
  }

  /** The user closes: pending calls are told so. */
  close(): void {
    this.#attempt?.stop(new NotConnected(CLOSED));
    this.#attempt = this.#opening = null;
    this.channel?.close();
    this.channel = null;
  }

  /** The channel failed, or what it carries is of no use any more. */
  drop(): void {
    this.channel?.destroy();
    this.channel = null;
  }
}
