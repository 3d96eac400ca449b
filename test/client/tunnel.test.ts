// Tunnels: CONNECT to a proxy, plain and with TLS inside, what the proxy may answer, and that the connection goes on afterwards.
// CONNECT as a request of its own is in switching.test.ts.

import net from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { ConnectionError, HTTPMessage, InvalidURL, TimeoutError, TunnelError, type HTTPConnection } from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import { startProxy } from '../support/server.js';
import {
  afterwards,
  again,
  chunked,
  connectionTo,
  expectUsable,
  get,
  rejection,
  secureConnectionTo,
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

const OPEN = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** A proxy that reads a CONNECT, writes `reply`, and then is the far server itself, or a pipe to `far`. */
const proxy =
  (reply: string | string[], far?: Served) =>
  async (peer: Peer): Promise<void> => {
    await peer.head();
    await peer.write(...[reply].flat());
    if (far === undefined) return again(peer);
    const onward = net.connect(far.port, far.host);
    afterwards(() => onward.destroy());
    onward.on('error', () => peer.socket.destroy());
    peer.socket.removeAllListeners('data');
    onward.write(peer.unread, 'latin1');
    peer.socket.pipe(onward).pipe(peer.socket);
    peer.socket.on('close', () => onward.destroy());
  };

describe('a plain tunnel', () => {
  test('one CONNECT for all requests; Host is the far one’s', async () => {
    const at = await serve(proxy(OPEN));
    const connection = connectionTo(at);
    connection.set_tunnel('far.test', 8080, { 'Proxy-Authorization': 'Basic eDp5', 'X-Many': ['1', '2'] });
    const response = await get(connection, '/x');
    expect(response.geturl()).toBe('http://far.test:8080/x');
    await response.read();
    await expectUsable(connection);
    expect(at.peers[0]?.received.toString()).toBe(
      'CONNECT far.test:8080 HTTP/1.1\r\nHost: far.test:8080\r\nProxy-Authorization: Basic eDp5\r\nX-Many: 1\r\nX-Many: 2\r\n\r\n' +
        'GET /x HTTP/1.1\r\nHost: far.test:8080\r\nAccept-Encoding: identity\r\n\r\n' +
        'GET /again HTTP/1.1\r\nHost: far.test:8080\r\nAccept-Encoding: identity\r\n\r\n',
    );
  });

  test.each([
    ['far.test', undefined, 'far.test:80'],
    ['far.test:81', undefined, 'far.test:81'],
    ['far.test', 82, 'far.test:82'],
    ['far.test', '83', 'far.test:83'],
    ['[::1]:84', undefined, '[::1]:84'],
    ['::1', 85, '[::1]:85'],
    ['bücher.test', 86, 'xn--bcher-kva.test:86'],
  ])('set_tunnel(%p, %p) asks for %s', async (host, port, target) => {
    const at = await serve(proxy(OPEN));
    const connection = connectionTo(at);
    connection.set_tunnel(host, port);
    await expectUsable(connection);
    expect(at.peers[0]?.received.toString()).toMatch(
      new RegExp(`^CONNECT ${target.replace(/[[\].]/g, '\\$&')} HTTP/1.1\r\nHost: ${target.replace(/[[\].]/g, '\\$&')}\r\n\r\n`),
    );
  });

  test('a Host given for the proxy takes the place of the library’s', async () => {
    const at = await serve(proxy(OPEN));
    const connection = connectionTo(at);
    connection.set_tunnel('far.test', 80, { host: 'mine' });
    await expectUsable(connection);
    expect(at.peers[0]?.received.toString()).toMatch(/^CONNECT far\.test:80 HTTP\/1\.1\r\nhost: mine\r\n\r\n/);
  });

  test.each<[name: string, host: string, port: unknown, headers: unknown, type: unknown]>([
    ['an empty host', '', 80, null, InvalidURL],
    ['a host with a blank', 'far test', 80, null, InvalidURL],
    ['a host with a line end', 'far.test\r\nX: y', 80, null, InvalidURL],
    ['a host with a path', 'far.test/x', 80, null, InvalidURL],
    ['a host with user information', 'u@far.test', 80, null, InvalidURL],
    ['a port that is no number', 'far.test', 'http', null, InvalidURL],
    ['a port above 65535', 'far.test', 65536, null, InvalidURL],
    ['a negative port', 'far.test', -1, null, InvalidURL],
    ['a field name that is no token', 'far.test', 80, { 'a b': '1' }, TypeError],
    ['a field value with a line end', 'far.test', 80, { a: 'b\r\nc: d' }, TypeError],
    ['a Content-Length', 'far.test', 80, { 'Content-Length': '5' }, TypeError],
    ['a Transfer-Encoding', 'far.test', 80, { 'Transfer-Encoding': 'chunked' }, TypeError],
  ])('%s is refused by set_tunnel', async (_, host, port, headers, type) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    expect(thrown(() => connection.set_tunnel(host, port as number, headers as null))).toBeInstanceOf(type);
    await expectUsable(connection);
    expect(at.peers[0]?.received.toString()).toMatch(/^GET /);
  });

  test('is made again with a new connection, with its fields', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(OPEN.replace('\r\n\r\n', `\r\nX-Number: ${peer.number}\r\n\r\n`));
      await peer.head();
      await peer.write(sized('again', 'HTTP/1.1 200 OK', 'Connection: close'));
    });
    const connection = connectionTo(at);
    connection.set_tunnel('far.test', 80, { 'Proxy-Authorization': 'x' });
    expect(connection.get_proxy_response_headers()).toBeNull();
    for (let n = 0; n < 3; n++) {
      await expectUsable(connection);
      expect(connection.get_proxy_response_headers()).toBeInstanceOf(HTTPMessage);
      expect(connection.get_proxy_response_headers()?.get('x-number')).toBe(String(n));
    }
    for (const peer of at.peers)
      expect(peer.received.toString()).toMatch(
        /^CONNECT far\.test:80 HTTP\/1\.1\r\nHost: far\.test:80\r\nProxy-Authorization: x\r\n\r\nGET \/again /,
      );
  });

  test('a stale tunnel: the request is sent once more, through a new one', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(OPEN);
      if (peer.number > 0) return again(peer);
      await peer.answer(sized('again'));
      await peer.head();
      peer.end();
    });
    const connection = connectionTo(at);
    connection.set_tunnel('far.test');
    await expectUsable(connection);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test('the first request through a tunnel is no reuse: a failure is not retried', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(OPEN);
      await peer.head();
      peer.end();
    });
    const connection = connectionTo(at);
    connection.set_tunnel('far.test');
    const error = await soon(rejection(get(connection)));
    expect(error).toMatchObject({ name: 'RemoteDisconnected', reusedSocket: false });
    expect(at.peers.length).toBe(1);
  });
});

