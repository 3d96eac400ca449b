// npm run bench: every bench in turn, on this machine, and a record of what it said in record/<date>.json.
// The numbers belong to the machine and the versions that stand above them; only ratios from one run may be compared.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { benchClient } from './client.mjs';
import { benchParser } from './parser.mjs';

const require = createRequire(import.meta.url);
const date = new Date().toISOString().slice(0, 10);
const machine = {
  date,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  platform: `${process.platform} ${process.arch}`,
  node: process.versions.node,
  llhttp: process.versions.llhttp,
  headlong: require('../package.json').version,
  undici: require('undici/package.json').version,
};
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}, undici ${machine.undici}, ${date}\n`);

const parser = benchParser();
const client = await benchClient();

const folder = new URL('record/', import.meta.url);
mkdirSync(folder, { recursive: true });
const rounded = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
writeFileSync(new URL(`${date}.json`, folder), `${JSON.stringify({ machine, parser, client }, rounded, 2)}\n`);
console.log(`\nWritten: bench/record/${date}.json`);
