// Whom TLS lets us talk to: verification is on whatever else is given, a session of one host opens no other, and the name that is
// verified is the one that is meant.
// CVE-2021-44531, CVE-2021-44532 (node), CVE-2016-5419 (curl: a session under other settings), CVE-2023-28321 (curl: wildcards).

import { TLSSocket } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { ConnectionError, HTTPSConnection, InvalidURL, PoolManager } from '../../src/index.js';
import { certificates, leafFor } from '../support/certificates.js';
import { startProxy } from '../support/server.js';
import { thrown } from '../support/thrown.js';
import { afterwards, again, expectUsable, loopback, rejection, secureConnectionTo, serve, sleep, soon } from '../client/harness.js';

function poolOf(options: ConstructorParameters<typeof PoolManager>[0]): PoolManager {
  const pool = new PoolManager({ lookup: loopback, ...options });
  afterwards(() => pool.destroy());
  return pool;
}

describe('verification is on', () => {
  test.each<[given: string, options: object]>([
    ['nothing', {}],
    ['rejectUnauthorized: undefined', { rejectUnauthorized: undefined }],
    ['rejectUnauthorized: null', { rejectUnauthorized: null }],
    ['rejectUnauthorized: 0', { rejectUnauthorized: 0 }],
    ["rejectUnauthorized: ''", { rejectUnauthorized: '' }],
    ['checkServerIdentity: undefined', { checkServerIdentity: undefined }],
    ['servername: undefined', { servername: undefined }],
    ["servername: ''", { servername: '' }],
    ['ca: undefined', { ca: undefined }],
    ['lenient: true', { lenient: true }],
  ])('with %s', async (_, options) => {
    const { ca, good, wrongHost, selfSigned } = await certificates();
    // Not known, not by this name, and as it should be.
    for (const [leaf, trusted, code] of [
      [good, undefined, /SELF_SIGNED|UNABLE_TO/],
      [selfSigned, undefined, /SELF_SIGNED/],
      [wrongHost, ca, /ALTNAME/],
      [good, ca, null],
    ] as const) {
      const at = await serve(again, leaf);
      const given = { ...(trusted === undefined ? null : { ca: trusted }), ...options } as { ca?: string };
      if ('ca' in options && trusted !== undefined) given.ca = trusted;
      const connection = secureConnectionTo(at, given);
      const pool = poolOf(given);
      const url = `https://localhost:${at.port}/`;
      if (code === null) {
        await expectUsable(connection);
        expect(await (await pool.request('GET', url)).text()).toBe('again');
        continue;
      }
      for (const refused of [connection.request('GET', '/'), pool.request('GET', url)]) {
        const error = await soon(rejection(refused));
        expect([error, error.code]).toEqual([expect.any(ConnectionError), expect.stringMatching(code)]);
      }
      expect(at.peers.map(({ received }) => received.length).filter((length) => length > 0)).toEqual([]);
    }
  });
});

