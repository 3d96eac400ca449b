// What is interrupted: requests of every kind, over every kind of connection, and the one server that answers all of them.
// Each answer names its request, so that no request can be given another's without being noticed.

import { Readable } from 'node:stream';
import { HTTPSConnection, HTTPConnection, PoolManager, type HTTPResponse, type PoolRequestOptions } from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import { startProxy, type TestServer } from '../support/server.js';
import { afterwards, chunked, loopback, serve, sized, type Peer, type Served } from '../client/harness.js';
import type { Steps } from './steps.js';

/** How the server is reached. */
export type Route = 'plain' | 'TLS' | 'plain tunnel' | 'TLS tunnel';

/** A server, and what it has answered so far. */
export interface World {
  readonly route: Route;
  readonly ca: string;
  readonly at: Served;
  readonly proxy: TestServer | null;
  /** The targets whose answers were begun to be sent as far as their last byte. */
  readonly answered: Set<string>;
}

/** Answers by what the target begins with; a target is asked for once. */
async function answerAll(peer: Peer, answered: Set<string>): Promise<void> {
  for (let served = 0; ; served++) {
    const head = await peer.head();
    const [, method, target = ''] = /^(\S+) (\S+) /.exec(head) ?? [];
    if (method === 'CONNECT') {
      await peer.write('HTTP/1.1 200 Connection established\r\n\r\n');
      served = -1;
      continue;
    }
    // A connection that has grown stale takes the request and is gone.
    if (target.startsWith('/stale') && served > 0) return void peer.socket.destroy();
    if (target.startsWith('/expect')) await peer.write('HTTP/1.1 103 Early Hints\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n');
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    let body = '';
    if (length !== undefined) body = await peer.take(Number(length));
    else if (/^transfer-encoding: chunked/im.test(head)) {
      await peer.until('\r\n0\r\n');
      for (let line = await peer.until('\r\n'); line !== '\r\n'; line = await peer.until('\r\n')) body += line;
    }
    const pieces = target.startsWith('/chunked')
      ? [...chunked([`${answerTo(target)}\n`, 'line\n', 'x'.repeat(3000)], 'T: x\r\n').match(/[^]{1,700}/g)!]
      : [sized(target.startsWith('/upload') ? `${answerTo(target)} ${length ?? body}` : answerTo(target))];
    if (target.startsWith('/switch')) {
      answered.add(target);
      await peer.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
      await peer.write(await peer.until('.'));
      continue;
    }
    await peer.write(...pieces.slice(0, -1));
    answered.add(target);
    await peer.write(pieces.at(-1)!);
  }
}

export const answerTo = (target: string): string => `answer to ${target}`;

export async function makeWorld(route: Route): Promise<World> {
  const { ca, good } = await certificates();
  const answered = new Set<string>();
  const at = await serve((peer) => answerAll(peer, answered), route.startsWith('TLS') ? good : undefined);
  const proxy = route === 'TLS tunnel' ? await startProxy({ target: at.port }) : null;
  if (proxy !== null) afterwards(() => proxy.close());
  return { route, ca, at, proxy, answered };
}

/** What a scenario plays with: a connection or a pool, which are asked in the same way. */
export interface Client {
  /** Sends, and waits for the head. Each await is a step. */
  ask(steps: Steps, method: string, path: string, options?: PoolRequestOptions): Promise<HTTPResponse>;
  /** The sockets that may be alive when nothing is under way. */
  readonly kept: number;
  close(): void;
  readonly connection: HTTPConnection | null;
  readonly pool: PoolManager | null;
}

export function connectionClient({ route, ca, at, proxy }: World, steps: Steps): Client {
  const { host, port } = proxy ?? at;
  const options = {
    lookup: steps.callback('lookup', loopback as (...args: unknown[]) => void) as typeof loopback,
    timeout: 5000,
  };
  const connection = route.startsWith('TLS')
    ? new HTTPSConnection('localhost', port, { ca, ...options })
    : new HTTPConnection('localhost', port, options);
  if (route === 'TLS tunnel') connection.set_tunnel('localhost', at.port);
  if (route === 'plain tunnel') connection.set_tunnel(host, 80);
  return {
    async ask(its, method, path, { body, headers, ...rest } = {}) {
      await its.wait('request()', () => connection.request(method, path, body ?? null, headers ?? null, rest));
      return its.wait('getresponse()', () => connection.getresponse());
    },
    get kept() {
      return connection.sock === null ? 0 : 1;
    },
    close: () => connection.close(),
    connection,
    pool: null,
  };
}

