// The pool: which connection a request gets, who waits and for how long, what gives a connection up, and how it all ends.
// What a single connection does with a request is in the files beside this one.

import { Readable } from 'node:stream';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import {
  BadStatusLine,
  ConnectionError,
  ImproperConnectionState,
  InvalidURL,
  LimitExceeded,
  NotConnected,
  PoolManager,
  TimeoutError,
  TunnelError,
  type HTTPResponse,
  type PoolOptions,
} from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import { collectGarbage } from '../support/garbage.js';
import { startProxy } from '../support/server.js';
import {
  afterwards,
  chunked,
  eventually,
  loopback,
  peerOf,
  rejection,
  serve,
  serveEach,
  sized,
  sleep,
  soon,
  type Peer,
  type Play,
  type Served,
} from './harness.js';

function poolOf(options: PoolOptions = {}): PoolManager {
  const pool = new PoolManager(options);
  afterwards(() => pool.destroy());
  return pool;
}

const urlOf = ({ host, port }: Served, path = '/'): string => `http://${host}:${port}${path}`;

/** Answers every request with its own request line. */
async function echo(peer: Peer): Promise<void> {
  for (;;) {
    const head = await peer.head();
    await peer.write(sized(head.slice(0, head.indexOf('\r\n'))));
  }
}

/** Answers every request with `body`, more of it than is kept for a reader who does not come. */
const BIG = 'x'.repeat(300_000);
const big: Play = async (peer) => {
  for (;;) {
    await peer.head();
    await peer.write(sized(BIG));
  }
};

/** Answers nothing. */
const silent: Play = (peer) => peer.head();

async function textOf(pool: PoolManager, url: string): Promise<string> {
  return (await soon(pool.request('GET', url), url)).text();
}

describe('URLs', () => {
  test.each<[of: string, target: string]>([
    ['', '/'],
    ['/', '/'],
    ['/a/b?c=d', '/a/b?c=d'],
    ['/a#b', '/a'],
    ['#b/c', '/'],
    ['?x=/y', '/?x=/y'],
    ['?x#/y', '/?x'],
    ['/a/../b', '/a/../b'],
    ['//a', '//a'],
    ['/%20', '/%20'],
  ])('%j asks for %s', async (of, target) => {
    const at = await serve(echo);
    const pool = poolOf();
    // Twice: the second time the origin is known.
    for (let n = 0; n < 2; n++) expect(await textOf(pool, `http://${at.host}:${at.port}${of}`)).toBe(`GET ${target} HTTP/1.1`);
    const response = await pool.request('GET', new URL(`http://${at.host}:${at.port}/u?v`));
    expect([await response.text(), response.geturl()]).toEqual(['GET /u?v HTTP/1.1', urlOf(at, '/u?v')]);
  });

  test('one origin however it is written, Host as it is', async () => {
    const at = await serve(echo);
    const pool = poolOf({ lookup: loopback });
    for (const start of ['http://example.org', 'HTTP://EXAMPLE.org', 'http://Example.Org']) await textOf(pool, `${start}:${at.port}/`);
    expect(Object.keys(pool.stats.origins)).toEqual([`http://example.org:${at.port}`]);
    expect(at.peers).toHaveLength(1);
    expect(
      peerOf(at)
        .received.toString('latin1')
        .match(/^Host: .*$/gm),
    ).toEqual(Array(3).fill(`Host: example.org:${at.port}`));
  });

  test.each([
    ['ftp://h/', /begins with http/],
    ['/path', /begins with http/],
    ['h', /begins with http/],
    ['', /begins with http/],
    ['http://', /empty/],
    ['http:///x', /empty/],
    ['http://user:secret@h/', /Authorization/],
    ['http://h:x/', /port/],
    ['http://h:99999/', /port/],
    ['http://h/a b', /./],
    ['http://h/\r\nA: b', /./],
    ['http://h\r\n/', /./],
  ])('%j is refused', async (url, message) => {
    const error = await rejection(poolOf().request('GET', url));
    expect(error).toBeInstanceOf(InvalidURL);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('secret');
  });
});

