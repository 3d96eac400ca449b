// A capture of 300 MB in the page: that its first rows come soon, that the page answers meanwhile, that every exchange is there, and that
// memory is that of the index. Not part of `npm test`, since it writes that file: `npm run test:large`, or with the name of a capture
// behind it.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { writeCapture } from '../../bench/support/capture-file.mjs';

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const ROOT = join(import.meta.dirname, '..', '..');
const SIZE = 300e6;

// Upper limits that a slow machine keeps too; what was measured is printed.
const MOST_MS_TO_FIRST_ROW = 5000;
const MOST_MS_BLOCKED = 1000;
const MOST_MS = 180_000;
const MOST_MEMORY_MB = 500;

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
  const file = process.argv[2] ?? join(folder, 'large.pcap');
  const known = process.argv[2] === undefined ? await writeCapture(file, SIZE) : null;
  const megabytes = statSync(file).size / 1e6;
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(ROOT, 'dist', 'viewer', 'index.html')).href);
  await page.evaluate(watch);
  await page.setInputFiles('#picker', file);
  await page.waitForFunction(() => globalThis.seen.done, null, { timeout: MOST_MS });
  await page.waitForFunction(() => document.getElementById('said').textContent.endsWith('listed'), null, { timeout: MOST_MS });
  const exchanges = Number((await page.textContent('#said')).replace(/\D/g, ''));
  if (known !== null && exchanges !== known.exchanges)
    throw new Error(`${known.exchanges} exchanges were written, ${exchanges} are listed`);
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
