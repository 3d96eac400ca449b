// Random walks: calls in any order against servers that behave in any way, by numbers that come again with their seed. Whatever
// happens, every call settles, every body that is read to its end is the answer to its own request, nothing is left unhandled, and
// the connection serves another request afterwards.
// What exactly each call does in each situation is for the other files.

import { describe, expect, jest, test } from '@jest/globals';
import { HTTPException, type HTTPConnection, type HTTPResponse } from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import { prng } from '../support/splits.js';
import { connectionTo, secureConnectionTo, serve, sleep, soon, type Peer } from './harness.js';

jest.setTimeout(60_000);

const STEPS = 60;

interface Dice {
  /** An integer from 0 to `below` - 1. */
  (below: number): number;
  pick<T>(...choices: readonly T[]): T;
}

function diceOf(seed: number): Dice {
  const random = prng(seed);
  const dice = ((below: number) => Math.floor(random() * below)) as Dice;
  dice.pick = (...choices) => choices[dice(choices.length)] as (typeof choices)[number];
  return dice;
}

/** The body that answers the request for `/id`: it says so on every line. */
const bodyFor = (id: string, lines: number): string => `answer ${id}\n`.repeat(lines);

/** Answers requests in all kinds of ways; some are none. Requests for /plain are always answered well. */
const moody =
  (dice: Dice) =>
  async (peer: Peer): Promise<void> => {
    for (;;) {
      const head = await peer.head();
      const [, method = '', id = ''] = /^(\S+) \/(\S+) /.exec(head) ?? [];
      if (method === '') return void peer.socket.destroy();
      const plain = id.startsWith('plain');
      const mood = plain ? 0 : dice(16);
      // Early answers come before the body; all others behind it.
      if (mood !== 1) {
        const length = /^content-length: (\d+)/im.exec(head)?.[1];
        if (/^transfer-encoding: chunked/im.test(head)) await peer.until('0\r\n\r\n');
        else if (length !== undefined) await peer.take(Number(length));
      }
      const body = bodyFor(id, plain ? 1 : dice.pick(0, 1, 3, 500));
      const interim = mood === 2 ? 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'.repeat(1 + dice(3)) : '';
      const close = !plain && dice(8) === 0;
      const fields = close ? 'Connection: close\r\n' : '';
      const chunks = (body.match(new RegExp(`[^]{1,${1 + dice(40)}}`, 'g')) ?? [])
        .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
        .join('');
      let raw = dice.pick(
        `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`,
        `HTTP/1.1 200 OK\r\n${fields}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n${dice.pick('', 'T: x\r\n')}\r\n`,
      );
      if (method === 'HEAD') raw = `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n`;
      if (mood === 3) raw = raw.slice(0, dice(raw.length));
      // Not a whole response: where the next request is sent already, nobody could tell it from that one's answer.
      if (mood === 4) raw += dice.pick('EVIL', '\r\n', '\0');
      if (mood === 5) raw = `${raw.slice(0, 20)}\0${raw.slice(20)}`;
      if (mood === 6 && method !== 'HEAD') raw = `HTTP/1.1 200 OK\r\n\r\n${body}`;
      const pieces = dice(3) === 0 ? [interim + raw] : (`${interim}${raw}`.match(new RegExp(`[^]{1,${1 + dice(raw.length)}}`, 'g')) ?? []);
      await peer.write(...pieces);
      if (mood === 3 || mood === 6 || close) {
        if (mood === 3 && dice(2) === 0) await peer.reset(2);
        else peer.end();
        return;
      }
      // Some servers are gone before the next request.
      if (mood === 7) return void peer.end();
      if (mood === 8) return void (await peer.reset(1));
    }
  };

class Walk {
  readonly #dice: Dice;
  readonly #connection: HTTPConnection;
  readonly #seed: number;
  #number = 0;
  /** The requests that went out and were not answered yet, by their ids. */
  #asked: string[] = [];
  #open: { response: HTTPResponse; id: string; got: string; clean: boolean }[] = [];
  readonly log: string[] = [];

  constructor(dice: Dice, connection: HTTPConnection, seed: number) {
    this.#dice = dice;
    this.#connection = connection;
    this.#seed = seed;
  }

