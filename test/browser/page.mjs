// The script of the page: two functions for the test to call.

import { run } from './surroundings.mjs';

globalThis.runHere = run;

globalThis.runInWorker = (inputs) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(`the worker failed: ${message}`)));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have one, workers do not
    worker.postMessage(inputs);
  });
