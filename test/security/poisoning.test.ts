// Response-queue poisoning: bytes that no request explains never become the answer to the next one. Every request has an answer
// that names it, and the surplus says EVIL.
// CVE-2026-48931 (node), GHSA-35p6-xmwp-9g52 (undici), aiohttp #13656.
// What a connection does with such bytes, one by one, is in test/client/keep-alive.test.ts.

import { describe, expect, test } from '@jest/globals';
import { chunked, connectionTo, get, peerOf, rejection, serve, sized, sleep, soon, type Peer, type Play } from '../client/harness.js';
import { asked, askerOf, KINDS, type Asker } from './clients.js';

const answerTo = (method: string, path: string): string => sized(`answer to ${method} ${path}`);

/** Answers every request with its own answer. */
async function honest(peer: Peer): Promise<void> {
  for (;;) {
    const head = await peer.head();
    const { method, path } = asked(head);
    await peer.take(Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0));
    await peer.write(answerTo(method, path));
  }
}

/** The first answer on the first connection has something behind it; everything else is honest. */
const poisoned =
  (first: string, surplus: string, when: (typeof TIMES)[number]): Play =>
  async (peer) => {
    if (peer.number === 0) {
      await peer.head();
      if (when === 'in the same segment') await peer.write(first + surplus);
      else if (when === 'byte by byte') await peer.write(...(first + surplus));
      else {
        await peer.write(first);
        await sleep(3);
        await peer.write(surplus);
      }
    }
    await honest(peer);
  };

const TIMES = ['in the same segment', 'byte by byte', '3 ms later'] as const;

