// A property: what is to be true, and of which inputs. And the search for an input of which it is not: a batch of random ones by a seed;
// what fails is made as small as it gets, and is told as a vector with the command that tries it again.
// The command (main.ts) and the tests run the same batches.

import * as fc from 'fast-check';

export interface Property<Input> {
  /** 'P1' … 'P8'. */
  readonly id: string;
  readonly title: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Throws what is wrong. An input that says nothing about the property is refused with fc.pre(). */
  readonly check: (input: Input) => void | Promise<void>;
  /** The input, for somebody who is to understand it: a vector, where it is one. */
  readonly show: (input: Input) => string;
  /** Releases what the checks have opened. */
  readonly close?: () => Promise<void>;
}

/** A property is not true. */
export class Violation extends Error {
  override readonly name = 'Violation';

  /** `facts` are shown, one a line. */
  constructor(what: string, facts: Readonly<Record<string, unknown>> = {}) {
    super([what, ...Object.entries(facts).map(([name, value]) => `  ${name}: ${shown(value)}`)].join('\n'));
  }
}

const LONGEST_FACT = 3000;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST_FACT ? `${text.slice(0, LONGEST_FACT)}…` : text;
}

/** Throws unless both are the same as JSON. */
export function same(what: string, wanted: unknown, got: unknown, facts: Readonly<Record<string, unknown>> = {}): void {
  const [one, other] = [JSON.stringify(wanted), JSON.stringify(got)];
  if (one !== other) throw new Violation(what, { ...facts, wanted: one, got: other });
}

/** An input that fails. */
export interface Find {
  readonly property: string;
  readonly seed: number;
  /** Where fast-check finds it among the inputs of the seed. */
  readonly path: string;
  readonly report: string;
}

export interface Batch {
  /** How many inputs were tried. */
  readonly runs: number;
  /** How many of those drawn said nothing about the property. */
  readonly skipped: number;
  readonly find: Find | null;
}

export interface BatchOptions {
  /** The input there, instead of all. */
  readonly path?: string | undefined;
  /** Milliseconds until it is over, whatever was tried: what fails is then as small as it got. */
  readonly time?: number | undefined;
}

/** Tries `runs` inputs, those of `seed`. */
export async function runBatch<Input>(
  property: Property<Input>,
  seed: number,
  runs: number,
  { path, time }: BatchOptions = {},
): Promise<Batch> {
  const { id, title, inputs, check, show } = property;
  const details = await fc.check(
    fc.asyncProperty(inputs, async (input) => {
      await check(input);
    }),
    {
      seed,
      numRuns: runs,
      maxSkipsPerRun: 1000,
      ...(path === undefined ? {} : { path }),
      ...(time === undefined ? {} : { interruptAfterTimeLimit: time }),
    },
  );
  const { numRuns, numSkips, failed, counterexample, counterexamplePath, errorInstance } = details;
  if (!failed) return { runs: numRuns, skipped: numSkips, find: null };
  if (counterexample === null) throw new Error(`${id}: of ${numSkips} inputs drawn, none says anything about the property`);
  const at = counterexamplePath ?? '';
  const error = errorInstance as Error;
  const report = [
    `${id}, ${title}: it is not so.`,
    error instanceof Violation ? error.message : (error.stack ?? String(error)),
    '',
    show(counterexample[0]),
    '',
    'To try it again:',
    `npm run fuzz -- --property ${id} --seed ${seed} --path ${at}`,
  ].join('\n');
  return { runs: numRuns, skipped: numSkips, find: { property: id, seed, path: at, report } };
}
