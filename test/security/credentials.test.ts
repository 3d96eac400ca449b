// Credentials and fields go where they belong and nowhere else: a proxy's to the proxy, an origin's to the origin, one request's
// into that request.
// CVE-2023-45143, CVE-2024-24758, CVE-2024-30260 (undici), CVE-2022-27776 (curl), CVE-2018-18074 (requests).

import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, HTTPSConnection, InvalidURL, PoolManager, TunnelError } from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import { startProxy } from '../support/server.js';
import { run } from '../cli/run.js';
import { afterwards, loopback, rejection, serve, sized, sleep, soon, type Peer } from '../client/harness.js';
import { thrown } from '../support/thrown.js';

/** Answers every request with its head. */
async function echo(peer: Peer): Promise<void> {
  for (;;) {
    const head = await peer.head();
    await peer.take(Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0));
    await peer.write(sized(head));
  }
}

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;
const FOR_PROXY = basic('proxy-user:proxy-secret');

function poolOf(options: ConstructorParameters<typeof PoolManager>[0]): PoolManager {
  const pool = new PoolManager(options);
  afterwards(() => pool.destroy());
  return pool;
}

const received = (peers: readonly Peer[]): string => peers.map((peer) => peer.received.toString('latin1')).join('');

describe('through a tunnel', () => {
  async function tunnelled() {
    const { ca, good } = await certificates();
    const origin = await serve(echo, good);
    const proxy = await startProxy({ target: origin.port });
    afterwards(() => proxy.close());
    return { ca, origin, proxy, toProxy: () => Buffer.concat(proxy.received).toString('latin1') };
  }

  test('a pool: the proxy’s to the proxy, the origin’s to the origin', async () => {
    const { ca, origin, proxy, toProxy } = await tunnelled();
    const pool = poolOf({ ca, proxy: `http://proxy-user:proxy-secret@${proxy.host}:${proxy.port}` });
    const headers = { Authorization: basic('origin-user:origin-secret'), Cookie: 'session=origin' };
    const url = `https://localhost:${origin.port}/private?token=query`;
    const head = await (await pool.request('POST', url, { headers, body: 'body' })).text();
    expect(head).toContain(`Authorization: ${headers.Authorization}\r\nCookie: session=origin\r\n`);
    expect(head.toLowerCase()).not.toContain('proxy-authorization');
    const [connect] = proxy.requests;
    expect(connect?.head.split('\r\n')).toEqual([
      `CONNECT localhost:${origin.port} HTTP/1.1`,
      `Host: localhost:${origin.port}`,
      `Proxy-Authorization: ${FOR_PROXY}`,
      '',
      '',
    ]);
    // What is encrypted is all that it sees of the rest.
    for (const secret of ['private', 'query', 'session', headers.Authorization]) expect(toProxy()).not.toContain(secret);
  });

  test('a connection: the tunnel’s fields go to the proxy, again with each tunnel, and never on', async () => {
    const { ca, origin, proxy } = await tunnelled();
    const connection = new HTTPSConnection(proxy.host, proxy.port, { ca });
    afterwards(() => connection.close());
    connection.set_tunnel('localhost', origin.port, { 'Proxy-Authorization': FOR_PROXY, 'X-Tunnel': 'only' });
    for (let n = 0; n < 2; n++) {
      await connection.request('GET', '/', null, { Authorization: 'mine' });
      const head = await (await connection.getresponse()).text();
      expect([head.includes('Authorization: mine'), /x-tunnel|proxy-/i.test(head)]).toEqual([true, false]);
      connection.close();
    }
    for (const { head } of proxy.requests) {
      expect(head).toContain(`Proxy-Authorization: ${FOR_PROXY}\r\nX-Tunnel: only\r\n`);
      expect(head).not.toMatch(/^Authorization/m);
    }
    expect(proxy.requests).toHaveLength(2);
  });

  test('a refusal by the proxy: nothing of the request has gone to it, and nothing is tried without the tunnel', async () => {
    const proxy = await startProxy({
      reply: 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n',
    });
    afterwards(() => proxy.close());
    const pool = poolOf({ proxy: `http://${proxy.host}:${proxy.port}` });
    const headers = { Authorization: 'origin-secret' };
    expect(await soon(rejection(pool.request('GET', 'https://h.test/private', { headers })))).toBeInstanceOf(TunnelError);
    expect(Buffer.concat(proxy.received).toString()).toBe('CONNECT h.test:443 HTTP/1.1\r\nHost: h.test:443\r\n\r\n');
  });

  test('the command, for a tunnel, a plain URL through the proxy, and one without credentials', async () => {
    const { ca, good } = await certificates();
    const origin = await serve(echo, good);
    const proxy = await startProxy({ target: origin.port });
    afterwards(() => proxy.close());
    const secure = await run([
      'get',
      '-k',
      '--proxy',
      `http://proxy-user:proxy-secret@${proxy.host}:${proxy.port}`,
      `https://origin-user:origin-secret@localhost:${origin.port}/`,
      `https://localhost:${origin.port}/second`,
    ]);
    expect(secure.code).toBe(0);
    const [first = '', second = ''] = secure.stdout.split(/(?=GET \/second)/);
    expect(first).toContain(`Authorization: ${basic('origin-user:origin-secret')}\r\n`);
    // The first URL's credentials are not the second's.
    expect(second).not.toMatch(/authorization/i);
    expect(secure.stdout).not.toMatch(/proxy-authorization/i);
    expect(proxy.requests.map(({ head }) => /^Authorization/m.test(head))).toEqual([false]);

    const open = await serve(echo);
    const plain = await run([
      'get',
      '--proxy',
      `http://proxy-user:proxy-secret@${open.host}:${open.port}`,
      'http://u:p@h.test/',
      'http://other.test/',
    ]);
    const heads = plain.stdout.split(/(?=GET http)/);
    expect(heads.map((head) => head.includes(`Proxy-Authorization: ${FOR_PROXY}`))).toEqual([true, true]);
    expect(heads.map((head) => /^Authorization/m.test(head))).toEqual([true, false]);
    expect([ca.length > 0, heads.length]).toEqual([true, 2]);
  });
});

