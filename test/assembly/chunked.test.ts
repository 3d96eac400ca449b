// Chunked bodies where a build has a way of its own: the size line behind chunk data, the end of the body, and chunk data that
// is left where it came from. What has to come of them is what the reference says.
// Vectors and random bytes have tests of their own; that nothing is written outside is in overread.test.ts.

import { describe, expect, test } from '@jest/globals';
import * as layout from '../../src/wasm/layout.generated.js';
import { bytesOf, readChunks, reference, subjects, type ChunksOutcome } from '../support/engines.js';
import { byteByByte, prng, randomSplit, twoWaySplits, WHOLE, type Cuts } from '../support/splits.js';
import { encodeEscapes, loadVectors } from '../support/vectors.js';

const QUIRKS = [0, layout.QUIRK_LF_IN_CHUNKS];
const chunk = (size: number, extension = ''): string => `${size.toString(16)}${extension}\r\n${'d'.repeat(size)}\r\n`;

describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
  function expectAgreement(input: Uint8Array, splits: readonly Cuts[], flags = 0): void {
    const expected = JSON.stringify(readChunks(reference, input, flags));
    for (const cuts of [WHOLE, ...splits]) {
      const outcome = JSON.stringify(readChunks(subject, input, flags, cuts));
      if (outcome !== expected) {
        const detail = { input: encodeEscapes(Buffer.from(input).toString('latin1')), flags, cuts };
        expect({ ...detail, outcome }).toEqual({ ...detail, outcome: expected });
      }
    }
  }

  test('every byte value at every place behind chunk data', () => {
    for (const framing of ['\r\n1a\r\n', '\r\n0\r\n\r\n', '\r\n0000001\r\n', '\r\n00000001\r\n', '\r\nfF;x\r\n', '\r\n0\r\nA: b\r\n\r\n']) {
      for (let place = 0; place < framing.length; place++) {
        for (let byte = 0; byte < 256; byte++) {
          const input = bytesOf(`3\r\nabc${framing}${'d'.repeat(30)}\r\n0\r\n\r\n`);
          input[6 + place] = byte;
          for (const flags of QUIRKS) expectAgreement(input, [[6 + place], [7 + place]], flags);
        }
      }
    }
  });

  test('sizes of every number of digits, with and without zeros in front', () => {
    for (const digits of ['1', 'f', 'F', '1F', 'aB', '001', '12c', 'fff', 'FFFFFFF', 'fffffff', '10000000', 'ffffffff', '100000000', '0']) {
      for (let zeros = 0; zeros <= 17; zeros++) {
        for (const end of ['\r\n', '\n', ' \r\n', ';x\r\n', '\r']) {
          const input = bytesOf(`${chunk(5)}${'0'.repeat(zeros)}${digits}${end}${'d'.repeat(40)}`);
          for (const flags of QUIRKS) expectAgreement(input, [[input.length - 41], [11], [13]], flags);
        }
      }
    }
  });

  test('a body that ends anywhere, and what stands behind it', () => {
    const body = `${chunk(1)}${chunk(17, ';x=y')}${chunk(300)}0\r\n\r\n`;
    for (let length = 0; length <= body.length; length++)
      expectAgreement(bytesOf(body.slice(0, length)), length < 40 ? [...twoWaySplits(length)] : []);
    for (const behind of ['HTTP/1.1 200 OK\r\n', '0\r\n\r\n', '\r\n', 'x'])
      expectAgreement(bytesOf(body + behind), [...twoWaySplits(body.length)]);
  });

  describe('chunk data that is left where it came from', () => {
    /** With and without, the same bytes of body, the same end. */
    function expectSame(input: Uint8Array, flags: number, direct: number, cuts: Cuts): void {
      // Behind the last byte of data left outside, its end was not looked for yet.
      const normal = ({ state, ...rest }: ChunksOutcome): unknown => {
        const [phase, low, high, , extensions] = state;
        return {
          ...rest,
          state: phase === layout.CHUNK_DATA && low === 0 && high === 0 ? [layout.CHUNK_DATA_CR, 0, 0, 0, extensions] : state,
        };
      };
      const expected = normal(readChunks(reference, input, flags, cuts));
      expect({ direct, cuts, outcome: normal(readChunks(subject, input, flags, cuts, layout.READ, direct)) }).toEqual({
        direct,
        cuts,
        outcome: expected,
      });
    }

    test.each([1, 2, 5, 16, 100, 4096])('from %i bytes on', (direct) => {
      const random = prng(direct);
      for (let round = 0; round < 60; round++) {
        const sizes = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
          Math.max(1, Math.floor(random() * (round % 2 === 0 ? 30 : 6000))),
        );
        const input = bytesOf(`${sizes.map((size) => chunk(size, random() < 0.8 ? '' : ';x')).join('')}0\r\n\r\n`);
        for (const cuts of [WHOLE, randomSplit(input.length, random), randomSplit(input.length, random)])
          expectSame(input, 0, direct, cuts);
      }
      for (const { kind, input, options } of loadVectors())
        if (kind === 'chunked' && input.length < 500)
          for (const cuts of [WHOLE, byteByByte(input.length)]) expectSame(input, options.flags, direct, cuts);
    });
  });
});
