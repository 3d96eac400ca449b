// The order of calls: http.client's states, and api.md's table "One call at a time, per connection", cell by cell. After every
// failure the connection serves another request, and a call that is refused leaves the state as it was.
// What a failure of the peer does is for truncation, timeouts and abort; here the peer is well.

import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, test } from '@jest/globals';
import {
  CannotSendHeader,
  CannotSendRequest,
  ImproperConnectionState,
  IncompleteRead,
  InvalidURL,
  NotConnected,
  ResponseNotReady,
  type HTTPConnection,
  type HTTPResponse,
} from '../../src/index.js';
import {
  again,
  chunked,
  connectionTo,
  expectUsable,
  eventually,
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
import { thrown } from '../support/thrown.js';

const never = new Promise<never>(() => {});

/** An upload that goes on for ever, one byte after the other, with pauses. */
async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.from('x');
    await sleep(5);
  }
}

/** An upload whose second piece never comes. */
async function* stuck(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
  await never;
}

describe('calls in the wrong state', () => {
  type Call = (connection: HTTPConnection) => unknown;
  const calls: Record<string, Call> = {
    putrequest: (connection) => connection.putrequest('GET', '/'),
    request: (connection) => connection.request('GET', '/'),
    putheader: (connection) => connection.putheader('A', '1'),
    endheaders: (connection) => connection.endheaders(),
    getresponse: (connection) => connection.getresponse(),
    send: (connection) => connection.send(Buffer.from('x')),
  };
  const states: Record<string, Call> = {
    Idle: () => {},
    'Request-started': (connection) => connection.putrequest('GET', '/first'),
    'Request-sent': (connection) => connection.request('GET', '/first'),
  };
  test.each([
    ['Idle', 'putheader', CannotSendHeader],
    ['Idle', 'endheaders', CannotSendHeader],
    ['Idle', 'getresponse', ResponseNotReady],
    ['Request-started', 'putrequest', CannotSendRequest],
    ['Request-started', 'request', CannotSendRequest],
    ['Request-started', 'getresponse', ResponseNotReady],
    ['Request-started', 'send', ImproperConnectionState],
    ['Request-sent', 'putrequest', CannotSendRequest],
    ['Request-sent', 'request', CannotSendRequest],
    ['Request-sent', 'putheader', CannotSendHeader],
    ['Request-sent', 'endheaders', CannotSendHeader],
  ])('%s: %s is refused, and the state stays', async (state, call, type) => {
    const at = await serve((peer) => (state === 'Idle' ? again(peer) : peer.answer(sized('first'), sized('again'))));
    const connection = connectionTo(at);
    await states[state]?.(connection);
    const error = await rejection((async () => calls[call]?.(connection))());
    expect(error).toBeInstanceOf(type);
    if (call !== 'send') expect(error.message).toBe(state);
    // Whatever was begun can be finished.
    if (state === 'Request-started') await connection.endheaders();
    if (state !== 'Idle') expect(String(await (await connection.getresponse()).read())).toBe('first');
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('a request refused before a byte was written leaves Idle, and the socket as it was', async () => {
    const at = await serve((peer) => peer.answer(sized('first'), sized('again')));
    const connection = connectionTo(at);
    await (await get(connection)).read();
    for (const [method, url, body, headers] of [
      ['G T', '/', null, null],
      ['GET', '/ /', null, null],
      ['GET', '/', null, { 'a b': '1' }],
      ['GET', '/', null, { a: 'b\r\nc' }],
      ['POST', '/', 'abc', { 'Content-Length': 4 }],
      ['POST', '/', 'abc', { 'Content-Length': 3, 'Transfer-Encoding': 'chunked' }],
      ['POST', '/', 'Ā', null],
    ] as const) {
      expect(await rejection(connection.request(method, url, body, headers))).toBeInstanceOf(url === '/ /' ? InvalidURL : TypeError);
    }
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
    expect(at.peers[0]?.received.toString().match(/^\S+ \S+ HTTP/gm)).toEqual(['GET / HTTP', 'GET /again HTTP']);
  });

  test('a refused putrequest leaves Idle, a refused putheader or endheaders Request-started', async () => {
    const at = await serve((peer) => peer.answer(sized('first'), sized('again')));
    const connection = connectionTo(at);
    expect(thrown(() => connection.putrequest('G T', '/'))).toBeInstanceOf(TypeError);
    expect(thrown(() => connection.putheader('A', '1'))).toBeInstanceOf(CannotSendHeader);
    connection.putrequest('POST', '/first');
    expect(thrown(() => connection.putheader('A B', '1'))).toBeInstanceOf(TypeError);
    expect(thrown(() => connection.putheader('A', '1', 'b\nc'))).toBeInstanceOf(TypeError);
    // A value that is missing is none, and not an empty one.
    expect(thrown(() => connection.putheader('A', undefined as never))).toBeInstanceOf(TypeError);
    connection.putheader('Content-Length', '3');
    expect(thrown(() => connection.putheader('Content-Length', '4'))).toBeInstanceOf(TypeError);
    expect(thrown(() => connection.putheader('Transfer-Encoding', 'chunked'))).toBeInstanceOf(TypeError);
    expect(await rejection(connection.endheaders('abcd'))).toBeInstanceOf(TypeError);
    connection.putheader('B', '2');
    await connection.endheaders('abc');
    expect(String(await (await connection.getresponse()).read())).toBe('first');
    expect(at.peers[0]?.received.toString()).toBe(
      `POST /first HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nAccept-Encoding: identity\r\nContent-Length: 3\r\nB: 2\r\n\r\nabc`,
    );
    await expectUsable(connection);
  });
});

describe('while request() is uploading', () => {
  /** Starts an upload of `body` and waits until the server has its first piece. */
  async function uploading(
    play: Play,
    body: AsyncIterable<Uint8Array>,
  ): Promise<{ connection: HTTPConnection; upload: Promise<void>; first: Peer }> {
    const at = await serveEach(play, again);
    const connection = connectionTo(at);
    const upload = connection.request('POST', '/', body);
    upload.catch(() => {});
    await eventually(() => at.peers[0]?.received.includes('1\r\nx\r\n') === true, 'the first piece');
    return { connection, upload, first: peerOf(at) };
  }

  test.each(['request', 'putrequest'])('%s is refused, and the upload goes on', async (call) => {
    const { connection, upload } = await uploading(async (peer) => {
      await peer.until('1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n');
      await peer.write(sized('early'));
    }, endless());
    const second = call === 'request' ? connection.request('GET', '/') : (async () => connection.putrequest('GET', '/'))();
    expect(await rejection(second)).toBeInstanceOf(CannotSendRequest);
    const response = await soon(connection.getresponse());
    expect(String(await response.read())).toBe('early');
    await soon(upload);
    await expectUsable(connection);
  });

  test('getresponse is allowed, and waits', async () => {
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const { connection, upload } = await uploading(
      async (peer) => {
        await peer.until('0\r\n\r\n');
        await peer.write(sized('late'));
        await again(peer);
      },
      (async function* () {
        yield Buffer.from('x');
        await finished;
        yield Buffer.from('y');
      })(),
    );
    const pending = connection.getresponse();
    await sleep(20);
    finish();
    await upload;
    expect(String(await (await pending).read())).toBe('late');
    await expectUsable(connection);
  });

  test.each([
    ['pieces coming', endless],
    ['the next piece never coming', stuck],
  ])('close() rejects request() and getresponse() with NotConnected, %s', async (_, body) => {
    const { connection, upload, first } = await uploading(() => never, body());
    const response = connection.getresponse();
    response.catch(() => {});
    await sleep(10);
    connection.close();
    expect(await soon(rejection(response), 'getresponse()')).toBeInstanceOf(NotConnected);
    expect(await soon(rejection(upload), 'request()')).toBeInstanceOf(NotConnected);
    await soon(first.closed, 'the end of the socket');
    await expectUsable(connection);
  });
});

describe('while connecting', () => {
  /** A connection whose lookup answers when it is told to. */
  async function connecting(): Promise<{ connection: HTTPConnection; goOn: () => void; peers: Peer[] }> {
    const at = await serve(again);
    const { HTTPConnection } = await import('../../src/index.js');
    let goOn = (): void => {};
    let first = true;
    const connection = new HTTPConnection('name.test', at.port, {
      lookup: (_host, options, callback) => {
        const reply = (): void =>
          (callback as (...args: unknown[]) => void)(null, options.all === true ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
        if (first) goOn = reply;
        else reply();
        first = false;
      },
    });
    return { connection, goOn: () => goOn(), peers: at.peers };
  }

  test('request is refused, getresponse waits', async () => {
    const { connection, goOn } = await connecting();
    const request = connection.request('GET', '/');
    expect(await rejection(connection.request('GET', '/'))).toBeInstanceOf(CannotSendRequest);
    expect(thrown(() => connection.putrequest('GET', '/'))).toBeInstanceOf(CannotSendRequest);
    const response = connection.getresponse();
    expect(await rejection(connection.getresponse())).toBeInstanceOf(ResponseNotReady);
    goOn();
    await request;
    expect(String(await (await response).read())).toBe('again');
    await expectUsable(connection);
    connection.close();
  });

  test('close() rejects both with NotConnected', async () => {
    const { connection, goOn, peers } = await connecting();
    const request = connection.request('GET', '/');
    const response = connection.getresponse();
    request.catch(() => {});
    response.catch(() => {});
    await sleep(5);
    connection.close();
    expect(await soon(rejection(request))).toBeInstanceOf(NotConnected);
    expect(await soon(rejection(response))).toBeInstanceOf(NotConnected);
    goOn();
    await expectUsable(connection);
    expect(peers.length).toBe(1);
    connection.close();
  });

  test('close() rejects connect()', async () => {
    const { connection, goOn } = await connecting();
    const connected = connection.connect();
    connected.catch(() => {});
    await sleep(5);
    connection.close();
    expect(await soon(rejection(connected))).toBeInstanceOf(NotConnected);
    goOn();
    await expectUsable(connection);
    connection.close();
  });

  test('connect() and a request at once share one socket', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const connected = connection.connect();
    await expectUsable(connection);
    await connected;
    await connection.connect();
    await sleep(20);
    expect(at.peers.length).toBe(1);
    connection.close();
    await soon(peerOf(at).closed);
  });

  // An await more or less must not decide whether a socket is left behind.
  test.each(Array.from({ length: 20 }, (_, n) => n))('close() %i turns after the socket was made leaves none open', async (turns) => {
    const at = await serve(again);
    for (const call of ['connect', 'request'] as const) {
      const socket = net.connect(at.port, at.host);
      await once(socket, 'connect');
      let made = (): void => {};
      const connection = connectionTo(at, { createConnection: () => new Promise((resolve) => (made = () => resolve(socket))) });
      const pending = call === 'connect' ? connection.connect() : connection.request('GET', '/');
      pending.catch(() => {});
      await sleep(1);
      made();
      for (let n = 0; n < turns; n++) await Promise.resolve();
      connection.close();
      await soon(
        pending.catch(() => {}),
        call,
      );
      expect(connection.sock === null).toBe(true);
      if (!socket.destroyed) await soon(once(socket, 'close'), `the end of the socket of ${call}()`);
    }
  });
});

describe('while getresponse() waits', () => {
  async function waiting(): Promise<{ connection: HTTPConnection; pending: Promise<HTTPResponse>; first: Peer }> {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.until('go');
    }, again);
    const connection = connectionTo(at);
    await connection.request('GET', '/');
    const pending = connection.getresponse();
    pending.catch(() => {});
    await eventually(() => at.peers.length === 1);
    return { connection, pending, first: peerOf(at) };
  }

  test('request and putrequest are CannotSendRequest, getresponse is ResponseNotReady; the first call goes on', async () => {
    const { connection, pending, first } = await waiting();
    expect(await rejection(connection.request('GET', '/'))).toBeInstanceOf(CannotSendRequest);
    expect(thrown(() => connection.putrequest('GET', '/'))).toBeInstanceOf(CannotSendRequest);
    expect(await rejection(connection.getresponse())).toBeInstanceOf(ResponseNotReady);
    await first.write(sized('answer'));
    expect(String(await (await pending).read())).toBe('answer');
  });

  test('close() rejects it with NotConnected', async () => {
    const { connection, pending, first } = await waiting();
    connection.close();
    const error = await soon(rejection(pending));
    expect(error).toBeInstanceOf(NotConnected);
    expect(error).toMatchObject({ code: 'HTTP_NOT_CONNECTED', phase: 'headers' });
    await soon(first.closed);
    await expectUsable(connection);
  });
});

