// The WebAssembly module as a contract: what it imports, what it exports, what it weighs, and that its memory has one size.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { WASM_BASE64 } from '../../src/wasm/binary.generated.js';
import { bestEngine } from '../../src/wasm/module.js';
import {
  FIELD_CAPACITY,
  FIELD_SLOTS,
  HEAD,
  HEAD_CAPACITY,
  MEMORY_END,
  READ,
  READ_CAPACITY,
  SLOTS,
  TABLE,
} from '../../src/wasm/layout.generated.js';
import { BUILD, subjects } from '../support/engines.js';

const PAGE = 65536;

describe.each(Object.entries(BUILD))('%s build', (_, path) => {
  const binary = readFileSync(path);
  const module = new WebAssembly.Module(binary);

  test('imports nothing: the parser cannot call anyone', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([]);
  });

  test('exports the two functions and the memory', () => {
    const exports = WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`);
    expect(exports.sort()).toEqual(['function decodeChunks', 'function parseHead', 'memory memory']);
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
    expect(new Uint8Array(memory.buffer, TABLE).every((byte) => byte === 0)).toBe(true);
  });
});

test('the inlined binary is the SIMD build, and it is what a thread gets', () => {
  expect(Buffer.from(WASM_BASE64, 'base64').equals(readFileSync(BUILD.simd))).toBe(true);
  expect(bestEngine().memory).toBeInstanceOf(WebAssembly.Memory);
});

test('the areas of memory follow each other without overlap, and every engine has all of them', () => {
  const tableEnd = TABLE + (SLOTS + FIELD_CAPACITY * FIELD_SLOTS) * 4;
  expect(tableEnd).toBeLessThanOrEqual(HEAD);
  expect(HEAD + HEAD_CAPACITY + READ_CAPACITY).toBeLessThanOrEqual(READ);
  expect(READ + READ_CAPACITY).toBeLessThanOrEqual(MEMORY_END);
  for (const { engine } of subjects) expect(engine.memory.buffer.byteLength).toBe(MEMORY_END);
});
