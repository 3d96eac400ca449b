// The fuzzer as a command: batches of every property in turn until the time is over, each with a seed of its own that comes from the
// first. A find is printed, ends the search for that property, and makes the exit code 1.
//
//   npm run fuzz -- --seconds 60 --seed 1 --property P3
//   npm run fuzz -- --property P3 --seed 17 --path 12:3     (one input again, as a find says)

import { parseArgs } from 'node:util';
import { watchForHangs } from './hang.js';
import { properties } from './properties.js';
import { runBatch, type Property } from './property.js';

const BATCH = 200;
/** Of one batch, the making small of what fails included. */
const MOST_MS = 60_000;
const HANG_MS = 3 * MOST_MS;
const SECONDS_BETWEEN_LINES = 300;

interface Tally {
  runs: number;
  skipped: number;
  seconds: number;
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) fail(`--${name} is a number, not ${JSON.stringify(text)}`);
  return value;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function report(tallies: ReadonlyMap<Property<any>, Tally>): void {
  console.log('\n| property | inputs | inputs/s | not applicable |\n| --- | ---: | ---: | ---: |');
  for (const [{ id, title }, { runs, skipped, seconds }] of tallies) {
    console.log(`| ${id}, ${title} | ${runs} | ${seconds === 0 ? '' : Math.round(runs / seconds)} | ${skipped} |`);
  }
  const { user, system } = process.cpuUsage();
  console.log(`\nCPU time: ${(user / 1e6).toFixed(1)} s user, ${(system / 1e6).toFixed(1)} s system`);
}

/** One batch of each property that is still open. One that was found to be wrong is closed. */
async function round(
  open: Set<Property<any>>,
  tallies: ReadonlyMap<Property<any>, Tally>,
  begin: (id: string, seed: number) => void,
  seed: number,
  path?: string,
): Promise<void> {
  for (const property of open) {
    begin(property.id, seed);
    const began = performance.now();
    const { runs, skipped, find } = await runBatch(property, seed, BATCH, { path, time: MOST_MS });
    const tally = tallies.get(property) as Tally;
    tally.runs += runs;
    tally.skipped += skipped;
    tally.seconds += (performance.now() - began) / 1000;
    if (find === null) continue;
    console.log(`\n${find.report}`);
    open.delete(property);
  }
}

export async function main(...args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      property: { type: 'string', multiple: true, default: properties.map(({ id }) => id) },
      path: { type: 'string' },
    },
  });
  const seconds = number('seconds', values.seconds);
  let seed = number('seed', values.seed);
  const chosen = properties.filter(({ id }) => values.property.includes(id));
  const unknown = values.property.filter((id) => !chosen.some((property) => property.id === id));
  if (unknown.length > 0) fail(`no such property: ${unknown.join(', ')}; there are ${properties.map(({ id }) => id).join(', ')}`);
  if (values.path !== undefined && chosen.length !== 1) fail('a path is one of one property: give --property, once');

  console.log(`seed ${seed}`);
  const tallies = new Map(chosen.map((property) => [property, { runs: 0, skipped: 0, seconds: 0 }]));
  const open = new Set(chosen);
  const begin = watchForHangs(
    chosen.map(({ id }) => id),
    HANG_MS,
  );
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let told = 0;
  do {
    await round(open, tallies, begin, seed, values.path);
    if (elapsed() - told > SECONDS_BETWEEN_LINES) {
      told = elapsed();
      console.log(`\n${Math.round(told)} s, up to seed ${seed}`);
      report(tallies);
    }
    seed++;
  } while (open.size > 0 && values.path === undefined && elapsed() < seconds);
  for (const { close } of chosen) await close?.();
  report(tallies);
  process.exitCode = open.size === chosen.length ? 0 : 1;
}
