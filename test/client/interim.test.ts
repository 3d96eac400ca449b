// Interim responses, and what waits for one: onInformational for a request and for a connection, the bound on their number, the
// async context of the callbacks, and Expect: 100-continue.
// 101 is no interim response; it is in switching.test.ts.

import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import {
  HTTPMessage,
  InvalidMessage,
  LimitExceeded,
  type ConnectionOptions,
  type InformationalResponse,
  type RequestOptions,
} from '../../src/index.js';
import {
  again,
  chunked,
  connectionTo,
  eventually,
  expectUsable,
  get,
  rejection,
  serve,
  serveEach,
  sized,
  sleep,
  soon,
  peerOf,
  type Served,
} from './harness.js';

const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; rel=preload\r\nX: 1\r\n\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

const seen = (response: InformationalResponse): unknown[] => [response.version, response.status, response.reason, response.headers.items()];

describe('onInformational', () => {
  // However the bytes are cut: all at once, a segment for each response, a segment for each byte.
  const cuts: readonly [name: string, cut: (text: string) => string[]][] = [
    ['in one segment', (text) => [text]],
    ['one by one', (text) => text.split(/(?<=\r\n\r\n)/)],
    ['byte by byte', (text) => [...text]],
  ];
  test.each(cuts)('%s: every interim response in order, then the final one', async (_, cut) => {
    const script = `HTTP/1.0 102 Processing\r\n\r\n${HINTS}HTTP/1.1 199 \r\nContent-Length: 99\r\nTransfer-Encoding: gzip\r\n\r\n${CONTINUE}${sized('final')}`;
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(...cut(script));
      await again(peer);
    });
    const connection = connectionTo(at);
    const told: unknown[][] = [];
    await connection.request('GET', '/', null, null, { onInformational: (response) => void told.push(seen(response)) });
    const response = await connection.getresponse();
    expect(told).toEqual([
      [10, 102, 'Processing', []],
      [
        11,
        103,
        'Early Hints',
        [
          ['Link', '</a.css>; rel=preload'],
          ['Link', '</b.js>; rel=preload'],
          ['X', '1'],
        ],
      ],
      [
        11,
        199,
        '',
        [
          ['Content-Length', '99'],
          ['Transfer-Encoding', 'gzip'],
        ],
      ],
      [11, 100, 'Continue', []],
    ]);
    expect([response.status, String(await response.read())]).toEqual([200, 'final']);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('is told when the interim response comes, not with the final one', async () => {
    let release = (): void => {};
    const told = new Promise<void>((resolve) => (release = resolve));
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(HINTS);
      await told;
      await peer.write(sized('final'));
    });
    const connection = connectionTo(at, { onInformational: () => release() });
    expect(String(await (await soon(get(connection))).read())).toBe('final');
  });

  test('the request’s goes before the connection’s', async () => {
    const at = await serve((peer) => peer.answer(HINTS + sized('1'), HINTS + sized('2')));
    const told: string[] = [];
    const connection = connectionTo(at, { onInformational: () => void told.push('connection') });
    await connection.request('GET', '/', null, null, { onInformational: () => void told.push('request') });
    await (await connection.getresponse()).read();
    await (await get(connection)).read();
    expect(told).toEqual(['request', 'connection']);
  });

  test('low-level requests use the connection’s', async () => {
    const at = await serve((peer) => peer.answer(HINTS + sized('1')));
    const told: number[] = [];
    const connection = connectionTo(at, { onInformational: ({ status }) => void told.push(status) });
    connection.putrequest('GET', '/');
    await connection.endheaders();
    await (await connection.getresponse()).read();
    expect(told).toEqual([103]);
  });

  test('its headers are an HTTPMessage that may be kept', async () => {
    const at = await serve((peer) => peer.answer(HINTS + sized('1')));
    let kept: InformationalResponse | undefined;
    const connection = connectionTo(at, { onInformational: (response) => (kept = response) });
    await (await get(connection)).read();
    await get(connectionTo(await serve(again)));
    expect(kept?.headers).toBeInstanceOf(HTTPMessage);
    expect(kept?.headers.get_all('link')).toEqual(['</a.css>; rel=preload', '</b.js>; rel=preload']);
  });

  describe.each(cuts)('a callback that throws ends the request with what it threw, %s', (_, cut) => {
    const thrown = new Error('no hints, please');
    const served = (): Promise<Served> =>
      serveEach(async (peer) => {
        await peer.head();
        await peer.write(...cut(HINTS + sized('final')));
      }, again);

    test('behind which the response is asked for', async () => {
      const at = await served();
      const connection = connectionTo(at);
      await connection.request('GET', '/', null, null, {
        onInformational: () => {
          throw thrown;
        },
      });
      expect(await soon(rejection(connection.getresponse()))).toBe(thrown);
      await expectUsable(connection);
      expect(at.peers.length).toBe(2);
    });

    test('which asks for the response itself before', async () => {
      const at = await served();
      const connection = connectionTo(at);
      let answer: Promise<unknown> | undefined;
      await connection.request('GET', '/', null, null, {
        onInformational: () => {
          answer = rejection(connection.getresponse());
          throw thrown;
        },
      });
      await eventually(() => answer !== undefined);
      expect(await soon(answer as Promise<unknown>)).toBe(thrown);
      await expectUsable(connection);
      expect(at.peers.length).toBe(2);
    });
  });

  test('a callback may close the connection, and may use it', async () => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write(HINTS + sized('final'));
    }, again);
    const connection = connectionTo(at);
    await connection.request('GET', '/', null, null, { onInformational: () => connection.close() });
    expect(await soon(rejection(connection.getresponse()))).toMatchObject({
      code: expect.stringMatching(/^HTTP_(NOT_CONNECTED|RESPONSE_NOT_READY)$/),
    });
    await expectUsable(connection);
  });

  test('callbacks that run whole requests on other connections do not disturb this one', async () => {
    const slow = await serve(async (peer) => {
      await peer.head();
      await peer.write(`${HINTS}${HINTS}HTTP/1.1 200 Fine\r\nA: ${'a'.repeat(5000)}`);
      await sleep(30);
      await peer.write('\r\nB: b\r\nContent-Length: 3\r\n\r\nabc');
    });
    const other = await serve(again);
    const outcomes: Promise<unknown>[] = [];
    const onInformational = (): void => {
      const inner = connectionTo(other);
      outcomes.push(get(inner).then((response) => response.read()));
    };
    const response = await get(connectionTo(slow, { onInformational }));
    expect([response.reason, response.getheader('a')?.length, response.getheader('B'), String(await response.read())]).toEqual([
      'Fine',
      5000,
      'b',
      'abc',
    ]);
    expect((await Promise.all(outcomes)).map(String)).toEqual(['again', 'again']);
  });
});

