// Random bytes with structure: all engines have to agree on all of them, read whole and split. The seeds are our
// vectors and the RFC corpus, mutated one to four times, and heads and bodies made up of likely parts. The numbers are
// seeded, so a failure repeats; its input is printed in the notation of the vectors, to become one.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as layout from '../../src/wasm/layout.generated.js';
import { bytesOf, latin1, readChunks, readHead, subjects, type HeadOptions, type Subject } from '../support/engines.js';
import { prng, randomSplit, type Cuts } from '../support/splits.js';
import { encodeEscapes, loadVectors } from '../support/vectors.js';

const ROUNDS = 12_000;
const LONGEST_SEED = 700;

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;

const vectors = loadVectors().filter(({ input }) => input.length > 0 && input.length < LONGEST_SEED);
const corpus = (JSON.parse(readFileSync('test/corpus/rfc_vectors.json', 'utf8')) as { kind: string; raw?: string }[])
  .filter(({ kind, raw = '' }) => (kind === 'response' || kind === 'request') && raw.length > 0 && raw.length < LONGEST_SEED)
  .map(({ kind, raw = '' }) => ({ kind, input: bytesOf(raw), bodyAt: raw.indexOf('\r\n\r\n') + 4 }));

const seeds = {
  response: [...vectors, ...corpus].filter(({ kind }) => kind === 'response').map(({ input }) => input),
  request: [...vectors, ...corpus].filter(({ kind }) => kind === 'request').map(({ input }) => input),
  trailer: vectors.filter(({ kind }) => kind === 'trailer').map(({ input }) => input),
  chunked: [
    ...vectors.filter(({ kind }) => kind === 'chunked').map(({ input }) => input),
    ...corpus.filter(({ input }) => latin1(input).includes('chunked')).map(({ input, bodyAt }) => input.subarray(bodyAt)),
  ],
};

/** Bytes that decide something, more often than the others. */
const TELLING = bytesOf('\r\n\r\n \t:,;"\\=\0\x01\x1d\x7f\x80\xa0\xff0159aAfFgHhTt-/.');

function mutate(random: Random, seed: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  let text = [...seed];
  for (let n = 1 + below(random, 4); n > 0; n--) {
    const at = below(random, text.length + 1);
    const byte = random() < 0.8 ? pick(random, [...TELLING]) : below(random, 256);
    switch (below(random, 10)) {
      case 0:
        text.splice(at, 1);
        break;
      case 1:
        text.splice(at, 0, byte);
        break;
      case 2:
      case 3:
        if (at < text.length) text[at] = byte;
        break;
      case 4:
        // One bit: letter case, or a control character that resembles a letter.
        if (at < text.length) text[at] = (text[at] as number) ^ (1 << below(random, 8));
        break;
      case 5: {
        const lineEnds = text.flatMap((value, index) => (value === 0x0d || value === 0x0a ? [index] : []));
        const lineEnd = lineEnds.length > 0 ? pick(random, lineEnds) : 0;
        if (random() < 0.5) text.splice(lineEnd, 1);
        else text[lineEnd] = 0x17 ^ (text[lineEnd] ?? 0x0a); // CR to SUB, LF to GS, to be found by neither
        break;
      }
      case 6: {
        const lineEnds = text.flatMap((value, index) => (value === 0x0d || value === 0x0a ? [index] : []));
        if (lineEnds.length > 0) {
          const lineEnd = pick(random, lineEnds);
          text[lineEnd] = text[lineEnd] === 0x0d ? 0x0a : 0x0d;
        }
        break;
      }
      case 7: {
        const from = below(random, text.length + 1);
        text.splice(at, 0, ...text.slice(from, from + below(random, 24)));
        break;
      }
      case 8: {
        const other = pick(random, others);
        text = [...text.slice(0, at), ...other.subarray(below(random, other.length))];
        break;
      }
      default:
        // Long enough for a vector, or for two and a tail.
        text.splice(at, 0, ...Array.from({ length: below(random, 80) }, () => (random() < 0.5 ? 0x61 : 0x20)));
    }
  }
  return Uint8Array.from(text.slice(0, 3000));
}

const NAMES = [
  'A',
  'Content-Length',
  'content-length',
  'Transfer-Encoding',
  'TRANSFER-ENCODING',
  'Connection',
  'Keep-Alive',
  'Upgrade',
  'Host',
  'Server',
  'set-cookie',
  'X-Unknown',
  'X-'.repeat(20),
];
const VALUES = [
  '',
  '5',
  '5, 5',
  '6',
  'chunked',
  'identity',
  'gzip',
  'close',
  'keep-alive, Upgrade',
  'timeout=5, max=1',
  'a\tb',
  'v'.repeat(70),
  '4294967295',
  '\xe9',
];
const SEPARATORS = [':', ': ', ':\t ', ': ', ': ', ' :'];
const LINE_ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', ' \r\n', '\n', '\r\n ', '\r\n\t', '\r\n \r\n '];
const START_LINES = {
  response: ['HTTP/1.1 200 OK', 'HTTP/1.0 204', 'HTTP/1.1 404 Not Found ', 'ICY 200 OK', 'HTTP/1.1  200 OK', '\r\n\r\nHTTP/1.1 200'],
  request: ['GET / HTTP/1.1', 'CONNECT a:1 HTTP/1.0', '\r\nPOST /x HTTP/1.1'],
  trailer: [''],
};

