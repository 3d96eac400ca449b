// What lies between two steps: a call that comes while another waits, an answer before its question, an end before its
// beginning. Each row was found by somebody reading the sources, and failed before it was mended.

import { getEventListeners } from 'node:events';
import net from 'node:net';
import { Duplex, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, ImproperConnectionState, IncompleteRead, NotConnected, PoolManager, TunnelError } from '../../src/index.js';
import { parseResponse } from '../../src/parser.js';
import { afterwards, again, connectionTo, expectUsable, get, peerOf, rejection, serve, sized, sleep, soon } from './harness.js';
import { thrown } from '../support/thrown.js';

/** An iterable whose next piece never comes. */
const stuck = (): AsyncIterable<string> => ({
  [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => {}) }),
});

describe('while a connection is being opened', () => {
  test('each caller has its own signal, and the others go on', async () => {
    const at = await serve(again);
    let answer: () => void = () => {};
    const connection = connectionTo(at, {
      createConnection: ({ host, port }) =>
        new Promise((resolve) => {
          answer = () => resolve(net.connect(port, host));
        }),
    });
    const opening = connection.connect();
    const controller = new AbortController();
    const request = rejection(connection.request('GET', '/', null, null, { signal: controller.signal }));
    await sleep(20);
    controller.abort('enough');
    expect(await soon(request)).toBe('enough');
    answer();
    await soon(opening);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('set_tunnel() is refused', async () => {
    const at = await serve(again);
    const connection = connectionTo(at, { lookup: () => {} });
    const opening = rejection(connection.connect());
    expect(thrown(() => connection.set_tunnel('secret.example')).message).toMatch(/set_tunnel\(\) before connect/);
    connection.close();
    expect(await soon(opening)).toBeInstanceOf(NotConnected);
  });

  test('close() right behind it rejects the request that waits for its response', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    void connection.connect().then(() => connection.close());
    const request = rejection(connection.request('GET', '/'));
    const response = rejection(connection.getresponse());
    expect(await soon(response)).toBeInstanceOf(NotConnected);
    await soon(request.catch(() => undefined));
    await expectUsable(connection);
  });
});

describe('while a response is awaited', () => {
  test('close() inside onInformational rejects it, though the final head came in the same read', async () => {
    const at = await serve(async (peer) => {
      if (peer.number > 0) return again(peer);
      await peer.head();
      await peer.write(`HTTP/1.1 103 Early Hints\r\n\r\n${sized('x')}`);
    });
    const connection = connectionTo(at);
    await connection.request('GET', '/', null, null, { onInformational: () => connection.close() });
    expect(await soon(rejection(connection.getresponse()))).toBeInstanceOf(NotConnected);
    await expectUsable(connection);
  });

  test('an asynchronous onInformational that rejects ends the request with what it threw', async () => {
    const at = await serve(async (peer) => {
      if (peer.number > 0) return again(peer);
      await peer.head();
      await peer.write('HTTP/1.1 103 Early Hints\r\n\r\n');
    });
    const connection = connectionTo(at);
    const refuse = async (): Promise<void> => {
      throw new Error('no');
    };
    await connection.request('GET', '/', null, null, { onInformational: () => refuse() as unknown as void });
    expect((await soon(rejection(connection.getresponse()))).message).toBe('no');
    await expectUsable(connection);
  });

  test('the signals of request and connection are both let go', async () => {
    const at = await serve(again);
    const [own, common] = [new AbortController().signal, new AbortController().signal];
    const connection = connectionTo(at, { signal: common });
    await connection.request('GET', '/', null, null, { signal: own });
    await (await connection.getresponse()).read();
    expect([getEventListeners(own, 'abort').length, getEventListeners(common, 'abort').length]).toEqual([0, 0]);
  });
});

describe('while a body is going out', () => {
  test('request() resolves when a final response comes, large pieces and a peer that does not read notwithstanding', async () => {
    const at = await serve(async (peer) => {
      if (peer.number > 0) return again(peer);
      await peer.head();
      peer.socket.pause();
      await peer.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno');
    });
    const connection = connectionTo(at);
    const piece = Buffer.alloc(4_000_000);
    await soon(connection.request('POST', '/', [piece, piece, piece]));
    const response = await soon(connection.getresponse());
    expect([response.status, response.will_close, await response.text()]).toEqual([413, true, 'no']);
    await expectUsable(connection);
  });

  test('totalTimeout ends it on a connection that has been idle', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(sized('x'));
      await peer.closed;
    });
    const connection = connectionTo(at, { totalTimeout: 300 });
    await (await get(connection)).read();
    await sleep(350);
    expect(await soon(rejection(connection.request('POST', '/', stuck())))).toMatchObject({ code: 'ETIMEDOUT', limit: 300 });
  });

  test("chunks of the caller's own that only look ended cost the connection", async () => {
    const at = await serve(async (peer) => {
      if (peer.number > 0) return again(peer);
      await peer.until('abc\r\n\r\n');
      await peer.write(sized('early'));
    });
    const connection = connectionTo(at);
    connection.putrequest('POST', '/');
    connection.putheader('Transfer-Encoding', 'chunked');
    await connection.endheaders();
    await connection.send(Buffer.from('a\r\nabc\r\n\r\n'));
    const response = await soon(connection.getresponse());
    expect([await response.text(), response.will_close]).toEqual(['early', true]);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test('bytes outside of any request end with the connection', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    await connection.connect();
    const sending = rejection(connection.send(stuck()));
    await sleep(20);
    connection.close();
    expect(await soon(sending)).toBeInstanceOf(NotConnected);
  });
});

