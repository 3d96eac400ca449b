// What a scenario of faults is, and how one is played: a server that misbehaves, one request to it, what has to come of it, and what
// has to become of the connection. It knows no client: Jest plays the scenarios on the sources of Headlong, `npm run faults` on the
// built package and on other clients.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TestServer } from '../support/server.js';

/** Where a client is sent to. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** The authority to trust, PEM; '' for none but the system's. Without it, plain HTTP. */
  readonly ca?: string;
  /** The port of a proxy on loopback, to ask for a tunnel. */
  readonly proxy?: number;
  /** Names are not found. */
  readonly unresolved?: boolean;
}

/** Milliseconds. `idle` is every limit that a client has on one wait (connecting, a head, a body); `total` is on all of them together. */
export interface Times {
  readonly idle: number;
  readonly total?: number;
}

export interface Request {
  readonly method?: 'GET' | 'POST';
  /** A body in hand. */
  readonly body?: string;
  /** A body of so many bytes, which the client has to take from a stream or an iterator. */
  readonly upload?: number;
  /** Milliseconds until the request is aborted. */
  readonly abort?: number;
}

/** What came of a request. What is not known of a client's error stays out. */
export interface Outcome {
  readonly status?: number;
  readonly body?: string;
  /** How the body ends, where a client says so. */
  readonly framing?: string;
  readonly error?: string;
  readonly code?: string;
  readonly message?: string;
  readonly phase?: string;
  readonly partial?: string;
  /** Bytes that were still to come, as the error says. */
  readonly missing?: number | null;
  /** The limit that was passed, or the proxy's status. */
  readonly limit?: string | number;
  readonly reused?: boolean;
  /** Listeners left on the request's signal. */
  readonly listeners?: number;
}

/** A client with the connections that it keeps. */
export interface Session {
  /** Sends a request and reads the body of its response. Whatever the client throws is an outcome. */
  send(request: Request): Promise<Outcome>;
  close(): void;
}

export type Ability = 'tunnel' | 'abort';

export interface Client {
  readonly name: string;
  readonly lacks?: readonly Ability[];
  open(target: Target, times: Times): Session;
}

/** What stands on loopback for one scenario. */
export interface Site {
  readonly target: Target;
  /** The server whose connections count. */
  readonly server: TestServer | null;
  close(): Promise<void>;
}

/** Facts of an outcome: each one that is given must hold. `code` and `partial` are regular expressions where one value is not enough. */
export type Expected = { readonly [fact in keyof Outcome]?: Outcome[fact] | RegExp };

export interface Scenario {
  /** The row of the table in which faults are listed; what was added later comes behind the row it belongs to. */
  readonly row: string;
  readonly name: string;
  site(): Promise<Site>;
  readonly request?: Request;
  readonly times?: Times;
  /** What not every client can do. */
  readonly needs?: Ability;
  /** The system whose behaviour the fault is. */
  readonly platform?: NodeJS.Platform;
  /** The connection serves one request before; the fault meets a client so many milliseconds later. */
  readonly warm?: number;
  readonly expected: Expected;
  /** What another request meets, so many milliseconds later if `pause` is given: the connection that is there, a new one, or the same fault. */
  readonly then: 'reused' | 'new' | 'same fault';
  readonly pause?: number;
  /** A limit: the outcome may not come before so many milliseconds. */
  readonly least?: number;
  /** Requests that the server has seen by then, of those that came whole. */
  readonly seen?: number;
  /** To take it for a success is to take part of a message for the whole. */
  readonly cut?: true;
}

export interface Played {
  /** null: nothing came in time. */
  readonly outcome: Outcome | null;
  readonly elapsed: number;
  /** What the next request came to. */
  readonly next: Outcome | null;
  /** Connections that the next request opened. */
  readonly opened: number;
  /** Whether the server has seen the end of every connection that was there before the next request. */
  readonly closed: boolean;
  readonly seen: number;
  /** Bytes that the server received by then. */
  readonly received: number;
}

