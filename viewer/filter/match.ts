// What the terms of a filter mean for an exchange. What the row tells is looked at first, then the field lines, and bodies last: they are
// read from the file and decoded for it.

import { isDamaged } from '../shared/damage.js';
import type { Row } from '../shared/protocol.js';
import type { Holds, Term } from './language.js';

/** What a filter is held against. */
export interface Subject {
  readonly row: Row;
  /** The field lines of request and response, in lower case. */
  fields(): string;
  /** The bodies of request and response as text, in lower case. */
  bodies(): AsyncIterable<string> | Iterable<string>;
}

/** A filter that is ready to be used. */
export interface Matcher {
  /** What can be told at once: whether the row fits as far as its own values and its field lines go. */
  quick(subject: Subject): boolean;
  /** Whether the bodies fit, too; null where the filter does not ask for them. */
  readonly thorough: ((subject: Subject) => Promise<boolean>) | null;
}

export function matcherOf(terms: readonly Term[]): Matcher {
  const ofRows = terms.filter(({ key }) => key !== 'header' && key !== 'body');
  const ofFields = terms.filter(({ key }) => key === 'header');
  const ofBodies = terms.filter(({ key }) => key === 'body');
  // Connections without messages are not in the way of those with some.
  const wantsEncrypted = terms.some((term) => term.key === 'is' && !term.negated && 'values' in term && term.values.includes('encrypted'));
  return {
    quick(subject) {
      const { row } = subject;
      if (row.encrypted && !wantsEncrypted) return false;
      return (
        ofRows.every((term) => rowFits(row, term) !== term.negated) &&
        ofFields.every((term) => includesOne(subject.fields(), valuesOf(term)) !== term.negated)
      );
    },
    thorough:
      ofBodies.length === 0
        ? null
        : async (subject) => {
            for (const term of ofBodies) if ((await bodyFits(subject, valuesOf(term))) === term.negated) return false;
            return true;
          },
  };
}

const valuesOf = (term: Term): readonly string[] => ('values' in term ? term.values : []);

async function bodyFits(subject: Subject, values: readonly string[]): Promise<boolean> {
  for await (const text of subject.bodies()) if (includesOne(text, values)) return true;
  return false;
}

function rowFits(row: Row, term: Term): boolean {
  switch (term.key) {
    case null:
      return includesOne(
        `${row.method} ${row.host}${row.target} ${row.status ?? ''} ${row.type} ${row.problem ?? ''}`.toLowerCase(),
        term.values,
      );
    case 'host':
    case 'target':
    case 'type':
      return includesOne(row[term.key].toLowerCase(), term.values);
    case 'method':
      return term.values.includes(row.method.toLowerCase());
    case 'status':
      return row.status !== null && holds(row.status, term);
    case 'size':
    case 'connection':
      return holds(row[term.key], term);
    case 'wait':
      return row.status !== null && holds(row.timings.wait, term);
    case 'time':
      return holds(durationOf(row), term);
    case 'is':
      return term.values.some((value) => isIn(row, value));
    default:
      return true;
  }
}

/** Milliseconds from the first byte of an exchange to its last. */
export function durationOf({ timings }: Row): number {
  return timings.send + timings.wait + timings.receive;
}

function isIn(row: Row, state: string): boolean {
  switch (state) {
    case 'damaged':
      return isDamaged(row.flags, row.problem);
    case 'encrypted':
      return row.encrypted;
    case 'no-request':
      return row.method === '' && !row.encrypted;
    case 'no-response':
      return row.status === null && !row.encrypted;
    default:
      return (row.flags as readonly string[]).includes(state);
  }
}

const includesOne = (text: string, values: readonly string[]): boolean => values.some((value) => text.includes(value));

const holds = (amount: number, term: { readonly holds: readonly Holds[] }): boolean => term.holds.some((hold) => hold(amount));