describe('without a tunnel', () => {
  test('a pool: http through a proxy carries the proxy’s, a pool without a proxy does not', async () => {
    const proxy = await serve(echo);
    const through = poolOf({ proxy: `http://proxy-user:proxy-secret@${proxy.host}:${proxy.port}` });
    expect(await (await through.request('GET', 'http://h.test/')).text()).toContain(`Proxy-Authorization: ${FOR_PROXY}\r\n`);
    const direct = poolOf({});
    expect(await (await direct.request('GET', `http://${proxy.host}:${proxy.port}/`)).text()).not.toMatch(/authorization/i);
  });

  test('one’s own Proxy-Authorization takes the place of the pool’s', async () => {
    const proxy = await serve(echo);
    const pool = poolOf({ proxy: `http://proxy-user:proxy-secret@${proxy.host}:${proxy.port}` });
    const head = await (await pool.request('GET', 'http://h.test/', { headers: { 'proxy-authorization': 'mine' } })).text();
    expect(head.match(/^proxy-authorization: .*$/gim)).toEqual(['proxy-authorization: mine']);
  });

  test('a redirect is an answer: nothing is sent to where it points', async () => {
    const elsewhere = await serve(echo);
    const at = await serve((peer) => peer.answer(sized('', 'HTTP/1.1 302 Found', `Location: http://${elsewhere.host}:${elsewhere.port}/`)));
    const headers = { Authorization: 'secret', Cookie: 'secret' };
    const response = await poolOf({}).request('GET', `http://${at.host}:${at.port}/`, { headers });
    expect([response.status, await response.text(), elsewhere.peers.length]).toEqual([302, '', 0]);
  });
});

