// curl's own test cases, if they are at hand, over real sockets: the same status, fields and body, an error where curl has one. Where
// Headlong differs, a rule of differences.ts says why; a difference without a rule fails, and a rule without a difference too.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { playAll } from '../differential/concurrently.js';
import { foreignCases } from '../parser/foreign.js';
import { DIFFERENCES } from './differences.js';
import { differing, expected, play, type CurlCase, type Played } from './play.js';

const cases = foreignCases<CurlCase>('curl_cases.json');

if (cases.length === 0) {
  test.skip('the test cases of curl are not at hand', () => {});
} else {
  let outcomes: Map<string, Played>;
  const needed = new Set<string>();

  beforeAll(async () => {
    outcomes = await playAll(cases, 12, play);
  }, 60_000);

  describe.each(cases)('$id: $name', (one) => {
    test('as curl, or by a rule', () => {
      const ours = outcomes.get(one.id) as Played;
      const theirs = expected(one);
      const unexplained = differing(theirs, ours).filter((aspect) => {
        const rules = DIFFERENCES.filter((difference) => difference.aspect === aspect && difference.explains(one, ours));
        for (const { rule } of rules) needed.add(rule);
        return rules.length === 0;
      });
      // The values are for whoever reads a failure.
      expect({ unexplained, theirs, ours }).toEqual({ unexplained: [], theirs, ours });
      // Waiting for what will never come is not how an error is found.
      expect((ours.error as Error | null)?.name).not.toBe('TimeoutError');
    });
  });

  test('the cases are all there', () => {
    expect(cases).toHaveLength(225);
  });

  describe.each(DIFFERENCES)('$rule', ({ rule }) => {
    test('explains a difference', () => {
      expect(needed).toContain(rule);
    });
  });
}
