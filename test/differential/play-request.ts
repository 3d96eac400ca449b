// Plays a request case over real loopback sockets: the recorded calls on a connection that keeps the case's host and port
// but whose sockets lead to a server here. The nth socket gets the nth reply. An HTTPSConnection speaks TLS, to the server
// or through the tunnel, so that what is compared is what the far end decrypted and the name that it was asked for.

import { once } from 'node:events';
import net from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { jest } from '@jest/globals';
import { HTTPConnection, HTTPSConnection, type HTTPResponse } from '../../src/index.js';
import { certificates, leafFor } from '../support/certificates.js';
import type { Described, RequestCase } from './corpus.js';
import { reprBytes, reprText } from './python.js';

/** No case waits for nothing: this only bounds a defect. */
const TIMEOUT_MS = 4000;
/** How long the sockets must have been quiet, at the end of a case, for all to have been received. */
const QUIET_MS = 30;

/** What one call did that is not seen on the wire: the result that is logged, or what it threw. */
export type Logged = { readonly op: string; readonly result: string } | { readonly op: string; readonly error: unknown };

export interface PlayedRequest {
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** What each socket received. */
  readonly sent: readonly string[];
  readonly log: readonly Logged[];
  /** Where each socket was to lead to, and the TLS server name that it asked for: as the recording's log says it. */
  readonly opened: readonly string[];
  readonly stdout: string;
}

