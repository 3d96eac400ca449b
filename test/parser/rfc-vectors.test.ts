// The RFC vectors of responses, and of requests that are read, through the parser: on every build, whole, cut in two everywhere and
// byte by byte. What is demanded of them, and which of them are argued otherwise, is as in test/rfc-vectors.test.ts.
// What a client does over sockets, and what it sends, belongs there.

import { describe, expect, test } from '@jest/globals';
import { listed } from '../differential/rules.js';
import { demanded, deviations } from '../rfc/deviations.js';
import { parse, scriptOf } from '../rfc/parse.js';
import { vectors } from '../rfc/vectors.js';
import { makeTokeniser, subjects } from '../support/engines.js';
import { byteByByte, twoWaySplits, type Cuts } from '../support/splits.js';
import { difference, play } from './play.js';

const argued = listed('vectors');
const read = vectors.filter((vector) => vector.direction !== 'send');
const tokenisers = subjects.map((subject) => ({ name: subject.name, tokeniser: makeTokeniser(subject) }));

/** Above this length an input is not cut byte by byte, and by the reference it is read only once. */
const LONG = 100_000;

describe.each(read)('$id', (vector) => {
  const script = scriptOf(vector);

  test.each(tokenisers)(`$name: ${argued.has(vector.id) ? 'differs, as argued' : demanded(vector)}`, ({ tokeniser }) => {
    const found = deviations(vector, parse(vector, tokeniser));
    if (argued.has(vector.id)) expect(found).not.toEqual([]);
    else expect(found).toEqual([]);
  });

  test.each(tokenisers)('$name: however it is cut', ({ name, tokeniser }) => {
    const { length } = script.bytes;
    const cuts: Cuts[] = [...twoWaySplits(length)];
    if (length > LONG)
      cuts.splice(
        name === 'reference' ? 0 : 3,
        Infinity,
        Array.from({ length: 4000 }, (_, n) => n + 1),
      );
    else cuts.push(byteByByte(length));
    expect(difference(script, tokeniser, cuts)).toBeNull();
  });
});

test.each(read.filter((vector) => vector.kind === 'request'))('$id: the Host fields are counted, not judged', (vector) => {
  const [message] = play(scriptOf(vector), makeTokeniser({ name: 'simd' })).messages;
  if (message !== undefined) expect(message.hostCount).toBe(vector.raw.match(/^Host:/gim)?.length ?? 0);
});

test('there are as many as there were', () => {
  expect(read).toHaveLength(198);
});
