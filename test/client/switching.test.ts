// Protocol switches: an upgrade and its 101, CONNECT by request(), and detach(), which gives the socket and what came behind the
// head to the caller.
// Tunnels through a proxy, which the connection sets up by itself, are in tunnel.test.ts.

import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { ImproperConnectionState, InvalidMessage, type HTTPConnection } from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import {
  again,
  connectionTo,
  eventually,
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
  peerOf,
} from './harness.js';
import { thrown } from '../support/thrown.js';

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n';

/** Answers with `head`, then sends everything back in upper case. */
const echo =
  (head: string) =>
  async (peer: Peer): Promise<void> => {
    await peer.head();
    peer.socket.removeAllListeners('data');
    peer.socket.write(head, 'latin1');
    peer.socket.write(peer.unread.toUpperCase());
    peer.socket.on('data', (bytes) => peer.socket.write(String(bytes).toUpperCase()));
  };

/** Sends lines over `socket` and reads each one's answer. */
async function talk(socket: Duplex, head: Buffer, expected: string): Promise<void> {
  let text = head.toString();
  socket.on('data', (bytes) => (text += String(bytes)));
  for (const line of ['hello\n', 'world\n', `${'x'.repeat(200_000)}\n`]) {
    socket.write(line);
    expected += line.toUpperCase();
    await eventually(() => text.length >= expected.length, 'the echo');
    expect(text === expected).toBe(true);
  }
}

/** Asks over `connection` for the echo, in one of the two ways of asking. */
async function switched(connection: HTTPConnection, way: string) {
  if (way === 'CONNECT') await connection.request('CONNECT', 'far.test:80');
  else if (way === 'a field') await connection.request('GET', '/', null, { Connection: 'Upgrade', Upgrade: 'echo' });
  else if (way === 'low-level') {
    connection.putrequest('GET', '/');
    connection.putheader('Connection', 'upgrade');
    connection.putheader('Upgrade', 'echo');
    await connection.endheaders();
  } else await connection.request('GET', '/', null, null, { upgrade: 'echo' });
  return connection.getresponse();
}

const ways = ['upgrade', 'a field', 'low-level', 'CONNECT'] as const;
const headFor = (way: string): string => (way === 'CONNECT' ? 'HTTP/1.1 200 Connection established\r\n\r\n' : SWITCH);

describe.each(['plain', 'TLS'])('%s', (kind) => {
  async function to(play: (peer: Peer) => unknown, next: (peer: Peer) => unknown = again) {
    const { ca, good } = await certificates();
    const at = await serve((peer) => (peer.number === 0 ? play(peer) : next(peer)), kind === 'TLS' ? good : undefined);
    return { at, connection: kind === 'TLS' ? secureConnectionTo(at, { ca }) : connectionTo(at) };
  }

  test.each(ways)('%s: detach() hands the socket over, both ways', async (way) => {
    const { connection } = await to(echo(headFor(way)));
    const response = await switched(connection, way);
    expect([response.status, response.framing.kind, response.length]).toEqual([way === 'CONNECT' ? 200 : 101, 'none', 0]);
    const { socket, head } = response.detach();
    expect(head.length).toBe(0);
    await talk(socket, head, '');
    socket.destroy();
    await expectUsable(connection);
  });

  test.each(ways)('%s: what came behind the head is in `head`', async (way) => {
    const { connection } = await to(echo(`${headFor(way)}WELCOME\r\n\0\xff\n`));
    const response = await switched(connection, way);
    await sleep(10);
    const { socket, head } = response.detach();
    expect(head.toString('latin1')).toBe('WELCOME\r\n\0\xff\n');
    await talk(socket, Buffer.alloc(0), '');
    socket.destroy();
  });

  test('what looks like HTTP behind the head is not read as such', async () => {
    const { connection } = await to(echo(`${SWITCH}${sized('not a response')}`));
    const response = await switched(connection, 'upgrade');
    const { socket, head } = response.detach();
    let text = head.toString();
    socket.on('data', (bytes) => (text += String(bytes)));
    await eventually(() => text.length >= sized('not a response').length);
    expect(text).toBe(sized('not a response'));
    socket.destroy();
  });

  test('much that came before detach() is all there', async () => {
    const flood = Buffer.alloc(3 << 20, '0123456789abcdef');
    const { connection } = await to(async (peer) => {
      await peer.head();
      await peer.write(SWITCH);
      await peer.write(flood);
      peer.end();
    });
    const response = await switched(connection, 'upgrade');
    await sleep(50);
    const { socket, head } = response.detach();
    const pieces = [head];
    socket.on('data', (bytes: Buffer) => pieces.push(Buffer.from(bytes)));
    await soon(once(socket, 'end'), 'the end');
    expect(Buffer.concat(pieces).equals(flood)).toBe(true);
    socket.destroy();
  });

  test('the handed-over socket can be read with for await', async () => {
    const { connection } = await to(async (peer) => {
      await peer.head();
      await peer.write(SWITCH, 'one ', 'two ', 'three');
      peer.end();
    });
    const response = await switched(connection, 'upgrade');
    const { socket, head } = response.detach();
    let text = head.toString();
    for await (const bytes of socket) text += String(bytes);
    expect(text).toBe('one two three');
  });

  test('the handed-over socket’s end and errors are the caller’s', async () => {
    const { at, connection } = await to(async (peer) => {
      await peer.head();
      await peer.write(SWITCH);
      await peer.until('reset');
      await peer.reset(0);
    });
    const { socket } = (await switched(connection, 'upgrade')).detach();
    const error = once(socket, 'error');
    socket.resume();
    socket.write('reset');
    expect(await soon(error.then(([reason]) => reason))).toMatchObject({ code: 'ECONNRESET' });
    expect(at.peers.length).toBe(1);
  });

  test('without detach(), response.close() ends the socket', async () => {
    const { at, connection } = await to(echo(SWITCH));
    const response = await switched(connection, 'upgrade');
    response.close();
    await soon(peerOf(at).closed, 'the end of the socket');
    await expectUsable(connection);
  });

  test('without detach(), nothing is read as a body', async () => {
    const { connection } = await to(echo(`${SWITCH}data`));
    const response = await switched(connection, 'upgrade');
    expect(String(await response.read())).toBe('');
    expect(response.closed).toBe(true);
    // The socket is still there for the taking.
    const { socket } = response.detach();
    socket.destroy();
  });

  test('after detach(), close() of response and connection leave the socket alone', async () => {
    const { connection } = await to(echo(SWITCH));
    const response = await switched(connection, 'upgrade');
    const { socket, head } = response.detach();
    response.close();
    connection.close();
    await talk(socket, head, '');
    expect(String(await response.read())).toBe('');
    socket.destroy();
  });
});

