// SourceAddressTest, TimeoutTest and PersistenceTest of CPython's suite: what the options do to the socket, and when the
// socket is kept, dropped and opened anew.

import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { ConnectionError, HTTPConnection, HTTPSConnection, RemoteDisconnected, TimeoutError } from '../../src/index.js';
import { closing, connectionTo, server } from './harness.js';

/** A port that was free a moment ago. */
async function unusedPort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('SourceAddressTest', () => {
  test('testHTTPConnectionSourceAddress', async () => {
    const at = await server({ then: 'wait' });
    const sourcePort = await unusedPort();
    const connection = closing(new HTTPConnection(at.host, at.port, { sourceAddress: ['', sourcePort] }));
    await connection.connect();
    expect((connection.sock as net.Socket).localPort).toBe(sourcePort);
  });

  test('testHTTPSConnectionSourceAddress: the constructor takes it', async () => {
    expect(() => new HTTPSConnection('127.0.0.1', 443, { sourceAddress: ['', 1024] })).not.toThrow();
  });
});

describe('TimeoutTest', () => {
  test.each([undefined, null, 30_000])('testTimeoutAttribute: %s is kept as it was given, in milliseconds (R44)', (timeout) => {
    expect(new HTTPConnection('example.com', 80, { timeout }).timeout).toBe(timeout);
  });

  test('testTimeoutAttribute: it reaches the socket (R44)', async () => {
    const at = await server({ answers: [], then: 'block' });
    const connection = connectionTo(at, 'example.com', { timeout: 100 });
    await connection.request('GET', '/');
    const error = (await connection.getresponse().catch((thrown: unknown) => thrown)) as TimeoutError;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.limit).toBe(100);
  });
});

describe('PersistenceTest', () => {
  test.each([
    ['1.0', '', false],
    ['1.0', 'Connection: keep-alive\r\n', true],
    ['1.1', '', true],
    ['1.1', 'Connection: close\r\n', false],
    ['1.0', 'Connection: keep-ALIVE\r\n', true],
    ['1.1', 'Connection: cloSE\r\n', false],
  ])('test_reuse_reconnect: HTTP/%s with %j: kept: %s', async (version, field, kept) => {
    const raw = `HTTP/${version} 200 OK\r\n${field}Content-Length: 12\r\n\r\nDummy body\r\n`;
    const at = await server({ answers: [raw, raw], then: 'wait' });
    const connection = connectionTo(at);
    expect(connection.sock).toBeNull();
    await connection.request('GET', '/open-connection');
    const response = await connection.getresponse();
    expect(connection.sock === null).toBe(!kept);
    await response.read();
    expect(connection.sock === null).toBe(!kept);
    await connection.request('GET', '/subsequent-request');
    await connection.getresponse();
    expect(at.sockets).toHaveLength(kept ? 1 : 2);
  });

  test.each([
    ['an end', 'close', RemoteDisconnected],
    ['a reset', 'reset', ConnectionError],
  ] as const)('test_disconnected: by %s', async (_, then, type) => {
    const at = await server({ answers: [], then });
    const connection = connectionTo(at);
    await connection.request('GET', '/eof-response');
    await expect(connection.getresponse()).rejects.toThrow(type);
    expect(connection.sock).toBeNull();
    await connection.request('GET', '/reconnect');
    expect(at.sockets).toHaveLength(2);
  });

  test('test_100_close: an interim response is none (R37)', async () => {
    const at = await server({ answers: ['HTTP/1.1 100 Continue\r\n\r\n'], at: 'head' });
    const connection = connectionTo(at);
    // Whoever expects a 100 has a body to send.
    await expect(connection.request('GET', '/', null, { Expect: '100-continue' })).rejects.toThrow(TypeError);
    await connection.request('POST', '/', 'body', { Expect: '100-continue' });
    await expect(connection.getresponse()).rejects.toThrow(RemoteDisconnected);
    expect(connection.sock).toBeNull();
    await connection.request('GET', '/reconnect');
    expect(at.sockets).toHaveLength(2);
  });
});