export function poolClient({ route, ca, at, proxy }: World, steps: Steps): Client {
  const pool = new PoolManager({
    ca,
    connections: 1,
    timeout: 5000,
    lookup: steps.callback('lookup', loopback as (...args: unknown[]) => void) as typeof loopback,
    ...(proxy === null ? null : { proxy: `http://${proxy.host}:${proxy.port}` }),
  });
  const start = `${route.startsWith('TLS') ? 'https' : 'http'}://localhost:${at.port}`;
  return {
    ask: (its, method, path, options) => its.wait('pool.request()', () => pool.request(method, start + path, options)),
    get kept() {
      return pool.stats.idle;
    },
    close: () => pool.destroy(),
    connection: null,
    pool,
  };
}

/** A body's source, and what became of it. */
export interface Source {
  begun: boolean;
  exhausted: boolean;
  /** It was told that nobody reads on. */
  released: boolean;
  /** A stream has to be destroyed even if nobody has begun to read it. */
  readonly stream: Readable | null;
}

/** One run of a scenario. */
export interface Run {
  readonly scenario: Scenario;
  /** The target of the request that is interrupted. */
  readonly target: string;
  readonly client: Client;
  readonly steps: Steps;
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  /** What every target of this run ends with. */
  readonly id: string;
  readonly sources: Source[];
  /** Every response so far. */
  readonly responses: HTTPResponse[];
}

export interface Scenario {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly clients: readonly ('connection' | 'pool')[];
  /** A first request, which is not interrupted, so that the connection is open; what fails on it may be sent once more. */
  readonly reused?: boolean;
  /** The calls take no signal. */
  readonly noSignal?: boolean;
  /** The target of the request that is interrupted. */
  readonly target: string;
  play(run: Run): Promise<string>;
  /** What play() comes back with if nothing interrupts it. */
  readonly expected: (target: string) => string;
}

const ALL: readonly Route[] = ['plain', 'TLS', 'plain tunnel', 'TLS tunnel'];
const DIRECT: readonly Route[] = ['plain', 'TLS'];
const PLAIN: readonly Route[] = ['plain'];
const BOTH = ['connection', 'pool'] as const;

/** Sends the request to be interrupted; the response is noted. */
async function ask(run: Run, method: string, path: string, options: PoolRequestOptions = {}): Promise<HTTPResponse> {
  const response = await run.client.ask(run.steps, method, path + run.id, { ...options, signal: run.signal });
  run.responses.push(response);
  return response;
}

async function whole(run: Run, response: HTTPResponse): Promise<string> {
  return String(await run.steps.wait('read()', () => response.read()));
}

/** An iterable of `pieces` whose every call is a step. */
function source({ steps, sources }: Run, pieces: readonly string[]): AsyncIterable<string> {
  const its: Source = { begun: false, exhausted: false, released: false, stream: null };
  sources.push(its);
  let at = 0;
  return {
    [Symbol.asyncIterator]: steps.callback('[Symbol.asyncIterator]()', () => ({
      next: steps.callback('next()', async (): Promise<IteratorResult<string>> => {
        its.begun = true;
        await Promise.resolve();
        if (at < pieces.length) return { done: false, value: pieces[at++] as string };
        its.exhausted = true;
        return { done: true, value: undefined };
      }),
      return: async (): Promise<IteratorResult<string>> => {
        its.released = true;
        steps.around('user', 'return()', null, () => undefined);
        return { done: true, value: undefined };
      },
    })),
  };
}

function stream(run: Run, pieces: readonly string[]): Readable {
  let at = 0;
  const readable = new Readable({
    read: run.steps.callback('_read()', () => void readable.push(at < pieces.length ? (pieces[at++] as string) : null)),
  });
  run.sources.push({ begun: true, exhausted: false, released: false, stream: readable });
  return readable;
}

/** More than a socket takes at once. */
const LARGE = Buffer.alloc(300_000, 'x');

