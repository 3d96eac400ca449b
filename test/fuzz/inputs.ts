// What the properties are tried on: messages made up of likely parts, connections of several messages that resemble one another, and
// the options of who reads them. The corpora join in behind the parts, and everything is changed a little (mutations.ts).

import * as fc from 'fast-check';
import type { Quirks } from '../../src/parser.js';
import type { Script } from '../parser/play.js';
import { bytesOf } from '../support/engines.js';
import { seeds } from './corpus.js';
import { Mutated } from './mutations.js';

export type Kind = Script['kind'];

const of = fc.constantFrom;

const NAMES = [
  'A',
  'Content-Type',
  'content-type',
  'Date',
  'ETag',
  'Server',
  'set-cookie',
  'Keep-Alive',
  'Host',
  'X-Unknown',
  'x-'.repeat(20),
];
const FRAMING_NAMES = ['Content-Length', 'content-length', 'Transfer-Encoding', 'TRANSFER-ENCODING', 'Connection', 'Upgrade'];
const FRAMING_VALUES = [
  '',
  '0',
  '5',
  '5, 5',
  '5,6',
  '6',
  '9007199254740991',
  'chunked',
  'identity',
  'gzip',
  'close',
  'keep-alive, Upgrade',
  'x',
];
const SEPARATORS = [':', ': ', ': ', ': ', ':\t ', ' :'];
const LINE_ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', ' \r\n', '\t\r\n', '\n', '\r\n ', '\r\n\t', '\r\n \r\n '];
const START_LINES: Record<Kind, readonly string[]> = {
  response: ['HTTP/1.1 200 OK', 'HTTP/1.1 200', 'HTTP/1.0 200 OK', 'HTTP/1.1 404 Not Found', 'HTTP/1.1 206 d\xe9j\xe0'],
  request: ['GET / HTTP/1.1', 'POST /items?a=b HTTP/1.1', 'PUT /a HTTP/1.0', 'OPTIONS * HTTP/1.1', 'DELETE http://a.example/ HTTP/1.1'],
};
const ODD_START_LINES: Record<Kind, readonly string[]> = {
  response: [
    'HTTP/1.1 204 No Content',
    'HTTP/1.1 304 Not Modified',
    'HTTP/1.1 100 Continue',
    'HTTP/1.1 103 ',
    'HTTP/1.1 101 Switching',
    'HTTP/1.2 999 ',
    'HTTP/1.1  200 OK',
    'ICY 200 OK',
    'HTTP/2.0 200 OK',
    '\r\n\r\nHTTP/1.1 200',
  ],
  request: [
    'CONNECT a:1 HTTP/1.1',
    'M-SEARCH * HTTP/1.1',
    'BREW /pot HTTP/1.1',
    '\r\nGET / HTTP/1.1',
    'GET  / HTTP/1.1',
    'GET / HTTP/1.1 ',
  ],
};

const text = (unit: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> => fc.string({ unit, maxLength });
/** Characters of a field value, the blanks inside included. */
const valueCharacter = of(...'abcXYZ0189-,;="/.\\ \t\x80\xe9\xff');
const value = fc.oneof(
  { weight: 6, arbitrary: text(valueCharacter, 24).map((one) => one.trim()) },
  { weight: 1, arbitrary: fc.integer({ min: 12, max: 300 }).map((length) => 'v'.repeat(length)) },
);
const content = fc.oneof(
  { weight: 4, arbitrary: text(of(...'abc\r\n0:\0\xff'), 40) },
  { weight: 1, arbitrary: of(15, 16, 17, 63, 64, 65, 255, 256, 4095, 4096, 5000).map((length) => 'b'.repeat(length)) },
);

/** A trailer section, its empty line included. */
const trailers = fc
  .array(fc.tuple(of('Digest', 'content-length', 'X-T'), value), { maxLength: 3 })
  .map((fields) => `${fields.map(([name, one]) => `${name}: ${one}\r\n`).join('')}\r\n`);

/** A chunked body that is as it should be, in the notations that there are. */
export const chunkedBody: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.tuple(content, of('', '', '', ';a=b', ';a="\\";\x09"', ' ;x', '  '), fc.nat(3), fc.boolean()), { maxLength: 4 }),
    of('0', '0', '000', '0;last'),
    trailers,
  )
  .map(([chunks, last, trailer]) => {
    const data = chunks
      .filter(([bytes]) => bytes !== '')
      .map(([bytes, extension, zeros, upper]) => {
        const size = bytes.length.toString(16);
        return `${'0'.repeat(zeros)}${upper ? size.toUpperCase() : size}${extension}\r\n${bytes}\r\n`;
      });
    return `${data.join('')}${last}\r\n${trailer}`;
  });

