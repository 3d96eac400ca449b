// Getting to the peer: names, addresses and sockets that cannot be had, streams of the caller's making, and where from and where to.
// Limits on the time that it takes are in timeouts.test.ts, TLS in tls.test.ts, proxies in tunnel.test.ts.

import { once } from 'node:events';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { ConnectionError, HTTPConnection, InvalidURL, type ConnectionOptions } from '../../src/index.js';
import { afterwards, again, connectionTo, expectUsable, get, loopback, peerOf, rejection, serve, sized, soon } from './harness.js';
import { thrown } from '../support/thrown.js';

/** A port on loopback where nobody listens. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

type Lookup = NonNullable<ConnectionOptions['lookup']>;
const failing =
  (code: string): Lookup =>
  (_host, _options, callback) =>
    callback(Object.assign(new Error(`getaddrinfo ${code} name.test`), { code }), '', 4);
/** A lookup that finds these addresses. */
const finding =
  (...addresses: string[]): Lookup =>
  (_host, options, callback) => {
    const reply = callback as (error: null, address: unknown, family?: number) => void;
    const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
    if (options.all === true) reply(null, all);
    else reply(null, all[0]?.address, all[0]?.family);
  };

describe('failures', () => {
  const rows: readonly [name: string, options: ConnectionOptions, code: RegExp][] = [
    ['nobody listens', { lookup: loopback }, /^ECONNREFUSED$/],
    [
      'nobody listens at any of the addresses',
      { lookup: finding('127.0.0.1', process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1') },
      /^ECONNREFUSED$/,
    ],
    ['the name is not known', { lookup: failing('ENOTFOUND') }, /^ENOTFOUND$/],
    ['the name cannot be looked up now', { lookup: failing('EAI_AGAIN') }, /^EAI_AGAIN$/],
    ['a socket file that is not there', { socketPath: join(tmpdir(), 'headlong-nobody.sock') }, /^ENOENT$/],
    ['a source address that is not ours', { lookup: loopback, sourceAddress: ['192.0.2.1', 0] }, /^(EADDRNOTAVAIL|EINVAL)$/],
    ['a stream that fails to connect', { createConnection: ({ port }) => net.connect(port, '127.0.0.1') }, /^ECONNREFUSED$/],
  ];
  test.each(rows)('%s: ConnectionError with Node’s code, message and cause', async (_, options, code) => {
    const port = await closedPort();
    const connection = new HTTPConnection('name.test', port, options);
    const calls: readonly (() => Promise<unknown>)[] = [
      () => connection.request('GET', '/'),
      () => connection.connect(),
      async () => {
        connection.putrequest('GET', '/');
        await connection.endheaders();
      },
      async () => {
        connection.request('GET', '/').catch(() => {});
        await connection.getresponse();
      },
    ];
    for (const call of calls) {
      const error = await soon(rejection(call()));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.code).toMatch(code);
      expect(error).toMatchObject({ phase: 'connect', host: `name.test:${port}`, cause: expect.objectContaining({ code: error.code }) });
      expect(error.message.length).toBeGreaterThan(5);
      expect(connection.sock === null).toBe(true);
    }
  });

  const thrower: readonly [name: string, createConnection: (error: Error) => NonNullable<ConnectionOptions['createConnection']>][] = [
    [
      'throws',
      (error) => () => {
        throw error;
      },
    ],
    ['rejects', (error) => () => Promise.reject(error)],
    ['rejects late', (error) => () => new Promise((_, reject) => setImmediate(() => reject(error)))],
  ];
  test.each(thrower)('createConnection that %s: what it threw', async (_, createConnection) => {
    const error = new Error('mine');
    const connection = new HTTPConnection('name.test', { createConnection: createConnection(error) });
    for (let n = 0; n < 2; n++) {
      const outcome = await soon(rejection(connection.request('GET', '/')));
      expect(outcome === error || outcome.cause === error).toBe(true);
    }
  });

  test.each<[name: string, make: () => unknown]>([
    ['destroyed', () => new PassThrough().destroy()],
    ['ended', () => new PassThrough().end()],
    [
      'destroyed a moment later',
      () => {
        const stream = new Duplex({ read() {}, write: (_data, _encoding, done) => done() });
        setImmediate(() => stream.destroy());
        return stream;
      },
    ],
    [
      'that fails with an error',
      () => {
        const stream = new Duplex({
          read() {},
          write: (_data, _encoding, done) => done(Object.assign(new Error('broken'), { code: 'EPIPE' })),
        });
        return stream;
      },
    ],
  ])('createConnection that returns a stream %s: an exception, not a hang', async (_, make) => {
    const connection = new HTTPConnection('name.test', {
      createConnection: make as NonNullable<ConnectionOptions['createConnection']>,
      timeout: 1000,
    });
    const error = await soon(rejection(get(connection)));
    expect(error).toMatchObject({ code: expect.any(String) });
    expect(error.name).not.toBe('TimeoutError');
  });

  test('leave the connection usable', async () => {
    const at = await serve(again);
    let lookups = 0;
    const connection = new HTTPConnection('name.test', at.port, {
      lookup: (host, options, callback) => (lookups++ === 0 ? failing('ENOTFOUND') : loopback)(host, options, callback),
    });
    afterwards(() => connection.close());
    await rejection(connection.request('GET', '/'));
    await expectUsable(connection);
  });
});

describe('ways', () => {
  // Other systems have no second address on loopback.
  (process.platform === 'linux' ? test : test.skip)('the second address, where the first refuses', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const named = new HTTPConnection('name.test', at.port, { lookup: finding('127.0.0.2', '127.0.0.1') });
    afterwards(() => named.close());
    await expectUsable(named);
    await expectUsable(connection);
  });

  (process.platform === 'win32' ? test.skip : test)('a Unix domain socket; Host is still the host', async () => {
    const path = join(tmpdir(), `headlong-${process.pid}-${Date.now()}.sock`);
    let received = '';
    const server = net.createServer((socket) =>
      socket.on('data', (bytes) => {
        received += String(bytes);
        socket.write(sized('again'));
      }),
    );
    server.listen(path);
    await once(server, 'listening');
    afterwards(() => server.close());
    const connection = new HTTPConnection('name.test', { socketPath: path });
    await expectUsable(connection);
    await expectUsable(connection);
    expect(received).toContain('\r\nHost: name.test\r\n');
    connection.close();
  });

  test('sourceAddress', async () => {
    const at = await serve(again);
    await expectUsable(connectionTo(at, { sourceAddress: ['127.0.0.1', 0] }));
    await expectUsable(connectionTo(at, { sourceAddress: ['', 0] }));
    await expectUsable(connectionTo(at, { sourceAddress: null }));
    expect(peerOf(at).socket.remoteAddress).toMatch(/127\.0\.0\.1$/);
  });

  const ipv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1') === true);
  (ipv6 ? test : test.skip)('IPv6', async () => {
    const server = net.createServer((socket) => socket.on('data', () => socket.write(sized('again')))).listen(0, '::1');
    await once(server, 'listening');
    afterwards(() => server.close());
    const { port } = server.address() as net.AddressInfo;
    for (const connection of [new HTTPConnection('::1', port), new HTTPConnection(`[::1]:${port}`)]) {
      await expectUsable(connection);
      expect([connection.host, connection.port]).toEqual(['::1', port]);
      connection.close();
    }
  });

  test('createConnection is told where to, and asked anew for every connection', async () => {
    const at = await serve((peer) => peer.answer(sized('again', 'HTTP/1.1 200 OK', 'Connection: close')));
    const asked: unknown[] = [];
    const connection = new HTTPConnection('name.test', 81, {
      createConnection: (target) => {
        asked.push(target);
        return net.connect(at.port, at.host);
      },
    });
    afterwards(() => connection.close());
    await expectUsable(connection);
    await expectUsable(connection);
    expect(asked).toEqual([
      { host: 'name.test', port: 81 },
      { host: 'name.test', port: 81 },
    ]);
    expect(peerOf(at).received.toString()).toContain('\r\nHost: name.test:81\r\n');
  });
});

