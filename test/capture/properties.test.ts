// Properties: whatever becomes of the packets of a connection, as long as each comes at least once, its exchanges are the same; and
// whatever the bytes of a file are, reading ends.

import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { captureOf, concat, ethernet, packet, pcap, pcapng, Talk, V4, V6, type Segment } from '../support/packets.js';
import { exchangesOf } from './reading.js';

interface Said {
  readonly method: string;
  readonly target: string;
  readonly requestBody: string;
  readonly status: number;
  readonly responseBody: string;
  readonly chunks: number;
}

const said: fc.Arbitrary<Said> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'CCM_POST'),
  target: fc.stringMatching(/^\/[a-z]{0,12}$/),
  requestBody: fc.oneof(fc.constant(''), fc.string({ maxLength: 300 })),
  status: fc.constantFrom(200, 204, 304, 404),
  responseBody: fc.oneof(fc.string({ maxLength: 40 }), fc.string({ minLength: 200, maxLength: 3000 })),
  chunks: fc.constantFrom(0, 1, 7, 1500),
});

const latin1 = (text: string): string => text.replace(/[^\0-\xff]/g, '?');

function requestOf({ method, target, requestBody }: Said): string {
  const body = latin1(requestBody);
  return `${method} ${target} HTTP/1.1\r\nHost: h\r\n${body === '' ? '' : `Content-Length: ${body.length}\r\n`}\r\n${body}`;
}

function responseOf({ method, status, responseBody, chunks }: Said): string {
  const body = latin1(responseBody);
  const isEmpty = method === 'HEAD' || status === 204 || status === 304;
  const framing = chunks === 0 || status === 204 ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked';
  let coded = body;
  if (chunks !== 0) {
    const pieces: string[] = [];
    for (let at = 0; at < body.length; at += chunks) {
      const piece = body.slice(at, at + chunks);
      pieces.push(`${piece.length.toString(16)};x=1\r\n${piece}\r\n`);
    }
    coded = `${pieces.join('')}0\r\nT: 1\r\n\r\n`;
  }
  return `HTTP/1.1 ${status} Reason\r\n${framing}\r\n\r\n${isEmpty ? '' : coded}`;
}

/** The segments of a connection; pipelined, all requests come first. */
function talkOf(exchanges: readonly Said[], isPipelined: boolean, size: number): Segment[] {
  const talk = new Talk([0xfffffff0, 0x7ffffff0]).open();
  if (isPipelined) for (const one of exchanges) talk.client(requestOf(one), size);
  for (const one of exchanges) {
    if (!isPipelined) talk.client(requestOf(one), size);
    talk.server(responseOf(one), size);
  }
  return talk.close().segments;
}

async function told(file: Uint8Array): Promise<unknown[]> {
  const exchanges = await exchangesOf(file);
  return Promise.all(
    exchanges.map(async ({ request, response }) => [
      request?.method,
      request?.target,
      String.fromCharCode(...((await request?.body.bytes()) ?? [])),
      response?.status,
      String.fromCharCode(...((await response?.body.bytes()) ?? [])),
      response?.body.length,
      response?.body.complete,
      response?.headers.items(),
      response?.trailers?.items(),
      request?.problem ?? response?.problem,
    ]),
  );
}

function expected(exchanges: readonly Said[]): unknown[] {
  return exchanges.map(({ method, target, requestBody, status, responseBody, chunks }) => {
    const isEmpty = method === 'HEAD' || status === 204 || status === 304;
    const body = isEmpty ? '' : latin1(responseBody);
    const isChunked = chunks !== 0 && status !== 204;
    return [
      method,
      target,
      latin1(requestBody),
      status,
      body,
      body.length,
      true,
      [isChunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(latin1(responseBody).length)]],
      isChunked && !isEmpty ? [['T', '1']] : undefined,
      null,
    ];
  });
}

