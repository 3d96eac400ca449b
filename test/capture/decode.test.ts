// Content codings: what comes out, what is said where not all comes out, and that hostile bodies stay small.

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { decodeContent } from '../../src/capture/decode.js';

const text = Buffer.from(Array.from({ length: 400 }, (_, n) => n + 1).join(','));
// `text` by zstd, without and with a checksum, and three million zeros; Node 20 has no encoder.
const ZSTD = Buffer.from(
  'KLUv/WDTBHUTADpdpAkLoMUNZNtkf/j/XgOWAJYAlgAbcIft2qbt2Zbt2O42t7cNtgPYBTaBPWAL2AF2wSbYAxuAHcIVpvCEJRzhhhleGIRDXTXVU0sddWvWq0Ed6KKJHlrooEuTHg3oMNdM88wyx9yZ82YwB7lkkkcWOeTKlCcDOcQVUzyxxBE3ZrwYxKFXpz5devR29nXQAy9OfLjw4OXk44CHXZv2bNmxu7m3wQ7X9CzHnS/jHef4xsF4ALwAJ8AHcAE8AC/gBHyAA8BD2BU2hT1hS9gRdsNm2AsbhB1qV22qPbWldtRubdZebVA70C7aRHtoC+2gXdqkPdqAdphds2n2zJbZMbuzOXuzwewgu2ST7JEtskN2ZVP2ZAPZIXbFptgTW2JH7MZm7MUGsUN3dVP3dEt3dLeb3esG3YG7uIl7uIU7uMtN7jEE+oAuoAfoBZ2gD3QAegi8AqfAJ3AJPAJv4Ax8gYPAQ/EqTsWnuBSP4i3O4isOigfiRZyID3EhHsRLnMRHHBAPw2s4DZ/hMjyGdziHbzgYHoSXcBI+wkV4CK9wCp9wIDwEr+AUfIJL8Aje4Ay+4CB4KK9yKp9yKY/ylrN85aA8kBc5kQ+5kAd5yUk+ckAexmucxmdcxiMAxCH0Cp1Cn9Al9Ai9oTP0hQ5CD9WrOlWf6lI9qrc6q686qB6oF3WiPtSFelAvdVIfdUA9TK/pNH2my/SY3umcvulgepBe0kn6SBfpIb3SKX3SgfQQvaJT9Iku0SN6ozP6ooPoob3aqX3apT3a2872tYP2wF7sxD7swh7sZSf72AF7WK91Wp91WY/1rnN962A9gF6gBwA=',
  'base64',
);
const CHECKED_ZSTD = Buffer.concat([ZSTD.subarray(0, 4), Buffer.from([ZSTD[4]! | 4]), ZSTD.subarray(5), Buffer.from([1, 2, 3, 4])]);
const ZSTD_ZEROS = Buffer.from(
  'KLUv/QRoTAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAzYOAAPJr9Y=',
  'base64',
);
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);

async function decode(coded: Uint8Array, coding: string, options = {}): Promise<{ text: string; problem: string | null }> {
  const { bytes, problem } = await decodeContent(coded, coding, options);
  return { text: Buffer.from(bytes).toString('latin1'), problem };
}

const whole = { text: text.toString(), problem: null };

describe('every coding', () => {
  test.each<[string, string, Uint8Array]>([
    ['identity', 'identity', text],
    ['no coding', '', text],
    ['gzip', 'gzip', gzipSync(text)],
    ['the old name, in capitals', 'X-GZIP', gzipSync(text)],
    ['gzip of several members', 'gzip', Buffer.concat([gzipSync(text.subarray(0, 9)), gzipSync(''), gzipSync(text.subarray(9))])],
    ['deflate, in zlib format', 'deflate', deflateSync(text)],
    ['deflate without it', 'deflate', deflateRawSync(text)],
    ['brotli', 'br', brotliCompressSync(text)],
    ['zstd', 'zstd', ZSTD],
    ['zstd with a checksum', 'zstd', CHECKED_ZSTD],
    ['a skippable frame', 'zstd', Buffer.concat([skippable, ZSTD, skippable])],
    ['a chain, the last coding first', 'gzip , br,deflate', deflateSync(brotliCompressSync(gzipSync(text)))],
    ['identity in a chain', 'identity,gzip,identity', gzipSync(text)],
  ])('%s', async (_what, coding, coded) => {
    expect(await decode(coded, coding)).toEqual(whole);
  });

  test('two zstd frames', async () => {
    expect(await decode(Buffer.concat([CHECKED_ZSTD, ZSTD]), 'zstd')).toEqual({ text: whole.text + whole.text, problem: null });
  });

  test('the body of a response to HEAD', async () => {
    expect(await decode(new Uint8Array(0), 'gzip, br')).toEqual({ text: '', problem: null });
  });

  test('deflate data that begin like the zlib format', async () => {
    // Stored blocks; the padding of the first one is chosen, and makes its header 78 01.
    const stored = Buffer.concat([Buffer.from([0x78, 0x01, 0x00, 0xfe, 0xff]), Buffer.from('x'), deflateRawSync(text)]);
    expect(await decode(stored, 'deflate')).toEqual({ text: `x${whole.text}`, problem: null });
  });
});