export async function playRequest(one: RequestCase): Promise<PlayedRequest> {
  const server = await serve(one);
  const opened: string[] = [];
  const log: Logged[] = [];
  const printed = capture();
  const options = {
    timeout: TIMEOUT_MS,
    blocksize: one.kwargs['blocksize'],
    maxHeaders: one.kwargs['max_response_headers'],
    createConnection: async ({ host, port }: { host: string; port: number }) => {
      opened.push(`connect ${host}:${port}`);
      const socket = net.connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
  };
  const [host, port] = one.args as [string, number | undefined];
  let connection: HTTPConnection;
  try {
    connection =
      one.cls === 'HTTPSConnection'
        ? new HTTPSConnection(host, port, { ...options, ca: (await certificates()).ca })
        : new HTTPConnection(host, port, options);
  } catch (error) {
    printed.end();
    await server.close();
    return { host: undefined, port: undefined, sent: [], log: [{ op: 'constructor', error }], opened, stdout: '' };
  }
  const state = { host: connection.host, port: connection.port };
  const perform = performer(connection);
  for (const [op, ...args] of one.ops) {
    try {
      const result = await perform(op, args);
      if (typeof result === 'string') log.push({ op, result });
    } catch (error) {
      log.push({ op, error });
    }
  }
  const stdout = printed.end();
  await server.settled();
  connection.close();
  const sent = server.received.map((bytes) => bytes.toString('latin1'));
  opened.push(...server.names.map((name) => `wrap_socket server_hostname=${reprText(name)}`));
  await server.close();
  return { ...state, sent, log, opened, stdout };
}

type Arguments = readonly unknown[];

/** The calls of the recordings as calls of ours. A string that comes back is a result to be logged. */
function performer(connection: HTTPConnection): (op: string, args: Arguments) => Promise<unknown> | unknown {
  let response: HTTPResponse | undefined;
  const operations: Record<string, (...args: Arguments) => unknown> = {
    request: (method, url, body, fields, kwargs) =>
      connection.request(
        method as string,
        url as string,
        bodyOf(body as Described),
        ((fields as [string, unknown][]) ?? []).map(([name, value]) => [name, argumentOf(value)]) as [string, string][],
        {
          encodeChunked: (kwargs as { encode_chunked?: boolean } | undefined)?.encode_chunked,
        },
      ),
    putrequest: (method, url, kwargs) => {
      const { skip_host, skip_accept_encoding } = (kwargs ?? {}) as { skip_host?: boolean; skip_accept_encoding?: boolean };
      connection.putrequest(method as string, url as string, { skipHost: skip_host, skipAcceptEncoding: skip_accept_encoding });
    },
    putheader: (...args) => connection.putheader(...(args.map(argumentOf) as [string])),
    endheaders: (body, kwargs) =>
      connection.endheaders(bodyOf((body ?? null) as Described), {
        encodeChunked: (kwargs as { encode_chunked?: boolean } | undefined)?.encode_chunked,
      }),
    send: (data) => connection.send(bodyOf(data as Described) as string),
    getresponse: async () => {
      response = await connection.getresponse();
    },
    read: async (amount) => `read -> ${reprBytes(await (response as HTTPResponse).read(amount as number | undefined))}`,
    close_response: () => response?.close(),
    set_tunnel: (host, port, headers) =>
      connection.set_tunnel(host as string, port as number | undefined, headers as [string, string][] | undefined),
    proxy_headers: () => {
      const items = connection.get_proxy_response_headers()?.items();
      return `proxy_headers -> ${items === undefined ? 'None' : `[${items.map(([name, value]) => `(${reprText(name)}, ${reprText(value)})`).join(', ')}]`}`;
    },
    set_debuglevel: (level) => connection.set_debuglevel(level as number),
    setattr: (name, value) => Object.assign(connection, { [name as string]: value }),
    connect: () => connection.connect(),
    close: () => connection.close(),
    // CPython's private state shows in what the calls after it do.
    state: () => undefined,
  };
  return (op, args) => {
    const operation = operations[op];
    if (operation === undefined) throw new Error(`no such call: ${op}`);
    return operation(...args);
  };
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** `{ b: text }` is a bytes object. */
function argumentOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'b' in value ? bytesOf(value.b as string) : value;
}

type Body = Parameters<HTTPConnection['request']>[2];

function bodyOf(described: Described): Body {
  if (described === null || described === undefined) return null;
  const [kind, value] = described;
  switch (kind) {
    case 'bytes':
    case 'bytearray':
      return bytesOf(value as string);
    case 'list':
      return (value as string[]).map(bytesOf);
    case 'iter':
      return (value as string[]).map(bytesOf).values();
    case 'binfile':
      return Readable.from([bytesOf(value as string)]);
    case 'textfile':
      return Readable.from([value as string]);
    default:
      return value as Body;
  }
}

/** Takes what is printed until end(). */
function capture(): { end(): string } {
  let text = '';
  const log = jest.spyOn(console, 'log').mockImplementation((...args: unknown[]) => void (text += `${args.join(' ')}\n`));
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((data) => {
    text += typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
    return true;
  });
  return {
    end: () => {
      log.mockRestore();
      write.mockRestore();
      return text;
    },
  };
}

interface ReplyServer {
  readonly port: number;
  readonly received: Buffer[];
  /** The TLS server names that were asked for. */
  readonly names: string[];
  /** Until nothing has come for a while. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

async function serve({ cls, ops, replies }: RequestCase): Promise<ReplyServer> {
  const sockets: net.Socket[] = [];
  const received: Buffer[] = [];
  const names: string[] = [];
  let lastAt = performance.now();
  const secureContext = cls === 'HTTPSConnection' ? tls.createSecureContext(await leafFor('example.com', 'dest.example')) : null;
  const tunnelled = ops.some(([name]) => name === 'set_tunnel');

  const server = net.createServer((raw) => {
    const number = sockets.push(raw) - 1;
    received[number] = Buffer.alloc(0);
    const reply = replies[number] ?? '';
    const parts = typeof reply === 'string' ? [reply] : [...reply];
    let unanswered = '';
    const converse = (socket: net.Socket): void => {
      socket.on('error', () => {});
      socket.on('data', (bytes: Buffer) => {
        lastAt = performance.now();
        received[number] = Buffer.concat([received[number] as Buffer, bytes]);
        unanswered += bytes.toString('latin1');
        while (unanswered.includes('\r\n\r\n')) {
          unanswered = unanswered.slice(unanswered.indexOf('\r\n\r\n') + 4);
          const part = parts.shift();
          // Python's fake socket ends behind its last byte: whoever asks again gets the end.
          if (part === undefined || part === '') socket.end();
          else socket.write(part, 'latin1');
          if (secureContext !== null && tunnelled && socket === raw) {
            raw.removeAllListeners('data');
            secure();
            return;
          }
        }
      });
    };
    const secure = (): void => {
      const socket = new tls.TLSSocket(raw, {
        isServer: true,
        secureContext: secureContext as tls.SecureContext,
        ALPNProtocols: ['http/1.1'],
      });
      socket.once('secure', () => names.push(String((socket as { servername?: string | false }).servername)));
      raw.on('error', () => {});
      converse(socket);
    };
    raw.setNoDelay(true);
    if (secureContext !== null && !tunnelled) secure();
    else converse(raw);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    received,
    names,
    settled: async () => {
      lastAt = performance.now();
      while (performance.now() - lastAt < QUIET_MS) await sleep(QUIET_MS / 3);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
