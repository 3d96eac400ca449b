// undici as a client of the scenarios: request() of a Pool with one connection, or of a ProxyAgent.

import { Readable } from 'node:stream';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { Client, Outcome, Request, Target, Times } from '../scenario.js';
import { abortedAfter, content } from './request.js';

function dispatcherFor({ host, port, ca, proxy, unresolved }: Target, { idle }: Times): Dispatcher {
  const trust = ca === undefined || ca === '' ? {} : { ca };
  const lookup: object =
    unresolved === true
      ? {
          lookup: (name: string, _: unknown, callback: (error: Error) => void) =>
            callback(Object.assign(new Error(`${name} is not known`), { code: 'ENOTFOUND' })),
        }
      : {};
  const limits = { headersTimeout: idle, bodyTimeout: idle, connections: 1 };
  if (proxy !== undefined)
    return new ProxyAgent({ uri: `http://${host}:${proxy}`, requestTls: trust, connectTimeout: idle, ...limits } as ProxyAgent.Options);
  const origin = `${ca === undefined ? 'http' : 'https'}://${host}:${port}`;
  return new Pool(origin, { connect: { ...trust, ...lookup, timeout: idle }, ...limits });
}

async function send(dispatcher: Dispatcher, { host, port, ca }: Target, request: Request): Promise<Outcome> {
  const { method = 'GET', body, upload, abort } = request;
  try {
    const response = await dispatcher.request({
      origin: `${ca === undefined ? 'http' : 'https'}://${host}:${port}`,
      path: '/',
      method,
      ...(body === undefined ? null : { body }),
      ...(upload === undefined
        ? null
        : { body: Readable.from(content(upload), { objectMode: false }), headers: { 'content-length': String(upload) } }),
      ...(abort === undefined ? null : { signal: abortedAfter(abort) }),
    });
    return { status: response.statusCode, body: await response.body.text() };
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException;
    return { error: name, message, ...(typeof code === 'string' ? { code } : null) };
  }
}

export const undici: Client = {
  name: 'undici',
  open(target, times) {
    const dispatcher = dispatcherFor(target, times);
    return {
      send: (request) => send(dispatcher, target, request),
      close: () => void dispatcher.destroy().catch(() => undefined),
    };
  },
};