describe('the number of interim responses', () => {
  test.each([
    [100, 'in one segment', 1],
    [100, 'one by one', 100],
  ])('%i are read, %s', async (count, _, segments) => {
    const at = await serve(async (peer) => {
      await peer.head();
      const one = 'HTTP/1.1 102 Processing\r\nA: b\r\n\r\n';
      await peer.write(...Array.from({ length: segments }, () => one.repeat(count / segments)), sized('final'));
      await peer.answer(HINTS.repeat(100) + sized('again'));
    });
    let told = 0;
    const connection = connectionTo(at, { onInformational: () => void told++ });
    expect(String(await (await get(connection)).read())).toBe('final');
    expect(told).toBe(count);
    // The next request counts anew.
    await expectUsable(connection);
    expect(told).toBe(2 * count);
  });

  test('101 of them are LimitExceeded', async () => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(101), sized('never'));
    }, again);
    let told = 0;
    const connection = connectionTo(at, { onInformational: () => void told++ });
    const error = await soon(rejection(get(connection)));
    expect(error).toBeInstanceOf(LimitExceeded);
    expect(error).toMatchObject({ code: 'HTTP_LIMIT_EXCEEDED', limit: 'interimResponses', value: 100, phase: 'headers' });
    expect(told).toBe(100);
    await expectUsable(connection);
  });

  test('a malformed interim response is as bad as a malformed final one', async () => {
    const at = await serveEach((peer) => peer.answer('HTTP/1.1 103 Early Hints\r\nA B: c\r\n\r\n'), again);
    const connection = connectionTo(at);
    expect(await rejection(get(connection))).toBeInstanceOf(InvalidMessage);
    await expectUsable(connection);
  });
});

