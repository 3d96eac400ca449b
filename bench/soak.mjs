// Two questions about a pool under load: does anything grow over a million requests, and how long do requests wait when ten thousand
// come at once? The server runs in its own process.
//
// node --expose-gc bench/soak.mjs [REQUESTS] (after npm run build)

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PoolManager } from 'headlong';
import { Pool } from 'undici';
import { abreast, expectJson } from './clients/check.mjs';
import { JSON_PATH } from './inputs/answers.mjs';
import { digits, printTable } from './support/measure.mjs';

const REQUESTS = Number(process.argv[2] ?? 1_000_000);
const WARM_UP = Math.min(200_000, REQUESTS / 5);
const AT_ONCE = 10_000;
const ROUNDS = 5;

const server = spawn(process.execPath, [fileURLToPath(new URL('support/server.mjs', import.meta.url))], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const [{ port }] = await once(server, 'message');
const origin = `http://127.0.0.1:${port}`;

function state(pool) {
  for (let n = 0; n < 3; n++) globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const handles = process.getActiveResourcesInfo().length;
  return [heapUsed / 1024, external / 1024, rss / 1024 / 1024, listeners, handles, pool.stats.connections].map((value) => digits(value));
}

async function grows() {
  const pool = new PoolManager({ connections: 50 });
  const run = abreast(50, async () => {
    const response = await pool.request('GET', origin + JSON_PATH);
    expectJson(response.status, await response.text());
  });
  await run(WARM_UP);
  const rows = [[`after ${WARM_UP}`, ...state(pool)]];
  for (let part = 1; part <= 4; part++) {
    await run(REQUESTS / 4);
    rows.push([`and ${(REQUESTS * part) / 4} more`, ...state(pool)]);
  }
  await pool.close();
  printTable(['requests over one pool', 'heap, KiB', 'external, KiB', 'RSS, MiB', 'listeners', 'handles', 'connections'], rows);
}

async function latencies(send) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const start = performance.now();
        await send();
        if (round > 0) times.push(performance.now() - start);
      }),
    );
  }
  times.sort((a, b) => a - b);
  return [0.5, 0.99, 1].map((share) => digits(times[Math.ceil(share * times.length) - 1]));
}

async function waits() {
  const ours = new PoolManager({ connections: 100 });
  const theirs = new Pool(origin, { connections: 100 });
  const rows = [
    [
      'Headlong',
      ...(await latencies(async () => {
        const response = await ours.request('GET', origin + JSON_PATH);
        expectJson(response.status, await response.text());
      })),
    ],
    [
      'undici',
      ...(await latencies(async () => {
        const { statusCode, body } = await theirs.request({ method: 'GET', path: JSON_PATH });
        expectJson(statusCode, await body.text());
      })),
    ],
  ];
  await ours.close();
  await theirs.destroy();
  printTable([`${AT_ONCE} requests at once over 100 connections`, 'p50, ms', 'p99, ms', 'last, ms'], rows);
}

await grows();
console.log('');
await waits();
server.disconnect();