/** Why `client` cannot play the scenario here, or null. */
export function obstacle({ needs, platform }: Scenario, client: Client): string | null {
  if (platform !== undefined && platform !== process.platform) return `needs ${platform}`;
  return needs !== undefined && client.lacks?.includes(needs) === true ? `has no ${needs}` : null;
}

export const HANG_MS = 4000;
const TIMES: Times = { idle: 3000 };
const CLOSE_MS = 5000;

/** Plays `scenario`; what takes longer than `patience` hangs. */
export async function play(client: Client, scenario: Scenario, patience = HANG_MS): Promise<Played> {
  const { request = {}, times = TIMES, warm, pause = 0 } = scenario;
  const site = await scenario.site();
  const { server } = site;
  const session = client.open(site.target, times);
  try {
    if (warm !== undefined) {
      const first = await within(session.send({}), patience);
      if (first?.status !== 200) throw new Error(`the request before the fault came to ${JSON.stringify(first)}`);
      await pass(warm);
    }
    const begun = performance.now();
    const outcome = await within(session.send(request), patience);
    const elapsed = performance.now() - begun;
    const seen = server?.requests.length ?? 0;
    if (pause > 0) await pass(pause);
    const before = server?.connections.slice() ?? [];
    const next = outcome === null ? null : await within(session.send({}), patience);
    const opened = (server?.connections.length ?? 0) - before.length;
    const closed = outcome !== null && scenario.then !== 'reused' && (await eventually(() => before.every((socket) => socket.destroyed)));
    const received = before.reduce((sum, socket) => sum + socket.bytesRead, 0);
    return { outcome, elapsed, next, opened, closed, seen, received };
  } finally {
    session.close();
    await site.close();
  }
}

/** Lets some time pass, and at least so much that everybody in this process has read what was written to him. */
async function pass(milliseconds: number): Promise<void> {
  await sleep(milliseconds);
  await new Promise(setImmediate);
}

/** What `promise` comes to, or null if it hangs. */
async function within(promise: Promise<Outcome>, patience: number): Promise<Outcome | null> {
  const settled = new AbortController();
  const late = sleep(patience, null, { signal: settled.signal }).catch(() => null);
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort();
  }
}

async function eventually(ready: () => boolean): Promise<boolean> {
  for (const deadline = performance.now() + CLOSE_MS; !ready(); await sleep(5)) if (performance.now() > deadline) return false;
  return true;
}

/** What is wrong with how a client played a scenario; nothing, if all is as expected. */
export function faultsOf(scenario: Scenario, played: Played): string[] {
  const { outcome, elapsed, next, opened, closed } = played;
  if (outcome === null) return ['it hangs'];
  const faults = differences(scenario.expected, outcome);
  if (scenario.least !== undefined && elapsed < scenario.least)
    faults.push(`after ${elapsed} ms, before the limit of ${scenario.least} ms`);
  if (scenario.seen !== undefined && played.seen !== scenario.seen)
    faults.push(`the server saw ${played.seen} requests, not ${scenario.seen}`);
  if ((outcome.listeners ?? 0) > 0) faults.push(`${outcome.listeners} listeners are left on the signal`);
  const { upload } = scenario.request ?? {};
  if (upload !== undefined && played.received >= upload) faults.push(`all ${upload} bytes were sent`);
  if (scenario.then === 'same fault') faults.push(...differences(scenario.expected, next ?? {}).map((fault) => `next request: ${fault}`));
  else {
    faults.push(...differences({ status: 200, body: 'again' }, next ?? {}).map((fault) => `next request: ${fault}`));
    const connections = scenario.then === 'new' ? 1 : 0;
    if (opened !== connections) faults.push(`the next request opened ${opened} connections, not ${connections}`);
  }
  if (scenario.then !== 'reused' && !closed) faults.push('a connection was left open');
  return faults;
}

function differences(expected: Expected, outcome: Outcome): string[] {
  return Object.entries(expected).flatMap(([fact, value]) => {
    const found = outcome[fact as keyof Outcome];
    const same = value instanceof RegExp ? value.test(String(found)) : found === value;
    return same ? [] : [`${fact} is ${JSON.stringify(found)}, not ${String(value)} (${JSON.stringify(outcome)})`];
  });
}