describe('connections', () => {
  test('as many as allowed, then in order', async () => {
    let most = 0;
    let now = 0;
    const at = await serve(async (peer) => {
      for (;;) {
        const head = await peer.head();
        most = Math.max(most, ++now);
        await sleep(5);
        now--;
        await peer.write(sized(head.slice(4, head.indexOf(' HTTP'))));
      }
    });
    const pool = poolOf({ connections: 3 });
    const answered: string[] = [];
    const all = Array.from({ length: 20 }, async (_, n) => {
      const text = await textOf(pool, urlOf(at, `/${n}`));
      answered.push(text);
      return text;
    });
    expect(pool.stats).toMatchObject({ connections: 3, active: 3, idle: 0, queued: 17 });
    expect(await Promise.all(all)).toEqual(Array.from({ length: 20 }, (_, n) => `/${n}`));
    expect([most, at.peers.length]).toEqual([3, 3]);
    // Each group of three is answered before the next, in whatever order.
    const group = (text: string): number => Math.floor(Number(text.slice(1)) / 3);
    expect(answered.map(group)).toEqual(answered.map(group).sort((a, b) => a - b));
    expect(pool.stats).toMatchObject({ connections: 3, active: 0, idle: 3, queued: 0 });
  });

  test('the one used last is used first', async () => {
    const at = await serve(echo);
    const pool = poolOf();
    await Promise.all([1, 2, 3].map((n) => textOf(pool, urlOf(at, `/${n}`))));
    const before = at.peers.map(({ received }) => received.length);
    for (let n = 0; n < 5; n++) await textOf(pool, urlOf(at));
    expect(at.peers.filter(({ received }, n) => received.length !== before[n])).toHaveLength(1);
  });

  test('each origin has its own', async () => {
    const [one, other] = [await serve(silent), await serve(echo)];
    const pool = poolOf({ connections: 1 });
    const stuck = rejection(pool.request('GET', urlOf(one)));
    expect(await textOf(pool, urlOf(other))).toBe('GET / HTTP/1.1');
    pool.destroy();
    expect(await stuck).toBeInstanceOf(NotConnected);
  });

  test.each([
    ['Connection: close', sized('a', 'HTTP/1.1 200 OK', 'Connection: close')],
    ['to the close', 'HTTP/1.1 200 OK\r\n\r\na'],
    ['HTTP/1.0', sized('a', 'HTTP/1.0 200 OK')],
  ])('one that ends with its response is opened anew: %s', async (_, raw) => {
    const at = await serve(async (peer) => {
      await peer.answer(raw);
      peer.end();
    });
    const pool = poolOf({ connections: 1 });
    const texts = await soon(Promise.all([1, 2, 3].map(() => textOf(pool, urlOf(at)))));
    expect([texts, at.peers.length]).toEqual([['a', 'a', 'a'], 3]);
  });

  test('what fails gives its place up', async () => {
    const at = await serveEach((peer) => peer.answer('nonsense\r\n\r\n'), echo);
    const pool = poolOf({ connections: 1 });
    const [failed, text] = await soon(Promise.all([rejection(pool.request('GET', urlOf(at))), textOf(pool, urlOf(at))]));
    expect([failed, text]).toEqual([expect.any(BadStatusLine), 'GET / HTTP/1.1']);
    // Nobody is there.
    const gone = await rejection(poolOf({ connections: 1 }).request('GET', 'http://127.0.0.1:1/'));
    expect([gone, gone.code]).toEqual([expect.any(ConnectionError), 'ECONNREFUSED']);
  });

  test('a refused request costs no place', async () => {
    const at = await serve(echo);
    const pool = poolOf({ connections: 1 });
    expect(await rejection(pool.request('GET', urlOf(at), { headers: { 'A b': 'c' } }))).toBeInstanceOf(TypeError);
    expect(await textOf(pool, urlOf(at))).toBe('GET / HTTP/1.1');
  });

  test('a request with a body, its fields and its options', async () => {
    const at = await serve(async (peer) => {
      const head = await peer.head();
      await peer.take(5);
      await peer.write('HTTP/1.1 103 Early Hints\r\n\r\n', sized(head));
    });
    const interim: number[] = [];
    const response = await poolOf().request('POST', urlOf(at, '/p'), {
      body: 'hello',
      headers: { 'X-A': ['1', '2'] },
      onInformational: ({ status }) => interim.push(status),
    });
    const head = await response.text();
    expect(head).toMatch(/^POST \/p HTTP\/1\.1\r\n/);
    expect(head.match(/^(X-A|Content-Length): .*$/gm)).toEqual(['Content-Length: 5', 'X-A: 1', 'X-A: 2']);
    expect(interim).toEqual([103]);
  });

  test('one that was handed over is no longer counted', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhi');
    });
    const pool = poolOf({ connections: 1 });
    const response = await pool.request('GET', urlOf(at), { upgrade: 'x' });
    const { socket, head } = response.detach();
    afterwards(() => socket.destroy());
    expect([String(head), pool.stats.connections]).toEqual(['hi', 0]);
    pool.destroy();
    expect(socket.destroyed).toBe(false);
  });
});

