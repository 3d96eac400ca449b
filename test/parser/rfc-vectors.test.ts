// The RFC vectors of responses, and of requests that are read, through the parser: on every build, whole, cut in two everywhere and
// byte by byte. What is demanded of them, and which of them are argued otherwise, is as in test/rfc-vectors.test.ts.
// What a client does over sockets, and what it sends, belongs there.

import { describe, expect, test } from '@jest/globals';
import { listed } from '../differential/rules.js';
import { demanded, deviations } from '../rfc/deviations.js';
import { rawBytes, vectors, type Outcome, type Vector } from '../rfc/vectors.js';
import { makeTokeniser, subjects } from '../support/engines.js';
import { byteByByte, twoWaySplits, type Cuts } from '../support/splits.js';
import { difference, latin1, play, type Play, type Played, type Script } from './play.js';

const argued = listed('vectors');
const read = vectors.filter((vector) => vector.direction !== 'send');
const tokenisers = subjects.map((subject) => ({ name: subject.name, tokeniser: makeTokeniser(subject) }));

/** Above this length an input is not cut byte by byte, and by the reference it is read only once. */
const LONG = 100_000;

function scriptOf(vector: Vector, bytes: Uint8Array): Script {
  if (vector.kind === 'request') return { kind: 'request', bytes, closes: false };
  const requests = Array.from({ length: vector.pipelined_requests ?? 1 }, () => ({ method: vector.method as string }));
  return { kind: 'response', bytes, requests, closes: vector.eof_after_raw === true };
}

/** What came, in the words of the vectors. */
function outcomeOf(vector: Vector, { messages, used, error }: Play, bytes: Uint8Array): Outcome {
  const [first, second] = messages.filter((message) => !message.interim);
  if (first?.complete !== true) return { verdict: 'error', error: error ?? new Error('not complete'), partial: first?.body ?? '' };
  const { headers, body, target, upgrade } = first;
  const combined = Object.fromEntries(Object.keys(vector.combined ?? {}).map((name) => [name, valuesOf(first, name).join(', ')]));
  const facts = {
    ...first,
    combined,
    headers,
    body,
    body_length: body.length,
    trailers: first.trailers ?? [],
    interim: messages.filter((message) => message.interim).map((message) => message.status),
    // What follows and is no response ends the connection; the message before it is as it was.
    keepAlive: first.keepAlive && error === null,
    tunnel: upgrade,
    leftover: latin1(bytes.subarray(used)),
    second: { status: second?.status, body: second?.body },
    target,
    version: first.version === 10 ? '1.0' : '1.1',
  };
  return { verdict: 'ok', facts };
}

function valuesOf({ headers }: Played, wanted: string): string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value);
}

describe.each(read)('$id', (vector) => {
  const bytes = rawBytes(vector);
  const script = scriptOf(vector, bytes);

  test.each(tokenisers)(`$name: ${argued.has(vector.id) ? 'differs, as argued' : demanded(vector)}`, ({ tokeniser }) => {
    const found = deviations(vector, outcomeOf(vector, play(script, tokeniser), bytes));
    if (argued.has(vector.id)) expect(found).not.toEqual([]);
    else expect(found).toEqual([]);
  });

  test.each(tokenisers)('$name: however it is cut', ({ name, tokeniser }) => {
    const { length } = bytes;
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
  const bytes = rawBytes(vector);
  const [message] = play(scriptOf(vector, bytes), makeTokeniser({ name: 'simd' })).messages;
  if (message !== undefined) expect(message.hostCount).toBe(vector.raw.match(/^Host:/gim)?.length ?? 0);
});

test('there are as many as there were', () => {
  expect(read).toHaveLength(198);
});
