// One question: what does a message cost a parser? Ours against llhttp as Node and undici use it, a parser in JavaScript, and
// native code, at one kind of work after the other (support/works.mjs). Each table is measured in a process of its own.
//
// node bench/parser.mjs (after npm run build)   everything, with a record and a chart
// node bench/parser.mjs WORK [SET]              one table, or one group of it: no record

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { digits, printTable } from './support/measure.mjs';
import { buildNatives } from './support/native.mjs';
import { drawChart } from './support/chart.mjs';
import { describeMachine, record, writeRecord } from './support/record.mjs';
import { WORKS } from './support/works.mjs';

/** Which tables are drawn, and what a reader who knows none of them needs to be told. */
const PANELS = [
  { work: 'strings', set: 'cdn-varied', title: 'Every name and value of a response head as strings' },
  { work: 'lookups', set: 'cdn-varied', title: 'Status, Content-Type and Content-Length of a response head' },
  { work: 'tokensInPlace', set: 'cdn-varied', title: 'A response head tokenised where it stands, nothing delivered' },
  { work: 'chunked', set: 'chunks-1k', title: '64 KiB of content in chunks of 1 KiB, copied out' },
];

const ONE_TABLE = fileURLToPath(new URL('support/one-table.mjs', import.meta.url));

async function measure(work, set) {
  const child = fork(ONE_TABLE, [work, set]);
  const ended = once(child, 'exit');
  let measured;
  child.once('message', (message) => {
    measured = message;
  });
  const [code] = await ended;
  if (code !== 0 || measured === undefined) throw new Error(`${work}, ${set}: ended with code ${code}`);
  return measured;
}

function print({ title, unit, sets }) {
  console.log(`\n${title}`);
  const rows = sets.flatMap(({ title: of, bytes, fields, results }) => [
    [''],
    [`${of} (${fields === undefined ? '' : `${fields} fields, `}${digits(bytes)} bytes)`],
    ...results.map(({ name, median, q1, q3, ratio }) => [`  ${name}`, digits(median), `${digits(q1)}..${digits(q3)}`, ratio.toFixed(2)]),
  ]);
  printTable(['', unit, 'quartiles', 'times ours'], rows);
}

/** Measures, prints, and returns what was printed. */
export async function benchParser(onlyWork, onlySet) {
  const natives = buildNatives();
  const works = [];
  const skipped = new Map();
  try {
    for (const [name, { title, unit, sets }] of Object.entries(WORKS)) {
      if (onlyWork !== undefined && name !== onlyWork) continue;
      const measured = [];
      for (const [key, { title: of }] of Object.entries(sets)) {
        if (onlySet !== undefined && key !== onlySet) continue;
        const { skipped: missing, ...result } = await measure(name, key);
        measured.push({ key, title: of, ...result });
        for (const { name: peer, reason } of missing) skipped.set(peer, reason);
      }
      works.push({ name, title, unit, sets: measured });
      print(works.at(-1));
    }
  } finally {
    natives.remove();
  }
  console.log('');
  for (const [peer, reason] of skipped) console.log(`skipped: ${peer}: ${reason}`);
  return { compilers: natives.compilers, works, skipped: Object.fromEntries(skipped) };
}

/** The whole comparison, with its record and its chart. */
export async function recordParser() {
  const result = await benchParser();
  record('parser', result);
  const measured = (work, set) => result.works.find(({ name }) => name === work).sets.find(({ key }) => key === set);
  const panels = PANELS.map(({ work, set, title }) => ({
    title,
    results: measured(work, set).results.map((one, n) => ({ ...one, ours: n === 0, floor: one.name.startsWith('floor') })),
  }));
  const { title, bytes } = measured('strings', 'cdn-varied');
  const notes = [
    `Heads: ${title}, 20 fields, ${digits(bytes)} bytes on average. Medians of interleaved rounds, every answer checked.`,
    describeMachine(),
  ];
  const subtitle = 'Time for one; less is better. Behind it: how many times that of Headlong';
  writeRecord('parser.svg', drawChart({ title: 'What a message costs, by what is asked of it', subtitle, panels, notes }));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const only = process.argv.slice(2);
  console.log(describeMachine());
  await (only.length === 0 ? recordParser() : benchParser(...only));
}
