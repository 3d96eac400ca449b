// Heads that resemble one before them: what a reader makes of a head by comparing it with a template is what it would have made of it
// alone. Seeded heads, and every way to change them that we could think of, go to a reader with templates and, alone, to one on the
// reference engine, which knows none. Heads that must match are counted, so that nothing here passes because nothing matches.
// Which heads are legal belongs to test/vectors.

import { describe, expect, test } from '@jest/globals';
import { wireLines, type Head, type RequestHead, type ResponseHead } from '../../src/core/head.js';
import { quirkBits, type Lenient } from '../../src/core/lenient.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.js';
import { RequestReader } from '../../src/core/request-reader.js';
import { ResponseReader } from '../../src/core/response-reader.js';
import { Match } from '../../src/core/template.js';
import * as layout from '../../src/wasm/layout.generated.js';
import type { Tokeniser } from '../../src/wasm/tokeniser.js';
import { bytesOf, makeTokeniser, subjects } from '../support/engines.js';
import { prng } from '../support/splits.js';
import { encodeEscapes } from '../support/vectors.js';

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;

/** What a reader is made for; a reader of responses is told of HEAD requests, so that no head is refused for its framing. */
interface Kind {
  readonly name: 'responses' | 'requests';
  readonly make: (tokeniser: Tokeniser, limits: Limits, quirks: number) => ResponseReader | RequestReader;
  readonly startLines: readonly string[];
}
const kinds: readonly Kind[] = [
  {
    name: 'responses',
    make: (tokeniser, limits, quirks) => new ResponseReader(tokeniser, limits, quirks),
    startLines: ['HTTP/1.1 200 OK', 'HTTP/1.1 404 Not Found', 'HTTP/1.0 200 OK', 'HTTP/1.1 204', 'HTTP/1.1 103 Early Hints'],
  },
  {
    name: 'requests',
    make: (tokeniser, limits, quirks) => new RequestReader(tokeniser, limits, quirks),
    startLines: ['GET / HTTP/1.1', 'GET /a?b=c HTTP/1.1', 'POST /items HTTP/1.0', 'OPTIONS * HTTP/1.1'],
  },
];
const [responses, requests] = kinds as [Kind, Kind];

interface Options {
  readonly limits?: Partial<Limits>;
  readonly lenient?: Lenient;
}

/** How the bytes of a head come. */
interface Coming {
  /** Bytes of the first read; the others come in a second one. */
  readonly first?: number;
  /** Where the first read is put. The bytes that come later already stand behind it, as a read before may have left them. */
  readonly at?: number;
}

/** A reader, the head that it was given last, and everything that is to be known of that. */
class Peer {
  readonly tokeniser: Tokeniser;
  head: Head | null = null;
  readonly #kind: Kind;
  readonly #options: Options;
  #reader: ResponseReader | RequestReader;

  constructor(kind: Kind, tokeniser: Tokeniser = makeTokeniser({ name: 'simd' }), options: Options = {}) {
    this.#kind = kind;
    this.#options = options;
    this.tokeniser = tokeniser;
    this.#reader = this.#make();
  }

  #make(): ResponseReader | RequestReader {
    return this.#kind.make(this.tokeniser, { ...DEFAULT_LIMITS, ...this.#options.limits }, quirkBits(this.#options.lenient));
  }

  /** Takes the head that the reader has to tell of. */
  #note(): void {
    this.head = this.#reader.head;
    this.#reader.forget();
  }

  get matched(): boolean {
    return this.head?.lines instanceof Match;
  }

  /** What the reader says of the head in `input`. */
  read(input: Uint8Array, { first = input.length, at = layout.READ }: Coming = {}): string {
    const { tokeniser } = this;
    this.head = null;
    if (this.#reader.idle) beginHead(this.#reader);
    let used = 0;
    try {
      tokeniser.bytes.set(input.subarray(0, Math.min(input.length, layout.MEMORY_END - at)), at);
      used = this.#reader.read(at, at + first) - at;
      this.#note();
      if (this.head === null && first < input.length) {
        tokeniser.load(input.subarray(first));
        used = first + this.#reader.read(layout.READ, layout.READ + input.length - first) - layout.READ;
        this.#note();
      }
    } catch (error) {
      this.#reader = this.#make();
      const { name, message, rule, offset, limit, line } = error as { [key: string]: unknown } & Error;
      return JSON.stringify([name, message, rule, offset, limit, line]);
    }
    const head = this.head as Head | null;
    if (head === null) {
      this.#reader.release();
      this.#reader = this.#make();
      return 'no head';
    }
    if (used !== head.size) throw new Error(`stopped at ${used} behind a head of ${head.size} bytes`);
    const said = JSON.stringify(describeHead(head));
    this.#toNext(head);
    return said;
  }

  /** Past the body of a request. */
  #toNext(head: Head): void {
    const reader = this.#reader;
    if (!(reader instanceof RequestReader)) return;
    const { kind, length } = head.framing;
    if (kind === 'length' && length !== 0) reader.tookBody(length as number);
    if (kind === 'chunked') {
      this.tokeniser.load(bytesOf('0\r\n\r\n'));
      reader.read(layout.READ, layout.READ + 5);
    }
    reader.forget();
    reader.resume();
  }
}