describe('idle connections', () => {
  async function idleUntil(options: PoolOptions, fields: readonly string[], within: number): Promise<void> {
    const at = await serve((peer) => peer.answer(sized('a', 'HTTP/1.1 200 OK', ...fields)));
    const pool = poolOf(options);
    await textOf(pool, urlOf(at));
    expect(pool.stats.idle).toBe(1);
    await soon(peerOf(at).closed, 'the end of the idle connection', within);
    expect(pool.stats).toMatchObject({ connections: 0, idle: 0 });
    await eventually(() => Object.keys(pool.stats.origins).length === 0, 'the end of the origin');
  }

  test('end after keepAliveTimeout', () => idleUntil({ keepAliveTimeout: 150 }, [], 1000));
  test('end a second before the server ends them', () => idleUntil({ keepAliveTimeout: null }, ['Keep-Alive: timeout=2'], 2000));

  test('stay as long as the server says', async () => {
    const at = await serve((peer) => peer.answer(...Array<string>(2).fill(sized('a', 'HTTP/1.1 200 OK', 'Keep-Alive: timeout=100'))));
    const pool = poolOf({ keepAliveTimeout: 100 });
    await textOf(pool, urlOf(at));
    await sleep(500);
    await textOf(pool, urlOf(at));
    expect(at.peers).toHaveLength(1);
  });

  test.each<[name: string, then: Play]>([
    ['a FIN', (peer) => peer.end()],
    ['a reset', (peer) => peer.reset(0)],
    ['bytes that nothing explains', (peer) => peer.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen')],
  ])('%s ends them, and the next request gets another', async (_, then) => {
    const at = await serveEach(async (peer) => {
      await peer.answer(sized('first'));
      await sleep(20);
      await then(peer);
    }, echo);
    const pool = poolOf();
    expect(await textOf(pool, urlOf(at))).toBe('first');
    await eventually(() => pool.stats.idle === 0);
    expect(await textOf(pool, urlOf(at))).toBe('GET / HTTP/1.1');
  });

  test('a request that a stale one swallowed is sent once more, if that is safe', async () => {
    const swallow: Play = async (peer) => {
      await peer.answer(sized('first'));
      await peer.head();
      await peer.reset(0);
    };
    for (const [method, body, repeated] of [
      ['GET', undefined, true],
      ['PUT', 'a', true],
      ['POST', 'a', false],
      ['PATCH', undefined, false],
    ] as const) {
      const at = await serveEach(swallow, async (peer) => {
        await peer.head();
        await peer.write(sized('again'));
      });
      const pool = poolOf();
      await textOf(pool, urlOf(at));
      const sent = pool.request(method, urlOf(at), { body });
      if (repeated) {
        expect(await (await soon(sent)).text()).toBe('again');
        expect(pool.stats).toMatchObject({ connections: 1, active: 0 });
      } else {
        expect(await rejection(soon(sent))).toMatchObject({ reusedSocket: true });
        expect(at.peers).toHaveLength(1);
      }
    }
  });
});

describe('waiting', () => {
  test('a full queue', async () => {
    const at = await serve(silent);
    const pool = poolOf({ connections: 1, maxQueue: 2 });
    const waiting = [1, 2, 3].map(() => rejection(pool.request('GET', urlOf(at))));
    const error = await rejection(pool.request('GET', urlOf(at)));
    expect(error).toBeInstanceOf(LimitExceeded);
    expect([error.limit, error.value, error.message]).toEqual(['maxQueue', 2, expect.stringContaining(`127.0.0.1:${at.port}`)]);
    expect(pool.stats.queued).toBe(2);
    pool.destroy();
    for (const one of await Promise.all(waiting)) expect(one).toBeInstanceOf(NotConnected);
  });

  test.each<[option: 'queueTimeout' | 'totalTimeout']>([['queueTimeout'], ['totalTimeout']])('%s', async (option) => {
    const at = await serve(silent);
    const pool = poolOf({ connections: 1, [option]: 200 });
    rejection(pool.request('GET', urlOf(at))).catch(() => undefined);
    const start = performance.now();
    const error = await rejection(soon(pool.request('GET', urlOf(at))));
    expect(error).toBeInstanceOf(TimeoutError);
    expect([error.phase, error.host, error.message]).toEqual(['queue', `127.0.0.1:${at.port}`, expect.stringContaining(option)]);
    expect(performance.now() - start).toBeGreaterThan(190);
    expect(pool.stats.queued).toBe(0);
  });

  test('an abort, before and while', async () => {
    const at = await serve(silent);
    const pool = poolOf({ connections: 1 });
    const stuck = rejection(pool.request('GET', urlOf(at, '/stuck')));
    await eventually(() => at.peers.length > 0);
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = rejection(pool.request('GET', urlOf(at, '/waiting'), { signal }));
    expect(pool.stats.queued).toBe(1);
    const reason = new Error('enough');
    controller.abort(reason);
    expect([await waiting, pool.stats.queued]).toEqual([reason, 0]);
    expect(await rejection(pool.request('GET', urlOf(at), { signal }))).toBe(reason);
    pool.destroy();
    await stuck;
    expect(String(peerOf(at).received)).not.toContain('waiting');
  });

  test('an abort of what is sent gives the place to the next', async () => {
    const at = await serveEach(silent, echo);
    const pool = poolOf({ connections: 1 });
    const controller = new AbortController();
    const sent = rejection(pool.request('GET', urlOf(at), { signal: controller.signal }));
    const next = textOf(pool, urlOf(at, '/next'));
    await eventually(() => at.peers.length > 0 && peerOf(at).received.length > 0);
    controller.abort();
    expect([(await sent).name, await next]).toEqual(['AbortError', 'GET /next HTTP/1.1']);
  });
});

describe('two requests of one connection, one after the other', () => {
  test('reading the first one’s body late does not stop the second one’s clock', async () => {
    const at = await serve(async (peer) => {
      await peer.answer(sized('first'));
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nse');
    });
    const pool = poolOf({ connections: 1, bodyTimeout: 300 });
    const first = await pool.request('GET', urlOf(at));
    const second = await pool.request('GET', urlOf(at));
    const stalled = rejection(second.bytes());
    expect(await first.text()).toBe('first');
    expect(await soon(stalled)).toMatchObject({ phase: 'body', limit: 300 });
  });

  test('a callback that rejects after its own response leaves the next one alone', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(`HTTP/1.1 103 Early Hints\r\n\r\n${sized('first')}`);
      await peer.head();
      await sleep(80);
      await peer.write(sized('second'));
    });
    const pool = poolOf({ connections: 1 });
    const first = await pool.request('GET', urlOf(at), {
      onInformational: (async () => {
        await sleep(30);
        throw new Error('too late');
      }) as () => void,
    });
    expect([await first.text(), await textOf(pool, urlOf(at)), at.peers.length]).toEqual(['first', 'second', 1]);
  });

  test('bytes for a socket that was handed over change no head of another connection', async () => {
    const at = await serveEach(
      async (peer) => {
        await peer.head();
        await peer.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
      },
      async (peer) => {
        await peer.head();
        const interim = `HTTP/1.1 103 Early Hints\r\nX-P: ${'p'.repeat(600)}\r\n\r\n`;
        await peer.write(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-One: alpha\r\nX-Two: beta\r\n\r\n`);
      },
    );
    const pool = poolOf();
    const { socket } = (await pool.request('GET', urlOf(at), { upgrade: 'x' })).detach();
    afterwards(() => socket.destroy());
    let got = 0;
    socket.on('data', (bytes: Buffer) => (got += bytes.length));
    const response = await pool.request('GET', urlOf(at));
    await peerOf(at).write(Buffer.alloc(2000, 1));
    await eventually(() => got === 2000);
    expect(response.getheaders()).toEqual([
      ['Content-Length', '0'],
      ['X-One', 'alpha'],
      ['X-Two', 'beta'],
    ]);
  });

  test('a body’s stream that fails before there is a connection', async () => {
    const at = await serve(echo);
    const pool = poolOf();
    const body = new Readable({ read() {} });
    const sent = rejection(pool.request('PUT', urlOf(at), { body }));
    const reason = new Error('no such file');
    body.destroy(reason);
    expect(await soon(sent)).toBe(reason);
    expect(await textOf(pool, urlOf(at))).toBe('GET / HTTP/1.1');
  });

  test('a body’s stream is destroyed where it is not read: nobody to connect to, no place in time', async () => {
    const at = await serve(silent);
    const pool = poolOf({ connections: 1, queueTimeout: 150 });
    const stuck = rejection(pool.request('GET', urlOf(at)));
    for (const url of ['http://127.0.0.1:1/', urlOf(at)]) {
      const body = new Readable({ read() {} });
      await soon(rejection(pool.request('PUT', url, { body })));
      expect([url, body.destroyed]).toEqual([url, true]);
    }
    pool.destroy();
    await stuck;
  });
});

describe('responses that nobody reads', () => {
  const warnings: string[] = [];
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  afterAll(() => emitted.mockRestore());

  test.each([
    ['sized', sized('small')],
    ['chunked', chunked(['small'])],
    ['empty', sized('')],
  ])('small ones cost nobody anything: %s', async (_, raw) => {
    const at = await serve((peer) => peer.answer(...Array<string>(6).fill(raw)));
    const pool = poolOf({ connections: 2 });
    const responses = await soon(Promise.all([1, 2, 3, 4, 5, 6].map(() => pool.request('GET', urlOf(at)))));
    expect(at.peers).toHaveLength(2);
    for (const response of responses) expect(raw).toContain(await response.text());
  });

  test('large ones give way to those who wait', async () => {
    warnings.length = 0;
    const at = await serve(big);
    const pool = poolOf({ connections: 2 });
    const responses = await soon(Promise.all([1, 2, 3, 4, 5, 6].map(() => pool.request('GET', urlOf(at)))), 'six responses', 5000);
    expect(responses.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const outcomes = await Promise.all(
      responses.map((response) =>
        response.bytes().then(
          ({ length }) => length,
          (error: unknown) => error,
        ),
      ),
    );
    for (const error of outcomes.slice(0, 4)) {
      expect(error).toBeInstanceOf(ConnectionError);
      expect((error as ConnectionError).code).toBe('HTTP_UNREAD');
      expect((error as ConnectionError).partial.length).toBeGreaterThan(0);
    }
    expect(outcomes.slice(4)).toEqual([BIG.length, BIG.length]);
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toMatch(/left unread while requests waited/);
  });

  test('a reader who is slow is left in peace', async () => {
    const at = await serve(big);
    const pool = poolOf({ connections: 1, queueTimeout: 1800 });
    const response = await pool.request('GET', urlOf(at));
    await response.read1(10);
    const late = await rejection(soon(pool.request('GET', urlOf(at)), 'the other', 4000));
    expect([late.phase, (await response.bytes()).length]).toEqual(['queue', BIG.length - 10]);
    expect((await (await pool.request('GET', urlOf(at))).bytes()).length).toBe(BIG.length);
  });

  test('one that is collected closes its connection, and a warning says so; one that is being read does not', async () => {
    warnings.length = 0;
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BIG.length}\r\n\r\n`);
      if (peer.number === 0) return;
      await sleep(300);
      await peer.write(BIG);
    });
    const pool = poolOf();
    await pool.request('GET', urlOf(at, '/dropped'));
    const read = pool.request('GET', urlOf(at, '/read')).then((response: HTTPResponse) => response.bytes());
    await eventually(
      () => {
        collectGarbage();
        return warnings.length > 0;
      },
      'the warning',
      5000,
    );
    await soon(peerOf(at).closed);
    expect((await read).length).toBe(BIG.length);
    expect(warnings).toEqual([expect.stringContaining('/dropped')]);
    expect(pool.stats).toMatchObject({ active: 0, idle: 1 });
  });

  test('close() of one gives its connection up at once', async () => {
    const at = await serve(big);
    const pool = poolOf({ connections: 1 });
    (await pool.request('GET', urlOf(at))).close();
    expect((await (await soon(pool.request('GET', urlOf(at)))).bytes()).length).toBe(BIG.length);
    expect(at.peers).toHaveLength(2);
  });
});

