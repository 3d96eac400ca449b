// `headlong get`: one request for each URL, over as few connections as there are origins, each body streamed to its
// file or to standard output. A transfer that fails is reported and the next one follows.

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { HTTPConnection, type HTTPResponse, HTTPSConnection } from '../index.js';
import { explain } from './explain.js';
import { type CommandIO, EXIT, Failure, isClosed, messageOf, OutputClosed, UsageError } from './io.js';
import type { GetOptions, Transfer } from './options.js';
import { LARGE, type Progress, startProgress } from './progress.js';
import { VERSION } from './version.js';

/** Runs all transfers; the exit code. */
export async function get(options: GetOptions, io: CommandIO): Promise<number> {
  const connections = new Map<string, HTTPConnection>();
  let exitCode: number = EXIT.done;
  try {
    for (const transfer of options.transfers) {
      const started = performance.now();
      try {
        await run(transfer, connections, options, io);
      } catch (error) {
        if (error instanceof OutputClosed) break;
        if (error instanceof UsageError) throw error;
        exitCode = EXIT.failed;
        io.stderr.write(`headlong: ${transfer.name}: ${explain(error, performance.now() - started, options.maxTime)}\n`);
      }
    }
  } finally {
    for (const connection of connections.values()) connection.close();
  }
  return exitCode;
}

async function run(transfer: Transfer, connections: Map<string, HTTPConnection>, options: GetOptions, io: CommandIO): Promise<void> {
  const connection = connect(transfer, connections, options);
  // A proxy is told the whole URL, except where it only carries the bytes of a tunnel.
  const target = options.proxy !== null && !transfer.secure ? `http://${transfer.hostField}${transfer.target}` : transfer.target;
  const fields = fieldsOf(transfer, options);
  const encodeChunked = fields.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  const verbose = (mark: string, head: string): void => {
    if (options.verbose) io.stderr.write(Buffer.from(head.replace(/(.*)\r\n/g, `${mark} $1\n`), 'latin1'));
  };

  try {
    await connection.request(options.method, target, options.body, fields, {
      encodeChunked,
      onInformational: (head) => verbose('<', headText(head)),
    });
  } catch (error) {
    // What the library refuses to send came from the command line.
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(messageOf(error));
    throw error;
  }
  verbose('>', `${options.method} ${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  const response = await connection.getresponse();
  verbose('<', headText(response));
  await deliver(response, transfer, options, io);
}

function connect(transfer: Transfer, connections: Map<string, HTTPConnection>, options: GetOptions): HTTPConnection {
  const { proxy } = options;
  const key = transfer.secure ? `https://${transfer.hostField}` : proxy === null ? `http://${transfer.hostField}` : 'proxy';
  let connection = connections.get(key);
  if (connection !== undefined) return connection;
  const { host, port } = proxy ?? transfer.origin;
  const settings = { totalTimeout: options.maxTime };
  if (transfer.secure) {
    connection = new HTTPSConnection(host, port, {
      ...settings,
      rejectUnauthorized: !options.insecure,
      ...(options.ca === null ? {} : { ca: options.ca }),
    });
    if (proxy !== null) {
      const credentials: Record<string, string> = proxy.authorization === null ? {} : { 'Proxy-Authorization': proxy.authorization };
      connection.set_tunnel(transfer.origin.host, transfer.origin.port, credentials);
    }
  } else {
    connection = new HTTPConnection(host, port, settings);
  }
  connections.set(key, connection);
  return connection;
}

/** All fields of the request, so that nothing is sent that -v does not show. */
function fieldsOf(transfer: Transfer, { headers, method, body, proxy }: GetOptions): (readonly [string, string])[] {
  const isGiven = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted.toLowerCase());
  const own: [string, string | null][] = [
    ['Host', transfer.hostField],
    ['Proxy-Authorization', transfer.secure ? null : (proxy?.authorization ?? null)],
    ['Authorization', transfer.authorization],
    ['User-Agent', `headlong/${VERSION}`],
    ['Accept', '*/*'],
    ['Accept-Encoding', 'identity'],
    ['Content-Type', body === null ? null : 'application/x-www-form-urlencoded'],
    ['Content-Length', isGiven('transfer-encoding') ? null : lengthOf(method, body)],
  ];
  // Host stands first, whoever gave it (RFC 9110 7.2).
  const all = [...own.filter(([name]) => !isGiven(name)), ...headers].filter((field): field is [string, string] => field[1] !== null);
  const isHost = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'host';
  return [...all.filter(isHost), ...all.filter((field) => !isHost(field))];
}

function lengthOf(method: string, body: Uint8Array | null): string | null {
  if (body !== null) return String(body.length);
  return method === 'POST' || method === 'PUT' || method === 'PATCH' ? '0' : null;
}

interface Head {
  readonly version: number;
  readonly status: number;
  readonly reason: string;
  readonly headers: Iterable<readonly [string, string]>;
}

function headText({ version, status, reason, headers }: Head): string {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.${version - 10} ${status} ${reason}\r\n${lines.join('')}\r\n`;
}

/** Writes head and body to where they belong, as fast as they are taken. */
async function deliver(response: HTTPResponse, transfer: Transfer, options: GetOptions, io: CommandIO): Promise<void> {
  let progress: Progress | null = null;
  // Both sides of a pipeline fail in the same way; this one is the response's.
  let broken: { error: unknown } | null = null;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      if (options.include || options.headOnly) yield Buffer.from(headText(response), 'latin1');
      // A body that nobody wants (-I with another method than HEAD) is not waited for.
      if (options.headOnly) return response.close();
      if (isShown(response, transfer, io)) progress = await startProgress(io.stderr, transfer.output ?? transfer.name, response.length);
      for await (const piece of response.chunks()) {
        yield piece;
        progress?.add(piece.length);
      }
    } catch (error) {
      broken = { error };
      throw error;
    }
  }
  try {
    if (transfer.output === null) await pipeline(bytes, io.stdout, { end: false });
    else await pipeline(bytes, createWriteStream(transfer.output));
  } catch (error) {
    // What is unread would stand before the answer to the next transfer.
    response.close();
    if (broken !== null) throw (broken as { error: unknown }).error;
    if (transfer.output !== null) throw new Failure(`${messageOf(error)}: give -o the name of a file that can be written`);
    if (isClosed(error)) throw new OutputClosed();
    throw new Failure(`standard output: ${messageOf(error)}`);
  } finally {
    (progress as Progress | null)?.stop();
  }
}

/** Whether a bar would stand on a terminal of its own, and there is something to wait for. */
function isShown(response: HTTPResponse, transfer: Transfer, { stdout, stderr }: CommandIO): boolean {
  if (stderr.isTTY !== true) return false;
  return transfer.output !== null || (stdout.isTTY !== true && (response.length ?? 0) >= LARGE);
}
