// One question: is this build slower than another one? Both do the same work in turn, in fresh processes, and the ratio is taken round by
// round. Printed: the median of the ratios and the interval in which it lies with a probability of 95 % (from the ranks of a
// binomial distribution, so that nothing is assumed of how the ratios are spread).
//
// node bench/compare.mjs CHECKOUT [ROUNDS] (both built)   this build, compared with that of another checkout

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { printTable, summary } from './support/measure.mjs';
import { describeMachine } from './support/record.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));

/** What is compared: arguments of a process that prints a number, or JSON with `cpu`. */
const WORKS = {
  'parser: cdn-varied, every field as a string': () => ['one-parser.mjs', 'strings', 'cdn-varied'],
  'parser: json-varied, tokens delivered': () => ['one-parser.mjs', 'tokens', 'json-varied'],
  'parser: chunks of 1 KiB': () => ['one-parser.mjs', 'chunked', 'chunks-1k'],
  'client: a small request': (addresses) => ['one-client.mjs', 'headlong', 'json', addresses],
  'client: a pool of 50 connections': (addresses) => ['one-client.mjs', 'headlong', 'pool', addresses],
};

/** This bench beside another build: what it imports as the package is that build. */
function benchOf(checkout) {
  const folder = mkdtempSync(join(tmpdir(), 'headlong-compare-'));
  for (const name of ['bench', 'package.json', 'examples']) cpSync(join(HERE, name), join(folder, name), { recursive: true });
  for (const name of ['dist', 'node_modules']) symlinkSync(resolve(checkout, name), join(folder, name));
  return folder;
}

async function measure(folder, [program, ...args]) {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'bench/support', program), ...args]);
  const result = JSON.parse(stdout);
  return result.cpu ?? result;
}

/** The ranks, from 1, between which the median of `count` samples lies with at least 95 %. */
function ranks(count) {
  let below = 0;
  let term = 2 ** -count;
  let sum = term;
  while (sum <= 0.025) {
    below++;
    term *= (count - below + 1) / below;
    sum += term;
  }
  return [Math.max(below, 1), Math.min(count + 1 - below, count)];
}

const [checkout, rounds = '30'] = process.argv.slice(2);
if (checkout === undefined) throw new Error('usage: node bench/compare.mjs CHECKOUT [ROUNDS]');
console.log(describeMachine());
const folders = { after: benchOf(HERE), before: benchOf(checkout) };
const server = spawn(process.execPath, [join(HERE, 'bench/support/server.mjs')], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
try {
  const [addresses] = await once(server, 'message');
  const works = Object.entries(WORKS).map(([name, argsOf]) => ({ name, args: argsOf(JSON.stringify(addresses)), ratios: [] }));
  for (let round = 0; round < Number(rounds); round++) {
    for (const { args, ratios } of works) {
      const cost = {};
      for (const which of round % 2 === 0 ? ['before', 'after'] : ['after', 'before']) cost[which] = await measure(folders[which], args);
      ratios.push(cost.after / cost.before);
    }
  }
  const [low, high] = ranks(Number(rounds));
  const rows = works.map(({ name, ratios }) => {
    const sorted = [...ratios].sort((a, b) => a - b);
    return [name, summary(ratios).median.toFixed(3), `${sorted[low - 1].toFixed(3)}..${sorted[high - 1].toFixed(3)}`];
  });
  printTable([`${rounds} rounds`, 'after / before', '95 %'], rows);
} finally {
  server.disconnect();
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true });
}
