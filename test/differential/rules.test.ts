// docs/differences.md as a document: the rules are numbered in order, each says why and has evidence, and no case is named
// twice for the same aspect. Whether the evidence is true is for the tests of the cases.

import { describe, expect, test } from '@jest/globals';
import { rules } from './rules.js';

test.each(['R', 'V'])('the %s rules are numbered in order', (letter) => {
  const numbers = rules.map(({ number }) => number).filter((number) => number.startsWith(letter));
  expect(numbers).toEqual(numbers.map((_, n) => `${letter}${n + 1}`));
  expect(numbers).not.toEqual([]);
});

describe.each(rules)('$number $title', ({ number, title, why, evidence }) => {
  test('says what and why', () => {
    expect(title).not.toBe('');
    expect(why.length).toBeGreaterThan(40);
  });

  test('has evidence', () => {
    expect(evidence.flatMap(({ ids }) => ids)).not.toEqual([]);
    for (const { kind, aspects } of evidence) {
      // What is compared aspect by aspect has to name them.
      expect(aspects.length > 0).toBe(kind === 'responses' || kind === 'requests');
      expect(number.startsWith('V')).toBe(kind === 'vectors');
    }
  });
});

test('no case is evidence for one aspect twice', () => {
  const all = rules.flatMap(({ evidence }) =>
    evidence.flatMap(({ kind, aspects, ids }) =>
      kind === 'tests'
        ? []
        : ids.flatMap((id) => (aspects.length === 0 ? [`${kind} ${id}`] : aspects.map((aspect) => `${kind} ${id} ${aspect}`))),
    ),
  );
  expect(all.filter((one, n) => all.indexOf(one) !== n)).toEqual([]);
});