/** Between two messages: the next byte belongs to a head. */
function beginHead(reader: ResponseReader | RequestReader): void {
  if (reader instanceof ResponseReader) reader.expect('HEAD', false);
  else reader.read(layout.READ, layout.READ);
}

const ASKED = ['content-length', 'Set-Cookie', 'DATE', 'x-first', 'X-Second', 'connection', 'none', 'k', '__proto__', 'constructor'];

function describeHead(head: Head): unknown {
  const { facts, headers } = head;
  const { status, reason, keepAliveTimeout } = head as ResponseHead;
  const { method, target, hostCount } = head as RequestHead;
  const hasFault = (facts & (layout.LENGTH_INVALID | layout.LENGTHS_DIFFER | layout.TE_INVALID | layout.TE_UNKNOWN)) !== 0;
  return [
    [head.version, status, reason, method, target, hostCount, head.size],
    [facts, (facts & layout.HAS_LENGTH) !== 0 && head.contentLength, hasFault && head.faultOffset, keepAliveTimeout],
    [head.framing, head.keepAlive, head.upgrade],
    [headers.size, headers.items(), headers.keys(), headers.values(), headers.flat()],
    ASKED.map((name) => [headers.get(name), headers.get_all(name), headers.has(name)]),
    wireLines(head),
  ];
}

/** What a reader says that never saw another head. */
function alone(kind: Kind, input: Uint8Array, options: Options = {}): string {
  return new Peer(kind, oracle, options).read(input);
}
const oracle = makeTokeniser({ name: 'reference' });

interface Line {
  name: string;
  separator: string;
  value: string;
  end: string;
}
interface Seed {
  startLine: string;
  lines: Line[];
}

const line = (name: string, value: string): Line => ({ name, separator: ': ', value, end: '\r\n' });
const textOf = ({ startLine, lines }: Seed): string =>
  `${startLine}\r\n${lines.map(({ name, separator, value, end }) => name + separator + value + end).join('')}\r\n`;
const inputOf = (seed: Seed): Uint8Array => bytesOf(textOf(seed));
const copyOf = ({ startLine, lines }: Seed): Seed => ({ startLine, lines: lines.map((each) => ({ ...each })) });

const FRAMING: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['Content-Length', ['0', '5', '17', '1234', '00012', '9007199254740991', '7, 7']],
  ['content-length', ['0', '5', '4294967296']],
  ['Keep-Alive', ['timeout=5', 'timeout=5, max=100', 'max=7', 'timeout=0', 'timeout=99999', 'x']],
  ['Connection', ['keep-alive', 'close', 'Keep-Alive', 'foo, close']],
  ['Host', ['example.org', 'localhost:8080']],
  ['Upgrade', ['h2c', 'websocket']],
];
const NAMES = [
  'Date',
  'Server',
  'ETag',
  'Set-Cookie',
  'set-cookie',
  'Vary',
  'Age',
  'TE',
  'X-First',
  'x-first',
  'X-Second',
  'K',
  'N'.repeat(31),
];
const TEXT = 'abcdefghijklmnopqrstuvwxyz0123456789-_.:;,=()/ \t"%\x80\xff';
const textValue = (random: Random, length: number): string => {
  const inner = Array.from({ length }, () => TEXT.charAt(below(random, TEXT.length))).join('');
  return length === 0 ? '' : `v${inner.slice(1, -1)}${length > 1 ? 'w' : ''}`;
};

