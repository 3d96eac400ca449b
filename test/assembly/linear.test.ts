// A head delivered byte by byte costs work in proportion to its bytes, whatever they are: many lines, one long line, many
// folds, many empty values. The reference engine's reads of memory are counted. The WebAssembly builds cannot be counted
// from outside; here they have to come to the right end, and bench/linear.mjs prints what a byte costs them by size.

import { describe, expect, test } from '@jest/globals';
import { referenceEngine } from '../../src/wasm/reference.js';
import * as layout from '../../src/wasm/layout.generated.js';
import { bytesOf, readHead, makeSubject, simd, subjects, type HeadOptions, type Subject } from '../support/engines.js';
import { byteByByte } from '../support/splits.js';

const START = 'HTTP/1.1 200 OK\r\n';
const SIZE = 65536;
const OPTIONS: HeadOptions = { flags: layout.KIND_RESPONSE, maxFields: layout.FIELD_CAPACITY, maxSize: layout.HEAD_CAPACITY };

/** `line` again and again, to a head of about `size` bytes. */
const headOf = (size: number, first: string, line: string): Uint8Array =>
  bytesOf(`${START}${first}${line.repeat((size - START.length - first.length) / line.length)}\r\n`);

const shapes: readonly (readonly [name: string, make: (size: number) => Uint8Array])[] = [
  ['many short lines', (size) => headOf(size, '', 'X-Header: a value\r\n')],
  ['many lines of some length', (size) => headOf(size, '', `Set-Cookie: ${'c'.repeat(200)}\r\n`)],
  ['one long line', (size) => bytesOf(`${START}A: ${'v'.repeat(size - 27)}\r\n\r\n`)],
  ['one long name', (size) => bytesOf(`${START}${'n'.repeat(size - 27)}: v\r\n\r\n`)],
  ['one line of blanks', (size) => bytesOf(`${START}A: b${' '.repeat(size - 30)}c\r\n\r\n`)],
  ['many folds', (size) => headOf(size, 'A: b\r\n', ' a fold\r\n')],
  ['many folds of a framing field', (size) => headOf(size, 'Connection: a\r\n', ' , close\r\n')],
  ['one long reason', (size) => bytesOf(`HTTP/1.1 200 ${'r'.repeat(size - 20)}\r\n\r\n`)],
];

/** A reference engine whose memory counts how often a byte of it is read. */
function counting(): { subject: Subject; reads: () => number } {
  let reads = 0;
  const bytes = new Uint8Array(layout.MEMORY_END);
  const counted = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && property.charCodeAt(0) <= 0x39) {
        reads++;
        return target[Number(property)];
      }
      if (property === 'subarray') {
        return (from: number, to: number): Uint8Array => {
          reads += to - from;
          return target.subarray(from, to);
        };
      }
      return Reflect.get(target, property, target) as unknown;
    },
  });
  return { subject: makeSubject('reference', referenceEngine(counted)), reads: () => reads };
}

describe.each(shapes)('%s', (_, make) => {
  test.each(subjects.map((engine) => [engine.name, engine] as const))(
    '%s: byte by byte comes to the same end as whole',
    (_name, engine) => {
      const head = make(SIZE);
      const outcome = readHead(engine, head, OPTIONS, byteByByte(head.length));
      expect(outcome.code).toBe(head.length);
      expect(JSON.stringify(outcome)).toBe(JSON.stringify(readHead(simd, head, OPTIONS)));
    },
  );

  // A line is read at most once for each of its first 64 bytes, and twice more; a bound that a quadratic reader of even
  // 4 KiB would exceed tenfold.
  test('the reference reads each byte at most a hundred times, at 8 KiB as at 32 KiB', () => {
    for (const size of [8192, 32768]) {
      const head = make(size);
      const { subject: engine, reads } = counting();
      expect(readHead(engine, head, OPTIONS, byteByByte(head.length)).code).toBe(head.length);
      expect(reads() / head.length).toBeLessThan(100);
    }
  });

  test('read whole, the reference reads each byte at most five times', () => {
    const head = make(SIZE);
    const { subject: engine, reads } = counting();
    expect(readHead(engine, head, OPTIONS).code).toBe(head.length);
    expect(reads() / head.length).toBeLessThan(5);
  });
});
