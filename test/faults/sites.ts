// What scenarios stand on: sites of one misbehaving server, plain, with TLS or as a proxy, and what such servers do that the scripts of
// test/support/server.ts do not know.

import { once } from 'node:events';
import net from 'node:net';
import { pipeline } from 'node:stream/promises';
import type tls from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { certificates, leafFor, type Certificates } from '../support/certificates.js';
import { answer, startServer, type Script } from '../support/server.js';
import type { Site, Target } from './scenario.js';

export const HOST = '127.0.0.1';

/** How every server goes on behind its fault. */
export const AGAIN: Script = { answers: Array.from({ length: 4 }, () => answer('again')), then: 'wait' };

/** A server that plays these on its connections, one each, then behaves. */
function inTurn(scripts: readonly Script[]): (connection: number) => Script {
  return (connection) => scripts[connection] ?? AGAIN;
}

/** A plain server; `target` adds to where the client is sent. */
export async function plain(scripts: readonly Script[], target: Partial<Target> = {}): Promise<Site> {
  const server = await startServer(inTurn(scripts));
  return { target: { host: HOST, port: server.port, ...target }, server, close: () => server.close() };
}

type LeafName = Exclude<keyof Certificates, 'ca'>;

/** A server with TLS. `trusted`: the client knows its authority. */
export async function secure(
  scripts: readonly Script[],
  { leaf = 'good', trusted = true, ...options }: tls.TlsOptions & { leaf?: LeafName; trusted?: boolean } = {},
): Promise<Site> {
  const { ca, [leaf]: pair } = await certificates();
  const server = await startServer(inTurn(scripts), { tls: { ...pair, ...options } });
  return { target: { host: HOST, port: server.port, ca: trusted ? ca : '' }, server, close: () => server.close() };
}

/** A server that plays `script` on its first connection, and leads all others to a server with TLS that behaves. */
export async function relayed(script: Script | ((origin: number) => Script)): Promise<Site> {
  const origin = await secure([]);
  const { port } = origin.target;
  const server = await startServer((connection) =>
    connection > 0 ? { play: (socket) => relay(socket, port) } : typeof script === 'function' ? script(port) : script,
  );
  return {
    target: { ...origin.target, port: server.port },
    server,
    close: async () => void (await Promise.all([server.close(), origin.close()])),
  };
}

/** A proxy that plays `script` on its first connection, and opens tunnels on all others to a server with TLS that behaves. */
export async function proxied(script: (originPort: number) => Script): Promise<Site> {
  const [{ ca }, leaf] = await Promise.all([certificates(), leafFor(HOST)]);
  const origin = await startServer(AGAIN, { tls: leaf });
  const proxy = await startServer((connection) => (connection === 0 ? script(origin.port) : tunnel(origin.port, ESTABLISHED)));
  return {
    target: { host: HOST, port: origin.port, ca, proxy: proxy.port },
    server: proxy,
    close: async () => void (await Promise.all([proxy.close(), origin.close()])),
  };
}

export const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** Replies to CONNECT, and leads to `port`. */
export function tunnel(port: number, reply: string): Script {
  return {
    play: async (near) => {
      await requestHead(near);
      near.write(reply, 'latin1');
      relay(near, port);
    },
  };
}

/** Joins `near` to a connection to `port`, both ways. */
export function relay(near: net.Socket, port: number): void {
  const far = net.connect(port, HOST);
  near.pipe(far).pipe(near);
  for (const end of [near, far]) end.on('error', () => {}).on('close', () => void (near.destroy(), far.destroy()));
}

/** The head of a request, and what came along with it. */
export async function requestHead(socket: net.Socket): Promise<string> {
  let text = '';
  while (!text.includes('\r\n\r\n')) text += (await nextData(socket)).toString('latin1');
  return text;
}

async function nextData(socket: net.Socket): Promise<Buffer> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes;
}

/** Writes `first`, 64 MiB of `unit` as fast as they are taken, and `last`. */
export function endless(first: string, unit: string, last: string): Script {
  const piece = unit.repeat(Math.ceil(65_536 / unit.length));
  const pieces = Array<string>((64 << 20) / 65_536).fill(piece);
  return {
    play: async (socket) => {
      await requestHead(socket);
      socket.resume();
      // Who has had enough closes the connection.
      await pipeline([first, ...pieces, last], socket).catch(() => undefined);
    },
  };
}

/**
 * Answers a request before its body of `length` bytes has come. Then goes on to read, and behaves once the body was all there; or ends its
 * own side first; or resets with the body on its way.
 */
export function early(reply: string, then: 'drain' | 'half-close' | 'reset', length = Infinity): Script {
  return {
    play: async (socket) => {
      const head = await requestHead(socket);
      socket.write(reply);
      if (then === 'reset') {
        socket.pause();
        await sleep(50);
        socket.resetAndDestroy();
        return;
      }
      if (then === 'half-close') socket.end();
      let left = length - (head.length - head.indexOf('\r\n\r\n') - 4);
      socket.on('data', (bytes: Buffer) => {
        if (left <= 0) socket.write(answer('again'));
        left -= bytes.length;
      });
    },
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  await once(server.close(), 'close');
  return port;
}

const DEAF = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: '${HOST}', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A server that accepts nothing, its backlog full: connecting to it takes for ever (on Linux). */
export async function fullBacklog(): Promise<Site> {
  const worker = new Worker(DEAF, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  // Linux completes one connection more than it was asked to hold, and leaves all others without an answer.
  const parked = Array.from({ length: 8 }, () => net.connect(port, HOST).on('error', () => {}));
  await Promise.all(parked.slice(0, 2).map((socket) => once(socket, 'connect')));
  const close = async (): Promise<void> => {
    for (const socket of parked) socket.destroy();
    await worker.terminate();
  };
  return { target: { host: HOST, port }, server: null, close };
}