describe('the constructor', () => {
  test.each<[args: unknown[], host: string, port: number]>([
    [['h'], 'h', 80],
    [['h:8080'], 'h', 8080],
    [['h', 8080], 'h', 8080],
    [['h', '8080'], 'h', 8080],
    [['h', null], 'h', 80],
    [['h', undefined, {}], 'h', 80],
    [['h', { timeout: 1000 }], 'h', 80],
    [['h:81', { timeout: 1000 }], 'h', 81],
    [['h', 82, { timeout: 1000 }], 'h', 82],
    [['[::1]:83'], '::1', 83],
  ])('%j', (args, host, port) => {
    const connection = new (HTTPConnection as unknown as new (...args: unknown[]) => HTTPConnection)(...args);
    expect([connection.host, connection.port, connection.sock, connection.auto_open, connection.debuglevel]).toEqual([
      host,
      port,
      null,
      1,
      0,
    ]);
  });

  test.each<[args: unknown[]]>([
    [['']],
    [['h:x']],
    [['h', 'x']],
    [['h', -1]],
    [['h', 65536]],
    [['h\r\n']],
    [['a b']],
    [['u@h']],
    [['h/x']],
    [['http://h']],
  ])('%j is InvalidURL', (args) => {
    expect(thrown(() => new (HTTPConnection as unknown as new (...args: unknown[]) => HTTPConnection)(...args))).toBeInstanceOf(InvalidURL);
  });

  test.each([0, -1, 1.5, NaN, Infinity, '5'])('blocksize %p is a RangeError', (blocksize) => {
    expect(thrown(() => new HTTPConnection('h', { blocksize: blocksize as number }))).toBeInstanceOf(RangeError);
  });
});
