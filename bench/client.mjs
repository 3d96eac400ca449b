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
import { drawChart } from './support/chart.mjs';
import { CASES } from './support/client-cases.mjs';
import { digits, printTable, rotated, summary } from './support/measure.mjs';
import { describeMachine, record, writeRecord } from './support/record.mjs';

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
  python: 'http.client',
};
const PYTHON = process.env.PYTHON ?? 'python3';
const FLOOR = 'floor';
const OURS = 'headlong';
const PEER = 'undici';
/** The cases that are drawn. */
const DRAWN = ['json', 'json-fields', 'page', 'tls', 'pool'];

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What to put in front of a command so that it runs on the last core; nothing where that cannot be had. */
function pinning() {
  const pin = ['taskset', '-c', String(availableParallelism() - 1)];
  return spawnSync(pin[0], [...pin.slice(1), 'true']).status === 0 ? pin : [];
}

async function runClient(pin, client, name, addresses) {
  const work = [name, JSON.stringify(addresses)];
  const program =
    client === 'python'
      ? [PYTHON, pathOf('clients/python.py'), ...work, ...[CASES[name].warmUp, CASES[name].count].map(String)]
      : [process.execPath, pathOf('support/one-client.mjs'), client, ...work];
  const [command, ...args] = [...pin, ...program];
  const { stdout } = await promisify(execFile)(command, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout);
}

/** The cases that a client can do. */
async function casesOf(client) {
  if (client !== 'python') return Object.keys((await import(`./clients/${client}.mjs`)).default);
  const { status, stdout } = spawnSync(PYTHON, [pathOf('clients/python.py')], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(' ') : [];
}

async function measure(pin, name, addresses) {
  const clients = [];
  for (const client of Object.keys(CLIENTS)) if ((await casesOf(client)).includes(name)) clients.push(client);
  const runs = new Map(clients.map((client) => [client, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const client of rotated(clients, round)) runs.get(client).push(await runClient(pin, client, name, addresses));
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
  const pin = pinning();
  const pinned = pin.length > 0;
  console.log(`\nClients: medians of ${ROUNDS} interleaved rounds, each in a fresh process`);
  console.log(pinned ? 'Server and client share one core' : 'Server and client are not pinned to a core (no taskset)');
  const [command, ...args] = [...pin, process.execPath, pathOf('support/server.mjs')];
  const server = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const cases = {};
  try {
    const [addresses] = await once(server, 'message');
    for (const name of only) {
      cases[name] = await measure(pin, name, addresses);
      print(CASES[name], cases[name]);
    }
  } finally {
    server.disconnect();
  }
  return { pinned, rounds: ROUNDS, cases };
}

/** The whole comparison, with its record and its chart. */
export async function recordClient() {
  const result = await benchClient();
  record('client', result);
  const panels = DRAWN.map((name) => {
    const ours = result.cases[name].find(({ client }) => client === OURS).cpu.median;
    const bar = ({ client, cpu }) => ({
      name: CLIENTS[client],
      median: cpu.median * 1000,
      ratio: cpu.median / ours,
      ours: client === OURS,
      floor: client === FLOOR,
    });
    return { title: CASES[name].title, results: result.cases[name].map(bar) };
  });
  const notes = [
    `The bare socket is the floor: it knows no HTTP. Medians of ${ROUNDS} interleaved rounds in fresh processes, every answer checked.`,
    describeMachine(),
  ];
  const subtitle = 'Processor time for one, user and system; less is better. Behind it: how many times that of Headlong';
  writeRecord('client.svg', drawChart({ title: 'What a request costs', subtitle, panels, notes }));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const only = process.argv.slice(2);
  console.log(describeMachine());
  await (only.length === 0 ? recordClient() : benchClient(only));
}
