// Plays a request vector: asks an HTTPConnection for the request and looks at the bytes that leave, or has the tokeniser
// read the bytes of one, the body framed by the rules for requests. What a server would still have to check (how many Host
// fields there are) is reported by the reader, not refused.

import net from 'node:net';
import { HTTPConnection } from '../../src/index.js';
import { keepsAlive, requestFraming } from '../../src/core/framing.js';
import { RequestHead } from '../../src/core/head.js';
import { DEFAULT_LIMITS } from '../../src/core/limits.js';
import { KIND_REQUEST, READ } from '../../src/wasm/layout.generated.js';
import { bestEngine } from '../../src/wasm/module.js';
import { Tokeniser } from '../../src/wasm/tokeniser.js';
import { startLoopback } from './loopback.js';
import { TIMEOUT_MS } from './response.js';
import { rawBytes, type Outcome, type SendInput, type Vector } from './vectors.js';

/** What a SendInput may hold that can be said with this library. */
const KNOWN = [
  'method',
  'url',
  'target',
  'headers',
  'body',
  'upgrade',
  'proxy',
  'tunnel_host',
  'tunnel_headers',
  'http_version',
  'sequence',
];

/**
 * Has `send` ask its client for the request, whose connections are to lead to `port`, and looks at what leaves. `known` is what can be
 * said with that client.
 */
export async function sendWith(
  { input = {} }: Vector,
  known: readonly string[],
  send: (input: SendInput, port: number) => Promise<void>,
): Promise<Outcome> {
  if (Object.keys(input).some((name) => !known.includes(name))) return { verdict: 'none' };
  await using server = await startLoopback((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  const sent = (): string => server.received.join('');
  try {
    await send(input, server.port);
    return { verdict: 'ok', facts: { sent: sent(), connections: server.received.length } };
  } catch (error) {
    return { verdict: 'error', error, sent: sent() };
  }
}

export function sendRequest(vector: Vector): Promise<Outcome> {
  return sendWith(vector, KNOWN, async (input, port) => {
    const { authority } = partsOf(input);
    await using connection = new HTTPConnection(authority, { timeout: TIMEOUT_MS, createConnection: () => net.connect(port, '127.0.0.1') });
    if (input.http_version === '1.0') Object.assign(connection, { _http_vsn: 10, _http_vsn_str: 'HTTP/1.0' });
    if (input.tunnel_host !== undefined) connection.set_tunnel(input.tunnel_host, undefined, input.tunnel_headers);
    for (const one of input.sequence ?? [input]) {
      await connection.request(
        one.method ?? 'GET',
        partsOf(one).target,
        one.body,
        headersOf(one.headers),
        one.upgrade === undefined ? {} : { upgrade: one.upgrade },
      );
      await (await connection.getresponse()).read();
    }
  });
}

/** A URL as http.client wants it: the authority for the constructor, the rest for request(). Through a proxy the target stays whole. */
export function partsOf({ url = 'http://a.example/', target, proxy }: SendInput): { authority: string; target: string } {
  const [, authority = '', rest = ''] = /^http:\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  return proxy === true ? { authority: 'proxy.example', target: url } : { authority, target: target ?? rest };
}

type Headers = Parameters<HTTPConnection['request']>[3];

/** JSON cannot hold a function: `{ toString: '<returns "text">' }` stands for an object with that method. */
export function headersOf(headers: unknown): Headers {
  if (headers === undefined || Array.isArray(headers)) return headers as Headers;
  return Object.fromEntries(
    Object.entries(headers as Record<string, unknown>).map(([name, value]) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [name, value];
      const text = JSON.parse(/^<returns (".*")>$/.exec((value as { toString: unknown }).toString as string)?.[1] ?? '""') as string;
      return [name, { toString: () => text }];
    }),
  ) as Headers;
}

export function parseRequest(vector: Vector): Outcome {
  const tokeniser = new Tokeniser(bestEngine());
  const bytes = rawBytes(vector);
  tokeniser.input.set(bytes);
  const size = tokeniser.parseHead(KIND_REQUEST, READ, READ + bytes.length, 0, DEFAULT_LIMITS.maxHeaders, DEFAULT_LIMITS.maxHeaderSize);
  if (size <= 0) return { verdict: 'error', error: size };
  const head = new RequestHead(tokeniser, READ, size);
  try {
    const framing = requestFraming(head, 0);
    const { method, target, version, hostCount } = head;
    return {
      verdict: 'ok',
      facts: {
        method,
        target,
        version: version === 10 ? '1.0' : '1.1',
        headers: head.headers.items(),
        body: bytes.toString('latin1', size, size + (framing.length ?? 0)),
        keepAlive: keepsAlive(head, framing),
        hostCount,
      },
    };
  } catch (error) {
    return { verdict: 'error', error };
  }
}
