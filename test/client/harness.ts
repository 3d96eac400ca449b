// What the client's tests share: a server whose every connection is played by an async function, so that a test reads in the order
// in which things happen on the wire; and connections that are closed after their test.
// A script that fails fails its test, unless it only lost its peer, which many tests are about. Nothing opened through this file
// stays open. Tests that need no more than fixed answers take test/support/server.ts.

import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import {
  HTTPConnection,
  HTTPSConnection,
  type ConnectionOptions,
  type HTTPResponse,
  type HTTPSConnectionOptions,
} from '../../src/index.js';

const closers: (() => unknown)[] = [];
const failures: unknown[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  const [failure] = failures.splice(0);
  if (failure !== undefined) throw failure;
});

/** Calls `close` after the test, the last one first. */
export function afterwards(close: () => unknown): void {
  closers.push(close);
}

class PeerGone extends Error {}

/** The server's end of one connection. */
export class Peer {
  readonly socket: net.Socket;
  /** Which connection of the server this is, from 0. */
  readonly number: number;
  /** Everything that came. */
  received: Buffer = Buffer.alloc(0);
  /** How much of it was asked for. */
  #taken = 0;
  #ended = false;
  #more: (() => void)[] = [];
  readonly closed: Promise<void>;

  constructor(socket: net.Socket, number: number) {
    this.socket = socket;
    this.number = number;
    socket.on('error', () => {});
    socket.setNoDelay(true);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => resolve());
    });
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.#wake();
    });
    const ended = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('end', ended);
    socket.on('close', ended);
  }

  #wake(): void {
    for (const more of this.#more.splice(0)) more();
  }

  async #until(ready: () => boolean): Promise<void> {
    while (!ready()) {
      if (this.#ended) throw new PeerGone();
      await new Promise<void>((resolve) => this.#more.push(resolve));
    }
  }

  get unread(): string {
    return this.received.toString('latin1', this.#taken);
  }

  /** What comes up to and including `text`. */
  async until(text: string): Promise<string> {
    await this.#until(() => this.unread.includes(text));
    return this.take(this.unread.indexOf(text) + text.length);
  }

  /** The next `length` bytes. */
  async take(length: number): Promise<string> {
    await this.#until(() => this.received.length - this.#taken >= length);
    const text = this.received.toString('latin1', this.#taken, this.#taken + length);
    this.#taken += length;
    return text;
  }

  /** The head of the next request. */
  head(): Promise<string> {
    return this.until('\r\n\r\n');
  }

  /** Writes the pieces, each in a segment of its own. */
  async write(...pieces: readonly (string | Uint8Array)[]): Promise<void> {
    for (const [n, piece] of pieces.entries()) {
      if (n > 0) await new Promise(setImmediate);
      if (this.socket.destroyed) throw new PeerGone();
      const flushed = this.socket.write(piece as string, 'latin1');
      if (!flushed) await Promise.race([once(this.socket, 'drain'), this.closed]);
    }
  }

  /** Answers request after request with these, one each. */
  async answer(...answers: readonly string[]): Promise<void> {
    for (const one of answers) {
      await this.head();
      await this.write(one);
    }
  }

  end(): void {
    this.socket.end();
  }

  /** Resets, also below TLS. What was written before needs some time to arrive first. */
  async reset(after = 20): Promise<void> {
    if (after > 0) await sleep(after);
    const below = (this.socket as { _parent?: net.Socket | null })._parent ?? null;
    (below ?? this.socket).resetAndDestroy();
    if (below !== null) this.socket.destroy();
  }
}

export interface Served {
  readonly port: number;
  readonly host: string;
  readonly peers: Peer[];
}

export type Play = (peer: Peer) => unknown;

/** A server on loopback that plays `play` on every connection. */
export async function serve(play: Play, options?: tls.TlsOptions): Promise<Served> {
  const peers: Peer[] = [];
  const raw: net.Socket[] = [];
  const accept = (socket: net.Socket): void => {
    const peer = new Peer(socket, peers.length);
    peers.push(peer);
    Promise.resolve()
      .then(() => play(peer))
      .catch((error: NodeJS.ErrnoException) => {
        if (
          !(error instanceof PeerGone) &&
          !['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_PREMATURE_CLOSE'].includes(
            String(error.code),
          )
        )
          failures.push(error);
      });
  };
  const server = options === undefined ? net.createServer(accept) : tls.createServer(options, accept);
  server.on('tlsClientError', () => {});
  server.on('connection', (socket: net.Socket) => raw.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(async () => {
    for (const { socket } of peers) socket.destroy();
    for (const socket of raw) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as net.AddressInfo).port, host: '127.0.0.1', peers };
}

/** A server that plays these, one for each connection; the last one for all that follow. */
export function serveEach(...plays: readonly Play[]): Promise<Served> {
  return serve((peer) => (plays[Math.min(peer.number, plays.length - 1)] as Play)(peer));
}

export function connectionTo(at: Pick<Served, 'host' | 'port'>, options: ConnectionOptions = {}): HTTPConnection {
  const connection = new HTTPConnection(at.host, at.port, options);
  afterwards(() => connection.close());
  return connection;
}

export function secureConnectionTo(at: Served, options: HTTPSConnectionOptions = {}, host = 'localhost'): HTTPSConnection {
  const connection = new HTTPSConnection(host, at.port, { lookup: loopback, ...options });
  afterwards(() => connection.close());
  return connection;
}

/** A lookup for which every name is this machine. */
export const loopback: NonNullable<ConnectionOptions['lookup']> = (_host, options, callback) => {
  const reply = callback as (error: null, address: unknown, family?: number) => void;
  if (options.all === true) reply(null, [{ address: '127.0.0.1', family: 4 }]);
  else reply(null, '127.0.0.1', 4);
};

/** The server's end of its connection number `number`, which has to be there. */
export function peerOf(at: Served, number = 0): Peer {
  const peer = at.peers[number];
  if (peer === undefined) throw new Error(`there is no connection number ${number}`);
  return peer;
}

/** The response to `GET path`, from a connection to such a server. */
export async function get(connection: HTTPConnection, path = '/'): Promise<HTTPResponse> {
  await connection.request('GET', path);
  return connection.getresponse();
}

/** A response with this body, framed by its length. */
export function sized(body: string, line = 'HTTP/1.1 200 OK', ...fields: readonly string[]): string {
  return `${[line, ...fields, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
}

/** A response with these chunks. */
export function chunked(chunks: readonly string[], trailers = '', ...fields: readonly string[]): string {
  const data = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return `${['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', ...fields].join('\r\n')}\r\n\r\n${data}0\r\n${trailers}\r\n`;
}

/** What `promise` rejects with; it is a failure if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<any> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`expected a rejection, but the call came back with ${String(outcome.value)}`);
}

/** Waits until `ready` says so; a failure if that takes too long. */
export async function eventually(ready: () => boolean, what = 'what was waited for', within = 4000): Promise<void> {
  for (const deadline = performance.now() + within; !ready();) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${within} ms`);
    await sleep(2);
  }
}

/** Fails unless `promise` settles in time: a hang is a fault to be seen, not to be waited for. */
export async function soon<T>(promise: Promise<T>, what = 'the call', within = 4000): Promise<T> {
  const controller = new AbortController();
  const late = sleep(within, undefined, { signal: controller.signal }).then(
    () => {
      throw new Error(`${what} did not settle within ${within} ms`);
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    controller.abort();
  }
}

/** The connection serves another request: whatever happened before left it usable. */
export async function expectUsable(connection: HTTPConnection, body = 'again'): Promise<void> {
  const response = await soon(get(connection, '/again'), 'the next request');
  expect(String(await soon(response.read(), 'its body'))).toBe(body);
}

/** The answer that expectUsable asks for, again and again. */
export async function again(peer: Peer): Promise<void> {
  for (;;) {
    await peer.head();
    await peer.write(sized('again'));
  }
}

export { sleep };
