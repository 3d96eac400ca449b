// Command lines for curl: what a shell makes of them, and what curl makes of them where there is one.

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toCurl } from '../../src/capture/export/curl.js';
import type { CapturedRequest, Exchange } from '../../src/capture/exchange.js';
import { crlf } from '../support/archives.js';
import { makeExchange } from '../support/exchanges.js';
import { answer, startServer, type TestServer } from '../support/server.js';

const hasShell = spawnSync('sh', ['-c', ':']).status === 0;
const hasCurl = hasShell && spawnSync('curl', ['--version']).status === 0;
const withShell = hasShell ? describe : describe.skip;
const withCurl = hasCurl ? describe : describe.skip;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headlong-curl-'));
  // In place of curl: what it was called with, and what it was given.
  const script = '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\nif [ ! -t 0 ]; then cat; fi\n';
  writeFileSync(join(folder, 'curl'), script, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The words that the command line comes to, and standard input behind them. */
function echoed(commandLine: string): string[] {
  const output = execFileSync('sh', ['-c', commandLine], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    input: '',
    cwd: folder,
  });
  return output.toString('latin1').split('\0');
}

const made = (request: string): Exchange => makeExchange({ request, url: 'http://example.org/' });

/** A request that says anything, as other inputs than captured bytes may. */
function saying(said: Partial<CapturedRequest> & { fields?: [string, string][] }, url = 'http://example.org/'): Exchange {
  const exchange = made(crlf('GET / HTTP/1.1', ''));
  const { fields = [], ...rest } = said;
  const headers = Object.assign(Object.create(exchange.request?.headers as object), { items: () => fields }) as CapturedRequest['headers'];
  return { ...exchange, url, request: { ...(exchange.request as CapturedRequest), headers, ...rest } };
}

test('an ordinary request', async () => {
  const request = crlf('GET /a?b HTTP/1.1', 'Host: example.org', 'User-Agent: x', 'Accept: */*', 'Cookie: a=b', '');
  expect(await toCurl(makeExchange({ request }))).toBe(
    "curl --globoff --path-as-is --header 'Host: example.org' --header 'User-Agent: x' --header 'Accept: */*' --header 'Cookie: [redacted]' " +
      "--header Content-Type: --header Expect: 'http://example.org/a?b'",
  );
});

test('without a request there is nothing to send', async () => {
  await expect(toCurl(makeExchange({ response: crlf('HTTP/1.1 200 OK', '') }))).rejects.toThrow(TypeError);
});

test('secrets', async () => {
  const exchange = makeExchange({ request: crlf('GET / HTTP/1.1', 'Authorization: s3cret', ''), url: 'http://me:s3cret@h/' });
  expect(await toCurl(exchange)).not.toContain('s3cret');
  expect((await toCurl(exchange, { redact: false })).match(/s3cret/g)?.length).toBe(2);
});

withShell('a shell takes every word for what it was', () => {
  const nasty = [
    "'; touch pwned; '",
    '$(id)',
    '`id`',
    '"',
    '\\',
    '!',
    '--',
    '-K',
    '%s%n',
    '\xe9',
    '\xc3\xa9',
    'a\tb',
    '\x1b[2J',
    '~',
    '#',
    '*',
    '|&;<>',
  ];

  test.each(nasty)('%j', async (text) => {
    const words = echoed(await toCurl(saying({ method: text, fields: [['X', text]] }, `http://h/${text}`)));
    expect(words[words.indexOf('--request') + 1]).toBe(text);
    expect(words[words.indexOf('--header') + 1]).toBe(`X: ${text}`);
    expect(words.at(-2)).toBe(`http://h/${text}`);
  });

  test('names that curl would take for files are left out, and a line end begins no field', async () => {
    const words = echoed(
      await toCurl(
        saying({
          fields: [
            ['@/etc/passwd', 'x'],
            ['X', 'a\r\nY: b'],
          ],
        }),
      ),
    );
    expect(words.filter((word) => word.startsWith('@'))).toEqual([]);
    expect(words).toContain('X: a Y: b');
  });

  test('any bytes', async () => {
    const text = fc.uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    // Line ends at the end do not outlive $(…); no method has any.
    const word = text.filter((given) => !given.endsWith('\n') && given !== 'GET' && given !== 'HEAD');
    await fc.assert(
      fc.asyncProperty(word, async (method) => {
        const words = echoed(await toCurl(saying({ method })));
        expect(words[words.indexOf('--request') + 1]).toBe(method);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test.each<[string, Buffer]>([
    ['text', Buffer.from('a=1&b=\u00e9\n\'"$`\\')],
    ['what begins like the name of a file', Buffer.from('@/etc/passwd')],
    ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, n) => n))],
    ['NUL and percent', Buffer.from('%s\0%%\\n')],
  ])('a body: %s', async (_what, body) => {
    const request = Buffer.concat([Buffer.from(crlf('POST / HTTP/1.1', `Content-Length: ${body.length}`, '')), body]);
    const words = echoed(await toCurl(makeExchange({ request, url: 'http://h/' })));
    const raw = words.indexOf('--data-raw');
    const sent = raw >= 0 ? words[raw + 1] : words.slice(words.indexOf('http://h/') + 1).join('\0');
    expect(Buffer.from(sent as string, 'latin1').equals(body)).toBe(true);
    expect(raw >= 0 || words[words.indexOf('--data-binary') + 1] === '@-').toBe(true);
  });
});

withCurl('curl sends it again', () => {
  test.each<[string, string[], string]>([
    ['GET', ['GET /a/../b?[1]&{c} HTTP/1.1', 'X-One:  1', 'X-Empty:', 'Accept-Encoding: gzip'], ''],
    ['HEAD', ['HEAD / HTTP/1.1'], ''],
    ['POST', ['POST /form HTTP/1.1', 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 5'], "a='b'"],
    ['bytes', ['PUT /bytes HTTP/1.1', 'Content-Length: 6'], '\0\x01\xff%s\r'],
    ['OPTIONS', ['OPTIONS * HTTP/1.1'], ''],
  ])('%s', async (_what, lines, body) => {
    const server: TestServer = await startServer(answer(''));
    try {
      const head = [lines[0] as string, `Host: 127.0.0.1:${server.port}`, ...lines.slice(1)];
      const exchange = makeExchange({ request: Buffer.from(crlf(...head, '') + body, 'latin1') });
      const line = (await toCurl(exchange)).replace(/(^|\| )curl /, '$1curl --silent --max-time 10 ');
      await promisify(execFile)('sh', ['-c', line]);
      const [request] = server.requests;
      expect(request?.line).toBe(lines[0]);
      const sent = (request?.head ?? '').split('\r\n').slice(1).filter(Boolean).map(normal).sort();
      expect(sent).toEqual(head.slice(1).map(normal).sort());
      expect(request?.body.toString('latin1')).toBe(body);
    } finally {
      await server.close();
    }
  });

  const normal = (line: string): string => line.replace(/^([^:]*):\s*/, '$1: ').trim();
});
