// What a vector allows besides what it demands, in its `also_allowed`: an error in place of a message, a message in place of an error,
// or a message with something changed, which is then looked for.

import type { Outcome, Vector } from './vectors.js';

type Facts = Readonly<Record<string, unknown>>;

/** By the words of the vectors. Whoever adds a vector with other words has to say here what they mean. */
const ALLOWED: Readonly<Record<string, (facts: Facts, vector: Vector) => boolean>> = {
  ok: () => true,
  'ok + close': ({ keepAlive }) => keepAlive !== true,
  'TE wins + close': ({ body, keepAlive }) => body === '' && keepAlive !== true,
  'ok body hello': ({ body }) => body === 'hello',
  'close-delimited': ({ body }, { raw }) => body === raw.slice(raw.indexOf('\r\n\r\n') + 4),
  'value "a b"': hasValue,
  'value "a b" (CR->SP)': hasValue,
  'X="a b"': hasValue,
  'reason "O K"': ({ reason }) => reason === undefined || reason === 'O K',
  'ok with X line dropped': ({ headers }) => (headers as [string, string][]).every(([name]) => name.trim().toLowerCase() !== 'x'),
  'Python compat': () => true,
};

function hasValue({ headers }: Facts): boolean {
  return (headers as [string, string][]).some(([, value]) => value === 'a b');
}

export function alsoAllowed(vector: Vector, outcome: Outcome): boolean {
  const words = vector.also_allowed;
  if (words === undefined) return false;
  if (words === 'error') return outcome.verdict === 'error';
  const allowed = ALLOWED[words];
  if (allowed === undefined) throw new Error(`${vector.id}: what does it allow with "${words}"?`);
  return outcome.verdict === 'ok' && allowed(outcome.facts, vector);
}
