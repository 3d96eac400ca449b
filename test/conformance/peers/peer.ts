// What is asked of a client or a parser, and what those who speak over sockets share: a first request whose response is the vector's,
// and one more, which shows whether the connection was kept and whether what it answers is the answer to it.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { NEXT, serveResponse, targetOf, TIMEOUT_MS } from '../../rfc/response.js';
import type { Outcome, Vector } from '../../rfc/vectors.js';

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Reads a response. */
  respond?(vector: Vector): Promise<Outcome>;
  /** Reads a request. */
  read?(vector: Vector): Promise<Outcome>;
  /** Sends a request. */
  send?(vector: Vector): Promise<Outcome>;
}

export type Facts = Readonly<Record<string, unknown>>;

/** One connection of a client: undefined are the facts that it does not tell. */
export interface Exchanging extends AsyncDisposable {
  ask(method: string, target: string): Promise<Facts>;
}

/** How long a client gets to notice what became of its connection. */
const BETWEEN_MS = 20;

export async function playOn(vector: Vector, connect: (port: number) => Exchanging): Promise<Outcome> {
  if (vector.pipelined_requests !== undefined) return { verdict: 'none' };
  await using server = await serveResponse(vector);
  await using client = connect(server.port);
  const method = vector.method as string;
  let facts: Facts;
  try {
    facts = await limited(client.ask(method, targetOf(method)));
  } catch (error) {
    return { verdict: 'error', error, partial: null };
  }
  if (method === 'CONNECT') return { verdict: 'ok', facts };
  await sleep(BETWEEN_MS);
  const next = await limited(client.ask('GET', '/next')).catch((): Facts => ({}));
  // Neither true nor false is what a connection is that answers with something else.
  const keepAlive = next['body'] === NEXT ? server.received.length === 1 : 'poisoned';
  return { verdict: 'ok', facts: { ...facts, tunnel: false, keepAlive } };
}

/** What the promise comes to, or a TimeoutError: waiting for what will never come is not how an error is found. */
export async function limited<T>(promise: Promise<T>): Promise<T> {
  const controller = new AbortController();
  const late = once(controller.signal, 'abort').then(() => {
    throw Object.assign(new Error('no end within the limit'), { name: 'TimeoutError' });
  });
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The version in a package.json. */
export function versionOf(path: string): string {
  return (require(path) as { version: string }).version;
}

/** A flat list of names and values in pairs. */
export function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n] as string, flat[2 * n + 1] as string]);
}
