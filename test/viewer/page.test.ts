// The viewer in a headless Chromium, opened from the disk: from the file that is dropped to the file that is saved. Needs the build. Without
// a Chromium (CHROMIUM names one that is not /usr/bin/chromium) the suite is skipped by name.

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Har } from 'har-format';
import type { Browser, Page } from 'playwright-core';
import { launch, missing } from '../support/chromium.js';
import { filter, isRead, open, PAGE, rows, visit, type Visit } from './browser.js';
import { pcapOf, response, type Spoken, tls } from './capture.js';

// For a machine that has much else to do.
jest.setTimeout(60_000);

const get = (target: string, fields = ''): Spoken => ({
  from: 'client',
  bytes: `GET ${target} HTTP/1.1\r\nHost: shop.example\r\n${fields}\r\n`,
});
const answer = (...given: Parameters<typeof response>): Spoken => ({ from: 'server', bytes: response(...given) });

const ITEMS = {
  items: [
    { id: 1, name: 'Kaffee' },
    { id: 2, name: 'out of stock' },
  ],
};

/** A picture of one red pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');

const SHOP = pcapOf([
  [
    get('/items?page=2', 'Cookie: session=secret\r\n'),
    answer(
      '200 OK',
      'application/json',
      gzipSync(JSON.stringify(ITEMS)),
      'Content-Encoding: gzip\r\nSet-Cookie: id=1\r\nSet-Cookie: theme=dark\r\n',
    ),
    get('/logo.png'),
    answer('200 OK', 'image/png', PNG),
    get('/missing'),
    answer('404 Not Found', 'text/html', '<p>There is no such page'),
  ],
  [
    {
      from: 'client',
      bytes:
        'POST /orders HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n\r\nitem=1&note=a+%26b'.replace(
          '17',
          '18',
        ),
    },
    answer('503 Service Unavailable', 'text/plain', brotliCompressSync('the till is closed'), 'Content-Encoding: br\r\n'),
  ],
  [
    get('/large'),
    { from: 'server', bytes: 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4200\r\n\r\n' },
    { from: 'server', bytes: 'a'.repeat(1400) },
    { from: 'server', bytes: 'b'.repeat(1400), lost: true },
    { from: 'server', bytes: 'c'.repeat(1400) },
    get('/after'),
    answer('200 OK', 'text/plain', deflateSync('deflated'), 'Content-Encoding: deflate\r\n'),
  ],
  tls(),
  tls(),
]);

test('the page is one file of less than 150 kB compressed, whose policy forbids every connection', () => {
  const page = readFileSync(PAGE);
  expect(gzipSync(page, { level: 9 }).length).toBeLessThan(150_000);
  const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page.toString()) ?? [];
  expect(policy.split('; ').map((directive) => directive.replace(/sha256-[\w+/=]+/, 'sha256-…'))).toEqual([
    "default-src 'none'",
    "script-src 'sha256-…' 'wasm-unsafe-eval'",
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src blob: data:',
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ]);
  // Nothing stands in front of it that it would not rule.
  expect(page.toString().slice(0, page.toString().indexOf('Content-Security-Policy'))).not.toMatch(/<(?:script|link|style|img)/);
});

(missing === '' ? describe : describe.skip)(`in headless Chromium${missing}`, () => {
  let browser: Browser;
  let seen: Visit;
  let page: Page;

  beforeAll(async () => {
    browser = await launch();
    seen = await visit(browser);
    ({ page } = seen);
  });
  afterAll(() => browser?.close());
  // Whatever a test does: nothing is ever requested.
  afterEach(() => expect(seen.requests).toEqual([]));

  describe('opening', () => {
    const TARGETS = ['/items?page=2', '/logo.png', '/missing', '/orders', '/large', '/after'];
    const targets = async (): Promise<unknown[]> =>
      (await rows(page)).map(([, , , target]) => target?.replace(/gap.*|retransmitted.*/, ''));

    test('a file that is picked', async () => {
      await open(page, 'shop.pcap', SHOP);
      expect(await targets()).toEqual(TARGETS);
      expect(await page.title()).toBe('shop.pcap – Headlong');
      expect(await page.textContent('#summary')).toMatch(
        /^6 exchanges · 5 connections · \S+ ms · 1 damaged · TLS: 2 connections, encrypted$/,
      );
      expect(seen.errors).toEqual([]);
    });

    test('a file that is dropped', async () => {
      await page.evaluate((base64) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], 'dropped.pcap'));
        for (const type of ['dragenter', 'dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      }, SHOP.toString('base64'));
      await isRead(page, 'dropped.pcap');
      expect(await targets()).toEqual(TARGETS);
      expect(await page.isHidden('#drop')).toBe(true);
    });

    test('a file that is pasted', async () => {
      await page.evaluate((base64) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([bytes], 'pasted.pcap'));
        document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData }));
      }, SHOP.toString('base64'));
      await isRead(page, 'pasted.pcap');
      expect(await targets()).toEqual(TARGETS);
    });

    test('another one takes its place', async () => {
      await open(page, 'shop.pcap', SHOP);
      await page.locator('#rows .row').nth(1).click();
      // Two that differ in nothing but their words.
      for (const target of ['/one', '/two']) {
        await open(page, `${target.slice(1)}.pcap`, pcapOf([[get(target), answer('200 OK', 'text/plain', 'x')]]));
        expect(await targets()).toEqual([target]);
      }
      expect(await page.isHidden('#detail')).toBe(true);
    });

    test('what is no capture is said to be none, and the page goes on', async () => {
      await open(page, 'nonsense.bin', Buffer.from('\x00\x01nonsense'));
      expect(await page.textContent('#message-title')).toBe('nonsense.bin could not be read');
      expect(await page.textContent('#message-advice')).toMatch(/^[A-Z].+\.$/);
      await open(page, 'shop.pcap', SHOP);
      expect(await targets()).toEqual(TARGETS);
    });

    test('captures without HTTP say what there is instead', async () => {
      await open(page, 'tls.pcap', pcapOf([tls(), tls(), tls()]));
      expect(await page.textContent('#message-title')).toBe('TLS: 3 connections, encrypted, nothing to show');
      await open(page, 'empty.pcap', pcapOf([]));
      expect(await page.textContent('#message-title')).toBe('There is no HTTP in this capture');
    });
  });

  describe('looking', () => {
    beforeEach(() => open(page, 'shop.pcap', SHOP));

    const panel = async (row: number, tab: string): Promise<string> => {
      await page.locator('#rows .row').nth(row).click();
      await page.getByRole('tab', { name: tab }).click();
      return (await page.locator('#panel').innerText()).replace(/\u00a0/g, ' ');
    };
    const shows = (text: string | RegExp): Promise<void> => page.locator('#panel').getByText(text).first().waitFor();

    test('rows', async () => {
      const [first, , , post, large] = await rows(page);
      expect(first?.slice(1, 6)).toEqual(['GET', 'shop.example', '/items?page=2', '200', 'json']);
      expect(post?.slice(1, 6)).toEqual(['POST', 'api.example', '/orders', '503', 'text']);
      expect(large?.[3]).toBe('/largegap');
      expect(large?.[6]).toBe('2.8 kB');
      expect(await page.locator('#rows .row.damaged').count()).toBe(1);
    });

    test('every field line, in order, duplicates too', async () => {
      await page.locator('#rows .row').first().click();
      await shows('theme=dark');
      const names = await page.locator('#panel section:nth-of-type(2) dt').allInnerTexts();
      expect(names).toEqual(['Content-Type', 'Content-Length', 'Content-Encoding', 'Set-Cookie', 'Set-Cookie']);
    });

    test('a body without its coding, as JSON', async () => {
      await panel(0, 'Body');
      await shows('"Kaffee"');
      expect(await page.locator('#panel .line .text').allInnerTexts()).toEqual(JSON.stringify(ITEMS, null, 2).split('\n'));
      expect(await page.locator('#panel .facts').innerText()).toMatch(/^application\/json · \d+ B gzip → \d+ B$/);
    });

    test('brotli and deflate', async () => {
      await panel(3, 'Body');
      await shows('the till is closed');
      await panel(5, 'Body');
      await shows('deflated');
    });

    test('a form', async () => {
      await panel(3, 'Body');
      await page.locator('#panel').getByRole('button', { name: 'Request' }).click();
      await shows('a &b');
    });

    test('an image', async () => {
      await panel(1, 'Body');
      await shows('1 × 1 pixels');
      expect(await page.locator('#panel img').getAttribute('src')).toMatch(/^blob:/);
    });

    test('damage, in words', async () => {
      await panel(4, 'Body');
      expect(await page.locator('#detail-alerts').innerText()).toMatch(/^gap: .+/);
      await shows('captured');
      expect((await page.locator('#panel .line .text').allInnerTexts()).join('')).toBe('a'.repeat(1400) + 'c'.repeat(1400));
    });

    test('bytes, moments, and the whole connection', async () => {
      await panel(2, 'Hex');
      await shows('48 54 54 50 2f 31 2e 31  20 34 30 34 20 4e 6f 74');
      await panel(2, 'Timing');
      await shows('2023-11-14 22:13:20');
      await panel(2, 'Stream');
      await shows('GET /items?page=2 HTTP/1.1');
      await shows('HTTP/1.1 404 Not Found');
      expect(await page.locator('#panel').innerText()).not.toContain('/orders');
      expect(seen.errors).toEqual([]);
    });
  });

  describe('finding', () => {
    beforeEach(() => open(page, 'shop.pcap', SHOP));

    test('by what rows, fields and bodies say', async () => {
      for (const [text, count] of [
        ['shop.example', 5],
        ['status:5xx', 1],
        ['-host:shop', 1],
        ['header:"theme=dark"', 1],
        ['body:"OUT of stock"', 1],
        ['body:"till is"', 1],
        ['is:damaged', 1],
        ['is:encrypted', 2],
        ['', 6],
      ] as const)
        await filter(page, text, count);
    });

    test('a filter that is not understood says what would be, and the list stays', async () => {
      await page.fill('#filter', 'status:abc');
      await page.locator('#filter-problem').getByText('status: takes').waitFor();
      expect(await rows(page)).toHaveLength(6);
      await filter(page, 'status:404', 1);
      expect(await page.isHidden('#filter-problem')).toBe(true);
    });

    test('by the buttons, which put terms into the filter and take them out', async () => {
      await page.getByRole('button', { name: 'damaged' }).click();
      await page.waitForFunction(() => document.querySelectorAll('#rows .row').length === 1);
      expect(await page.inputValue('#filter')).toBe('is:damaged');
      await page.getByRole('button', { name: 'damaged' }).click();
      await page.waitForFunction(() => document.querySelectorAll('#rows .row').length === 6);
    });

    test('sorted by a column, and back', async () => {
      await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
      await page.waitForFunction(() => document.querySelector('#rows .row .target')?.textContent?.startsWith('/large'));
      expect(await page.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe('descending');
      await page.getByRole('columnheader', { name: 'Time' }).getByRole('button').click();
      await page.waitForFunction(() => document.querySelector('#rows .row .target')?.textContent?.startsWith('/items'));
    });

    test('nothing, and what to do about it', async () => {
      await filter(page, 'spam', 0);
      expect(await page.textContent('#message-title')).toBe('No exchange fits the filter');
    });
  });

  describe('saving', () => {
    beforeEach(() => open(page, 'shop.pcap', SHOP));

    async function saved(item: string | RegExp): Promise<{ name: string; bytes: Buffer }> {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      const file = await download;
      return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
    }
    const har = async (): Promise<Har> => JSON.parse((await saved('HAR')).bytes.toString()) as Har;
    const withSecrets = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitemcheckbox').click();
      expect(await page.getByRole('menuitemcheckbox').getAttribute('aria-checked')).toBe('false');
      await page.keyboard.press('Escape');
    };

    test('a HAR with every listed exchange, its decoded bodies, and no secrets', async () => {
      const { name, bytes } = await saved('HAR');
      const { log } = JSON.parse(bytes.toString()) as Har;
      expect(name).toBe('shop.har');
      expect(log.version).toBe('1.2');
      expect(log.entries.map(({ request, response: { status } }) => [request.method, request.url, status])).toEqual([
        ['GET', 'http://shop.example/items?page=2', 200],
        ['GET', 'http://shop.example/logo.png', 200],
        ['GET', 'http://shop.example/missing', 404],
        ['POST', 'http://api.example/orders', 503],
        ['GET', 'http://shop.example/large', 200],
        ['GET', 'http://shop.example/after', 200],
      ]);
      const [first, image] = log.entries;
      expect(JSON.parse(first?.response.content.text ?? '')).toEqual(ITEMS);
      expect(Buffer.from(image?.response.content.text ?? '', 'base64').equals(PNG)).toBe(true);
      expect(bytes.toString()).not.toContain('session=secret');
      expect(await page.locator('#announcement').textContent()).toMatch(/^Saved shop\.har, .*, secrets left out\.$/);
    });

    test('secrets too, when somebody asks for them', async () => {
      await withSecrets();
      const { log } = await har();
      expect(log.entries[0]?.request.headers).toContainEqual({ name: 'Cookie', value: 'session=secret' });
    });

    test('what the filter lists, in its order, and nothing else', async () => {
      await filter(page, 'host:shop status:2xx', 4);
      await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
      await page.waitForFunction(() => document.querySelector('#rows .row .target')?.textContent?.startsWith('/large'));
      expect((await har()).log.entries.map(({ request }) => new URL(request.url).pathname)).toEqual([
        '/large',
        '/items',
        '/logo.png',
        '/after',
      ]);
    });

    test.each([
      ['NDJSON', 'shop.ndjson', 6],
      ['CSV', 'shop.csv', 7],
    ])('%s', async (item, name, lines) => {
      const file = await saved(item);
      expect([file.name, file.bytes.toString().trimEnd().split('\n').length]).toEqual([name, lines]);
      expect(file.bytes.toString()).toContain('/items?page=2');
    });

    test('a WARC, which can be opened again', async () => {
      const file = await saved('WARC');
      expect(file.name).toBe('shop.warc');
      await open(page, file.name, file.bytes);
      expect((await rows(page)).map(([, method, , , status]) => `${method} ${status}`).sort()).toEqual(
        ['GET 200', 'GET 200', 'GET 200', 'GET 200', 'GET 404', 'POST 503'].sort(),
      );
    });

    test('the body of the selected exchange', async () => {
      await page.locator('#rows .row').nth(1).click();
      const image = await saved('Save body of the response');
      expect([image.name, image.bytes.equals(PNG)]).toEqual(['logo.png', true]);
      await page.locator('#rows .row').first().click();
      const items = await saved('Save body of the response');
      expect([items.name, JSON.parse(items.bytes.toString())]).toEqual(['items.json', ITEMS]);
    });

    test('the selected exchange as a command', async () => {
      await page.evaluate(() => {
        navigator.clipboard.writeText = async (text) => void (document.body.dataset['copied'] = text);
      });
      await page.locator('#rows .row').first().click();
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Copy as cURL' }).click();
      await page.locator('#announcement').getByText('Copied').waitFor();
      const copied = (await page.evaluate(() => document.body.dataset['copied'])) ?? '';
      expect(copied).toMatch(/^curl .*http:\/\/shop\.example\/items\?page=2/s);
      expect(copied).not.toContain('session=secret');
    });
  });

  test('all of it with the keyboard', async () => {
    await open(page, 'shop.pcap', SHOP);
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');
    const { keyboard } = page;
    expect(await focused()).toBe('grid');
    await keyboard.press('ArrowDown');
    await keyboard.press('j');
    await page.locator('#rows .row[aria-selected=true]', { hasText: '/logo.png' }).waitFor();
    // A screen reader is told which row that is.
    expect(
      await page.evaluate(
        () => document.getElementById(document.getElementById('grid')?.getAttribute('aria-activedescendant') ?? '')?.textContent,
      ),
    ).toContain('/logo.png');
    await keyboard.press('End');
    await page.locator('#rows .row[aria-selected=true]', { hasText: '/after' }).waitFor();
    await keyboard.press('Home');
    await keyboard.press('Enter');
    await page.locator('#detail').waitFor();
    await keyboard.press('1');
    await page.locator('#panel').getByText('theme=dark').waitFor();
    await keyboard.press('2');
    await page.locator('#panel').getByText('"Kaffee"').waitFor();
    // Into the detail, along the tabs, and back.
    await keyboard.press('Enter');
    expect(await focused()).toBe('tab-body');
    await keyboard.press('ArrowRight');
    expect(await focused()).toBe('tab-hex');
    await keyboard.press('Escape');
    await page.locator('#detail').waitFor({ state: 'hidden' });
    expect(await focused()).toBe('grid');
    await keyboard.press('/');
    await keyboard.type('status:404');
    await page.waitForFunction(() => document.querySelectorAll('#rows .row').length === 1);
    await keyboard.press('Enter');
    expect(await focused()).toBe('grid');
    await keyboard.press('/');
    await keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelectorAll('#rows .row').length === 6);
    await keyboard.press('Escape');
    await keyboard.press('?');
    expect(await page.isVisible('#help-dialog')).toBe(true);
    await keyboard.press('Escape');
    expect(await page.isVisible('#help-dialog')).toBe(false);
    await keyboard.press('e');
    expect(await page.locator(':focus').getAttribute('role')).toBe('menuitem');
    await keyboard.press('ArrowUp');
    expect(await page.locator(':focus').getAttribute('role')).toBe('menuitemcheckbox');
    await keyboard.press('Escape');
    expect(await page.isHidden('#export-menu')).toBe(true);
    expect(seen.errors).toEqual([]);
  });

  test('reading can be stopped, and what was read stays', async () => {
    // Much more to read than there is time for, without taking room on the disk.
    const folder = mkdtempSync(join(tmpdir(), 'headlong-viewer-'));
    const file = join(folder, 'long.pcap');
    writeFileSync(file, SHOP);
    truncateSync(file, 4e9);
    await page.setInputFiles('#picker', file);
    const stop = page.getByRole('button', { name: 'Stop' });
    await stop.waitFor();
    await page.waitForSelector('#rows .row');
    await stop.click();
    await page.waitForFunction(() => document.body.dataset['phase'] === 'stopped');
    // A connection whose end was not reached may still have had something to say.
    expect((await rows(page)).length).toBeGreaterThanOrEqual(4);
    expect(await page.textContent('#summary')).toMatch(/stopped at \S+ \S+ of 4\.0 GB/);
    rmSync(folder, { recursive: true });
  });

  describe.each(['light', 'dark'] as const)('axe finds nothing to complain about, %s', (colorScheme) => {
    test('in any state of the page', async () => {
      const shown = await visit(browser, undefined, { colorScheme });
      const violations = async (state: string): Promise<string[]> => {
        const found = await shown.page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
          };
          return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
        });
        return found.map((violation) => `${state}: ${violation}`);
      };
      await shown.page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
      const found = await violations('without a capture');
      await open(shown.page, 'shop.pcap', SHOP);
      found.push(...(await violations('table')));
      await shown.page.locator('#rows .row').nth(4).click();
      for (const tab of ['Headers', 'Body', 'Hex', 'Timing', 'Stream']) {
        await shown.page.getByRole('tab', { name: tab }).click();
        await shown.page.waitForTimeout(100);
        found.push(...(await violations(tab)));
      }
      await shown.page.locator('#rows .row').first().click();
      await shown.page.getByRole('tab', { name: 'Body' }).click();
      await shown.page.locator('#panel').getByText('"Kaffee"').waitFor();
      found.push(...(await violations('JSON')));
      await shown.page.keyboard.press('e');
      found.push(...(await violations('menu')));
      await shown.page.keyboard.press('Escape');
      await shown.page.keyboard.press('?');
      found.push(...(await violations('help')));
      expect(found).toEqual([]);
      await shown.close();
    });
  });

  describe('a hostile body', () => {
    const closing: (() => void)[] = [];
    afterAll(() => closing.forEach((close) => close()));
    beforeEach(async () => {
      seen = await visit(browser);
      ({ page } = seen);
    });

    test('neither runs nor asks for anything, in any view', async () => {
      const touched: string[] = [];
      const trap = createServer((socket) => {
        touched.push('a connection');
        socket.destroy();
      });
      closing.push(() => trap.close());
      trap.listen(0, '127.0.0.1');
      await once(trap, 'listening');
      const there = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
      const hostile = `<!doctype html><html><head><title>x</title>
        <meta http-equiv="refresh" content="0;url=${there}/refresh"><base href="${there}/">
        <link rel="stylesheet" href="${there}/a.css"><link rel="preconnect" href="${there}"><link rel="dns-prefetch" href="${there}">
        <link rel="prefetch" href="${there}/p"><link rel="icon" href="${there}/i"><link rel="modulepreload" href="${there}/m">
        <style>@import url(${there}/b.css); body { background: url(${there}/c.png) } @font-face { font-family: f; src: url(${there}/f) } p { font-family: f }</style>
        <script>parent.document.title = 'owned'; fetch('${there}/fetch'); new Image().src = '${there}/image'</script>
        <script src="${there}/s.js"></script></head>
        <body onload="parent.document.title = 'owned'" background="${there}/bg">
        <p style="background: url(${there}/d.png)">The text of it</p>
        <a id="link" href="${there}/link" target="_top" ping="${there}/ping">a link</a>
        <img src="${there}/e.png" srcset="${there}/f.png 2x" onerror="parent.document.title = 'owned'"><video src="${there}/v" poster="${there}/g" autoplay></video>
        <iframe src="${there}/frame"></iframe><object data="${there}/o"></object><embed src="${there}/em"><svg><image href="${there}/sv"/><use href="${there}/u#x"/></svg>
        <form id="form" action="${there}/form" method="post"><input name="a" value="1"><button id="submit" formaction="${there}/fa">Send</button></form>
        <a href="javascript:parent.document.title='owned'" id="script-link">another</a></body></html>`;
      await open(
        page,
        'hostile.pcap',
        pcapOf([
          [get('/'), answer('200 OK', 'text/html', hostile)],
          [
            get('/x.svg'),
            answer(
              '200 OK',
              'image/svg+xml',
              `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>parent.document.title='owned'</script><image href="${there}/svg"/></svg>`,
            ),
          ],
        ]),
      );
      await page.locator('#rows .row').nth(1).click();
      await page.getByRole('tab', { name: 'Body' }).click();
      await page.locator('#panel').getByText('9 × 9 pixels').waitFor();
      await page.locator('#rows .row').first().click();
      await page.locator('#panel').getByText('The text of it').first().waitFor();
      await page.getByRole('button', { name: 'Preview' }).click();
      const frame = page.frameLocator('#panel iframe');
      await frame.getByText('The text of it').waitFor();
      await frame.locator('#link').click();
      await frame.locator('#script-link').click();
      await frame.locator('#submit').click();
      // Time for what would have been asked for to be asked for.
      await page.waitForTimeout(500);
      expect(await frame.getByText('The text of it').isVisible()).toBe(true);
      expect(await page.title()).toBe('hostile.pcap – Headlong');
      expect(await page.locator('#panel iframe').getAttribute('sandbox')).toBe('');
      // What is left of its addresses stands in styles, which the policy of the frame stops.
      const markup = (await page.locator('#panel iframe').getAttribute('srcdoc')) ?? '';
      expect(Array.from(markup.matchAll(/http:\/\/[\d.:]+\/([\w.]*)/g), ([, path]) => path).sort()).toEqual([
        'b.css',
        'c.png',
        'd.png',
        'f',
      ]);
      expect(markup).not.toMatch(/<(?:script|link|base|iframe|object|embed)|javascript:|\son\w+=|http-equiv="refresh"/i);
      expect(page.context().pages()).toHaveLength(1);
      expect(touched).toEqual([]);
    });

    test('its names are text everywhere else', async () => {
      const markup = '<img/src=x/onerror=document.title=1>';
      await open(
        page,
        'names.pcap',
        pcapOf([[get(`/${markup}`, `X-${'a'}: ${markup}\r\n`), answer(`200 ${markup}`, `text/${markup}`, markup)]]),
      );
      await page.locator('#rows .row').first().click();
      for (const tab of ['Headers', 'Body', 'Stream']) {
        await page.getByRole('tab', { name: tab }).click();
        await page.locator('#panel').getByText(markup).first().waitFor();
      }
      expect(await page.locator('img[src=x]').count()).toBe(0);
      expect(seen.errors).toEqual([]);
    });
  });
});
