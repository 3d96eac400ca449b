// AbortSignal at every await: the pending call rejects with signal.reason itself, the socket is destroyed, the signal keeps no
// listener, and the connection serves the next request.
// How a time limit ends a call is for timeouts.test.ts.

import { getEventListeners, once } from 'node:events';
import net from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, HTTPException, type HTTPResponse } from '../../src/index.js';
import {
  again,
  afterwards,
  connectionTo,
  eventually,
  expectUsable,
  rejection,
  serve,
  serveEach,
  sized,
  sleep,
  soon,
  type Peer,
  peerOf,
} from './harness.js';

const never = new Promise<never>(() => {});
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

/** What a signal may be aborted with: it comes out as it is. */
const reasons: readonly [name: string, reason: unknown][] = [
  ['the default reason', undefined],
  ['an error', new Error('enough')],
  ['a string', 'enough'],
  ['null', null],
  ['an object with a partial of its own', { partial: 'mine' }],
  ['an exception of ours', new HTTPException('enough')],
];

async function* stuck(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
  await never;
}

interface Phase {
  /** Starts what is to be aborted, with the promise that it has come as far as `name` says. */
  start(signal: AbortSignal): Promise<{ pending: Promise<unknown>; connection: HTTPConnection; first: Peer | null }>;
}

const phases: Record<string, Phase> = {
  'while a name is looked up': {
    async start(signal) {
      const at = await serve(again);
      let asked = 0;
      const connection = new HTTPConnection('name.test', at.port, {
        lookup: (_host, options, callback) => {
          if (asked++ > 0)
            (callback as (...args: unknown[]) => void)(null, options.all === true ? [{ address: at.host, family: 4 }] : at.host, 4);
        },
      });
      afterwards(() => connection.close());
      const pending = connection.request('GET', '/', null, null, { signal });
      await eventually(() => asked === 1);
      return { pending, connection, first: null };
    },
  },
  'while the stream is being made': {
    async start(signal) {
      const at = await serve(again);
      let made = 0;
      const connection = connectionTo(at, { createConnection: () => (made++ === 0 ? never : net.connect(at.port, at.host)) });
      const pending = connection.request('GET', '/', null, null, { signal });
      await eventually(() => made === 1);
      return { pending, connection, first: null };
    },
  },
  'while getresponse() waits for the connection': {
    async start(signal) {
      const at = await serve(again);
      let made = 0;
      const connection = connectionTo(at, { createConnection: () => (made++ === 0 ? never : net.connect(at.port, at.host)) });
      connection.request('GET', '/', null, null, { signal }).catch(() => {});
      const pending = connection.getresponse();
      await eventually(() => made === 1);
      return { pending, connection, first: null };
    },
  },
  'while uploading against a full socket': {
    async start(signal) {
      const at = await serveEach((peer) => void peer.socket.pause(), again);
      const connection = connectionTo(at);
      const pending = connection.request('POST', '/', Buffer.alloc(32 << 20), null, { signal });
      pending.catch(() => {});
      await eventually(() => at.peers.length === 1 && (connection.sock?.writableLength ?? 0) > 0);
      // A peer that reads nothing does not see the end either.
      return { pending, connection, first: null };
    },
  },
  'while the next piece of the upload does not come': {
    async start(signal) {
      const at = await serveEach(() => never, again);
      const connection = connectionTo(at);
      const pending = connection.request('POST', '/', stuck(), null, { signal });
      pending.catch(() => {});
      await eventually(() => at.peers[0]?.received.includes('x\r\n') === true);
      return { pending, connection, first: peerOf(at) };
    },
  },
  'while waiting for a 100': {
    async start(signal) {
      const at = await serveEach(() => never, again);
      const connection = connectionTo(at);
      const pending = connection.request('POST', '/', 'body', null, { signal, expectContinue: 60_000 });
      pending.catch(() => {});
      await eventually(() => at.peers[0]?.received.includes('\r\n\r\n') === true);
      return { pending, connection, first: peerOf(at) };
    },
  },
  'while waiting for the head': {
    async start(signal) {
      const at = await serveEach((peer) => peer.head(), again);
      const connection = connectionTo(at);
      await connection.request('GET', '/', null, null, { signal });
      const pending = connection.getresponse();
      await eventually(() => at.peers[0]?.received.includes('\r\n\r\n') === true);
      return { pending, connection, first: peerOf(at) };
    },
  },
  'between request() and getresponse()': {
    async start(signal) {
      const at = await serveEach((peer) => peer.head(), again);
      const connection = connectionTo(at);
      await connection.request('GET', '/', null, null, { signal });
      await eventually(() => at.peers.length === 1);
      const pending = once(signal, 'abort').then(async () => {
        await sleep(5);
        return connection.getresponse();
      });
      return { pending, connection, first: peerOf(at) };
    },
  },
  'inside the head': {
    async start(signal) {
      const at = await serveEach(async (peer) => {
        await peer.head();
        await peer.write('HTTP/1.1 200 OK\r\nContent-Le');
      }, again);
      const connection = connectionTo(at);
      await connection.request('GET', '/', null, null, { signal });
      const pending = connection.getresponse();
      await eventually(() => (connection.sock as net.Socket | null)?.bytesRead === 27);
      return { pending, connection, first: peerOf(at) };
    },
  },
  ...Object.fromEntries(
    (
      [
        ['read()', (response) => response.read()],
        ['read(n)', (response) => response.read(100).then(() => response.read(100))],
        ['read1()', (response) => response.read1().then(() => response.read1())],
        ['readinto()', (response) => response.readinto(Buffer.alloc(100)).then(() => response.readinto(Buffer.alloc(100)))],
        ['readline()', (response) => response.readline().then(() => response.readline())],
        ['discard()', (response) => response.discard()],
        ['text()', (response) => response.text()],
      ] satisfies [string, (response: HTTPResponse) => Promise<unknown>][]
    ).map(([name, read]): [string, Phase] => [
      `during the body, in ${name}`,
      {
        async start(signal) {
          const at = await serveEach(async (peer) => {
            await peer.head();
            await peer.write(sized('0123456789'.repeat(20)).slice(0, -190));
          }, again);
          const connection = connectionTo(at);
          await connection.request('GET', '/', null, null, { signal });
          const pending = read(await connection.getresponse());
          pending.catch(() => {});
          await sleep(5);
          return { pending, connection, first: peerOf(at) };
        },
      },
    ]),
  ),
};