  /** Settles in time, with a value or an error that the library may throw. */
  async #settled<T>(name: string, call: () => Promise<T> | T): Promise<T | null> {
    this.log.push(name);
    try {
      return await soon(Promise.resolve(call()), `seed ${this.#seed}: ${this.log.slice(-12).join(', ')}`, 4000);
    } catch (error) {
      this.log.push(String(error).slice(0, 60));
      if (!(error instanceof HTTPException) && error !== 'aborted') throw error;
      return null;
    }
  }

  async step(): Promise<void> {
    const dice = this.#dice;
    const connection = this.#connection;
    const id = `${this.#seed}-${++this.#number}`;
    // Mostly what makes sense now; the rest has to be refused, and to do no harm.
    let action = dice(12);
    if (this.#asked.length > 0 && action < 5 && dice(5) > 0) action = 5;
    else if (this.#asked.length === 0 && action >= 5 && action < 8) action = this.#open.length > 0 ? 8 : 0;
    if (action < 4) {
      const method = dice.pick('GET', 'GET', 'POST', 'PUT', 'HEAD', 'DELETE');
      const body = method === 'POST' || method === 'PUT' ? dice.pick<unknown>('body', Buffer.alloc(100_000), ['a', 'b', 'c'], null) : null;
      const controller = new AbortController();
      const abort = dice(10);
      const options = { signal: controller.signal, ...(dice(12) === 0 && body !== null ? { expectContinue: 10 } : null) };
      if (abort === 0) void sleep(dice(10)).then(() => controller.abort('aborted'));
      this.#asked.push(id);
      const sent = await this.#settled(`${method} ${id}${abort === 0 ? ' to be aborted' : ''}`, async () => {
        await connection.request(method, `/${id}`, body as string, null, options);
        return true;
      });
      if (sent === null) this.#asked.pop();
    } else if (action === 4) {
      this.#asked.push(id);
      const sent = await this.#settled(`low-level ${id}`, async () => {
        connection.putrequest('POST', `/${id}`);
        connection.putheader('Content-Length', 6);
        await connection.endheaders('abc');
        await connection.send(Buffer.from('def'));
        return true;
      });
      if (sent === null) this.#asked.pop();
    } else if (action < 8) {
      const response = await this.#settled('getresponse', () => connection.getresponse());
      // Only the request that was sent last can be answered now; a failure has taken it along.
      const asked = this.#asked.at(-1);
      if (response !== null) {
        this.#open.push({ response, id: asked as string, got: '', clean: true });
        this.#asked = [];
      } else if (this.log.at(-1) !== 'ResponseNotReady: Request-sent') this.#asked = [];
    } else if (action < 10) await this.#read();
    else if (action === 10) {
      const open = this.#open.shift();
      if (open !== undefined) await this.#settled(`close ${open.id}`, () => open.response.close());
    } else if (dice(3) === 0) {
      await this.#settled('close', () => connection.close());
      this.#asked = [];
    } else await sleep(dice(4));
  }

  async #read(): Promise<void> {
    const open = this.#open[0];
    if (open === undefined) return;
    const { response } = open;
    const read = this.#dice.pick<[string, () => Promise<unknown>]>(
      ['read()', () => response.read()],
      ['read(9)', () => response.read(9)],
      ['read1()', () => response.read1()],
      ['readline()', () => response.readline()],
      ['peek()', () => response.peek().then(() => '')],
      [
        'readinto',
        async () => {
          const view = Buffer.alloc(13);
          return view.toString('latin1', 0, await response.readinto(view));
        },
      ],
    );
    const piece = await this.#settled(`${read[0]} of ${open.id}`, read[1]);
    if (piece === null) {
      open.clean = false;
      this.#open.shift();
      return;
    }
    open.got += String(piece);
    this.#check(open);
    if (response.closed) this.#open.shift();
  }

  /** What was read is the beginning of this request's own answer. */
  #check({ id, got }: { id: string; got: string }): void {
    if (got !== '' && !bodyFor(id, 501).startsWith(got))
      throw new Error(
        `seed ${this.#seed}: ${id} was answered with ${JSON.stringify(got.slice(0, 80))} after ${this.log.slice(-20).join(', ')}`,
      );
  }

  /** Ends what is open; then one more request, which has to be answered rightly. */
  async finish(): Promise<void> {
    for (const { response } of this.#open.splice(0)) response.close();
    this.#connection.close();
    await soon(this.#connection.request('GET', '/plain'), `seed ${this.#seed}: the last request after ${this.log.slice(-20).join(', ')}`);
    const response = await soon(this.#connection.getresponse(), `seed ${this.#seed}: the last response`);
    expect(String(await soon(response.read()))).toBe(bodyFor('plain', 1));
  }
}

describe.each(['plain', 'TLS'])('%s', (kind) => {
  test.each(Array.from({ length: kind === 'plain' ? 60 : 12 }, (_, n) => n))('seed %i', async (seed) => {
    const { ca, good } = await certificates();
    const at = await serve(moody(diceOf(1000 + seed)), kind === 'TLS' ? good : undefined);
    const connection = kind === 'TLS' ? secureConnectionTo(at, { ca, timeout: 3000 }) : connectionTo(at, { timeout: 3000 });
    const walk = new Walk(diceOf(seed), connection, seed);
    for (let n = 0; n < STEPS; n++) await walk.step();
    await walk.finish();
  });
});
