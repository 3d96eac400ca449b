// TLS: which certificates are taken and which are not, and how the refusal says so; options of tls.connect; sessions that are resumed;
// cuts and foreign bytes below TLS. Servers and certificates are made on loopback.
// TLS through a proxy is in tunnel.test.ts.

import { once } from 'node:events';
import net from 'node:net';
import { rootCertificates, TLSSocket, connect as connectTls, createSecureContext, checkServerIdentity } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { ConnectionError, HTTPSConnection, IncompleteRead, type HTTPSConnectionOptions } from '../../src/index.js';
import { certificates, leafFor } from '../support/certificates.js';
import {
  afterwards,
  again,
  chunked,
  connectionTo,
  expectUsable,
  get,
  loopback,
  rejection,
  secureConnectionTo,
  serve,
  sized,
  sleep,
  soon,
  type Peer,
  peerOf,
} from './harness.js';

type LeafName = 'good' | 'expired' | 'wrongHost' | 'selfSigned';

async function secureServer(leaf: LeafName = 'good', play: (peer: Peer) => unknown = again) {
  const { ca, ...leaves } = await certificates();
  return { ca, at: await serve(play, leaves[leaf]) };
}

describe('certificates', () => {
  test.each<[host: string]>([['localhost'], ['127.0.0.1']])('a good one, for %s', async (host) => {
    const { ca, at } = await secureServer();
    const connection = secureConnectionTo(at, { ca }, host);
    await expectUsable(connection);
    await expectUsable(connection);
    expect(connection.sock).toBeInstanceOf(TLSSocket);
    expect((connection.sock as TLSSocket).authorized).toBe(true);
    expect(at.peers.length).toBe(1);
  });

  const refused: readonly [name: string, leaf: LeafName, trusted: boolean, code: string][] = [
    ['an unknown authority', 'good', false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|SELF_SIGNED_CERT_IN_CHAIN'],
    ['expired', 'expired', true, 'CERT_HAS_EXPIRED'],
    ['another host', 'wrongHost', true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', 'selfSigned', true, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['self-signed, without authority', 'selfSigned', false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ];
  test.each(refused)('%s: ConnectionError with Node’s code and cause, nothing is sent', async (_, leaf, trusted, code) => {
    const { ca, at } = await secureServer(leaf);
    const connection = secureConnectionTo(at, trusted ? { ca } : {});
    for (let n = 0; n < 2; n++) {
      const error = await soon(rejection(connection.request('GET', '/secret')));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.code).toMatch(new RegExp(`^(${code})$`));
      expect(error).toMatchObject({ phase: 'connect', host: `localhost:${at.port}`, cause: expect.objectContaining({ code: error.code }) });
      expect(error.message).not.toBe('');
      expect(connection.sock === null).toBe(true);
    }
    for (const peer of at.peers) expect(peer.received.length).toBe(0);
  });

  test.each<[name: string, options: (leafs: Awaited<ReturnType<typeof certificates>>) => HTTPSConnectionOptions, leaf: LeafName]>([
    ['rejectUnauthorized: false', () => ({ rejectUnauthorized: false }), 'good'],
    ['rejectUnauthorized: false, expired', () => ({ rejectUnauthorized: false }), 'expired'],
    ['rejectUnauthorized: false, another host', ({ ca }) => ({ ca, rejectUnauthorized: false }), 'wrongHost'],
    ['servername', ({ ca }) => ({ ca, servername: 'elsewhere.example' }), 'wrongHost'],
    ['checkServerIdentity that lets it pass', ({ ca }) => ({ ca, checkServerIdentity: () => undefined }), 'wrongHost'],
    ['its own certificate as ca', ({ selfSigned }) => ({ ca: selfSigned.cert }), 'selfSigned'],
    ['a list of authorities', ({ ca }) => ({ ca: [rootCertificates[0] as string, ca] }), 'good'],
    ['a secureContext', ({ ca }) => ({ secureContext: createSecureContext({ ca }) }), 'good'],
  ])('%s is passed through', async (_, options, leaf) => {
    const { at } = await secureServer(leaf);
    await expectUsable(secureConnectionTo(at, options(await certificates())));
  });

  test.each<[name: string, options: (ca: string) => HTTPSConnectionOptions, code: string]>([
    ['servername of another host', (ca) => ({ ca, servername: 'other.test' }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [
      'checkServerIdentity that refuses',
      (ca) => ({ ca, checkServerIdentity: () => Object.assign(new Error('not you'), { code: 'MINE' }) }),
      'MINE',
    ],
    ['minVersion above the server’s', (ca) => ({ ca, minVersion: 'TLSv1.3' }), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['no common cipher', (ca) => ({ ca, maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA256' }), 'ERR_SSL_.*'],
  ])('%s is passed through', async (_, options, code) => {
    const { ca, good } = await certificates();
    const at = await serve(again, { ...good, maxVersion: 'TLSv1.2' });
    const error = await soon(rejection(secureConnectionTo(at, options(ca)).request('GET', '/')));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.code).toMatch(new RegExp(`^(${code}|EPROTO)$`));
  });

  test('a refused certificate does not stick: the next connection judges anew', async () => {
    const { ca, at } = await secureServer();
    const connection = secureConnectionTo(at);
    await rejection(connection.request('GET', '/'));
    await expectUsable(secureConnectionTo(at, { ca }));
    await rejection(connection.request('GET', '/'));
    await rejection(secureConnectionTo(at, { ca, servername: 'other.test' }).request('GET', '/'));
  });

  test('client certificates', async () => {
    const { ca, good } = await certificates();
    const client = await leafFor('client.test');
    const at = await serve(again, { ...good, ca, requestCert: true, rejectUnauthorized: false });
    await expectUsable(secureConnectionTo(at, { ca, cert: client.cert, key: client.key }));
    expect((peerOf(at).socket as TLSSocket).getPeerCertificate().subject?.CN).toBe('client.test');
  });
});

describe('the name that is asked for', () => {
  const asked = (peer: Peer): unknown => (peer.socket as TLSSocket & { servername?: string | false }).servername;
  test.each([
    ['localhost', {}, 'localhost'],
    ['127.0.0.1', {}, false],
    ['localhost', { servername: 'elsewhere.example', checkServerIdentity: () => undefined }, 'elsewhere.example'],
  ])('%s with %p: %p', async (host, options, name) => {
    const { ca, at } = await secureServer();
    await expectUsable(secureConnectionTo(at, { ca, ...options }, host));
    expect(asked(peerOf(at))).toBe(name);
  });

  test('ALPN asks for http/1.1', async () => {
    const { ca, good } = await certificates();
    const at = await serve(again, { ...good, ALPNProtocols: ['h2', 'http/1.1'] });
    await expectUsable(secureConnectionTo(at, { ca }));
    expect((peerOf(at).socket as TLSSocket).alpnProtocol).toBe('http/1.1');
  });

  test('Host, default port and scheme are those of https', async () => {
    const { ca, at } = await secureServer();
    const connection = secureConnectionTo(at, { ca });
    const response = await get(connection, '/x');
    expect(response.geturl()).toBe(`https://localhost:${at.port}/x`);
    expect(at.peers[0]?.received.toString()).toContain(`\r\nHost: localhost:${at.port}\r\n`);
    expect([new HTTPSConnection('h').port, new HTTPSConnection('h:8443').port, new HTTPSConnection('[::1]').port]).toEqual([
      443, 8443, 443,
    ]);
  });
});

describe('sessions', () => {
  const reused = (connection: { sock: unknown }): boolean => (connection.sock as TLSSocket).isSessionReused();

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: a second connection of the same options resumes', async (version) => {
    const { ca, good } = await certificates();
    const at = await serve(again, { ...good, minVersion: version, maxVersion: version });
    const connection = secureConnectionTo(at, { ca });
    await expectUsable(connection);
    await sleep(20);
    expect(reused(connection)).toBe(false);
    connection.close();
    await expectUsable(connection);
    expect(reused(connection)).toBe(true);
    const other = secureConnectionTo(at, { ca });
    await expectUsable(other);
    expect([reused(other), (other.sock as TLSSocket).authorized]).toEqual([true, true]);
    // What could have been changed meanwhile is not taken for the same.
    const list = secureConnectionTo(at, { ca: [ca] });
    await expectUsable(list);
    expect([reused(list), (list.sock as TLSSocket).authorized]).toEqual([false, true]);
  });

  test.each<[name: string, options: HTTPSConnectionOptions]>([
    ['another servername', { servername: 'other.test' }],
    ['its own check', { checkServerIdentity: (host, certificate) => checkServerIdentity(`not-${host}`, certificate) }],
  ])('%s does not ride on a session that was verified otherwise', async (_, options) => {
    const { ca } = await certificates();
    const secureContext = createSecureContext({ ca });
    const { at } = await secureServer();
    await expectUsable(secureConnectionTo(at, { secureContext }));
    await sleep(20);
    const error = await soon(rejection(secureConnectionTo(at, { secureContext, ...options }).request('GET', '/')));
    expect(error.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('what was not verified is not resumed where verification is on', async () => {
    const { at } = await secureServer();
    const secureContext = createSecureContext();
    await expectUsable(secureConnectionTo(at, { secureContext, rejectUnauthorized: false }));
    await sleep(20);
    const error = await soon(rejection(secureConnectionTo(at, { secureContext }).request('GET', '/')));
    expect(error).toBeInstanceOf(ConnectionError);
  });
});

describe('below TLS', () => {
  test('a plain server on the https port', async () => {
    const at = await serve((peer) => peer.socket.on('data', () => peer.socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const error = await soon(rejection(secureConnectionTo(at).request('GET', '/')));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.code).toMatch(/^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/);
    expect(error.phase).toBe('connect');
  });

  test('a TLS server on the http port', async () => {
    const { at } = await secureServer();
    const connection = connectionTo(at);
    const error = await soon(rejection(get(connection)));
    expect(error.name).toMatch(/^(BadStatusLine|RemoteDisconnected|ConnectionError)$/);
  });

  test.each<[name: string, fail: (peer: Peer) => unknown]>([
    ['closes', (peer) => peer.end()],
    ['resets', (peer) => peer.reset(5)],
    ['says nothing, until connectTimeout', () => {}],
  ])('a peer that %s during the handshake', async (name, fail) => {
    const at = await serve(fail);
    const error = await soon(rejection(secureConnectionTo(at, { connectTimeout: 300 }).request('GET', '/')));
    if (name.startsWith('says')) expect(error).toMatchObject({ name: 'TimeoutError', phase: 'connect' });
    else expect(error).toMatchObject({ name: 'ConnectionError', code: 'ECONNRESET', phase: 'connect' });
  });

  test.each<[name: string, end: (peer: Peer) => unknown]>([
    ['close_notify and FIN', (peer) => peer.end()],
    [
      'FIN without close_notify',
      (peer) => ((peer.socket as unknown as { _parent: net.Socket | null })._parent ?? peer.socket).destroySoon(),
    ],
    ['RST', (peer) => peer.reset()],
  ])('a sized and a chunked body cut by %s', async (name, end) => {
    for (const raw of [sized('0123456789').slice(0, -4), chunked(['012345', '6789']).slice(0, -12)]) {
      const { ca, at } = await secureServer('good', async (peer) => {
        if (peer.number > 0) return again(peer);
        await peer.head();
        await peer.write(raw);
        await sleep(5);
        await end(peer);
      });
      const connection = secureConnectionTo(at, { ca });
      const response = await get(connection);
      const error = await soon(rejection(response.read()));
      if (name === 'RST') expect(error).toBeInstanceOf(ConnectionError);
      else expect(error).toBeInstanceOf(IncompleteRead);
      expect(String(error.partial)).toBe('012345');
      await expectUsable(connection);
    }
  });

  test('a record that is damaged in the middle of a body', async () => {
    const { ca, at } = await secureServer('good', async (peer) => {
      if (peer.number > 0) return again(peer);
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
      await sleep(20);
      // A fatal alert that nobody encrypted.
      relay.toClient.write(Buffer.from('15030300020228', 'hex'));
    });
    // In between stands a relay that can add bytes of its own.
    const relay = { toClient: null as unknown as net.Socket };
    const between = net.createServer((client) => {
      relay.toClient = client;
      const server = net.connect(at.port, at.host);
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) socket.on('error', () => {});
      client.on('close', () => server.destroy());
      afterwards(() => client.destroy());
      afterwards(() => server.destroy());
    });
    between.listen(0, '127.0.0.1');
    await once(between, 'listening');
    afterwards(() => between.close());
    const connection = new HTTPSConnection('localhost', (between.address() as net.AddressInfo).port, { ca, lookup: loopback });
    afterwards(() => connection.close());
    const response = await get(connection);
    const error = await soon(rejection(response.read()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.code).toMatch(/^ERR_SSL_|^EPROTO$/);
    expect([error.phase, String(error.partial)]).toEqual(['body', 'abc']);
  });

  test('a retry on a stale TLS connection', async () => {
    const { ca, at } = await secureServer('good', async (peer) => {
      if (peer.number > 0) return again(peer);
      await peer.answer(sized('again'));
      await peer.head();
      peer.end();
    });
    const connection = secureConnectionTo(at, { ca });
    await expectUsable(connection);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
  });

  test('a server that renegotiates', async () => {
    const { ca, good } = await certificates();
    const at = await serve(
      async (peer) => {
        if (peer.number > 0) return again(peer);
        await peer.head();
        await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc');
        (peer.socket as TLSSocket).renegotiate({}, () => {});
        await sleep(50);
        await peer.write('def');
        await again(peer);
      },
      { ...good, maxVersion: 'TLSv1.2' },
    );
    const connection = secureConnectionTo(at, { ca, bodyTimeout: 1000 });
    const outcome = await soon(
      get(connection)
        .then((response) => response.read())
        .then(String, (error: Error) => error.name),
    );
    expect(outcome).toMatch(/^(abcdef|ConnectionError|IncompleteRead)$/);
  });
});

describe('createConnection', () => {
  test('TLS is put on a plain stream, and not on one that has it', async () => {
    const { ca, at } = await secureServer();
    for (const createConnection of [
      () => net.connect(at.port, at.host),
      () => connectTls({ port: at.port, host: at.host, servername: 'localhost', ca }),
      async () => {
        const socket = net.connect(at.port, at.host);
        await once(socket, 'connect');
        return socket;
      },
    ]) {
      const connection = secureConnectionTo(at, { ca, createConnection });
      await expectUsable(connection);
      await expectUsable(connection);
    }
    expect(at.peers.length).toBe(3);
  });

  test('a plain stream’s server is verified all the same', async () => {
    const { at } = await secureServer();
    const error = await soon(
      rejection(secureConnectionTo(at, { createConnection: () => net.connect(at.port, at.host) }).request('GET', '/')),
    );
    expect(error).toBeInstanceOf(ConnectionError);
    expect(at.peers[0]?.received.length ?? 0).toBe(0);
  });
});
