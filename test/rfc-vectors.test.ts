// The 238 RFC vectors: responses played to the client over loopback, requests sent through HTTPConnection or read by the
// tokeniser. What the RFC demands is done; what it leaves open is decided in docs/differences.md, under "What the RFCs leave
// open"; where we do otherwise than a vector says, a V rule there argues it, and it has to be true.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { playAll } from './differential/concurrently.js';
import { nameOf } from './differential/errors.js';
import { decided, listed } from './differential/rules.js';
import { parseRequest, sendRequest } from './rfc/request.js';
import { playResponse } from './rfc/response.js';
import { vectors, type Outcome, type Vector } from './rfc/vectors.js';

const argued = listed('vectors');
const accepted = new Set(decided('accepted'));
const refused = new Set(decided('refused'));

let outcomes: Map<string, Outcome>;

beforeAll(async () => {
  outcomes = await playAll(vectors, 12, async (vector) => {
    if (vector.kind === 'response') return playResponse(vector);
    return vector.direction === 'send' ? sendRequest(vector) : parseRequest(vector);
  });
}, 60_000);

/** What the vector demands, a lenient one as it was decided. */
function demanded({ id, expect: demand }: Vector): 'ok' | 'error' {
  if (demand !== 'lenient-ok') return demand;
  return accepted.has(id) ? 'ok' : 'error';
}

/** Everything in which the outcome is not what the vector demands; empty if it is. */
function deviations(vector: Vector, outcome: Outcome): string[] {
  if (vector.match === 'contains-or-user-error' && outcome.verdict === 'error') return [];
  const demand = demanded(vector);
  if (outcome.verdict !== demand)
    return [`${demand} demanded, but ${outcome.verdict}${outcome.verdict === 'error' ? `: ${String(outcome.error)}` : ''}`];
  // Waiting for what will never come is not how an error is found.
  if (outcome.verdict === 'error' && nameOf(outcome.error) === 'TimeoutError') return ['an error demanded, but it is a time limit'];
  const found: string[] = [];
  const compare = (fact: string, wanted: unknown, got: unknown): void => {
    if (JSON.stringify(wanted) !== JSON.stringify(got))
      found.push(`${fact}: ${JSON.stringify(wanted)} demanded, but ${JSON.stringify(got)}`);
  };
  if (outcome.verdict === 'error') {
    if (vector.direction === 'send') compare('sent before the error', '', outcome.sent);
    if (vector.partial_body !== undefined)
      compare('partial', vector.partial_body, Buffer.from((outcome.error as { partial: Uint8Array }).partial).toString('latin1'));
  }
  if (outcome.verdict === 'ok') {
    const { facts } = outcome;
    if (vector.direction === 'send')
      return matches(vector, facts) ? [] : [`${vector.match} ${JSON.stringify(vector.raw)} demanded, but sent: ${JSON.stringify(facts)}`];
    const collapse = (fields: unknown): unknown =>
      vector.value_compare === undefined
        ? fields
        : (fields as [string, string][]).map(([name, value]) => [name, value.replace(/\s+/g, ' ')]);
    const names = [
      'status',
      'reason',
      'combined',
      'body',
      'body_length',
      'trailers',
      'interim',
      'keepAlive',
      'tunnel',
      'second',
      'target',
      'version',
    ] as const;
    for (const name of names) if (vector[name] !== undefined && vector[name] !== null) compare(name, vector[name], facts[name]);
    if (vector.headers !== undefined && vector.headers !== null) compare('headers', collapse(vector.headers), collapse(facts['headers']));
    // What follows a message that is no tunnel is seen by its effect: keepAlive.
    if (vector.tunnel === true && vector.leftover !== undefined) compare('leftover', vector.leftover, facts['leftover']);
    if (vector.kind === 'request') compare('method', vector.method, facts['method']);
  }
  return found;
}

function matches({ match, raw, input }: Vector, facts: Readonly<Record<string, unknown>>): boolean {
  const sent = facts['sent'] as string;
  switch (match) {
    case 'prefix':
      return sent.startsWith(raw);
    case 'suffix':
      return sent.endsWith(raw);
    case 'contains':
    case 'contains-or-user-error':
      return sent.includes(raw);
    case 'contains-ci':
      return sent.toLowerCase().includes(raw.toLowerCase());
    case 'absent':
      return raw.split('|').every((name) => !sent.includes(name));
    case 'new-connection':
      return facts['connections'] === input?.sequence?.length;
    default:
      throw new Error(`no such match: ${match}`);
  }
}

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
