// A pool under random use: requests of every kind against servers of every mood, aborts, closed and forgotten responses, and at last
// close() or destroy(), at any moment. By numbers that come again with their seed. Whatever happens, every call settles, every body is
// the answer to its own request, and nothing stays.
// One connection by itself is walked in test/client/random-walk.test.ts.

import { Readable } from 'node:stream';
import { getEventListeners } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import { HTTPException, PoolManager, type HTTPResponse, type PoolRequestOptions } from '../../src/index.js';
import { prng } from '../support/splits.js';
import { afterwards, eventually, rejection, serve, sleep, soon, type Peer } from '../client/harness.js';

jest.setTimeout(20_000);

const REQUESTS = 60;

type Dice = (below: number) => number;

function diceOf(seed: number): Dice {
  const random = prng(seed);
  return (below) => Math.floor(random() * below);
}

/** Enough of it that the socket has to wait for a reader, at times. */
const bodyFor = (id: string, lines: number): string => `answer ${id}\n`.repeat(lines);

const moody =
  (dice: Dice) =>
  async (peer: Peer): Promise<void> => {
    for (;;) {
      const head = await peer.head();
      const id = /^\S+ \/(\S+) /.exec(head)?.[1] ?? '';
      const mood = dice(14);
      if (mood === 0) return void (await peer.reset(0));
      if (mood === 1) await sleep(dice(8));
      const length = /^content-length: (\d+)/im.exec(head)?.[1];
      if (/^transfer-encoding: chunked/im.test(head)) await peer.until('0\r\n\r\n');
      else if (length !== undefined) await peer.take(Number(length));
      const body = bodyFor(id, dice(10) === 0 ? 20_000 : dice(20));
      const close = dice(6) === 0;
      let raw = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${close ? 'Connection: close\r\n' : ''}\r\n${body}`;
      if (mood === 2) raw = `HTTP/1.1 103 Early Hints\r\n\r\n${raw}`;
      if (mood === 3) raw = raw.slice(0, dice(raw.length));
      // In the segment of the answer: what comes later cannot be told from the next one.
      if (mood === 4) raw += 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL';
      if (mood === 5) raw = `HTTP/1.1 200 OK\r\n\0`;
      await peer.write(raw);
      if (close || mood === 3) return peer.end();
      if (mood === 6) return void (await peer.reset(1));
    }
  };

function bodyOf(dice: Dice): PoolRequestOptions['body'] {
  switch (dice(6)) {
    case 0:
      return 'body';
    case 1:
      return Buffer.alloc(200_000);
    case 2:
      return ['a', 'b'];
    case 3:
      return Readable.from(['a', 'b']);
    default:
      return null;
  }
}

/** Does with a response what callers do; the body as far as it was read, or null. */
async function use(response: HTTPResponse, dice: Dice): Promise<string | null> {
  switch (dice(7)) {
    case 0:
      response.close();
      return null;
    case 1:
      await response.discard();
      return null;
    case 2: {
      const start = String(await response.read1(10));
      response.close();
      return start;
    }
    case 3:
      await sleep(dice(5));
      return response.text();
    case 4: {
      let text = '';
      for await (const piece of response.stream()) text += String(piece as Buffer);
      return text;
    }
    default:
      return response.text();
  }
}

async function walk(seed: number, end: 'close' | 'destroy'): Promise<void> {
  const dice = diceOf(seed);
  const ats = [await serve(moody(diceOf(1000 + seed))), await serve(moody(diceOf(2000 + seed)))];
  const pool = new PoolManager({ connections: 1 + dice(4), timeout: 5000, maxQueue: 20 + dice(60) });
  afterwards(() => pool.destroy());
  const signals: AbortSignal[] = [];
  const streams: Readable[] = [];
  const outcomes = { answered: 0, failed: 0 };

  const one = async (n: number): Promise<void> => {
    const id = `${seed}-${n}`;
    const controller = new AbortController();
    signals.push(controller.signal);
    const at = ats[dice(2)]!;
    const method = ['GET', 'PUT', 'POST', 'DELETE'][dice(4)]!;
    const body = method === 'GET' ? null : bodyOf(dice);
    if (body instanceof Readable) streams.push(body);
    const abortAfter = dice(8) === 0 ? dice(10) : -1;
    if (abortAfter === 0) controller.abort('aborted');
    else if (abortAfter > 0) void sleep(abortAfter).then(() => controller.abort('aborted'));
    try {
      const response = await pool.request(method, `http://${at.host}:${at.port}/${id}`, { body, signal: controller.signal });
      const text = await use(response, dice);
      if (text !== null) {
        outcomes.answered++;
        if (!bodyFor(id, 20_000).startsWith(text)) throw new Error(`seed ${seed}: ${id} was answered with ${text.slice(0, 80)}`);
      }
    } catch (error) {
      outcomes.failed++;
      if (!(error instanceof HTTPException) && error !== 'aborted') throw error;
    }
  };

  const all: Promise<void>[] = [];
  for (let n = 0; n < REQUESTS; n++) {
    all.push(one(n));
    if (dice(4) === 0) await sleep(dice(3));
  }
  await sleep(dice(20));
  const ended = end === 'close' ? pool.close() : pool.destroy();
  expect(await rejection(pool.request('GET', `http://${ats[0]!.host}:${ats[0]!.port}/late`))).toBeInstanceOf(HTTPException);
  if (end === 'destroy') expect(pool.stats).toMatchObject({ connections: 0, active: 0, idle: 0, queued: 0 });
  await soon(Promise.all(all), `seed ${seed}: every request`, 8000);
  await soon(Promise.resolve(ended), `seed ${seed}: ${end}()`, 8000);
  expect(pool.stats).toMatchObject({ connections: 0, active: 0, idle: 0, queued: 0 });
  for (const signal of signals) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  await soon(Promise.all(ats.flatMap(({ peers }) => peers.map(({ closed }) => closed))), `seed ${seed}: the end of every connection`, 8000);
  await eventually(() => streams.every(({ destroyed }) => destroyed), `seed ${seed}: the end of every stream`);
  expect([outcomes.answered > 0, outcomes.failed > 0, end]).toEqual([true, true, end]);
}

describe.each(['close', 'destroy'] as const)('ended by %s()', (end) => {
  test.each(Array.from({ length: 15 }, (_, n) => n))('seed %i', (seed) => walk(seed, end));
});
