// `headlong view`: its command line, its server, and the page as it is served, with a capture to open.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseView } from '../../src/cli/view-options.js';
import { startViewer, type Viewer } from '../../src/cli/view-server.js';
import { run } from '../cli/run.js';
import { launch, missing } from '../support/chromium.js';
import { isRead, PAGE, rows, visit } from './browser.js';
import { pcapOf, response } from './capture.js';

jest.setTimeout(60_000);

const CAPTURE = pcapOf([
  [
    { from: 'client', bytes: 'GET /served HTTP/1.1\r\nHost: a.example\r\n\r\n' },
    { from: 'server', bytes: response('200 OK', 'text/plain', 'from the command line') },
  ],
]);
const NAME = 'a "quoted" <name> & more.pcap';

let folder: string;
let file: string;
let viewer: Viewer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headlong-view-'));
  file = join(folder, NAME);
  writeFileSync(file, CAPTURE);
  viewer = await startViewer(PAGE, file, 0);
});
afterAll(async () => {
  await viewer[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

async function ask(
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const asked = request(new URL(path, viewer.url), { method, headers });
  asked.end();
  const [answer] = await once(asked, 'response');
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) };
}

describe('the command line', () => {
  test('without, with a file, with a port', () => {
    expect(parseView([])).toEqual({ file: null, port: 0 });
    expect(parseView(['a.pcap', '-p', '8080'])).toEqual({ file: 'a.pcap', port: 8080 });
    expect([parseView(['--help']), parseView(['-V'])]).toEqual(['help', 'version']);
  });

  test.each([
    [['a', 'b'], 'one FILE can be opened at a time'],
    [['-p', 'x'], '--port: "x" is not a port: it is a number up to 65535'],
    [['-p', '65536'], '--port: "65536" is not a port: it is a number up to 65535'],
    [['--spam'], "unknown option '--spam'"],
  ])('%j: %s', async (args, message) => {
    expect(await run(['view', ...args])).toEqual({ code: 2, stdout: '', stderr: `headlong: ${message} (see headlong view --help)\n` });
  });

  test('help', async () => {
    const { code, stdout } = await run(['view', '--help']);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'Usage: headlong view [OPTION]... [FILE]']);
  });

  test.each([
    ['a file that is not there', 'missing.pcap', /^headlong: .*missing\.pcap: ENOENT/],
    ['a folder', '.', /give the name of a file/],
  ])('%s is said before anything is served', async (_, name, message) => {
    await expect(startViewer(PAGE, join(folder, name), 0)).rejects.toThrow(
      message.source.startsWith('^headlong') ? /missing\.pcap: ENOENT/ : message,
    );
  });

  test('the built command prints the address of a page', async () => {
    const child = execFile(process.execPath, [join(__dirname, '..', '..', 'dist', 'cjs', 'cli', 'main.js'), 'view', file]);
    try {
      const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [string];
      expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/\n$/);
      const page = await fetch(line.trim());
      expect(await page.text()).toContain('<title>Headlong</title>');
    } finally {
      child.kill();
    }
  });
});

describe('the server', () => {
  test('gives the page one address more, in its policy and for the capture', async () => {
    const { status, headers, body } = await ask('./');
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(body.toString()) ?? [];
    expect(status).toBe(200);
    expect(policy).toContain(`; connect-src ${viewer.url}capture; form-action 'none'`);
    expect(body.toString()).toContain(
      `<meta name="headlong-file" content="${viewer.url}capture" data-name="a &#34;quoted&#34; &#60;name&#62; &#38; more.pcap" />`,
    );
    expect(headers['content-security-policy']).toBe("frame-ancestors 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  test('without a file the page is as it was built', async () => {
    const plain = await startViewer(PAGE, null, 0);
    const body = await (await fetch(plain.url)).text();
    expect(body).toContain("connect-src 'none'");
    expect(body).not.toContain('<meta name="headlong-file"');
    expect((await fetch(`${plain.url}capture`)).status).toBe(404);
    await plain[Symbol.asyncDispose]();
  });

  test.each([
    ['all', undefined, 200, CAPTURE, undefined],
    ['the middle', 'bytes=10-19', 206, CAPTURE.subarray(10, 20), `bytes 10-19/${CAPTURE.length}`],
    ['the end', 'bytes=100-', 206, CAPTURE.subarray(100), `bytes 100-${CAPTURE.length - 1}/${CAPTURE.length}`],
    ['more than there is', 'bytes=100-999999', 206, CAPTURE.subarray(100), `bytes 100-${CAPTURE.length - 1}/${CAPTURE.length}`],
    ['what is not there', 'bytes=999999-', 416, Buffer.alloc(0), `bytes */${CAPTURE.length}`],
  ])('%s of the file', async (_, range, status, bytes, contentRange) => {
    const answer = await ask('./capture', { headers: range === undefined ? {} : { Range: range } });
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange]);
    expect(answer.body.equals(bytes)).toBe(true);
  });

  test('HEAD tells the length', async () => {
    const { status, headers, body } = await ask('./capture', { method: 'HEAD' });
    expect([status, headers['content-length'], body.length]).toEqual([200, String(CAPTURE.length), 0]);
  });

  test.each([
    ['another path', '/', {}, 404],
    ['another secret', '/AAAAAAAAAAAAAAAAAAAAAA/capture', {}, 404],
    ['a path that leads away', './../../etc/passwd', {}, 404],
    ['another host name', './capture', { headers: { Host: 'rebound.example' } }, 403],
    ['a host name that begins alike', './capture', { headers: { Host: '127.0.0.1.rebound.example' } }, 403],
    ['another method', './capture', { method: 'POST' }, 405],
  ])('%s is refused', async (_, path, options, status) => {
    const answer = await ask(path, options);
    expect([answer.status, answer.body.length]).toEqual([status, 0]);
  });

  test('a forwarded port keeps its name', async () => {
    const { body } = await ask('./', { headers: { Host: 'localhost:9999' } });
    expect(body.toString()).toMatch(/; connect-src http:\/\/localhost:9999\/[\w-]{22}\/capture;/);
  });

  test('two runs have different secrets', async () => {
    const other = await startViewer(PAGE, file, 0);
    expect(new URL(other.url).pathname).not.toBe(new URL(viewer.url).pathname);
    await other[Symbol.asyncDispose]();
  });
});

(missing === '' ? describe : describe.skip)(`in headless Chromium${missing}`, () => {
  test('the page opens the capture, reads its bodies, and asks for nothing else', async () => {
    const browser = await launch();
    const { page, requests, errors } = await visit(browser, viewer.url);
    await isRead(page, NAME);
    expect((await rows(page)).map(([, , , target]) => target)).toEqual(['/served']);
    await page.locator('#rows .row').first().click();
    await page.getByRole('tab', { name: 'Body' }).click();
    await page.locator('#panel').getByText('from the command line').waitFor();
    expect([...new Set(requests)]).toEqual([`${viewer.url}capture`]);
    expect(errors).toEqual([]);
    // The one address is that of the file: the server itself is as far away as everything else.
    const refused = await page.evaluate((url) => fetch(url).then(() => 'answered', String), viewer.url);
    expect(refused).toMatch(/TypeError/);
    await browser.close();
  });
});
