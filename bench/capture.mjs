// One question: how fast is a capture read, and in how much memory? The whole way, from the file to exchanges, in Node and in a worker
// of Chromium, if there is one; tshark beside it, if it is installed. What is found has to be what was written. Leaves a record.
//
// node bench/capture.mjs [MEGABYTES] [ROUNDS]   (after npm run build); the file goes into the temporary folder

import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inChromium } from './support/capture-in-chromium.mjs';
import { writeCapture } from './support/capture-file.mjs';
import { digits, printTable, summary } from './support/measure.mjs';
import { describeMachine, record } from './support/record.mjs';

const ONE_CAPTURE = fileURLToPath(new URL('support/one-capture.mjs', import.meta.url));
const [megabytes = 350, rounds = 5] = process.argv.slice(2).map(Number);

async function inNode(path) {
  const child = fork(ONE_CAPTURE, [path]);
  const [result] = await once(child, 'message');
  await once(child, 'exit');
  return result;
}

function inTshark(path) {
  const started = performance.now();
  const { status, stdout } = spawnSync('tshark', ['-r', path, '-Y', 'http.response', '-T', 'fields', '-e', 'frame.number'], {
    maxBuffer: 1 << 28,
  });
  if (status !== 0) return null;
  return { exchanges: stdout.toString().split('\n').length - 1, seconds: (performance.now() - started) / 1000 };
}

const folder = mkdtempSync(join(tmpdir(), 'headlong-'));
try {
  const path = join(folder, 'bench.pcap');
  const known = await writeCapture(path, megabytes * 1e6);
  console.log(`${describeMachine()}\n${digits(known.bytes / 1e6)} MB, ${known.exchanges} exchanges`);
  const rows = [];
  const readers = {};
  const measure = async (name, run, times) => {
    const results = [];
    for (let n = 0; n < times; n++) {
      const result = await run(path);
      if (result === null) {
        rows.push([`${name}: not at hand`]);
        return;
      }
      if (result.bodyBytes !== undefined) {
        const { exchanges, bodyBytes } = result;
        assert.deepEqual({ exchanges, bodyBytes }, { exchanges: known.exchanges, bodyBytes: known.bodyBytes });
      }
      results.push(result);
    }
    const rate = (of) => summary(results.map((result) => known.bytes / 1e6 / of(result)));
    const speed = rate(({ seconds }) => seconds);
    const { median, min, max } = speed;
    const [{ cpu, exchanges }] = results;
    const mebibytes = results[0].mebibytes === undefined ? undefined : summary(results.map((result) => result.mebibytes)).median;
    readers[name] = { megabytesPerSecond: speed, mebibytes };
    rows.push([
      name,
      digits(median),
      `${digits(min)}..${digits(max)}`,
      cpu === undefined ? '' : digits(rate((result) => result.cpu).median),
      mebibytes === undefined ? '' : digits(mebibytes),
      String(exchanges),
    ]);
  };
  await measure('Node', inNode, rounds);
  await measure('a worker of Chromium', inChromium, rounds);
  await measure('tshark -Y http.response', inTshark, 1);
  printTable(['', 'MB/s', 'range', 'MB/s of processor time', 'MiB', 'exchanges'], rows);
  record('capture', { megabytes: known.bytes / 1e6, exchanges: known.exchanges, rounds, readers });
} finally {
  rmSync(folder, { recursive: true });
}
