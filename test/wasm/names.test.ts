// Field names that have an id: which do, how further ones are learned, and that a name is found by its bytes and by nothing else.
// That an id, where a record has one, is its name's is checked by test/support/engines.ts for every head that any test reads.

import { describe, expect, test } from '@jest/globals';
import { Lines } from '../../src/core/lines.js';
import { HTTPMessage } from '../../src/core/message.js';
import * as layout from '../../src/wasm/layout.generated.js';
import { KNOWN_NAMES } from '../../src/wasm/names.js';
import type { Tokeniser } from '../../src/wasm/tokeniser.js';
import { bytesOf, makeEngine, makeTokeniser, readHead, reference, simd, subjects, type Subject } from '../support/engines.js';
import { prng } from '../support/splits.js';

const OPTIONS = { flags: layout.KIND_RESPONSE, maxFields: layout.FIELD_CAPACITY, maxSize: layout.HEAD_CAPACITY };
const FRAMING = ['Content-Length', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'Upgrade', 'Host'];

const headOf = (names: readonly string[], value = 'v'): Uint8Array =>
  bytesOf(`HTTP/1.1 200 OK\r\n${names.map((name) => `${name}: ${value}\r\n`).join('')}\r\n`);

/** The field lines of a head with these names. */
function linesOf(tokeniser: Tokeniser, head: Uint8Array): Lines {
  tokeniser.load(head);
  const { flags, maxFields, maxSize } = OPTIONS;
  expect(tokeniser.parseHead(flags, layout.READ, layout.READ + head.length, 0, maxFields, maxSize)).toBe(head.length);
  return new Lines(tokeniser, layout.READ, head.length);
}

/** The ids of the field lines of a head with these names, from its records. */
function idsOf(tokeniser: Tokeniser, names: readonly string[], value?: string): number[] {
  const { text, base, count } = linesOf(tokeniser, headOf(names, value));
  let top = base;
  return Array.from({ length: count }, () => {
    const id = text.charCodeAt(top - 1);
    top -= text.charCodeAt(top - 2) === 0 ? layout.WIDE_SIZE : layout.ORDINARY_SIZE;
    return id;
  });
}

test('all names known from the start have an id, those of framing fields the first ones', () => {
  const { names, groups } = makeTokeniser(simd).names;
  expect(names.filter((name) => name !== '').sort()).toEqual([...KNOWN_NAMES].sort());
  for (const name of KNOWN_NAMES) {
    const isFraming = FRAMING.some((framing) => framing.toLowerCase() === name.toLowerCase());
    expect([name, names.indexOf(name) <= layout.FRAMING_IDS]).toEqual([name, isFraming]);
  }
  // One group for each name in any letter case.
  const pairs = names.map((name, id) => `${name.toLowerCase()} ${groups[id]}`).filter((_, id) => names[id] !== '');
  expect(new Set(pairs).size).toBe(new Set(KNOWN_NAMES.map((name) => name.toLowerCase())).size);
});

test('and are found in a head, wherever they stand in it', () => {
  const tokeniser = makeTokeniser(simd);
  const { names } = tokeniser.names;
  // In two orders, and behind lines of many lengths.
  for (const order of [KNOWN_NAMES, [...KNOWN_NAMES].reverse()])
    for (const value of ['v', 'a value', 'v'.repeat(63), 'v'.repeat(64)])
      expect(idsOf(tokeniser, order, value).map((id) => names[id])).toEqual(order);
});

test.each(subjects.filter(({ name }) => name !== 'simd').map((subject) => [subject.name, subject] as const))(
  'no name has one on the engine %s',
  (_, subject) => {
    const tokeniser = makeTokeniser(subject);
    expect(tokeniser.names.names).toEqual(['']);
    expect(idsOf(tokeniser, KNOWN_NAMES).every((id) => id === 0)).toBe(true);
  },
);

// They have the first bytes, the last ones or the length of a name that has an id; facts and names come out as the reference has them.
test('a name that resembles one is not taken for it', () => {
  const resembling = KNOWN_NAMES.flatMap((name) => {
    const places = Array.from({ length: name.length }, (_, n) => n);
    return [
      ...places.map((n) => `${name.slice(0, n)}${name[n] === 'x' ? 'y' : 'x'}${name.slice(n + 1)}`),
      ...places.map((n) => `${name.slice(0, n)}${String.fromCharCode(name.charCodeAt(n) ^ 0x20)}${name.slice(n + 1)}`),
      ...places.map((n) => name.slice(0, n) + name.slice(n + 1)),
      ...places.map((n) => `${name.slice(0, n)}x${name.slice(n)}`),
      `${name}x`,
      name + name,
      name.toUpperCase(),
    ].filter((other) => /^[\w-]+$/.test(other));
  });
  for (let from = 0; from < resembling.length; from += 500) {
    for (const value of ['5', 'chunked', 'close']) {
      const head = headOf(resembling.slice(from, from + 500), value);
      expect(JSON.stringify(readHead(simd, head, OPTIONS))).toBe(JSON.stringify(readHead(reference, head, OPTIONS)));
    }
  }
});

