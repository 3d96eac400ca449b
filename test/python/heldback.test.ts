// Cases that nobody has recorded: drawn with a fixed seed, played on http.client of a CPython 3.13 and on Headlong, and
// compared like the recorded ones. What differs has to fall under a rule of docs/differences.md, by what explained.ts says
// of its looks. Without such an interpreter the suite is skipped. SEED draws other cases.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { differences, type Differences } from '../differential/compare.js';
import { playAll } from '../differential/concurrently.js';
import { playRequest } from '../differential/play-request.js';
import { play, type Played } from '../differential/play.js';
import { rules } from '../differential/rules.js';
import { callDifferences } from './compare-calls.js';
import { callExplanations, explanations, unexplained, unexplainedCalls } from './explained.js';
import { ask, findPython, type Outcomes } from './python.js';
import { requests } from './requests.js';
import { responses } from './responses.js';

const SEED = Number(process.env['SEED'] ?? 1991);
const LIMIT_MS = 60_000;

const python = findPython();
const drawn = { responses: responses(SEED, 400), requests: requests(SEED, 60) };
let recorded: Outcomes;

beforeAll(() => {
  if (python !== undefined) recorded = ask(python, drawn);
}, LIMIT_MS);

const reason = python === undefined ? 'skipped: no CPython 3.13 (python3.13, python3, python, $PYTHON) is here' : 'as CPython 3.13';

(python === undefined ? describe.skip : describe)(`cases that nobody has recorded, ${reason}`, () => {
  test(
    `${drawn.responses.length} responses`,
    async () => {
      const cases = drawn.responses.map((one, n) => ({ ...one, expected: comparable(recorded.responses[n], one) }));
      const played = await playAll(cases, 12, play);
      const left = cases.flatMap((one) => {
        const ours = played.get(one.id) as Played;
        const found = differences(one, ours);
        const aspects = unexplained(one, ours, found);
        return aspects.length === 0 ? [] : [told(one, aspects, found)];
      });
      expect(left).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    `${drawn.requests.length} sequences of calls`,
    async () => {
      const left: string[] = [];
      // One after the other: what set_debuglevel prints is taken from the console.
      for (const [n, drawnOne] of drawn.requests.entries()) {
        const one = { ...drawnOne, expected: recorded.requests[n] as Outcomes['requests'][number] };
        const found = callDifferences(one, await playRequest(one));
        const aspects = unexplainedCalls(one, found);
        if (aspects.length > 0) left.push(told(one, aspects, found));
      }
      expect(left).toEqual([]);
    },
    LIMIT_MS,
  );
});

test('the explanations belong to rules', () => {
  const numbers = rules.map(({ number }) => number);
  expect([...explanations, ...callExplanations].map(({ rule }) => rule).filter((rule) => !numbers.includes(rule))).toEqual([]);
});

/** What differs and the case, in one line; long ones are cut. */
function told(one: object, aspects: readonly string[], found: Differences): string {
  const { expected: _, ...drawnCase } = one as { expected: unknown };
  const parts = [...aspects.map((aspect) => ({ [aspect]: found[aspect] })), drawnCase];
  return parts.map((part) => JSON.stringify(part).slice(0, 1500)).join(' ');
}

/** Without what depends on how segments arrive: what peek() shows, and how much of a faulty line is told. */
function comparable(outcome: Outcomes['responses'][number] | undefined, one: { read: string; seg: number }): Outcomes['responses'][number] {
  const { pieces, exception, ...rest } = outcome as Outcomes['responses'][number];
  const { line, version, ...error } = exception ?? { phase: '', type: '', str: '' };
  return {
    ...rest,
    ...(pieces === undefined || one.read.startsWith('peekread') ? {} : { pieces }),
    ...(exception === undefined ? {} : { exception: one.seg === 0 ? exception : error }),
  };
}