describe.each(Object.entries(phases))('aborted %s', (_, { start }) => {
  test.each(reasons)('with %s: the reason unchanged, no socket, no listener, the next request works', async (_name, reason) => {
    const controller = new AbortController();
    const { signal } = controller;
    const { pending, connection, first } = await start(signal);
    pending.catch(() => {});
    expect(listeners(signal)).toBeGreaterThanOrEqual(1);
    const socket = connection.sock;
    controller.abort(reason);
    expect(await soon(rejection(pending))).toBe(signal.reason);
    expect(reason === undefined || signal.reason === reason).toBe(true);
    // Unchanged inside, too.
    if (reason instanceof HTTPException) expect(Object.keys(reason)).toEqual(['code']);
    if (typeof reason === 'object' && reason !== null && 'partial' in reason) expect(reason.partial).toBe('mine');
    expect([connection.sock === null, socket?.destroyed ?? true]).toEqual([true, true]);
    if (first !== null) await soon(first.closed, 'the end of the socket');
    expect(listeners(signal)).toBe(0);
    await expectUsable(connection);
  });
});

describe('a signal that is aborted already', () => {
  const aborted = AbortSignal.abort(new Error('before'));

  test('on a new connection: no socket is opened', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    expect(await rejection(connection.request('GET', '/', null, null, { signal: aborted }))).toBe(aborted.reason);
    await expectUsable(connection);
    expect([at.peers.length, listeners(aborted)]).toEqual([1, 0]);
  });

  test('on an open connection: nothing is sent', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    await expectUsable(connection);
    expect(await soon(rejection(connection.request('POST', '/', 'body', null, { signal: aborted })))).toBe(aborted.reason);
    await expectUsable(connection);
    expect(at.peers.flatMap((peer) => peer.received.toString().match(/^[A-Z]+(?= )/gm) ?? [])).toEqual(['GET', 'GET']);
    expect(listeners(aborted)).toBe(0);
  });

  test('given to the connection: every request is refused', async () => {
    const at = await serve(again);
    const connection = connectionTo(at, { signal: aborted });
    expect(await rejection(connection.request('GET', '/'))).toBe(aborted.reason);
    expect(await rejection(connection.connect())).toBe(aborted.reason);
    connection.putrequest('GET', '/');
    expect(await rejection(connection.endheaders())).toBe(aborted.reason);
    expect(at.peers.length).toBe(0);
  });
});

describe('the signal of the connection', () => {
  test.each(['request', 'low-level'])('aborts a %s that waits for its response', async (kind) => {
    const at = await serve((peer) => peer.head());
    const controller = new AbortController();
    const connection = connectionTo(at, { signal: controller.signal });
    if (kind === 'request') await connection.request('GET', '/');
    else {
      connection.putrequest('GET', '/');
      await connection.endheaders();
    }
    const pending = connection.getresponse();
    await eventually(() => at.peers.length === 1);
    controller.abort('all of them');
    expect(await soon(rejection(pending))).toBe('all of them');
    expect(listeners(controller.signal)).toBe(0);
  });

  test('goes on to count when a request has a signal of its own', async () => {
    const at = await serve((peer) => peer.head());
    const all = new AbortController();
    const one = new AbortController();
    const connection = connectionTo(at, { signal: all.signal });
    await connection.request('GET', '/', null, null, { signal: one.signal });
    const pending = connection.getresponse();
    await eventually(() => at.peers.length === 1);
    all.abort('all of them');
    expect(await soon(rejection(pending))).toBe('all of them');
    expect([listeners(all.signal), listeners(one.signal)]).toEqual([0, 0]);
  });
});