describe('the same exchanges', () => {
  // Few enough packets that none is given up before all have come.
  const few = fc.record({
    exchanges: fc.array(said, { minLength: 1, maxLength: 3 }),
    isPipelined: fc.boolean(),
    size: fc.integer({ min: 250, max: 1460 }),
    seed: fc.array(fc.nat({ max: 1000 }), { minLength: 60, maxLength: 60 }),
    again: fc.array(fc.nat({ max: 59 }), { maxLength: 10 }),
    isV6: fc.boolean(),
  });

  test('in any order, with any packet repeated', async () => {
    await fc.assert(
      fc.asyncProperty(few, async ({ exchanges, isPipelined, size, seed, again, isV6 }) => {
        const segments = talkOf(exchanges, isPipelined, size);
        const packets = [...segments, ...again.flatMap((n) => segments[n] ?? [])];
        const shuffled = packets.map((segment, n) => ({ segment, key: seed[n % 60] as number })).sort((a, b) => a.key - b.key);
        const file = captureOf(
          shuffled.map(({ segment }) => segment),
          {},
          isV6 ? V6 : V4,
        );
        expect(await told(file)).toEqual(expected(exchanges));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('in segments of any size, neighbours exchanged and repeated', async () => {
    const many = fc.record({
      exchanges: fc.array(said, { minLength: 1, maxLength: 4 }),
      isPipelined: fc.boolean(),
      size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 400 })),
      swaps: fc.array(fc.nat({ max: 100 }), { minLength: 20, maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(many, async ({ exchanges, isPipelined, size, swaps }) => {
        const segments = talkOf(exchanges, isPipelined, size);
        let at = 3;
        for (const step of swaps) {
          at += step;
          if (at + 1 >= segments.length) break;
          segments.splice(at, 2, segments[at + 1] as Segment, segments[at] as Segment, segments[at] as Segment);
        }
        expect(await told(captureOf(segments))).toEqual(expected(exchanges));
      }),
      { numRuns: 100, seed: 2 },
    );
  });
});

describe('an end, whatever the bytes', () => {
  const frames = talkOf(
    [
      { method: 'POST', target: '/', requestBody: 'abc', status: 200, responseBody: 'x'.repeat(500), chunks: 7 },
      { method: 'GET', target: '/2', requestBody: '', status: 404, responseBody: 'y', chunks: 0 },
    ],
    false,
    100,
  ).map((segment) => ethernet(packet(segment)));

  test.each([
    ['pcap', pcap(frames)],
    ['pcapng', pcapng(frames)],
  ])('%s, damaged', async (_, file) => {
    const damage = fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat({ max: file.length }), async (changes, cut) => {
        const damaged = file.slice(0, file.length - (cut % 100));
        for (const [at, value] of changes) if (at >= 12 && at < damaged.length) damaged[at] = value;
        for (const { request, response } of await exchangesOf(damaged)) {
          for (const message of [request, response]) {
            if (message === null) continue;
            expect((await message.body.bytes()).length).toBe(message.body.length);
            await message.wire();
            expect(message.headers.items().length).toBe(message.headers.size);
          }
        }
      }),
      { numRuns: 400, seed: 3 },
    );
  });

  test('packets of random bytes, on every link', async () => {
    const links = fc.constantFrom(0, 1, 9, 50, 51, 101, 104, 105, 108, 113, 127, 239, 276);
    const packets = fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(links, packets, async (linkType, random) => {
        await exchangesOf(pcap(random, { linkType }));
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  test('streams of random text', async () => {
    const words = fc.constantFrom(
      'GET ',
      '/ ',
      'HTTP/1.1',
      '\r\n',
      '\n',
      'Content-Length: 5\r\n',
      'Transfer-Encoding: chunked\r\n',
      'HTTP/1.1 200 OK\r\n',
      '5\r\n',
      '0\r\n\r\n',
      '\x16\x03\x01',
      ':',
      'CONNECT a:1 HTTP/1.1\r\n\r\n',
      'HTTP/1.1 101 S\r\n\r\n',
      '\0',
    );
    const lines = fc.array(fc.tuple(fc.boolean(), fc.array(words, { minLength: 1, maxLength: 8 })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat({ max: 30 }), { maxLength: 3 }), async (talk, lost) => {
        const both = new Talk().open();
        for (const [isClient, text] of talk) both[isClient ? 'client' : 'server'](text.join(''));
        const segments = both.close().segments.filter((_, n) => !lost.includes(n));
        for (const { request, response } of await exchangesOf(captureOf(segments))) {
          for (const message of [request, response]) {
            if (message !== null) expect((await message.body.bytes()).length).toBe(message.body.length);
          }
        }
      }),
      { numRuns: 1000, seed: 5 },
    );
  });
});

test('pieces of any size give the same', async () => {
  const segments = talkOf(
    [{ method: 'GET', target: '/', requestBody: '', status: 200, responseBody: 'x'.repeat(5000), chunks: 1500 }],
    false,
    1460,
  );
  const file = concat(captureOf(segments));
  const whole = await told(file);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (let at = 0, n = 0; at < file.length; n++) {
          const size = sizes[n % sizes.length] as number;
          yield file.subarray(at, at + size);
          at += size;
        }
      }
      const exchanges = await exchangesOf(pieces());
      expect(exchanges.map(({ response }) => response?.body.length)).toEqual([5000]);
      expect(String.fromCharCode(...((await exchanges[0]?.response?.body.bytes()) as Uint8Array))).toBe((whole[0] as unknown[])[4]);
    }),
    { numRuns: 50, seed: 6 },
  );
});
