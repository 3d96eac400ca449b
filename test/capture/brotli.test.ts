// Brotli against Node's own encoder and decoder: every quality, mode and window; every prefix; any bytes.

import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { unbrotli } from '../../src/capture/brotli.js';

const NO_LIMIT = Infinity;
const text = readFileSync('src/capture/brotli.ts');
const words = Buffer.from(
  'The Quick brown fox: "https://www.example.com/index.html?x=1" said that, of the people, by the government for a while. ' +
    '漢字仮名交じり文 — Καλημέρα κόσμε, Здравствуй мир, résumé naïve; <div class="content">TIME Life HOME</div>\r\n',
);

describe('what the encoder makes is what it was made of', () => {
  const inputs: readonly [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('a')],
    ['source text', text],
    ['words of the dictionary', words],
    ['runs', Buffer.concat([Buffer.alloc(20_000, 'ab'), text.subarray(0, 8000), Buffer.alloc(60_000)])],
    ['all bytes', Buffer.from(Array.from({ length: 30_000 }, (_, n) => (n * n * 31) & 0xff))],
  ];
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_MODE, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const settings = [0, 1, 4, 5, 9, 11].flatMap((quality) =>
    [0, 1, 2].flatMap((mode) => [10, 16, 24].map((window) => [quality, mode, window] as const)),
  );

  test.each(inputs)('%s', (_what, input) => {
    for (const [quality, mode, window] of settings) {
      const coded = brotliCompressSync(input, {
        params: {
          [BROTLI_PARAM_QUALITY]: quality,
          [BROTLI_PARAM_MODE]: mode,
          [BROTLI_PARAM_LGWIN]: window,
          [BROTLI_PARAM_SIZE_HINT]: input.length,
        },
      });
      const { bytes, problem } = unbrotli(coded, NO_LIMIT);
      expect({ problem, same: input.equals(bytes), quality, mode, window }).toEqual({ problem: null, same: true, quality, mode, window });
    }
  });
});

test('the beginning of a stream gives the beginning of what it stands for', () => {
  const coded = brotliCompressSync(text);
  let last = 0;
  for (let end = 0; end < coded.length; end += 29) {
    const { bytes, problem } = unbrotli(coded.subarray(0, end), NO_LIMIT);
    expect(problem).toBe('the input ends in the middle');
    expect(text.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(bytes.length).toBeGreaterThanOrEqual(last);
    last = bytes.length;
  }
  expect(last).toBeGreaterThan(text.length * 0.9);
});

test('one byte more than the limit, and no more', () => {
  const coded = brotliCompressSync(Buffer.alloc(10_000_000));
  expect(unbrotli(coded, 1000)).toMatchObject({ bytes: { length: 1001 }, problem: null });
  for (const limit of [0, 1, 999]) expect(unbrotli(brotliCompressSync(text), limit).bytes.length).toBe(limit + 1);
  expect(unbrotli(brotliCompressSync(text), text.length).bytes.length).toBe(text.length);
});

test('metadata between the meta-blocks', () => {
  // WBITS 16; a metadata block of two bytes; the empty last block.
  const bits = ['0', '0', '11', '0', '10', '10000000', '0'].join('');
  const head = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) as string[];
  const stream = Uint8Array.from([...head.map((byte) => parseInt([...byte].reverse().join(''), 2)), 0xaa, 0xbb, 0x03]);
  expect(brotliDecompressSync(stream).length).toBe(0);
  expect(unbrotli(stream, NO_LIMIT)).toEqual({ bytes: new Uint8Array(0), problem: null });
});

test('any bytes: the same verdict as of the other decoder, and the same bytes', () => {
  const coded = brotliCompressSync(words);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.tuple(fc.nat(coded.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }).map((changes) => {
      const changed = Uint8Array.from(coded);
      for (const [at, value] of changes) changed[at] = value;
      return changed;
    }),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      let expected: Buffer | null = null;
      try {
        expected = brotliDecompressSync(input, { maxOutputLength: 1 << 20 });
      } catch (error) {
        if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return;
      }
      const ours = unbrotli(input, 1 << 20);
      expect(ours.problem === null).toBe(expected !== null);
      if (expected !== null) expect(expected.equals(ours.bytes)).toBe(true);
    }),
    { seed: 1, numRuns: 1000 },
  );
});