describe('the async context of a callback', () => {
  test('is that of its request', async () => {
    const storage = new AsyncLocalStorage<string>();
    const at = await serve((peer) => peer.answer(...Array.from({ length: 4 }, (_, n) => HINTS + sized(String(n)))));
    const contexts: unknown[] = [];
    const onInformational = (): void => void contexts.push(storage.getStore());
    const connection = connectionTo(at, { onInformational });
    await storage.run('one', () => connection.request('GET', '/'));
    await storage.run('not this', async () => (await connection.getresponse()).read());
    await storage.run('two', () => connection.request('GET', '/', null, null, { onInformational }));
    await (await connection.getresponse()).read();
    await connection.request('GET', '/');
    await (await connection.getresponse()).read();
    storage.run('three', () => connection.putrequest('GET', '/'));
    await storage.run('four', () => connection.endheaders());
    await (await connection.getresponse()).read();
    expect(contexts.slice(0, 3)).toEqual(['one', 'two', undefined]);
    expect(contexts[3]).toMatch(/three|four/);
  });

  test('of what is awaited is that of the caller, on a reused socket too', async () => {
    const storage = new AsyncLocalStorage<number>();
    const at = await serve(again);
    const connection = connectionTo(at);
    for (let n = 0; n < 3; n++) {
      await storage.run(n, async () => {
        const response = await get(connection);
        expect(storage.getStore()).toBe(n);
        for await (const line of response) expect([String(line), storage.getStore()]).toEqual(['again', n]);
      });
    }
  });
});

