// Every vector of test/vectors on every engine: the outcome is the one written down, and it is the same however the bytes
// are split, and whatever comes behind them. Raw outcomes are compared as well as described ones: all slots and words.

import { describe, expect, test } from '@jest/globals';
import * as layout from '../../src/wasm/layout.generated.js';
import { ERROR_CODES, readChunks, readHead, simd, subjects, type Subject } from '../support/engines.js';
import { byteByByte, twoWaySplits, WHOLE, withTrailingBytes, type Cuts } from '../support/splits.js';
import { describeChunks, describeHead, loadVectors, type Vector } from '../support/vectors.js';

const vectors = loadVectors();

function read(subject: Subject, vector: Vector, input: Uint8Array, cuts: Cuts): string {
  const { kind, options } = vector;
  return JSON.stringify(kind === 'chunked' ? readChunks(subject, input, options.flags, cuts) : readHead(subject, input, options, cuts));
}

function described(subject: Subject, { kind, options, input }: Vector): string {
  return kind === 'chunked'
    ? describeChunks(readChunks(subject, input, options.flags))
    : describeHead(readHead(subject, input, options), input, options.flags);
}

const isOpen = ({ expected }: Vector): boolean => /^(?:partial|more)\b/m.test(expected);
const isComplete = ({ expected }: Vector): boolean => /^(?:taken|done)\b/m.test(expected);

test('the vectors have titles of their own', () => {
  expect(new Set(vectors.map((vector) => vector.title)).size).toBe(vectors.length);
});

test.each([...ERROR_CODES.values()])('there is a vector for %s', (name) => {
  expect(vectors.some(({ expected }) => expected.includes(`error ${name} at `))).toBe(true);
});

describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
  test.each(vectors.map((vector) => [vector.title, vector] as const))('%s', (_title, vector) => {
    const { input } = vector;
    expect(described(subject, vector)).toBe(vector.expected);

    const whole = read(simd, vector, input, WHOLE);
    for (const cuts of [WHOLE, ...twoWaySplits(input.length), byteByByte(input.length)]) {
      const outcome = read(subject, vector, input, cuts);
      if (outcome !== whole) expect({ cuts, outcome }).toEqual({ cuts, outcome: whole });
    }

    if (isOpen(vector)) return;
    for (const longer of withTrailingBytes(input)) {
      for (const cuts of [WHOLE, [input.length - 1]]) {
        const outcome = read(subject, vector, longer, cuts);
        if (outcome !== whole) expect({ cuts, longer, outcome }).toEqual({ cuts, longer, outcome: whole });
      }
    }
  });

  test.each(vectors.filter(isComplete).map((vector) => [vector.title, vector] as const))(
    'every proper prefix is unfinished: %s',
    (_title, vector) => {
      const { input, kind, options } = vector;
      const size = Number(/^(?:taken|done at) (\d+)/m.exec(vector.expected)?.[1]);
      for (const [length = 0] of twoWaySplits(size)) {
        const prefix = input.subarray(0, length);
        if (kind === 'chunked') expect(readChunks(subject, prefix, options.flags).outcome).toBe(layout.CHUNK_MORE);
        else expect(readHead(subject, prefix, options).code).toBe(layout.PARTIAL);
      }
    },
  );
});
