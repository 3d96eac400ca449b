// Every byte value at every place of a name, a value and a reason: the vector loops see each place of their sixteen bytes
// and their scalar tails. What has to come of a byte is written here from the ABNF, not taken from an engine.

import { describe, expect, test } from '@jest/globals';
import * as layout from '../../src/wasm/layout.generated.js';
import { bytesOf, FIELD_WORDS, FOLDED, readHead, subjects, type HeadOptions, type HeadOutcome } from '../support/engines.js';

const OPTIONS: HeadOptions = { flags: layout.KIND_RESPONSE, maxFields: 10, maxSize: 1000 };
const LENGTH = 41;
const TCHAR = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/;

type Expected = readonly [code: number, at: number];

const isText = (byte: number): boolean => byte === 0x09 || (byte >= 0x20 && byte !== 0x7f);

/** What a byte at offset `at` of a text does, if it does not belong there. A text goes on behind the byte. */
function textFault(byte: number, at: number): Expected | null {
  if (isText(byte)) return null;
  if (byte === 0x00) return [layout.NUL_CHARACTER, at];
  return byte === 0x0d ? [layout.BARE_CR, at] : [layout.BAD_CHARACTER, at];
}

/** What a byte at offset `at` does as the byte number `place` of a name. */
function nameFault(byte: number, place: number, at: number): Expected | null {
  const character = String.fromCharCode(byte);
  if (TCHAR.test(character) || (character === ':' && place > 0)) return null;
  if ((character === ' ' || character === '\t') && place === 0) return null; // a fold of the line above
  if ((character === ' ' || character === '\t') && place === LENGTH - 1) return [layout.BLANK_BEFORE_COLON, at];
  if (byte === 0x00) return [layout.NUL_CHARACTER, at];
  if (character === '\r') return [layout.BARE_CR, at];
  if (character === '\n' && place > 0) return [layout.NO_COLON, at];
  return [layout.BAD_FIELD_NAME, at];
}

/** The words of the field read last. */
const lastField = ({ fields }: HeadOutcome): number[] => fields.slice(-FIELD_WORDS);

describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
  /** Puts every byte at every place of a run of `x` and hands each outcome to `check`. */
  function everyByte(
    before: string,
    after: string,
    check: (outcome: HeadOutcome, byte: number, place: number, at: number) => boolean,
  ): void {
    const input = bytesOf(`${before}${'x'.repeat(LENGTH)}${after}`);
    const wrong: string[] = [];
    for (let place = 0; place < LENGTH; place++) {
      const at = before.length + place;
      for (let byte = 0; byte < 256; byte++) {
        input[at] = byte;
        if (!check(readHead(subject, input, OPTIONS), byte, place, at)) wrong.push(`0x${byte.toString(16)} at ${place}`);
      }
      input[at] = 0x78;
    }
    expect(wrong).toEqual([]);
  }

  const isFault = (outcome: HeadOutcome, [code, at]: Expected): boolean => outcome.code === code && outcome.at === at;

  test('of a field name', () => {
    const before = 'HTTP/1.1 200 OK\r\nA: b\r\n';
    const after = ': v\r\n\r\n';
    const size = before.length + LENGTH + after.length;
    everyByte(before, after, (outcome, byte, place, at) => {
      const fault = nameFault(byte, place, at);
      if (fault !== null) {
        // A line feed at the front is the end of the head.
        return byte === 0x0a && place === 0 ? outcome.code === at + 1 : isFault(outcome, fault);
      }
      if (outcome.code !== size) return false;
      const [nameStart, nameEnd] = lastField(outcome);
      if (place === 0 && (byte === 0x20 || byte === 0x09)) return nameStart === before.length - 6 && ((nameEnd as number) & FOLDED) !== 0;
      return nameStart === before.length && nameEnd === (byte === 0x3a ? at : before.length + LENGTH);
    });
  });

  test('of a field value', () => {
    const before = 'HTTP/1.1 200 OK\r\nA:';
    const after = '\r\n\r\n';
    everyByte(before, after, (outcome, byte, place, at) => {
      // Behind the line feed the rest of the run is a line without a colon; at the last place it is an empty line.
      if (byte === 0x0a)
        return place === LENGTH - 1 ? outcome.code === at + 3 : isFault(outcome, [layout.NO_COLON, before.length + LENGTH]);
      // A CR in front of the line end: CR CR LF.
      const fault = textFault(byte, at);
      if (fault !== null) return isFault(outcome, fault);
      const blank = byte === 0x20 || byte === 0x09;
      const [, , valueStart, valueEnd] = lastField(outcome);
      return (
        outcome.code === before.length + LENGTH + after.length &&
        valueStart === before.length + (blank && place === 0 ? 1 : 0) &&
        valueEnd === before.length + LENGTH - (blank && place === LENGTH - 1 ? 1 : 0)
      );
    });
  });

  test('of a reason', () => {
    const before = 'HTTP/1.1 200 ';
    const after = '\r\nA: b\r\n\r\n';
    everyByte(before, after, (outcome, byte, place, at) => {
      if (byte === 0x0a)
        return place === LENGTH - 1 ? outcome.code === at + 3 : isFault(outcome, [layout.NO_COLON, before.length + LENGTH]);
      const fault = textFault(byte, at);
      return fault === null ? outcome.code === before.length + LENGTH + after.length : isFault(outcome, fault);
    });
  });

  test('of a chunk extension', () => {
    const wrong: string[] = [];
    const { engine, bytes, table } = subject;
    for (let place = 0; place < LENGTH; place++) {
      for (let byte = 0; byte < 256; byte++) {
        const input = bytesOf(`1;${'x'.repeat(LENGTH)}\r\na`);
        input[2 + place] = byte;
        table.fill(0, layout.CHUNK_PHASE, layout.CHUNK_PHASE + 5);
        bytes.set(input, layout.READ);
        const length = engine.decodeChunks(0, layout.READ, layout.READ + input.length, 0);
        const outcome = table[layout.CHUNK_OUTCOME];
        const stopped = (table[layout.CHUNK_END] as number) - 2 - place;
        let right: boolean;
        if (byte === 0x0d) right = outcome === layout.BARE_CR && stopped === 1;
        else if (byte === 0x0a) right = outcome === layout.BARE_LF_IN_CHUNK && stopped === 0;
        else if (!isText(byte)) right = outcome === layout.BAD_CHUNK_EXTENSION && stopped === 0;
        else if (byte === 0x22) right = outcome === layout.BAD_CHUNK_EXTENSION && stopped === LENGTH - place;
        else right = outcome === layout.CHUNK_MORE && length === 1;
        if (!right) wrong.push(`0x${byte.toString(16)} at ${place}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