describe('Expect: 100-continue', () => {
  const ways: readonly [name: string, headers: Record<string, string> | null, options: RequestOptions][] = [
    ['as an option', null, { expectContinue: true }],
    ['as a field', { Expect: '100-continue' }, {}],
    ['as a field in another case', { expect: '100-Continue' }, {}],
  ];

  test.each(ways)('%s: the body follows the 100', async (_, headers, options) => {
    let early = '';
    const at = await serve(async (peer) => {
      const head = await peer.head();
      expect(head).toMatch(/^expect: 100-continue\r$/im);
      expect(head.match(/^expect:/gim)?.length).toBe(1);
      await sleep(30);
      early = peer.unread;
      await peer.write(CONTINUE);
      await peer.take(4);
      await peer.write(sized('done'));
      await again(peer);
    });
    const told: number[] = [];
    const connection = connectionTo(at, { onInformational: ({ status }) => void told.push(status) });
    await connection.request('POST', '/', 'body', headers, options);
    expect(String(await (await connection.getresponse()).read())).toBe('done');
    expect([early, told]).toEqual(['', [100]]);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test.each<[name: string, body: () => any, sent: string]>([
    ['a string', () => 'body', 'body'],
    ['bytes', () => Buffer.from('body'), 'body'],
    ['a Blob', () => new Blob(['body']), 'body'],
    ['an iterable', () => ['bo', 'dy'], '2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n'],
  ])('%s waits for the 100', async (_, body, sent) => {
    let early = '';
    const at = await serve(async (peer) => {
      await peer.head();
      await sleep(20);
      early = peer.unread;
      await peer.write(CONTINUE);
      expect(await peer.take(sent.length)).toBe(sent);
      await peer.write(sized('done'));
    });
    const connection = connectionTo(at);
    await connection.request('PUT', '/', body(), null, { expectContinue: true });
    expect(String(await (await connection.getresponse()).read())).toBe('done');
    expect(early).toBe('');
  });

  test.each([
    ['417', sized('no', 'HTTP/1.1 417 Expectation Failed')],
    ['401', sized('no', 'HTTP/1.1 401 Unauthorized')],
    ['200', sized('no')],
    ['a chunked 403', chunked(['no']).replace('200 OK', '403 Forbidden')],
  ])('%s instead of a 100: the body is not sent, and the connection not used again', async (_, final) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.write(final);
      await peer.closed;
    }, again);
    const connection = connectionTo(at);
    await soon(connection.request('POST', '/', 'body', null, { expectContinue: 60_000 }));
    const response = await connection.getresponse();
    expect([String(await response.read()), response.will_close]).toEqual(['no', true]);
    await soon(peerOf(at).closed);
    expect(at.peers[0]?.received.toString()).not.toContain('body');
    await expectUsable(connection);
  });

  test('getresponse() may be called at once', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(CONTINUE);
      await peer.take(4);
      await peer.write(sized('done'));
    });
    const connection = connectionTo(at);
    const request = connection.request('POST', '/', 'body', null, { expectContinue: 60_000 });
    const response = await soon(connection.getresponse());
    await request;
    expect(String(await response.read())).toBe('done');
  });

  test.each([
    ['a number of milliseconds', 100, 90, 900],
    ['true, a second', true, 950, Infinity],
    ['0, at once', 0, 0, 900],
  ])('silence: the body follows after %s', async (_, patience, least, most) => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.take(4);
      await peer.write(sized('done'));
    });
    const connection = connectionTo(at);
    const begun = performance.now();
    await connection.request('POST', '/', 'body', null, { expectContinue: patience });
    expect(String(await (await connection.getresponse()).read())).toBe('done');
    const took = performance.now() - begun;
    expect(took).toBeGreaterThanOrEqual(least);
    expect(took).toBeLessThan(most);
  });

  test('another interim response is no 100', async () => {
    let early = '';
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(HINTS);
      await sleep(30);
      early = peer.unread;
      await peer.write(CONTINUE);
      await peer.take(4);
      await peer.write(sized('done'));
    });
    const connection = connectionTo(at);
    await connection.request('POST', '/', 'body', null, { expectContinue: 60_000 });
    expect(String(await (await connection.getresponse()).read())).toBe('done');
    expect(early).toBe('');
  });

  test('a 100 that comes late, after the body, is an interim response like any other', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.take(4);
      await peer.write(CONTINUE, sized('done'));
      await again(peer);
    });
    const connection = connectionTo(at);
    await connection.request('POST', '/', 'body', null, { expectContinue: 20 });
    expect(String(await (await connection.getresponse()).read())).toBe('done');
    await expectUsable(connection);
  });

  test('the peer closes instead of answering', async () => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      peer.end();
    }, again);
    const connection = connectionTo(at);
    const error = await soon(
      rejection(connection.request('POST', '/', 'body', null, { expectContinue: 60_000 }).then(() => connection.getresponse())),
    );
    expect(error).toMatchObject({ name: 'RemoteDisconnected', code: 'ECONNRESET' });
    await expectUsable(connection);
  });

  test.each<[name: string, body: any, headers: Record<string, string> | null, options: RequestOptions]>([
    ['no body', null, null, { expectContinue: true }],
    ['no body, as a field', null, { Expect: '100-continue' }, {}],
    ['an empty body', '', null, { expectContinue: true }],
  ])('%s is a TypeError', async (_, body, headers, options) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const error = await rejection(connection.request('POST', '/', body, headers, options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('100-continue');
    await expectUsable(connection);
  });

  test.each([-1, NaN, '100', {}])('expectContinue: %p is refused', async (value) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const error = await rejection(connection.request('POST', '/', 'body', null, { expectContinue: value as number }));
    expect(error.name).toMatch(/^(TypeError|RangeError)$/);
    await expectUsable(connection);
  });

  test('a low-level request sends what it is told to send', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(CONTINUE);
      await peer.take(4);
      await peer.write(sized('done'));
    });
    const told: number[] = [];
    const connection = connectionTo(at, { onInformational: ({ status }) => void told.push(status) } satisfies ConnectionOptions);
    connection.putrequest('POST', '/');
    connection.putheader('Expect', '100-continue');
    connection.putheader('Content-Length', 4);
    await connection.endheaders();
    await eventually(() => told.length === 1);
    await connection.send(Buffer.from('body'));
    expect(String(await (await connection.getresponse()).read())).toBe('done');
  });
});
