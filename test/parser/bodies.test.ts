// The memory of body bytes: never WebAssembly's, right during the call, the caller's own where a stretch is long, joined or lent where
// it is short; and what kinds of bytes may be pushed. On every build.
// Which bytes they are, however they are cut, is in parser.test.ts.

import { describe, expect, test } from '@jest/globals';
import { ResponseParser, type ResponseHandlers } from '../../src/parser.js';
import { makeTokeniser, subjects } from '../support/engines.js';
import { byteByByte, prng, randomSplit, type Cuts } from '../support/splits.js';
import { conversations } from './conversations.js';
import { difference, latin1, Log, makeParser, outcome, play, type Script } from './play.js';

const builds = subjects.map((subject) => [subject.name, makeTokeniser(subject)] as const);

/** Bytes of which no two places look alike. */
function pattern(length: number): Buffer {
  const random = prng(length + 1);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

const HEAD = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
const chunked = (sizes: readonly number[], body = pattern(sizes.reduce((sum, size) => sum + size, 0))): { body: Buffer; bytes: Buffer } => {
  let at = 0;
  const chunks = sizes.map((size) =>
    Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, (at += size)), Buffer.from('\r\n')]),
  );
  return { body, bytes: Buffer.concat([HEAD, ...chunks, Buffer.from('0\r\n\r\n')]) };
};

const MIXED = [1, 2, 4095, 4096, 3, 10_000, 5, 5, 5, 40_000, 4097, 16_384, 1, 16_385, 100, 8191];
const SMALL = Array.from({ length: 3000 }, (_, n) => 1 + (n % 37));
const bodies = {
  'few chunks': chunked([1, 2, 4095, 4096, 3, 16]),
  chunks: chunked(MIXED),
  'small chunks': chunked(SMALL),
  'one chunk': chunked([50_000]),
  'a length': {
    body: pattern(50_000),
    bytes: Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n'), pattern(50_000)]),
  },
  'to the close': { body: pattern(50_000), bytes: Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), pattern(50_000)]) },
} as const;
const kinds = Object.keys(bodies) as (keyof typeof bodies)[];

/** Pushes the bytes in pieces that end at `cuts`, and closes. */
function pushAll(parser: ResponseParser, bytes: Uint8Array, cuts: Cuts): void {
  let used = 0;
  for (const end of [...cuts, bytes.length]) used += parser.push(bytes.subarray(used, end));
  expect(used).toBe(bytes.length);
  parser.finish();
}

/** Cutting longer inputs than this byte by byte takes its time. */
const SHORT = 20_000;

