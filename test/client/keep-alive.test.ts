// The connection between requests: when it is used again, what ends it, what may stand between two responses, and the one retry of a
// request that a stale connection swallowed.
// What ends it in the middle of a message is in truncation.test.ts.

import { describe, expect, jest, test } from '@jest/globals';
import { ConnectionError, RemoteDisconnected, type HTTPConnection } from '../../src/index.js';
import {
  again,
  chunked,
  connectionTo,
  eventually,
  expectUsable,
  get,
  rejection,
  serve,
  serveEach,
  sized,
  sleep,
  soon,
  type Peer,
  type Play,
  peerOf,
} from './harness.js';

describe('used again', () => {
  // One request, its response read to the end, and another request: on the same socket, or not.
  type Row = readonly [name: string, raw: string, same: boolean, more?: { method?: string; headers?: Record<string, string> }];
  const rows: readonly Row[] = [
    ['HTTP/1.1 with a length', sized('a'), true],
    ['HTTP/1.1 chunked', chunked(['a']), true],
    ['HTTP/1.1 without a body', sized(''), true],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', true],
    ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', true],
    ['205 with a length', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n', true],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', true, { method: 'HEAD' }],
    ['HEAD without framing', 'HTTP/1.1 200 OK\r\n\r\n', true, { method: 'HEAD' }],
    ['chunked with trailers', chunked(['a'], 'A: b\r\nConnection: close\r\n'), true],
    ['HTTP/1.1 with Connection: close', sized('a', 'HTTP/1.1 200 OK', 'Connection: close'), false],
    ['Connection: Close', sized('a', 'HTTP/1.1 200 OK', 'Connection: Close'), false],
    ['close in a list', sized('a', 'HTTP/1.1 200 OK', 'Connection: foo, close ,bar'), false],
    ['close in the second field', sized('a', 'HTTP/1.1 200 OK', 'Connection: foo', 'Connection: close'), false],
    ['close and keep-alive', sized('a', 'HTTP/1.1 200 OK', 'Connection: keep-alive, close'), false],
    ['not-closed is another token', sized('a', 'HTTP/1.1 200 OK', 'Connection: not-closed'), true],
    ['closed is another token', sized('a', 'HTTP/1.1 200 OK', 'Connection: closed'), true],
    ['an empty Connection', sized('a', 'HTTP/1.1 200 OK', 'Connection:'), true],
    ['Proxy-Connection: close means nothing', sized('a', 'HTTP/1.1 200 OK', 'Proxy-Connection: close'), true],
    ['HTTP/1.0', sized('a', 'HTTP/1.0 200 OK'), false],
    ['HTTP/1.0 with keep-alive', sized('a', 'HTTP/1.0 200 OK', 'Connection: keep-alive'), true],
    ['HTTP/1.0 with Keep-Alive in capitals', sized('a', 'HTTP/1.0 200 OK', 'Connection: Keep-Alive'), true],
    ['HTTP/1.0 chunked with keep-alive', chunked(['a'], '', 'Connection: keep-alive').replace('1.1', '1.0'), false],
    ['HTTP/1.7', sized('a', 'HTTP/1.7 200 OK'), true],
    ['close-delimited', 'HTTP/1.1 200 OK\r\n\r\na', false],
    ['Transfer-Encoding given twice', chunked(['a'], '', 'Transfer-Encoding: chunked'), false],
    ['the request says Connection: close', sized('a'), false, { headers: { Connection: 'close' } }],
    ['the request says close in a list', sized('a'), false, { headers: { connection: 'foo, Close' } }],
    ['Keep-Alive: timeout=100', sized('a', 'HTTP/1.1 200 OK', 'Keep-Alive: timeout=100, max=5'), true],
    ['Keep-Alive: timeout=1 is over already', sized('a', 'HTTP/1.1 200 OK', 'Keep-Alive: timeout=1'), false],
    ['Keep-Alive: timeout=0', sized('a', 'HTTP/1.1 200 OK', 'Keep-Alive: timeout=0'), false],
    ['Keep-Alive without timeout', sized('a', 'HTTP/1.1 200 OK', 'Keep-Alive: max=0'), true],
    ['Keep-Alive with nonsense', sized('a', 'HTTP/1.1 200 OK', 'Keep-Alive: timeout=soon'), true],
  ];
  test.each(rows)('%s: %p', async (_, raw, same, { method = 'GET', headers } = {}) => {
    const at = await serve(async (peer) => {
      if (peer.number === 0) {
        await peer.head();
        await peer.write(raw);
        if (raw.startsWith('HTTP/1.1 200 OK\r\n\r\n') && method !== 'HEAD') return peer.end();
      }
      return again(peer);
    });
    const connection = connectionTo(at);
    await connection.request(method, '/', null, headers ?? null);
    const response = await connection.getresponse();
    await response.read();
    expect([response.closed, response.isclosed()]).toEqual([true, true]);
    const late = raw.includes('Keep-Alive: timeout=');
    if (!late) expect(response.will_close).toBe(!same);
    await expectUsable(connection);
    expect(at.peers.length).toBe(same ? 1 : 2);
    if (!same) await soon(peerOf(at).closed, 'the end of the first socket');
  });

  test('a hundred times', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    for (let n = 0; n < 100; n++) await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('Keep-Alive: timeout=2 is honoured minus a second', async () => {
    const at = await serveEach(
      (peer) => peer.answer(...Array.from({ length: 3 }, () => sized('again', 'HTTP/1.1 200 OK', 'Keep-Alive: timeout=2'))),
      again,
    );
    const connection = connectionTo(at);
    await expectUsable(connection);
    await sleep(500);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
    await sleep(1100);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
    await soon(peerOf(at).closed);
  });

  test('reads of any kind leave the socket behind, other ends take it away', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    for (const read of [
      async () => (await get(connection)).text(),
      async () => (await get(connection)).discard(),
      async () => (await get(connection)).readline(),
      async () => (await get(connection)).readinto(Buffer.alloc(5)),
      async () => {
        for await (const piece of (await get(connection)).chunks()) void piece;
      },
      async () => {
        for await (const piece of (await get(connection)).stream()) void piece;
      },
    ]) {
      await read();
      expect(at.peers.length).toBe(1);
    }
  });
});