describe('the end', () => {
  test('close() waits for what is under way', async () => {
    const at = await serve(async (peer) => {
      for (;;) {
        const head = await peer.head();
        await sleep(30);
        await peer.write(sized(head.slice(4, 6)));
      }
    });
    const pool = poolOf({ connections: 1 });
    const texts = ['/1', '/2', '/3'].map((path) => textOf(pool, urlOf(at, path)));
    await pool.close();
    expect(await Promise.all(texts)).toEqual(['/1', '/2', '/3']);
    await peerOf(at).closed;
    expect(pool.stats.connections).toBe(0);
    expect(await rejection(pool.request('GET', urlOf(at)))).toBeInstanceOf(ImproperConnectionState);
    await pool.close();
  });

  test('close() does not wait for a body that nobody reads', async () => {
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const at = await serve(big);
    const pool = poolOf();
    const response = await pool.request('GET', urlOf(at));
    await soon(pool.close(), 'close()', 3000);
    emitted.mockRestore();
    expect((await rejection(response.bytes())).code).toBe('HTTP_UNREAD');
  });

  test('destroy() does not wait', async () => {
    const at = await serveEach(big, silent);
    const pool = poolOf({ connections: 2 });
    const response = await pool.request('GET', urlOf(at));
    const rejected = [1, 2, 3].map(() => rejection(pool.request('GET', urlOf(at))));
    await eventually(() => at.peers.length === 2);
    pool.destroy();
    for (const error of await soon(Promise.all([...rejected, rejection(response.bytes())]))) expect(error).toBeInstanceOf(NotConnected);
    await Promise.all(at.peers.map(({ closed }) => closed));
    expect(pool.stats).toMatchObject({ connections: 0, queued: 0 });
    expect(await rejection(pool.request('GET', urlOf(at)))).toBeInstanceOf(ImproperConnectionState);
    await soon(pool.close());
  });

  test('destroy() when a place has just been given to a request', async () => {
    const at = await serveEach(big, echo);
    const pool = poolOf({ connections: 1 });
    const response = await pool.request('GET', urlOf(at));
    const next = rejection(pool.request('GET', urlOf(at)));
    response.close();
    pool.destroy();
    expect(await soon(next)).toBeInstanceOf(NotConnected);
    expect([pool.stats.connections, at.peers.length]).toEqual([0, 1]);
  });

  test('every close() resolves', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await sleep(50);
      await peer.write(sized('late'));
    });
    const pool = poolOf();
    const text = textOf(pool, urlOf(at));
    await soon(Promise.all([pool.close(), pool.close()]));
    expect(await text).toBe('late');
  });

  test('destroy() while connections are being opened', async () => {
    const pool = poolOf({ lookup: () => undefined });
    const error = rejection(pool.request('GET', 'http://example.org/'));
    pool.destroy();
    expect(await soon(error)).toBeInstanceOf(NotConnected);
  });

  test('await using closes', async () => {
    const at = await serve(echo);
    {
      await using pool = new PoolManager();
      await textOf(pool, urlOf(at));
    }
    await soon(peerOf(at).closed);
  });
});

