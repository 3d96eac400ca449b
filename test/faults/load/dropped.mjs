// What becomes of responses that are dropped unread: node --expose-gc dropped.mjs PORT. It prints as JSON, for each way of dropping one,
// whether the response was collected, how many connections the server has left, what was warned of, and what the next request came to.

import { setTimeout as sleep } from 'node:timers/promises';
import { HTTPConnection, PoolManager } from 'headlong';

const port = Number(process.argv[2]);
const origin = `http://127.0.0.1:${port}`;
const LARGE = `/stream/${10 << 20}`;
const LIMIT_MS = 5000;

const warnings = [];
process.on('warning', ({ code }) => warnings.push(code));

/** Collects garbage until `done` says so; whether it did. */
async function collected(done) {
  for (const deadline = performance.now() + LIMIT_MS; performance.now() < deadline; await sleep(10)) {
    globalThis.gc();
    if (done()) return true;
  }
  return false;
}

/** How many connections the server has, without the one that asks. */
async function openConnections() {
  const asking = new HTTPConnection('127.0.0.1', port);
  await asking.request('GET', '/open');
  const open = Number(await (await asking.getresponse()).text()) - 1;
  asking.close();
  return open;
}

async function fromPool(path) {
  const pool = new PoolManager({ connections: 1 });
  const dropped = new WeakRef(await pool.request('GET', origin + path));
  // A turn of the event loop: until then a WeakRef keeps what it was made of.
  await sleep(10);
  const gone = await collected(() => dropped.deref() === undefined && pool.stats.active === 0);
  await sleep(50);
  const open = await openConnections();
  const next = (await pool.request('GET', `${origin}/small`)).status;
  pool.destroy();
  return { collected: gone, open, warnings: warnings.splice(0), next };
}

async function fromConnection() {
  const connection = new HTTPConnection('127.0.0.1', port);
  await connection.request('GET', LARGE);
  const dropped = new WeakRef(await connection.getresponse());
  await sleep(10);
  const gone = await collected(() => dropped.deref() === undefined);
  connection.close();
  await sleep(50);
  const open = await openConnections();
  await connection.request('GET', '/small');
  const next = (await connection.getresponse()).status;
  connection.close();
  return { collected: gone, open, warnings: warnings.splice(0), next };
}

const outcome = {
  'a large one of a pool': await fromPool(LARGE),
  'a small one of a pool': await fromPool('/small'),
  'a large one of a connection': await fromConnection(),
};
console.log(JSON.stringify(outcome));