describe('learning', () => {
  test('a name that was decoded twice has an id from then on', () => {
    const tokeniser = makeTokeniser(simd);
    const names = ['X-Of-This-Peer', 'x-of-this-peer', 'N'.repeat(31), 'Xy', 'Xyz'];
    const [once, ...others] = names as [string, ...string[]];
    expect(idsOf(tokeniser, names).every((id) => id === 0)).toBe(true);
    const first = linesOf(tokeniser, headOf(names));
    expect(first.flat().filter((_, n) => n % 2 === 0)).toEqual(names);
    expect(idsOf(tokeniser, names).every((id) => id === 0)).toBe(true);
    expect(linesOf(tokeniser, headOf(others)).flat()).toHaveLength(2 * others.length);
    const ids = idsOf(tokeniser, names);
    expect(ids.map((id) => tokeniser.names.names[id])).toEqual(['', ...others]);
    expect(linesOf(tokeniser, headOf([once])).flat()).toEqual([once, 'v']);
    expect(idsOf(tokeniser, names).every((id) => id !== 0)).toBe(true);
    // What was captured before stays as it is.
    expect(first.flat().filter((_, n) => n % 2 === 0)).toEqual(names);
    for (const name of names) expect([first.value(name, 0), first.value(name.toUpperCase(), 0)]).toEqual(['v', 'v']);
  });

  test('not a name that is too long, or so short that what follows it would count', () => {
    const tokeniser = makeTokeniser(simd);
    const names = ['N'.repeat(32), 'N'.repeat(33), 'N'.repeat(300), 'A', 'b'];
    const before = [...tokeniser.names.names];
    for (let n = 0; n < 6; n++) {
      for (const value of 'abc')
        expect(
          linesOf(tokeniser, headOf(names, value))
            .flat()
            .filter((_, m) => m % 2 === 0),
        ).toEqual(names);
      tokeniser.names.saw(`X-${n}`);
    }
    expect(tokeniser.names.names).toEqual(before);
  });

  // A place is chosen by the first four bytes and the last four.
  test('one of two names that have the same place', () => {
    const tokeniser = makeTokeniser(simd);
    const names = ['X-Is-Aa-Same', 'X-Is-Ab-Same'];
    for (let n = 0; n < 4; n++)
      expect(
        linesOf(tokeniser, headOf(names))
          .flat()
          .filter((_, m) => m % 2 === 0),
      ).toEqual(names);
    const [one, other] = idsOf(tokeniser, names);
    expect([tokeniser.names.names[one as number], other]).toEqual([names[0], 0]);
    const lines = linesOf(tokeniser, headOf(names));
    for (const name of names)
      expect([lines.value(name, 0), lines.value(name.toLowerCase(), 0), lines.value(name, 1)]).toEqual(['v', 'v', null]);
  });

  test('until the table is full', () => {
    const tokeniser = makeTokeniser(simd);
    const { names } = tokeniser.names;
    const all = Array.from({ length: 2000 }, (_, n) => `X-${(n * 7919).toString(36)}-Name`);
    for (const name of all) for (let n = 0; n < 3; n++) tokeniser.names.saw(name);
    expect(names.length).toBe(layout.NAME_CAPACITY);
    expect(new Set(names.filter((name) => name !== '')).size).toBe(names.filter((name) => name !== '').length);
    // Those that have one are found, the others are names all the same.
    const ids = idsOf(tokeniser, all);
    all.forEach((name, n) => expect(names[ids[n] as number]).toBe(names.includes(name) ? name : ''));
    expect(
      linesOf(tokeniser, headOf(all))
        .flat()
        .filter((_, n) => n % 2 === 0),
    ).toEqual(all);
    expect(idsOf(tokeniser, KNOWN_NAMES).map((id) => names[id])).toEqual(KNOWN_NAMES);
  });

  test('what never comes again makes no room for itself', () => {
    const { names } = makeTokeniser(simd);
    const before = names.names.length;
    for (let n = 0; n < 5000; n++) names.saw(`X-Once-${n}`);
    expect(names.names.length).toBe(before);
    names.saw('X-Twice');
    names.saw('X-Twice');
    expect(names.names.at(-1)).toBe('X-Twice');
  });

  test('a framing field in letter cases without number keeps the ids of framing fields, and its meaning', () => {
    const tokeniser = makeTokeniser(simd);
    const odd = Array.from({ length: 40 }, (_, n) =>
      [...'content-length'].map((letter, m) => (((n + 3) >> (m % 6)) & 1 ? letter.toUpperCase() : letter)).join(''),
    );
    for (let n = 0; n < 4; n++) expect(linesOf(tokeniser, headOf(odd, '7')).flat()).toHaveLength(80);
    expect([tokeniser.slot(layout.FRAMING), tokeniser.slot(layout.LENGTH_LOW)]).toEqual([layout.HAS_LENGTH, 7]);
    for (const [id, name] of tokeniser.names.names.entries())
      if (name !== '') expect(id <= layout.FRAMING_IDS).toBe(FRAMING.some((framing) => framing.toLowerCase() === name.toLowerCase()));
  });
});

