// What has to hold whatever was interrupted: every promise settles, with the right answer or with the right error; nothing is left
// behind; the next request works and gets its own answer.
// That nothing stays unhandled is jest's to see: it fails a test whose promises or events nobody handles.

import { getEventListeners } from 'node:events';
import type net from 'node:net';
import { expect } from '@jest/globals';
import { ImproperConnectionState } from '../../src/index.js';
import { eventually, soon } from '../client/harness.js';
import {
  answerTo,
  connectionClient,
  makeWorld,
  poolClient,
  type Client,
  type Route,
  type Run,
  type Scenario,
  type World,
} from './scenarios.js';
import { count, Steps, watchSockets, type Step, type When } from './steps.js';

/** A way to interrupt. */
export interface Action {
  readonly name: string;
  readonly when: readonly When[];
  /** Whether it can be done at this step. */
  applies(step: Step, run: Run): boolean;
  /** Does it; may throw, which is then what the step throws. */
  act(run: Run, step: Step): void;
  /** Whether the answer cannot come any more if it is done now. Asked before act(). */
  ends(run: Run, step: Step, answered: boolean): boolean;
  /** Whether the play may fail with this. */
  accepts(error: unknown, run: Run): boolean;
  /** The client answers nothing more afterwards. */
  readonly final?: boolean;
  /** What else has to come about. */
  afterwards?(run: Run): Promise<unknown>;
}

/** How long anything may take that does not hang: a machine may be busy. Calls that hang end by their own limit before that, with an error. */
const WITHIN_MS = 10_000;

/** Steps of one run at most: more is a run that does not end. */
const MOST_STEPS = 400;

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

const tcpSockets = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length;

const countsOf = (socket: net.Socket): string =>
  ['connect', 'secureConnect', 'data', 'end', 'drain', 'error', 'close', 'session', 'lookup', 'timeout']
    .map((event) => `${event} ${socket.listenerCount(event)}`)
    .join(', ');

/** The same scenario again and again, interrupted at its first step, its second, and so on until there is no such step. */
export async function torture(scenario: Scenario, route: Route, kind: 'connection' | 'pool', action: Action): Promise<number> {
  const before = tcpSockets();
  watchSockets();
  const world = await makeWorld(route);
  const test = new Torture(world, scenario, kind === 'connection' ? connectionClient : poolClient, action);
  await test.run(0, 'before');
  for (const when of action.when) for (let step = 1; await test.run(step, when); step++) expect(step).toBeLessThan(MOST_STEPS);
  await soon(Promise.all(world.at.peers.map(({ closed }) => closed)), 'the end of every connection', WITHIN_MS);
  // The server's ends are gone with those of the client.
  await eventually(() => tcpSockets() <= before, 'the end of every handle', WITHIN_MS);
  count(null);
  return test.interrupted;
}

class Torture {
  /** How many runs were interrupted. */
  interrupted = 0;
  private runs = 0;
  private seen = 0;
  private usual: string | null = null;
  private readonly world: World;
  private readonly scenario: Scenario;
  private readonly makeClient: (world: World, steps: Steps) => Client;
  private readonly action: Action;

  constructor(world: World, scenario: Scenario, makeClient: (world: World, steps: Steps) => Client, action: Action) {
    this.world = world;
    this.scenario = scenario;
    this.makeClient = makeClient;
    this.action = action;
  }

