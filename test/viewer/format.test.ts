// What the page makes of numbers, texts and bytes, without a browser.

import { describe, expect, test } from '@jest/globals';
import { hexLine } from '../../viewer/detail/hex.js';
import { laidOut, piecesOf } from '../../viewer/detail/json.js';
import { linesOf } from '../../viewer/detail/lines.js';
import { formatBytes, formatCount, formatDuration, formatMoment, formatType } from '../../viewer/page/format.js';
import { looksLikeText, textOf } from '../../viewer/shared/text.js';
import { heightOf, lineAt, MOST_HEIGHT, positionOf } from '../../viewer/table/scroll.js';
import { comparing } from '../../viewer/worker/order.js';
import type { Row } from '../../viewer/shared/protocol.js';

describe('numbers', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9999, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [349_553_201, '350 MB'],
    [3e12, '3.0 TB'],
    [3e15, '3000 TB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test.each([
    [0, '0 ms'],
    [0.423, '0.42 ms'],
    [9.999, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [59_990, '59.99 s'],
    [59_999, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('%d milliseconds are %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

  test('moments, also those of a damaged capture', () => {
    expect(formatMoment(Date.UTC(2025, 10, 24, 10) + 0.5)).toBe('2025-11-24 10:00:00.000 UTC');
    expect(formatMoment(1e300)).toBe('unknown');
    expect(formatMoment(NaN)).toBe('unknown');
  });

  test('counts', () => {
    expect([0, 1, 2, 20_255].map((count) => formatCount(count, 'exchange'))).toEqual([
      '0 exchanges',
      '1 exchange',
      '2 exchanges',
      '20,255 exchanges',
    ]);
  });

  test.each([
    ['application/json', 'json'],
    ['application/problem+json', 'json'],
    ['image/svg+xml', 'svg'],
    ['text/html', 'html'],
    ['application/octet-stream', 'binary'],
    ['application/vnd.ms-excel', 'ms-excel'],
    ['nonsense', 'nonsense'],
    ['', ''],
  ])('%s is %s', (type, text) => expect(formatType(type)).toBe(text));
});

describe('JSON', () => {
  test.each([
    [
      '{"a":1,"b":[true,null,"x\\"y"],"c":{},"d":[]}',
      '{\n  "a": 1,\n  "b": [\n    true,\n    null,\n    "x\\"y"\n  ],\n  "c": {},\n  "d": []\n}',
    ],
    ['[[1],[2]]', '[\n  [\n    1\n  ],\n  [\n    2\n  ]\n]'],
    [' 12345678901234567890 ', '12345678901234567890'],
    ['{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
    ['{"a":1}\n{"b":2}\n', '{\n  "a": 1\n}\n{\n  "b": 2\n}'],
    ['{"a":"unfinis', '{\n  "a": "unfinis'],
    ['{"a":tru', '{\n  "a": tru'],
    ['{"a":"\\', '{\n  "a": "\\'],
  ])('%j is laid out', (text, expected) => expect(laidOut(text)).toBe(expected));

  test.each(['', '   ', 'hello', '{a:1}', '}', '1,2', '[,]', '<html>', '{"a":1}]'])('%j is not JSON', (text) =>
    expect(laidOut(text)).toBeNull(),
  );

  test('a layout means what the text means', () => {
    const value = { a: [1, -2.5e-7, { b: '\u2028 "{[,:]}" \\ ' }], c: [[], {}, [[]]], '': null };
    expect(JSON.parse(laidOut(JSON.stringify(value)) as string)).toEqual(value);
    expect(laidOut(JSON.stringify(value.a))).toBe(JSON.stringify(value.a, null, 2));
  });

  test('a string of ten million characters is laid out, and a deep one', () => {
    const long = JSON.stringify(['x'.repeat(1e7)]);
    expect(laidOut(long)).toHaveLength(long.length + 4);
    expect(laidOut('['.repeat(300))?.split('\n')).toHaveLength(300);
  });

  test('pieces of a line are its text', () => {
    const line = '  "na\\"me": [12, "a: b", true],';
    expect(
      piecesOf(line)
        .map(({ text }) => text)
        .join(''),
    ).toBe(line);
    expect(piecesOf(line).filter(({ kind }) => kind !== 'other')).toEqual([
      { kind: 'name', text: '"na\\"me"' },
      { kind: 'number', text: '12' },
      { kind: 'string', text: '"a: b"' },
      { kind: 'literal', text: 'true' },
    ]);
  });
});

describe('text', () => {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

  test.each([
    ['UTF-8', bytes(0xc3, 0xa9), null, 'é'],
    ['the charset that is named', bytes(0xe9), 'iso-8859-1', 'é'],
    ['a charset that does not exist', bytes(0xc3, 0xa9), 'utf-99', 'é'],
    ['a charset that it is not', bytes(0xff), 'utf-8', 'ÿ'],
    ['neither named nor UTF-8', bytes(0xe9, 0x20, 0xe8), null, 'é è'],
    ['UTF-8 cut inside of a character', bytes(0x61, 0xc3), null, 'a\ufffd'],
    ['UTF-16 with its mark', bytes(0xff, 0xfe, 0x61, 0), null, 'a'],
  ])('%s', (_, given, charset, text) => expect(textOf(given, charset)).toBe(text));

  test('what is text', () => {
    expect(looksLikeText(Buffer.from('a\tb\r\n'))).toBe(true);
    expect(looksLikeText(bytes())).toBe(true);
    expect(looksLikeText(bytes(0x61, 0))).toBe(false);
    expect(looksLikeText(bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toBe(false);
  });

  test('lines end with any line end, and long ones are broken', () => {
    expect(linesOf('a\r\nb\rc\n').map(({ text, number }) => [number, text])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, ''],
    ]);
    const broken = linesOf(`${'x'.repeat(4001)}\ny`);
    expect(broken.map(({ text, number }) => [number, text.length])).toEqual([
      [1, 2000],
      [null, 2000],
      [null, 1],
      [2, 1],
    ]);
  });

  test('hexadecimal lines', () => {
    const given = Uint8Array.from({ length: 18 }, (_, n) => 0x40 + n);
    expect(hexLine(given, 0)).toEqual({
      offset: '00000000',
      hex: '40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f',
      text: '@ABCDEFGHIJKLMNO',
    });
    const { offset, hex, text } = hexLine(given, 1);
    expect([offset, hex.trimEnd(), hex.length, text]).toEqual(['00000010', '50 51', 48, 'PQ']);
  });
});

describe('the lines in view', () => {
  const small = { count: 1000, lineHeight: 26, viewHeight: 520 };
  const large = { count: 2_000_000, lineHeight: 26, viewHeight: 520 };

  test('a list that is not too long scrolls by pixels', () => {
    expect(heightOf(small)).toBe(26_000);
    expect(lineAt(260, small)).toBe(10);
    expect(positionOf(10, small)).toBe(260);
    expect(positionOf(5000, small)).toBe(26 * 980);
  });

  test('a longer one is no higher than a browser allows, and its ends are the ends', () => {
    expect(heightOf(large)).toBe(MOST_HEIGHT);
    expect(lineAt(0, large)).toBe(0);
    expect(lineAt(MOST_HEIGHT - 520, large)).toBe(2_000_000 - 20);
    expect(positionOf(2_000_000, large)).toBe(MOST_HEIGHT - 520);
    for (const line of [0, 1, 77_777, 1_999_980]) expect(lineAt(positionOf(line, large), large)).toBeCloseTo(line, 5);
  });
});

describe('sorting', () => {
  const rows = [
    { id: 0, startedAt: 5, size: 10, host: 'b', status: 200, timings: { send: 0, wait: 7, receive: 0 } },
    { id: 1, startedAt: 3, size: 30, host: 'a', status: null, timings: { send: 0, wait: 0, receive: 0 } },
    { id: 2, startedAt: 4, size: 10, host: 'b', status: 404, timings: { send: 0, wait: 5, receive: 0 } },
  ] as unknown as Row[];
  test.each([
    ['time', false, [1, 2, 0]],
    ['time', true, [0, 2, 1]],
    ['size', true, [1, 0, 2]],
    ['host', false, [1, 0, 2]],
    ['status', false, [1, 0, 2]],
    ['wait', true, [0, 2, 1]],
  ] as const)('by %s, descending %s', (column, descending, expected) => {
    expect([0, 1, 2].sort(comparing(rows, { column, descending }))).toEqual(expected);
  });
});
