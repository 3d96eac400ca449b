// Ordinary field lines, which the SIMD build takes many at a time: lengths of names and values, where blocks and windows of the scan
// end, the queue of framing fields, limits in the middle of a batch, and lines that are nearly ordinary among ordinary ones.
// What has to come of a head is built with it, or it is what the reference says. Vectors and random bytes have tests of their own.

import { describe, expect, test } from '@jest/globals';
import * as layout from '../../src/wasm/layout.generated.js';
import { KNOWN_NAMES } from '../../src/wasm/names.js';
import { bytesOf, readHead, reference, slotOf, subjects, type HeadOptions } from '../support/engines.js';
import { byteByByte, prng, randomSplit, twoWaySplits, WHOLE, type Cuts } from '../support/splits.js';
import { encodeEscapes } from '../support/vectors.js';

const OPTIONS: HeadOptions = { flags: layout.KIND_RESPONSE, maxFields: layout.FIELD_CAPACITY, maxSize: layout.HEAD_CAPACITY };
const ALL_QUIRKS =
  layout.QUIRK_INVALID_FIELDS |
  layout.QUIRK_SPACE_BEFORE_COLON |
  layout.QUIRK_CONTROL_CHARACTERS |
  layout.QUIRK_LF_IN_CHUNKS |
  layout.QUIRK_SPACES_IN_STATUS_LINE |
  layout.QUIRK_ICY;

/** A head, and the words of its field lines. */
interface Built {
  readonly text: string;
  readonly fields: readonly number[];
}

type Line = readonly [name: string, value: string, separator?: string, lineEnd?: string];

function build(lines: readonly Line[], startLine = 'HTTP/1.1 200 OK'): Built {
  let text = startLine === '' ? '' : `${startLine}\r\n`;
  const fields: number[] = [];
  for (const [name, value, separator = ': ', lineEnd = '\r\n'] of lines) {
    const start = text.length;
    const valueStart = start + name.length + separator.length;
    fields.push(start, start + name.length, valueStart, valueStart + value.length);
    text += name + separator + value + lineEnd;
  }
  return { text: `${text}\r\n`, fields };
}

const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TEXT = `${TCHARS} \t"(),/:;<=>?@[\\]{}\x80\xa0\xff`;

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, items: ArrayLike<T>): T => items[below(random, items.length)] as T;
const run = (random: Random, characters: string, length: number): string => Array.from({ length }, () => pick(random, characters)).join('');
/** A value of `length` bytes that neither begins nor ends with a blank. */
const valueOf = (random: Random, length: number): string => {
  const value = run(random, TEXT, length);
  return value.trim().length === length && !/^[\t\xa0]|[\t\xa0]$/.test(value) ? value : 'v'.repeat(length);
};

describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
  /** Reads the head whole and in the given pieces: each time its fields are those that were built. */
  function expectFields({ text, fields }: Built, splits: readonly Cuts[], options = OPTIONS): void {
    const input = bytesOf(text);
    for (const cuts of [WHOLE, ...splits]) {
      const outcome = readHead(subject, input, options, cuts);
      if (outcome.code !== input.length || JSON.stringify(outcome.fields) !== JSON.stringify(fields))
        expect({ text: encodeEscapes(text), cuts, ...outcome }).toMatchObject({ cuts, code: input.length, fields });
    }
  }

  /** Reads the head whole and in the given pieces: each time the outcome is the reference's. */
  function expectAgreement(input: Uint8Array, splits: readonly Cuts[], options = OPTIONS): void {
    const expected = JSON.stringify(readHead(reference, input, options));
    for (const cuts of [WHOLE, ...splits]) {
      const outcome = JSON.stringify(readHead(subject, input, options, cuts));
      if (outcome !== expected) {
        const detail = { input: encodeEscapes(Buffer.from(input).toString('latin1')), options, cuts };
        expect({ ...detail, outcome }).toEqual({ ...detail, outcome: expected });
      }
    }
  }

  test('records of ordinary lines are ordinary on the SIMD build', () => {
    const { text } = build([
      ['Server', 's'],
      ['X-Unknown', 'v'.repeat(255)],
      ['n'.repeat(31), 'w'],
      ['Host', 'h'],
    ]);
    expect(readHead(subject, bytesOf(text), OPTIONS).code).toBe(text.length);
    const size = subject.name.startsWith('simd') ? layout.ORDINARY_SIZE : layout.WIDE_SIZE;
    expect(subject.table[layout.TABLE_SIZE]).toBe(4 * size);
  });

  const lengths = Array.from({ length: 40 }, (__, n) => n + 1);
  test.each(lengths)('names of %i bytes, values of 0 to 300', (nameLength) => {
    const random = prng(nameLength);
    const known = KNOWN_NAMES.filter((name) => name.length === nameLength);
    const names = (): string => (known.length > 0 && random() < 0.5 ? pick(random, known) : run(random, TCHARS, nameLength));
    const lines = Array.from({ length: 301 }, (__, length): Line => [names(), valueOf(random, length)]);
    // As they come, and in an order in which long and short ones mix.
    const mixed = lines.map((__, n) => lines[(n * 100) % 301] as Line);
    for (const built of [build(lines), build(mixed)]) {
      const splits = [1, 2].map(() => randomSplit(built.text.length, random, 12));
      expectFields(built, splits);
      expectFields(build(lines, 'GET / HTTP/1.1'), [], { ...OPTIONS, flags: layout.KIND_REQUEST });
      expectFields(build(lines, ''), [], { ...OPTIONS, flags: layout.KIND_TRAILER });
    }
  });

  test('separators and line ends that are not ordinary, in turn with those that are', () => {
    const random = prng(5);
    for (let round = 0; round < 300; round++) {
      const lines = Array.from({ length: below(random, 40) }, (): Line => {
        const name = random() < 0.6 ? pick(random, KNOWN_NAMES) : run(random, TCHARS, 1 + below(random, 40));
        const separator = random() < 0.7 ? ': ' : pick(random, [':', ':\t', ':  ', ': \t ']);
        const blanks = random() < 0.8 ? '' : pick(random, [' ', '\t', ' \t ']);
        const lineEnd = random() < 0.8 ? '\r\n' : '\n';
        const value = valueOf(random, pick(random, [0, 1, 2, 15, 16, 17, 60, 255, 256, below(random, 300)]));
        // An empty value stands behind all blanks.
        return value === '' ? [name, '', separator + blanks, lineEnd] : [name, value, separator, blanks + lineEnd];
      });
      const built = build(lines);
      expectFields(built, [randomSplit(built.text.length, random)]);
    }
  });

  // Sixty-four bytes are looked at at once, and 2048 at a time. The lines that follow end at every place of a block.
  test('lines that end at every byte around the end of a block and of a window', () => {
    const behind: Line[] = [
      ['Server', 'a'],
      ['X-Unknown-Name', 'some value'],
      ['Content-Length', '5'],
      ['ETag', '"x"'],
    ];
    for (const window of [0, 2048, 4096]) {
      for (let offset = -140; offset <= 140; offset++) {
        const before: Line[] = [];
        let left = window + offset - 'HTTP/1.1 200 OK\r\n'.length;
        for (; left > 200; left -= 100) before.push(['Accept-Ranges', 'v'.repeat(83)]);
        if (left < 5) continue;
        before.push(['A', 'w'.repeat(left - 5)]);
        const built = build([...before, ...behind]);
        const cut = window + offset;
        expectFields(built, [[cut], [cut - 1, cut + 1], [built.text.length - 1]]);
      }
    }
  });

  test('a section whose empty line is anywhere in a block, with a body behind it that looks like field lines', () => {
    for (let length = 1; length < 140; length++) {
      const { text, fields } = build([
        ['A', 'v'.repeat(length)],
        ['Server', 's'],
      ]);
      for (const body of ['X: y\r\n'.repeat(30), '\r\n'.repeat(60), '\n\n\n\nX: y\r\n', ' a\r\n', '\x01: b\r\n\r\n']) {
        const outcome = readHead(subject, bytesOf(text + body), OPTIONS);
        expect([outcome.code, outcome.fields]).toEqual([text.length, fields]);
      }
    }
  });

  describe('framing fields', () => {
    const lengthName = (n: number): string => ['Content-Length', 'content-length', 'CONTENT-Length'][n % 3] as string;
    const facts = (input: string, cuts: Cuts = WHOLE, flags = OPTIONS.flags): number[] => {
      const outcome = readHead(subject, bytesOf(input), { ...OPTIONS, flags }, cuts);
      expect(outcome.code).toBe(input.length);
      return [layout.FRAMING, layout.FRAMING_OFFSET, layout.LENGTH_LOW, layout.HOST_COUNT].map((slot) => slotOf(outcome, flags, slot));
    };

    test('as many as the queue holds, one less, and more', () => {
      for (const count of [...Array.from({ length: 140 }, (__, n) => n + 1), 1000, 4000]) {
        const lines = Array.from({ length: count }, (__, n): Line => [lengthName(n), '7']);
        const { text } = build([...lines, ['Host', 'h']]);
        expect(facts(text)).toEqual([layout.HAS_LENGTH, 0, 7, 1]);
        expect(facts(text, [text.length >> 1])).toEqual([layout.HAS_LENGTH, 0, 7, 1]);
      }
    });

    test('the one at fault is the first of them, wherever it is', () => {
      const count = 100;
      for (let wrong = 1; wrong < count; wrong++) {
        const lines = Array.from({ length: count }, (__, n): Line => [lengthName(n), n === wrong || n === wrong + 3 ? '8' : '7']);
        const { text, fields } = build(lines);
        const expected = [layout.HAS_LENGTH | layout.LENGTHS_DIFFER, fields[wrong * 4], 7, 0];
        expect(facts(text)).toEqual(expected);
        expect(facts(text, [(fields[wrong * 4] as number) + 5])).toEqual(expected);
      }
    });

    test('unknown names, each of which may be one, in front of the one that is', () => {
      for (const count of [...Array.from({ length: 101 }, (__, n) => n), 1000, 4000]) {
        const lines = Array.from({ length: count }, (__, n): Line => [`X-Unknown-${n}`, 'v']);
        const { text, fields } = build([...lines, ['cONTENT-lENGTH', 'x']]);
        expect(facts(text)).toEqual([layout.LENGTH_INVALID, fields[count * 4], 0, 0]);
      }
    });

    test('a fold belongs to the framing field above it, at every place of the queue', () => {
      for (let count = 0; count <= 70; count++) {
        const lines = Array.from({ length: count }, (): Line => ['Host', 'h']);
        const { text } = build([...lines, ['Content-Length', '5', ': ', '\r\n , 6\r\n'], ['Host', 'h']]);
        const [framing, , , hosts] = facts(text);
        expect([framing, hosts]).toEqual([layout.HAS_LENGTH | layout.LENGTHS_DIFFER, count + 1]);
        for (const cut of [text.indexOf(' , 6'), text.indexOf(' , 6') + 2]) expect(facts(text, [cut])).toEqual(facts(text));
      }
    });

    test('none counts in a trailer section, however many there are', () => {
      for (const count of [1, 31, 32, 33, 64, 100]) {
        const lines = Array.from({ length: count }, (__, n): Line => [n % 2 === 0 ? 'Transfer-Encoding' : 'Content-Length', 'chunked']);
        expect(facts(build(lines, '').text, WHOLE, layout.KIND_TRAILER)).toEqual([0, 0, 0, 0]);
      }
    });

    test('likely mixtures of them, among others', () => {
      const random = prng(17);
      const names = ['Content-Length', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'Upgrade', 'Host', 'X', 'X-Some-Other-Name'];
      const values = ['5', '5, 5', '6', 'chunked', 'identity', 'close', 'keep-alive', 'upgrade', 'timeout=7', 'timeout=9, max=2', 'x'];
      const letterCases = [(name: string) => name, (name: string) => name.toLowerCase(), (name: string) => name.toUpperCase()];
      for (let round = 0; round < 1500; round++) {
        const lines = Array.from({ length: below(random, round % 3 === 0 ? 90 : 12) }, (): Line => {
          const name = pick(random, letterCases)(pick(random, names));
          return [name, pick(random, values), random() < 0.9 ? ': ' : ':', random() < 0.9 ? '\r\n' : pick(random, ['\n', '\r\n , 5\r\n'])];
        });
        const input = bytesOf(build(lines).text);
        expectAgreement(input, [randomSplit(input.length, random)]);
      }
    });
  });

  test('maxFields in the middle of a batch', () => {
    const lines = Array.from({ length: 70 }, (__, n): Line => [n % 3 === 0 ? 'Server' : `X-${n}`, 'v'.repeat(n)]);
    const { text, fields } = build(lines);
    const input = bytesOf(text);
    for (let maxFields = 0; maxFields < 75; maxFields++) {
      const options = { ...OPTIONS, maxFields };
      for (const cuts of [WHOLE, [700], [701, 1400], byteByByte(input.length)]) {
        const { code, at } = readHead(subject, input, options, cuts);
        const expected = maxFields < 70 ? [layout.TOO_MANY_FIELDS, fields[maxFields * 4]] : [input.length, 0];
        expect([maxFields, code, at]).toEqual([maxFields, ...expected]);
      }
    }
  });

  test('maxSize at every byte of a head', () => {
    const lines: Line[] = [
      ['Server', 's'],
      ['X-A', 'v'.repeat(90)],
      ['Content-Length', '5'],
      ['X-B', 'w'.repeat(60)],
      ['ETag', '"e"'],
    ];
    const { text } = build(lines);
    const input = bytesOf(text);
    for (let maxSize = 0; maxSize <= input.length + 2; maxSize++) {
      const options = { ...OPTIONS, maxSize };
      for (const cuts of [WHOLE, [17], [maxSize - 1], [maxSize], [maxSize + 1], byteByByte(input.length)]) {
        if (cuts.some((cut) => cut < 1 || cut >= input.length)) continue;
        const { code, at } = readHead(subject, input, options, cuts);
        expect([maxSize, code, at]).toEqual(
          maxSize < input.length ? [maxSize, layout.SECTION_TOO_LARGE, maxSize] : [maxSize, input.length, 0],
        );
      }
    }
  });

  test('every byte value at every place of a status line', () => {
    const text = 'HTTP/1.1 200 OK\r\nServer: a\r\n\r\n';
    for (let at = 0; at < 17; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const input = bytesOf(text);
        input[at] = byte;
        expectAgreement(input, [[at + 1]]);
        expectAgreement(input, [[at + 1]], { ...OPTIONS, flags: layout.KIND_RESPONSE | ALL_QUIRKS });
      }
    }
  });

  const oddLines = [
    ': x',
    ':',
    ': ',
    'A b: c',
    'A : b',
    'A:b',
    'A:  b',
    'A: b ',
    'A: b\t',
    'A:\tb',
    'A:',
    'A: ',
    'A: \x7f',
    'A: b\x01c',
    'A\x01: b',
    'A\t: b',
    'A: b\r',
    'A: b\rc',
    'A: b\nc: d',
    'A: b\n',
    '\0',
    'A\0: b',
    'A: b\0',
    ' a fold',
    '\t',
    '  ',
    'no colon',
    'no colon ever, for more than thirty-two bytes',
    `${'n'.repeat(31)}: v`,
    `${'n'.repeat(32)}: v`,
    `${'n'.repeat(200)}: v`,
    `V: ${'v'.repeat(255)}`,
    `V: ${'v'.repeat(256)}`,
    '\xe9: e',
    'A\xff: b',
    '"A": b',
    'A(b): c',
    'A::b',
    'A: : b',
    'Content-Length : 5',
    'Content-Length\x01: 5',
    'Content-Length',
    'Transfer-Encoding:chunked',
    '\x7f',
  ];
  test.each(oddLines)('%j among ordinary lines', (odd) => {
    const random = prng(odd.length);
    const ordinary = ['Server: s', 'X-Unknown: y', 'Content-Length: 5', `Set-Cookie: ${'c'.repeat(40)}`, 'Date: now'];
    for (const [startLine, kind] of [
      ['HTTP/1.1 200 OK\r\n', layout.KIND_RESPONSE],
      ['GET / HTTP/1.1\r\n', layout.KIND_REQUEST],
      ['', layout.KIND_TRAILER],
    ] as const) {
      for (let place = 0; place <= ordinary.length; place++) {
        for (const times of [1, 2]) {
          const lines = [...ordinary.slice(0, place), ...Array.from({ length: times }, () => odd), ...ordinary.slice(place)];
          const input = bytesOf(`${startLine}${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
          const near = startLine.length + lines.slice(0, place).join('\r\n').length;
          const splits = [byteByByte(input.length), randomSplit(input.length, random), [near + 2], [near + 3], [near + 4]];
          for (const quirks of [0, ALL_QUIRKS]) expectAgreement(input, splits, { ...OPTIONS, flags: kind | quirks });
        }
      }
    }
  });

  // What was learned of the lines by a look ahead must not outlive what it was learned of.
  test('an ordinary head cut in two anywhere, and in front of each line end', () => {
    const { text } = build([
      ['Server', 's'],
      ['Content-Length', '5'],
      ['X-Unknown', 'v'.repeat(70)],
      ['Connection', 'close'],
      ['Via', 'a'],
    ]);
    const input = bytesOf(text);
    expectAgreement(input, [...twoWaySplits(input.length)]);
    const lineEnds = [...text.matchAll(/\r\n/g)].map(({ index }) => index);
    expectAgreement(input, [lineEnds, lineEnds.map((at) => at + 1), lineEnds.flatMap((at) => [at, at + 1])]);
  });
});