test("an answer in the bytes behind a proxy's reply does not make a half-sent request look whole", async () => {
  const at = await serve(async (peer) => {
    await peer.head();
    await peer.write(`HTTP/1.1 200 OK\r\n\r\n${peer.number === 0 ? sized('early') : ''}`);
    await again(peer);
  });
  const connection = connectionTo(at);
  connection.set_tunnel('inside.example', 80);
  await soon(connection.request('POST', '/', 'body'));
  const response = await soon(connection.getresponse());
  expect([await response.text(), response.will_close]).toEqual(['early', true]);
  await expectUsable(connection);
  expect(peerOf(at).received.toString()).not.toContain('/again');
});

test('a refusal whose body stalls is a TunnelError all the same, with what came of it', async () => {
  const at = await serve(async (peer) => {
    await peer.head();
    await peer.write('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 100\r\n\r\nabc');
    await peer.closed;
  });
  const connection = connectionTo(at, { connectTimeout: 700 });
  connection.set_tunnel('inside.example', 80);
  const error = await soon(rejection(connection.request('GET', '/')));
  expect(error).toBeInstanceOf(TunnelError);
  expect([error.status, String(error.body)]).toEqual([407, 'abc']);
});

test('text() refuses a charset that it cannot decode before it reads', async () => {
  const at = await serve(async (peer) => {
    await peer.head();
    await peer.write(sized('abc', 'HTTP/1.1 200 OK', 'Content-Type: text/plain; charset=x-nope'));
  });
  const response = await get(connectionTo(at));
  expect((await soon(rejection(response.text()))).message).toMatch(/x-nope.*bytes\(\)/);
  expect(String(await response.bytes())).toBe('abc');
});

test('unfolding takes time in proportion to the value', () => {
  const value = `a${' '.repeat(60_000)}b\r\n ${' '.repeat(60_000)}c\r\n \r\n\td`;
  const { headers: folded } = parseResponse(Buffer.from(`HTTP/1.1 200 OK\r\nX:${value}\r\n\r\n`), { requestMethod: 'HEAD' });
  for (let n = 0; n < 200; n++) expect(folded.get('X')?.length).toBe(60_006);
});

test('a body source that throws on return() does not hide what went wrong', async () => {
  const at = await serve(async (peer) => {
    await peer.head();
    peer.end();
  });
  const source = {
    [Symbol.iterator]: () => ({
      next: (): IteratorResult<string> => {
        throw new Error('next');
      },
      return: (): IteratorResult<string> => {
        throw new Error('return');
      },
    }),
  };
  const error = await soon(rejection(connectionTo(at).request('POST', '/', source)));
  expect(error.message).toBe('next');
  expect(error).not.toBeInstanceOf(IncompleteRead);
});