describe('what a proxy may answer', () => {
  const opens: readonly [name: string, reply: string | string[]][] = [
    ['200 without a reason', 'HTTP/1.1 200\r\n\r\n'],
    ['HTTP/1.0', 'HTTP/1.0 200 Connection established\r\n\r\n'],
    ['201', 'HTTP/1.1 201 Created\r\n\r\n'],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['299', 'HTTP/1.1 299 Fine\r\n\r\n'],
    ['Content-Length, which means nothing', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['Transfer-Encoding, which means nothing', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['Connection: close, which is about the tunnel', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'],
    ['a 100 in front', `HTTP/1.1 100 Continue\r\n\r\n${OPEN}`],
    ['interim responses in front, one by one', ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n', OPEN]],
    ['byte by byte', [...OPEN]],
    ['bare LF', 'HTTP/1.1 200 OK\nA: b\n\n'],
    ['five hundred fields', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(500)}\r\n`],
  ];
  test.each(opens)('%s opens the tunnel', async (_, reply) => {
    const at = await serve(proxy(reply));
    const connection = connectionTo(at);
    connection.set_tunnel('far.test');
    await expectUsable(connection);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('bytes behind the reply belong to the tunnel', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      // A far server that speaks before it is asked: its answer is the answer to the first request.
      await peer.write(`${OPEN}${sized('early')}`);
      await peer.head();
      await again(peer);
    });
    const connection = connectionTo(at);
    connection.set_tunnel('far.test');
    const response = await soon(get(connection));
    expect(String(await response.read())).toBe('early');
  });

  const refusals: readonly [name: string, reply: string, status: number, body: string][] = [
    [
      '407 with a body',
      sized('who are you?', 'HTTP/1.1 407 Proxy Authentication Required', 'Proxy-Authenticate: Basic realm="x"'),
      407,
      'who are you?',
    ],
    ['403, chunked', chunked(['no', ' way']).replace('200 OK', '403 Forbidden'), 403, 'no way'],
    ['502, close-delimited', 'HTTP/1.0 502 Bad Gateway\r\n\r\nnobody there', 502, 'nobody there'],
    ['504 without a body', 'HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n', 504, ''],
    ['302', 'HTTP/1.1 302 Found\r\nLocation: http://evil.test/\r\nContent-Length: 0\r\n\r\n', 302, ''],
    ['a 103, then a refusal', `HTTP/1.1 103 Early Hints\r\n\r\n${sized('no', 'HTTP/1.1 403 Forbidden')}`, 403, 'no'],
    ['a body that is cut', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nas far as', 403, 'as far as'],
    ['a body that is malformed', 'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\nx', 403, 'no'],
    ['a body without end', `HTTP/1.1 403 Forbidden\r\n\r\n${'x'.repeat(100_000)}`, 403, 'x'.repeat(65536)],
  ];
  test.each(refusals)('%s: TunnelError with status, fields and body; the connection is usable', async (_, reply, status, body) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write(reply);
      peer.end();
    }, proxy(OPEN));
    const connection = connectionTo(at);
    connection.set_tunnel('far.test', 8080);
    const request = connection.request('POST', '/', 'body');
    const response = connection.getresponse();
    response.catch(() => {});
    const error = await soon(rejection(request));
    expect(error).toBeInstanceOf(TunnelError);
    expect(error).toMatchObject({ code: 'HTTP_TUNNEL_FAILED', phase: 'tunnel', status, host: `127.0.0.1:${at.port}`, reusedSocket: false });
    expect(error.message).toMatch(new RegExp(`^Tunnel connection failed: ${status}\\b`));
    expect(Buffer.from(error.body).toString() === body).toBe(true);
    expect(error.headers).toBeInstanceOf(HTTPMessage);
    expect(await rejection(response)).toBe(error);
    expect(connection.get_proxy_response_headers()?.items()).toEqual(error.headers.items());
    await soon(peerOf(at).closed);
    expect(peerOf(at).received.toString()).not.toContain('body');
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test('a refusal whose body does not come in time is still a refusal, or the timeout', async () => {
    const at = await serve((peer) => peer.answer('HTTP/1.1 407 No\r\nContent-Length: 100\r\n\r\nabc'));
    const connection = connectionTo(at, { timeout: 300 });
    connection.set_tunnel('far.test');
    const error = await soon(rejection(connection.connect()));
    expect(error.name).toMatch(/^(TunnelError|TimeoutError)$/);
  });

  const failures: readonly [name: string, fail: (peer: Peer) => unknown, expected: Record<string, unknown>][] = [
    ['garbage', (peer) => peer.write('SSH-2.0-OpenSSH\r\n'), { name: 'BadStatusLine' }],
    ['a malformed head', (peer) => peer.write('HTTP/1.1 200 OK\r\nA B: c\r\n\r\n'), { name: 'InvalidMessage', rule: 'field-name' }],
    ['a 101', (peer) => peer.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'), { name: 'InvalidMessage', rule: 'unsolicited-101' }],
    ['HTTP/2', (peer) => peer.write('HTTP/2.0 200 OK\r\n\r\n'), { name: 'UnknownProtocol' }],
    ['FIN before a byte', (peer) => peer.end(), { name: 'RemoteDisconnected', code: 'ECONNRESET' }],
    [
      'FIN in the head',
      async (peer) => {
        await peer.write('HTTP/1.1 200 OK\r\nA: ');
        peer.end();
      },
      { name: 'IncompleteRead' },
    ],
    ['RST', (peer) => peer.reset(0), { name: 'ConnectionError', code: 'ECONNRESET' }],
    ['a hundred and one interim responses', (peer) => peer.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(101)), { name: 'LimitExceeded' }],
    [
      'a head without end',
      async (peer) => {
        for (let n = 0; n < 10; n++) await peer.write('A: b\r\n'.repeat(500));
      },
      { name: 'BadStatusLine' },
    ],
    ['nothing, until connectTimeout', () => {}, { name: 'TimeoutError', phase: 'connect' }],
  ];
  test.each(failures)('%s: the error of a response, in the phase of the tunnel; the connection is usable', async (name, fail, expected) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await fail(peer);
    }, proxy(OPEN));
    const connection = connectionTo(at, { connectTimeout: 400 });
    connection.set_tunnel('far.test');
    const error = await soon(rejection(connection.request('GET', '/')));
    expect(error).toMatchObject({ host: `127.0.0.1:${at.port}`, ...expected });
    if (!name.startsWith('nothing')) expect(error.phase).toBe('tunnel');
    expect(connection.sock === null).toBe(true);
    await soon(peerOf(at).closed);
    await expectUsable(connection);
  });

  test('abort and close() while the proxy thinks', async () => {
    const at = await serve((peer) => (peer.number < 2 ? peer.head() : proxy(OPEN)(peer)));
    const connection = connectionTo(at);
    connection.set_tunnel('far.test');
    const controller = new AbortController();
    const aborted = connection.request('GET', '/', null, null, { signal: controller.signal });
    aborted.catch(() => {});
    await sleep(20);
    controller.abort('enough');
    expect(await soon(rejection(aborted))).toBe('enough');
    await soon(peerOf(at).closed);
    const closed = connection.request('GET', '/');
    closed.catch(() => {});
    await sleep(20);
    connection.close();
    expect((await soon(rejection(closed))).name).toBe('NotConnected');
    await soon(peerOf(at, 1).closed);
    await expectUsable(connection);
  });
});

describe('TLS through a tunnel', () => {
  async function far(
    leaf: 'good' | 'wrongHost' | 'expired' = 'good',
    play: (peer: Peer) => unknown = again,
  ): Promise<Served & { ca: string }> {
    const { ca, ...leaves } = await certificates();
    return { ...(await serve(play, leaves[leaf])), ca };
  }

  /** A connection to `at`, a proxy, that speaks TLS with localhost behind it. */
  async function tunnelled(at: Served, ca: string | undefined, host = 'localhost'): Promise<HTTPConnection> {
    const connection = secureConnectionTo(at, ca === undefined ? {} : { ca }, '127.0.0.1');
    connection.set_tunnel(host, 443);
    return connection;
  }

  test('the far host is verified and named; the proxy sees nothing', async () => {
    const server = await far();
    const at = await serve(proxy(OPEN, server));
    const connection = await tunnelled(at, server.ca);
    await expectUsable(connection);
    await expectUsable(connection);
    expect([at.peers.length, server.peers.length]).toEqual([1, 1]);
    expect((peerOf(server).socket as { servername?: string }).servername).toBe('localhost');
    expect(server.peers[0]?.received.toString()).toMatch(/^GET \/again HTTP\/1\.1\r\nHost: localhost\r\n/);
    expect(at.peers[0]?.received.toString('latin1')).not.toContain('GET /again');
    expect((await get(connection)).geturl()).toBe('https://localhost/');
  });

  test('with the test proxy of test/support', async () => {
    const server = await far();
    await using at = await startProxy({ target: server.port });
    const connection = secureConnectionTo({ port: at.port, host: at.host, peers: [] }, { ca: server.ca }, '127.0.0.1');
    connection.set_tunnel('localhost', 443);
    await expectUsable(connection);
    connection.close();
  });

  test.each<[name: string, leaf: 'good' | 'wrongHost' | 'expired', host: string, trusted: boolean, code: RegExp]>([
    ['another host', 'wrongHost', 'localhost', true, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
    ['the proxy’s name instead of the far one’s', 'good', 'far.test', true, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
    ['expired', 'expired', 'localhost', true, /^CERT_HAS_EXPIRED$/],
    ['an unknown authority', 'good', 'localhost', false, /^(UNABLE_TO|SELF_SIGNED)/],
  ])('%s is refused, nothing is sent, and the connection can try again', async (_, leaf, host, trusted, code) => {
    const server = await far(leaf);
    const at = await serve(proxy(OPEN, server));
    const connection = await tunnelled(at, trusted ? server.ca : undefined, host);
    for (let n = 0; n < 2; n++) {
      const error = await soon(rejection(connection.request('GET', '/')));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.code).toMatch(code);
    }
    for (const peer of server.peers) expect(peer.received.length).toBe(0);
    expect(at.peers.length).toBe(2);
  });

  test('a refusal by the proxy is told before TLS', async () => {
    const at = await serveEach((peer) => peer.answer(sized('no', 'HTTP/1.1 407 Who')), again);
    const connection = await tunnelled(at, undefined);
    const error = await soon(rejection(connection.request('GET', '/')));
    expect(error).toBeInstanceOf(TunnelError);
    expect([error.status, String(error.body)]).toEqual([407, 'no']);
  });

  test('a far end that does not speak TLS, or not at all', async () => {
    const plain = await serve((peer) => peer.socket.on('data', () => peer.socket.write('HTTP/1.1 400 Bad\r\n\r\n')));
    const mute = await serve(() => {});
    const overPlain = await tunnelled(await serve(proxy(OPEN, plain)), undefined);
    expect(await soon(rejection(overPlain.request('GET', '/')))).toBeInstanceOf(ConnectionError);
    const at = await serve(proxy(OPEN, mute));
    const connection = secureConnectionTo(at, { connectTimeout: 300 }, '127.0.0.1');
    connection.set_tunnel('localhost', 443);
    expect(await soon(rejection(connection.request('GET', '/')))).toBeInstanceOf(TimeoutError);
    await soon(peerOf(at).closed);
  });

  test('a body of some size, and a new tunnel after Connection: close', async () => {
    const body = 'x'.repeat(2 << 20);
    const server = await far('good', async (peer) => {
      await peer.head();
      await peer.write(sized(body, 'HTTP/1.1 200 OK', 'Connection: close'));
    });
    const at = await serve(proxy(OPEN, server));
    const connection = await tunnelled(at, server.ca);
    for (let n = 0; n < 2; n++) expect((await (await get(connection)).read()).length).toBe(body.length);
    expect([at.peers.length, server.peers.length]).toEqual([2, 2]);
  });

  test('close() ends the tunnel, the proxy’s socket included', async () => {
    const server = await far();
    const at = await serve(proxy(OPEN, server));
    const connection = await tunnelled(at, server.ca);
    await expectUsable(connection);
    connection.close();
    await soon(peerOf(at).closed);
  });
});
