// Headlong as a client of the scenarios, once by a connection and once by a pool. The library comes from outside: its sources under
// Jest, the built package elsewhere.

import { getEventListeners } from 'node:events';
import type * as Headlong from '../../../src/index.js';
import type { Client, Outcome, Request, Target, Times } from '../scenario.js';
import { abortedAfter, content } from './request.js';

type Library = Pick<typeof Headlong, 'HTTPConnection' | 'HTTPSConnection' | 'PoolManager'>;

function optionsFor({ ca, unresolved }: Target, { idle, total }: Times): Headlong.HTTPSConnectionOptions {
  return {
    timeout: idle,
    totalTimeout: total,
    ...(ca === undefined || ca === '' ? null : { ca }),
    ...(unresolved === true
      ? { lookup: (host, _, callback) => callback(Object.assign(new Error(`${host} is not known`), { code: 'ENOTFOUND' }), '') }
      : null),
  };
}

/** Every request has a signal, so that listeners left on it are seen. */
async function outcomeOf({ abort }: Request, answer: (signal: AbortSignal) => Promise<Headlong.HTTPResponse>): Promise<Outcome> {
  const signal = abortedAfter(abort);
  const outcome = await answer(signal).then(readWhole).catch(factsOf);
  return { ...outcome, listeners: getEventListeners(signal, 'abort').length };
}

async function readWhole(response: Headlong.HTTPResponse): Promise<Outcome> {
  const body = await response.read();
  return { status: response.status, body: body.toString('latin1'), framing: response.framing.kind };
}

type FailedRequest = Headlong.HTTPException & {
  partial?: Uint8Array;
  expected?: number | null;
  limit?: string | number;
  status?: number;
};

function factsOf({ name, code, message, phase, partial, expected, limit, status, reusedSocket }: FailedRequest): Outcome {
  return {
    error: name,
    message,
    ...(typeof code === 'string' ? { code } : null),
    ...(phase === undefined ? null : { phase }),
    ...(partial === undefined ? null : { partial: Buffer.from(partial).toString('latin1') }),
    ...(expected === undefined ? null : { missing: expected }),
    ...(limit === undefined && status === undefined ? null : { limit: (limit ?? status) as string | number }),
    ...(reusedSocket === undefined ? null : { reused: reusedSocket }),
  };
}

/** HTTPConnection and HTTPSConnection. */
export function connections({ HTTPConnection, HTTPSConnection }: Library): Client {
  return {
    name: 'Headlong',
    open(target, times) {
      const { host, port, ca, proxy } = target;
      const Connection = ca === undefined ? HTTPConnection : HTTPSConnection;
      const connection = new Connection(host, proxy ?? port, optionsFor(target, times));
      if (proxy !== undefined) connection.set_tunnel(host, port);
      return {
        send: (request) =>
          outcomeOf(request, async (signal) => {
            const { method = 'GET', body = null, upload } = request;
            const sent = connection.request(method, '/', upload === undefined ? body : content(upload), lengthOf(upload), { signal });
            // The response may come while the body still goes out.
            if (upload !== undefined) sent.catch(() => undefined);
            else await sent;
            return connection.getresponse();
          }),
        close: () => connection.close(),
      };
    },
  };
}

/** PoolManager, with one connection. */
export function pool({ PoolManager }: Library): Client {
  return {
    name: 'Headlong, pool',
    open(target, times) {
      const { host, port, ca, proxy } = target;
      const manager = new PoolManager({
        ...optionsFor(target, times),
        connections: 1,
        ...(proxy === undefined ? null : { proxy: `http://${host}:${proxy}` }),
      });
      const url = `${ca === undefined ? 'http' : 'https'}://${host}:${port}/`;
      return {
        send: (request) =>
          outcomeOf(request, (signal) => {
            const { method = 'GET', body = null, upload } = request;
            return manager.request(method, url, {
              body: upload === undefined ? body : content(upload),
              headers: lengthOf(upload),
              signal,
            });
          }),
        close: () => manager.destroy(),
      };
    },
  };
}

function lengthOf(upload: number | undefined): Record<string, string> {
  return upload === undefined ? {} : { 'Content-Length': String(upload) };
}