describe('code of the caller’s that runs while a connection is used', () => {
  test.each(['abort', 'throw'] as const)('a lookup: %s', async (what) => {
    const at = await serve(again);
    const controller = new AbortController();
    const fault = Object.assign(new Error('no'), { code: 'EFAULT' });
    const lookup = (): void => {
      if (what === 'throw') throw fault;
      // It never answers, either.
      controller.abort('enough');
    };
    const connection = new HTTPConnection('name.test', at.port, { lookup });
    afterwards(() => connection.close());
    const error = await soon(rejection(connection.request('GET', '/', null, null, { signal: controller.signal })));
    if (what === 'throw') expect([error.code, error.cause]).toEqual(['EFAULT', fault]);
    else expect(error).toBe('enough');
    expect(getEventListeners(controller.signal, 'abort').length).toBe(0);
  });

  test('createConnection, which aborts and never comes back', async () => {
    const controller = new AbortController();
    const connection = new HTTPConnection('name.test', 80, {
      createConnection: () => {
        controller.abort('enough');
        return new Promise(() => {});
      },
    });
    expect(await soon(rejection(connection.request('GET', '/', null, null, { signal: controller.signal })))).toBe('enough');
  });

  test.each([
    ['aborts', 'a small body', 'body'],
    ['throws', 'a small body', 'body'],
    ['aborts', 'a large body', Buffer.alloc(600_000)],
    ['throws', 'a large body', Buffer.alloc(600_000)],
    ['aborts', 'chunks', [Buffer.alloc(50_000), 'a']],
    ['throws', 'chunks', [Buffer.alloc(50_000), 'a']],
  ] as const)('a stream whose write() %s: %s', async (what, _, body) => {
    // What a stream writes later, by itself, is not in a call of ours.
    for (let at = 0; at < (what === 'throws' ? 1 : 6); at++) {
      const controller = new AbortController();
      let writes = 0;
      const stream = new Duplex({
        read() {},
        write(_chunk, _encoding, done) {
          if (writes++ === at) {
            if (what === 'throws') throw new Error('enough');
            controller.abort(new Error('enough'));
          }
          setImmediate(done);
        },
      });
      const connection = new HTTPConnection('name.test', 80, { createConnection: () => stream });
      const sent = connection
        .request('POST', '/', body as string, null, { signal: controller.signal })
        .then(() => connection.getresponse());
      // Fewer writes than that: nothing happens, and nobody answers.
      if (writes <= at) setTimeout(() => controller.abort(new Error('enough')), 50);
      expect([at, (await soon(rejection(sent))).message]).toEqual([at, 'enough']);
      expect([at, stream.destroyed, connection.sock]).toEqual([at, true, null]);
    }
  });

  test('a stream that is gone as soon as the head is written: nobody waits for a 100', async () => {
    const stream = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        done();
        stream.emit('error', new Error('gone'));
      },
    });
    const connection = new HTTPConnection('name.test', 80, { createConnection: () => stream });
    const sent = connection.request('POST', '/', 'body', null, { expectContinue: 60_000 }).then(() => connection.getresponse());
    expect((await soon(rejection(sent))).message).toBe('gone');
  });
});

test('destroy() of a pool at any moment behind the end of a response: the request that waited is not answered', async () => {
  for (let turns = 0; turns < 10; turns++) {
    const at = await serve(async (peer) => {
      if (peer.number > 0) return again(peer);
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    });
    const pool = new PoolManager({ connections: 1 });
    const url = `http://${at.host}:${at.port}/`;
    const first = await pool.request('GET', url);
    const waiting = [rejection(pool.request('GET', url)), rejection(pool.request('GET', url))];
    first.close();
    for (let n = 0; n < turns; n++) await Promise.resolve();
    pool.destroy();
    for (const one of waiting) expect([turns, await soon(one)]).toEqual([turns, expect.any(NotConnected)]);
    expect([turns, pool.stats.connections]).toEqual([turns, 0]);
    await Promise.all(at.peers.map((peer) => soon(peer.closed)));
  }
});

test('a body’s stream is destroyed where its request is refused because of what happened before: an abort, a closed pool', async () => {
  const signal = AbortSignal.abort('before');
  const body = (): Readable => new Readable({ read() {} });
  const streams = [body(), body(), body()] as const;
  const pool = new PoolManager();
  expect(await rejection(new HTTPConnection('h').request('PUT', '/', streams[0], null, { signal }))).toBe('before');
  expect(await rejection(pool.request('PUT', 'http://h/', { body: streams[1], signal }))).toBe('before');
  await pool.close();
  expect(await rejection(pool.request('PUT', 'http://h/', { body: streams[2] }))).toBeInstanceOf(ImproperConnectionState);
  expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
});