describe('a signal that is not aborted in time', () => {
  test('keeps one listener while the request lasts and none afterwards; a later abort changes nothing', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const controller = new AbortController();
    const { signal } = controller;
    for (let n = 0; n < 3; n++) {
      await connection.request('GET', '/', null, null, { signal });
      expect(listeners(signal)).toBe(1);
      const response = await connection.getresponse();
      expect(String(await response.read())).toBe('again');
      expect(listeners(signal)).toBe(0);
    }
    controller.abort();
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('does not reach a body that has come whole', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const controller = new AbortController();
    await connection.request('GET', '/', null, null, { signal: controller.signal });
    const response = await connection.getresponse();
    await eventually(() => listeners(controller.signal) === 0);
    controller.abort();
    expect(String(await response.read())).toBe('again');
    await expectUsable(connection);
  });

  test.each([
    ['the peer closes', (peer: Peer) => peer.end()],
    ['the peer resets', (peer: Peer) => peer.reset(0)],
    ['the head is malformed', (peer: Peer) => peer.write('garbage\r\n\r\n')],
  ])('keeps no listener when %s', async (_, fail) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await fail(peer);
    }, again);
    const connection = connectionTo(at);
    const { signal } = new AbortController();
    await connection.request('GET', '/', null, null, { signal });
    await rejection(connection.getresponse());
    expect(listeners(signal)).toBe(0);
    await expectUsable(connection);
  });

  test.each(['close()', 'response.close()', 'detach()'])('keeps no listener behind %s', async (how) => {
    const at = await serve(async (peer) => {
      await peer.head();
      if (how === 'detach()') await peer.write('HTTP/1.1 101 Switching\r\n\r\n');
      else await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    });
    const connection = connectionTo(at);
    const { signal } = new AbortController();
    await connection.request('GET', '/', null, null, { signal, upgrade: 'echo' });
    const response = await connection.getresponse();
    if (how === 'close()') connection.close();
    else if (how === 'response.close()') response.close();
    else response.detach().socket.destroy();
    expect(listeners(signal)).toBe(0);
  });

  test('keeps no listener when connecting fails', async () => {
    const at = await serve(again);
    const { signal } = new AbortController();
    const connection = connectionTo(at, {
      lookup: (_host, _options, callback) => callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 4),
    });
    const named = new HTTPConnection('name.test', 80, {
      lookup: (_host, _options, callback) => callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 4),
    });
    expect(await rejection(named.request('GET', '/', null, null, { signal }))).toMatchObject({ code: 'ENOTFOUND', phase: 'connect' });
    expect(listeners(signal)).toBe(0);
    await expectUsable(connection);
  });
});

// The analogue of an allocation that fails at the n-th call: an abort after n turns of the event loop's innermost queue.
test.each(['new connection', 'open connection'])('aborted after every number of turns, %s: the reason, or a response', async (which) => {
  const at = await serve(again);
  let aborts = 0;
  for (let turns = 0; turns < 30; turns++) {
    const connection = connectionTo(at);
    if (which === 'open connection') await expectUsable(connection);
    const controller = new AbortController();
    const { signal } = controller;
    const pending = (async () => {
      await connection.request('POST', '/', 'body', null, { signal });
      return (await connection.getresponse()).read();
    })();
    pending.catch(() => {});
    for (let n = 0; n < turns; n++) await Promise.resolve();
    controller.abort('stop');
    const outcome = await soon(
      pending.catch((error: unknown) => error),
      `turn ${turns}`,
    );
    expect(outcome).toBe('stop');
    if (outcome === 'stop') aborts++;
    expect(listeners(signal)).toBe(0);
    await expectUsable(connection);
    connection.close();
  }
  expect(aborts).toBeGreaterThan(0);
});

// As above, where the socket is there at once: the turns between connecting and sending are met one by one.
test('aborted between connecting and sending: the reason, whatever the turn', async () => {
  const at = await serve(again);
  for (let turns = 0; turns < 20; turns++) {
    const socket = net.connect(at.port, at.host);
    await once(socket, 'connect');
    let made = (): void => {};
    const connection = connectionTo(at, { createConnection: () => new Promise((resolve) => (made = () => resolve(socket))) });
    const controller = new AbortController();
    const pending = (async () => {
      await connection.request('GET', '/', null, null, { signal: controller.signal });
      return connection.getresponse();
    })();
    pending.catch(() => {});
    await sleep(1);
    made();
    for (let n = 0; n < turns; n++) await Promise.resolve();
    controller.abort('stop');
    expect([
      turns,
      await soon(
        pending.catch((error: unknown) => error),
        `turn ${turns}`,
      ),
    ]).toEqual([turns, 'stop']);
    if (!socket.destroyed) await soon(once(socket, 'close'), `the end of the socket, turn ${turns}`);
    expect(listeners(controller.signal)).toBe(0);
  }
});
