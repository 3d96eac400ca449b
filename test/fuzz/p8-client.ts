// P8, the client: what headlong/parser makes of the bytes of a response, HTTPConnection makes of them over a socket, in whatever pieces they
// come and with whatever calls they are read; and afterwards the connection serves another request.

import { once } from 'node:events';
import net from 'node:net';
import * as fc from 'fast-check';
import { HTTPConnection, type HTTPResponse } from '../../src/index.js';
import { play, type Played, type Script } from '../parser/play.js';
import { latin1, makeTokeniser } from '../support/engines.js';
import { byteByByte, prng, randomSplit } from '../support/splits.js';
import { wire } from './inputs.js';
import { same, Violation, type Property } from './property.js';
import { showScript } from './show.js';

interface Input {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly bytes: Uint8Array;
  /** Of the pieces and of the reading calls. */
  readonly seed: number;
}

const PATIENCE_MS = 3000;
const AGAIN = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain';

const tokeniser = makeTokeniser({ name: 'simd' });

/** The server, started at first use; it answers the first request of a connection with the pieces, and closes. */
let server: net.Server | null = null;
let pieces: readonly Uint8Array[] = [];

async function listening(): Promise<number> {
  if (server === null) {
    server = net.createServer((socket) => void serve(socket).catch(() => socket.destroy()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return (server.address() as net.AddressInfo).port;
}

async function serve(socket: net.Socket): Promise<void> {
  socket.setNoDelay(true);
  // The client may be gone while this one still writes.
  socket.on('error', () => undefined);
  const [request] = (await once(socket, 'data')) as [Buffer];
  if (request.includes('/again')) return void socket.end(AGAIN);
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.end();
}

/** Reads to the end by calls in random order; what came, and the error. */
async function read(response: HTTPResponse, random: () => number): Promise<{ body: string; error: unknown }> {
  let body = '';
  const below = (limit: number): number => Math.floor(random() * limit);
  const view = Buffer.alloc(1 + below(300));
  const calls: (() => Promise<Uint8Array>)[] = [
    () => response.read(),
    () => response.read(1 + below(20)),
    () => response.read1(1 + below(50)),
    () => response.readline(),
    () => response.readline(1 + below(9)),
    async () => view.subarray(0, await response.readinto(view)),
    async () => view.subarray(0, await response.readinto1(view)),
    async () => {
      const seen = latin1(await response.peek(1 + below(30)));
      const piece = await response.read1(1 + below(30));
      if (!seen.startsWith(latin1(piece)) && !latin1(piece).startsWith(seen))
        throw new Violation('what peek() showed is not what came', { seen, piece: latin1(piece) });
      return piece;
    },
  ];
  try {
    while (!response.closed) body += latin1(await (calls[below(calls.length)] as (typeof calls)[number])());
    return { body, error: null };
  } catch (error) {
    if (error instanceof Violation) throw error;
    const partial = (error as { partial?: Uint8Array }).partial ?? new Uint8Array(0);
    return { body: body + latin1(partial), error };
  }
}

const nameOf = (error: unknown): string | null => (error === null ? null : (error as Error).name);

/** What happened, in the words that both have. */
interface Story {
  readonly head: unknown;
  readonly body: string;
  readonly trailers: unknown;
  readonly error: string | null;
}

/** Also whether bytes follow the response: what becomes of them depends on when they come. */
interface Expected {
  readonly story: Story;
  readonly excess: boolean;
}

/** What the parser makes of the response to one request. */
function expected({ method, bytes }: Input): Expected {
  const script: Script = { kind: 'response', bytes, requests: [{ method }], closes: true };
  const { messages, error, places } = play(script, tokeniser, byteByByte(bytes.length));
  const n = messages.findIndex(({ interim }) => !interim);
  const message = messages[n];
  if (message === undefined) return { story: { head: null, body: '', trailers: null, error: nameOf(error) }, excess: false };
  const excess = message.complete && (places[n]?.end ?? 0) < bytes.length;
  return { story: { ...told(message), error: message.complete ? null : nameOf(error) }, excess };
}

function told({ status, reason, version, headers, framing, body, trailers }: Played): Omit<Story, 'error'> {
  return { head: [status, reason, version, headers, framing.kind], body, trailers };
}

async function check(input: Input): Promise<void> {
  const { method, bytes, seed } = input;
  const random = prng(seed);
  const cuts = [0, ...randomSplit(bytes.length, random), bytes.length];
  pieces = cuts.slice(1).map((to, n) => bytes.subarray(cuts[n], to));
  tokeniser.templates.fill(null);
  const { story, excess } = expected(input);
  await using connection = new HTTPConnection('127.0.0.1', await listening(), { timeout: PATIENCE_MS });
  let got: Story;
  try {
    await connection.request(method, '/', method === 'POST' ? 'x' : null);
    const response = await connection.getresponse();
    const { status, reason, version, headers, framing } = response;
    const { body, error } = await read(response, random);
    const trailers = response.trailers?.items() ?? null;
    got = {
      head: [status, reason, version, headers.items(), framing.kind],
      body,
      trailers: error === null ? trailers : null,
      error: nameOf(error),
    };
  } catch (error) {
    if (error instanceof Violation) throw error;
    got = { head: null, body: '', trailers: null, error: nameOf(error) };
  }
  same('the client tells another story than the parser', story, got, { method, cuts: cuts.slice(1, -1) });
  // Bytes that follow a response may come when the next request is out already, and then nobody can tell them from its answer.
  if (excess) return;
  await connection.request('GET', '/again');
  same('the next request is answered otherwise', 'again', latin1(await (await connection.getresponse()).read()));
}

export const client: Property<Input> = {
  id: 'P8',
  title: 'the client says what the parser says',
  inputs: fc.record({
    method: fc.constantFrom<Input['method']>('GET', 'GET', 'GET', 'HEAD', 'POST'),
    bytes: wire('response'),
    seed: fc.nat(),
  }),
  check,
  show: ({ method, bytes }) => showScript({ kind: 'response', bytes, requests: [{ method }], closes: true }),
  close: async () => {
    server?.close();
    server = null;
  },
};
