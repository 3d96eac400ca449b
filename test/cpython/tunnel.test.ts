// TunnelTests of CPython's suite: the CONNECT request, its fields, the reply, and what goes through the tunnel.

import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, HTTP_PORT, ImproperConnectionState, TunnelError } from '../../src/index.js';
import type { TestServer } from '../support/server.js';
import { closing, connectionTo, printedBy, recorder, server } from './harness.js';

const PROXY = 'proxy.com';
const REPLIES = ['HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n'];

type TunnelArguments = Parameters<HTTPConnection['set_tunnel']>;

/** What a proxy is sent for a request through the tunnel that `args` set, the connection being one to the proxy. */
async function throughTunnel(args: TunnelArguments, method = 'HEAD'): Promise<string> {
  const at = await server({ answers: REPLIES, then: 'wait', at: 'head' });
  const connection = connectionTo(at, PROXY);
  connection.set_tunnel(...args);
  await connection.request(method, '/', '');
  await connection.getresponse();
  expect([connection.host, connection.port]).toEqual([PROXY, HTTP_PORT]);
  return (at.received[0] as Buffer).toString('latin1');
}

const AGENT = 'Mozilla/5.0 (compatible, MSIE 11)';

describe('TunnelTests', () => {
  test('test_set_tunnel_host_port_headers_add_host_missing: Host is added, not to the object that was given', async () => {
    const headers = { 'User-Agent': AGENT };
    const sent = await throughTunnel(['destination.com', 8888, headers]);
    expect(sent).toMatch(/^CONNECT destination\.com:8888 HTTP\/1\.1\r\n/);
    const [head = ''] = sent.split('\r\n\r\n');
    expect(head.split('\r\n').slice(1).sort()).toEqual(['Host: destination.com:8888', `User-Agent: ${AGENT}`]);
    expect(headers).toEqual({ 'User-Agent': AGENT });
  });

  test.each([
    ['test_set_tunnel_host_port_headers_set_host_identical', 'destination.com:8888'],
    ['test_set_tunnel_host_port_headers_set_host_different', 'example.com:4200'],
  ])('%s: a Host that is given is sent', async (_, host) => {
    const sent = await throughTunnel(['destination.com', 8888, { 'User-Agent': AGENT, Host: host }]);
    expect(sent.split('\r\n\r\n')[0]).toBe(`CONNECT destination.com:8888 HTTP/1.1\r\nUser-Agent: ${AGENT}\r\nHost: ${host}`);
  });

  test('test_disallow_set_tunnel_after_connect (R43)', async () => {
    const connection = connectionTo(await server({ then: 'wait' }), PROXY);
    await connection.connect();
    expect(() => connection.set_tunnel('destination.com')).toThrow(ImproperConnectionState);
  });

  test.each<[string, TunnelArguments, string, string]>([
    ['test_connect_with_tunnel', ['destination.com'], 'destination.com:80', 'destination.com'],
    ['test_connect_with_tunnel_with_default_port', ['destination.com', HTTP_PORT], 'destination.com:80', 'destination.com'],
    ['test_connect_with_tunnel_with_nonstandard_port', ['destination.com', 8888], 'destination.com:8888', 'destination.com:8888'],
    ['test_connect_with_tunnel_different_host', ['destination.com'], 'destination.com:80', 'destination.com'],
    ['test_connect_with_tunnel_idna', ['\u03b4\u03c0\u03b8.gr'], 'xn--pxaix.gr:80', 'xn--pxaix.gr'],
  ])('%s', async (_, args, target, host) => {
    const sent = await throughTunnel(args);
    expect(sent).toContain(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    expect(sent).toContain(`HEAD / HTTP/1.1\r\nHost: ${host}\r\n`);
  });

  test('test_connect_with_tunnel_with_different_host_header: of any letter case', async () => {
    const sent = await throughTunnel(['destination.com', null, { HOST: 'example.com:9876' }]);
    expect(sent).toContain('CONNECT destination.com:80 HTTP/1.1\r\nHOST: example.com:9876\r\n\r\n');
    expect(sent).toContain('HEAD / HTTP/1.1\r\nHost: destination.com\r\n');
  });

  test('test_tunnel_connect_single_send_connection_setup: CONNECT and its fields are one write', async () => {
    const { stream, writes } = recorder(REPLIES[0]);
    const connection = closing(new HTTPConnection(PROXY, { createConnection: () => stream }));
    connection.set_tunnel('destination.com');
    await connection.connect();
    await connection.request('GET', '/');
    expect(writes[0]).toMatch(/^CONNECT destination\.com[^]*\r\n\r\n$/);
    expect(writes.slice(1).join('')).toMatch(/^GET \/ /);
  });

  test('test_connect_put_request', async () => {
    const sent = await throughTunnel(['destination.com'], 'PUT');
    expect(sent).toContain('CONNECT destination.com:80 HTTP/1.1\r\nHost: destination.com:80\r\n\r\n');
    expect(sent).toContain('PUT / HTTP/1.1\r\nHost: destination.com\r\n');
  });

  test.each<[string, TunnelArguments]>([
    ['test_connect_put_request_ipv6', ['[1:2:3::4]', 1234]],
    ['test_connect_put_request_ipv6_port', ['[1:2:3::4]:1234']],
  ])('%s', async (_, args) => {
    const sent = await throughTunnel(args, 'PUT');
    expect(sent).toContain('CONNECT [1:2:3::4]:1234');
    expect(sent.match(/^Host: \[1:2:3::4\]:1234\r$/gm)).toHaveLength(2);
  });

  const WITH_FIELD = { answers: ['HTTP/1.0 200 OK\r\nX-Dummy: 1\r\n\r\n'], then: 'wait', at: 'head' } as const;

  test('test_tunnel_debuglog: the fields of the reply are printed', async () => {
    const connection = connectionTo(await server(WITH_FIELD), PROXY);
    connection.set_debuglevel(1);
    connection.set_tunnel('destination.com');
    expect(await printedBy(() => connection.request('PUT', '/', ''))).toContain('header: X-Dummy: 1');
  });

  test('test_proxy_response_headers', async () => {
    const connection = connectionTo(await server(WITH_FIELD), PROXY);
    connection.set_tunnel('destination.com');
    await connection.request('PUT', '/', '');
    expect(connection.get_proxy_response_headers()?.items()).toContainEqual(['X-Dummy', '1']);
  });

  test('test_no_proxy_response_headers: without a tunnel there are none', async () => {
    const connection = connectionTo(await server(WITH_FIELD), PROXY);
    await connection.request('PUT', '/', '');
    expect(connection.get_proxy_response_headers()).toBeNull();
  });

  test('test_tunnel_leak: a refusal closes the connection to the proxy', async () => {
    const at: TestServer = await server({ answers: ['HTTP/1.1 404 NOT FOUND\r\nContent-Length: 0\r\n\r\n'], then: 'wait', at: 'head' });
    const connection = connectionTo(at, PROXY);
    connection.set_tunnel('destination.com');
    await expect(connection.request('HEAD', '/', '')).rejects.toThrow(TunnelError);
    expect(connection.sock).toBeNull();
    // Nobody but the client can have closed it.
    const [socket] = at.sockets;
    if (socket?.closed === false) await once(socket, 'close');
  });
});