/** The framing of a message and its body. */
type Framed = readonly [field: string, body: string];

const sized: fc.Arbitrary<Framed> = content.map((body) => [`Content-Length: ${body.length}`, body]);
const chunked: fc.Arbitrary<Framed> = chunkedBody.map((body) => ['Transfer-Encoding: chunked', body]);
const framed: fc.Arbitrary<Framed> = fc.oneof({ weight: 4, arbitrary: sized }, { weight: 3, arbitrary: chunked });

/** Values that make of a head another one than its template: other options, blanks to trim, folds, faults, lengths that do not fit a byte. */
const telling = fc.oneof(
  of(
    'close',
    'keep-alive',
    'Upgrade',
    'timeout=5',
    'chunked',
    '0',
    '5',
    '',
    ' a',
    '\ta',
    'a ',
    'a\r\n b',
    'a\x7f',
    'a\0',
    'a\rb',
    'a\nB: c',
  ),
  of(1, 254, 255, 256, 257, 1100).map((length) => 'v'.repeat(length)),
);

interface Series {
  readonly names: readonly string[];
  readonly values: fc.Arbitrary<string>;
  readonly bodies: fc.Arbitrary<Framed>;
  /** Values that take the place of one here and there, from the message of this number on. */
  readonly others: fc.Arbitrary<string>;
  readonly from: number;
  readonly most: number;
}

/** Messages whose heads differ in some values only. */
function series(kind: Kind, { names, values, bodies, others, from, most }: Series): fc.Arbitrary<string> {
  return fc
    .record({
      start: of(...START_LINES[kind]),
      fields: fc.array(fc.tuple(of(...names), values), { maxLength: 8 }),
      place: fc.nat(8),
      last: of('', '', '', 'Connection: close\r\n', 'Connection: keep-alive\r\nKeep-Alive: timeout=9\r\n'),
      messages: fc.array(fc.tuple(bodies, fc.nat(), others), { minLength: from + 1, maxLength: most }),
    })
    .map(({ start, fields, place, last, messages }) =>
      messages
        .map(([[framing, body], changed, other], number) => {
          const isChanged = (n: number): boolean => number >= from && n === changed % (fields.length + 1);
          const lines = fields.map(([name, one], n) => `${name}: ${isChanged(n) ? other : one}\r\n`);
          lines.splice(place, 0, `${framing}\r\n`);
          return `${start}\r\n${lines.join('')}${last}\r\n${body}`;
        })
        .join(''),
    );
}

/** A connection: messages that are as they should be, end by themselves, and resemble one another. */
export const connection = (kind: Kind, most = 6): fc.Arbitrary<string> =>
  series(kind, { names: NAMES, values: value, bodies: framed, others: value, from: 0, most });

/** Heads that are like two before them, all of whose lines are ordinary, but for something that decides. */
const alike = (kind: Kind): fc.Arbitrary<string> =>
  series(kind, {
    names: ['Connection', 'Connection', 'Upgrade', 'Keep-Alive', 'A', 'ETag'],
    values: of('x', 'keep-alive', 'timeout=5', 'v'.repeat(30)),
    bodies: sized,
    others: telling,
    from: 2,
    most: 5,
  });

