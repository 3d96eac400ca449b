// The test cases of other people's parsers, and how what we make of them is compared with what they do. The cases are no part of
// this repository: where the folder beside it that holds them is missing, their tests are skipped, and say so by name.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Play } from './play.js';

const FOLDER = join('..', 'shared', 'corpus');

/** The cases of a file; none if it is not there. */
export function foreignCases<Case>(file: string): readonly Case[] {
  const path = join(FOLDER, file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Case[]) : [];
}

/** What is compared of each message, in words that all parsers have; undefined is not compared. */
const FACTS = ['start', 'version', 'headers', 'framing', 'body', 'trailers', 'complete', 'headEnd', 'end'] as const;

export type Message = { readonly [fact in (typeof FACTS)[number]]?: unknown };

export interface Outcome {
  /** Whether it is refused. */
  readonly outcome: 'accept' | 'error';
  /** How many bytes are used, if nothing is refused. */
  readonly used?: number | undefined;
  readonly messages: readonly Message[];
}

export type Aspect = 'outcome' | 'used' | 'messages' | (typeof FACTS)[number];

/** Everything in which two outcomes differ: aspect, theirs, ours. */
export type Differing = Partial<Record<Aspect, readonly [theirs: unknown, ours: unknown]>>;

export function compare(theirs: Outcome, ours: Outcome): Differing {
  const differing: Differing = {};
  const note = (aspect: Aspect, one: unknown, other: unknown): void => {
    if (one !== undefined && JSON.stringify(one) !== JSON.stringify(other)) differing[aspect] = [one, other];
  };
  note('outcome', theirs.outcome, ours.outcome);
  note('messages', theirs.messages.length, ours.messages.length);
  if (theirs.outcome === 'accept' && ours.outcome === 'accept') note('used', theirs.used, ours.used);
  // Of messages that only one of them has, nothing more can be said.
  if (theirs.messages.length !== ours.messages.length) return differing;
  for (const fact of FACTS) {
    const compared = theirs.messages.flatMap((message, n) => (message[fact] === undefined ? [] : [n]));
    note(
      fact,
      compared.map((n) => theirs.messages[n]?.[fact]),
      compared.map((n) => ours.messages[n]?.[fact]),
    );
  }
  return differing;
}

/** What our parser made of a case. Behind an error, a head without an end or a body is left out, as it is judged in different places. */
export function ourOutcome({ messages, error, used, places }: Play): Outcome {
  return {
    outcome: error === null ? 'accept' : 'error',
    used,
    messages: messages
      .map(({ status, reason, method, target, version, headers, framing, body, trailers, complete }, n) => ({
        start: method === null ? [status, reason] : [method, target],
        version,
        headers,
        framing: framing.kind === 'length' ? `length ${framing.length}` : framing.kind,
        body,
        trailers: trailers ?? [],
        complete,
        headEnd: places[n]?.head,
        end: places[n]?.end,
      }))
      .filter(({ complete, body }) => error === null || complete || body !== ''),
  };
}
