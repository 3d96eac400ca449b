// In what an outcome is not what its vector demands, whoever played it.

import { nameOf } from '../differential/errors.js';
import { decided } from '../differential/rules.js';
import type { Outcome, Vector } from './vectors.js';

/** The vectors about which the RFCs leave us the choice. */
export const accepted: ReadonlySet<string> = new Set(decided('accepted'));
export const refused: ReadonlySet<string> = new Set(decided('refused'));

/** What is compared as it is. */
const FACTS = [
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

/** What the vector demands, a lenient one as it was decided. */
export function demanded({ id, expect: demand }: Vector): 'ok' | 'error' {
  if (demand !== 'lenient-ok') return demand;
  return accepted.has(id) ? 'ok' : 'error';
}

/** Everything in which the outcome is not what the vector demands; empty if it is. */
export function deviations(vector: Vector, outcome: Outcome): string[] {
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
    if (vector.partial_body !== undefined) compare('partial', vector.partial_body, partialOf(outcome));
  }
  if (outcome.verdict === 'ok') {
    const { facts } = outcome;
    if (vector.direction === 'send')
      return matches(vector, facts) ? [] : [`${vector.match} ${JSON.stringify(vector.raw)} demanded, but sent: ${JSON.stringify(facts)}`];
    const collapse = (fields: unknown): unknown =>
      vector.value_compare === undefined
        ? fields
        : (fields as [string, string][]).map(([name, value]) => [name, value.replace(/\s+/g, ' ')]);
    for (const name of FACTS) if (vector[name] !== undefined && vector[name] !== null) compare(name, vector[name], facts[name]);
    if (vector.headers !== undefined && vector.headers !== null) compare('headers', collapse(vector.headers), collapse(facts['headers']));
    // What follows a message that is no tunnel is seen by its effect: keepAlive.
    if (vector.tunnel === true && vector.leftover !== undefined) compare('leftover', vector.leftover, facts['leftover']);
    if (vector.kind === 'request') compare('method', vector.method, facts['method']);
  }
  return found;
}

/** The vector without what the outcome does not tell: not every client shows trailers, or the body before an error. */
export function asTold(vector: Vector, outcome: Outcome): Vector {
  let untold: readonly (keyof Vector)[] = [];
  if (outcome.verdict === 'ok') untold = ([...FACTS, 'headers', 'leftover'] as const).filter((name) => outcome.facts[name] === undefined);
  if (outcome.verdict === 'error' && outcome.partial === null) untold = ['partial_body'];
  return { ...vector, ...Object.fromEntries(untold.map((name) => [name, undefined])) } as Vector;
}

/** The body that came before the error: what was handed out, else what the error holds. */
function partialOf({ error, partial }: Outcome & { readonly verdict: 'error' }): string {
  return partial ?? Buffer.from((error as { partial: Uint8Array }).partial).toString('latin1');
}

function matches({ match, raw: wanted, input }: Vector, facts: Readonly<Record<string, unknown>>): boolean {
  const sent = withLowerNames(facts['sent'] as string);
  const raw = withLowerNames(wanted);
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
      return wanted.split('|').every((name) => !sent.toLowerCase().includes(name.toLowerCase()));
    case 'new-connection':
      return facts['connections'] === input?.sequence?.length;
    default:
      throw new Error(`no such match: ${match}`);
  }
}

/** Field names have no letter case (RFC 9110 5.1). */
function withLowerNames(text: string): string {
  return text.replace(/^[\w-]+:/gm, (name) => name.toLowerCase());
}