/** A head in which anything may be odd. */
function oddHead(kind: Kind | 'trailer'): fc.Arbitrary<string> {
  const line = fc
    .tuple(
      fc.oneof({ weight: 2, arbitrary: of(...NAMES) }, { weight: 1, arbitrary: of(...FRAMING_NAMES) }),
      of(...SEPARATORS),
      fc.oneof({ weight: 1, arbitrary: value }, { weight: 1, arbitrary: of(...FRAMING_VALUES) }),
      of(...LINE_ENDS),
    )
    .map((parts) => parts.join(''));
  const start =
    kind === 'trailer'
      ? fc.constant('')
      : fc.tuple(of(...START_LINES[kind], ...ODD_START_LINES[kind]), of(...LINE_ENDS)).map((parts) => parts.join(''));
  const lines = fc.oneof(
    { weight: 9, arbitrary: fc.array(line, { maxLength: 7 }) },
    { weight: 1, arbitrary: fc.array(line, { minLength: 8, maxLength: 60 }) },
  );
  return fc.tuple(start, lines, of('\r\n', '\r\n', '\r\n', '\n', '')).map(([first, rest, end]) => `${first}${rest.join('')}${end}`);
}

const oddMessage = (kind: Kind): fc.Arbitrary<string> =>
  fc.tuple(oddHead(kind), fc.oneof(content, chunkedBody)).map((parts) => parts.join(''));

/** What a peer may send, mostly something like messages of this kind. */
export function wire(kind: Kind): fc.Arbitrary<Uint8Array> {
  const made = fc.oneof(
    { weight: 2, arbitrary: connection(kind) },
    { weight: 2, arbitrary: alike(kind) },
    { weight: 1, arbitrary: oddMessage(kind) },
    { weight: 1, arbitrary: fc.array(oddMessage(kind), { minLength: 2, maxLength: 3 }).map((messages) => messages.join('')) },
  );
  return new Mutated(fc.oneof(made.map(bytesOf), of(...seeds[kind])), seeds[kind]);
}

/** A head, a trailer section or a chunked body, by itself. */
export function section(kind: Kind | 'trailer' | 'chunked'): fc.Arbitrary<Uint8Array> {
  const made = kind === 'chunked' ? chunkedBody : oddHead(kind);
  return new Mutated(fc.oneof(made.map(bytesOf), of(...seeds[kind])), seeds[kind]);
}

const QUIRK_NAMES = [
  'invalidFields',
  'spaceBeforeColon',
  'controlCharacters',
  'lfInChunks',
  'closeAfterLastChunk',
  'spacesInStatusLine',
  'icy',
  'transferEncodingWithLength',
] as const satisfies readonly (keyof Quirks)[];

/** Mostly none, else some. */
export const quirks: fc.Arbitrary<Quirks> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.subarray([...QUIRK_NAMES]).map((names) => Object.fromEntries(names.map((name) => [name, true])) as Quirks),
  },
);

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Limits that are met now and then. */
const limits = fc
  .record({ maxHeaders: seldom(fc.nat(4)), maxHeaderSize: seldom(fc.nat(300)), maxBodySize: seldom(fc.nat(20)) })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, limit]) => limit !== undefined)));

const announced = fc.array(fc.record({ method: of('GET', 'GET', 'HEAD', 'CONNECT'), upgrade: fc.boolean() }), { maxLength: 3 });

/** The bytes of a connection, and who reads them. */
export const script: fc.Arbitrary<Script> = of<Kind>('response', 'response', 'request').chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    bytes: wire(kind),
    options: fc.record({ lenient: quirks, limits }),
    requests: kind === 'request' ? fc.constant(undefined) : fc.option(announced, { nil: undefined, freq: 2 }),
    requestMethod: kind === 'request' ? fc.constant(undefined) : of('GET', 'GET', 'GET', 'HEAD', 'CONNECT'),
    closes: fc.boolean(),
  }),
);
