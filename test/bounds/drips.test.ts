// A peer who sends a byte now and then keeps every limit on idle time from passing. Only totalTimeout ends that: wherever the bytes
// stand, at its time, with what came as `partial`. What the other limits do is in test/client/timeouts.test.ts.

import { beforeAll, expect, test } from '@jest/globals';
import { connectionTo, rejection, serve, sleep, soon, type Peer } from '../client/harness.js';

const LIMIT_MS = 700;
const BETWEEN_MS = 50;
/** Only catches hangs. */
const LATE_MS = 8000;

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

interface Drip {
  readonly name: string;
  readonly head: string;
  /** Comes for ever, this much at a time. */
  readonly drop: string;
  readonly tunnel?: boolean;
  /** What has come of the body is made of this. */
  readonly body?: RegExp;
}

const DRIPS: readonly Drip[] = [
  { name: 'a status line', head: 'HTTP/1.1 200 ', drop: 'x' },
  { name: 'a field line', head: `${OK}A: `, drop: 'x' },
  { name: 'field lines', head: OK, drop: 'A:\r\n' },
  { name: 'folds', head: `${OK}A: b\r\n`, drop: ' c\r\n' },
  { name: 'interim responses', head: '', drop: 'HTTP/1.1 100 \r\n\r\n' },
  { name: 'a sized body', head: `${OK}Content-Length: 1000\r\n\r\n`, drop: 'x', body: /^x+$/ },
  { name: 'a body to the close', head: `${OK}\r\n`, drop: 'x', body: /^x+$/ },
  { name: 'a chunk', head: `${CHUNKED}400\r\n`, drop: 'x', body: /^x+$/ },
  { name: 'chunks', head: CHUNKED, drop: '1\r\nx\r\n', body: /^x+$/ },
  { name: 'a chunk extension', head: `${CHUNKED}1;`, drop: 'x', body: /^$/ },
  { name: 'a trailer line', head: `${CHUNKED}1\r\nx\r\n0\r\nA: `, drop: 'x', body: /^x$/ },
  { name: 'trailer fields', head: `${CHUNKED}1\r\nx\r\n0\r\n`, drop: 'A:\r\n', body: /^x$/ },
  { name: 'a proxy’s head', head: `${OK}A: `, drop: 'x', tunnel: true },
  { name: 'a proxy’s interim responses', head: '', drop: 'HTTP/1.1 100 \r\n\r\n', tunnel: true },
];

const drip =
  ({ head, drop }: Drip) =>
  async (peer: Peer): Promise<void> => {
    await peer.head();
    await peer.write(head);
    for (;;) {
      await sleep(BETWEEN_MS);
      await peer.write(drop);
    }
  };

interface Ended {
  readonly error: Record<string, unknown>;
  readonly elapsed: number;
}

async function ended(one: Drip): Promise<Ended> {
  const at = await serve(drip(one));
  const never = { headersTimeout: 2 * LATE_MS, bodyTimeout: 2 * LATE_MS, connectTimeout: 2 * LATE_MS };
  const connection = connectionTo(at, { totalTimeout: LIMIT_MS, ...never });
  if (one.tunnel === true) connection.set_tunnel('destination.example', 80);
  const started = performance.now();
  const request = async (): Promise<unknown> => {
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    return response.read();
  };
  const error = (await soon(rejection(request()), 'the time limit', LATE_MS)) as Record<string, unknown>;
  const elapsed = performance.now() - started;
  await soon(at.peers[0]?.closed ?? Promise.reject(new Error('nobody came')), 'the end of the connection');
  return { error, elapsed };
}

const outcomes = new Map<Drip, Promise<Ended>>();

// All at once: each is mostly waiting.
beforeAll(async () => {
  for (const one of DRIPS) outcomes.set(one, ended(one));
  await Promise.allSettled(outcomes.values());
}, 3 * LATE_MS);

test.each(DRIPS.map((one) => [one.name, one] as const))('%s, byte by byte', async (_, one) => {
  const { error, elapsed } = (await outcomes.get(one)) as Ended;
  expect(error).toMatchObject({
    name: 'TimeoutError',
    code: 'ETIMEDOUT',
    limit: LIMIT_MS,
    message: expect.stringContaining('totalTimeout'),
  });
  // The clocks of a time limit and of this test may differ by less than a millisecond.
  expect(elapsed).toBeGreaterThanOrEqual(LIMIT_MS - 1);
  if (one.body !== undefined) expect(Buffer.from(error['partial'] as Uint8Array).toString()).toMatch(one.body);
});
