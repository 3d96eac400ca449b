// The way to the peer: the channel in use, and how another one is opened: where to, through which proxy, with which TLS.
// At most one attempt to connect is under way; whoever needs the channel meanwhile waits for the same one.

import { NotConnected } from '../core/errors.js';
import type { Authority } from '../core/request.js';
import type { TLSOptions } from '../transport/node.js';
import { sharedTokeniser } from '../wasm/tokeniser.js';
import type { Channel } from './channel.js';
import { print } from './debug.js';
import { Attempt, type OpeningPlan } from './opening.js';
import type { ConnectionOptions, Settings } from './options.js';
import type { Tunnel } from './tunnel.js';
import type { Patience } from './waiters.js';

/** What the connection object says of itself. */
interface Peer extends Authority {
  readonly debuglevel: number;
  readonly auto_open: number;
}

export class Link {
  channel: Channel | null = null;
  tunnel: Tunnel | null = null;

  private readonly peer: Peer;
  private readonly options: ConnectionOptions;
  private readonly settings: Settings;
  private readonly tlsFor: (host: string) => TLSOptions | null;
  private attempt: Attempt | null = null;

  constructor(peer: Peer, options: ConnectionOptions, settings: Settings, tlsFor: (host: string) => TLSOptions | null) {
    this.peer = peer;
    this.options = options;
    this.settings = settings;
    this.tlsFor = tlsFor;
  }

  /** The channel if another request may be written to it, else null. */
  get usable(): Channel | null {
    return this.channel?.usable === true ? this.channel : null;
  }

  /** Whether a request may open a channel by itself. */
  get autoOpen(): boolean {
    return this.peer.auto_open !== 0;
  }

  /** Whether an attempt to connect is under way. */
  get opening(): boolean {
    return this.attempt?.over === false;
  }

  /** As open(), where auto_open allows it. */
  async openForRequest(patience: Patience): Promise<Channel> {
    if (!this.autoOpen && this.usable === null) throw new NotConnected();
    return this.open(patience);
  }

  /** The usable channel, or a new one. */
  async open(patience: Patience): Promise<Channel> {
    const { usable } = this;
    if (usable !== null) return usable;
    for (const signal of patience.signals) signal.throwIfAborted();
    if (!this.opening) {
      this.channel = null;
      this.attempt = new Attempt(this.plan(), (channel) => {
        this.channel = channel;
      });
    }
    return (this.attempt as Attempt).join(patience);
  }

  private plan(): OpeningPlan {
    const { times, limits, quirks } = this.settings;
    const { createConnection, socketPath, lookup, sourceAddress } = this.options;
    const { host, port, debuglevel } = this.peer;
    return {
      socket: { host, port, socketPath, lookup, sourceAddress: sourceAddress ?? undefined },
      createConnection,
      tunnel: this.tunnel,
      tls: this.tlsFor((this.tunnel?.authority ?? this.peer).host),
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
      debug: debuglevel > 0 ? print : null,
    };
  }

  /** The user closes: pending calls are told so. */
  close(): void {
    if (this.opening) this.attempt?.stop(new NotConnected('the connection was closed by close() while it was being opened'));
    this.attempt = null;
    this.channel?.close();
    this.channel = null;
  }

  /** The channel failed, or what it carries is of no use any more. */
  drop(): void {
    this.channel?.destroy();
    this.channel = null;
  }
}
