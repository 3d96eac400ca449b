// The rule by which `npm run conformance` counts: what is right, what else is allowed, and what is wrong whoever did it.

import { expect, test } from '@jest/globals';
import { alsoAllowed } from '../rfc/allowed.js';
import { vectors, type Outcome, type Vector } from '../rfc/vectors.js';
import { scoreOf } from './score.js';

const refusal: Outcome = { verdict: 'error', error: new Error('refused'), partial: null, sent: '' };
const taken = (facts: Record<string, unknown>): Outcome => ({ verdict: 'ok', facts });
const find = (fits: (vector: Vector) => boolean): Vector => vectors.find(fits) as Vector;

const readable = find(({ expect: demand, body, keepAlive }) => demand === 'ok' && body === 'hello' && keepAlive === true);
const factsOf = ({ status, headers, body, keepAlive }: Vector): Record<string, unknown> => ({ status, headers, body, keepAlive });

test('what has to be accepted', () => {
  expect(scoreOf(readable, taken(factsOf(readable)))).toBe('right');
  expect(scoreOf(readable, taken({ ...factsOf(readable), body: 'hell' }))).toBe('wrong');
  expect(scoreOf(readable, taken({ ...factsOf(readable), keepAlive: 'poisoned' }))).toBe('wrong');
  expect(scoreOf(readable, refusal)).toBe('wrong');
});

test('what has to be refused', () => {
  const vector = find(({ kind, expect: demand, also_allowed }) => kind === 'response' && demand === 'error' && also_allowed === undefined);
  expect(scoreOf(vector, refusal)).toBe('right');
  expect(scoreOf(vector, taken({ status: 200, body: '' }))).toBe('wrong');
  const late = { verdict: 'error', error: { name: 'TimeoutError' }, partial: null } as const;
  expect(scoreOf(vector, late)).toBe('wrong');
});

test('bytes that left before a request was refused', () => {
  const vector = find(({ direction, expect: demand }) => direction === 'send' && demand === 'error');
  expect(scoreOf(vector, refusal)).toBe('right');
  expect(scoreOf(vector, { ...refusal, sent: 'GET' } as Outcome)).toBe('wrong');
});

test('what is left open may be refused or read, but not misread', () => {
  const vector = find(({ expect: demand, recommend, body }) => demand === 'lenient-ok' && recommend === 'ok' && body === 'hello');
  expect(scoreOf(vector, taken(factsOf(vector)))).toBe('recommended');
  expect(scoreOf(vector, refusal)).toBe('otherwise');
  expect(scoreOf(vector, taken({ ...factsOf(vector), body: '' }))).toBe('wrong');
});

test('what a client does not tell is not held against it, what it cannot be asked for not counted', () => {
  expect(scoreOf(readable, taken({ status: readable.status, body: 'hello' }))).toBe('right');
  expect(scoreOf(readable, { verdict: 'none' })).toBe('none');
});

test('what a vector allows besides', () => {
  const allowing = (words: string): Vector => find(({ also_allowed }) => also_allowed === words);
  expect(scoreOf(allowing('error'), refusal)).toBe('right');
  expect(scoreOf(allowing('value "a b"'), taken({ headers: [['X', 'a b']] }))).toBe('right');
  expect(scoreOf(allowing('value "a b"'), taken({ headers: [['X', 'a\0b']] }))).toBe('wrong');
  expect(scoreOf(allowing('close-delimited'), taken({ body: '5\r\nhello\r\n0\r\n\r\n' }))).toBe('right');
  expect(scoreOf(allowing('close-delimited'), taken({ body: 'hello' }))).toBe('wrong');
  // None says what nobody knows.
  for (const vector of vectors) expect(() => alsoAllowed(vector, taken({ headers: [], body: '' }))).not.toThrow();
});

test('what docs/differences.md argues against is counted by itself', () => {
  const host = find(({ direction, raw }) => direction === 'parse' && !raw.includes('Host'));
  expect(scoreOf(host, taken({ headers: [] }))).toBe('argued');
});
