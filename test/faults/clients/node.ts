// node:http and node:https as a client of the scenarios: request() with an agent that keeps one connection alive. What the
// documentation leaves to the caller is done as it says: a request that emits 'timeout' is destroyed, a response that emits 'aborted'
// or 'error' has failed. There is no tunnel to ask for.

import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import type { Client, Outcome, Request, Target, Times } from '../scenario.js';
import { abortedAfter, content } from './request.js';

function send(agent: http.Agent, { host, port, ca, unresolved }: Target, { idle }: Times, request: Request): Promise<Outcome> {
  const { method = 'GET', body, upload, abort } = request;
  return new Promise((resolve) => {
    const fail = ({ name, message, code }: NodeJS.ErrnoException): void =>
      resolve({ error: name, message, ...(code === undefined ? null : { code }) });
    const sent = (ca === undefined ? http : https).request({
      agent,
      host,
      port,
      method,
      timeout: idle,
      ...(upload === undefined ? null : { headers: { 'Content-Length': upload } }),
      ...(abort === undefined ? null : { signal: abortedAfter(abort) }),
      ...(unresolved === true
        ? {
            lookup: (name, _, callback) => callback(Object.assign(new Error(`${name} is not known`), { code: 'ENOTFOUND' }), ''),
          }
        : null),
    });
    sent.on('error', fail);
    sent.on('timeout', () => sent.destroy(Object.assign(new Error("'timeout' was emitted"), { code: 'ETIMEDOUT' })));
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, body: '' });
    });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (piece: string) => (text += piece));
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    if (upload === undefined) sent.end(body);
    else Readable.from(content(upload), { objectMode: false }).pipe(sent);
  });
}

export const node: Client = {
  name: 'node:http',
  lacks: ['tunnel'],
  open(target, times) {
    const { ca } = target;
    const kept = { keepAlive: true, maxSockets: 1, timeout: times.idle };
    const agent = ca === undefined ? new http.Agent(kept) : new https.Agent({ ...kept, ...(ca === '' ? null : { ca }) });
    return { send: (request) => send(agent, target, times, request), close: () => agent.destroy() };
  },
};
