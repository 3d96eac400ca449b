// A capture of 300 MB in the page: that its first rows come soon, that the page answers meanwhile, that every exchange is there, and that
// memory is that of the index. Not part of `npm test`, since it writes that file: `npm run test:large`, after the build. The file is
// that of ../shared/tools/gen_pcap.py where that and Python are, else one conversation many times over.

import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const ROOT = join(import.meta.dirname, '..', '..');
const GENERATOR = join(ROOT, '..', 'shared', 'tools', 'gen_pcap.py');
const MEGABYTES = 300;

// Upper limits that a slow machine keeps too; what was measured is printed.
const MOST_MS_TO_FIRST_ROW = 5000;
const MOST_MS_BLOCKED = 1000;
const MOST_MS = 180_000;
const MOST_MEMORY_MB = 500;

/** Writes the capture; how many exchanges are in it. */
function makeCapture(file) {
  const { status, stdout } = existsSync(GENERATOR)
    ? spawnSync('python3', [GENERATOR, file, '--mb', String(MEGABYTES), '--truth', `${file}.truth`], { encoding: 'utf8' })
    : { status: null };
  return status === 0 ? JSON.parse(stdout.trim().split('\n').at(-1)).transactions : repeat(file);
}

/** One conversation with a body of 60 kB, again and again, each time over another port. */
function repeat(file) {
  const packet = (port, side, seq, ack, flags, data) => {
    const frame = Buffer.alloc(16 + 54 + data.length);
    frame.writeUInt32LE(1_700_000_000, 0);
    frame.writeUInt32LE(54 + data.length, 8);
    frame.writeUInt32LE(54 + data.length, 12);
    frame.writeUInt16BE(0x0800, 28);
    frame[30] = 0x45;
    frame.writeUInt16BE(40 + data.length, 32);
    frame[39] = 6;
    frame.set(side === 0 ? [10, 0, 0, 1, 192, 0, 2, 7] : [192, 0, 2, 7, 10, 0, 0, 1], 42);
    frame.writeUInt16BE(side === 0 ? port : 80, 50);
    frame.writeUInt16BE(side === 0 ? 80 : port, 52);
    frame.writeUInt32BE(seq, 54);
    frame.writeUInt32BE(ack, 58);
    frame[62] = 0x50;
    frame[63] = flags;
    data.copy(frame, 70);
    return frame;
  };
  const none = Buffer.alloc(0);
  const body = Buffer.alloc(60_000, 'x');
  const [question, answer] = ['GET /x HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n'].map((text) =>
    Buffer.from(text),
  );
  const header = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
  const out = openSync(file, 'w');
  writeSync(out, header);
  let count = 0;
  for (let size = 0; size < MEGABYTES * 1e6; count++) {
    const port = 1024 + (count % 60_000);
    const said = Buffer.concat([answer, body]);
    const frames = [packet(port, 0, 0, 0, 2, none), packet(port, 1, 0, 1, 18, none), packet(port, 0, 1, 1, 24, question)];
    for (let at = 0; at < said.length; at += 1400)
      frames.push(packet(port, 1, 1 + at, 1 + question.length, 24, said.subarray(at, at + 1400)));
    frames.push(
      packet(port, 1, 1 + said.length, 1 + question.length, 17, none),
      packet(port, 0, 1 + question.length, 2 + said.length, 17, none),
    );
    const all = Buffer.concat(frames);
    size += all.length;
    writeSync(out, all);
  }
  closeSync(out);
  return count;
}

/** In the page: notes when the first row came, when all was read, and how long the page did not answer at most. */
function watch() {
  const seen = { began: 0, first: 0, done: 0, blocked: 0 };
  globalThis.seen = seen;
  document.getElementById('picker').addEventListener('change', () => (seen.began = performance.now()), { capture: true });
  new MutationObserver(() => {
    if (!seen.first && document.querySelector('#rows .row')) seen.first = performance.now();
    if (!seen.done && document.body.dataset.phase === 'read') seen.done = performance.now();
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
  let last = performance.now();
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    const now = performance.now();
    if (seen.began && !seen.done) seen.blocked = Math.max(seen.blocked, now - last);
    last = now;
    setTimeout(() => port2.postMessage(null), 1);
  });
  port1.start();
  port2.postMessage(null);
}

/** The most that the process of the page ever had, with the browser's own share of it; null where the system does not tell. */
async function memoryOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type, id }) => type === 'renderer' && existsSync(`/proc/${id}/status`))
    .map(({ id }) => Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1000);
  return sizes.length === 0 ? null : Math.max(...sizes);
}

const folder = mkdtempSync(join(tmpdir(), 'headlong-large-'));
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
try {
  const file = join(folder, 'large.pcap');
  const exchanges = makeCapture(file);
  const megabytes = statSync(file).size / 1e6;
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(ROOT, 'dist', 'viewer', 'index.html')).href);
  await page.evaluate(watch);
  await page.setInputFiles('#picker', file);
  await page.waitForFunction(() => globalThis.seen.done, null, { timeout: MOST_MS });
  await page.getByText(`${exchanges.toLocaleString('en')} exchanges ·`).waitFor();
  const { began, first, done, blocked } = await page.evaluate(() => globalThis.seen);
  const memory = await memoryOf(browser);
  const round = (number) => Number(number.toPrecision(3));
  const figures = {
    megabytes: round(megabytes),
    exchanges,
    'first row, ms': round(first - began),
    'all, ms': round(done - began),
    'MB/s': round(megabytes / ((done - began) / 1000)),
    'longest pause of the page, ms': round(blocked),
    'most memory of the page and its worker, MB': memory === null ? 'not known here' : round(memory),
  };
  console.table(figures);
  if (first - began > MOST_MS_TO_FIRST_ROW) throw new Error('the first row came late');
  if (blocked > MOST_MS_BLOCKED) throw new Error('the page did not answer for too long');
  if (memory !== null && memory > MOST_MEMORY_MB) throw new Error('too much memory');
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
