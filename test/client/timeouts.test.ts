// Time limits by phase: each fires, with its name, its value and its phase, and takes the socket along; none fires early, while
// the consumer has paused, or when it is 0 or null. Times asserted are lower bounds, and upper ones as wide as three times the limit.
// Aborts, which end calls in the same places, are in abort.test.ts.

import { once } from 'node:events';
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, jest, test } from '@jest/globals';
import { HTTPConnection, HTTPException, TimeoutError, type ConnectionOptions } from '../../src/index.js';
import {
  afterwards,
  again,
  connectionTo,
  expectUsable,
  rejection,
  serve,
  serveEach,
  sized,
  sleep,
  soon,
  type Peer,
  type Served,
  peerOf,
} from './harness.js';
import { thrown } from '../support/thrown.js';

jest.setTimeout(20_000);

const LIMIT = 150;
const never = new Promise<never>(() => {});

/** The error of a limit that passes, and that it took about that long. */
async function timedOut(
  start: () => Promise<unknown>,
  { phase, limit = LIMIT, option }: { phase: string; limit?: number; option: string },
): Promise<TimeoutError> {
  const begun = performance.now();
  const error = await soon(rejection(start()), `the ${phase} timeout`, 6 * limit + 1000);
  const took = performance.now() - begun;
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toBeInstanceOf(HTTPException);
  expect(error).toMatchObject({ code: 'ETIMEDOUT', phase, limit });
  expect(error.message).toContain(option);
  expect(error.message).toContain(`${limit} ms`);
  expect(took).toBeGreaterThanOrEqual(limit - 5);
  return error;
}