describe('between two responses', () => {
  async function behind(junk: string, how: 'with the body' | 'later'): Promise<{ connection: HTTPConnection; peers: Peer[] }> {
    const at = await serveEach(async (peer) => {
      await peer.head();
      if (how === 'with the body') await peer.write(sized('first') + junk);
      else {
        await peer.write(sized('first'));
        await sleep(10);
        await peer.write(junk);
      }
      await again(peer);
    }, again);
    const connection = connectionTo(at);
    const response = await get(connection);
    expect(String(await response.read())).toBe('first');
    await sleep(30);
    expect([response.closed, response.status]).toEqual([true, 200]);
    return { connection, peers: at.peers };
  }

  const rows: readonly [name: string, junk: string, same: boolean][] = [
    ['nothing', '', true],
    ['one CRLF', '\r\n', true],
    ['four CRLFs', '\r\n'.repeat(4), true],
    ['five CRLFs', '\r\n'.repeat(5), false],
    ['a bare LF', '\n', false],
    ['a bare CR and more', '\rx', false],
    ['a blank', ' ', false],
    ['NUL', '\0', false],
    ['a whole response', sized('EVIL'), false],
    ['CRLF and a response', `\r\n${sized('EVIL')}`, false],
    ['an interim response', 'HTTP/1.1 103 Early Hints\r\n\r\n', false],
    ['half a response', 'HTTP/1.1 200 O', false],
    ['a 408, as some servers say good-bye', 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n', false],
    ['one letter', 'H', false],
  ];
  const all = rows.flatMap(([name, junk, same]) =>
    (['with the body', 'later'] as const).map((how): [string, typeof how, string, boolean] => [name, how, junk, same]),
  );
  test.each(all)('%s, %s', async (_, how, junk, same) => {
    const { connection, peers } = await behind(junk, how);
    if (!same) await soon((peers[0] as Peer).closed, 'the end of the first socket');
    expect(connection.sock === null).toBe(!same);
    await expectUsable(connection);
    expect(peers.length).toBe(same ? 1 : 2);
  });

  test('CRLFs count from response to response', async () => {
    const at = await serve((peer) => peer.answer(...Array.from({ length: 6 }, () => `${sized('again')}\r\n\r\n\r\n`)));
    const connection = connectionTo(at);
    for (let n = 0; n < 6; n++) {
      await expectUsable(connection);
      await sleep(3);
    }
    expect(at.peers.length).toBe(1);
  });

  test('a CRLF of which one half comes before the next request, and the other behind it', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(`${sized('one')}\r`);
      await peer.head();
      await peer.write('\n', sized('two'));
    });
    const connection = connectionTo(at);
    expect(String(await (await get(connection)).read())).toBe('one');
    // The half has to be there first.
    await eventually(() => (connection.sock as { bytesRead: number } | null)?.bytesRead === sized('one').length + 1);
    expect(String(await (await get(connection)).read())).toBe('two');
    expect(at.peers.length).toBe(1);
  });

  test('junk behind a response that nobody has read yet does not touch it', async () => {
    const at = await serveEach((peer) => peer.answer(`${sized('first')}EVIL`), again);
    const connection = connectionTo(at);
    const response = await get(connection);
    await sleep(20);
    expect(String(await response.read())).toBe('first');
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test.each<[name: string, leave: (peer: Peer) => unknown]>([
    ['FIN', (peer) => peer.end()],
    ['RST', (peer) => peer.reset(10)],
  ])('%s while idle: without a word, the next request connects anew, whatever its method', async (_, leave) => {
    const at = await serveEach(async (peer) => {
      await peer.answer(sized('again'));
      await leave(peer);
    }, again);
    const connection = connectionTo(at);
    await expectUsable(connection);
    await eventually(() => connection.sock === null, 'the end of the socket');
    await connection.request('POST', '/', 'body');
    expect(String(await (await connection.getresponse()).read())).toBe('again');
    expect(at.peers.length).toBe(2);
  });
});

