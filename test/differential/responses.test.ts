// What http.client of CPython 3.13 does with 185 responses, and what Headlong does with them: the same, but for what
// docs/differences.md lists. A difference that is not listed fails, and so does a listed one that is none (any more).
// How a case is played stands in play.ts, what is compared in compare.ts; no case is known by its id here.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { differences } from './compare.js';
import { playAll } from './concurrently.js';
import { responseCases } from './corpus.js';
import { play, type Played } from './play.js';
import { listed } from './rules.js';

let played: Map<string, Played>;
let byteByByte: Map<string, Played>;
const byRule = listed('responses');

/** Cases of fewer bytes are played byte by byte as well. */
const SHORT = 5000;

beforeAll(async () => {
  played = await playAll(responseCases, 12, play);
  byteByByte = await playAll(
    responseCases.filter(({ raw }) => raw.length < SHORT),
    12,
    (one) => play({ ...one, seg: 1 }),
  );
}, 60_000);

describe.each(responseCases)('$id', (one) => {
  const aspects = byRule.get(one.id);

  if (aspects === undefined) {
    test('as CPython', () => {
      expect(differences(one, played.get(one.id) as Played)).toEqual({});
    });
  } else {
    test(`differs from CPython in ${aspects.join(', ')}`, () => {
      const found = differences(one, played.get(one.id) as Played);
      // The values on both sides are in the message of a failure.
      expect({ aspects: Object.keys(found).sort(), found }).toEqual({ aspects, found });
    });
  }

  if (one.raw.length < SHORT) {
    test('comes to the same byte by byte', () => {
      // But for how much of a faulty line is shown: a fault is reported as soon as it is certain.
      const { details: _, ...whole } = differences(one, played.get(one.id) as Played);
      const { details: __, ...split } = differences(one, byteByByte.get(one.id) as Played);
      expect(split).toEqual(whole);
    });
  }

  if (one.eof === 'block') {
    test('goes on over its connection if it was read to its end', () => {
      const { error, reused } = played.get(one.id) as Played;
      expect(reused).toBe(error === null);
    });
  }

  // CPython goes on reading in the middle of a response it did not understand; here that is never right (RFC 9112 9.2).
  test('a failed response is the last one on its connection', () => {
    const { error, reused } = played.get(one.id) as Played;
    expect(error !== null && reused).toBe(false);
  });
});

test('the rules name cases that exist', () => {
  const known = new Set(responseCases.map((one) => one.id));
  expect([...byRule.keys()].filter((id) => !known.has(id))).toEqual([]);
});

test('the differences are the exception', () => {
  expect(responseCases).toHaveLength(185);
  expect(byRule.size).toBeLessThan(115);
});