describe('while a response is not read to its end', () => {
  const parts: readonly [name: string, raw: string, rest: string][] = [
    ['sized', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc', 'def'],
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', '3\r\ndef\r\n0\r\n\r\n'],
  ];

  test.each(parts)('%s: request is sent, getresponse is ResponseNotReady until the body is read', async (_, head, rest) => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(head);
      await peer.head();
      await peer.write(rest, sized('second'));
      await again(peer);
    });
    const connection = connectionTo(at);
    const first = await get(connection);
    expect(String(await first.read(3))).toBe('abc');
    await connection.request('GET', '/second');
    expect(await rejection(connection.getresponse())).toBeInstanceOf(ResponseNotReady);
    expect(await rejection(connection.request('GET', '/third'))).toBeInstanceOf(CannotSendRequest);
    expect(String(await first.read())).toBe('def');
    expect(String(await (await connection.getresponse()).read())).toBe('second');
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test.each([
    ['sized', sized('first')],
    ['chunked', chunked(['first'])],
  ])('%s: bytes that have come count as unread', async (_, raw) => {
    const at = await serve((peer) => peer.answer(raw, sized('second')));
    const connection = connectionTo(at);
    const first = await get(connection);
    await connection.request('GET', '/second');
    expect(await rejection(connection.getresponse())).toBeInstanceOf(ResponseNotReady);
    expect(String(await first.read())).toBe('first');
    expect(String(await (await connection.getresponse()).read())).toBe('second');
  });

  test.each(parts)(
    '%s: close() of the first response costs the second, which the caller learns; the next request works',
    async (_, head) => {
      const at = await serveEach(async (peer) => {
        await peer.head();
        await peer.write(head);
        await peer.head();
      }, again);
      const connection = connectionTo(at);
      const first = await get(connection);
      await connection.request('POST', '/second', 'body');
      first.close();
      expect(await soon(rejection(connection.getresponse()))).toMatchObject({ code: 'ECONNRESET' });
      await expectUsable(connection);
      expect(at.peers.length).toBe(2);
    },
  );

  // What has nothing to read is read.
  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'HEAD'],
    ['an empty body', sized(''), 'GET'],
  ])('%s does not hold up the next response', async (_, raw, method) => {
    const at = await serve((peer) => peer.answer(raw, sized('again')));
    const connection = connectionTo(at);
    await connection.request(method, '/');
    await connection.getresponse();
    await expectUsable(connection);
  });

  // Giving up what has come to its end costs nothing, and leaves nothing to wait for.
  const givenUp: readonly [name: string, raw: string, reads: (response: HTTPResponse) => Promise<unknown>][] = [
    ['a chunked body without bytes', chunked([]), async () => {}],
    ['a chunked body whose bytes are read, not its end', chunked(['abc']), (response) => response.read(3)],
    ['a chunked body that came whole', chunked(['abc']), async () => {}],
    ['a sized body that came whole', sized('abc'), async () => {}],
    ['a chunked body behind a peek', chunked(['abc']), (response) => response.peek()],
  ];
  test.each(givenUp)('close() of %s: the next response can be had', async (_, raw, reads) => {
    const at = await serve(async (peer) => {
      await peer.answer(raw);
      await again(peer);
    });
    const connection = connectionTo(at);
    const response = await get(connection);
    await reads(response);
    await sleep(10);
    response.close();
    expect(response.closed).toBe(true);
    await expectUsable(connection);
  });

  const reads: Record<string, (response: HTTPResponse) => Promise<unknown>> = {
    read: (response) => response.read(),
    'read(n)': (response) => response.read(6),
    read1: async (response) => {
      await response.read1();
      return response.read1();
    },
    readinto: (response) => response.readinto(Buffer.alloc(6)),
    readline: (response) => response.readline(),
    readlines: (response) => response.readlines(),
    text: (response) => response.text(),
    discard: (response) => response.discard(),
    'for await': async (response) => {
      for await (const line of response) void line;
    },
  };
  test.each(Object.entries(reads))(
    '%s in flight: another read is ImproperConnectionState; close() rejects with IncompleteRead',
    async (name, read) => {
      const at = await serveEach(async (peer) => {
        await peer.head();
        await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc');
      }, again);
      const connection = connectionTo(at);
      const response = await get(connection);
      const pending = read(response);
      pending.catch(() => {});
      await sleep(10);
      for (const other of Object.values(reads)) expect(await rejection(other(response))).toBeInstanceOf(ImproperConnectionState);
      expect(await rejection(response.peek())).toBeInstanceOf(ImproperConnectionState);
      connection.close();
      // A read that may be short first returns what there is.
      const outcome = await soon(pending.catch((error: unknown) => error));
      if (name === 'read(n)' || name === 'readline') expect(String(outcome)).toBe('abc');
      else if (name === 'readinto') expect(outcome).toBe(3);
      else expect(outcome).toBeInstanceOf(IncompleteRead);
      expect(await rejection(response.read())).toBeInstanceOf(IncompleteRead);
      await expectUsable(connection);
    },
  );

  test('close() between reads: the next read is IncompleteRead with what came as partial', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcdef');
    });
    const connection = connectionTo(at);
    const response = await get(connection);
    expect(String(await response.read(2))).toBe('ab');
    await sleep(10);
    connection.close();
    const error = await rejection(response.read());
    expect(error).toBeInstanceOf(IncompleteRead);
    expect([String(error.partial), error.expected]).toEqual(['cdef', 4]);
    await soon(peerOf(at).closed);
  });

  test('a response that owns its socket survives close()', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabc');
      await sleep(30);
      await peer.write('def');
    });
    const connection = connectionTo(at);
    const response = await get(connection);
    expect([response.will_close, connection.sock === null]).toEqual([true, true]);
    connection.close();
    expect(String(await response.read())).toBe('abcdef');
    await soon(peerOf(at).closed);
  });
});

