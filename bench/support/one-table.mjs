// One work on one set of inputs, in a process of its own: node one-table.mjs WORK SET, spawned with a channel, to which it sends
// { bytes, fields, results, skipped }. So what V8 learned at one table is not in the next, and no garbage either.
// Every entry answers every input of the set before it is timed. Then all take turns in short rounds, so that a slow moment
// of the machine hits each alike.

import assert from 'node:assert/strict';
import { rotated, summary, timingLoop } from './measure.mjs';
import { WORKS } from './works.mjs';

const ROUNDS = 51;
const ROUND_MS = 4;
const WARM_UP_MS = 250;

/** In the order of the rows; the first is the one that the others are compared with. */
const PEERS = ['headlong', 'node', 'undici', 'llhttp-wasm', 'http-parser-js', 'native', 'floor'];

const [workName, setName] = process.argv.slice(2);
const work = WORKS[workName];
const set = work.sets[setName];
const weight = set.heads.reduce((sum, head) => sum + work.weight(head, set), 0);
const skipped = [];

/** What `make` returns; undefined, and a line in `skipped`, when a peer is not there. Ours always is. */
async function orSkip(name, make) {
  try {
    return await make();
  } catch (error) {
    if (name === PEERS[0]) throw error;
    skipped.push({ name, reason: error.message.split('\n')[0] });
    return undefined;
  }
}

async function entriesOf(peer) {
  const module = await orSkip(peer, () => import(`../peers/${peer}.mjs`));
  const entries = [];
  for (const make of module?.default[workName] ?? []) entries.push(await orSkip(peer === PEERS[0] ? peer : make.name, () => make(set)));
  return entries.filter((entry) => entry !== undefined);
}

async function check(entry) {
  const answers = entry.answers ? await entry.answers() : set.heads.map((head) => (entry.answer ?? entry.read)(head));
  assert.equal(answers.length, set.heads.length);
  for (const [n, head] of set.heads.entries()) assert.deepEqual(answers[n], work.expected(head, set), `${entry.name}: wrong answer`);
}

/** The function that times a number of passes over all inputs. */
function timerOf(entry) {
  const loop = timingLoop();
  const time = entry.time ?? ((passes) => loop(entry.read, work.weigh, entry.inputs ?? set.heads, passes));
  return async (passes) => {
    const { ns, sum } = await time(passes);
    assert.equal(sum, passes * weight, `${entry.name}: wrong sum`);
    return ns / passes;
  };
}

async function prepared(entry) {
  await check(entry);
  const time = timerOf(entry);
  let passes = 1;
  let ns = 0;
  // Twice as many each time until a call lasts as long as a round, then on with that.
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until;) {
    ns = await time(passes);
    if (ns * passes < ROUND_MS * 1e6) passes *= 2;
  }
  return { entry, time, passes: Math.ceil((ROUND_MS * 1e6) / ns), samples: [] };
}

const contestants = [];
for (const peer of PEERS) for (const entry of await entriesOf(peer)) contestants.push(await prepared(entry));
for (let round = 0; round < ROUNDS; round++) {
  for (const { time, passes, samples } of rotated(contestants, round)) samples.push((await time(passes)) / set.heads.length);
}

// The ratio is taken round by round, between neighbours in time: a machine that changes its pace between rounds leaves it alone.
const [{ samples: ours }] = contestants;
const results = contestants.map(({ entry: { name }, samples }) => ({
  name,
  ...summary(samples),
  ratio: summary(samples.map((ns, round) => ns / ours[round])).median,
}));
process.send({
  bytes: set.heads.reduce((sum, { bytes }) => sum + bytes.length, 0) / set.heads.length,
  fields: set.heads[0].fields?.length,
  results,
  skipped,
});
process.exit();