describe('a 101 that nobody asked for', () => {
  test.each([
    ['a plain GET', null, {}],
    ['Connection: upgrade without Upgrade', { Connection: 'upgrade' }, {}],
  ])('answers %s: InvalidMessage', async (_, headers, options) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write(SWITCH);
    }, again);
    const connection = connectionTo(at);
    await connection.request('GET', '/', null, headers, options);
    const error = await soon(rejection(connection.getresponse()));
    expect(error).toBeInstanceOf(InvalidMessage);
    expect(error).toMatchObject({ rule: 'unsolicited-101', phase: 'headers' });
    await soon(peerOf(at).closed);
    await expectUsable(connection);
  });
});

describe('an upgrade that is not taken up', () => {
  test.each(['upgrade', 'a field', 'low-level'])('%s: an ordinary response, and the connection goes on', async (way) => {
    const at = await serve((peer) => peer.answer(sized('no'), sized('again')));
    const connection = connectionTo(at);
    const response = await switched(connection, way);
    expect(thrown(() => response.detach())).toBeInstanceOf(ImproperConnectionState);
    expect([response.status, String(await response.read())]).toEqual([200, 'no']);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
    expect(at.peers[0]?.received.toString()).toMatch(/^Connection: upgrade\r\nUpgrade: echo\r$/im);
  });

  test('CONNECT refused: an ordinary response with its body', async () => {
    const at = await serve((peer) => peer.answer(sized('no', 'HTTP/1.1 403 Forbidden'), sized('again')));
    const connection = connectionTo(at);
    const response = await switched(connection, 'CONNECT');
    expect([response.status, String(await response.read())]).toEqual([403, 'no']);
    expect(thrown(() => response.detach())).toBeInstanceOf(ImproperConnectionState);
    await expectUsable(connection);
  });

  test('CONNECT asks for the authority, with Host', async () => {
    const at = await serve((peer) => peer.answer(sized('no', 'HTTP/1.1 403 Forbidden')));
    await switched(connectionTo(at), 'CONNECT');
    expect(at.peers[0]?.received.toString()).toMatch(/^CONNECT far\.test:80 HTTP\/1\.1\r\nHost: /);
  });

  test('a 2xx to CONNECT has no body, whatever its fields say', async () => {
    const at = await serve(echo('HTTP/1.1 204 OK\r\nContent-Length: 7\r\nTransfer-Encoding: gzip\r\n\r\ntunnel!'));
    const response = await switched(connectionTo(at), 'CONNECT');
    expect([response.framing.kind, response.getheader('content-length')]).toEqual(['none', '7']);
    const { socket, head } = response.detach();
    await talk(socket, head, 'tunnel!');
    socket.destroy();
  });

  test('detach() of an ordinary response is refused, and breaks nothing', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const response = await get(connection);
    const error = thrown(() => response.detach());
    expect(error).toBeInstanceOf(ImproperConnectionState);
    expect(error.message).toContain('200');
    expect(String(await response.read())).toBe('again');
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });
});