describe('TLS and proxies', () => {
  test('one context, sessions resumed', async () => {
    const { ca, good } = await certificates();
    const at = await serve(async (peer) => {
      await peer.answer(sized('a', 'HTTP/1.1 200 OK', 'Connection: close'));
    }, good);
    const pool = poolOf({ ca, lookup: loopback });
    const reused: boolean[] = [];
    for (let n = 0; n < 3; n++) {
      expect(await textOf(pool, `https://localhost:${at.port}/`)).toBe('a');
      reused.push((peerOf(at, n).socket as unknown as { isSessionReused(): boolean }).isSessionReused());
    }
    expect(reused).toEqual([false, true, true]);
    expect((await rejection(poolOf({ lookup: loopback }).request('GET', `https://localhost:${at.port}/`))).code).toMatch(
      /CERT|SELF_SIGNED|VERIFY/,
    );
  });

  test('https through a proxy: a tunnel', async () => {
    const { ca, good } = await certificates();
    const at = await serve(echo, good);
    await using proxy = await startProxy({ target: at.port });
    const pool = poolOf({ ca, proxy: `http://us%40er:pass@${proxy.host}:${proxy.port}` });
    expect(await textOf(pool, `https://localhost:${at.port}/x`)).toBe('GET /x HTTP/1.1');
    expect(await textOf(pool, `https://localhost:${at.port}/y`)).toBe('GET /y HTTP/1.1');
    const [connect, ...more] = proxy.requests;
    expect([connect?.line, more]).toEqual([`CONNECT localhost:${at.port} HTTP/1.1`, []]);
    expect(connect?.head).toContain(`Proxy-Authorization: Basic ${Buffer.from('us@er:pass').toString('base64')}\r\n`);
    expect(String(peerOf(at).received)).not.toContain('Proxy-Authorization');
  });

  test('http through a proxy: absolute targets', async () => {
    const proxy = await serve(echo);
    const pool = poolOf({ proxy: new URL(`http://u:p@${proxy.host}:${proxy.port}`) });
    expect(await textOf(pool, 'http://example.org/x?y')).toBe('GET http://example.org/x?y HTTP/1.1');
    const sent = String(peerOf(proxy).received);
    expect(sent).toContain('Host: example.org\r\n');
    expect(sent).toContain(`Proxy-Authorization: Basic ${Buffer.from('u:p').toString('base64')}\r\n`);
  });

  test('a proxy that refuses', async () => {
    await using proxy = await startProxy({ reply: 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno' });
    const error = await rejection(poolOf({ proxy: `http://${proxy.host}:${proxy.port}` }).request('GET', 'https://example.org/'));
    expect([error, error.status, String(error.body)]).toEqual([expect.any(TunnelError), 407, 'no']);
  });
});

test('options that cannot be are refused', () => {
  for (const options of [
    { connections: 0 },
    { connections: 1.5 },
    { maxQueue: -1 },
    { queueTimeout: -1 },
    { keepAliveTimeout: NaN },
    { maxHeaders: -1 },
  ])
    expect(() => new PoolManager(options)).toThrow(RangeError);
  expect(() => new PoolManager({ pipelining: 2 as 1 })).toThrow(/surplus response/);
  for (const proxy of ['', 'h:1', 'https://h', 'socks5://h:1']) expect(() => new PoolManager({ proxy })).toThrow(InvalidURL);
  expect(() => new PoolManager({ connections: Infinity, maxQueue: 0, queueTimeout: null, keepAliveTimeout: 0 })).not.toThrow();
});
