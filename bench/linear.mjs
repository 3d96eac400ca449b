// What a byte of a head costs when heads arrive one byte at a time, by the size of the head. A reader that begins anew
// with every byte, or copies what it has, is quadratic: its cost per byte doubles from line to line of the table. The
// answer is checked before it is timed. Run `npm run build` first: the binaries come from build/, the reference from dist/.

import { readFile } from 'node:fs/promises';

const layout = await readLayout();
const { HEAD, HEAD_CAPACITY, FIELD_CAPACITY, KIND_RESPONSE } = layout;
const KIB = [16, 32, 64, 128, 256];
const START = 'HTTP/1.1 200 OK\r\n';

const engines = {
  simd: await instantiate('../build/http1.wasm'),
  scalar: await instantiate('../build/http1.scalar.wasm'),
  reference: (await import('../dist/esm/wasm/reference.js')).referenceEngine(),
};

/** Heads of `size` bytes. A line has 64 KiB at most, so the long lines are as many as are needed. */
const shapes = {
  'short lines': (size) => fill(size, '', `X-Header: ${'v'.repeat(66)}\r\n`),
  'long lines': (size) => fill(size, '', `A: ${'v'.repeat(16000 - 5)}\r\n`),
  folds: (size) => fill(size, 'A: b\r\n', ` ${'f'.repeat(61)}\r\n`),
};

for (const [shape, make] of Object.entries(shapes)) {
  console.log(`\n${shape}, byte by byte: ns per byte`);
  console.log(['', ...KIB.map((kib) => `${kib} KiB`), 'last/first'].map((cell) => cell.padStart(11)).join(''));
  for (const [name, engine] of Object.entries(engines)) {
    const costs = KIB.map((kib) => measure(engine, make(kib * 1024)));
    const cells = [...costs.map((cost) => cost.toFixed(1)), (costs.at(-1) / costs[0]).toFixed(2)];
    console.log([name, ...cells].map((cell) => cell.padStart(11)).join(''));
  }
}

/** The best of several runs, in nanoseconds per byte. */
function measure(engine, head) {
  new Uint8Array(engine.memory.buffer).set(head, HEAD);
  let best = Infinity;
  for (let run = 0; run < 5; run++) {
    const begin = process.hrtime.bigint();
    let taken = 0;
    for (let length = 1; length <= head.length; length++) {
      taken = engine.parseHead(KIND_RESPONSE, HEAD, HEAD + length, length === 1 ? 0 : HEAD + length - 1, FIELD_CAPACITY, HEAD_CAPACITY);
      if (taken !== 0) break;
    }
    const elapsed = Number(process.hrtime.bigint() - begin);
    if (taken !== head.length) throw new Error(`took ${taken} of ${head.length} bytes`);
    best = Math.min(best, elapsed / head.length);
  }
  return best;
}

function fill(size, first, line) {
  const room = size - START.length - first.length - 2;
  const rest = room % line.length;
  const padding = rest < 5 ? '' : `P: ${'p'.repeat(rest - 5)}\r\n`;
  return Buffer.from(`${START}${padding}${first}${line.repeat(Math.floor(room / line.length))}\r\n`, 'latin1');
}

async function instantiate(path) {
  const { instance } = await WebAssembly.instantiate(await readFile(new URL(path, import.meta.url)));
  return instance.exports;
}

async function readLayout() {
  const source = await readFile(new URL('../assembly/layout.ts', import.meta.url), 'utf8');
  return Object.fromEntries([...source.matchAll(/^export const (\w+): i32 = (\S+);$/gm)].map(([, name, value]) => [name, Number(value)]));
}
