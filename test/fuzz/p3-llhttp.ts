// P3: what llhttp makes of a connection, we make of it. Where we part, a rule (llhttp-differences.ts) has to say why, with its RFC
// section, and to know the place by its bytes. A rule for what we take and llhttp refuses says how the standard would have
// written it: that has to be the same to us, and llhttp has to read it as we do, to the end.

import * as fc from 'fast-check';
import { play, type Script } from '../parser/play.js';
import { bytesOf, latin1, makeTokeniser } from '../support/engines.js';
import { byteByByte } from '../support/splits.js';
import { wire } from './inputs.js';
import { listen, type Heard, type Hearing } from './llhttp.js';
import { FACTS, rules, type Fact, type Parting, type Rule } from './llhttp-differences.js';
import { Violation, type Property } from './property.js';
import { showScript } from './show.js';

export interface Input {
  readonly kind: Script['kind'];
  /** That of every request that the responses answer. */
  readonly method: string;
  readonly bytes: Uint8Array;
}

const tokeniser = makeTokeniser({ name: 'simd' });

const scriptOf = ({ kind, method, bytes }: Input, closes: boolean): Script => ({ kind, bytes, requestMethod: method, closes });

/** What we make of it. */
function read(input: Input): Hearing {
  const { kind } = input;
  tokeniser.templates.fill(null);
  const open = play(scriptOf(input, false), tokeniser);
  const closed = play(scriptOf(input, true), tokeniser);
  const messages = closed.messages.map(
    ({ status, reason, method, target, version, headers, keepAlive, body, trailers, complete }): Heard => {
      const start = kind === 'request' ? ([method as string, target as string] as const) : ([status as number, reason as string] as const);
      return { start, version, headers: [...headers], keepAlive, body, trailers: [...(trailers ?? [])], complete };
    },
  );
  // A fault in a long line may not be looked for before the line ends, or the input.
  const error = open.error ?? (isFault(closed.error) ? closed.error : null);
  const { name, rule } = (error ?? {}) as { name: string; rule?: string };
  return {
    messages,
    refusal: error === null ? null : { code: rule ?? name, at: open.used },
    cut: error === null && closed.error !== null,
    used: open.used,
  };
}

/** Whether what finish() threw is a fault of the bytes, and not their end alone. */
function isFault(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: string };
  return name !== undefined && !['IncompleteRead', 'RemoteDisconnected', 'BadStatusLine'].includes(name);
}

/** Where our message number `n` begins. */
function beginOf(input: Input, n: number): number {
  tokeniser.templates.fill(null);
  const { places } = play(scriptOf(input, true), tokeniser, byteByByte(input.bytes.length));
  return n === 0 ? 0 : (places[Math.min(n, places.length) - 1]?.end ?? 0);
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The first place where both part but for what is overlooked, or null; `names` gets the rules that overlook something. */
function parting(input: Input, known: readonly Rule[], names: string[]): Parting | null {
  const { kind, method, bytes } = input;
  const we = read(input);
  const they = listen(kind, method, bytes);
  const count = Math.max(we.messages.length, they.messages.length);
  for (let n = 0; n <= count; n++) {
    let facts = differing(n, count, we, they);
    if (facts.length === 0) continue;
    // What is wrong at the end is so with the message that has not ended.
    const which = n === count && we.messages[n - 1]?.complete === false ? n - 1 : n;
    const from = beginOf(input, which);
    const at = they.refusal === null ? null : they.refusal.at - from;
    const [mine = null, theirs = null] = [we.messages[which], they.messages[which]];
    const parted: Parting = { kind, method, facts, mine, theirs, we, they, text: latin1(bytes.subarray(from)), at };
    for (const { rule, overlook } of known) {
      if (overlook === undefined || !facts.includes(overlook.fact) || !overlook.when(parted)) continue;
      names.push(rule);
      facts = facts.filter((fact) => fact !== overlook.fact);
    }
    if (facts.length > 0) return { ...parted, facts };
  }
  return null;
}

/** In what both differ about message number `n` of `count`; behind the last one, about the end. */
function differing(n: number, count: number, we: Hearing, they: Hearing): readonly Fact[] {
  if (n === count) {
    if ((we.refusal === null) !== (they.refusal === null) || we.cut !== they.cut) return ['outcome'];
    return we.refusal === null && we.used !== they.used ? ['used'] : [];
  }
  const [mine, theirs] = [we.messages[n], they.messages[n]];
  if (mine === undefined || theirs === undefined) return ['messages'];
  return FACTS.filter((fact) => !isSame(mine[fact], theirs[fact]));
}

/** As many odd places as an input may have. */
const MOST_ROUNDS = 200;

/** The names of the rules that say why we part, in order; throws if none of those that are `known` does. */
export function explain(input: Input, known: readonly Rule[] = rules): string[] {
  const names: string[] = [];
  let { bytes } = input;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const now = { ...input, bytes };
    const parted = parting(now, known, names);
    if (parted === null) return names;
    const { text, we, they, mine, theirs, facts } = parted;
    const detail = {
      bytes: JSON.stringify(latin1(bytes)),
      parted: facts,
      mine,
      theirs,
      ours: we.refusal ?? { cut: we.cut, used: we.used },
      llhttp: they.refusal ?? { cut: they.cut, used: they.used },
    };
    const rule = known.find(({ explains }) => explains?.(parted) === true);
    if (rule === undefined) throw new Violation('llhttp reads it otherwise, and no rule says why', { ...detail, rules: names });
    names.push(rule.rule);
    if (rule.standard === undefined) return names;
    const front = latin1(bytes).slice(0, bytes.length - text.length);
    const standard = bytesOf(front + rule.standard(parted));
    const before = read(now);
    const after = read({ ...input, bytes: standard });
    const meaning = ({ messages, refusal, cut }: Hearing): unknown => ({
      messages: messages.map((message) => FACTS.filter((fact) => rule.changes?.includes(fact) !== true).map((fact) => message[fact])),
      refused: refusal?.code ?? null,
      cut,
    });
    if (isSame(bytes, standard) || !isSame(meaning(before), meaning(after)))
      throw new Violation(`by the rule "${rule.rule}" these would be the same`, {
        ...detail,
        standard: JSON.stringify(latin1(standard)),
        as: meaning(before),
        becomes: meaning(after),
      });
    bytes = standard;
  }
  throw new Violation('llhttp reads it otherwise at too many places', { rules: names });
}

export const differential: Property<Input> = {
  id: 'P3',
  title: 'as llhttp, or by a rule',
  inputs: fc
    .constantFrom<Script['kind']>('response', 'request')
    .chain((kind) => fc.record({ kind: fc.constant(kind), method: fc.constantFrom('GET', 'GET', 'HEAD', 'CONNECT'), bytes: wire(kind) })),
  check: (input) => void explain(input),
  show: ({ kind, method, bytes }) => showScript({ kind, bytes, requestMethod: method, closes: true }),
};
