// undici: a Client, which has one connection, and its request(); connect() and upgrade() for what these are for.

import net from 'node:net';
import { Readable } from 'node:stream';
import { Client, type Dispatcher } from 'undici';
import { headersOf, sendWith } from '../../rfc/request.js';
import { TIMEOUT_MS } from '../../rfc/response.js';
import type { Outcome, SendInput, Vector } from '../../rfc/vectors.js';
import { limited, pairs, playOn, versionOf, type Exchanging, type Peer } from './peer.js';

const LIMITS = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };

type Flat = Readonly<Record<string, string | string[] | undefined>>;

function connect(vector: Vector, port: number): Exchanging {
  const client = new Client(`http://127.0.0.1:${port}`, LIMITS);
  return {
    ask: async (method, path) => {
      if (method === 'CONNECT') {
        const { statusCode, socket, headers } = await client.connect({ path });
        const tunnel = statusCode < 300;
        // It hands out the socket behind a refusal too, and reads no body.
        const rest = tunnel ? { body: '', leftover: ((socket.read() as Buffer | null) ?? '').toString('latin1'), keepAlive: false } : {};
        socket.on('error', () => {}).destroy();
        return { status: statusCode, headers: fieldsOf(headers as Flat, vector.headers), tunnel, ...rest };
      }
      const interim: number[] = [];
      const response = await client.request({
        method: method as Dispatcher.HttpMethod,
        path,
        responseHeaders: 'raw',
        onInfo: ({ statusCode }) => void interim.push(statusCode),
      });
      const body = Buffer.from(await response.body.arrayBuffer()).toString('latin1');
      return {
        status: response.statusCode,
        reason: response.statusText,
        headers: pairs(response.headers as unknown as string[]),
        interim,
        body,
        body_length: body.length,
        trailers: fieldsOf(response.trailers, vector.trailers),
      };
    },
    [Symbol.asyncDispose]: () => client.destroy(),
  };
}

/** These are an object by lower-case names: they are spelled as the vector spells them, which undici does not tell. */
function fieldsOf(headers: Flat, wanted: Vector['headers'] = []): [string, string][] {
  const spelled = (name: string): string => wanted.find(([other]) => other.toLowerCase() === name)?.[0] ?? name;
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [spelled(name), String(one)]));
}

const KNOWN = ['method', 'url', 'target', 'headers', 'body', 'upgrade', 'proxy', 'tunnel_host', 'tunnel_headers', 'sequence'];

function send(vector: Vector): Promise<Outcome> {
  return sendWith(vector, KNOWN, async (input, port) => {
    const { url = 'http://a.example/', proxy, tunnel_host } = input;
    const { origin } = new URL(proxy === true || tunnel_host !== undefined ? 'http://proxy.example' : url);
    const client = new Client(origin, {
      ...LIMITS,
      connect: (_: unknown, done: (error: null, socket: net.Socket) => void) => {
        const socket = net.connect(port, '127.0.0.1', () => done(null, socket));
      },
    } as Client.Options);
    try {
      for (const one of input.sequence ?? [input]) await limited(sendOne(one, client));
    } finally {
      await client.destroy();
    }
  });
}

async function sendOne(input: SendInput, client: Client): Promise<void> {
  const { method = 'GET', url = 'http://a.example/', target, headers, body, upgrade, proxy, tunnel_host, tunnel_headers } = input;
  const { pathname, search } = new URL(url);
  const path = target ?? (proxy === true ? url : `${pathname}${search}`);
  const given = headersOf(headers ?? tunnel_headers);
  const options = {
    path,
    ...(given === undefined ? {} : { headers: (Array.isArray(given) ? given.flat() : given) as Record<string, string> }),
  };
  if (tunnel_host !== undefined) return void (await client.connect({ ...options, path: tunnel_host }));
  if (upgrade !== undefined) {
    // The server does not switch, which is no fault of the request.
    return client.upgrade({ ...options, protocol: upgrade }).then(
      () => {},
      (error: { code?: string }) => {
        if (error.code !== 'UND_ERR_SOCKET') throw error;
      },
    );
  }
  const content = typeof body === 'string' ? body : body === undefined ? null : Readable.from(body, { objectMode: false });
  const response = await client.request({ ...options, method: method as Dispatcher.HttpMethod, body: content });
  await response.body.dump();
}

export const undici: Peer = {
  name: 'undici',
  version: versionOf('undici/package.json'),
  respond: (vector) => playOn(vector, (port) => connect(vector, port)),
  send,
};