describe('a stale connection', () => {
  /** Answers once, then takes one more request head and fails it. */
  const swallow =
    (fail: (peer: Peer) => unknown, first = sized('again')): Play =>
    async (peer) => {
      await peer.answer(first);
      await peer.head();
      await fail(peer);
    };
  const close = (peer: Peer): void => peer.end();
  const reset = (peer: Peer): Promise<void> => peer.reset(0);
  const fails: readonly [name: string, fail: (peer: Peer) => unknown][] = [
    ['FIN', close],
    ['RST', reset],
  ];

  const repeated = (['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'] as const).flatMap((method) =>
    fails.map(([name, fail]): [string, string, (peer: Peer) => unknown] => [method, name, fail]),
  );
  test.each(repeated)('%s is sent once more, after %s', async (method, _, fail) => {
    const at = await serveEach(swallow(fail), async (peer) => {
      for (;;) {
        await peer.head();
        await peer.write(method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n' : sized('second'));
      }
    });
    const connection = connectionTo(at);
    await expectUsable(connection);
    await connection.request(method, '/x', method === 'PUT' ? 'body' : null, { A: 'b' });
    const response = await soon(connection.getresponse());
    expect([response.status, String(await response.read())]).toEqual([200, method === 'HEAD' ? '' : 'second']);
    expect(at.peers.length).toBe(2);
    const [first, second] = at.peers.map((peer) => peer.received.toString());
    expect(first?.endsWith(second as string)).toBe(true);
  });

  test('with a body in hand that is larger than the socket takes', async () => {
    const body = Buffer.alloc(8 << 20, 'x');
    const at = await serveEach(
      async (peer) => {
        await peer.answer(sized('again'));
        await peer.head();
        peer.socket.pause();
        await peer.reset(20);
      },
      async (peer) => {
        await peer.head();
        await peer.take(body.length);
        await peer.write(sized('second'));
      },
    );
    const connection = connectionTo(at);
    await expectUsable(connection);
    await soon(connection.request('PUT', '/x', body));
    expect(String(await (await soon(connection.getresponse(), 'getresponse()', 4000)).read())).toBe('second');
    expect(at.peers.length).toBe(2);
  });

  type Row = readonly [name: string, send: (connection: HTTPConnection) => Promise<void>];
  const never: readonly Row[] = [
    ['POST', (connection) => connection.request('POST', '/', 'body')],
    ['POST without body', (connection) => connection.request('POST', '/')],
    ['PATCH', (connection) => connection.request('PATCH', '/', 'body')],
    ['an unknown method', (connection) => connection.request('X', '/')],
    ['get, which is not GET', (connection) => connection.request('get', '/')],
    ['CONNECT', (connection) => connection.request('CONNECT', 'h:1')],
    ['PUT with an iterable', (connection) => connection.request('PUT', '/', ['body'])],
    [
      'PUT with a Blob, a stream once begun',
      (connection) =>
        connection.request(
          'PUT',
          '/',
          (async function* () {
            yield 'body';
          })(),
        ),
    ],
    [
      'a low-level GET',
      async (connection) => {
        connection.putrequest('GET', '/');
        await connection.endheaders();
      },
    ],
    [
      'a low-level PUT',
      async (connection) => {
        connection.putrequest('PUT', '/');
        await connection.endheaders('body');
      },
    ],
  ];
  test.each(
    never.flatMap(([name, send]) => fails.map(([how, fail]): [string, string, Row[1], (peer: Peer) => unknown] => [name, how, send, fail])),
  )('%s is never sent again, after %s; the error says that the socket was reused', async (_, how, send, fail) => {
    const at = await serveEach(swallow(fail), again);
    const connection = connectionTo(at);
    await expectUsable(connection);
    const error = await soon(rejection(send(connection).then(() => connection.getresponse())));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'ECONNRESET', reusedSocket: true, host: `127.0.0.1:${at.port}`, phase: 'headers' });
    expect(error instanceof RemoteDisconnected).toBe(how === 'FIN');
    expect(error.bytesWritten).toBe(peerOf(at).received.length);
    expect(error.bytesRead).toBe(sized('again').length);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test('exactly once: the second connection failing is the end', async () => {
    const at = await serveEach(swallow(close), async (peer) => {
      await peer.head();
      peer.end();
    });
    const connection = connectionTo(at);
    await expectUsable(connection);
    await connection.request('GET', '/');
    const error = await soon(rejection(connection.getresponse()));
    expect(error).toBeInstanceOf(RemoteDisconnected);
    expect(error.reusedSocket).toBe(false);
    expect(at.peers.length).toBe(2);
  });

  test('not on a connection that served nothing yet', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      peer.end();
    });
    const connection = connectionTo(at);
    await connection.connect();
    await connection.request('GET', '/');
    expect(await soon(rejection(connection.getresponse()))).toMatchObject({ name: 'RemoteDisconnected', reusedSocket: false });
    expect(at.peers.length).toBe(1);
  });

  test.each([
    ['an interim response', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'RemoteDisconnected'],
    ['half an interim response', 'HTTP/1.1 103 Ea', undefined],
    ['one byte', 'H', 'BadStatusLine'],
    ['an empty line', '\r\n', 'RemoteDisconnected'],
    ['half a head', 'HTTP/1.1 200 OK\r\nA:', 'IncompleteRead'],
  ])('not after %s', async (_, raw, name) => {
    const at = await serveEach(
      swallow(async (peer) => {
        await peer.write(raw);
        peer.end();
      }),
      again,
    );
    const connection = connectionTo(at);
    await expectUsable(connection);
    await connection.request('GET', '/');
    const error = await soon(rejection(connection.getresponse()));
    if (name !== undefined) expect(error.name).toBe(name);
    expect(error.reusedSocket).toBe(true);
    expect(at.peers.length).toBe(1);
    await expectUsable(connection);
  });

  test('not when the answer is malformed, or does not come in time', async () => {
    const at = await serveEach(
      swallow((peer) => peer.write('garbage\r\n\r\n')),
      swallow(() => {}),
      again,
    );
    const connection = connectionTo(at, { headersTimeout: 150 });
    for (const name of ['BadStatusLine', 'TimeoutError']) {
      await expectUsable(connection);
      await connection.request('GET', '/');
      expect((await soon(rejection(connection.getresponse()))).name).toBe(name);
    }
    expect(at.peers.length).toBe(2);
  });

  test('not with auto_open 0', async () => {
    const at = await serveEach(swallow(close), again);
    const connection = connectionTo(at);
    await expectUsable(connection);
    connection.auto_open = 0;
    await connection.request('GET', '/');
    expect(await soon(rejection(connection.getresponse()))).toMatchObject({ name: 'RemoteDisconnected' });
    expect(at.peers.length).toBe(1);
  });

  test('the retry keeps the request’s options: signal, onInformational, totalTimeout', async () => {
    const at = await serveEach(swallow(close), async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 103 Early Hints\r\n\r\n');
    });
    const connection = connectionTo(at);
    await expectUsable(connection);
    const controller = new AbortController();
    const told: number[] = [];
    await connection.request('GET', '/', null, null, {
      signal: controller.signal,
      onInformational: ({ status }) => void told.push(status),
    });
    const pending = connection.getresponse();
    pending.catch(() => {});
    await eventually(() => told.length === 1);
    controller.abort('enough');
    expect(await soon(rejection(pending))).toBe('enough');
    await soon(peerOf(at, 1).closed);
  });

  test('the retry may fail to connect', async () => {
    let connects = 0;
    const at = await serve(swallow(close));
    const connection = connectionTo(at, {
      createConnection: ({ host, port }) => {
        if (connects++ > 0) throw Object.assign(new Error('no more'), { code: 'EMFILE' });
        return (jest.requireActual('node:net') as typeof import('node:net')).connect(port, host);
      },
    });
    await expectUsable(connection);
    await connection.request('GET', '/');
    expect(await soon(rejection(connection.getresponse()))).toMatchObject({ code: 'EMFILE' });
  });
});