/** A head that may become a template. */
function seedHead(random: Random, kind: Kind): Seed {
  const lines = Array.from({ length: 1 + below(random, 14) }, () => line(pick(random, NAMES), textValue(random, 1 + below(random, 40))));
  for (const [name, values] of FRAMING)
    if (random() < 0.4)
      lines.splice(
        below(random, lines.length + 1),
        0,
        line(
          name,
          pick(
            random,
            values.filter((value) => value !== '9007199254740991'),
          ),
        ),
      );
  if (kind.name === 'responses' && random() < 0.2) lines.push(line('Transfer-Encoding', 'chunked'));
  // Twice the same length is legal, two different ones are a fault, and a faulty head is no template.
  const [length] = lines.filter(({ name }) => /^content-length$/i.test(name));
  for (const each of lines) if (/^content-length$/i.test(each.name)) each.value = (length as Line).value;
  // A request that has both framings is refused.
  if (kind.name === 'requests')
    for (const each of lines) if (each.name === 'Connection') each.value = pick(random, ['close', 'keep-alive']);
  return { startLine: pick(random, kind.startLines), lines };
}

// One change each, that leaves an ordinary head ordinary or does not.
type Change = (random: Random, head: Seed) => void;
const change = (act: (random: Random, each: Line, head: Seed, n: number) => void): Change => {
  return (random, head) => {
    const n = below(random, head.lines.length);
    const each = head.lines[n];
    if (each !== undefined) act(random, each, head, n);
  };
};
const flipCase = (text: string): string => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase());
const changes: { readonly [name: string]: Change } = {
  'a value, of the same length': change((random, each) => (each.value = textValue(random, each.value.length))),
  'one byte of a value': change((random, each) => {
    const at = below(random, each.value.length);
    each.value = each.value.slice(0, at) + textValue(random, 1) + each.value.slice(at + 1);
  }),
  'any byte of a value': change((random, each) => {
    const at = below(random, each.value.length);
    each.value = each.value.slice(0, at) + String.fromCharCode(below(random, 256)) + each.value.slice(at + 1);
  }),
  'a longer value': change((random, each) => (each.value += textValue(random, 1 + below(random, 60)))),
  'a value longer in front': change((random, each) => (each.value = textValue(random, 1 + below(random, 20)) + each.value)),
  'a shorter value': change((random, each) => (each.value = each.value.slice(0, 1 + below(random, each.value.length)).trim())),
  'no value': change((_, each) => (each.value = '')),
  'a value of as many bytes as an ordinary one has, or more': change(
    (random, each) => (each.value = textValue(random, 253 + below(random, 6))),
  ),
  'blanks around a value': change((random, each) => {
    if (random() < 0.5) each.separator = pick(random, [':', ':  ', ': \t', ':\t']);
    else each.end = pick(random, [' \r\n', '\t\r\n', '  \r\n']);
  }),
  'blanks instead of a value': change((random, each) => (each.value = pick(random, [' ', '\t', '   ']))),
  'a fold': change((random, each) => (each.end = pick(random, ['\r\n \r\n', '\r\n folded\r\n', '\r\n\tx\r\n y\r\n', ' \r\n z \r\n']))),
  'a line end': change((random, each) => (each.end = pick(random, ['\n', '\r', '\r\r\n', '\n\r\n', '', '\r\n\r\n']))),
  'a name in another letter case': change((_, each) => (each.name = flipCase(each.name))),
  'another name': change((random, each) => (each.name = pick(random, [...NAMES, ...FRAMING.map(([name]) => name)]))),
  'a name that is none': change(
    (random, each) => (each.name = pick(random, ['', ' ', 'a b', 'A\0', '\xe9', `${each.name} `, `${each.name}:`])),
  ),
  'a name of one byte more or less': change((random, each) => (each.name = random() < 0.5 ? `${each.name}x` : each.name.slice(0, -1))),
  'a line less': change((_, __, { lines }, n) => lines.splice(n, 1)),
  'a line twice': change((_, each, { lines }, n) => lines.splice(n, 0, { ...each })),
  'a line more': change((random, _, { lines }, n) => lines.splice(n, 0, line(pick(random, NAMES), 'more'))),
  'two lines exchanged': change((random, each, { lines }, n) => {
    const other = below(random, lines.length);
    lines[n] = lines[other] as Line;
    lines[other] = each;
  }),
  'two values exchanged': change((random, each, { lines }) => {
    const other = pick(random, lines);
    [each.value, other.value] = [other.value, each.value];
  }),
  'a start line': (random, head) => {
    const { startLine } = head;
    const at = below(random, startLine.length);
    head.startLine = pick(random, [
      startLine.replace('1.1', '1.0'),
      startLine.replace('200', '201'),
      `${startLine}x`,
      `${startLine} `,
      `\r\n${startLine}`,
      startLine.slice(0, -1),
      startLine.slice(0, at) + String.fromCharCode(below(random, 256)) + startLine.slice(at + 1),
    ]);
  },
  'a content length': (random, { lines }) => {
    const found = lines.filter(({ name }) => /^content-length$/i.test(name));
    if (found.length === 0) return;
    pick(random, found).value = pick(random, [
      '0',
      '5',
      '6',
      '18',
      '12345678',
      '00000000000000000000017',
      '9007199254740991',
      '9007199254740992',
      '99999999999999999999',
      '5, 5',
      '5,6',
      '5, x',
      ', 5',
      '5,',
      ',',
      'x',
      '-1',
      '+1',
      '1.0',
      '0x1',
      '1 2',
      '5;',
      ' 5',
      '\xb2',
      '5\t',
    ]);
  },
  'a content length more': (random, { lines }) =>
    void lines.splice(below(random, lines.length + 1), 0, line('Content-Length', pick(random, ['5', '17', 'x']))),
  'a keep-alive timeout': (random, { lines }) => {
    for (const each of lines)
      if (each.name === 'Keep-Alive')
        each.value = pick(random, [
          'timeout=6',
          'timeout=15',
          'Timeout=7',
          'max=5',
          'timeout=',
          'timeout=x',
          'timeout=1.5',
          'timeout=99999999999',
          'max=3, timeout=8',
          'timeout=8, timeout=9',
          ', timeout=4',
          'timeout = 5',
          'timeout\x1d5',
          '-',
          'timeout=5 ',
        ]);
  },
  'connection options': (random, { lines }) => {
    for (const each of lines)
      if (each.name === 'Connection')
        each.value = pick(random, ['close', 'keep-alive', 'Close', 'upgrade', 'x', 'close, x', 'keep-alive, upgrade', 'keep-alivf']);
  },
  'a transfer coding': (random, { lines }) => {
    for (const each of lines)
      if (each.name === 'Transfer-Encoding') each.value = pick(random, ['Chunked', 'identity', 'gzip', 'chunked, chunked', 'chunkee', '']);
  },
};