describe('addName', () => {
  /** An engine that knows no name, and a way to give it some. */
  function make(subject: Pick<Subject, 'name'> = simd): (name: string) => number {
    const engine = makeEngine(subject);
    const bytes = new Uint8Array(engine.memory.buffer as ArrayBuffer);
    return (name) => {
      bytes.set(bytesOf(`\r\n${name}: `), layout.NAME_INPUT - 2);
      return engine.addName(name.length);
    };
  }

  test('a name of 1 to 31 bytes, once', () => {
    for (let length = 1; length < layout.NAME_SIZE; length++) {
      const add = make();
      const name = 'n'.repeat(length);
      expect([length, add(name), add(name)]).toEqual([length, layout.FRAMING_IDS + 1, 0]);
    }
  });

  test('names of framing fields have ids of their own, as many as there are', () => {
    const add = make();
    const letterCases = Array.from({ length: 64 }, (_, n) =>
      [...'connection'].map((letter, m) => ((n >> (m % 6)) & 1 ? letter.toUpperCase() : letter)).join(''),
    );
    const framing = letterCases.map((name) => add(name)).filter((id) => id !== 0);
    expect(framing).toEqual(Array.from({ length: layout.FRAMING_IDS }, (_, n) => n + 1));
    const others = Array.from({ length: 200 }, (_, n) => add(`${(n * 7919).toString(36)}-name-${n}`)).filter((id) => id !== 0);
    expect(others).toEqual(others.map((__, n) => layout.FRAMING_IDS + 1 + n));
    expect(others.length).toBeGreaterThan(150);
  });

  test('one of those that have the same first bytes and the same last ones', () => {
    const add = make();
    expect([add('X-Is-Aa-Same'), add('X-Is-Ab-Same'), add('X-Is-A-Same'), add('x-Is-Aa-Same')]).toEqual([13, 0, 0, 14]);
  });

  test.each(subjects.filter(({ name }) => name !== 'simd').map((subject) => [subject.name, subject] as const))(
    'none on the engine %s',
    (_, subject) => {
      const add = make(subject);
      expect(KNOWN_NAMES.map((name) => add(name)).every((id) => id === 0)).toBe(true);
    },
  );
});

describe.each(subjects.map((subject) => [subject.name, subject] as const))('looking fields up: %s', (_, subject) => {
  const NAMES = [
    'Content-Type',
    'content-type',
    'CONTENT-TYPE',
    'cOnTeNt-TyPe',
    'X-Own',
    'x-own',
    'X-OWN',
    'Set-Cookie',
    'A',
    'a',
    'TE',
    'n'.repeat(40),
  ];
  const ASKED = [
    ...NAMES,
    'SET-cookie',
    'te',
    'x-oWN',
    'Content-Typ',
    'Content-Typee',
    '',
    'none',
    'N'.repeat(40),
    '\u212a',
    'constructor',
  ];

  test('get, get_all and has find what a search through the fields finds', () => {
    const random = prng(1);
    const tokeniser = makeTokeniser(subject);
    const kept: (() => void)[] = [];
    for (let round = 0; round < 150; round++) {
      const fields = Array.from(
        { length: Math.floor(random() * 9) },
        (__, n) => [NAMES[Math.floor(random() * NAMES.length)] as string, `${round} ${n}`] as const,
      );
      const input = bytesOf(`HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}${separator(random)}${value}\r\n`).join('')}\r\n`);
      const message = HTTPMessage.from(linesOf(tokeniser, input));
      const check = (): void => {
        for (const name of ASKED) {
          const values = fields.filter((field) => field[0].toLowerCase() === name.toLowerCase()).map(([, value]) => value);
          expect([name, message.get(name), message.get_all(name), message.has(name)]).toEqual([
            name,
            values[0] ?? null,
            values.length === 0 ? null : values,
            values.length > 0,
          ]);
        }
        expect(message.items()).toEqual(fields);
      };
      // Names are learned while it is checked; afterwards the records in linear memory are another head's.
      check();
      check();
      kept.push(check);
    }
    for (const check of kept) check();
  });
});

/** A separator, most of them ordinary. */
const separator = (random: () => number): string => (random() < 0.8 ? ': ' : ':\t ');