function compose(random: Random, kind: 'response' | 'request' | 'trailer'): Uint8Array {
  const lines = Array.from(
    { length: below(random, random() < 0.9 ? 7 : 60) },
    () => pick(random, NAMES) + pick(random, SEPARATORS) + pick(random, VALUES) + pick(random, LINE_ENDS),
  );
  return bytesOf(`${pick(random, START_LINES[kind])}${kind === 'trailer' ? '' : pick(random, LINE_ENDS)}${lines.join('')}\r\n`);
}

function composeChunks(random: Random): Uint8Array {
  const chunks = Array.from({ length: below(random, 8) }, () => {
    const size = pick(random, [1, 2, 15, 16, 17, 40, 260, below(random, 300)]);
    const extension = pick(random, ['', '', '', '', ' ', ';a=b', ';a="\\";\r"', ' ;x="y"']);
    return `${'0'.repeat(below(random, 4))}${size.toString(16)}${extension}\r\n${String.fromCharCode(0x61 + below(random, 26)).repeat(size)}\r\n`;
  });
  return bytesOf(`${chunks.join('')}0\r\n${pick(random, ['\r\n', '\r\n', 'A: b\r\n\r\n', '\n'])}`);
}

const QUIRKS = [
  layout.QUIRK_INVALID_FIELDS,
  layout.QUIRK_SPACE_BEFORE_COLON,
  layout.QUIRK_CONTROL_CHARACTERS,
  layout.QUIRK_LF_IN_CHUNKS,
  layout.QUIRK_SPACES_IN_STATUS_LINE,
  layout.QUIRK_ICY,
];
const someQuirks = (random: Random): number =>
  random() < 0.4 ? 0 : QUIRKS.reduce((flags, quirk) => flags | (random() < 0.5 ? quirk : 0), 0);

/** All engines, whole and split at random, against the first of them. */
function agree(random: Random, input: Uint8Array, about: unknown, read: (subject: Subject, cuts: Cuts) => unknown): void {
  let first: string | undefined;
  for (const subject of subjects) {
    for (const cuts of [[], randomSplit(input.length, random)]) {
      const outcome = JSON.stringify(read(subject, cuts));
      first ??= outcome;
      if (outcome !== first) {
        const detail = { input: encodeEscapes(latin1(input)), about, engine: subject.name, cuts };
        expect({ ...detail, outcome }).toEqual({ ...detail, outcome: first });
      }
    }
  }
}

describe.each([
  ['response', layout.KIND_RESPONSE],
  ['request', layout.KIND_REQUEST],
  ['trailer', layout.KIND_TRAILER],
] as const)('heads: %s', (kind, flag) => {
  const rounds = kind === 'response' ? ROUNDS : ROUNDS / 4;

  const options = (random: Random, length: number): HeadOptions => ({
    flags: flag | someQuirks(random),
    maxFields: random() < 0.9 ? 1000 : below(random, 4),
    maxSize: random() < 0.9 ? layout.HEAD_CAPACITY : below(random, length + 3),
  });

  test('mutated seeds', () => {
    const random = prng(1 + flag);
    for (let round = 0; round < rounds; round++) {
      const input = mutate(random, pick(random, seeds[kind]), seeds[kind]);
      const about = options(random, input.length);
      agree(random, input, about, (subject, cuts) => readHead(subject, input, about, cuts));
    }
  });

  test('made-up heads, as they are and mutated', () => {
    const random = prng(11 + flag);
    for (let round = 0; round < rounds; round++) {
      const whole = compose(random, kind);
      const input = random() < 0.5 ? whole : mutate(random, whole, seeds[kind]);
      const about = options(random, input.length);
      agree(random, input, about, (subject, cuts) => readHead(subject, input, about, cuts));
    }
  });
});

describe('chunked bodies', () => {
  test.each([
    ['mutated seeds', 21, (random: Random) => mutate(random, pick(random, seeds.chunked), seeds.chunked)],
    ['made-up bodies', 22, composeChunks],
    ['made-up bodies, mutated', 23, (random: Random) => mutate(random, composeChunks(random), seeds.chunked)],
  ] as const)('%s', (_, seed, make) => {
    const random = prng(seed);
    for (let round = 0; round < ROUNDS / 2; round++) {
      const input = make(random);
      const flags = someQuirks(random);
      agree(random, input, { flags }, (subject, cuts) => readChunks(subject, input, flags, cuts));
    }
  });
});