const FIRST: readonly [behind: string, method: string, raw: string, body: string][] = [
  ['a sized body', 'GET', sized('first'), 'first'],
  ['an empty body', 'GET', sized(''), ''],
  ['a HEAD response', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n', ''],
  ['a 204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
  ['a 204 with a length', 'DELETE', 'HTTP/1.1 204 No Content\r\nContent-Length: 60\r\n\r\n', ''],
  ['a 304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n', ''],
  ['the last chunk', 'GET', chunked(['fi', 'rst']), 'first'],
  ['a trailer section', 'GET', chunked(['first'], 'T: x\r\n'), 'first'],
  ['Connection: close', 'GET', sized('first', 'HTTP/1.1 200 OK', 'Connection: close'), 'first'],
  ['an interim and a final response', 'GET', `HTTP/1.1 103 Early Hints\r\n\r\n${sized('first')}`, 'first'],
  ['a response to a POST', 'POST', sized('first'), 'first'],
];

const SURPLUS: readonly [what: string, raw: string][] = [
  ['a response', sized('EVIL')],
  ['a response behind an empty line', `\r\n${sized('EVIL')}`],
  ['a response behind four', `\r\n\r\n\r\n\r\n${sized('EVIL')}`],
  ['many responses', sized('EVIL').repeat(50)],
  ['a response without end', 'HTTP/1.1 200 OK\r\n\r\nEVIL'],
  ['a 408, as some servers say good-bye', sized('EVIL', 'HTTP/1.1 408 Request Timeout', 'Connection: close')],
  ['an interim response', 'HTTP/1.1 103 EVIL\r\n\r\n'],
  ['a 101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: EVIL\r\n\r\n'],
  ['half a response', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX: EV'],
  ['one letter', 'H'],
  ['the rest of a body', 'EVIL'.repeat(15)],
];

describe.each(FIRST)('behind %s', (_, method, raw, body) => {
  test.each(SURPLUS)('%s: the response stays as it was, the next requests get their own', async (_what, surplus) => {
    const play = async (kind: (typeof KINDS)[number], when: (typeof TIMES)[number]): Promise<void> => {
      const asker = await askerOf(kind, poisoned(raw, surplus, when));
      const where = `${kind}, ${when}`;
      const first = await soon(asker.ask(method, '/first', { body: method === 'POST' ? 'a' : null }), `${where}: the first`);
      expect([where, String(await soon(first.read(), where))]).toEqual([where, body]);
      // What comes later comes before the next request is made: see below for what does not.
      if (when !== 'in the same segment') await soon(peerOf(asker.at).closed, `${where}: the end of the first connection`);
      for (const next of ['GET', 'POST', 'GET']) {
        const path = `/${next}-next`;
        const response = await soon(asker.ask(next, path, { body: next === 'POST' ? 'a' : null }), `${where}: ${path}`);
        expect([where, await soon(response.text(), where)]).toEqual([where, `answer to ${next} ${path}`]);
      }
      expect([where, asker.at.peers.length]).toEqual([where, 2]);
    };
    await Promise.all(KINDS.flatMap((kind) => TIMES.map((when) => play(kind, when))));
  });
});

describe('a pool whose requests wait for the connection', () => {
  test.each(SURPLUS)('%s in the segment of an answer', async (_, surplus) => {
    // On every connection, behind every answer.
    const asker = await askerOf('pool', async (peer) => {
      for (;;) {
        const { method, path } = asked(await peer.head());
        await peer.write(answerTo(method, path) + surplus);
      }
    });
    const paths = Array.from({ length: 12 }, (_one, n) => `/${n}`);
    const texts = await soon(Promise.all(paths.map(async (path) => (await asker.ask('GET', path)).text())));
    expect(texts).toEqual(paths.map((path) => `answer to GET ${path}`));
    expect(asker.at.peers.length).toBe(paths.length);
  });
});

describe('in two parts, the second behind the next request', () => {
  test.each(KINDS)('%s', async (kind) => {
    const asker = await askerOf(kind, async (peer) => {
      if (peer.number > 0) return honest(peer);
      await peer.head();
      await peer.write(sized('first'), 'HTTP/1.1 200 OK\r\nContent-Le');
      await sleep(20);
      await peer.write('ngth: 4\r\n\r\nEVIL');
    });
    await (await asker.ask('GET', '/first')).read();
    await soon(peerOf(asker.at).closed);
    expect(await (await asker.ask('GET', '/next')).text()).toBe('answer to GET /next');
  });
});

describe('while the next request is being prepared', () => {
  test('a low-level request whose head is not sent yet', async () => {
    const at = await serve(async (peer) => {
      if (peer.number > 0) return honest(peer);
      await peer.head();
      await peer.write(sized('first'));
      await sleep(10);
      await peer.write(sized('EVIL'));
    });
    const connection = connectionTo(at);
    await (await get(connection)).read();
    connection.putrequest('GET', '/next');
    await soon(peerOf(at).closed);
    await connection.endheaders();
    expect(await (await connection.getresponse()).text()).toBe('answer to GET /next');
  });

  test('a response that is read late', async () => {
    const asker = await askerOf('connection', poisoned(sized('first'), sized('EVIL'), 'in the same segment'));
    const first = await asker.ask('GET', '/first');
    await sleep(20);
    expect(await first.text()).toBe('first');
    expect(await (await asker.ask('GET', '/next')).text()).toBe('answer to GET /next');
  });
});

// Nothing in such a response tells it from the one that is waited for. It costs the one request that met it, and no other: the
// answer behind it is a surplus in its turn.
describe('a surplus that comes when the next request has gone out', () => {
  test.each(KINDS)('%s: one request at most has it, and the connection is given up', async (kind) => {
    const asker = await askerOf(kind, async (peer) => {
      if (peer.number > 0) return honest(peer);
      await peer.answer(sized('first'));
      await peer.head();
      await peer.write(`${sized('EVIL')}${answerTo('GET', '/second')}`);
      await honest(peer);
    });
    const texts = [];
    for (const path of ['/first', '/second', '/third', '/fourth']) texts.push(await (await soon(asker.ask('GET', path))).text());
    expect(texts).toEqual(['first', 'EVIL', 'answer to GET /third', 'answer to GET /fourth']);
    expect(asker.at.peers.length).toBe(2);
  });
});

describe('before any request', () => {
  test.each([
    ['a response', sized('EVIL')],
    ['half a response', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['a greeting', '220 mail.test ESMTP\r\n'],
  ])('%s on a connection that was opened and waits', async (_, surplus) => {
    const at = await serve(async (peer) => {
      if (peer.number === 0) await peer.write(surplus);
      await honest(peer);
    });
    const connection = connectionTo(at);
    await connection.connect();
    await soon(peerOf(at).closed);
    expect(await (await get(connection, '/first')).text()).toBe('answer to GET /first');
  });

  // What is behind the reply to CONNECT belongs to the tunnel (R38): it may be the first request's, never another's.
  test.each([
    ['a response', sized('EVIL')],
    ['two', sized('EVIL') + sized('EVIL 2')],
    ['a response and a letter', `${sized('EVIL')}H`],
  ])('%s behind the reply to CONNECT: the first request at most has it', async (_, surplus) => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(`HTTP/1.1 200 OK\r\n\r\n${peer.number === 0 ? surplus : ''}`);
      await honest(peer);
    });
    const connection = connectionTo(at);
    connection.set_tunnel('far.test', 80);
    const texts = [];
    for (const path of ['/first', '/second', '/third']) texts.push(await (await soon(get(connection, path))).text());
    expect(texts).toEqual(['EVIL', 'answer to GET /second', 'answer to GET /third']);
    expect(at.peers.length).toBe(2);
  });

  test('one whose second half comes behind the request', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      if (peer.number === 0) {
        await peer.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le');
        await sleep(10);
        await peer.write('ngth: 4\r\n\r\nEVIL');
      } else await peer.write('HTTP/1.1 200 OK\r\n\r\n');
      await honest(peer);
    });
    const connection = connectionTo(at);
    connection.set_tunnel('far.test', 80);
    const texts = [];
    for (const path of ['/first', '/second']) texts.push(await (await soon(get(connection, path))).text());
    expect(texts).toEqual(['EVIL', 'answer to GET /second']);
  });

  test('the body that a proxy gives its 200: the tunnel begins with it, and is no tunnel', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(sized(sized('EVIL').repeat(2), 'HTTP/1.1 200 OK').replace('\r\n\r\n', '\r\n\r\nx'));
      await honest(peer);
    });
    const connection = connectionTo(at);
    connection.set_tunnel('far.test', 80);
    expect((await soon(rejection(get(connection)))).name).toBe('BadStatusLine');
  });
});

test('an answer to a request that was given up is nobody’s', async () => {
  const asker: Asker = await askerOf('pool', async (peer) => {
    const { method, path } = asked(await peer.head());
    if (path === '/given-up') await sleep(30);
    await peer.write(answerTo(method, path));
    await honest(peer);
  });
  const controller = new AbortController();
  const given = rejection(asker.ask('GET', '/given-up', { signal: controller.signal }));
  const next = asker.ask('GET', '/next');
  await sleep(10);
  controller.abort('enough');
  expect([await given, await (await next).text()]).toEqual(['enough', 'answer to GET /next']);
  // A response that is closed before its end, likewise.
  const at = await serve(async (peer) => {
    if (peer.number > 0) return honest(peer);
    await peer.head();
    await peer.write(`HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n`);
    await sleep(20);
    await peer.write(sized('EVIL').padEnd(100));
  });
  const connection = connectionTo(at);
  (await get(connection)).close();
  expect(await (await get(connection, '/next')).text()).toBe('answer to GET /next');
  await connection.request('GET', '/closed');
  connection.close();
  expect(await (await get(connection, '/after')).text()).toBe('answer to GET /after');
});
