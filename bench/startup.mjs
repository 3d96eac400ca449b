// What the first use of the parser costs, in milliseconds: the binary decoded from base64, compiled and instantiated, and then the
// names made known to it. Each number is the median of nine processes; the modules are loaded before the clock starts.
//
// node bench/startup.mjs (after npm run build)

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { printTable, summary } from './support/measure.mjs';

const PROCESSES = 9;
const ONE = `
  import { bestEngine } from '${new URL('../dist/cjs/wasm/module.js', import.meta.url)}';
  import { Tokeniser } from '${new URL('../dist/cjs/wasm/tokeniser.js', import.meta.url)}';
  const start = performance.now();
  const engine = bestEngine();
  const instantiated = performance.now();
  const tokeniser = new Tokeniser(engine);
  const ready = performance.now();
  if (!(engine.memory instanceof WebAssembly.Memory) || tokeniser.names.names.length < 100) throw new Error('another engine');
  console.log(JSON.stringify([instantiated - start, ready - instantiated]));
`;

const runs = Array.from({ length: PROCESSES }, () =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', ONE], { cwd: fileURLToPath(new URL('..', import.meta.url)) }),
  ),
);
printTable(
  ['', 'ms', 'min..max'],
  ['decode, compile, instantiate', 'make the names known'].map((name, n) => {
    const { median, min, max } = summary(runs.map((run) => run[n]));
    return [name, median.toFixed(2), `${(min ?? 0).toFixed(2)}..${(max ?? 0).toFixed(2)}`];
  }),
);
