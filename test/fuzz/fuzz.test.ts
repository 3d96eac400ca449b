// A short run of every property, with seeds that stay: the same batches as `npm run fuzz` has. And that a property that is not true is
// found, cut down, and tried again by what the find says.

import * as fc from 'fast-check';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { bytesOf, latin1 } from '../support/engines.js';
import { parseVectors } from '../support/vectors.js';
import { Mutated } from './mutations.js';
import { properties } from './properties.js';
import { runBatch, Violation, type Property } from './property.js';
import { showVector } from './show.js';

jest.setTimeout(60_000);

afterAll(async () => {
  for (const { close } of properties) await close?.();
});

const SEEDS = [1, 2];
/** Inputs for each seed: what takes longer gets fewer. */
const RUNS: Record<string, number> = { P1: 60, P2: 600, P3: 200, P4: 100, P5: 40, P6: 300, P7: 150, P8: 40 };

describe.each(properties)('$id, $title', (property) => {
  test.each(SEEDS)('seed %i', async (seed) => {
    const { find, runs } = await runBatch(property, seed, RUNS[property.id] as number);
    expect(find?.report ?? null).toBeNull();
    expect(runs).toBe(RUNS[property.id]);
  });
});

describe('a property that is not true', () => {
  const base = fc.constantFrom(bytesOf('HTTP/1.1 200 OK\r\nA: b\r\n\r\n'));
  const noColon: Property<Uint8Array> = {
    id: 'P0',
    title: 'there is no colon behind an A',
    inputs: new Mutated(base, [bytesOf('A: b')]),
    check: (bytes) => {
      if (latin1(bytes).includes('A:')) throw new Violation('there is one', { at: latin1(bytes).indexOf('A:') });
    },
    show: (bytes) => showVector('Found', 'response', bytes),
  };

  test('is found, made as small as it gets, and told as a vector', async () => {
    const { find } = await runBatch(noColon, 1, 100);
    const report = find?.report ?? '';
    expect(report).toMatch(/^P0, there is no colon behind an A: it is not so\.\nthere is one\n {2}at: 0\n/);
    expect(parseVectors('report', report).map(({ kind, input }) => [kind, latin1(input)])).toEqual([['response', 'A:']]);
  });

  test('is found again by the seed and the path that the find names', async () => {
    const { find } = await runBatch(noColon, 1, 100);
    const { seed, path } = find as { seed: number; path: string };
    expect(find?.report).toMatch(`npm run fuzz -- --property P0 --seed ${seed} --path ${path}`);
    const again = await runBatch(noColon, seed, 1, { path });
    expect(again.find?.report).toContain('```response\nA:\n```');
  });

  test('is missed where it is true of all inputs', async () => {
    expect((await runBatch({ ...noColon, inputs: fc.constant(bytesOf('B: b')) }, 1, 100)).find).toBeNull();
  });

  test('is a failure of the property itself where no input says anything about it', async () => {
    await expect(runBatch({ ...noColon, check: () => fc.pre(false) }, 1, 10)).rejects.toThrow('none says anything');
  });
});

const ESCAPES = fc.constantFrom(bytesOf('\\r\\n\\\\ \\{x*3}'), bytesOf(' '.repeat(50)), bytesOf('\n'.repeat(50)));

test('a vector that is shown is read back as the bytes that it shows, whatever they are', async () => {
  const shown: Property<Uint8Array> = {
    id: 'P0',
    title: 'what is shown is what it was',
    inputs: new Mutated(fc.oneof(ESCAPES, fc.uint8Array({ maxLength: 60 })), [bytesOf('\\{a*40}\n```\n')]),
    check: (bytes) => void showVector('Any', 'response', bytes),
    show: (bytes) => JSON.stringify(latin1(bytes)),
  };
  expect((await runBatch(shown, 1, 2000)).find).toBeNull();
});
