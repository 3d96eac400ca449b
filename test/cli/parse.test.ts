// `headlong parse` on files made here: what is written, what is wrong usage, how it ends.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crlf, httpRecord } from '../support/archives.js';
import { harFaults } from '../support/har.js';
import { closingOutput, run } from './run.js';

let folder: string;
let good: string;
let damaged: string;
const RESPONSES = `${crlf('HTTP/1.1 200 OK', 'Content-Type: text/plain', 'Set-Cookie: s3cret', 'Content-Length: 5', '')}hello${crlf('HTTP/1.1 204 No Content', '')}`;
const record = httpRecord('response', RESPONSES.slice(0, RESPONSES.indexOf('HTTP/1.1 204')));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headlong-parse-'));
  good = write('good.warc', record);
  damaged = write('damaged.warc', Buffer.concat([record, Buffer.from('garbage\r\n'), record]));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: string | Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const lines = (text: string): any[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

/** A terminal as standard output, so many columns wide. */
function terminal(columns: number) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns });
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  return { stream, text: () => Buffer.concat(parts).toString() };
}

describe('formats', () => {
  test('ndjson unless it is a terminal, and secrets are left out', async () => {
    const { code, stdout, stderr } = await run(['parse', good]);
    expect([code, stderr]).toEqual([0, '']);
    expect(lines(stdout)).toMatchObject([{ source: good, url: 'http://example.org/', response: { status: 200, body: { length: 5 } } }]);
    expect(stdout).not.toContain('s3cret');
    expect((await run(['parse', '--no-redact', good])).stdout).toContain('s3cret');
  });

  test('a table on a terminal, no wider than it is', async () => {
    const screen = terminal(60);
    expect((await run(['parse', damaged], { stdout: screen.stream })).code).toBe(0);
    const rows = screen.text().trimEnd().split('\n');
    expect(rows[0]).toMatch(/^TIME {10}METHOD {3}STATUS {2}TYPE/);
    expect(rows[1]).toMatch(/^! 9 bytes at byte \d+ cannot be read/);
    expect(rows[2]).toMatch(/^03:04:05\.000 {2}- {8}200 {5}text\/plain/);
    expect(rows.every((row) => row.length <= 60)).toBe(true);
  });

  test('what comes over the wire does not move the cursor', async () => {
    const file = write('nasty.warc', httpRecord('response', crlf('HTTP/1.1 200 OK', ''), { 'WARC-Target-URI': 'http://h/\x1b[2J\x9b' }));
    const { stdout } = await run(['parse', '--out', 'table', file]);
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(stdout).toContain('http://h/ [2J');
  });

  test('har, of all files', async () => {
    const { stdout } = await run(['parse', '--out', 'har', good, good]);
    expect(harFaults(stdout)).toEqual([]);
    expect((JSON.parse(stdout) as { log: { entries: unknown[] } }).log.entries.length).toBe(2);
  });

  test('csv', async () => {
    expect((await run(['parse', '--out', 'csv', good])).stdout).toMatch(/^started,[^\r]*\r\n2026-01-02T03:04:05\.000Z,0,[^\r]*,200,OK,/);
  });

  test('warc, which can be read again, from standard input', async () => {
    const { stdout } = await run(['parse', '--out', 'warc', damaged]);
    const again = await run(['parse', '-'], { stdin: stdout });
    expect(lines(again.stdout)).toMatchObject([{ source: '-', response: { status: 200 } }, { response: { status: 200 } }]);
  });

  test('-o', async () => {
    const output = join(folder, 'out.ndjson');
    expect(await run(['parse', '-o', output, good])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(lines(readFileSync(output, 'utf8')).length).toBe(1);
  });
});

describe('bodies', () => {
  const body = async (...args: string[]): Promise<any> => lines((await run(['parse', ...args, good])).stdout)[0].response.body;

  test('digests and bytes', async () => {
    expect((await body('--bodies', 'sha256')).sha256).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    expect((await body('--bodies', 'base64')).base64).toBe('aGVsbG8=');
  });

  test('files, each its own, and none written over', async () => {
    const directory = join(folder, 'new', 'bodies');
    const { stdout, code } = await run(['parse', '--bodies', 'dir', '--directory', directory, damaged]);
    expect(code).toBe(0);
    const files = lines(stdout).flatMap(({ response }) => (response === null ? [] : [response.body.file as string]));
    expect(files).toEqual([join(directory, 'index.txt'), join(directory, 'index-2.txt')]);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['hello', 'hello']);
    const again = await run(['parse', '--bodies', 'dir', '--directory', directory, good]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/index\.txt: EEXIST[^\n]*: give --directory the name of a new folder\n$/);
    expect(readdirSync(directory).length).toBe(2);
  });
});

