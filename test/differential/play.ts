// Plays a response case over a real loopback socket: a server that sends exactly the recorded bytes in the recorded
// segments and then closes, keeps silent or resets; a client that makes the recorded calls. What came of it is returned as
// a value; what it should have been is compared elsewhere.

import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { HTTPConnection, type HTTPResponse } from '../../src/index.js';
import type { ResponseCase } from './corpus.js';

/** The client's time limit where the server keeps silent in the end: most of these cases run into it. */
const SILENCE_MS = 1000;
/** Elsewhere it only bounds a defect. */
const TIMEOUT_MS = 10_000;
/** Between the last byte and a reset, so that the bytes are read before they are lost. */
const BEFORE_RESET_MS = 50;
/** How long to look for a request that may have gone into a dying socket. */
const NEXT_REQUEST_MS = 500;

export interface Played {
  /** Null when getresponse() threw. */
  readonly head: {
    readonly status: number;
    readonly reason: string;
    readonly version: number;
    readonly headers: [string, string][];
    readonly will_close: boolean;
  } | null;
  /** What was thrown, by getresponse() or while reading. */
  readonly error: unknown;
  /** What each call of the strategy returned. */
  readonly pieces: readonly Buffer[];
  /** What the next putrequest() threw, or null. */
  readonly nextError: unknown;
  /** Whether the next request went out on the connection of the first. */
  readonly reused: boolean;
}

export async function play(one: ResponseCase): Promise<Played> {
  const server = await serve(one);
  const connection = new HTTPConnection('127.0.0.1', server.port, { timeout: one.eof === 'block' ? SILENCE_MS : TIMEOUT_MS });
  let head: Played['head'] = null;
  let error: unknown = null;
  const pieces: Buffer[] = [];
  try {
    await connection.request(one.method, '/');
    const response = await connection.getresponse();
    head = {
      status: response.status,
      reason: response.reason,
      version: response.version,
      headers: response.getheaders(),
      will_close: response.will_close,
    };
    await read(response, one.read, pieces);
  } catch (thrown) {
    error = thrown;
  }
  let nextError: unknown = null;
  let reused = false;
  try {
    connection.putrequest('GET', '/next');
    reused = await server.nextOnFirst(connection.endheaders());
  } catch (thrown) {
    nextError = thrown;
  }
  connection.close();
  await server.close();
  return { head, error, pieces, nextError, reused };
}

/** Reads the body by the strategy of the case; a piece is kept as soon as it is there, so that an error leaves those before it. */
async function read(response: HTTPResponse, strategy: string, pieces: Buffer[]): Promise<void> {
  const [name, amount] = strategy.split(':');
  const n = amount === undefined ? undefined : Number(amount);
  const untilEmpty = async (one: () => Promise<Buffer>): Promise<void> => {
    let piece;
    do pieces.push((piece = await one()));
    while (piece.length > 0);
  };
  switch (name) {
    case 'none':
      return;
    case 'all':
      pieces.push(await response.read());
      return;
    case 'amtonce':
      pieces.push(await response.read(n));
      return;
    case 'amt':
      return untilEmpty(() => response.read(n));
    case 'readinto':
      return untilEmpty(async () => {
        const view = Buffer.alloc(n as number);
        return view.subarray(0, await response.readinto(view));
      });
    case 'read1':
      return untilEmpty(() => response.read1(n));
    case 'readline':
      return untilEmpty(() => response.readline(n));
    case 'iter':
      for await (const line of response) pieces.push(line);
      return;
    case 'peekread':
      return untilEmpty(async () => {
        const ahead = await response.peek(n);
        const piece = await response.read(ahead.length === 0 ? n : ahead.length);
        if (!ahead.subarray(0, piece.length).equals(piece))
          throw new Error(`peek() showed ${ahead.toString('latin1')}, read() gave ${piece.toString('latin1')}`);
        return piece;
      });
    default:
      throw new Error(`no such way to read: ${strategy}`);
  }
}

interface CaseServer {
  readonly port: number;
  /** Whether a request for /next that is being `sent` arrives on the first connection; false also if it is lost. */
  nextOnFirst(sent: Promise<unknown>): Promise<boolean>;
  close(): Promise<void>;
}

async function serve(one: ResponseCase): Promise<CaseServer> {
  const sockets: net.Socket[] = [];
  let arrived: (onFirst: boolean) => void = () => {};
  const next = new Promise<boolean>((resolve) => (arrived = resolve));
  const server = net.createServer((socket) => {
    const number = sockets.push(socket) - 1;
    let received = '';
    let answered = false;
    socket.setNoDelay(true);
    // The client may go away at any moment: that is what half of the cases are about.
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      if (received.includes('GET /next ')) arrived(number === 0);
      if (number > 0 || answered || !received.includes('\r\n\r\n')) return;
      answered = true;
      void answer(socket, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    nextOnFirst: async (sent) => {
      // That the next request could be started is what is compared; the dying socket may refuse it afterwards.
      sent.catch(() => {});
      const stop = new AbortController();
      const onFirst = await Promise.race([next, sleep(NEXT_REQUEST_MS, false, stop)]);
      stop.abort();
      return onFirst;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(socket: net.Socket, { raw, seg, eof }: ResponseCase): Promise<void> {
  const bytes = Buffer.from(raw, 'latin1');
  const size = seg || bytes.length || 1;
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    if (at > 0) await turn();
    socket.write(bytes.subarray(at, at + size));
  }
  if (eof === 'close') socket.end();
  if (eof === 'reset') {
    await sleep(BEFORE_RESET_MS);
    socket.resetAndDestroy();
  }
}
