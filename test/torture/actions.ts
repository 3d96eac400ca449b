// The ways to interrupt, and every scenario interrupted in one of them. What has to hold then is in checks.ts.

import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  CannotSendHeader,
  ConnectionError,
  HTTPException,
  ImproperConnectionState,
  IncompleteRead,
  NotConnected,
  ResponseNotReady,
} from '../../src/index.js';
import { torture, type Action } from './checks.js';
import { scenarios, type Run } from './scenarios.js';

const reason = { why: 'enough' };
const fault = Object.assign(new Error('a fault'), { code: 'EFAULT' });

const causedBy = (error: unknown, cause: unknown): boolean => error === cause || (error instanceof HTTPException && error.cause === cause);
const isOneOf = (error: unknown, ...types: readonly (abstract new (...args: never[]) => Error)[]): boolean =>
  types.some((type) => error instanceof type);

/** The connection was lost before it was closed. */
const wasLost = (error: unknown, { scenario }: Run): boolean => scenario.target.startsWith('/stale') && error instanceof ConnectionError;

export const abort: Action = {
  name: 'an abort',
  when: ['before', 'after', 'turn'],
  applies: () => true,
  ends: ({ signal }, _step, answered) => !answered || getEventListeners(signal, 'abort').length > 0,
  act: ({ controller }) => controller.abort(reason),
  accepts: (error) => error === reason,
};

/** Where code of the caller's may run: his stream's _write(), and what is called while a socket is made. No other method throws. */
const MAY_THROW = ['net.connect()', 'tls.connect()', 'write()', 'uncork()'];

export const throwing: Action = {
  name: 'a throw',
  when: ['before'],
  applies: ({ kind, name }) => (kind === 'call' && MAY_THROW.includes(name)) || kind === 'user',
  ends: (_run, { name }, answered) => !answered && name !== 'return()',
  act: () => {
    throw fault;
  },
  accepts: (error) => causedBy(error, fault),
};

export const failing: Action = {
  name: 'an error of the socket',
  when: ['before', 'turn'],
  applies: ({ socket }) => socket !== null,
  ends: ({ scenario }, { socket }, answered) => !answered && scenario.reused !== true && !socket!.destroyed && !socket!.closed,
  act: (_run, { socket }) => void socket!.destroy(fault),
  accepts: (error) => causedBy(error, fault) || error instanceof ConnectionError,
};

export const closing: Action = {
  name: 'close()',
  when: ['before', 'turn'],
  applies: ({ name }) => name !== 'request()',
  ends: (_run, _step, answered) => !answered,
  act: ({ client }) => client.connection!.close(),
  // Between two calls there is nothing to reject; the next one finds the connection as new.
  accepts: (error, run) => isOneOf(error, NotConnected, IncompleteRead, ResponseNotReady, CannotSendHeader) || wasLost(error, run),
};

export const closingResponse: Action = {
  name: 'response.close()',
  when: ['before', 'turn'],
  applies: (_step, { responses }) => responses.length > 0,
  ends: ({ responses, target }, _step, answered) => !answered && responses.at(-1)!.geturl().endsWith(target),
  act: ({ responses }) => responses.at(-1)!.close(),
  accepts: (error) => isOneOf(error, IncompleteRead, ImproperConnectionState),
};

export const destroying: Action = {
  name: 'pool.destroy()',
  when: ['before', 'after', 'turn'],
  applies: () => true,
  ends: (_run, _step, answered) => !answered,
  act: ({ client }) => client.pool!.destroy(),
  accepts: (error, run) => isOneOf(error, NotConnected, IncompleteRead, ImproperConnectionState) || wasLost(error, run),
  final: true,
  afterwards: ({ client }) => client.pool!.close(),
};

const closed = new WeakMap<Run, Promise<void>>();
export const closingPool: Action = {
  name: 'pool.close()',
  when: ['before', 'turn'],
  applies: () => true,
  ends: () => false,
  act: (run) => void closed.set(run, run.client.pool!.close()),
  // What was asked for before is answered.
  accepts: (error, { steps: { taken, interrupted } }) =>
    error instanceof ImproperConnectionState && taken.map(({ name }) => name).lastIndexOf('pool.request()') >= taken.indexOf(interrupted!),
  final: true,
  afterwards: async (run) => closed.get(run),
};

const rows = scenarios.flatMap((scenario) =>
  scenario.clients.flatMap((kind) =>
    scenario.routes
      .filter((route) => kind === 'connection' || route !== 'plain tunnel')
      .map((route) => [`${scenario.name}, ${kind}, ${route}`, scenario, route, kind] as const),
  ),
);

/** Tests that interrupt every scenario by `action` at each of its steps in turn. */
export function tortureBy(action: Action, whose: 'connection' | 'pool' | 'both'): void {
  jest.setTimeout(60_000);
  afterEach(() => void jest.restoreAllMocks());
  const mine = rows.filter(([, scenario, , kind]) => (whose === 'both' || whose === kind) && !(action === abort && scenario.noSignal));
  describe(`${action.name} at every step`, () => {
    test.each(mine)('%s', async (_name, scenario, route, kind) => {
      expect(await torture(scenario, route, kind, action)).toBeGreaterThan(0);
    });
  });
}
