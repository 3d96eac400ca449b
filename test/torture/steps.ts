// The steps of a request, counted, and one of them interrupted: each call of a socket's method, each event that a socket delivers, each
// call of the caller's own code, each call and each continuation of the caller. The analogue of making each allocation fail in turn.
// What the steps belong to is in scenarios.ts; what has to hold after an interruption, in checks.ts.

import net from 'node:net';
import tls from 'node:tls';
import { jest } from '@jest/globals';

/** `call`: of a socket, by the library. `event`: of a socket. `user`: the library calls the caller's code. `caller`: the caller goes on. */
export type Kind = 'call' | 'event' | 'user' | 'caller';

export interface Step {
  readonly kind: Kind;
  readonly name: string;
  readonly socket: net.Socket | null;
}

/** `turn`: in a microtask behind the step. */
export type When = 'before' | 'after' | 'turn';

export interface Interruption {
  /** The number of the step, from 1. */
  readonly at: number;
  readonly when: When;
  /** What is done there; what it throws, the step throws. Says whether it did anything. */
  act(step: Step): boolean;
}

const METHODS = ['write', 'cork', 'uncork', 'pause', 'resume', 'destroy', 'ref', 'unref', 'setNoDelay', 'push', 'unshift'] as const;
const EVENTS = new Set<string | symbol>(['connect', 'secureConnect', 'session', 'data', 'end', 'drain', 'error', 'close']);

export class Steps {
  readonly taken: Step[] = [];
  /** Every socket that was made meanwhile. */
  readonly sockets: net.Socket[] = [];
  /** The step that was interrupted. */
  interrupted: Step | null = null;
  private readonly interruption: Interruption | null;
  private running = false;

  constructor(interruption: Interruption | null) {
    this.interruption = interruption;
  }

  start(): void {
    this.running = true;
  }

  /** From now on nothing is counted, and nothing interrupted. */
  stop(): void {
    this.running = false;
  }

  /** One step: `call`, interrupted if it is its turn. */
  around<T>(kind: Kind, name: string, socket: net.Socket | null, call: () => T): T {
    if (!this.running) return call();
    const step = { kind, name, socket };
    const when = this.taken.push(step) === this.interruption?.at ? this.interruption.when : null;
    if (when === 'before') this.fire(step);
    const result = call();
    if (when === 'after') this.fire(step);
    if (when === 'turn') queueMicrotask(() => this.fire(step));
    return result;
  }

  /** A call of the caller's, and its continuation behind it. */
  async wait<T>(name: string, call: () => Promise<T>): Promise<T> {
    const value = await this.around('caller', name, null, call);
    return this.around('caller', `${name} is back`, null, () => value);
  }

  /** A callback of the caller's, as a step of its own. */
  callback<A extends unknown[], R>(name: string, call: (...args: A) => R): (...args: A) => R {
    return (...args) => this.around('user', name, null, () => call(...args));
  }

  private fire(step: Step): void {
    if (!this.running) return;
    this.interrupted = step;
    if (this.interruption?.act(step) === false) this.interrupted = null;
  }

  /** Makes every use of `socket` a step. */
  watch<S extends net.Socket>(socket: S): S {
    this.sockets.push(socket);
    for (const name of METHODS) {
      const real = socket[name] as (...args: unknown[]) => unknown;
      Object.assign(socket, { [name]: (...args: unknown[]) => this.around('call', `${name}()`, socket, () => real.apply(socket, args)) });
    }
    const emit = socket.emit as (event: string | symbol, ...args: unknown[]) => boolean;
    const emitted = (event: string | symbol, ...args: unknown[]): boolean =>
      EVENTS.has(event)
        ? this.around('event', `'${String(event)}'`, socket, () => emit.call(socket, event, ...args))
        : emit.call(socket, event, ...args);
    socket.emit = emitted as typeof socket.emit;
    return socket;
  }
}

let current: Steps | null = null;

/** What is connected from now on belongs to `steps`. */
export function count(steps: Steps | null): void {
  current = steps;
}

interface WithOnread {
  onread?: { callback: (length: number, buffer: Uint8Array) => boolean };
}

/** Watches every socket that the library makes. Test servers connect with other arguments, and are left alone. */
export function watchSockets(): void {
  for (const [module, name] of [
    [net, 'net'],
    [tls, 'tls'],
  ] as const) {
    const connect = module.connect as unknown as (...args: unknown[]) => net.Socket;
    jest.spyOn(module as typeof net, 'connect').mockImplementation(((...args: unknown[]) => {
      const steps = current;
      const [options] = args;
      if (steps === null || typeof options !== 'object') return connect(...args);
      const { onread } = options as WithOnread;
      let socket: net.Socket | null = null;
      const watched =
        onread === undefined
          ? options
          : {
              ...options,
              onread: {
                ...onread,
                callback: (length: number, buffer: Uint8Array) =>
                  steps.around('event', 'onread', socket, () => onread.callback(length, buffer)),
              },
            };
      return steps.around('call', `${name}.connect()`, null, () => (socket = steps.watch(connect(watched))));
    }) as unknown as typeof net.connect);
  }
}