/** Changes that leave every line ordinary, its name as it was and its framing valid: the result has to match. */
const HARMLESS = ['a value, of the same length', 'one byte of a value', 'a longer value', 'a value longer in front', 'a shorter value'];
/** Fields that are only taken as they were. */
const isFixed = ({ name }: Line): boolean => /^(?:connection|transfer-encoding|content-length|keep-alive)$/i.test(name);

const ROUNDS = 80;

describe.each(kinds.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  // What is read again and again is judged once.
  let judged = { input: '', said: '' };
  function aloneOnce(input: Uint8Array): string {
    const key = Buffer.from(input).toString('latin1');
    if (key !== judged.input) judged = { input: key, said: alone(kind, input) };
    return judged.said;
  }

  /** Has a head read until it is a template: it has to come twice, and again when its names have been given ids meanwhile. */
  function train(peer: Peer, seed: Seed): void {
    const input = inputOf(seed);
    const expected = aloneOnce(input);
    for (let n = 0; n < 6 && (n === 0 || !peer.matched); n++) expect(peer.read(input)).toBe(expected);
    expect([textOf(seed), peer.matched]).toEqual([textOf(seed), true]);
  }

  /** Both have to say the same of the head in `input`, however it comes. */
  function expectSame(peer: Peer, input: Uint8Array, coming: Coming = {}): void {
    const said = peer.read(input, coming);
    const expected = alone(kind, input);
    if (said !== expected) {
      const detail = { input: encodeEscapes(Buffer.from(input).toString('latin1')), coming, matched: peer.matched };
      expect({ ...detail, said }).toEqual({ ...detail, said: expected });
    }
  }

  test('a head that comes again matches, with its facts', () => {
    const random = prng(1);
    const peer = new Peer(kind);
    for (let round = 0; round < ROUNDS; round++) {
      const seed = seedHead(random, kind);
      train(peer, seed);
      expectSame(peer, inputOf(seed));
      expect(peer.matched).toBe(true);
    }
  });

  test('values that change, in one line or in all that may', () => {
    const random = prng(2);
    const peer = new Peer(kind);
    for (let round = 0; round < ROUNDS; round++) {
      const seed = seedHead(random, kind);
      const free = seed.lines.filter((each) => !isFixed(each));
      for (let n = 0; n < 12; n++) {
        train(peer, seed);
        const head = copyOf(seed);
        const changeable = head.lines.filter((each) => !isFixed(each));
        const changed = n % 3 === 0 ? changeable : changeable.slice(0, 1 + below(random, 3));
        for (const each of changed) (changes[pick(random, HARMLESS)] as Change)(random, { startLine: '', lines: [each] });
        expectSame(peer, inputOf(head));
        const bytes = changed.reduce((sum, { value }, m) => sum + (value === free[m]?.value ? 0 : value.length), 0);
        if (bytes < layout.CHANGES_CAPACITY) expect([textOf(head), peer.matched]).toEqual([textOf(head), true]);
      }
    }
  });

  test('a content length and a timeout that change', () => {
    const peer = new Peer(kind);
    for (const letterCase of [(name: string) => name, (name: string) => name.toLowerCase(), (name: string) => name.toUpperCase()]) {
      const seed: Seed = {
        startLine: kind.startLines[0] as string,
        lines: [line('Date', 'x'), line(letterCase('Content-Length'), '17'), line(letterCase('Keep-Alive'), 'timeout=5'), line('Age', '0')],
      };
      for (const [value, timeout, matches] of [
        ['18', 'timeout=5', true],
        ['17', 'timeout=6', true],
        ['0', 'max=1', true],
        ['4294967296', 'timeout=77, max=2', true],
        ['9007199254740991', 'x', true],
        ['5, 5', 'timeout=5', true],
        ['9007199254740992', 'timeout=5', false],
        ['x', 'timeout=5', false],
        ['5, 6', 'timeout=5', false],
        ['', 'timeout=5', false],
        ['1 ', 'timeout=5', false],
      ] as const) {
        train(peer, seed);
        const head = copyOf(seed);
        (head.lines[1] as Line).value = value;
        (head.lines[2] as Line).value = timeout;
        expectSame(peer, inputOf(head));
        expect([value, timeout, peer.matched]).toEqual([value, timeout, matches]);
      }
    }
  });

  test.each(Object.entries(changes))('%s', (name, act) => {
    const random = prng(name.length);
    const peer = new Peer(kind);
    for (let round = 0; round < ROUNDS; round++) {
      const seed = seedHead(random, kind);
      for (let n = 0; n < 4; n++) {
        train(peer, seed);
        const head = copyOf(seed);
        act(random, head);
        expectSame(peer, inputOf(head));
        // What was a template before it is one behind it, and says the same.
        expectSame(peer, inputOf(seed));
      }
    }
  });

  test('several changes at once, bytes behind the head, two reads cut anywhere', () => {
    const random = prng(3);
    const peer = new Peer(kind);
    let matched = 0;
    let read = 0;
    for (let round = 0; round < 4 * ROUNDS; round++) {
      const seed = seedHead(random, kind);
      train(peer, seed);
      for (let n = 0; n < 8; n++) {
        const head = copyOf(seed);
        for (let count = 1 + below(random, 4); count > 0; count--) {
          const name = random() < 0.7 ? pick(random, HARMLESS) : pick(random, Object.keys(changes));
          (changes[name] as Change)(random, head);
        }
        const input = inputOf(head);
        const isWhole = random() < 0.5;
        const coming = isWhole ? {} : { first: 1 + below(random, input.length), at: layout.READ + below(random, 100) };
        expectSame(peer, random() < 0.5 ? input : bytesOf(textOf(head) + textOf(seed)), coming);
        if (!isWhole) continue;
        read++;
        if (peer.matched) matched++;
      }
    }
    expect(matched / read).toBeGreaterThan(0.15);
  });

  test('comparing writes nothing but what it reports', () => {
    const random = prng(11);
    const peer = new Peer(kind);
    const { tokeniser } = peer;
    const { bytes } = tokeniser;
    const numbers = 2 * layout.TEMPLATE_MAX_LINES;
    const reported = [
      [layout.SLOTS, layout.SLOTS + layout.SLOT_COUNT * 4],
      // Values are copied in vectors.
      [layout.CHANGES - numbers, layout.CHANGES + layout.CHANGES_CAPACITY + 16],
    ] as const;
    for (let round = 0; round < ROUNDS / 4; round++) {
      const seed = seedHead(random, kind);
      train(peer, seed);
      for (const act of Object.values(changes)) {
        const head = copyOf(seed);
        act(random, head);
        tokeniser.load(inputOf(head));
        const before = bytes.slice();
        tokeniser.templates.forEach((template, place) => {
          if (template !== null)
            tokeniser.matchHead(layout.TEMPLATES + place * layout.TEMPLATE_STEP, layout.READ, layout.READ + inputOf(head).length);
        });
        for (const [from, to] of reported) bytes.set(before.subarray(from, to), from);
        expect(Buffer.compare(bytes, before)).toBe(0);
      }
    }
  });

  describe('a head that is not complete', () => {
    const random = prng(4);
    const seeds = [0, 1].map(() => seedHead(random, kind));

    test('cut at every byte, what would complete it standing behind it', () => {
      for (const seed of seeds) {
        const peer = new Peer(kind);
        const other = copyOf(seed);
        (other.lines.find((each) => !isFixed(each)) as Line).value = 'another';
        for (const input of [inputOf(seed), inputOf(other)]) {
          for (let first = 1; first < input.length; first++) {
            train(peer, seed);
            expectSame(peer, input, { first });
            // It came in two reads, so it was not compared: behind the first one there was no more of it.
            expect(peer.matched).toBe(false);
          }
        }
      }
    });

    test('whole or cut, at the end of memory', () => {
      for (const seed of seeds) {
        const peer = new Peer(kind);
        const input = inputOf(seed);
        for (const missing of [0, 1, 2, 3, 15, 16, 17, 18, 31, 32, 33, 48, 64]) {
          for (let length = missing + 1; length <= input.length; length += length < 40 ? 1 : 7) {
            train(peer, seed);
            // `missing` bytes of those that stand there have not come yet.
            expectSame(peer, input, { at: layout.MEMORY_END - length, first: length - missing });
          }
        }
      }
    });
  });

  test('two readers that take turns share what is common, and neither is disturbed', () => {
    const random = prng(6);
    const tokeniser = makeTokeniser({ name: 'simd' });
    for (let round = 0; round < ROUNDS; round++) {
      const seed = seedHead(random, kind);
      const peers = [new Peer(kind, tokeniser), new Peer(kind, tokeniser)] as const;
      for (const peer of peers) train(peer, seed);
      const [one, other] = peers.map(({ head }) => ((head as Head).lines as Match).template);
      expect(one).toBe(other);
      for (let n = 0; n < 6; n++) {
        const head = copyOf(seed);
        (changes[pick(random, n < 3 ? HARMLESS : Object.keys(changes))] as Change)(random, head);
        expectSame(peers[n % 2] as Peer, inputOf(head));
      }
    }
  });

  test('more shapes than there are places', () => {
    const random = prng(7);
    const tokeniser = makeTokeniser({ name: 'simd' });
    const all = Array.from({ length: layout.TEMPLATE_COUNT + 5 }, (__, n) => {
      const seed = seedHead(random, kind);
      // A shape of its own.
      for (let m = 0; m <= n; m++) seed.lines.push(line('Vary', String(m)));
      return { peer: new Peer(kind, tokeniser), seed };
    });
    let matched = 0;
    const kept: { head: Head; said: unknown }[] = [];
    for (let n = 0; n < 800; n++) {
      const { peer, seed } = pick(random, all);
      const head = copyOf(seed);
      (changes[pick(random, HARMLESS)] as Change)(random, head);
      expectSame(peer, inputOf(head));
      if (!peer.matched) continue;
      matched++;
      kept.push({ head: peer.head as Head, said: describeHead(peer.head as Head) });
    }
    expect(matched).toBeGreaterThan(100);
    expect(tokeniser.templates.every((template) => template !== null)).toBe(true);
    // What was made of a template that has lost its place stays as it is.
    for (const { head, said } of kept) expect(describeHead(head)).toEqual(said);
  });

  test('as many readers as there are places, each with a shape of its own, in turn', () => {
    const random = prng(10);
    const tokeniser = makeTokeniser({ name: 'simd' });
    const all = Array.from({ length: layout.TEMPLATE_COUNT }, (__, n) => ({
      peer: new Peer(kind, tokeniser),
      seed: { startLine: kind.startLines[0] as string, lines: Array.from({ length: n + 1 }, () => line('Vary', 'v')) },
    }));
    for (let round = 0; round < 20; round++) {
      for (const { peer, seed } of all) {
        const head = copyOf(seed);
        (head.lines[0] as Line).value = textValue(random, 1 + below(random, 9));
        expectSame(peer, inputOf(head));
        expect([round, seed.lines.length, peer.matched]).toEqual([round, seed.lines.length, round > 1]);
      }
    }
  });

  test('two shapes in turn, and a third one now and then', () => {
    const random = prng(8);
    const peer = new Peer(kind);
    const seeds = ['Age', 'Vary', 'ETag'].map((name): Seed => ({
      startLine: kind.startLines[0] as string,
      lines: [line(name, '1'), line('Via', '2')],
    }));
    let matched = 0;
    for (let n = 0; n < 300; n++) {
      const head = copyOf(seeds[n % 20 === 19 ? 2 : n % 2] as Seed);
      (head.lines[0] as Line).value = textValue(random, 1 + below(random, 9));
      expectSame(peer, inputOf(head));
      if (peer.matched) matched++;
    }
    expect(matched).toBeGreaterThan(250);
  });

  test('as many lines and bytes as a template may have, and more', () => {
    for (const [count, length] of [
      [layout.TEMPLATE_MAX_LINES - 1, 10],
      [layout.TEMPLATE_MAX_LINES, 10],
      [layout.TEMPLATE_MAX_LINES + 1, 10],
      [8, 128],
      [9, 128],
      [12, 190],
      [13, 190],
    ] as const) {
      const peer = new Peer(kind);
      const seed: Seed = {
        startLine: kind.startLines[0] as string,
        lines: Array.from({ length: count }, () => line('Vary', 'v'.repeat(length))),
      };
      const isSmall = count <= layout.TEMPLATE_MAX_LINES && inputOf(seed).length <= layout.TEMPLATE_MAX_BYTES;
      for (let n = 0; n < 4; n++) {
        const head = copyOf(seed);
        // All of them, the first one, the last one, none.
        head.lines.forEach((each, m) => {
          if (n === 0 || (n === 1 && m === 0) || (n === 2 && m === count - 1)) each.value = `${m}`.padEnd(length, 'w');
        });
        for (let m = 0; m < 2; m++) expectSame(peer, inputOf(seed));
        expectSame(peer, inputOf(head));
        // All values of the longer ones are more than fit.
        const fits = n > 0 || count * length <= layout.CHANGES_CAPACITY;
        expect([count, n, peer.matched]).toEqual([count, n, isSmall && fits]);
      }
    }
  });

  test('limits are those of the reader, whoever made the template', () => {
    const tokeniser = makeTokeniser({ name: 'simd' });
    const seed: Seed = { startLine: kind.startLines[0] as string, lines: [line('Age', '1'), line('Via', '2'), line('Vary', '3')] };
    const size = inputOf(seed).length;
    const longer = copyOf(seed);
    (longer.lines[1] as Line).value = '22';
    train(new Peer(kind, tokeniser), seed);
    for (const limits of [{ maxHeaders: 3, maxHeaderSize: size }, { maxHeaders: 2 }, { maxHeaderSize: size - 1 }]) {
      const peer = new Peer(kind, tokeniser, { limits });
      for (let n = 0; n < 3; n++)
        for (const head of [seed, seed, longer]) expect(peer.read(inputOf(head))).toBe(alone(kind, inputOf(head), { limits }));
    }
  });

  test('a head that comes in pieces on one connection, while another’s match', () => {
    const tokeniser = makeTokeniser({ name: 'simd' });
    const seed: Seed = {
      startLine: kind.startLines[0] as string,
      lines: [line('Age', '1'), line('Content-Length', '0'), line('Vary', '3')],
    };
    const input = bytesOf(`${kind.startLines[0]}\r\n${'X-Unknown: y\r\nHost: z\r\n'.repeat(20)}A: b\r\n\r\n`);
    const matching = new Peer(kind, tokeniser);
    const reader = kind.make(tokeniser, DEFAULT_LIMITS, 0);
    beginHead(reader);
    for (let at = 0; at < input.length; at += 5) {
      train(matching, seed);
      const piece = input.subarray(at, at + 5);
      tokeniser.load(piece);
      reader.read(layout.READ, layout.READ + piece.length);
    }
    expect(JSON.stringify(describeHead(reader.head as Head))).toBe(alone(kind, input));
  });
});

