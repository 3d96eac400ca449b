// The client whose memory is measured, in a process of its own: does what the tests send it, one thing after the other, and answers
// with what came of it and what it cost. The servers are the tests'.

import { setTimeout as sleep } from 'node:timers/promises';
import { handedOut } from '../../src/client/scratch.js';
import { HTTPConnection, type HTTPResponse } from '../../src/index.js';
import type { Endless } from './endless.js';

/** What is done with a response. */
export type Reading = 'bytes' | 'text' | 'read' | 'readinto' | 'chunks' | 'stream' | 'wait';

export interface Task {
  readonly port: number;
  readonly reading: Reading;
  readonly options?: Endless['options'] | undefined;
  readonly lenient?: boolean | undefined;
  readonly tunnel?: boolean | undefined;
}

export interface Report {
  /** Bytes of the body that were handed out. */
  readonly length: number;
  readonly error: Readonly<Record<string, unknown>> | null;
  /** Whether the socket is gone. */
  readonly destroyed: boolean;
  /** The most that was held meanwhile, beyond what was held before: bytes. */
  readonly rss: number;
  readonly arrayBuffers: number;
}

const PIECE = 1000;

const READINGS: Readonly<Record<Reading, (response: HTTPResponse) => Promise<number>>> = {
  bytes: async (response) => (await response.bytes()).length,
  text: async (response) => (await response.text()).length,
  read: async (response) => {
    let length = 0;
    while (!response.closed) length += (await response.read(PIECE)).length;
    return length;
  },
  readinto: async (response) => {
    const view = new Uint8Array(PIECE);
    let length = 0;
    while (!response.closed) length += await response.readinto(view);
    return length;
  },
  chunks: async (response) => {
    let length = 0;
    for await (const piece of response.chunks()) length += piece.length;
    return length;
  },
  stream: async (response) => {
    let length = 0;
    for await (const piece of response.stream()) length += (piece as Buffer).length;
    return length;
  },
  // Nobody reads: what was announced is not there.
  wait: async (response) => {
    await sleep(100);
    return (await response.peek(1)).length;
  },
};

const FACTS = ['name', 'code', 'message', 'limit', 'value', 'rule', 'phase', 'bytesRead'] as const;

async function perform({ port, reading, options, lenient, tunnel }: Task): Promise<Report> {
  gc?.();
  const before = process.memoryUsage();
  let rss = 0;
  let arrayBuffers = 0;
  const measure = (): void => {
    const now = process.memoryUsage();
    rss = Math.max(rss, now.rss - before.rss);
    arrayBuffers = Math.max(arrayBuffers, now.arrayBuffers - before.arrayBuffers);
  };
  const timer = setInterval(measure, 2);
  const connection = new HTTPConnection('127.0.0.1', port, { ...options, lenient: lenient === true, connectTimeout: 20_000 });
  if (tunnel === true) connection.set_tunnel('destination.example', 80);
  let length = 0;
  let error: Record<string, unknown> | null = null;
  try {
    await connection.request('GET', '/');
    length = await READINGS[reading](await connection.getresponse());
  } catch (caught) {
    error = Object.fromEntries(FACTS.map((fact) => [fact, (caught as Record<string, unknown>)[fact]]));
  }
  measure();
  clearInterval(timer);
  const destroyed = connection.sock === null;
  connection.close();
  return { length, error, destroyed, rss, arrayBuffers };
}

export function main(): void {
  // What the first large body brings along, once, is addresses alone and no peer's doing; it goes with the first collection.
  handedOut(1 << 20);
  process.on('message', (task: Task) => void perform(task).then((report) => process.send?.(report)));
  process.once('disconnect', () => process.exit());
  process.send?.('ready');
}
