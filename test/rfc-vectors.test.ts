// The 238 RFC vectors: responses played to the client over loopback, requests sent through HTTPConnection or read by the
// tokeniser. What the RFC demands is done; what it leaves open is decided in docs/differences.md, under "What the RFCs leave
// open"; where we do otherwise than a vector says, a V rule there argues it, and it has to be true.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { playAll } from './differential/concurrently.js';
import { listed } from './differential/rules.js';
import { accepted, demanded, deviations, refused } from './rfc/deviations.js';
import { parseRequest, sendRequest } from './rfc/request.js';
import { playResponse } from './rfc/response.js';
import { vectors, type Outcome } from './rfc/vectors.js';

const argued = listed('vectors');

let outcomes: Map<string, Outcome>;

beforeAll(async () => {
  outcomes = await playAll(vectors, 12, async (vector) => {
    if (vector.kind === 'response') return playResponse(vector);
    return vector.direction === 'send' ? sendRequest(vector) : parseRequest(vector);
  });
}, 60_000);

describe.each(vectors)('$id', (vector) => {
  if (argued.has(vector.id)) {
    test('differs, as argued in docs/differences.md', () => {
      expect(deviations(vector, outcomes.get(vector.id) as Outcome)).not.toEqual([]);
    });
  } else {
    test(demanded(vector) === 'ok' ? 'is accepted' : 'is an error', () => {
      expect(deviations(vector, outcomes.get(vector.id) as Outcome)).toEqual([]);
    });
  }
});

test.each(vectors.filter((vector) => vector.direction === 'parse'))('$id: the Host fields are counted, not judged', ({ id, raw }) => {
  const outcome = outcomes.get(id) as Outcome;
  const count = raw.match(/^Host:/gim)?.length ?? 0;
  if (outcome.verdict === 'ok') expect(outcome.facts['hostCount']).toBe(count);
});

test('every open question is decided one way', () => {
  const open = vectors.filter((vector) => vector.expect === 'lenient-ok').map((vector) => vector.id);
  expect([...accepted, ...refused].sort()).toEqual(open.sort());
});

test('the rules name vectors that exist', () => {
  const known = new Set(vectors.map((vector) => vector.id));
  expect([...argued.keys()].filter((id) => !known.has(id))).toEqual([]);
  expect(vectors).toHaveLength(238);
});
