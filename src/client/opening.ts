// Opening a channel: TCP (or the caller's stream), a CONNECT tunnel through a proxy, TLS, in this order, under one
// connectTimeout and one abort signal. Whatever stops it destroys what was opened so far.

import type { Duplex } from 'node:stream';
import { HTTPException, TimeoutError } from '../core/errors.js';
import { watch, type Timed } from '../transport/clock.js';
import { openTcp, openTls, wrapStream, type Opening, type SocketOptions, type TLSOptions } from '../transport/node.js';
import type { Transport } from '../transport/transport.js';
import { Channel, connectionError, type ChannelSettings } from './channel.js';
import { connectTunnel, type Tunnel } from './tunnel.js';

export interface OpeningPlan {
  readonly socket: SocketOptions;
  readonly createConnection: ((target: { host: string; port: number }) => Duplex | Promise<Duplex>) | undefined;
  readonly tunnel: Tunnel | null;
  /** TLS options, servername included, or null for plain HTTP. */
  readonly tls: TLSOptions | null;
  readonly channel: ChannelSettings;
  /** connectTimeout in milliseconds, Infinity for none. */
  readonly timeout: number;
  /** totalTimeout, and when it ends the request that this is for. */
  readonly totalTimeout: number;
  readonly totalDeadline: number;
  /** Told of each thing sent to a proxy and each line of its reply, for set_debuglevel. */
  readonly debug: ((line: string) => void) | null;
}

/** One attempt to connect, which can be stopped from outside. */
export class Attempt implements Timed {
  readonly holdsProcess: boolean;
  readonly #plan: OpeningPlan;
  readonly #deadline: number;
  #open: { destroy(error?: Error): void } | null = null;
  #stop!: (error: unknown) => void;
  readonly #stopped: Promise<never>;
  #over = false;

  constructor(plan: OpeningPlan) {
    this.#plan = plan;
    this.holdsProcess = plan.createConnection !== undefined;
    this.#deadline = performance.now() + plan.timeout;
    this.#stopped = new Promise((_, reject) => {
      this.#stop = reject;
    });
    this.#stopped.catch(() => undefined);
    if (plan.timeout < Infinity || plan.totalDeadline < Infinity) watch(this);
  }

  tick(now: number): boolean {
    const { timeout, totalTimeout, totalDeadline } = this.#plan;
    if (now >= totalDeadline) this.stop(new TimeoutError('connect', 'totalTimeout', totalTimeout));
    else if (now >= this.#deadline) this.stop(new TimeoutError('connect', 'connectTimeout', timeout));
    return !this.#over;
  }

  /** Ends the attempt: run() rejects with `error`. */
  stop(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#open?.destroy();
    this.#stop(error);
  }

  async run(signal: AbortSignal | null): Promise<Channel> {
    if (signal?.aborted === true) {
      this.#over = true;
      throw signal.reason;
    }
    let aborted = false;
    const onAbort = (): void => {
      aborted = true;
      this.stop(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([this.#connect(), this.#stopped]);
    } catch (error) {
      throw aborted ? error : this.#withFacts(error);
    } finally {
      this.#over = true;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #withFacts(error: unknown): unknown {
    if (error instanceof HTTPException) {
      error.phase ??= 'connect';
      error.host ??= this.#plan.channel.peer;
    }
    return error;
  }

  async #connect(): Promise<Channel> {
    const { tunnel, tls, channel } = this.#plan;
    if (tunnel === null) return new Channel(await this.#openDirect(), channel);
    const proxy = new Channel(await this.#openProxy(tls === null), channel);
    this.#open = proxy;
    await connectTunnel(proxy, tunnel, this.#plan.debug);
    if (tls === null) return proxy.handOn(channel);
    return new Channel(await this.#opened(openTls(tunnel.authority, tls, channel.tokeniser, proxy.rawSocket())), channel);
  }

  async #openDirect(): Promise<Transport> {
    const { tls, createConnection, socket, channel } = this.#plan;
    if (createConnection === undefined)
      return this.#opened(tls === null ? openTcp(socket, channel.tokeniser, true) : openTls(socket, tls, channel.tokeniser));
    const stream = await this.#made(createConnection);
    if (tls === null || (stream as { encrypted?: boolean }).encrypted === true) return this.#opened(wrapStream(stream, channel.tokeniser));
    return this.#opened(openTls(socket, tls, channel.tokeniser, stream));
  }

  async #openProxy(plain: boolean): Promise<Transport> {
    const { createConnection, socket, channel } = this.#plan;
    if (createConnection === undefined) return this.#opened(openTcp(socket, channel.tokeniser, plain));
    return this.#opened(wrapStream(await this.#made(createConnection), channel.tokeniser));
  }

  async #made(createConnection: NonNullable<OpeningPlan['createConnection']>): Promise<Duplex> {
    const { host, port } = this.#plan.socket;
    const stream = await createConnection({ host, port });
    if (this.#over) {
      stream.on('error', () => undefined);
      stream.destroy();
    }
    this.#open = stream;
    return stream;
  }

  async #opened({ transport, opened }: Opening): Promise<Transport> {
    this.#open = transport;
    try {
      await opened;
    } catch (error) {
      throw connectionError(error as Error);
    }
    if (this.#over) transport.destroy();
    return transport;
  }
}
