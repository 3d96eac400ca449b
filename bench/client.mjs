// One question: how much processor time does a client spend on a small request over a kept-alive connection?
// The server runs in its own process and is not counted; every client runs in a fresh process for every round, and the
// rounds are interleaved. Processor time (user and system, all threads) is what a busy machine disturbs least;
// requests per second would mostly measure who else is running. Where `taskset` is, server and client share one core:
// else each write also pays for waking another core, which on a virtual machine can cost more than the whole request.
//
// node bench/client.mjs (after npm run build)

import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { digits, printTable, rotated, summary } from './support/measure.mjs';

const ROUNDS = 7;
const WARM_UP = 20_000;
const COUNT = 20_000;
const LIMIT_MS = 60_000;

const CLIENTS = ['floor', 'headlong', 'headlong, all fields read', 'undici', 'node:http'];
const FLOOR = 'floor';
const PEER = 'undici';

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The command that runs Node on the last core, or Node itself where that cannot be had. */
function pinnedNode() {
  const pin = ['taskset', '-c', String(availableParallelism() - 1)];
  return spawnSync(pin[0], [...pin.slice(1), 'true']).status === 0 ? [...pin, process.execPath] : [process.execPath];
}

async function runClient([command, ...rest], name, port) {
  const args = [...rest, pathOf('support/one-client.mjs'), name, String(port), String(WARM_UP), String(COUNT)];
  const { stdout } = await promisify(execFile)(command, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout);
}

/** Measures, prints, and returns what was printed. */
export async function benchClient() {
  const node = pinnedNode();
  const [command, ...rest] = node;
  const pinned = rest.length > 0;
  console.log(
    `\nSmall keep-alive requests: medians of ${ROUNDS} interleaved rounds, ${COUNT} requests each after ${WARM_UP} unmeasured ones`,
  );
  console.log(pinned ? 'Server and client share one core' : 'Server and client are not pinned to a core (no taskset)');
  const server = spawn(command, [...rest, pathOf('support/server.mjs')], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const runs = new Map(CLIENTS.map((name) => [name, []]));
  try {
    const [port] = await once(server, 'message');
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of rotated(CLIENTS, round)) runs.get(name).push(await runClient(node, name, port));
    }
  } finally {
    server.disconnect();
  }
  const results = {};
  for (const [name, list] of runs) results[name] = { ...summary(list.map(({ cpu }) => cpu)), rss: Math.max(...list.map(({ rss }) => rss)) };
  for (const result of Object.values(results)) {
    result.ratio = results[PEER].median / result.median;
    result.overFloor = result.median - results[FLOOR].median;
    result.floorRatio = result.median / results[FLOOR].median;
  }
  printTable(
    ['', 'us per request', 'min..max', 'over the floor', `${PEER} / this`, 'this / floor', 'peak RSS, MiB'],
    Object.entries(results).map(([name, { median, min, max, ratio, overFloor, floorRatio, rss }]) => [
      name,
      digits(median),
      `${digits(min)}..${digits(max)}`,
      overFloor === 0 ? '' : `+${digits(overFloor)}`,
      ratio.toFixed(2),
      floorRatio.toFixed(2),
      rss.toFixed(0),
    ]),
  );
  return { pinned, results };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await benchClient();