describe('as far as it goes', () => {
  const long = Buffer.from(Array.from({ length: 40_000 }, (_, n) => n * 7).join(' '));

  test.each<[string, string, Buffer]>([
    ['gzip', 'gzip', gzipSync(long)],
    ['zlib', 'deflate', deflateSync(long)],
    ['deflate', 'deflate', deflateRawSync(long)],
    ['brotli', 'br', brotliCompressSync(long, { params: {} })],
  ])('%s that is cut short', async (_what, coding, coded) => {
    const decoded = await decode(coded.subarray(0, coded.length >> 1), coding);
    expect(decoded.problem).toBe(`${coding}: the input ends in the middle`);
    expect(decoded.text.length).toBeGreaterThan(long.length * 0.3);
    expect(long.toString().startsWith(decoded.text)).toBe(true);
  });

  test.each(['deflate', 'gzip', 'br'])('%s that is cut anywhere is never taken for whole', async (coding) => {
    const coded = { deflate: deflateRawSync(text), gzip: gzipSync(text), br: brotliCompressSync(text) }[coding] as Buffer;
    for (let end = 1; end < coded.length; end++) {
      const decoded = await decode(coded.subarray(0, end), coding);
      expect([end, decoded.problem]).toEqual([end, expect.any(String)]);
      expect(whole.text.startsWith(decoded.text)).toBe(true);
    }
  });

  test('zstd that is cut short, up to its last whole block', async () => {
    const { text: got, problem } = await decode(ZSTD_ZEROS.subarray(0, 60), 'zstd', { limit: Infinity });
    expect(problem).toBe('zstd: the input ends in the middle');
    expect(got.length).toBeGreaterThan(1_000_000);
    expect(/^\0+$/.test(got)).toBe(true);
  });

  test.each<[string, string, Buffer, RegExp]>([
    ['no gzip at all', 'gzip', text, /^gzip: invalid gzip data$/],
    ['no zstd at all', 'zstd', text, /^zstd: it is not the Zstandard format$/],
    ['something behind gzip', 'gzip', Buffer.concat([gzipSync(text), Buffer.from('garbage of some length')]), /^gzip: invalid gzip data$/],
    ['a gzip trailer that is cut off', 'gzip', gzipSync(text).subarray(0, -3), /^gzip: the checksum does not match/],
    ['a wrong checksum', 'gzip', flipped(gzipSync(text), -6), /^gzip: the checksum does not match/],
    ['a wrong checksum of the first member', 'gzip', Buffer.concat([flipped(gzipSync(text), -6), gzipSync('')]), /^gzip: the checksum/],
    ['an unknown coding', 'compress', text, /^the content coding "compress" is not known$/],
    ['more codings than anybody needs', 'gzip,'.repeat(6), text, /^the body has 6 content codings; no more than 5/],
    [
      'a window of 128 MiB',
      'zstd',
      Buffer.from([...ZSTD_ZEROS.subarray(0, 5), 0x88, ...ZSTD_ZEROS.subarray(6)]),
      /a window of 134217728 bytes/,
    ],
  ])('%s', async (_what, coding, coded, message) => {
    const { problem } = await decode(coded, coding);
    expect(problem).toMatch(message);
  });

  test('a coding that fails is taken off as far as it goes, and so is the next one', async () => {
    const coded = deflateSync(gzipSync(long));
    const decoded = await decode(coded.subarray(0, coded.length >> 1), 'gzip, deflate');
    expect(decoded.problem).toBe('deflate: the input ends in the middle');
    expect(long.toString().startsWith(decoded.text)).toBe(true);
    expect(decoded.text.length).toBeGreaterThan(1000);
  });

  function flipped(bytes: Buffer, at: number): Buffer {
    const changed = Buffer.from(bytes);
    changed[changed.length + at]! ^= 1;
    return changed;
  }
});

describe('bombs', () => {
  const zeros = Buffer.alloc(20_000_000);

  test.each<[string, Buffer]>([
    ['gzip', gzipSync(zeros, { level: 9 })],
    ['deflate', deflateSync(zeros, { level: 9 })],
    ['br', brotliCompressSync(zeros)],
    ['zstd', Buffer.concat(Array.from({ length: 7 }, () => ZSTD_ZEROS))],
  ])('%s: no more than the limit, and what can be done about it', async (coding, coded) => {
    const { bytes, problem } = await decodeContent(coded, coding, { limit: 5000 });
    expect(bytes.length).toBe(5000);
    expect(problem).toBe(`${coding}: it comes to more than 5000 bytes; give a larger limit to see all of it`);
  });

  test('by default a thousand times the coded bytes once past 1 MiB', async () => {
    const coded = brotliCompressSync(zeros);
    expect((await decodeContent(coded, 'br')).bytes.length).toBe(2 ** 20);
    expect(await decodeContent(coded, 'br', { limit: Infinity })).toMatchObject({ bytes: { length: zeros.length }, problem: null });
    expect(await decodeContent(brotliCompressSync(zeros.subarray(0, 2 ** 20)), 'br')).toMatchObject({ problem: null });
  });
});

test('any bytes under any coding: an answer, and no more than the limit', async () => {
  const codings = fc.array(fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'identity', 'x'), { maxLength: 6 });
  const start = fc.constantFrom(Buffer.alloc(0), gzipSync(text), deflateSync(text), brotliCompressSync(text), ZSTD, ZSTD_ZEROS);
  const damage = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(codings, start, damage, fc.uint8Array({ maxLength: 60 }), async (names, bytes, changes, rest) => {
      const input = Buffer.concat([bytes, rest]);
      for (const [at, value] of changes) if (at < input.length) input[at] = value;
      const decoded = await decodeContent(input, names.join(','), { limit: 100_000 });
      expect(decoded.bytes.length).toBeLessThanOrEqual(Math.max(100_000, input.length));
      expect(decoded.problem === null || decoded.problem.length > 0).toBe(true);
    }),
    { seed: 1, numRuns: 600 },
  );
});
