// Whether memory grows with the number of messages: ten million heads through one parser, varied ones, all fields read, and what the
// process holds after every two million, garbage collected. It fails when the last figure is above the first by more than noise.
//
// node --expose-gc bench/memory.mjs (after npm run build)

import assert from 'node:assert/strict';
import { ResponseParser } from 'headlong/parser';
import { HEADS } from './inputs/heads.mjs';
import { printTable } from './support/measure.mjs';

const MESSAGES = 10_000_000;
const STEPS = 5;
const NOISE = 2 * 2 ** 20;

const inputs = [...HEADS['cdn-varied'].heads, ...HEADS['cdn-successive'].heads].map(({ bytes }) => bytes);
let fields = 0;
const parser = new ResponseParser({ onHead: ({ headers }) => (fields += headers.flat().length / 2) }, { requestMethod: 'HEAD' });

const held = () => {
  globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return [heapUsed, external, arrayBuffers];
};

for (const bytes of inputs) parser.push(bytes);
fields = 0;
const rows = [[0, ...held()]];
for (let step = 1; step <= STEPS; step++) {
  for (let n = 0; n < MESSAGES / STEPS; n++) parser.push(inputs[n % inputs.length]);
  rows.push([(step * MESSAGES) / STEPS, ...held()]);
}
assert.equal(fields, MESSAGES * 20);
printTable(
  ['messages', 'heap, KiB', 'external, KiB', 'array buffers, KiB'],
  rows.map(([messages, ...sizes]) => [String(messages), ...sizes.map((size) => (size / 1024).toFixed(0))]),
);
for (const [n, size] of rows.at(-1).slice(1).entries()) assert.ok(size - rows[1][n + 1] < NOISE, 'memory grew');
