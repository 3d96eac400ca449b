// P1, split invariance: however the bytes of a connection are cut into reads, the same comes of them; for heads that come in a row and
// resemble one another, and for connections that are read in turn on one thread. What has to come is what the reference
// makes of all bytes at once, which keeps no templates and has nothing of a cut head to go on with.
// Every connection is closed in the end: a fault in a long line that is not complete may be found no earlier.

import * as fc from 'fast-check';
import { difference, outcome, play, Talk, type Script } from '../parser/play.js';
import { makeTokeniser } from '../support/engines.js';
import { byteByByte, prng, randomSplit, twoWaySplits, WHOLE, type Cuts } from '../support/splits.js';
import { script } from './inputs.js';
import { same, Violation, type Property } from './property.js';
import { showScript } from './show.js';

interface Input {
  /** What is read in turn; the first of them is also cut in every way. */
  readonly scripts: readonly Script[];
  /** Of the random cuts, and of the turns. */
  readonly seed: number;
}

/** Up to this length, an input is cut in two everywhere, every fourth time. */
const SHORT = 200;

const reference = makeTokeniser({ name: 'reference' });
const simd = makeTokeniser({ name: 'simd' });

function* waysToCut(length: number, everywhere: boolean, random: () => number): Generator<Cuts> {
  yield WHOLE;
  yield byteByByte(length);
  if (length <= SHORT && everywhere) yield* twoWaySplits(length);
  else for (let n = 0; n < 12; n++) yield randomSplit(length, random, 1);
  for (let n = 0; n < 4; n++) yield randomSplit(length, random);
}

/** Reads all of the scripts, piece by piece in random turns. */
function readInTurn(scripts: readonly Script[], random: () => number): unknown[] {
  const talks = scripts.map((one) => new Talk(one, simd));
  for (let open = talks; open.length > 0; open = open.filter(({ over }) => !over))
    (open[Math.floor(random() * open.length)] as Talk).step(1 + Math.floor(random() * 40));
  return talks.map((talk) => outcome(talk.result()));
}

function check({ scripts, seed }: Input): void {
  const random = prng(seed);
  const expected = scripts.map((one) => outcome(play(one, reference)));
  // What is kept from one input to the next would make a find that does not come again.
  simd.templates.fill(null);
  const [first] = scripts as readonly [Script];
  const found = difference(first, simd, waysToCut(first.bytes.length, seed % 4 === 0, random), expected[0]);
  if (found !== null) throw new Violation('cut, the bytes come to something else', found as Record<string, unknown>);
  const cuts = randomSplit(first.bytes.length, random);
  same('cut, the reference comes to something else', expected[0], outcome(play(first, reference, cuts)), { cuts });
  const together = readInTurn(scripts, random);
  expected.forEach((wanted, n) =>
    same(`read in turn, connection ${n} comes to something else`, wanted, together[n], { scripts: scripts.map(showScript).join('\n') }),
  );
}

const closed = script.map((one): Script => ({ ...one, closes: true }));

export const splits: Property<Input> = {
  id: 'P1',
  title: 'split invariance',
  inputs: fc.record({ scripts: fc.array(closed, { minLength: 1, maxLength: 3 }), seed: fc.nat() }),
  check,
  show: ({ scripts }) => showScript(scripts[0] as Script),
};
