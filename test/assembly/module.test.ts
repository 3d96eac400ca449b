// The WebAssembly module as a contract: what it imports, what it exports, what it weighs, and that its memory has one size.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { WASM_BASE64 } from '../../src/wasm/binary.generated.js';
import { bestEngine } from '../../src/wasm/module.js';
import * as layout from '../../src/wasm/layout.generated.js';
import { BUILD, subjects } from '../support/engines.js';

const { HEAD, HEAD_CAPACITY, MEMORY_END, READ, READ_CAPACITY } = layout;
const PAGE = 65536;

describe.each(Object.entries(BUILD))('%s build', (_, path) => {
  const binary = readFileSync(path);
  const module = new WebAssembly.Module(binary);

  test('imports nothing: the parser cannot call anyone', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([]);
  });

  test('exports its four functions and the memory', () => {
    const exports = WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`);
    expect(exports.sort()).toEqual([
      'function addName',
      'function decodeChunks',
      'function matchHead',
      'function parseHead',
      'memory memory',
    ]);
  });

  test('is smaller than 8 KB', () => {
    expect(binary.length).toBeLessThan(8192);
  });

  test('has eight pages of memory and cannot have more: a view of it stays attached', () => {
    const memory = new WebAssembly.Instance(module).exports['memory'] as WebAssembly.Memory;
    expect(memory.buffer.byteLength).toBe(8 * PAGE);
    expect(() => memory.grow(1)).toThrow(RangeError);
    expect(memory.buffer.byteLength).toBe(MEMORY_END);
  });

  test('is written with nothing in memory but its static data', () => {
    const memory = new WebAssembly.Instance(module).exports['memory'] as WebAssembly.Memory;
    expect(new Uint8Array(memory.buffer, layout.SLOTS).every((byte) => byte === 0)).toBe(true);
  });
});

// Whoever builds the sources gets these bytes, whatever the machine: a binary that is published can be compared with them. After a
// change to assembly/: sha256sum build/http1.wasm build/http1.scalar.wasm >assembly/checksums.sha256
test('the builds are, byte for byte, those that assembly/checksums.sha256 names', () => {
  const built = Object.values(BUILD).map((path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${path}`);
  expect(readFileSync('assembly/checksums.sha256', 'utf8').trim().split('\n').sort()).toEqual(built.sort());
});

test('the inlined binary is the SIMD build, and it is what a thread gets', () => {
  expect(Buffer.from(WASM_BASE64, 'base64').equals(readFileSync(BUILD.simd))).toBe(true);
  expect(bestEngine().memory).toBeInstanceOf(WebAssembly.Memory);
});

/** What a vector load or store may reach beyond its place. */
const VECTOR = 16;

// In order; an area is as large as what is read or written there, which may be a vector more than it holds.
const areas: readonly (readonly [name: string, from: number, to: number])[] = [
  ['slots', layout.SLOTS, layout.SLOTS + layout.SLOT_COUNT * 4],
  ['framing queue', layout.FRAMING_QUEUE, layout.FRAMING_QUEUE + layout.FRAMING_QUEUE_SIZE * 8],
  [
    'name input, with the line end before it and the colon and blank behind',
    layout.NAME_INPUT - 2,
    layout.NAME_INPUT + layout.NAME_SIZE + 2,
  ],
  // At most every other byte is the first of a run; three entries are written at once.
  ['line ends', layout.LINE_ENDS, layout.LINE_ENDS + (layout.WINDOW / 2) * 4 + 12],
  ['names', layout.NAMES, layout.NAMES + layout.NAME_CAPACITY * layout.NAME_SIZE],
  ['templates', layout.TEMPLATES, layout.TEMPLATES + layout.TEMPLATE_COUNT * layout.TEMPLATE_STEP],
  ['numbers of changed lines, downwards', layout.CHANGES - 2 * layout.TEMPLATE_MAX_LINES, layout.CHANGES],
  ['changed values', layout.CHANGES, layout.CHANGES + layout.CHANGES_CAPACITY + VECTOR],
  ['ids of names', layout.NAME_IDS, layout.NAME_IDS + layout.NAME_IDS_SIZE],
  ['records of a section at HEAD', HEAD - layout.TABLE_ROOM, HEAD],
  ['unfinished section', HEAD, HEAD + HEAD_CAPACITY + READ_CAPACITY],
  ['read', READ, READ + READ_CAPACITY],
];

test.each(areas.map(([name, from, to], n) => [name, from, to, areas[n + 1]?.[1] ?? MEMORY_END] as const))(
  'the area of %s does not reach into the next one',
  (_, from, to, next) => {
    expect(from).toBeLessThan(to);
    expect(to).toBeLessThanOrEqual(next);
  },
);

test('what is laid out within an area has room there', () => {
  expect(Math.max(layout.SHAPE, layout.CHUNK_OUTCOME, layout.LINE_START)).toBeLessThan(layout.SLOT_COUNT);
  expect(layout.TABLE_ROOM).toBe(layout.FIELD_CAPACITY * layout.WIDE_SIZE);
  expect(READ - (HEAD + HEAD_CAPACITY)).toBeGreaterThanOrEqual(READ_CAPACITY);
  expect(layout.TEMPLATE_FACTS + 6 * 4).toBeLessThanOrEqual(layout.TEMPLATE_LINES);
  expect(layout.TEMPLATE_LINES + (layout.TEMPLATE_MAX_LINES + 1) * 8).toBeLessThanOrEqual(layout.TEMPLATE_BYTES);
  expect(layout.TEMPLATE_BYTES + layout.TEMPLATE_MAX_BYTES + VECTOR).toBeLessThanOrEqual(layout.TEMPLATE_STEP);
  // Offsets of two bytes, ids, numbers of lines and lengths of one.
  expect(layout.TEMPLATE_MAX_BYTES).toBeLessThan(0xffff);
  expect(Math.max(layout.NAME_CAPACITY - 1, layout.TEMPLATE_MAX_LINES, layout.FRAMING_IDS)).toBeLessThanOrEqual(0xff);
  // A name and its colon in one entry; a record's three-byte numbers.
  expect(layout.WIDE_FOLDED + 3).toBe(layout.WIDE_SIZE);
  expect(HEAD_CAPACITY + READ_CAPACITY).toBeLessThan(2 ** 24);
  // The mark of a wide record is where an ordinary one has the length of its name, and both have the id at the top.
  expect(layout.ORDINARY_SIZE - layout.ORDINARY_NAME_ID).toBe(1);
});

test('every engine has all of memory', () => {
  for (const { engine } of subjects) expect(engine.memory.buffer.byteLength).toBe(MEMORY_END);
});
