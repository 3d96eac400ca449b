// HTTPMessage by itself: look-up, order and letter case, folds, media types and parameters, RFC 8187; made of fields and made of a
// tokenised head, on every engine.
// Which head is a legal one belongs to test/vectors; names that have an id, to test/wasm.

import { describe, expect, test } from '@jest/globals';
import { ResponseHead } from '../../src/core/head.js';
import { HTTPMessage } from '../../src/core/message.js';
import { HEAD, KIND_RESPONSE, TABLE_ROOM } from '../../src/wasm/layout.generated.js';
import { makeTokeniser, simd, subjects } from '../support/engines.js';

type Fields = readonly (readonly [name: string, value: string])[];

const simdTokeniser = makeTokeniser(simd);

/** The message of a head with these field lines. */
function parsed(lines: string, tokeniser = simdTokeniser): HTTPMessage {
  const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${lines}\r\n`, 'latin1');
  tokeniser.bytes.set(bytes, HEAD);
  const size = tokeniser.parseHead(KIND_RESPONSE, HEAD, HEAD + bytes.length, 0, 1000, 262144);
  expect(size).toBe(bytes.length);
  const { headers } = new ResponseHead(tokeniser, HEAD, size);
  // From the next turn on it does not look into linear memory any more.
  tokeniser.turn++;
  tokeniser.bytes.fill(0x78, HEAD - TABLE_ROOM, HEAD + bytes.length);
  return headers;
}

const FIELDS: Fields = [
  ['Content-Type', 'text/html'],
  ['Set-Cookie', 'a=1'],
  ['set-cookie', 'b=2'],
  ['X-Empty', ''],
  ['SET-COOKIE', 'c=3'],
  ['X-Latin', '\xfcber \xff'],
];
const LINES = FIELDS.map(([name, value]) => `${name}: ${value}\r\n`).join('');

const makes: readonly [name: string, make: () => HTTPMessage][] = [
  ['of fields', () => new HTTPMessage(FIELDS)],
  [
    'of a Map-like iterable',
    () =>
      new HTTPMessage(
        (function* () {
          yield* FIELDS;
        })(),
      ),
  ],
  ...subjects.map((subject): [string, () => HTTPMessage] => {
    const tokeniser = makeTokeniser(subject);
    return [`of a head: ${subject.name}`, () => parsed(LINES, tokeniser)];
  }),
];

describe.each(makes)('%s', (_, make) => {
  test('get: the first of the name, whatever the letter case', () => {
    const message = make();
    expect([message.get('content-type'), message.get('CONTENT-TYPE'), message.get('Set-Cookie')]).toEqual([
      'text/html',
      'text/html',
      'a=1',
    ]);
    expect([message.get('none'), message.get('none', 'else'), message.get('none', 5), message.get('x-empty', 'else')]).toEqual([
      null,
      'else',
      5,
      '',
    ]);
    expect(message.get('X-Latin')).toBe('\xfcber \xff');
  });

  test('get_all: all of them, in wire order', () => {
    const message = make();
    expect(message.get_all('set-cookie')).toEqual(['a=1', 'b=2', 'c=3']);
    expect([message.get_all('none'), message.get_all('none', []), message.get_all('none', 'x')]).toEqual([null, [], 'x']);
  });

  test('has, size, keys, values, items, iteration: wire order and letter case', () => {
    const message = make();
    expect([message.has('x-EMPTY'), message.has('none'), message.size]).toEqual([true, false, 6]);
    expect(message.keys()).toEqual(FIELDS.map(([name]) => name));
    expect(message.values()).toEqual(FIELDS.map(([, value]) => value));
    expect(message.items()).toEqual(FIELDS);
    expect([...message]).toEqual(FIELDS);
    expect(Object.fromEntries(message)['X-Empty']).toBe('');
  });

  test('size is known before anything is decoded', () => {
    expect(make().size).toBe(6);
  });

  test('what is handed out is the caller’s', () => {
    const message = make();
    message.items().length = 0;
    message.keys().push('x');
    message.values().fill('x');
    (message.get_all('set-cookie') as string[]).length = 0;
    for (const [item] of [message.items()]) (item as string[])[1] = 'changed';
    expect(message.items()).toEqual(FIELDS);
  });

  test('as_string and toString', () => {
    const text = `${FIELDS.map(([name, value]) => `${name}: ${value}\n`).join('')}\n`;
    expect([make().as_string(), String(make())]).toEqual([text, text]);
  });

  test('toHeaders', () => {
    const headers = make().toHeaders();
    expect([headers.get('content-type'), headers.getSetCookie(), headers.get('x-empty')]).toEqual(['text/html', ['a=1', 'b=2', 'c=3'], '']);
  });
});

test('an empty message', () => {
  for (const message of [new HTTPMessage(), parsed('')]) {
    expect([message.size, message.items(), message.as_string(), message.get('a'), message.get_content_type()]).toEqual([
      0,
      [],
      '\n',
      null,
      'text/plain',
    ]);
    expect([
      message.get_params(),
      message.get_param('a'),
      message.get_filename(),
      message.get_boundary(),
      message.get_content_charset(),
    ]).toEqual([null, null, null, null, null]);
  }
});

test('names like those of Object.prototype are names', () => {
  for (const message of [new HTTPMessage(), parsed('A: b\r\n')]) {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect([message.get(name), message.has(name), message.get_all(name)]).toEqual([null, false, null]);
  }
  expect(parsed('__proto__: x\r\n').get('__PROTO__')).toBe('x');
});

test('letter case is that of ASCII: no other character equals one of its names', () => {
  const message = parsed('K: kelvin\r\n');
  expect([message.get('k'), message.get('\u212a'), message.get_all('\u212a'), message.has('\u212a')]).toEqual([
    'kelvin',
    null,
    null,
    false,
  ]);
});

describe('folds', () => {
  test.each([
    ['A: b\r\n c\r\n', 'b c'],
    ['A: b\r\n\tc\r\n', 'b c'],
    ['A: b  \r\n \t c\r\n', 'b c'],
    ['A: b\n c\r\n', 'b c'],
    ['A: b\r\n c\r\n d\r\n', 'b c d'],
    ['A: b\r\n \r\n \r\n c\r\n', 'b c'],
    ['A:\r\n b\r\n', 'b'],
    ['A: b\r\n \r\n', 'b'],
    ['A: b  c\r\n', 'b  c'],
    ['A: b\tc\r\n', 'b\tc'],
    ['A:b\r\n', 'b'],
    ['A: \t b \t\r\n', 'b'],
    ['A:\r\n', ''],
    ['A: \r\n', ''],
    ['A: :\r\n', ':'],
  ])('%j', (lines, value) => {
    expect(parsed(lines).items()).toEqual([['A', value]]);
  });

  test('do not reach their neighbours', () => {
    expect(parsed('A: b\r\nB: c\r\n d\r\nC: e\r\n').items()).toEqual([
      ['A', 'b'],
      ['B', 'c d'],
      ['C', 'e'],
    ]);
  });
});

describe('media types', () => {
  test.each([
    ['text/html', 'text/html'],
    ['TEXT/HTML', 'text/html'],
    ['text/html; charset=x', 'text/html'],
    [' text/html ;x', 'text/html'],
    ['application/ld+json', 'application/ld+json'],
    ['text', 'text/plain'],
    ['text/', 'text/plain'],
    ['/html', 'text/plain'],
    ['a/b/c', 'text/plain'],
    ['', 'text/plain'],
    ['; charset=x', 'text/plain'],
    ['text/html, text/plain', 'text/plain'],
  ])('%j is %s', (value, type) => {
    const message = new HTTPMessage([['Content-Type', value]]);
    const [main, sub] = type.split('/');
    expect([message.get_content_type(), message.get_content_maintype(), message.get_content_subtype()]).toEqual([type, main, sub]);
  });
});

describe('parameters', () => {
  test.each<[value: string, name: string, result: string | null]>([
    ['text/html; charset=utf-8', 'charset', 'utf-8'],
    ['text/html; Charset=UTF-8', 'charset', 'UTF-8'],
    ['text/html; charset=utf-8', 'CHARSET', 'utf-8'],
    ['text/html;charset=utf-8', 'charset', 'utf-8'],
    ['text/html ; charset = utf-8', 'charset', 'utf-8'],
    ['text/html; charset="utf-8"', 'charset', 'utf-8'],
    ['text/html; charset="ut\\f-8"', 'charset', 'utf-8'],
    ['text/html; a="b;c=d"; charset=x', 'charset', 'x'],
    ['text/html; a="b;c=d"; charset=x', 'a', 'b;c=d'],
    ['text/html; a="b;c=d"', 'c', null],
    ['text/html; a="\\"; charset=y"; charset=x', 'charset', 'x'],
    ['text/html; a="b\\\\"; charset=x', 'a', 'b\\'],
    ['text/html; charset=', 'charset', ''],
    ['text/html; charset', 'charset', ''],
    ['text/html; charset=""', 'charset', ''],
    ['text/html;; charset=x;', 'charset', 'x'],
    ['text/html; charset=a; charset=b', 'charset', 'a'],
    ['text/html; x=a b c', 'x', 'a b c'],
    ['text/html; x="never closed', 'x', 'never closed'],
    ['charset=x', 'charset', null],
    ['text/html', 'charset', null],
    ['text/html; mycharset=x', 'charset', null],
  ])('%j: %s is %j', (value, name, result) => {
    const message = new HTTPMessage([['Content-Type', value]]);
    expect(message.get_param(name)).toBe(result);
    expect(message.get_param(name, 'else')).toBe(result ?? 'else');
  });

  test('get_params: the value first, then the parameters; of any field', () => {
    const message = new HTTPMessage([
      ['Content-Type', 'Text/HTML; a=1; B="2"'],
      ['X', 'v; p=q'],
    ]);
    expect(message.get_params()).toEqual([
      ['Text/HTML', ''],
      ['a', '1'],
      ['B', '2'],
    ]);
    expect([message.get_params(null, 'x'), message.get_param('p', null, 'X'), message.get_params([['else', '']], 'none')]).toEqual([
      [
        ['v', ''],
        ['p', 'q'],
      ],
      'q',
      [['else', '']],
    ]);
  });

  test('get_content_charset: lower case, and its fallback', () => {
    expect(new HTTPMessage([['Content-Type', 'text/x; charset="UTF-8"']]).get_content_charset()).toBe('utf-8');
    expect(new HTTPMessage([['Content-Type', 'text/x']]).get_content_charset('else')).toBe('else');
  });

  test('get_boundary: trailing blanks go, others stay', () => {
    expect(new HTTPMessage([['Content-Type', 'multipart/x; boundary="a b  "']]).get_boundary()).toBe('a b');
    expect(new HTTPMessage([['Content-Type', 'multipart/x; boundary=abc']]).get_boundary()).toBe('abc');
    expect(new HTTPMessage([['Content-Type', 'multipart/x']]).get_boundary('else')).toBe('else');
  });

  test.each<[fields: Fields, name: string | null]>([
    [[['Content-Disposition', 'attachment; filename="a b.txt"']], 'a b.txt'],
    [[['Content-Disposition', 'attachment; filename=plain.txt']], 'plain.txt'],
    [[['Content-Disposition', 'attachment; FileName=plain.txt']], 'plain.txt'],
    [[['Content-Disposition', "attachment; filename*=UTF-8''%e2%82%ac%20rates.txt"]], '€ rates.txt'],
    [[['Content-Disposition', "attachment; filename=fallback.txt; filename*=UTF-8'en'%C3%BC.txt"]], 'ü.txt'],
    [[['Content-Disposition', "attachment; filename*=utf-8''a%2Fb"]], 'a/b'],
    [[['Content-Disposition', "attachment; filename*=iso-8859-1'en'%A3%20rates"]], '£ rates'],
    [[['Content-Disposition', "attachment; filename*=klingon''x; filename=fallback"]], 'fallback'],
    [[['Content-Disposition', 'attachment; filename*=broken; filename=fallback']], 'fallback'],
    [[['Content-Disposition', "attachment; filename*=UTF-8''100%; filename=fallback"]], '100%'],
    [
      [
        ['Content-Disposition', 'attachment'],
        ['Content-Type', 'text/x; name="n.txt"'],
      ],
      'n.txt',
    ],
    [[['Content-Type', 'text/x; name=n.txt']], 'n.txt'],
    [[['Content-Disposition', 'attachment']], null],
    [[], null],
  ])('get_filename of %j', (fields, name) => {
    expect(new HTTPMessage(fields).get_filename()).toBe(name);
    expect(new HTTPMessage(fields).get_filename('else')).toBe(name ?? 'else');
  });

  test('a value made to be slow is not', () => {
    const before = process.cpuUsage();
    for (const value of [
      `a${';'.repeat(60_000)}`,
      `a;${' '.repeat(60_000)}b`,
      `a;b="${'\\'.repeat(60_000)}`,
      `a${'; b='.repeat(15_000)}`,
      `a;b=${' '.repeat(60_000)}`,
      `${' '.repeat(60_000)}x`,
      `a;${'b'.repeat(60_000)}`,
    ]) {
      const message = new HTTPMessage([
        ['Content-Type', value],
        ['Content-Disposition', value],
      ]);
      message.get_params();
      message.get_filename();
      message.get_boundary();
      message.get_content_type();
    }
    const folded = parsed(`A: ${' '.repeat(30_000)}x${' '.repeat(30_000)}y\r\n z\r\n`);
    expect(folded.get('a')?.endsWith('y z')).toBe(true);
    // Of processor time, in microseconds: a way that is not linear takes many seconds.
    expect(process.cpuUsage(before).user).toBeLessThan(3e6);
  });
});