describe('close()', () => {
  test('is idempotent, and a closed connection opens again', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    connection.close();
    await expectUsable(connection);
    connection.close();
    connection.close();
    expect(connection.sock === null).toBe(true);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test('ends a low-level request that is under way', async () => {
    const at = await serveEach(() => never, again);
    const connection = connectionTo(at);
    connection.putrequest('GET', '/');
    connection.putheader('A', '1');
    connection.close();
    expect(thrown(() => connection.putheader('B', '2'))).toBeInstanceOf(CannotSendHeader);
    connection.putrequest('POST', '/');
    connection.putheader('Content-Length', '10');
    await connection.endheaders();
    connection.close();
    expect(await rejection(connection.getresponse())).toBeInstanceOf(ResponseNotReady);
    await expectUsable(connection);
  });

  test('auto_open = 0: NotConnected, and the state stays Idle', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    connection.auto_open = 0;
    expect(await rejection(connection.request('GET', '/'))).toBeInstanceOf(NotConnected);
    connection.putrequest('GET', '/');
    expect(await rejection(connection.endheaders())).toBeInstanceOf(NotConnected);
    expect(await rejection(connection.send(Buffer.from('x')))).toBeInstanceOf(NotConnected);
    await connection.connect();
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('await using closes', async () => {
    const at = await serve(again);
    {
      await using connection = connectionTo(at);
      await connection.connect();
      expect(connection.sock === null).toBe(false);
    }
    await soon(peerOf(at).closed);
  });

  test('set_tunnel on an open connection is refused', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    await connection.connect();
    expect(thrown(() => connection.set_tunnel('far.test'))).toBeInstanceOf(ImproperConnectionState);
    await expectUsable(connection);
  });
});