describe('what fails', () => {
  test('a damaged record is a line, and not the end', async () => {
    const { code, stdout } = await run(['parse', damaged]);
    expect(code).toBe(0);
    expect(lines(stdout)).toMatchObject([
      { problem: expect.stringContaining('cannot be read'), request: null },
      { problem: null },
      { problem: null },
    ]);
  });

  test.each<[string, () => string, RegExp]>([
    ['a file that is not there', () => join(folder, 'none'), /none: ENOENT/],
    ['a folder', () => folder, /EISDIR|directory/],
    ['a file that is no capture', () => write('text', 'lorem ipsum'), /text: this is none of what can be read/],
    ['an empty file', () => write('empty', ''), /empty: this is none of what can be read/],
  ])('%s is reported, and the next one is read', async (_what, file, message) => {
    const { code, stdout, stderr } = await run(['parse', file(), good]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^headlong: [^\n]+\n$/);
    expect(lines(stdout).length).toBe(1);
  });

  test('an output that cannot be written', async () => {
    const { code, stderr } = await run(['parse', '-o', join(folder, 'no', 'such'), good]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ENOENT[^\n]*: give -o the name of a file that can be written\n$/);
  });

  test('a reader that has had enough ends the command quietly', async () => {
    const many = write('many.warc', Buffer.concat(Array.from({ length: 2000 }, () => record)));
    const { code, stderr } = await run(['parse', many], { stdout: closingOutput(1000) });
    expect([code, stderr]).toEqual([0, '']);
  });
});

test('a bar on a terminal where the output is elsewhere, and none where it is small', async () => {
  const large = write(
    'large.warc',
    Buffer.concat([record, httpRecord('response', `${crlf('HTTP/1.1 200 OK', '')}${'x'.repeat(3_000_000)}`)]),
  );
  const { stderr } = await run(['parse', large], { terminal: true });
  expect(stderr).toContain('large.warc');
  expect(stderr).toMatch(/3\.0 MB of 3\.0 MB/);
  expect((await run(['parse', good], { terminal: true })).stderr).toBe('');
  expect((await run(['parse', large])).stderr).toBe('');
});

describe('the command line', () => {
  test('--help and --version', async () => {
    for (const flag of ['-h', '--help']) {
      const { code, stdout } = await run(['parse', flag]);
      expect([code, stdout.split('\n')[0]]).toEqual([0, 'Usage: headlong parse [OPTION]... FILE...']);
    }
    expect((await run(['parse', '-V'])).stdout).toMatch(/^headlong \d/);
  });

  test.each<[string, string[], RegExp]>([
    ['no file', [], /no FILE given/],
    ['an unknown option', ['--in', 'x'], /unknown option '--in'/],
    ['an unknown format', ['--out', 'xml', 'x'], /--out: "xml" is none of table, ndjson, har, warc, csv/],
    ['unknown bodies', ['--bodies', 'all', 'x'], /--bodies: "all" is none of none, sha256, base64, dir/],
    ['bodies with another format', ['--bodies', 'sha256', '--out', 'csv', 'x'], /--bodies goes with --out ndjson, not with csv/],
    ['a folder for nothing', ['--directory', 'd', 'x'], /--directory goes with --bodies dir/],
    ['standard input twice', ['-', '-'], /standard input \('-'\) can be read once only/],
  ])('%s: one line and exit code 2', async (_what, args, message) => {
    const { code, stdout, stderr } = await run(['parse', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^headlong: [^\n]+ \(see headlong parse --help\)\n$/);
  });
});
