// One question: how much processor time does a client spend, at one kind of work after the other (support/client-cases.mjs)?
// The server runs in its own process and is not counted; every client runs in a fresh process for every round, and the
// rounds are interleaved. Processor time (user and system, all threads) is what a busy machine disturbs least;
// requests per second would mostly measure who else is running. Where `taskset` is, server and client share one core:
// else each write also pays for waking another core, which on a virtual machine can cost more than the whole request.
//
// What can be compared is what a client adds to the floor, since the kernel's share differs from machine to machine.
//
// node bench/client.mjs (after npm run build)    every case, with a record
// node bench/client.mjs CASE...                  these: no record

import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CASES } from './support/client-cases.mjs';
import { digits, printTable, rotated, summary } from './support/measure.mjs';
import { describeMachine, record } from './support/record.mjs';

const ROUNDS = 5;
const LIMIT_MS = 120_000;

/** In the order of the rows. A client says itself which cases it can do. */
const CLIENTS = {
  floor: 'bare socket',
  data: "bare socket, 'data'",
  headlong: 'Headlong',
  undici: 'undici',
  node: 'node:http',
  fetch: 'fetch',
};
const FLOOR = 'floor';
const PEER = 'undici';

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The command that runs Node on the last core, or Node itself where that cannot be had. */
function pinnedNode() {
  const pin = ['taskset', '-c', String(availableParallelism() - 1)];
  return spawnSync(pin[0], [...pin.slice(1), 'true']).status === 0 ? [...pin, process.execPath] : [process.execPath];
}

async function runClient([command, ...rest], client, name, addresses) {
  const args = [...rest, pathOf('support/one-client.mjs'), client, name, JSON.stringify(addresses)];
  const { stdout } = await promisify(execFile)(command, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout);
}

async function measure(node, name, addresses) {
  const clients = [];
  for (const client of Object.keys(CLIENTS)) {
    const { default: cases } = await import(`./clients/${client}.mjs`);
    if (cases[name] !== undefined) clients.push(client);
  }
  const runs = new Map(clients.map((client) => [client, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const client of rotated(clients, round)) runs.get(client).push(await runClient(node, client, name, addresses));
  }
  const cpuOf = (client) => runs.get(client).map(({ cpu }) => cpu);
  const paired = (client, ratio) => summary(cpuOf(client).map((cpu, round) => ratio(cpu, cpuOf(FLOOR)[round], cpuOf(PEER)[round])));
  return clients.map((client) => ({
    client,
    cpu: summary(cpuOf(client)),
    toFloor: paired(client, (cpu, floor) => cpu / floor),
    added: paired(client, (cpu, floor, peer) => (cpu - floor) / (peer - floor)),
    toPeer: paired(client, (cpu, _, peer) => cpu / peer),
    rss: Math.round(summary(runs.get(client).map(({ rss }) => rss)).median),
  }));
}

function print({ title, unit, scale }, results) {
  console.log(`\n${title}`);
  const rows = results.map(({ client, cpu, toFloor, added, toPeer, rss }) => [
    CLIENTS[client],
    digits(cpu.median / scale),
    `${digits(cpu.min / scale)}..${digits(cpu.max / scale)}`,
    `${toFloor.median.toFixed(2)} (${toFloor.q3.toFixed(2)})`,
    client === FLOOR ? '' : `${added.median.toFixed(2)} (${added.q3.toFixed(2)})`,
    toPeer.median.toFixed(2),
    String(rss),
  ]);
  printTable(['', unit, 'min..max', 'to the floor (q3)', `added, to ${PEER} (q3)`, `to ${PEER}`, 'peak RSS, MiB'], rows);
}

/** Measures, prints, and returns what was printed. */
export async function benchClient(only = Object.keys(CASES)) {
  const node = pinnedNode();
  const [command, ...rest] = node;
  const pinned = rest.length > 0;
  console.log(`\nClients: medians of ${ROUNDS} interleaved rounds, each in a fresh process`);
  console.log(pinned ? 'Server and client share one core' : 'Server and client are not pinned to a core (no taskset)');
  const server = spawn(command, [...rest, pathOf('support/server.mjs')], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const cases = {};
  try {
    const [addresses] = await once(server, 'message');
    for (const name of only) {
      cases[name] = await measure(node, name, addresses);
      print(CASES[name], cases[name]);
    }
  } finally {
    server.disconnect();
  }
  return { pinned, rounds: ROUNDS, cases };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const only = process.argv.slice(2);
  console.log(describeMachine());
  if (only.length > 0) await benchClient(only);
  else record('client', await benchClient());
}
