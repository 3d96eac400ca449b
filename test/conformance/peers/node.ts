// node:http: http.request() with an agent that keeps one connection, and http.createServer() for the requests that are read.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { headersOf, partsOf, sendWith } from '../../rfc/request.js';
import { rawBytes, type Outcome, type SendInput, type Vector } from '../../rfc/vectors.js';
import { limited, pairs, playOn, type Exchanging, type Facts, type Peer } from './peer.js';

function connect(vector: Vector, port: number): Exchanging {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: (method, path) =>
      new Promise((resolve, reject) => {
        const interim: number[] = [];
        const request = http.request({ host: '127.0.0.1', port, agent, method, path });
        request.on('information', ({ statusCode }) => interim.push(statusCode));
        request.on('error', reject);
        // It says nothing more of a response that it does not want.
        request.on('close', () => reject(new Error('closed')));
        request.on('connect', (response: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
          socket.destroy();
          const tunnel = (response.statusCode as number) < 300;
          // It hands out the socket behind a refusal too, and reads no body.
          const rest = tunnel ? { body: '', leftover: head.toString('latin1'), keepAlive: false } : {};
          resolve({ ...factsOf(vector, response), tunnel, interim, ...rest });
        });
        request.on('response', (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => {
            const body = Buffer.concat(pieces).toString('latin1');
            resolve({
              ...factsOf(vector, response),
              interim,
              body,
              body_length: body.length,
              trailers: pairs(response.rawTrailers),
            });
          });
        });
        request.end();
      }),
    [Symbol.asyncDispose]: async () => agent.destroy(),
  };
}

function factsOf({ combined }: Vector, { statusCode, statusMessage, rawHeaders, headers }: http.IncomingMessage): Facts {
  const joined = Object.keys(combined ?? {}).map((name) => [name, String(headers[name.toLowerCase()])]);
  return { status: statusCode, reason: statusMessage, headers: pairs(rawHeaders), combined: Object.fromEntries(joined) };
}

async function read(vector: Vector): Promise<Outcome> {
  let outcome: ((outcome: Outcome) => void) | undefined;
  const received = new Promise<Outcome>((resolve) => (outcome = resolve));
  const done = (request: http.IncomingMessage, body: string): void => {
    const { method, url, httpVersion, rawHeaders } = request;
    outcome?.({ verdict: 'ok', facts: { method, target: url, version: httpVersion, headers: pairs(rawHeaders), body } });
  };
  const server = http.createServer((request) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (piece: string) => (body += piece));
    request.on('error', () => {});
    request.on('end', () => done(request, body));
  });
  server.on('connect', (request: http.IncomingMessage) => done(request, ''));
  server.on('clientError', (error, socket) => {
    outcome?.({ verdict: 'error', error, partial: null });
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    if (bytes.toString('latin1').startsWith('HTTP/1.1 4')) outcome?.({ verdict: 'error', error: new Error(String(bytes)), partial: null });
  });
  socket.on('close', () => outcome?.({ verdict: 'error', error: new Error('closed'), partial: null }));
  socket.end(rawBytes(vector));
  try {
    return await limited(received);
  } finally {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const KNOWN = ['method', 'url', 'target', 'headers', 'body', 'proxy', 'tunnel_host', 'tunnel_headers', 'sequence'];

function send(vector: Vector): Promise<Outcome> {
  return sendWith(vector, KNOWN, async (input, port) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (const one of input.sequence ?? [input]) await limited(sendOne(one, port, agent));
    } finally {
      agent.destroy();
    }
  });
}

function sendOne(input: SendInput, port: number, agent: http.Agent): Promise<unknown> {
  const { method, url = 'http://a.example/', target, headers, body, proxy, tunnel_host, tunnel_headers } = input;
  Object.assign(agent, { createConnection: () => net.connect(port, '127.0.0.1') });
  const options: http.RequestOptions = { agent };
  if (method !== undefined) options.method = method;
  if (target !== undefined) options.path = target;
  const given = headersOf(headers ?? tunnel_headers);
  if (given !== undefined) options.headers = (Array.isArray(given) ? given.flat() : given) as http.OutgoingHttpHeaders;
  let request: http.ClientRequest;
  if (tunnel_host !== undefined) request = http.request({ ...options, host: 'proxy.example', path: tunnel_host });
  else if (proxy === true) request = http.request({ ...options, host: 'proxy.example', path: partsOf(input).target });
  else request = http.request(url, options);
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('connect', (_, socket) => resolve(socket.destroy()));
    request.on('response', (response) => response.resume().on('end', resolve));
    for (const piece of Array.isArray(body) ? (body as string[]) : []) request.write(piece);
    request.end(typeof body === 'string' ? body : undefined);
  });
}

export const node: Peer = {
  name: 'node:http',
  version: process.versions.node,
  respond: (vector) => playOn(vector, (port) => connect(vector, port)),
  read,
  send,
};
