// The record of a run: what was measured, on which machine and with which versions, in ../record/<date>.json. Each bench has
// its key there. Numbers of two machines never share a file: the results of another one, or of other versions, make room.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';

const require = createRequire(import.meta.url);
const FOLDER = new URL('../record/', import.meta.url);

const versionOf = (name) => require(`${name}/package.json`).version;

export const machine = {
  date: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  platform: `${process.platform} ${process.arch}`,
  node: process.versions.node,
  llhttp: process.versions.llhttp,
  headlong: require('../../package.json').version,
  undici: versionOf('undici'),
  'http-parser-js': versionOf('http-parser-js'),
};

/** The machine and the versions in one line. */
export function describeMachine() {
  const { date, cpu, cores, platform, node, llhttp, undici, 'http-parser-js': parserJs } = machine;
  return `${cores} × ${cpu}, ${platform}, Node ${node} (llhttp ${llhttp}), undici ${undici}, http-parser-js ${parserJs}, ${date}`;
}

/** Writes a file of the record and says so. */
export function writeRecord(name, text) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(new URL(name, FOLDER), text);
  console.log(`Written: bench/record/${name}`);
}

function readRecord(name) {
  try {
    const before = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
    assert.deepEqual(before.machine, machine);
    return before;
  } catch {
    return {};
  }
}

/** Puts `value` under `key` into the record of today. */
export function record(key, value) {
  const name = `${machine.date}.json`;
  const rounded = (_, part) => (typeof part === 'number' ? Number(part.toPrecision(4)) : part);
  writeRecord(name, `${JSON.stringify({ ...readRecord(name), machine, [key]: value }, rounded, 2)}\n`);
}
