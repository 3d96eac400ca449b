// Several connections at once over the one tokeniser of the thread: what each of them reads does not depend on what arrives for the
// others in between, nor on what callbacks and readers do meanwhile.
// The same without sockets, at every byte and on every engine, is in test/core/reader.test.ts.

import { describe, expect, jest, test } from '@jest/globals';
import type { HTTPConnection } from '../../src/index.js';
import { again, chunked, connectionTo, eventually, expectUsable, get, rejection, serve, sized, sleep, soon, type Peer } from './harness.js';

jest.setTimeout(20_000);

const filler = (letter: string, length: number): string => letter.repeat(length);

/** Feeds each raw answer to a connection of its own, one byte to each in turn. */
async function inTurn(raws: readonly string[], ends: boolean): Promise<{ connection: HTTPConnection; outcome: Promise<string> }[]> {
  const peers: Peer[] = [];
  const at = await serve(async (peer) => {
    await peer.head();
    peers.push(peer);
  });
  const connections = raws.map(() => connectionTo(at));
  const outcomes = connections.map(async (connection, n) => {
    await connection.request('GET', `/${n}`);
    const response = await connection.getresponse();
    const body = await response.read();
    return JSON.stringify([response.status, response.getheaders(), String(body), response.trailers?.items() ?? null]);
  });
  const settled = outcomes.map((outcome) =>
    outcome.catch(
      (error: Error & { rule?: string; offset?: number; partial?: Uint8Array }) =>
        `${error.name} ${error.rule} ${error.offset} ${String(error.partial)}`,
    ),
  );
  while (peers.length < raws.length) await sleep(1);
  const ordered = raws.map((_, n) => peers.find((peer) => peer.received.includes(`GET /${n} `)) as Peer);
  for (let n = 0; n < Math.max(...raws.map((raw) => raw.length)); n++) {
    raws.forEach((raw, which) => {
      const { socket } = ordered[which] as Peer;
      if (n < raw.length && !socket.destroyed) socket.write(raw.charAt(n), 'latin1');
    });
    await new Promise(setImmediate);
  }
  if (ends) for (const peer of ordered) peer.end();
  return connections.map((connection, n) => ({ connection, outcome: settled[n] as Promise<string> }));
}

