// What is checked before it is sent: methods, targets, hosts and ports, field names and values, in the functions that check them.
// And the writer that puts a head together, with its one framing.
// The same through the client is in test/client/{bodies,sending}.test.ts.

import { describe, expect, test } from '@jest/globals';
import { InvalidURL } from '../../src/core/errors.js';
import {
  asciiHost,
  authorityOf,
  checkedFieldName,
  checkedFieldValue,
  checkedMethod,
  checkedTarget,
  fieldsOf,
  hostField,
  kindOf,
  parseAuthority,
  quoted,
  OwnLine,
  RequestHeadWriter,
  trailerSection,
} from '../../src/core/request.js';

/** Characters that must stand nowhere in a head line: they would end it, or be cut down to what ends it. */
const LINE_BREAKERS = ['\r', '\n', '\0', '\u010a', '\u010d', '\u560a', '\u{1f60a}'];

describe('checkedMethod', () => {
  test.each(['GET', 'get', 'M-SEARCH', "!#$%&'*+-.^_`|~9Az"])('%s', (method) => {
    expect(checkedMethod(method)).toBe(method);
  });
  test.each([
    '',
    ' ',
    'A B',
    'A\t',
    'A:',
    'A/',
    'A(',
    'A"',
    'A,',
    'A;',
    'A=',
    'A[',
    'A{',
    'A@',
    'A\x7f',
    'Á',
    ...LINE_BREAKERS.map((c) => `G${c}T`),
  ])('%j is a TypeError', (method) => {
    expect(() => checkedMethod(method)).toThrow(TypeError);
  });
  test('is coerced once', () => {
    let reads = 0;
    expect(checkedMethod({ toString: () => (reads++ === 0 ? 'GET' : 'A B') } as unknown as string)).toBe('GET');
    expect(reads).toBe(1);
  });
});