describe('errors do not tell', () => {
  test.each([
    ['http://user:secret@h:99999'],
    ['http://user:secret@h x'],
    ['https://user:secret@h'],
    ['http://us%zzer:secret@h'],
    ['http://user:secret%@h'],
    ['user:secret@h'],
  ])('a proxy that cannot be one: %s', (proxy) => {
    const error = thrown(() => new PoolManager({ proxy }));
    expect(error).toBeInstanceOf(InvalidURL);
    expect(`${error.message} ${error.stack}`).not.toContain('secret');
  });

  test('a target or a URL with a password', async () => {
    const pool = poolOf({});
    const connection = new HTTPConnection('h.test');
    for (const refused of [
      pool.request('GET', 'http://user:secret@h.test/'),
      pool.request('GET', 'http://user:secret@h.test'),
      pool.request('GET', 'http://user:secret@h.test?a'),
      connection.request('GET', 'http://user:secret@h.test/'),
    ]) {
      const error = await rejection(refused);
      expect([error instanceof InvalidURL, error.message.includes('secret')]).toEqual([true, false]);
    }
  });
});

describe('one request’s fields are not another’s', () => {
  test('in order, at once, with a body, after a failure, after a retry', async () => {
    const at = await serve(async (peer) => {
      for (let served = 0; ; served++) {
        const head = await peer.head();
        if (head.startsWith('GET /lost') && served > 0) return void (await peer.reset(0));
        if (head.startsWith('GET /malformed')) return void (await peer.write('nonsense\r\n\r\n'));
        await peer.take(Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0));
        await sleep(1);
        await peer.write(sized(head));
      }
    });
    const pool = poolOf({ connections: 2 });
    const ask = async (path: string, headers: Record<string, string>, more: object = {}): Promise<string[]> => {
      const response = await pool.request('GET', `http://${at.host}:${at.port}${path}`, { headers, ...more });
      return (await response.text()).match(/^(X-|Upgrade|Connection|Content-|Expect|Authorization|Cookie).*$/gm) ?? [];
    };
    expect(await ask('/1', { 'X-Secret': '1', Authorization: 'a' })).toEqual(['X-Secret: 1', 'Authorization: a']);
    expect(await ask('/2', {})).toEqual([]);
    expect(await ask('/3', { 'X-Three': '3' }, { body: 'abc' })).toEqual(['Content-Length: 3', 'X-Three: 3']);
    expect(await ask('/4', { Connection: 'close', 'X-Four': '4' })).toEqual(['Connection: close', 'X-Four: 4']);
    const both = Array.from({ length: 20 }, (_, n) => ask(`/${n}`, { [`X-${n}`]: String(n) }));
    expect(await Promise.all(both)).toEqual(Array.from({ length: 20 }, (_, n) => [`X-${n}: ${n}`]));
    await rejection(ask('/malformed', { 'X-Malformed': '1', Cookie: 'a' }));
    expect(await ask('/lost', { 'X-Lost': '1' })).toEqual(['X-Lost: 1']);
    expect(await ask('/5', {})).toEqual([]);
    await rejection(ask('/6', { 'X-Refused': 'a\r\nb' }));
    expect(await ask('/7', {})).toEqual([]);
    expect(received(at.peers)).not.toContain('X-Refused');
  });

  test('a low-level request that was given up leaves none behind', async () => {
    const at = await serve(echo);
    const connection = new HTTPConnection(at.host, at.port);
    afterwards(() => connection.close());
    connection.putrequest('POST', '/given-up');
    connection.putheader('X-Secret', '1');
    connection.putheader('Content-Length', '100');
    connection.close();
    await connection.request('GET', '/next');
    expect(await (await connection.getresponse()).text()).toBe(
      `GET /next HTTP/1.1\r\nHost: ${at.host}:${at.port}\r\nAccept-Encoding: identity\r\n\r\n`,
    );
  });

  test('nor does one origin get those of another', async () => {
    const [one, other] = [await serve(echo), await serve(echo)];
    const pool = poolOf({ lookup: loopback });
    await (await pool.request('GET', `http://one.test:${one.port}/`, { headers: { Authorization: 'secret' } })).text();
    await (await pool.request('GET', `http://other.test:${other.port}/`)).text();
    expect([received(one.peers).includes('secret'), received(other.peers).includes('secret')]).toEqual([true, false]);
  });
});