// Engines without SIMD, and one without names, whose heads all look alike from their names' ids.
test.each(subjects.map(({ name }) => name))('on the engine %s nothing is taken for what it is not', (name) => {
  const random = prng(9);
  for (const kind of kinds) {
    const peer = new Peer(kind, makeTokeniser({ name }));
    let matched = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const seed = seedHead(random, kind);
      for (let n = 0; n < 6; n++) {
        const head = copyOf(seed);
        if (n > 2) (changes[pick(random, Object.keys(changes))] as Change)(random, head);
        const input = inputOf(head);
        expect([textOf(head), peer.read(input)]).toEqual([textOf(head), alone(kind, input)]);
        if (peer.matched) matched++;
      }
    }
    expect(matched > 0).toBe(name.startsWith('simd'));
  }
});

// The start lines have one length, the names are the same: the same shape, for heads of which a strict reader takes only one.
test.each<[lenient: Lenient, strange: string, plain: string]>([
  [{ icy: true }, 'ICY 200 Okay', 'HTTP/1.1 200'],
  [{ spacesInStatusLine: true }, 'HTTP/1.1  200 K', 'HTTP/1.1 200 OK'],
])('what a reader with %j took is no template for one without', (lenient, strange, plain) => {
  expect(strange.length).toBe(plain.length);
  const tokeniser = makeTokeniser({ name: 'simd' });
  const inputs = [strange, plain].map((startLine) => inputOf({ startLine, lines: [line('Server', 's'), line('Age', '1')] }));
  const [odd, usual] = inputs as [Uint8Array, Uint8Array];
  const tolerant = new Peer(responses, tokeniser, { lenient });
  for (let n = 0; n < 3; n++) expect(tolerant.read(odd)).toBe(alone(responses, odd, { lenient }));
  expect(tolerant.matched).toBe(true);
  const strict = new Peer(responses, tokeniser);
  for (const input of [usual, usual, odd, usual, usual, odd]) expect(strict.read(input)).toBe(alone(responses, input));
});

test('a request and a response never share one', () => {
  const tokeniser = makeTokeniser({ name: 'simd' });
  const lines = [line('Server', 's'), line('Age', '1')];
  const response = inputOf({ startLine: 'HTTP/1.1 200 OK', lines });
  const request = inputOf({ startLine: 'GET /a HTTP/1.1', lines });
  expect(request.length).toBe(response.length);
  const server = new Peer(requests, tokeniser);
  const client = new Peer(responses, tokeniser);
  for (let n = 0; n < 4; n++) {
    expect(client.read(response)).toBe(alone(responses, response));
    expect(server.read(request)).toBe(alone(requests, request));
  }
  expect([client.matched, server.matched]).toEqual([true, true]);
  expect(server.read(response)).toBe(alone(requests, response));
});