  /** One run, interrupted at step number `at`. Returns whether there was such a step. */
  async run(at: number, when: When): Promise<boolean> {
    const { world, scenario, action } = this;
    const id = `-${this.runs++}`;
    const target = `${scenario.target}${id}`;
    let ends = false;
    const steps = new Steps({
      at,
      when,
      act: (step) => {
        if (!action.applies(step, run)) return false;
        ends = action.ends(run, step, world.answered.has(target));
        action.act(run, step);
        return true;
      },
    });
    count(steps);
    const controller = new AbortController();
    const client = this.makeClient(world, steps);
    const run: Run = { scenario, target, client, steps, controller, signal: controller.signal, id, sources: [], responses: [] };
    if (scenario.reused === true) await this.ask(client, `/get-first${id}`);
    steps.start();

    const played = scenario.play(run).then(
      (value): { value?: string; error?: unknown } => ({ value }),
      (error: unknown) => ({ error }),
    );
    const outcome = await soon(played, 'the play', WITHIN_MS).catch((error: Error) => ({ error }));
    steps.stop();
    const where = `${action.name} ${when} step ${at} (${steps.interrupted?.name}) of ${steps.taken.map(({ name }) => name).join(' ')}`;
    if ('error' in outcome) {
      // What fails half-way is given up by a caller who goes on.
      for (const response of run.responses) response.close();
      if (steps.interrupted === null || !action.accepts(outcome.error, run))
        throw new Error(`${where}: ended with ${String(outcome.error)}`, { cause: outcome.error });
    } else {
      expect([where, outcome.value]).toEqual([where, scenario.expected(target)]);
      if (ends) throw new Error(`${where}: came back with ${outcome.value}`);
    }
    if (steps.interrupted !== null) this.interrupted++;

    await this.checkRemains(run, where);
    if (steps.interrupted !== null) await soon(Promise.resolve(action.afterwards?.(run)), `${where}: what comes afterwards`, WITHIN_MS);
    if (action.final === true && steps.interrupted !== null) {
      const refused = await soon(
        this.ask(client, `/get-next${id}`).catch((error: unknown) => error),
        `${where}: the next request`,
        WITHIN_MS,
      );
      expect([where, refused]).toEqual([where, expect.any(ImproperConnectionState)]);
    } else {
      await this.ask(client, `/get-next${id}`);
      for (const socket of steps.sockets.filter(({ destroyed }) => !destroyed)) this.checkListeners(socket, where);
    }

    client.close();
    const { peers } = world.at;
    await soon(Promise.all(peers.slice(this.seen).map(({ closed }) => closed)), `${where}: the end of the connections`, WITHIN_MS);
    this.seen = peers.length;
    const open = steps.sockets.filter(({ destroyed }) => !destroyed).length;
    expect([where, open]).toEqual([where, 0]);
    return steps.taken.length >= at;
  }

  /** A request that nothing interrupts: it gets its own answer. */
  private async ask(client: Client, path: string): Promise<void> {
    const idle = new Steps(null);
    const response = await soon(client.ask(idle, 'GET', path), path, WITHIN_MS);
    expect(String(await soon(response.read(), path, WITHIN_MS))).toBe(answerTo(path));
  }

  /** Nothing of the request is left: no listener, no source, no socket, no place in a pool. */
  private async checkRemains({ client, signal, sources, steps }: Run, where: string): Promise<void> {
    expect([where, listeners(signal)]).toEqual([where, 0]);
    // What a socket has to say of its end comes a moment later.
    await new Promise(setImmediate);
    const thrown = this.action.name === 'a throw' ? steps.interrupted?.name : undefined;
    for (const source of sources) {
      if (source.stream !== null) await eventually(() => source.stream!.destroyed, `${where}: the end of the stream`, WITHIN_MS);
      // Who throws from next() has ended by himself.
      else if (source.begun && !source.exhausted && thrown !== 'next()')
        await eventually(() => source.released, `${where}: return() of the source`, WITHIN_MS);
    }
    const open = steps.sockets.filter(({ destroyed }) => !destroyed).length;
    const each = this.world.route === 'TLS tunnel' ? 2 : 1;
    expect([where, open]).toEqual([where, client.kept * each]);
    if (client.pool !== null) expect([where, client.pool.stats]).toEqual([where, expect.objectContaining({ active: 0, queued: 0 })]);
  }

  private checkListeners(socket: net.Socket, where: string): void {
    // A tunnel has two kinds of socket, one below the other.
    if (this.world.route === 'TLS tunnel') return;
    this.usual ??= countsOf(socket);
    expect([where, countsOf(socket)]).toEqual([where, this.usual]);
  }
}
