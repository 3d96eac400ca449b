// A headless Chromium with the viewer in it, opened from the disk, and everything noted that it should not do: requests, errors, and what
// its policy had to refuse.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const PAGE = join(__dirname, '..', '..', 'dist', 'viewer', 'index.html');

export interface Visit {
  readonly page: Page;
  /** Addresses that were asked for, besides the page itself and what it made itself. */
  readonly requests: readonly string[];
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function visit(browser: Browser, address = pathToFileURL(PAGE).href, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const requests: string[] = [];
  const errors: string[] = [];
  context.on('request', (request) => {
    const url = request.url();
    if (url !== address && !/^(?:blob|data):/.test(url)) requests.push(url);
  });
  // What the policy stops is announced like a request, and never sent.
  context.on('requestfailed', (request) => {
    if (request.failure()?.errorText === 'csp') requests.splice(requests.indexOf(request.url()), 1);
  });
  context.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  context.on('weberror', (error) => void errors.push(String(error.error())));
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(address);
  return { page, requests, errors, close: () => context.close() };
}

/** Picks a file, and waits until it is read. */
export async function open(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  // Until its next frame the page shows the capture before, which may have the same name.
  await page.evaluate(() => {
    const shownAsReading = (): void => void (document.body.dataset['phase'] = 'reading');
    document.getElementById('picker')?.addEventListener('change', shownAsReading, { once: true });
  });
  await page.setInputFiles('#picker', { name, mimeType: '', buffer: Buffer.from(bytes) });
  await isRead(page, name);
}

/** Waits until a capture is read and its rows are listed, or it is said why not. */
export async function isRead(page: Page, name: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      document.title.startsWith(wanted) &&
      document.body.dataset['phase'] !== 'reading' &&
      (document.body.dataset['phase'] === 'failed' || document.getElementById('said')?.textContent?.endsWith('listed')),
    name,
  );
}

/** The rows in view, each as the text of its cells. */
export async function rows(page: Page): Promise<string[][]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll('#rows .row'), (row) =>
      Array.from(row.querySelectorAll('.cell'), (cell) => (cell.textContent ?? '').trim()).slice(0, -1),
    ),
  );
}

/** Types a filter and waits for so many rows. */
export async function filter(page: Page, text: string, count: number): Promise<void> {
  await page.fill('#filter', text);
  await page.waitForFunction((wanted) => document.querySelectorAll('#rows .row').length === wanted, count);
}