describe.each(builds)('%s', (build, tokeniser) => {
  const random = prng(31);
  const every = (size: number, length: number): Cuts => Array.from({ length: Math.ceil(length / size) - 1 }, (_, n) => (n + 1) * size);
  const splitsOf = (length: number): Cuts[] => [
    [],
    ...[1460, 4096, 16_384, 65_536].map((size) => every(size, length)),
    ...Array.from({ length: 6 }, () => randomSplit(length, random, 40)),
    ...(length > SHORT ? [] : [byteByByte(length)]),
  ];
  const isTheirs = (bytes: Uint8Array): boolean => bytes.buffer === tokeniser.bytes.buffer;

  test.each(kinds)('%s: pieces are right during the call, never in WebAssembly memory, and slices of them stay', (kind) => {
    const { body, bytes } = bodies[kind];
    for (const cuts of splitsOf(bytes.length)) {
      const slices: Uint8Array[] = [];
      let at = 0;
      let wrong = 0;
      const onBody = (piece: Uint8Array): void => {
        if (piece.length === 0 || isTheirs(piece) || !body.subarray(at, at + piece.length).equals(piece)) wrong++;
        at += piece.length;
        slices.push(piece.slice());
      };
      pushAll(new ResponseParser({ onBody }, {}, tokeniser), bytes, cuts);
      expect([cuts.length, wrong, at]).toEqual([cuts.length, 0, body.length]);
      expect(Buffer.concat(slices).equals(body)).toBe(true);
    }
  });

  // Of a Buffer, slice() is no copy: what is handed out must not be one, even if all of what was pushed is body.
  test.each(kinds)('%s: slices stay, though the Buffers pushed and lent are used again', (kind) => {
    const { body, bytes } = bodies[kind];
    for (const size of [1, 100, 1460, 65_536]) {
      const slices: Uint8Array[] = [];
      const own = Buffer.alloc(size);
      const lent = Buffer.alloc(50);
      const handlers: ResponseHandlers = {
        onSpace: () => lent,
        onBody: (piece) => {
          slices.push(piece.slice());
          lent.fill(0xee);
        },
      };
      const parser = new ResponseParser(handlers, {}, tokeniser);
      for (let at = 0; at < bytes.length; at += size) {
        const length = own.write(bytes.toString('latin1', at, at + size), 'latin1');
        parser.push(length === size ? own : own.subarray(0, length));
        own.fill(0xee);
      }
      expect([size, Buffer.concat(slices).equals(body)]).toEqual([size, true]);
    }
  });

  test('a head and its trailers are good for ever, whatever becomes of the bytes pushed', () => {
    for (const script of conversations) {
      const expected = JSON.stringify(outcome(play(script, tokeniser)));
      for (const size of [1, 9, script.bytes.length + 1]) {
        const log = new Log();
        const parser = makeParser(script, log.handlers, tokeniser);
        const own = new Uint8Array(size);
        let used = 0;
        let error: unknown = null;
        try {
          while (used < script.bytes.length) {
            const piece = script.bytes.subarray(used, used + size);
            own.set(piece);
            const taken = parser.push(own.subarray(0, piece.length));
            own.fill(0xff);
            used += taken;
            if (taken < piece.length) break;
          }
          if (script.closes) parser.finish();
        } catch (thrown) {
          error = thrown;
        }
        log.close();
        expect(JSON.stringify(outcome({ ...log, used, error }))).toBe(expected);
      }
    }
  });

  describe('stretches are handed out where they are', () => {
    const piecesOf = (pushes: readonly Uint8Array[]): Uint8Array[] => {
      const pieces: Uint8Array[] = [];
      const parser = new ResponseParser({ onBody: (piece) => void pieces.push(piece) }, {}, tokeniser);
      for (const bytes of pushes) parser.push(bytes);
      return pieces;
    };
    const isViewOf = (piece: Uint8Array | undefined, whole: Uint8Array, start: number, length: number): boolean =>
      piece !== undefined && piece.buffer === whole.buffer && piece.byteOffset === whole.byteOffset + start && piece.length === length;

    test.each(['a length', 'to the close'] as const)('%s: all of it', (kind) => {
      const { bytes } = bodies[kind];
      const start = bytes.indexOf('\r\n\r\n') + 4;
      const pieces = piecesOf([bytes]);
      expect(pieces).toHaveLength(1);
      expect(isViewOf(pieces[0], bytes, start, 50_000)).toBe(true);
      const [, ...rest] = piecesOf([bytes.subarray(0, 1000), bytes.subarray(1000, 1001), bytes.subarray(1001)]);
      expect(rest.map((piece, n) => isViewOf(piece, bytes, [1000, 1001][n] as number, piece.length))).toEqual([true, true]);
    });

    test('a chunk of which 4096 bytes or more are to come; others are joined', () => {
      for (const size of [1, 4095, 4096, 4097, 16_384, 40_000]) {
        const { bytes, body } = chunked([size]);
        const start = HEAD.length + size.toString(16).length + 2;
        const pieces = piecesOf([bytes]);
        expect(pieces).toHaveLength(1);
        expect([size, isViewOf(pieces[0], bytes, start, size), pieces[0]?.buffer === bytes.buffer]).toEqual([
          size,
          size >= 4096,
          size >= 4096,
        ]);
        if (size < 4096) expect(body.equals(pieces[0] as Uint8Array)).toBe(true);
      }
    });

    test('however the long chunk is cut', () => {
      const { bytes } = chunked([20_000]);
      const start = HEAD.length + 6;
      const [first, second, third] = piecesOf([
        bytes.subarray(0, start + 1),
        bytes.subarray(start + 1, start + 10_000),
        bytes.subarray(start + 10_000),
      ]);
      expect([
        isViewOf(first, bytes, start, 1),
        isViewOf(second, bytes, start + 1, 9999),
        isViewOf(third, bytes, start + 10_000, 10_000),
      ]).toEqual([true, true, true]);
    });

    test('small chunks are one piece for each push of moderate length, or few', () => {
      const { bytes, body } = chunked(SMALL.slice(0, 400));
      expect(bytes.length).toBeLessThan(16_384);
      expect(piecesOf([bytes]).map((piece) => piece.length)).toEqual([body.length]);
      expect(piecesOf([bytes.subarray(0, 3000), bytes.subarray(3000)])).toHaveLength(2);
      const many = bodies['small chunks'];
      expect(piecesOf([many.bytes]).length).toBeLessThanOrEqual(Math.ceil(many.bytes.length / 16_384) + 1);
    });
  });

  test('a body of more than 4 GiB', () => {
    const size = 2 ** 32 + 3;
    const piece = new Uint8Array(2 ** 26);
    for (const [head, end] of [
      [`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`, ''],
      [`${HEAD.toString()}${size.toString(16)}\r\n`, '\r\n1\r\na\r\n0\r\n\r\n'],
    ] as const) {
      let came = 0;
      let ended = 0;
      const parser = new ResponseParser({ onBody: ({ length }) => void (came += length), onEnd: () => ended++ }, {}, tokeniser);
      parser.push(Buffer.from(head));
      for (let left = size; left > 0; left -= piece.length) parser.push(piece.subarray(0, Math.min(left, piece.length)));
      expect([came, ended]).toEqual([size, end === '' ? 1 : 0]);
      parser.push(Buffer.from(`${end}HTTP/1.1 204 No\r\n\r\n`));
      expect([came, ended]).toEqual([end === '' ? size : size + 1, 2]);
    }
  });

  describe('memory that is lent', () => {
    /** Lends memory in the middle of an area that has to stay as it is around the part that is filled. */
    class Lender {
      asked = 0;
      wrong = 0;
      readonly pieces: Buffer[] = [];
      readonly #area = Buffer.alloc(70_016, 0xee);
      readonly #size: () => number;
      #lent = 0;
      #length = 0;

      constructor(size: () => number) {
        this.#size = size;
      }

      readonly handlers: ResponseHandlers = {
        onSpace: (length) => {
          this.asked++;
          if (!(length > 0) || !Number.isInteger(length)) this.wrong++;
          this.#lent = this.#size();
          this.#length = length;
          return this.#area.subarray(8, 8 + this.#lent);
        },
        onBody: (piece) => {
          this.pieces.push(Buffer.from(piece));
          if (piece.buffer !== this.#area.buffer) return;
          const start = piece.byteOffset - this.#area.byteOffset;
          if (start !== 8 || piece.length > this.#lent || piece.length > this.#length) this.wrong++;
          this.#area.fill(0xee, 8, 8 + piece.length);
          if (this.pieces.length % 50 === 0) this.check();
        },
      };

      check(): void {
        if (!this.#area.equals(Buffer.alloc(this.#area.length, 0xee))) this.wrong++;
      }
    }

    const sizes: readonly (readonly [name: string, size: () => number])[] = [
      ...[1, 2, 3, 5, 16, 64, 99, 100].map((size) => [`${size} bytes`, () => size] as const),
      ['of any size', () => 1 + Math.floor(random() * 100)],
      ['of large sizes', () => 1 + Math.floor(random() * 70_000)],
      ['of no size, often', () => Math.floor(random() * 3)],
      ['of no size', () => 0],
    ];
    const some = [1, 2, 4095, 3, 5000, 5, 5, 5, 4097, 1, 100];

    test.each(sizes)('%s: is filled from its front, as far as it goes', (_, size) => {
      for (const { body, bytes } of [chunked(some), chunked(SMALL.slice(0, 150))]) {
        for (const cuts of splitsOf(bytes.length)) {
          const lender = new Lender(size);
          pushAll(new ResponseParser(lender.handlers, {}, tokeniser), bytes, cuts);
          lender.check();
          expect([cuts.length, lender.wrong, Buffer.concat(lender.pieces).equals(body)]).toEqual([cuts.length, 0, true]);
          expect(lender.asked).toBeGreaterThan(0);
        }
      }
    });

    test('is used for small chunks', () => {
      const { bytes, body } = chunked(SMALL.slice(0, 100));
      const lent: Uint8Array[] = [];
      const asked: number[] = [];
      const pieces: Uint8Array[] = [];
      const handlers: ResponseHandlers = {
        onSpace: (length) => {
          asked.push(length);
          lent.push(new Uint8Array(100_000));
          return lent.at(-1) as Uint8Array;
        },
        onBody: (piece) => void pieces.push(piece),
      };
      pushAll(new ResponseParser(handlers, {}, tokeniser), bytes, []);
      expect(pieces).toHaveLength(1);
      expect([pieces[0]?.buffer === lent[0]?.buffer, pieces[0]?.byteOffset, pieces[0]?.length]).toEqual([true, 0, body.length]);
      expect(asked[0]).toBeLessThanOrEqual(bytes.length);
      expect(asked[0]).toBeGreaterThanOrEqual(body.length);
    });

    test('is its owner’s again when push() returns, whether something came to it or not', () => {
      const lent: Uint8Array[] = [];
      const handlers: ResponseHandlers = { onSpace: () => lent[lent.push(new Uint8Array(10)) - 1] as Uint8Array };
      const parser = new ResponseParser(handlers, {}, tokeniser);
      let given = 0;
      for (const text of ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '5', '\r', '\n', 'ab', 'cde', '\r\n', '1\r\nf']) {
        parser.push(Buffer.from(text));
        for (; given < lent.length; given++) (lent[given] as Uint8Array).fill(0xff);
      }
      expect(lent.length).toBeGreaterThan(2);
      expect(lent.every((area) => area.every((byte) => byte === 0xff))).toBe(true);
    });

    test('is not asked for while bytes need not be moved', () => {
      let asked = 0;
      const handlers = { onSpace: () => new Uint8Array(++asked) };
      for (const kind of ['a length', 'to the close'] as const) {
        for (const cuts of splitsOf(bodies[kind].bytes.length).slice(0, 8))
          pushAll(new ResponseParser(handlers, {}, tokeniser), bodies[kind].bytes, cuts);
      }
      expect(asked).toBe(0);
    });
  });

  describe('a fault behind good bytes', () => {
    const faults: readonly (readonly [name: string, text: string, rule: string])[] = [
      ['a size', 'x\r\n', 'chunk-size'],
      ['an extension', '1;\x01\r\n', 'chunk-extension'],
      ['a bare LF', '1\na\r\n', 'chunk-line-end'],
      ['a trailer', '0\r\nA b\r\n\r\n', 'field-name'],
    ];

    test.each(faults)('%s: the good bytes first, then the error', (_, text, rule) => {
      for (const sizes of [[3], [1, 2, 3], [5000], [5000, 3], [4096, 20_000, 7]]) {
        const { bytes, body } = chunked(sizes);
        const script: Script = {
          kind: 'response',
          bytes: Buffer.concat([bytes.subarray(0, -5), Buffer.from(text, 'latin1')]),
          closes: false,
        };
        const { messages, error } = play(script, tokeniser);
        expect(messages[0]?.body === latin1(body)).toBe(true);
        expect(error).toMatchObject({ name: 'InvalidMessage', rule });
        // It is behind the last good byte, wherever that came from.
        expect((error as { offset: number }).offset).toBeGreaterThanOrEqual(bytes.length - 5);
        expect(difference(script, tokeniser, splitsOf(script.bytes.length))).toBeNull();
      }
    });

    test('too much of it: as much as may be, then the error', () => {
      for (const kind of kinds) {
        const { bytes, body } = bodies[kind];
        for (const maxBodySize of [0, 1, 4095, 4097, 8192, body.length - 1]) {
          for (const cuts of splitsOf(bytes.length).slice(0, 6)) {
            const script: Script = { kind: 'response', bytes, options: { limits: { maxBodySize } }, closes: true };
            const { messages, error } = play(script, tokeniser, cuts);
            expect(messages[0]?.body === latin1(body.subarray(0, maxBodySize))).toBe(true);
            expect(error).toMatchObject({ name: 'LimitExceeded', limit: 'maxBodySize', value: maxBodySize });
          }
        }
        const script: Script = { kind: 'response', bytes, options: { limits: { maxBodySize: body.length } }, closes: true };
        expect(play(script, tokeniser).error).toBeNull();
      }
    });
  });

  describe('what may be pushed', () => {
    const area = Buffer.concat([Buffer.alloc(13, 'z'), bodies.chunks.bytes, Buffer.alloc(7, 'z')]);
    const slice = new Uint8Array(bodies.chunks.bytes);
    const shared = new Uint8Array(new SharedArrayBuffer(slice.length));
    shared.set(slice);

    test.each<[string, Uint8Array]>([
      ['a Buffer', Buffer.from(slice)],
      ['a part of a Buffer', area.subarray(13, -7)],
      ['an Uint8Array', slice],
      ['a part of one', new Uint8Array(area.buffer, area.byteOffset + 13, slice.length)],
      ['shared memory', shared],
    ])('%s', (_, bytes) => {
      for (const cuts of splitsOf(bytes.length).slice(0, 6)) {
        const { messages } = play({ kind: 'response', bytes, closes: true }, tokeniser, cuts);
        expect(messages[0]?.body === latin1(bodies.chunks.body)).toBe(true);
      }
    });

    test('nothing, at any time, which changes nothing', () => {
      for (const script of conversations) {
        const log = new Log();
        const parser = makeParser(script, log.handlers, tokeniser);
        let used = 0;
        let error: unknown = null;
        try {
          for (const byte of script.bytes) {
            used += parser.push(new Uint8Array(0));
            const taken = parser.push(Uint8Array.of(byte));
            used += taken + parser.push(Buffer.alloc(0));
            if (taken === 0) break;
          }
          if (script.closes) parser.finish();
        } catch (thrown) {
          error = thrown;
        }
        log.close();
        expect(JSON.stringify(outcome({ ...log, used, error }))).toBe(JSON.stringify(outcome(play(script, tokeniser))));
      }
    });
  });
});