export const scenarios: readonly Scenario[] = [
  {
    name: 'GET',
    routes: ALL,
    clients: BOTH,
    target: '/get',
    play: async (run) => whole(run, await ask(run, 'GET', '/get')),
    expected: answerTo,
  },
  {
    name: 'GET on an open connection',
    routes: DIRECT,
    clients: BOTH,
    reused: true,
    target: '/get',
    play: async (run) => whole(run, await ask(run, 'GET', '/get')),
    expected: answerTo,
  },
  {
    name: 'GET on a connection that has grown stale',
    routes: DIRECT,
    clients: BOTH,
    reused: true,
    target: '/stale',
    play: async (run) => whole(run, await ask(run, 'GET', '/stale')),
    expected: answerTo,
  },
  {
    name: 'PUT of bytes, more than the socket takes, on a connection that has grown stale',
    routes: PLAIN,
    clients: BOTH,
    reused: true,
    target: '/stale-upload',
    play: async (run) => whole(run, await ask(run, 'PUT', '/stale-upload', { body: LARGE })),
    expected: answerTo,
  },
  {
    name: 'upload of bytes',
    routes: DIRECT,
    clients: BOTH,
    target: '/upload',
    play: async (run) => whole(run, await ask(run, 'POST', '/upload', { body: LARGE })),
    expected: (target) => `${answerTo(target)} ${LARGE.length}`,
  },
  {
    name: 'upload of an iterable, with trailers',
    routes: PLAIN,
    clients: BOTH,
    target: '/upload',
    play: async (run) =>
      whole(run, await ask(run, 'POST', '/upload', { body: source(run, ['one', 'x'.repeat(50_000), 'two']), trailers: { T: 'end' } })),
    expected: (target) => `${answerTo(target)} T: end\r\n`,
  },
  {
    name: 'upload of a stream',
    routes: PLAIN,
    clients: BOTH,
    target: '/upload',
    play: async (run) => whole(run, await ask(run, 'POST', '/upload', { body: stream(run, ['one', 'two', 'three']) })),
    expected: (target) => `${answerTo(target)} `,
  },
  {
    name: 'upload that waits for a 100',
    routes: PLAIN,
    clients: BOTH,
    target: '/expect',
    play: async (run) =>
      whole(
        run,
        await ask(run, 'POST', '/expect', {
          body: 'body',
          expectContinue: 5000,
          onInformational: run.steps.callback('onInformational', () => undefined),
        }),
      ),
    expected: answerTo,
  },
  {
    name: 'download in parts',
    routes: DIRECT,
    clients: BOTH,
    target: '/chunked',
    async play(run) {
      const { steps } = run;
      const response = await ask(run, 'GET', '/chunked');
      let got = String(await steps.wait('readline()', () => response.readline()));
      got += String(await steps.wait('read(n)', () => response.read(3)));
      got += String(await steps.wait('read1()', () => response.read1(1)));
      const view = Buffer.alloc(500);
      got += view.toString('latin1', 0, await steps.wait('readinto()', () => response.readinto(view)));
      for (let piece = null; piece?.length !== 0; got += String(piece)) piece = await steps.wait('read(n)', () => response.read(999));
      return `${got} ${response.trailers?.get('t')}`;
    },
    expected: (target) => `${answerTo(target)}\nline\n${'x'.repeat(3000)} x`,
  },
  {
    name: 'download as a stream',
    routes: PLAIN,
    clients: BOTH,
    target: '/chunked',
    async play(run) {
      const response = await ask(run, 'GET', '/chunked');
      let got = '';
      for await (const piece of response.stream()) got += String(run.steps.around('caller', 'a piece', null, () => piece as Buffer));
      return got;
    },
    expected: (target) => `${answerTo(target)}\nline\n${'x'.repeat(3000)}`,
  },
  {
    name: 'low-level calls',
    routes: PLAIN,
    clients: ['connection'],
    noSignal: true,
    target: '/upload',
    async play(run) {
      const { steps } = run;
      const connection = run.client.connection!;
      connection.putrequest('POST', `/upload${run.id}`);
      connection.putheader('Content-Length', 8);
      await steps.wait('endheaders()', () => connection.endheaders());
      await steps.wait('send()', () => connection.send(Buffer.from('1234')));
      await steps.wait('send()', () => connection.send(Readable.from([Buffer.from('56'), Buffer.from('78')])));
      const response = await steps.wait('getresponse()', () => connection.getresponse());
      run.responses.push(response);
      return whole(run, response);
    },
    expected: (target) => `${answerTo(target)} 8`,
  },
  {
    name: 'another protocol',
    routes: DIRECT,
    clients: BOTH,
    target: '/switch',
    async play(run) {
      const response = await ask(run, 'GET', '/switch', { upgrade: 'echo' });
      const { socket, head } = response.detach();
      try {
        socket.write('hello.');
        let got = String(head);
        for await (const piece of socket) {
          got += String(piece);
          if (got.endsWith('.')) break;
        }
        return got;
      } finally {
        socket.destroy();
      }
    },
    expected: () => 'hello.',
  },
  {
    name: 'a request that waits for the one before',
    routes: PLAIN,
    clients: ['pool'],
    reused: true,
    target: '/get',
    async play(run) {
      const { steps, client } = run;
      const first = client.ask(steps, 'GET', `/chunked-first${run.id}`).then(async (response) => {
        run.responses.push(response);
        return String(await steps.wait('the first read()', () => response.read()));
      });
      const second = ask(run, 'GET', '/get').then((response) => whole(run, response));
      // Both to their end, whatever becomes of the other.
      await Promise.allSettled([first, second]);
      const [before, got] = [await first, await second];
      return `${before.slice(0, before.indexOf('\n') + 1)}${got}`;
    },
    expected: (target) => `${answerTo(target.replace('/get', '/chunked-first'))}\n${answerTo(target)}`,
  },
];
