// Reads a capture in a worker of a headless Chromium: the page gets the file as a user would give it. Memory is the most that the
// process of the page ever had, page, worker and all, where the system tells.

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

const WORKER = `
import { readCapture } from '/capture.js';
const read = async (file) => {
  const started = performance.now();
  let exchanges = 0;
  let bodyBytes = 0;
  for await (const { response } of readCapture(file)) {
    exchanges++;
    bodyBytes += response?.body.length ?? 0;
  }
  return { exchanges, bodyBytes, seconds: (performance.now() - started) / 1000 };
};
addEventListener('message', ({ data }) => {
  read(data).then(postMessage, (error) => postMessage({ error: String(error) }));
});
`;

const PAGE = `<!doctype html><input type="file"><script>
const worker = new Worker('/worker.js', { type: 'module' });
const result = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});
document.querySelector('input').onchange = ({ target }) => worker.postMessage(target.files[0]);
</script>`;

async function bundle() {
  const { build } = await import('vite');
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('../../dist/esm/capture.js', import.meta.url)), formats: ['es'], fileName: 'capture' },
    },
  });
  return new Map(output.map((part) => [`/${part.isEntry ? 'capture.js' : part.fileName}`, part.code]));
}

let files;

/** Resolves to what was found and how long that took; null without a Chromium. */
export async function inChromium(path) {
  if (!existsSync(CHROMIUM)) return null;
  const { chromium } = await import('playwright-core');
  files ??= new Map([...(await bundle()), ['/', PAGE], ['/worker.js', WORKER]]);
  const server = createServer(({ url }, response) => {
    response.setHeader('Content-Type', url === '/' ? 'text/html' : 'text/javascript');
    response.end(files.get(url) ?? '');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--enable-precise-memory-info'] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.setInputFiles('input', path);
    const result = await page.evaluate('result');
    if (result.error !== undefined) throw new Error(result.error);
    return { ...result, ...(await memoryOf(browser)) };
  } finally {
    await browser.close();
    server.close();
  }
}

async function memoryOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const most = processInfo
    .filter(({ type }) => type === 'renderer' && existsSync(`/proc/${process.pid}/status`))
    .map(({ id }) => Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  return most.length === 0 ? {} : { mebibytes: Math.max(...most) };
}