/** A port whose connections are never accepted, because its queue is full. */
async function fullBacklog(): Promise<Served> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      // Blocked, the thread accepts nothing.
      Atomics.wait(workerData, 0, 0);
    });`;
  const worker = new Worker(code, { eval: true, workerData: new Int32Array(new SharedArrayBuffer(4)) });
  afterwards(() => worker.terminate());
  const [port] = (await once(worker, 'message')) as [number];
  for (let n = 0; n < 4; n++) {
    const parked = net.connect(port, '127.0.0.1').on('error', () => {});
    afterwards(() => parked.destroy());
  }
  await sleep(50);
  return { port, host: '127.0.0.1', peers: [] };
}

describe('connectTimeout', () => {
  test.each(['connectTimeout', 'timeout'] as const)('set by %s: a lookup that never answers', async (option) => {
    const connection = new HTTPConnection('name.test', { [option]: LIMIT, lookup: () => {} });
    const error = await timedOut(() => connection.request('GET', '/'), { phase: 'connect', option: 'connectTimeout' });
    expect(error.host).toBe('name.test:80');
    await timedOut(() => connection.connect(), { phase: 'connect', option: 'connectTimeout' });
    connection.putrequest('GET', '/');
    await timedOut(() => connection.endheaders(), { phase: 'connect', option: 'connectTimeout' });
  });

  const linux = process.platform === 'linux' ? test : test.skip;
  linux('a full backlog', async () => {
    const connection = connectionTo(await fullBacklog(), { connectTimeout: LIMIT });
    await timedOut(() => connection.request('GET', '/'), { phase: 'connect', option: 'connectTimeout' });
    expect(connection.sock === null).toBe(true);
  });

  test('a stream that is never made, and one that never connects', async () => {
    const at = await serve(again);
    let made = 0;
    const sockets: net.Socket[] = [];
    const connection = connectionTo(at, {
      connectTimeout: LIMIT,
      createConnection: () => {
        if (made++ === 0) return never;
        sockets.push(
          net.connect({
            host: 'name.test',
            port: at.port,
            lookup: (_host, options, callback) =>
              void (made > 2 ? (callback as any)(null, options.all === true ? [{ address: at.host, family: 4 }] : at.host, 4) : null),
          }),
        );
        return sockets.at(-1) as net.Socket;
      },
    });
    await timedOut(() => connection.request('GET', '/'), { phase: 'connect', option: 'connectTimeout' });
    await timedOut(() => connection.request('GET', '/'), { phase: 'connect', option: 'connectTimeout' });
    expect(sockets[0]?.destroyed).toBe(true);
    await expectUsable(connection);
  });

  test('getresponse() rejects with the same error', async () => {
    const connection = new HTTPConnection('name.test', { connectTimeout: LIMIT, lookup: () => {} });
    const request = connection.request('GET', '/');
    const response = connection.getresponse();
    const [one, two] = [await rejection(request), await rejection(response)];
    expect(one).toBeInstanceOf(TimeoutError);
    expect(two).toBe(one);
  });

  test('does not cut a response short', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await sleep(2 * LIMIT);
      await peer.write(sized('late'));
    });
    const connection = connectionTo(at, { connectTimeout: LIMIT });
    await connection.request('GET', '/');
    expect(String(await (await connection.getresponse()).read())).toBe('late');
  });
});

describe('headersTimeout', () => {
  const plays: readonly [name: string, play: (peer: Peer) => unknown][] = [
    ['a peer that never answers', (peer) => peer.head()],
    [
      'a head that stalls',
      async (peer) => {
        await peer.head();
        await peer.write('HTTP/1.1 200 OK\r\nA: ');
      },
    ],
    [
      'a head that drips',
      async (peer) => {
        await peer.head();
        for (const byte of 'HTTP/1.1 200 OK\r\nA: very slow\r\nB: even slower\r\n\r\n') {
          await peer.write(byte);
          await sleep(40);
        }
      },
    ],
    [
      'interim responses for ever',
      async (peer) => {
        await peer.head();
        for (let n = 0; n < 80; n++) {
          await peer.write('HTTP/1.1 102 Processing\r\n\r\n');
          await sleep(40);
        }
      },
    ],
  ];
  test.each(plays)('%s', async (_, play) => {
    const at = await serveEach(play, again);
    const connection = connectionTo(at, { headersTimeout: LIMIT });
    await connection.request('GET', '/');
    const error = await timedOut(() => connection.getresponse(), { phase: 'headers', option: 'headersTimeout' });
    expect(error).toMatchObject({ host: `127.0.0.1:${at.port}`, reusedSocket: false });
    expect(error.partial.length).toBe(0);
    expect(error.bytesWritten).toBeGreaterThan(0);
    expect(connection.sock === null).toBe(true);
    await soon(peerOf(at).closed);
    await expectUsable(connection);
  });

  test('a timeout on a reused connection is not retried, and says that it was reused', async () => {
    const at = await serveEach(async (peer) => {
      await peer.answer(sized('again'));
      await peer.head();
    }, again);
    const connection = connectionTo(at, { headersTimeout: LIMIT });
    await expectUsable(connection);
    await connection.request('GET', '/');
    const error = await timedOut(() => connection.getresponse(), { phase: 'headers', option: 'headersTimeout' });
    expect(error.reusedSocket).toBe(true);
    expect(at.peers.length).toBe(1);
    await expectUsable(connection);
  });

  test('counts from getresponse(), and not while nobody waits', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await sleep(2.5 * LIMIT);
      await peer.write(sized('late'));
    });
    const connection = connectionTo(at, { headersTimeout: LIMIT });
    await connection.request('GET', '/');
    await sleep(2.2 * LIMIT);
    expect(String(await (await connection.getresponse()).read())).toBe('late');
  });
});

describe('bodyTimeout', () => {
  const heads: Record<string, string> = {
    sized: 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc',
    chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    'close-delimited': 'HTTP/1.1 200 OK\r\n\r\nabc',
  };
  test.each(Object.entries(heads))('a %s body that stalls', async (_, head) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write(head);
    }, again);
    const connection = connectionTo(at, { bodyTimeout: LIMIT });
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    const error = await timedOut(() => response.read(), { phase: 'body', option: 'bodyTimeout' });
    expect(String(error.partial)).toBe('abc');
    await soon(peerOf(at).closed);
    await expectUsable(connection);
  });

  test('read(n) first returns what there is', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(heads.sized as string);
    });
    const connection = connectionTo(at, { bodyTimeout: LIMIT });
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    expect(String(await response.read(50))).toBe('abc');
    expect(await rejection(response.read(50))).toBeInstanceOf(TimeoutError);
    expect(await rejection(response.read())).toBeInstanceOf(TimeoutError);
  });

  test('is idle time: a body that drips goes on as long as it likes', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n');
      for (let n = 0; n < 15; n++) {
        await sleep(60);
        await peer.write('x');
      }
    });
    const connection = connectionTo(at, { bodyTimeout: LIMIT });
    await connection.request('GET', '/');
    expect(String(await (await connection.getresponse()).read())).toBe('x'.repeat(15));
  });

  test('does not count while the consumer has paused', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(sized('x'.repeat(1 << 20)).slice(0, -1));
      await sleep(3.5 * LIMIT);
      await peer.write('y');
    });
    const connection = connectionTo(at, { bodyTimeout: LIMIT });
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    expect((await response.read(10)).length).toBe(10);
    await sleep(3 * LIMIT);
    const rest = await response.read();
    expect([rest.length, rest.at(-1)]).toEqual([(1 << 20) - 10, 0x79]);
  });

  test('a stream that is not read does not time out', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(sized('x'.repeat(1 << 20)));
    });
    const connection = connectionTo(at, { bodyTimeout: LIMIT });
    await connection.request('GET', '/');
    const stream = (await connection.getresponse()).stream();
    await once(stream, 'readable');
    await sleep(3 * LIMIT);
    let length = 0;
    for await (const piece of stream) length += (piece as Buffer).length;
    expect(length).toBe(1 << 20);
  });

  test('a write that makes no progress', async () => {
    const at = await serveEach((peer) => void peer.socket.pause(), again);
    const connection = connectionTo(at, { bodyTimeout: LIMIT });
    const error = await timedOut(() => connection.request('POST', '/', Buffer.alloc(64 << 20)), {
      phase: 'request',
      option: 'bodyTimeout',
    });
    expect(error.bytesWritten).toBeGreaterThan(0);
    expect(connection.sock === null).toBe(true);
    await expectUsable(connection);
  });

  test('a write in pieces that makes no progress', async () => {
    const at = await serveEach((peer) => void peer.socket.pause(), again);
    const connection = connectionTo(at, { bodyTimeout: LIMIT });
    const pieces = (function* () {
      for (;;) yield Buffer.alloc(1 << 16);
    })();
    await timedOut(() => connection.request('POST', '/', pieces), { phase: 'request', option: 'bodyTimeout' });
    await expectUsable(connection);
  });

  test.each([
    ['one Buffer', () => Buffer.alloc(24 << 20, 'x')],
    ['one string', () => 'x'.repeat(24 << 20)],
  ])('a write that makes slow progress goes on: %s', async (_, body) => {
    // The kernel reports room for a third of its buffer at a time, up to 1.4 MB: slow is what takes several of the limit's times
    // as a whole, and still moves that much within one.
    const limit = 500;
    const at = await serve(async (peer) => {
      peer.socket.removeAllListeners('data').pause();
      let length = 0;
      for await (const bytes of peer.socket) {
        length += (bytes as Buffer).length;
        if (length >= 24 << 20) break;
        await sleep((bytes as Buffer).length / 8000);
      }
    });
    const connection = connectionTo(at, { bodyTimeout: limit });
    const begun = performance.now();
    await soon(connection.request('POST', '/', body() as Buffer), 'the upload', 10_000);
    expect(performance.now() - begun).toBeGreaterThan(2 * limit);
  });

  test('a source that pauses is not the peer: its upload goes on', async () => {
    const at = await serve(async (peer) => {
      await peer.until('0\r\n\r\n');
      await peer.write(sized('done'));
    });
    const connection = connectionTo(at, { bodyTimeout: LIMIT, headersTimeout: LIMIT });
    await connection.request(
      'POST',
      '/',
      (async function* () {
        yield 'a';
        await sleep(3 * LIMIT);
        yield 'b';
      })(),
    );
    expect(String(await (await connection.getresponse()).read())).toBe('done');
  });
});

describe('totalTimeout', () => {
  test.each<[name: string, phase: string, options: ConnectionOptions, play: (peer: Peer) => unknown]>([
    ['a lookup that never answers', 'connect', { lookup: () => {} }, () => {}],
    ['a peer that never answers', 'total', {}, (peer) => peer.head()],
    [
      'a head that drips',
      'total',
      {},
      async (peer) => {
        await peer.head();
        for (const byte of `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100)}`) {
          await peer.write(byte);
          await sleep(40);
        }
      },
    ],
    [
      'a body that drips',
      'total',
      {},
      async (peer) => {
        await peer.head();
        await peer.write('HTTP/1.1 200 OK\r\n\r\n');
        for (let n = 0; n < 60; n++) {
          await peer.write('x');
          await sleep(40);
        }
      },
    ],
    [
      'a body that drips in chunks',
      'total',
      {},
      async (peer) => {
        await peer.head();
        await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (let n = 0; n < 60; n++) {
          await peer.write('1\r\nx\r\n');
          await sleep(40);
        }
      },
    ],
  ])('%s', async (_, phase, options, play) => {
    const at = await serveEach(play, again);
    const connection = new HTTPConnection('name.test', at.port, {
      totalTimeout: 2 * LIMIT,
      lookup: (_host, lookupOptions, callback) =>
        void (callback as any)(null, lookupOptions.all === true ? [{ address: at.host, family: 4 }] : at.host, 4),
      ...options,
    });
    afterwards(() => connection.close());
    const error = await timedOut(
      async () => {
        await connection.request('GET', '/');
        return (await connection.getresponse()).read();
      },
      { phase, limit: 2 * LIMIT, option: 'totalTimeout' },
    );
    expect(error.host).toBe(`name.test:${at.port}`);
    if (at.peers.length > 0) {
      await soon(peerOf(at).closed);
      await expectUsable(connection);
    }
  });

  test.each<[name: string, body: () => any]>([
    ['against a full socket', () => Buffer.alloc(64 << 20)],
    [
      'from a source that stops',
      async function* () {
        yield 'x';
        await never;
      },
    ],
    [
      'from a source that drips',
      async function* () {
        for (;;) {
          yield 'x';
          await sleep(20);
        }
      },
    ],
  ])('an upload %s', async (_, body) => {
    const at = await serveEach((peer) => void peer.socket.pause(), again);
    const connection = connectionTo(at, { totalTimeout: 2 * LIMIT });
    await timedOut(() => connection.request('POST', '/', body()), { phase: 'total', limit: 2 * LIMIT, option: 'totalTimeout' });
    await expectUsable(connection);
  });

  test('an upload that waits for a 100', async () => {
    const at = await serveEach((peer) => peer.head().then(() => never), again);
    const connection = connectionTo(at, { totalTimeout: 2 * LIMIT });
    await timedOut(() => connection.request('POST', '/', 'body', null, { expectContinue: 60_000 }), {
      phase: 'total',
      limit: 2 * LIMIT,
      option: 'totalTimeout',
    });
    await expectUsable(connection);
  });

  test('passes for a request that is done in time, and starts anew for the next', async () => {
    const at = await serve(async (peer) => {
      for (let n = 0; n < 3; n++) {
        await peer.head();
        await sleep(LIMIT);
        await peer.write(sized('again'));
      }
    });
    const connection = connectionTo(at, { totalTimeout: 2 * LIMIT });
    for (let n = 0; n < 3; n++) await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('a consumer that pauses past it learns so at its next read of what has not come', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    });
    const connection = connectionTo(at, { totalTimeout: LIMIT });
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    expect(String(await response.read(3))).toBe('abc');
    await sleep(2 * LIMIT);
    expect(await soon(rejection(response.read()))).toMatchObject({ phase: 'total', limit: LIMIT });
  });
});

describe('no limit', () => {
  test.each([0, null])('%p: waits longer than any limit of its neighbours', async (none) => {
    const at = await serve(async (peer) => {
      await peer.head();
      await sleep(400);
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
      await sleep(400);
      await peer.write('again');
    });
    const connection = connectionTo(at, {
      timeout: 100,
      connectTimeout: none,
      headersTimeout: none,
      bodyTimeout: none,
      totalTimeout: none,
    });
    await expectUsable(connection);
  });

  test('the specific option wins over timeout', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await sleep(2 * LIMIT);
      await peer.write(sized('again'));
    });
    await expectUsable(connectionTo(at, { timeout: LIMIT, headersTimeout: 20 * LIMIT }));
  });
});

describe('the options', () => {
  const names = ['timeout', 'connectTimeout', 'headersTimeout', 'bodyTimeout', 'totalTimeout'] as const;
  const wrong: readonly unknown[] = [-1, NaN, -Infinity, '5000', true, {}, [5000], 5n];
  test.each(names.flatMap((name) => wrong.map((value): [string, unknown] => [name, value])))(
    '%s: %p is a RangeError or a TypeError that names it',
    (name, value) => {
      const error = thrown(() => new HTTPConnection('h', { [name]: value as number }));
      expect(error.name).toMatch(/^(RangeError|TypeError)$/);
      expect(error.message).toContain(name);
    },
  );

  test.each(names)('%s: Infinity is no limit, undefined the default', (name) => {
    expect(new HTTPConnection('h', { [name]: Infinity }).sock).toBeNull();
    expect(new HTTPConnection('h', { [name]: undefined }).sock).toBeNull();
  });

  test('timeout is kept as given', () => {
    for (const timeout of [1234, 0, null, undefined]) expect(new HTTPConnection('h', { timeout }).timeout).toBe(timeout);
  });

  test.each([
    ['timeout', 30],
    ['headersTimeout', 0.5],
    ['totalTimeout', 99],
  ])('%s: %p warns once that the unit is milliseconds', async (name, value) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      await jest.isolateModulesAsync(async () => {
        const fresh = await import('../../src/index.js');
        for (let n = 0; n < 3; n++) void new fresh.HTTPConnection('h', { [name]: value });
      });
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(new RegExp(`^${name} is ${value} ms.*milliseconds`)), { type: 'HeadlongWarning', code: 'HEADLONG_SECONDS' }],
      ]);
    } finally {
      warn.mockRestore();
    }
  });

  test('what is not in (0, 100) does not warn', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      await jest.isolateModulesAsync(async () => {
        const fresh = await import('../../src/index.js');
        for (const quiet of [0, null, 100, 1000, Infinity, undefined]) void new fresh.HTTPConnection('h', { timeout: quiet });
      });
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
  });
});
