// The script of the worker: answers one message.

import { run } from './surroundings.mjs';

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have one, workers do not
globalThis.addEventListener('message', ({ data }) => globalThis.postMessage(run(data)));
