// The test servers themselves: what they do is what the other tests rely on.

import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { expect, test } from '@jest/globals';
import { certificates } from './certificates.js';
import { answer, startProxy, startServer, type TestServer } from './server.js';

/** Sends `bytes` and collects what comes back until the other side closes; `ended` says how it did. */
async function exchange(
  server: TestServer,
  bytes: string,
  socket: net.Socket = net.connect(server.port, server.host),
): Promise<{ text: string; reads: number; ended: string }> {
  let text = '';
  let reads = 0;
  let ended = 'close';
  socket.on('data', (data) => {
    text += data.toString('latin1');
    reads++;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => (ended = String(error.code)));
  socket.write(bytes, 'latin1');
  await once(socket, 'close').catch(() => {});
  return { text, reads, ended };
}

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

test('answers each whole request in turn, then closes, and records both', async () => {
  await using server = await startServer({ answers: [answer('one'), answer('two')] });
  const post = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n';
  expect(await exchange(server, post + GET)).toMatchObject({ text: answer('one') + answer('two'), ended: 'close' });
  expect(server.received[0]?.toString()).toBe(post + GET);
  expect(server.requests).toEqual([
    { line: 'POST / HTTP/1.1', head: post.slice(0, post.indexOf('3\r\n')), body: Buffer.from('3\r\nabc\r\n0\r\nT: 1\r\n\r\n') },
    { line: 'GET / HTTP/1.1', head: GET, body: Buffer.alloc(0) },
  ]);
});

test.each([false, true])('splits, and resets (TLS: %s)', async (secure) => {
  const { ca, good } = await certificates();
  await using server = await startServer({ answers: ['abcdef'], split: 1, then: 'reset', delay: 2 }, secure ? { tls: good } : {});
  const { text, ended } = await exchange(server, GET, secure ? tls.connect({ port: server.port, host: server.host, ca }) : undefined);
  // A reset may overtake the last bytes.
  expect('abcdef'.startsWith(text)).toBe(true);
  expect(ended).toBe('ECONNRESET');
});

test('a script for each connection, and one that does not wait for a request', async () => {
  await using server = await startServer((connection) => ({ answers: [`answer ${connection}`], at: 'connect' }));
  expect([(await exchange(server, '')).text, (await exchange(server, '')).text]).toEqual(['answer 0', 'answer 1']);
});

test('closes while connections are open', async () => {
  const server = await startServer({ answers: [], then: 'block' });
  const done = exchange(server, GET);
  while (server.requests.length === 0) await new Promise(setImmediate);
  await server.close();
  expect((await done).text).toBe('');
});

test.each([
  ['good', null],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const)('TLS with the %s certificate', async (leaf, code) => {
  const { ca, ...leaves } = await certificates();
  await using server = await startServer(answer('x'), { tls: leaves[leaf] });
  const { text, ended } = await exchange(server, GET, tls.connect({ port: server.port, host: server.host, ca }));
  expect([text, ended]).toEqual(code === null ? [answer('x'), 'close'] : ['', code]);
});

test('a proxy opens a tunnel, or refuses', async () => {
  await using server = await startServer(answer('far'));
  await using proxy = await startProxy();
  const connect = `CONNECT h:${server.port} HTTP/1.1\r\n\r\n`;
  expect((await exchange(proxy, connect + GET)).text).toBe(`HTTP/1.1 200 Connection established\r\n\r\n${answer('far')}`);
  expect(server.requests.map(({ line }) => line)).toEqual(['GET / HTTP/1.1']);
  await using refusing = await startProxy({ reply: answer('no', 'HTTP/1.1 403 Forbidden') });
  expect((await exchange(refusing, connect)).text).toBe(answer('no', 'HTTP/1.1 403 Forbidden'));
});
