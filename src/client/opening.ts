// Opening a channel: TCP (or the caller's stream), a CONNECT tunnel through a proxy, TLS, in this order, under one
// connectTimeout. One attempt serves everybody who needs the channel: each waits under signals and a deadline of its
// own, and when the last one has left, what was opened so far is destroyed.

import type { Duplex } from 'node:stream';
import { HTTPException, TimeoutError } from '../core/errors.js';
import { watch, type Timed } from '../transport/clock.js';
import { connectionError } from '../transport/failure.js';
import { openTcp, openTls, wrapStream, type Opening, type SocketOptions, type TLSOptions } from '../transport/node.js';
import type { Transport } from '../transport/transport.js';
import { Channel, type ChannelSettings } from './channel.js';
import { connectTunnel, type Tunnel } from './tunnel.js';
import { Waiters, type Patience } from './waiters.js';

export interface OpeningPlan {
  readonly socket: SocketOptions;
  readonly createConnection: ((target: { host: string; port: number }) => Duplex | Promise<Duplex>) | undefined;
  readonly tunnel: Tunnel | null;
  /** TLS options, servername included, or null for plain HTTP. */
  readonly tls: TLSOptions | null;
  readonly channel: ChannelSettings;
  /** connectTimeout in milliseconds, Infinity for none. */
  readonly timeout: number;
  /** Told of each thing sent to a proxy and each line of its reply, for set_debuglevel. */
  readonly debug: ((line: string) => void) | null;
}

export class Attempt implements Timed {
  readonly holdsProcess: boolean;
  private readonly plan: OpeningPlan;
  private readonly deadline: number;
  private readonly onOpen: (channel: Channel) => void;
  // When the last one has left, so has the attempt.
  private readonly waiters = new Waiters<Channel>(() => {
    if (this.waiters.size > 0 || this.over) return;
    this.over = true;
    this.open?.destroy();
  });
  private open: { destroy(error?: Error): void } | null = null;
  /** It has succeeded, failed, or been given up. */
  over = false;

  /** `onOpen` gets the channel before anybody who waits. */
  constructor(plan: OpeningPlan, onOpen: (channel: Channel) => void) {
    this.plan = plan;
    this.onOpen = onOpen;
    this.holdsProcess = plan.createConnection !== undefined;
    this.deadline = performance.now() + plan.timeout;
    watch(this);
    this.connect().then(
      (channel) => this.settle(channel),
      (error: unknown) => this.stop(error),
    );
  }

  /** The promise of the channel. */
  join(patience: Patience): Promise<Channel> {
    return this.waiters.join(patience);
  }

  tick(now: number): boolean {
    if (this.over) return false;
    if (now >= this.deadline) this.stop(new TimeoutError('connect', 'connectTimeout', this.plan.timeout));
    this.waiters.tick(now, (limit) => this.withFacts(new TimeoutError('connect', 'totalTimeout', limit as number)));
    return !this.over;
  }

  /** Ends the attempt: everybody who waits gets `error`. */
  stop(error: unknown): void {
    if (this.over) return;
    this.over = true;
    this.open?.destroy();
    this.waiters.rejectAll(this.withFacts(error));
  }

  private settle(channel: Channel): void {
    if (this.over) {
      channel.destroy();
      return;
    }
    this.over = true;
    this.onOpen(channel);
    this.waiters.resolveAll(channel);
  }

  private withFacts<E>(error: E): E {
    if (error instanceof HTTPException) {
      error.phase ??= 'connect';
      error.host ??= this.plan.channel.peer;
    }
    return error;
  }

  private async connect(): Promise<Channel> {
    const { tunnel, tls, channel } = this.plan;
    if (tunnel === null) return new Channel(await this.openDirect(), channel);
    const proxy = new Channel(await this.openProxy(tls === null), channel);
    this.open = proxy;
    await connectTunnel(proxy, tunnel, this.deadline, this.plan.debug);
    if (tls === null) return proxy.handOn(channel);
    const socket = (this.open = proxy.rawSocket());
    return new Channel(await this.opened(openTls(tunnel.authority, tls, channel.tokeniser, socket)), channel);
  }

  private async openDirect(): Promise<Transport> {
    const { tls, createConnection, socket, channel } = this.plan;
    if (createConnection === undefined)
      return this.opened(tls === null ? openTcp(socket, channel.tokeniser, true) : openTls(socket, tls, channel.tokeniser));
    const stream = await this.made(createConnection);
    if (tls === null || (stream as { encrypted?: boolean }).encrypted === true) return this.opened(wrapStream(stream, channel.tokeniser));
    return this.opened(openTls(socket, tls, channel.tokeniser, stream));
  }

  private async openProxy(plain: boolean): Promise<Transport> {
    const { createConnection, socket, channel } = this.plan;
    if (createConnection === undefined) return this.opened(openTcp(socket, channel.tokeniser, plain));
    return this.opened(wrapStream(await this.made(createConnection), channel.tokeniser));
  }

  private async made(createConnection: NonNullable<OpeningPlan['createConnection']>): Promise<Duplex> {
    const { host, port } = this.plan.socket;
    const stream = await createConnection({ host, port });
    if (this.over) {
      stream.on('error', () => undefined);
      stream.destroy();
    }
    this.open = stream;
    return stream;
  }

  private async opened({ transport, opened }: Opening): Promise<Transport> {
    this.open = transport;
    // It may have been given up already: the caller's code runs while a socket is made.
    if (this.over) transport.destroy();
    try {
      await opened;
    } catch (error) {
      throw connectionError(error as Error);
    }
    return transport;
  }
}