describe('checkedTarget', () => {
  test.each([
    ['', '/'],
    ['/', '/'],
    ['#x', '/'],
    ['?', '/?'],
    ['?a#b', '/?a'],
    ['/a#b#c', '/a'],
    ['*', '*'],
    ['h:443', 'h:443'],
    ['http://h/a', 'http://h/a'],
    ['http://h#x', 'http://h'],
    ['/~!$&\'()*+,;=:@%20[]"<>\\^`{|}', '/~!$&\'()*+,;=:@%20[]"<>\\^`{|}'],
    ['http://h/?a@b', 'http://h/?a@b'],
    ['http://h?a@b', 'http://h?a@b'],
    ['/http://u@h/', '/http://u@h/'],
    ['mailto:a@b', 'mailto:a@b'],
  ])('%j is %j', (given, target) => {
    expect(checkedTarget(given)).toBe(target);
  });
  test.each([
    '/a b',
    '/\t',
    '/\x7f',
    '/\x80',
    '/ü',
    '/\x01',
    'http://u@h',
    'http://u:p@h/',
    'HTTP://@h/',
    'wss://u@h/',
    ...LINE_BREAKERS.map((c) => `/a${c}b`),
  ])('%j is InvalidURL', (target) => {
    expect(() => checkedTarget(target)).toThrow(InvalidURL);
  });
  test('a fragment hides nothing in front of it', () => {
    expect(() => checkedTarget('/a b#c')).toThrow(InvalidURL);
    expect(checkedTarget('/a#b c')).toBe('/a');
  });
  test('the message does not show a password', () => {
    try {
      checkedTarget('http://user:secret@h/');
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
    expect.assertions(1);
  });
});

describe('asciiHost', () => {
  test.each([
    ['h', 'h'],
    ['Example.COM', 'Example.COM'],
    ['127.0.0.1', '127.0.0.1'],
    ['a_b', 'a_b'],
    ['h.', 'h.'],
    ['::1', '[::1]'],
    ['FE80::1', '[FE80::1]'],
    ['fe80::1%eth0', '[fe80::1]'],
    ['::ffff:1.2.3.4', '[::ffff:1.2.3.4]'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
  ])('%j is %j', (given, host) => {
    expect(asciiHost(given)).toBe(host);
  });

  const bad = [
    '',
    ' ',
    'a b',
    'a/b',
    'a?b',
    'a#b',
    'a@b',
    'a\\b',
    'a<b',
    'a%b',
    'a"b',
    'a{b',
    'a[b',
    'a]b',
    'a|b',
    'a^b',
    'a`b',
    'a\x7fb',
    '::1\r\n',
    '::g',
    '::1%\r\n',
    '1::2/x',
    '::1 ',
    'a\rb',
    'a\nb',
    'a\0b',
  ];
  test.each(bad)('%j is InvalidURL', (host) => {
    expect(() => asciiHost(host)).toThrow(InvalidURL);
  });

  // What the IDNA mapping would drop, or take for another part of a URL, is refused as it stands.
  test.each([
    ...bad.filter((host) => host.length > 1 && !host.includes(':')).map((host) => `ü${host}`),
    'ü@evil.test',
    'evil.test\\@ü',
    'ü/../x',
    'ü.test/path',
    'ü?q',
    'ü#f',
    'ü\t.test',
    'ü\r\n.test',
    'ü\n',
    ' ü',
    'ü%41',
    '℀.test',
    'a／b',
    'a＠b',
    'a：80',
    'ü'.repeat(64),
    '\u2024\u2024',
    'a\u00ad\u200b／',
  ])('%j, beyond ASCII, is InvalidURL', (host) => {
    expect(() => asciiHost(host)).toThrow(InvalidURL);
  });

  test('a name beyond ASCII does not turn into an address', () => {
    for (const host of ['１２７.0.0.1', '⑫7.0.0.1', '0x7f.1。']) {
      let ascii: string | null = null;
      try {
        ascii = asciiHost(host);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidURL);
      }
      expect([null, host, '127.0.0.1', '12'].includes(ascii) || /^\d+\.0\.0\.\d+$/.test(String(ascii))).toBe(true);
    }
  });
});

describe('parseAuthority', () => {
  test.each<[host: string, port: any, expected: [string, number]]>([
    ['h', undefined, ['h', 80]],
    ['h', null, ['h', 80]],
    ['h:81', undefined, ['h', 81]],
    ['h:', undefined, ['h', 80]],
    ['h:0', undefined, ['h', 0]],
    ['h:65535', undefined, ['h', 65535]],
    ['h:081', undefined, ['h', 81]],
    ['h', 82, ['h', 82]],
    ['h', '83', ['h', 83]],
    ['[::1]', undefined, ['::1', 80]],
    ['[::1]:81', undefined, ['::1', 81]],
    ['[::1]:', undefined, ['::1', 80]],
    ['::1', undefined, ['::1', 80]],
    ['[::1]', 82, ['::1', 82]],
    ['[fe80::1%eth0]:81', undefined, ['fe80::1%eth0', 81]],
    ['fe80::1%eth0', undefined, ['fe80::1%eth0', 80]],
    ['bücher.example:81', undefined, ['bücher.example', 81]],
  ])('%j, %j', (host, port, [name, number]) => {
    expect(parseAuthority(host, port, 80)).toEqual({ host: name, port: number });
  });

  test.each<[host: string, port: any]>([
    ['', undefined],
    [':80', undefined],
    ['h:x', undefined],
    ['h:-1', undefined],
    ['h:+1', undefined],
    ['h:8 0', undefined],
    ['h: 80', undefined],
    ['h:8_0', undefined],
    ['h:0x50', undefined],
    ['h:65536', undefined],
    ['h:99999999999999999999', undefined],
    ['h:１', undefined],
    ['h:80\r\n', undefined],
    ['h', -1],
    ['h', 1.5],
    ['h', NaN],
    ['h', Infinity],
    ['h', 65536],
    ['h', ''],
    ['h', 'x'],
    ['h', '80\n'],
    ['[::1', undefined],
    ['::1]', undefined],
    ['[::1]x', undefined],
    ['[::1]x:80', undefined],
    ['[]', undefined],
    ['http://h', undefined],
    ['u@h', undefined],
    ['h/x', undefined],
    ['h\r', undefined],
    ['h\n', undefined],
    ['h\0', undefined],
  ])('%j, %j is InvalidURL', (host, port) => {
    expect(() => parseAuthority(host, port, 80)).toThrow(InvalidURL);
  });

  test('hostField: the port only where it is another one', () => {
    expect([
      hostField({ host: 'h', port: 80 }, 80),
      hostField({ host: 'h', port: 80 }, 443),
      hostField({ host: '::1', port: 81 }, 80),
      hostField({ host: 'fe80::1%e', port: 80 }, 80),
    ]).toEqual(['h', 'h:80', '[::1]:81', '[fe80::1]']);
  });

  test('authorityOf', () => {
    expect(['/', '*', 'h:80', 'http://h/x', 'HTTPS://h:81?x', 'http://[::1]:82', 'ftp://h/', '/http://h/'].map(authorityOf)).toEqual([
      null,
      null,
      null,
      'h',
      'h:81',
      '[::1]:82',
      null,
      null,
    ]);
  });
});

describe('fields', () => {
  test.each(["!#$%&'*+-.^_`|~09azAZ"])('name %s', (name) => {
    expect(checkedFieldName(name)).toBe(name);
  });
  test.each(['', ' ', 'A ', 'A B', 'A:', 'A\t', 'A(', 'A@', 'Á', 'A\x7f', ...LINE_BREAKERS.map((c) => `A${c}`)])(
    'name %j is a TypeError',
    (name) => {
      expect(() => checkedFieldName(name)).toThrow(TypeError);
    },
  );

  test.each<[value: any, text: string]>([
    ['', ''],
    ['a b\tc', 'a b\tc'],
    ['\x80\xff', '\x80\xff'],
    ['\x01\x7f', '\x01\x7f'],
    [5, '5'],
    [-5, '-5'],
    [0, '0'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [Uint8Array.of(0x61, 0xff), 'a\xff'],
    [Buffer.from('xabcx').subarray(1, 4), 'abc'],
  ])('value %p', (value, text) => {
    expect(checkedFieldValue(value, 'A')).toBe(text);
  });
  test.each<[value: any]>([
    [1.5],
    [NaN],
    [Infinity],
    [2 ** 53],
    [null],
    [undefined],
    [true],
    [5n],
    [{}],
    [['a']],
    [() => 'a'],
    [Symbol('a')],
    [Uint8Array.of(10)],
    [Uint8Array.of(0)],
    ...LINE_BREAKERS.map((c): [string] => [`a${c}b`]),
  ])('value %p is a TypeError', (value) => {
    expect(() => checkedFieldValue(value, 'A')).toThrow(TypeError);
  });

  test('fieldsOf', () => {
    expect(fieldsOf(null)).toEqual([]);
    expect(fieldsOf({ a: ['1', 2], b: [] })).toEqual([
      ['a', '1'],
      ['a', 2],
    ]);
    for (const wrong of ['a: b', 5, [['a']], ['ab'], [5], [null], new Set(['a'])])
      expect(() => fieldsOf(wrong as never)).toThrow(TypeError);
  });

  test('trailerSection', () => {
    expect(trailerSection({ A: 'b', C: ['d', 5] })).toBe('A: b\r\nC: d\r\nC: 5\r\n\r\n');
    expect(trailerSection({})).toBe('\r\n');
    for (const name of [
      'content-length',
      'Transfer-Encoding',
      'HOST',
      'Trailer',
      'Content-Encoding',
      'Content-Type',
      'Content-Range',
      'a b',
    ])
      expect(() => trailerSection({ [name]: 'x' })).toThrow(TypeError);
  });
});

describe('RequestHeadWriter', () => {
  const writer = (): RequestHeadWriter => new RequestHeadWriter('GET', '/', 'HTTP/1.1');

  test('the library’s fields first, the caller’s in their order; what the caller gives is not added', () => {
    const head = writer();
    head.field('A', '1');
    head.field('host', 'mine');
    head.own(new OwnLine('Host', 'ours'));
    head.own(new OwnLine('X', 'y'));
    head.own(new OwnLine('x', 'again'));
    head.field('a', 2);
    expect(head.end()).toBe('GET / HTTP/1.1\r\nX: y\r\nA: 1\r\nhost: mine\r\na: 2\r\n\r\n');
  });

  test('folds', () => {
    const head = writer();
    head.field('A', '1', 2, Buffer.from('3'));
    expect(head.end()).toBe('GET / HTTP/1.1\r\nA: 1\r\n\t2\r\n\t3\r\n\r\n');
    expect(() => head.field('B', '1', 'a\nb')).toThrow(TypeError);
  });

  test('a refused field leaves no trace', () => {
    const head = writer();
    expect(() => head.field('Content-Length', 'x')).toThrow(TypeError);
    expect(() => head.field('A', 'b\r\n')).toThrow(TypeError);
    expect([head.framed, head.contentLength, head.has('content-length'), head.has('a')]).toEqual([false, null, false, false]);
    head.field('Content-Length', 5);
    expect([head.framed, head.contentLength, head.end()]).toEqual([true, 5, 'GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n']);
  });

  test.each<[fields: readonly (readonly [string, string])[], facts: Partial<RequestHeadWriter>]>([
    [[['Connection', 'close']], { close: true }],
    [[['connection', 'foo , CLOSE']], { close: true }],
    [[['Connection', 'not-close']], { close: false }],
    [[['Upgrade', 'x']], { upgrade: true }],
    [[['Expect', '100-Continue ']], { expect: true }],
    [[['Expect', 'other']], { expect: false }],
    [[['Content-Type', 'a/b']], { contentType: 'a/b' }],
    [[['Transfer-Encoding', 'chunked']], { transferEncoding: true, framed: true }],
    [[['Transfer-Encoding', 'gzip , Chunked']], { transferEncoding: true }],
    [[['Content-Length', '007']], { contentLength: 7, framed: true }],
  ])('%j', (fields, facts) => {
    const head = writer();
    for (const [name, value] of fields) head.field(name, value);
    for (const [name, value] of Object.entries(facts)) expect([name, head[name as keyof RequestHeadWriter]]).toEqual([name, value]);
  });

  test('TE is named in Connection (RFC 9110 10.1.4)', () => {
    const head = writer();
    head.field('TE', 'trailers');
    expect(head.end()).toContain('Connection: TE\r\n');
  });
});

test('quoted and kindOf show what cannot be seen', () => {
  expect([quoted('a"b\n\x7f\x85'), quoted('x'.repeat(500)).length < 300]).toEqual(['"a\\"b\\n\\u007f\\u0085"', true]);
  expect([null, undefined, 5, 'x', true, 5n, {}, [], new Map(), () => {}].map(kindOf)).toEqual([
    'null',
    'undefined',
    'a Number',
    'a String',
    'a Boolean',
    'a BigInt',
    'an object',
    expect.stringMatching(/an? Array/),
    'a Map',
    'a Function',
  ]);
});
