// What is sent twice: a request whose connection had grown stale, once, and only where that can do no harm (RFC 9110 9.2.2, 9112
// 9.3.1). Counted by the server, which logs every request head by its target.
// Each condition by itself is in test/client/keep-alive.test.ts.

import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { ConnectionError, type PoolRequestOptions } from '../../src/index.js';
import { rejection, sized, soon, type Peer, type Play } from '../client/harness.js';
import { asked, askerOf, KINDS, type AskerKind } from './clients.js';

/** Answers the first request of each connection, and lets the second one down. */
const faithless =
  (log: string[], letDown: (peer: Peer) => unknown): Play =>
  async (peer) => {
    for (let served = 0; ; served++) {
      const { method, path } = asked(await peer.head());
      log.push(`${method} ${path}`);
      if (served > 0) return void (await letDown(peer));
      await peer.write(method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n' : sized(`answer to ${path}`));
    }
  };

const WAYS: readonly [how: string, letDown: (peer: Peer) => unknown][] = [
  ['FIN', (peer) => peer.end()],
  ['RST', (peer) => peer.reset(0)],
];

async function* pieces(): AsyncGenerator<string> {
  yield 'body';
}

/** Each on a connection that served another request, and is gone now. */
const rows: readonly [what: string, method: string, options: () => PoolRequestOptions, times: 1 | 2][] = [
  ...(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE', 'PUT'] as const).map((method): [string, string, () => PoolRequestOptions, 2] => [
    method,
    method,
    () => ({}),
    2,
  ]),
  ['PUT of a string', 'PUT', () => ({ body: 'body' }), 2],
  ['PUT of bytes', 'PUT', () => ({ body: Buffer.from('body') }), 2],
  ['DELETE with a form', 'DELETE', () => ({ body: new URLSearchParams('a=b') }), 2],
  ['POST', 'POST', () => ({}), 1],
  ['POST of a string', 'POST', () => ({ body: 'body' }), 1],
  ['PATCH', 'PATCH', () => ({ body: 'body' }), 1],
  ['CONNECT', 'CONNECT', () => ({}), 1],
  ['an unknown method', 'SPEND', () => ({}), 1],
  // Methods are case-sensitive (RFC 9110 9.1): these are unknown ones.
  ['get', 'get', () => ({}), 1],
  ['Put', 'Put', () => ({ body: 'body' }), 1],
  ['delete', 'delete', () => ({}), 1],
  ['QUERY, which is none of RFC 9110’s', 'QUERY', () => ({ body: 'body' }), 1],
  // These can be read once.
  ['PUT of a stream', 'PUT', () => ({ body: Readable.from(['body']) }), 1],
  ['PUT of a generator', 'PUT', () => ({ body: pieces() }), 1],
  ['PUT of an array', 'PUT', () => ({ body: ['body'] }), 1],
  ['PUT of a blob', 'PUT', () => ({ body: new Blob(['body']) }), 1],
  ['PUT of a web stream', 'PUT', () => ({ body: new Blob(['body']).stream() as never }), 1],
  ['DELETE of a stream', 'DELETE', () => ({ body: Readable.from(['body']) }), 1],
];

describe.each(WAYS)('a connection that is gone, by %s', (_, letDown) => {
  test.each(rows)('%s', async (_what, method, options, times) => {
    const play = async (kind: AskerKind): Promise<void> => {
      const log: string[] = [];
      const asker = await askerOf(kind, faithless(log, letDown));
      await (await asker.ask('GET', '/first')).read();
      const outcome = soon(asker.ask(method, '/second', options()), kind);
      if (times === 2) expect([kind, (await outcome).status]).toEqual([kind, 200]);
      else {
        const error = await rejection(outcome);
        expect([kind, error]).toEqual([kind, expect.any(ConnectionError)]);
        expect([kind, error.reusedSocket]).toEqual([kind, true]);
      }
      expect([kind, log]).toEqual([kind, ['GET /first', ...Array<string>(times).fill(`${method} /second`)]]);
    };
    // A tunnel's target cannot be told from CONNECT's, nor can a proxy's.
    await Promise.all(KINDS.filter((kind) => method !== 'CONNECT' || kind === 'connection').map(play));
  });
});

describe('any byte of an answer is an answer', () => {
  test.each([
    ['one byte', 'H'],
    ['an empty line', '\r\n'],
    ['a 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a 103', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['a head', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'],
  ])('%s', async (_, raw) => {
    const play = async (kind: AskerKind): Promise<void> => {
      const log: string[] = [];
      const asker = await askerOf(
        kind,
        faithless(log, async (peer) => {
          await peer.write(raw);
          await peer.reset(10);
        }),
      );
      await (await asker.ask('GET', '/first')).read();
      const error = await soon(rejection(asker.ask('GET', '/second').then((response) => response.read())), kind);
      expect([kind, error.reusedSocket, log]).toEqual([kind, true, ['GET /first', 'GET /second']]);
    };
    await Promise.all(KINDS.map(play));
  });
});

describe('a server that always lets its clients down', () => {
  test.each(KINDS)('%s: on a fresh connection nothing is sent twice', async (kind) => {
    const log: string[] = [];
    const asker = await askerOf(kind, async (peer) => {
      const { method, path } = asked(await peer.head());
      log.push(`${method} ${path}`);
      await peer.reset(0);
    });
    for (const path of ['/1', '/2', '/3']) expect((await soon(rejection(asker.ask('GET', path)), path)).reusedSocket).toBe(false);
    expect(log).toEqual(['GET /1', 'GET /2', 'GET /3']);
  });

  test.each(KINDS)('%s: at the second request of each connection, a GET is sent twice at most and a POST once', async (kind) => {
    const log: string[] = [];
    const asker = await askerOf(
      kind,
      faithless(log, (peer) => peer.reset(0)),
    );
    const outcomes: string[] = [];
    for (let n = 0; n < 20; n++) {
      const method = n % 3 === 2 ? 'POST' : 'GET';
      const answer = asker.ask(method, `/${n}`).then((response) => response.text());
      outcomes.push(
        await soon(
          answer.catch(() => 'lost'),
          `${method} /${n}`,
        ),
      );
    }
    for (let n = 0; n < 20; n++) {
      const post = n % 3 === 2;
      const sent = log.filter((line) => line.endsWith(` /${n}`)).length;
      expect([n, sent <= (post ? 1 : 2), sent >= 1]).toEqual([n, true, true]);
      expect([`answer to /${n}`, ...(post ? ['lost'] : [])]).toContain(outcomes[n]);
    }
    // Both things did happen.
    expect([outcomes.includes('lost'), log.length > 20]).toEqual([true, true]);
  });

  test('a retry that is let down in its turn is the end', async () => {
    const log: string[] = [];
    const asker = await askerOf('pool', async (peer) => {
      for (let served = 0; ; served++) {
        const { path } = asked(await peer.head());
        log.push(path);
        if (served > 0 || peer.number > 0) return void (await peer.reset(0));
        await peer.write(sized('first'));
      }
    });
    await (await asker.ask('GET', '/first')).read();
    expect((await soon(rejection(asker.ask('GET', '/second')))).reusedSocket).toBe(false);
    expect(log).toEqual(['/first', '/second', '/second']);
  });
});
