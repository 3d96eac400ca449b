// What the ports of CPython's own tests share. Its suite feeds a response object from a fake socket, and looks at what a
// fake socket was given; here a loopback server takes the fake's place in both directions, so the whole client is in every
// test. Whatever is opened through this file is closed after the test.

import net from 'node:net';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, jest } from '@jest/globals';
import { HTTPConnection, type ConnectionOptions, type HTTPResponse } from '../../src/index.js';
import { startServer, type Answer, type Script, type ServerOptions, type TestServer } from '../support/server.js';

const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

export async function server(
  script: Script | Answer | ((connection: number) => Script | Answer),
  options?: ServerOptions,
): Promise<TestServer> {
  const started = await startServer(script, options);
  opened.push(() => started.close());
  return started;
}

/** Closes `connection` after the test. */
export function closing<Connection extends HTTPConnection>(connection: Connection): Connection {
  opened.push(() => connection.close());
  return connection;
}

/** A connection to `at` that believes to talk to `host`. */
export function connectionTo(at: TestServer, host = 'example.com', options: ConnectionOptions = {}): HTTPConnection {
  const createConnection = async (): Promise<net.Socket> => {
    const socket = net.connect(at.port, at.host);
    await once(socket, 'connect');
    return socket;
  };
  return closing(new HTTPConnection(host, { ...options, createConnection }));
}

export interface Answered {
  readonly connection: HTTPConnection;
  readonly response: HTTPResponse;
}

/** The response to one request, from a server that answers with these bytes and then closes, unless `then` says otherwise. */
export async function answered(
  raw: string,
  { method = 'GET', then = 'close', ...options }: ConnectionOptions & { method?: string; then?: Script['then'] } = {},
): Promise<Answered> {
  const at = await server({ answers: [raw], then, at: 'head' });
  const connection = connectionTo(at, 'example.com', options);
  await connection.request(method, '/');
  return { connection, response: await connection.getresponse() };
}

export async function responseTo(raw: string, options?: Parameters<typeof answered>[1]): Promise<HTTPResponse> {
  return (await answered(raw, options)).response;
}

/** The request line, the fields and the body of what the calls sent. */
export interface SentRequest {
  readonly text: string;
  readonly line: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  get(name: string): string | undefined;
}

/** What `calls` make a connection send, all of it; the connection is closed afterwards. */
export async function sentBy(
  calls: (connection: HTTPConnection) => Promise<unknown>,
  host?: string,
  options?: ConnectionOptions,
): Promise<SentRequest> {
  const at = await server({ then: 'wait' });
  const connection = connectionTo(at, host, options);
  await calls(connection);
  connection.close();
  while (at.sockets.length === 0) await new Promise(setImmediate);
  const socket = at.sockets[0] as net.Socket;
  if (!socket.closed) await once(socket, 'close');
  return split((at.received[0] as Buffer).toString('latin1'));
}

function split(text: string): SentRequest {
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...lines] = text.slice(0, end).split(/\r\n(?![ \t])/);
  const fields = lines.map((one): [string, string] => [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 2)]);
  const get = (name: string): string | undefined => fields.find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
  return { text, line, fields, body: text.slice(end + 4), get };
}

/** The data of a chunked body, each chunk checked against its size. */
export function unchunked(body: string): string {
  let data = '';
  for (let at = 0; ;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = parseInt(body.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (Number.isNaN(size) || body.slice(end, end + 2) !== '\r\n') throw new Error(`not chunked: ${JSON.stringify(body)}`);
    if (size === 0) return data;
    data += body.slice(lineEnd + 2, end);
    at = end + 2;
  }
}

/** An open file with this content. */
export async function fileWith(content: string | Uint8Array): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'headlong-'));
  opened.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), content);
  const file = await open(join(folder, 'file'));
  opened.push(() => file.close());
  return file;
}

/** The lines that `calls` print on standard output. */
export async function printedBy(calls: () => Promise<unknown>): Promise<string[]> {
  let text = '';
  const log = jest.spyOn(console, 'log').mockImplementation((...args: unknown[]) => void (text += `${args.join(' ')}\n`));
  try {
    await calls();
  } finally {
    log.mockRestore();
  }
  return text.split(/\r?\n/);
}

/** A stream in place of a socket that keeps every write apart, and answers the first one with `reply`. */
export function recorder(reply = ''): { readonly stream: Duplex; readonly writes: string[] } {
  const writes: string[] = [];
  const stream = new Duplex({
    read() {},
    write(data: Buffer, _encoding, done) {
      if (writes.push(data.toString('latin1')) === 1 && reply !== '') stream.push(reply, 'latin1');
      done();
    },
  });
  return { stream, writes };
}