describe('byte by byte in turn', () => {
  test('long heads, chunks and trailers come out as if alone', async () => {
    const raws = [
      sized('first', 'HTTP/1.1 200 OK', `A: ${filler('a', 300)}`, `B: ${filler('b', 300)}`),
      chunked(['se', 'cond'], `T: ${filler('t', 200)}\r\n`, `A: ${filler('c', 300)}`),
      sized('third', 'HTTP/1.1 404 Not Found', `A: ${filler('d', 300)}\r\n folded`),
    ];
    const talks = await inTurn(raws, false);
    const expected = [
      [
        200,
        [
          ['A', filler('a', 300)],
          ['B', filler('b', 300)],
          ['Content-Length', '5'],
        ],
        'first',
        null,
      ],
      [
        200,
        [
          ['Transfer-Encoding', 'chunked'],
          ['A', filler('c', 300)],
        ],
        'second',
        [['T', filler('t', 200)]],
      ],
      [
        404,
        [
          ['A', `${filler('d', 300)} folded`],
          ['Content-Length', '5'],
        ],
        'third',
        null,
      ],
    ];
    for (const [n, { outcome }] of talks.entries()) expect(JSON.parse(await soon(outcome))).toEqual(expected[n]);
  });

  test('a fault on one does not touch the others, and is found at its place', async () => {
    const raws = [
      sized('fine', 'HTTP/1.1 200 OK', `A: ${filler('a', 200)}`),
      `HTTP/1.1 200 OK\r\nA: ${filler('b', 100)}\r\nB C: d\r\n\r\n`,
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n`,
      `HTTP/1.1 200 OK\r\nA: ${filler('e', 150)}`,
    ];
    const outcomes = await Promise.all((await inTurn(raws, true)).map(({ outcome }) => soon(outcome)));
    expect(outcomes).toEqual([
      JSON.stringify([
        200,
        [
          ['A', filler('a', 200)],
          ['Content-Length', '4'],
        ],
        'fine',
        null,
      ]),
      `InvalidMessage field-name 123 `,
      'InvalidMessage chunk-size 55 abc',
      'IncompleteRead undefined undefined ',
    ]);
  });

  test('a connection closed in the middle of a head leaves the others alone', async () => {
    const raw = `HTTP/1.1 200 OK\r\nA: ${filler('a', 200)}\r\nContent-Length: 5\r\n\r\nagain`;
    const at = await serve(async (peer) => {
      const head = await peer.head();
      // One that is to be closed gets so much and no more.
      await peer.write(...(head.startsWith('GET /closed') ? raw.slice(0, 100) : raw));
      await again(peer);
    });
    const connections = Array.from({ length: 6 }, () => connectionTo(at));
    const outcomes = connections.map(async (connection, n) => {
      const pending = get(connection, n % 2 === 1 ? '/closed' : '/');
      pending.catch(() => {});
      if (n % 2 === 1) {
        await eventually(() => (connection.sock as { bytesRead?: number } | null)?.bytesRead === 100);
        connection.close();
        return (await rejection(pending)).name as string;
      }
      return String(await (await pending).read());
    });
    expect(await soon(Promise.all(outcomes), 'all of them', 5000)).toEqual([
      'again',
      'NotConnected',
      'again',
      'NotConnected',
      'again',
      'NotConnected',
    ]);
    for (const connection of connections) await expectUsable(connection);
  });
});

describe('re-entrancy', () => {
  const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n';

  test('a callback that starts requests on other connections, whose callbacks start more', async () => {
    const at = await serve(async (peer) => {
      for (;;) {
        const head = await peer.head();
        const depth = Number(/^GET \/(\d+)/.exec(head)?.[1]);
        await peer.write(`${HINTS}${HINTS}${sized(`depth ${depth}`, 'HTTP/1.1 200 OK', `A: ${filler('a', 2000)}`)}`);
      }
    });
    const bodies: Promise<string>[] = [];
    const ask = async (depth: number): Promise<string> => {
      const connection = connectionTo(at);
      await connection.request('GET', `/${depth}`, null, null, {
        onInformational: () => {
          if (depth < 3) bodies.push(ask(depth + 1));
        },
      });
      const response = await connection.getresponse();
      expect(response.getheader('a')).toBe(filler('a', 2000));
      return String(await response.read());
    };
    expect(await soon(ask(0), 'the outermost')).toBe('depth 0');
    while (bodies.length < 14) await sleep(2);
    expect((await Promise.all(bodies)).sort()).toEqual([
      ...Array<string>(2).fill('depth 1'),
      ...Array<string>(4).fill('depth 2'),
      ...Array<string>(8).fill('depth 3'),
    ]);
  });

  test('reads that interleave with reads of other connections, in small steps', async () => {
    const text = Array.from({ length: 400 }, (_, n) => `line ${n}\n`).join('');
    const at = await serve(async (peer) => {
      await peer.head();
      const raw = peer.number % 2 === 0 ? sized(text) : chunked(text.match(/[^]{1,13}/g) as string[]);
      for (let n = 0; n < raw.length; n += 97) {
        await peer.write(raw.slice(n, n + 97));
        await new Promise(setImmediate);
      }
    });
    const readers = Array.from({ length: 8 }, async (_, n) => {
      const response = await get(connectionTo(at));
      let got = '';
      const view = Buffer.alloc(11);
      for (let turn = 0; !response.closed; turn++) {
        switch ((turn + n) % 5) {
          case 0:
            got += String(await response.read(5));
            break;
          case 1:
            got += String(await response.readline());
            break;
          case 2:
            got += view.toString('latin1', 0, await response.readinto(view));
            break;
          case 3:
            got += String(await response.read1(20));
            break;
          default:
            await response.peek(3);
        }
      }
      return got + String(await response.read());
    });
    for (const got of await soon(Promise.all(readers), 'all readers', 8000)) expect(got === text).toBe(true);
  });

  test('a body source that makes requests on other connections while it is read', async () => {
    const inner = await serve(again);
    const at = await serve(async (peer) => {
      const head = await peer.head();
      expect(head).toContain('chunked');
      await peer.until('0\r\n\r\n');
      await peer.write(sized('done'));
      await again(peer);
    });
    async function* source(): AsyncGenerator<string> {
      for (let n = 0; n < 5; n++) {
        await expectUsable(connectionTo(inner));
        yield `piece ${n}`;
      }
    }
    const connection = connectionTo(at);
    await connection.request('POST', '/', source());
    expect(String(await (await connection.getresponse()).read())).toBe('done');
    await expectUsable(connection);
  });

  test('a Uint8Array-like or string-like object whose conversion makes requests', async () => {
    const at = await serve(again);
    const inner = connectionTo(at);
    let asked: Promise<unknown> | null = null;
    const url = {
      toString: () => {
        asked = expectUsable(inner);
        return '/again';
      },
    };
    const connection = connectionTo(at);
    await connection.request('GET', url as unknown as string);
    expect(String(await (await connection.getresponse()).read())).toBe('again');
    await asked;
  });
});

test('a hundred connections at once', async () => {
  const at = await serve(async (peer) => {
    await peer.head();
    const raw = sized(`number ${peer.number}`, 'HTTP/1.1 200 OK', `A: ${filler('a', 200 + peer.number)}`);
    await peer.write(raw.slice(0, 30 + peer.number), raw.slice(30 + peer.number, 150), raw.slice(150));
  });
  const bodies = await soon(
    Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await get(connectionTo(at));
        const body = String(await response.read());
        expect(response.getheader('a')?.length).toBe(200 + Number(body.slice(7)));
        return body;
      }),
    ),
    'all of them',
    8000,
  );
  expect(new Set(bodies).size).toBe(100);
});
