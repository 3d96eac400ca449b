// The kinds of work that parsers are compared at. Numbers of different kinds are never compared: each has its own table.
// A work says which sets of inputs it reads, what a right answer to an input is, and what number an answer comes to: the
// timed loop adds these up and the sum is asserted, so an engine has to produce what it is timed for.
//
// A peer (../peers/) gives for each work that it can do a list of functions of a set, which return an entry:
//   name           of the row in the table
//   read(input)    does the work and returns the answer; this is what is timed
//   answer(head)   the answer in full, where what is timed does not hold all of it (default: read)
//   inputs         what read() gets, one for each head of the set in its order (default: the heads)
// or, for an engine in another process, `answers()` and `time(passes)`, both of all heads in their order.

import { BODIES, CONTENT } from '../inputs/bodies.mjs';
import { HEADS } from '../inputs/heads.mjs';

/** Status and reason, or method and target; then names and values in turn. */
const everything = ({ status, reason, method, target, fields }) => [status ?? method, reason ?? target, fields.flat()];

const valueOf = ({ fields }, name) => fields.find(([other]) => other.toLowerCase() === name)[1];

const size = (part) => (typeof part === 'number' ? part : part.length);

const { 'cdn-successive': successive, 'cdn-alternating': alternating, ...PLAIN } = HEADS;

export const WORKS = {
  tokens: {
    title: 'Tokens: a head validated, framed and announced to JavaScript; no name or value is made into a string',
    unit: 'ns per head',
    sets: PLAIN,
    expected: everything,
    weigh: (status) => status,
    weight: ({ status }) => status ?? 1,
  },
  tokensInPlace: {
    title: 'Tokens in place: the same with the bytes where the parser reads them, and nothing is announced',
    unit: 'ns per head',
    sets: PLAIN,
    expected: everything,
    weigh: (status) => status,
    weight: ({ status }) => status ?? 1,
  },
  strings: {
    title: 'Strings: the start line, every name and every value as strings',
    unit: 'ns per head',
    sets: HEADS,
    expected: everything,
    weigh: ([first, second, flat]) => size(first) + second.length + flat.length + flat[flat.length - 1].length,
    weight: (head) => WORKS.strings.weigh(everything(head)),
  },
  lookups: {
    title: 'Look-ups: status, Content-Type and Content-Length by their names (of requests: method, Host and Cookie)',
    unit: 'ns per head',
    sets: HEADS,
    expected: (head, { lookups }) => [head.status ?? head.method, ...lookups.map((name) => valueOf(head, name))],
    weigh: ([first, second, third]) => size(first) + second.length + third.length,
    weight: (head, set) => WORKS.lookups.weigh(WORKS.lookups.expected(head, set)),
  },
  chunked: {
    title: 'Chunked: a response with 64 KiB of content, from one buffer that holds it into one destination',
    unit: 'ns per response',
    sets: BODIES,
    expected: () => CONTENT,
    weigh: (length) => length,
    weight: () => CONTENT.length,
  },
};
