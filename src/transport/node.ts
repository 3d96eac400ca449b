// Sockets and TLS: the only importer of node:net and node:tls.
// A socket made here writes straight into linear memory (`onread`), one buffer for every socket of the thread: read and
// callback are synchronous; or, inside a long body, into memory that the handler lends. A stream made elsewhere, and TLS
// over an existing socket (where Node ignores `onread`), deliver 'data' events, which are copied there.

import { connect as connectTcp, isIP, type LookupFunction, type NetConnectOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import { READ_CAPACITY } from '../wasm/layout.generated.js';
import type { Tokeniser } from '../wasm/tokeniser.js';
import type { Transport, TransportHandler } from './transport.js';

export type { LookupFunction };

/** Where to connect to, and from where. */
export interface SocketOptions {
  host: string;
  port: number;
  socketPath?: string | undefined;
  lookup?: LookupFunction | undefined;
  sourceAddress?: readonly [host: string, port: number] | undefined;
}

/** The options of tls.connect that pass through. */
export type TLSOptions = Omit<ConnectionOptions, 'host' | 'port' | 'path' | 'socket' | 'lookup' | 'timeout' | 'onread' | 'signal'>;

// Node gives each address 250 ms and then abandons it, which far servers never meet (node#54359).
const ADDRESS_ATTEMPT_MS = 2500;

class SocketTransport implements Transport {
  handler: TransportHandler | null = null;
  socket!: Duplex;
  private readonly tokeniser: Tokeniser;
  private handedOver = false;
  private direct = false;
  /** Where the socket reads to: the input area, or memory that the handler lent. */
  private reading: Uint8Array | null = null;

  constructor(tokeniser: Tokeniser) {
    this.tokeniser = tokeniser;
  }

  /** The `onread` option of a new socket. */
  get onread(): { buffer: () => Uint8Array | null; callback: (length: number, buffer: Uint8Array) => boolean } {
    return { buffer: () => this.nextBuffer(), callback: (length, buffer) => this.received(length, buffer) };
  }

  /** Where the next read goes; null: where the last one went. */
  private nextBuffer(): Uint8Array | null {
    const next = this.handler?.lend() ?? this.tokeniser.input;
    if (next === this.reading) return null;
    this.reading = next;
    return next;
  }

  attach(socket: Duplex, direct: boolean): this {
    this.socket = socket;
    this.direct = direct;
    if (!direct) socket.on('data', this.onData);
    socket.on('end', this.onFin);
    socket.on('drain', this.onDrain);
    socket.on('error', this.onError);
    socket.on('close', this.onClose);
    return this;
  }

  private received(length: number, buffer: Uint8Array): boolean {
    if (buffer === this.reading && buffer !== this.tokeniser.input) return this.deliver(length, true);
    // Whoever the bytes are for, they stand in linear memory by now: what others had there is gone.
    this.tokeniser.turn++;
    if (this.handedOver) return this.socket.push(Buffer.from(buffer.subarray(0, length)));
    // A runtime may ignore the buffer that it was given.
    if (buffer !== this.tokeniser.input) this.tokeniser.load(buffer.subarray(0, length));
    return this.deliver(length, false);
  }

  // What escapes from an onread callback ends the process as an uncaught exception; here it ends the socket.
  private deliver(length: number, lent: boolean): boolean {
    try {
      return this.handler === null || (lent ? this.handler.onLent(length) : this.handler.onRead(length));
    } catch (error) {
      this.destroy(error as Error);
      return false;
    }
  }

  private onData = (data: Uint8Array): void => {
    let go = true;
    for (let at = 0; at < data.length && !this.handedOver; at += READ_CAPACITY) {
      const piece = data.subarray(at, at + READ_CAPACITY);
      this.tokeniser.load(piece);
      if (!this.deliver(piece.length, false)) go = false;
    }
    if (!go && !this.handedOver) this.socket.pause();
  };

  private onFin = (): void => this.handler?.onFin();
  private onDrain = (): void => this.handler?.onDrain();
  // An error is the end: a TLS socket that met a bad record may never say 'close'.
  private onError = (error: Error): void => this.over(error);
  private onClose = (): void => this.over(null);

  private over(error: Error | null): void {
    const handler = this.handler;
    this.handler = null;
    handler?.onClose(error);
  }

  get bytesRead(): number {
    return (this.socket as Partial<Socket>).bytesRead ?? 0;
  }

  get bytesWritten(): number {
    return (this.socket as Partial<Socket>).bytesWritten ?? 0;
  }

  write(data: string | Uint8Array): boolean {
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  resume(): void {
    this.socket.resume();
  }

  hold(on: boolean): void {
    const socket = this.socket as Partial<Socket>;
    if (on) socket.ref?.();
    else socket.unref?.();
  }

  destroy(error?: Error): void {
    this.socket.destroy(error);
  }

  detach(leftover: Uint8Array): Duplex {
    this.handedOver = true;
    this.handler = null;
    const socket = this.socket;
    // Stopped, but as a new stream is: the first listener starts the flow. pause() alone would have it wait for resume().
    socket.pause();
    (socket as { readableFlowing: boolean | null }).readableFlowing = null;
    if (!this.direct) socket.off('data', this.onData);
    socket.off('end', this.onFin);
    socket.off('drain', this.onDrain);
    socket.off('error', this.onError);
    socket.off('close', this.onClose);
    if (leftover.length > 0) socket.unshift(leftover);
    return socket;
  }
}

/** A transport, and the promise that it is connected. Destroying it rejects the promise. */
export interface Opening {
  transport: Transport;
  opened: Promise<void>;
}

function opening(transport: SocketTransport, event: string): Opening {
  const socket = transport.socket;
  const opened = new Promise<void>((resolve, reject) => {
    const settle = (error: Error | null): void => {
      socket.off(event, onOpen);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (error === null) resolve();
      else reject(error);
    };
    const onOpen = (): void => settle(null);
    const onError = (error: Error): void => settle(error);
    const onClose = (): void =>
      settle(Object.assign(new Error('the connection was closed while it was being opened'), { code: 'ECONNRESET' }));
    socket.on(event, onOpen);
    socket.on('error', onError);
    socket.on('close', onClose);
  });
  return { transport, opened };
}

function target(options: SocketOptions): object {
  // The host beside a path is for TLS, which verifies its name.
  if (options.socketPath !== undefined) return { path: options.socketPath, host: options.host };
  const { host, port, lookup, sourceAddress } = options;
  return {
    host,
    port,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    ...(lookup === undefined ? null : { lookup: tolerantly(lookup) }),
    ...(sourceAddress === undefined
      ? null
      : { localAddress: sourceAddress[0] === '' ? undefined : sourceAddress[0], localPort: sourceAddress[1] }),
  };
}

/** A lookup that throws has failed: from inside of connect() it would leave a socket behind that nobody has. */
function tolerantly(lookup: LookupFunction): LookupFunction {
  return (host, options, callback) => {
    try {
      lookup(host, options, callback);
    } catch (error) {
      callback(error as Error, '');
    }
  };
}

/** Opens a TCP connection. `direct` reads into linear memory; a socket that TLS will be put on must not. */
export function openTcp(options: SocketOptions, tokeniser: Tokeniser, direct: boolean): Opening {
  const transport = new SocketTransport(tokeniser);
  const socket = connectTcp({
    ...target(options),
    noDelay: true,
    ...(direct ? { onread: transport.onread } : null),
  } as unknown as NetConnectOpts);
  return opening(transport.attach(socket, direct), 'connect');
}

/** Opens a TLS connection: to the options' host, or over `socket`. */
export function openTls(options: SocketOptions, tls: TLSOptions, tokeniser: Tokeniser, socket?: Duplex): Opening {
  const transport = new SocketTransport(tokeniser);
  const common: ConnectionOptions = { ALPNProtocols: ['http/1.1'], ...tls };
  const check = common.checkServerIdentity;
  if (check !== undefined) common.checkServerIdentity = refusing(check);
  const session = sessionFor(options, common);
  if (session !== undefined) common.session = session;
  const tlsSocket: TLSSocket =
    socket === undefined
      ? connectTls({ ...target(options), ...common, onread: transport.onread } as unknown as ConnectionOptions)
      : connectTls({ ...common, host: options.host, socket });
  tlsSocket.setNoDelay(true);
  rememberSession(options, common, tlsSocket);
  return opening(transport.attach(tlsSocket, socket === undefined), 'secureConnect');
}

type IdentityCheck = NonNullable<ConnectionOptions['checkServerIdentity']>;

/** A check that throws has refused: from inside of the socket's event it would end the process. */
function refusing(check: IdentityCheck): IdentityCheck {
  return (host, certificate) => {
    try {
      return check(host, certificate);
    } catch (error) {
      return error as Error;
    }
  };
}

/** Takes a stream that the caller made, which may still be connecting. */
export function wrapStream(stream: Duplex, tokeniser: Tokeniser): Opening {
  const transport = new SocketTransport(tokeniser).attach(stream, false);
  const { connecting, secureConnecting } = stream as Partial<TLSSocket & { secureConnecting: boolean }>;
  if (secureConnecting === true) return opening(transport, 'secureConnect');
  return connecting === true ? opening(transport, 'connect') : { transport, opened: Promise.resolve() };
}

/** The name to ask a TLS server for: none for an address (RFC 6066 3). */
export function serverName(host: string): string | undefined {
  return isIP(host) === 0 ? host : undefined;
}

// What createSecureContext reads, and its making is the dearest part of a new connection.
const CONTEXT_OPTIONS = [
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'ciphers',
  'crl',
  'dhparam',
  'ecdhCurve',
  'honorCipherOrder',
  'maxVersion',
  'minVersion',
  'secureOptions',
  'secureProtocol',
  'sessionIdContext',
  'sigalgs',
  'clientCertEngine',
  'privateKeyEngine',
  'privateKeyIdentifier',
  'allowPartialTrustChain',
] as const;

/** Contexts made for options, the one used last in front: what a context is made of may be large, but is mostly the same string. */
const contexts: { readonly values: readonly unknown[]; readonly context: SecureContext }[] = [];
const MAX_CONTEXTS = 16;

/**
 * The TLS options with their secure context made: one for each set of options, and with it one set of sessions. Options that
 * could be changed from outside (arrays, bytes) get one of their own each time.
 */
export function withSecureContext(tls: TLSOptions): TLSOptions {
  if (tls.secureContext !== undefined) return tls;
  const values = CONTEXT_OPTIONS.map((name) => (tls as Record<string, unknown>)[name]);
  if (values.some((value) => typeof value === 'object')) return { ...tls, secureContext: createSecureContext(tls) };
  const at = contexts.findIndex((other) => other.values.every((value, n) => value === values[n]));
  const [known] = at < 0 ? [{ values, context: createSecureContext(tls) }] : contexts.splice(at, 1);
  contexts.unshift(known as (typeof contexts)[number]);
  contexts.length = Math.min(contexts.length, MAX_CONTEXTS);
  return { ...tls, secureContext: (known as (typeof contexts)[number]).context };
}

// TLS sessions, to be resumed. Node does not check the host name of a resumed session again, so a session belongs to
// the context, the name and the verification under which it was made.
const sessions = new WeakMap<SecureContext, Map<string, Buffer>>();
const MAX_SESSIONS = 100;

function sessionKey(options: SocketOptions, tls: ConnectionOptions): string | null {
  if (tls.checkServerIdentity !== undefined || tls.rejectUnauthorized === false || tls.secureContext === undefined) return null;
  return `${options.socketPath ?? options.host}:${options.port}:${tls.servername ?? ''}`;
}

function sessionFor(options: SocketOptions, tls: ConnectionOptions): Buffer | undefined {
  const key = sessionKey(options, tls);
  return key === null ? undefined : sessions.get(tls.secureContext as SecureContext)?.get(key);
}

function rememberSession(options: SocketOptions, tls: ConnectionOptions, socket: TLSSocket): void {
  const key = sessionKey(options, tls);
  if (key === null) return;
  const context = tls.secureContext as SecureContext;
  socket.on('session', (session) => {
    if (!socket.authorized) return;
    let known = sessions.get(context);
    if (known === undefined) sessions.set(context, (known = new Map()));
    known.delete(key);
    known.set(key, session);
    if (known.size > MAX_SESSIONS) known.delete(known.keys().next().value as string);
  });
}