describe('a session opens no other host', () => {
  test('of a pool: two names of one server, one of which its certificate has', async () => {
    const { ca } = await certificates();
    const at = await serve(again, await leafFor('one.test'));
    const pool = poolOf({ ca });
    for (let n = 0; n < 2; n++) {
      expect(await (await pool.request('GET', `https://one.test:${at.port}/`)).text()).toBe('again');
      await sleep(10);
      const error = await soon(rejection(pool.request('GET', `https://other.test:${at.port}/`)));
      expect(error.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    }
    for (const peer of at.peers.slice(1)) expect(String(peer.received)).toBe('');
  });

  test('of connections that share their context by their options', async () => {
    const { ca } = await certificates();
    const resumed: boolean[] = [];
    const at = await serve(
      async (peer) => {
        resumed.push((peer.socket as TLSSocket).isSessionReused());
        await peer.head();
        await peer.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nagain');
      },
      await leafFor('one.test'),
    );
    const one = secureConnectionTo(at, { ca }, 'one.test');
    for (let n = 0; n < 3; n++) await expectUsable(one);
    expect(resumed).toEqual([false, true, true]);
    for (const [host, options] of [
      ['other.test', {}],
      ['one.test', { servername: 'other.test' }],
      ['127.0.0.1', {}],
    ] as const) {
      const error = await soon(rejection(secureConnectionTo(at, { ca, ...options }, host).request('GET', '/')));
      expect([host, error.code]).toEqual([host, 'ERR_TLS_CERT_ALTNAME_INVALID']);
    }
  });

  test('through tunnels: two hosts behind one proxy', async () => {
    const { ca } = await certificates();
    const at = await serve(again, await leafFor('one.test'));
    const proxy = await startProxy({ target: at.port });
    afterwards(() => proxy.close());
    const pool = poolOf({ ca, proxy: `http://${proxy.host}:${proxy.port}` });
    expect(await (await pool.request('GET', 'https://one.test/')).text()).toBe('again');
    await sleep(10);
    expect((await soon(rejection(pool.request('GET', 'https://other.test/')))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(proxy.requests.map(({ line }) => line)).toEqual(['CONNECT one.test:443 HTTP/1.1', 'CONNECT other.test:443 HTTP/1.1']);
    // The proxy's own name is not the one that counts.
    const named = new HTTPSConnection('one.test', proxy.port, { ca, lookup: loopback });
    afterwards(() => named.close());
    named.set_tunnel('other.test', 443);
    expect((await soon(rejection(named.request('GET', '/')))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('nor one whose verification was switched off', async () => {
    const { wrongHost, ca } = await certificates();
    const at = await serve(again, wrongHost);
    await expectUsable(secureConnectionTo(at, { ca, rejectUnauthorized: false }));
    await expectUsable(secureConnectionTo(at, { ca, checkServerIdentity: () => undefined }));
    await sleep(10);
    expect((await soon(rejection(secureConnectionTo(at, { ca }).request('GET', '/')))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });
});

describe('names', () => {
  test.each<[certificateFor: string, host: string, taken: boolean]>([
    ['localhost', 'LOCALHOST', true],
    ['*.one.test', 'a.one.test', true],
    ['*.one.test', 'one.test', false],
    ['*.one.test', 'a.b.one.test', false],
    ['one.test', 'one.test.evil.test', false],
    ['one.test', 'evil-one.test', false],
    ['localhost', '127.0.0.1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', 'localhost', false],
    ['127.0.0.2', '127.0.0.1', false],
    // A name beyond ASCII is verified in the form in which it goes on the wire.
    ['xn--bcher-kva.test', 'b\u00fccher.test', true],
    ['bucher.test', 'b\u00fccher.test', false],
  ])('a certificate for %s, asked for as %s: %p', async (name, host, taken) => {
    const { ca } = await certificates();
    const at = await serve(again, await leafFor(name));
    const connection = secureConnectionTo(at, { ca }, host);
    if (taken) await expectUsable(connection);
    else expect((await soon(rejection(connection.request('GET', '/')))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test.each(['one.test\0.evil.test', 'one.test%00.evil.test', 'one.test evil.test', 'one.test/evil', 'evil@one.test', ''])(
    '%j is no host to begin with',
    (host) => {
      expect(thrown(() => new HTTPSConnection(host, 443))).toBeInstanceOf(InvalidURL);
    },
  );

  test('the server name that is asked for is the host’s, never the proxy’s, the Host field’s or the target’s', async () => {
    const { ca } = await certificates();
    const names: unknown[] = [];
    const leaf = await leafFor('one.test');
    const at = await serve(async (peer) => {
      names.push((peer.socket as TLSSocket & { servername: unknown }).servername);
      await again(peer);
    }, leaf);
    const connection = secureConnectionTo(at, { ca }, 'one.test');
    await connection.request('GET', 'https://evil.test/', null, { Host: 'evil.test' });
    await (await connection.getresponse()).read();
    expect(names).toEqual(['one.test']);
  });
});

test('a check of the caller’s that throws refuses, and does not end the process', async () => {
  const { ca, good } = await certificates();
  const at = await serve(again, good);
  const fault = new Error('not this one');
  const options = {
    ca,
    checkServerIdentity: () => {
      throw fault;
    },
  };
  const errors = [
    await soon(rejection(secureConnectionTo(at, options).request('GET', '/'))),
    await soon(rejection(poolOf(options).request('GET', `https://localhost:${at.port}/`))),
  ];
  for (const error of errors) expect([error, error.cause]).toEqual([expect.any(ConnectionError), fault]);
  expect(at.peers.map(({ received }) => String(received)).join('')).toBe('');
});
