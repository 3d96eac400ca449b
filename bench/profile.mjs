// One question: where does a client's processor time go? Runs Headlong at one case under V8's sampling profiler and prints the share of
// each layer, by the file that the sampled function stands in; time in which nothing ran is left out.
//
// node bench/profile.mjs [CASE] (after npm run build)   a case of support/client-cases.mjs; json unless given

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import cases from './clients/headlong.mjs';
import { CASES } from './support/client-cases.mjs';
import { printTable } from './support/measure.mjs';
import { describeMachine } from './support/record.mjs';

const INTERVAL_US = 100;

/** What a function is counted for: the first that fits. */
const PARTS = [
  ['writing: the system call', ({ functionName }) => /^write(Latin1|Utf8)String$|^writev$|^writeBuffer$/.test(functionName)],
  ['collector', ({ functionName }) => functionName === '(garbage collector)'],
  ['client/: connection, response, body', ({ url }) => url.includes('/dist/cjs/client/')],
  ['core/: heads, framing, fields, request heads', ({ url }) => url.includes('/dist/cjs/core/')],
  ['transport/: socket and clock', ({ url }) => url.includes('/dist/cjs/transport/')],
  ['wasm/ and WebAssembly', ({ url }) => url.includes('/dist/cjs/wasm/') || url.startsWith('wasm:')],
  ['the case itself', ({ url }) => url.includes('/bench/')],
  ['Node: sockets, streams, timers, buffers', ({ url }) => url.startsWith('node:')],
  ['V8 and libuv: promises, the loop, reading', () => true],
];

const [name = 'json'] = process.argv.slice(2);
const { warmUp, count } = CASES[name];
const program = fileURLToPath(new URL('support/server.mjs', import.meta.url));
const server = spawn(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
try {
  const [addresses] = await once(server, 'message');
  const { run, close } = cases[name](addresses);
  await run(warmUp);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  await run(count);
  const {
    profile: { nodes, samples, timeDeltas },
  } = await session.post('Profiler.stop');
  close();
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const shares = new Map(PARTS.map(([part]) => [part, 0]));
  let all = 0;
  for (const [n, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame.functionName === '(idle)') continue;
    const [part] = PARTS.find(([, fits]) => fits(frame));
    shares.set(part, shares.get(part) + timeDeltas[n]);
    all += timeDeltas[n];
  }
  console.log(describeMachine());
  printTable(
    [name, 'share'],
    [...shares].map(([part, time]) => [part, `${((100 * time) / all).toFixed(1)} %`]),
  );
} finally {
  server.disconnect();
}
