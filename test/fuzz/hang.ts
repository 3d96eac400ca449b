// What goes round in circles cannot say so itself. Another thread looks whether batches still end; where none does, it says which
// one that is, by property and seed, and ends the process.

import { Worker } from 'node:worker_threads';

const WATCH = `
  const { writeSync } = require('node:fs');
  const { workerData: { state, names, patience } } = require('node:worker_threads');
  let seen = -1;
  let same = 0;
  // Twice in a row: the process may have been stopped in between.
  setInterval(() => {
    const batch = Atomics.load(state, 0);
    same = batch === seen ? same + 1 : 0;
    seen = batch;
    if (same < 2) return;
    writeSync(2, 'no end: ' + names[Atomics.load(state, 1)] + ', seed ' + Atomics.load(state, 2) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, patience / 2);
`;

/** Returns what is to be called when a batch begins, with its name and its seed. `patience` in milliseconds. */
export function watchForHangs(names: readonly string[], patience: number): (name: string, seed: number) => void {
  const state = new Int32Array(new SharedArrayBuffer(12));
  new Worker(WATCH, { eval: true, workerData: { state, names, patience } }).unref();
  return (name, seed) => {
    Atomics.store(state, 1, names.indexOf(name));
    Atomics.store(state, 2, seed);
    Atomics.add(state, 0, 1);
  };
}
