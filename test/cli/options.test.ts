// The command line: what it means, and what is wrong usage. Nothing is sent here.

import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { type GetOptions, parseGet } from '../../src/cli/options.js';
import { VERSION } from '../../src/cli/version.js';
import { run } from './run.js';

const parse = async (...args: string[]): Promise<GetOptions> => (await parseGet(args, () => Readable.from([]))) as GetOptions;

describe('help and version', () => {
  test.each([[['-h']], [['--help']], [['get', '--help']], [['get', '-h', 'ignored://']]])('%j', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect(stdout).toMatch(/^Usage: headlong get \[OPTION\]\.\.\. URL\.\.\.\n/);
    expect([code, stderr]).toEqual([0, '']);
  });

  test.each([[['-V']], [['--version']], [['get', '-V']]])('%j', async (args) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
    expect(await run(args)).toEqual({ code: 0, stdout: `headlong ${version}\n`, stderr: '' });
  });
});

describe('wrong usage is one line and exit code 2', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['fetch'], /no command 'fetch'/],
    ['no URL', ['get'], /no URL given/],
    ['an unknown option', ['get', '-z', 'http://h/'], /unknown option '-z' \(see/],
    ['an option without its value', ['get', 'http://h/', '-X'], /-X/],
    ['a URL that is none', ['get', 'http://'], /"http:\/\/" is not a URL/],
    ['another scheme', ['get', 'ftp://h/'], /only http:\/\/ and https:\/\//],
    ['more -o than URLs', ['get', '-o', 'a', '-o', 'b', 'http://h/'], /more -o \(2\) than URLs \(1\)/],
    ['-I with -d', ['get', '-I', '-d', 'a', 'http://h/'], /-I .* -d/],
    ['a method with a blank', ['get', '-X', 'GE T', 'http://h/'], /-X: "GE T" is not a method/],
    ['a field without colon', ['get', '-H', 'X', 'http://h/'], /-H: "X" is not a field/],
    ['a field name with a blank', ['get', '-H', 'X Y: 1', 'http://h/'], /-H: "X Y: 1" is not a field/],
    ['a field with a line end', ['get', '-H', 'X: 1\r\nY: 2', 'http://h/'], /-H: the value of X has a line end/],
    ['leaving out Host', ['get', '-H', 'Host:', 'http://h/'], /Host cannot be left out/],
    ['a time that is no number', ['get', '--max-time', 'soon', 'http://h/'], /--max-time: "soon"/],
    ['a negative time', ['get', '--max-time=-1', 'http://h/'], /--max-time: "-1"/],
    ['a time that no timer can count', ['get', '--max-time', '1e9', 'http://h/'], /--max-time: "1e9"/],
    ['a proxy with TLS', ['get', '--proxy', 'https://p', 'http://h/'], /--proxy: .* without TLS/],
    ['a proxy that is no address', ['get', '--proxy', 'http://user:secret@', 'http://h/'], /--proxy: not the address/],
  ])('%s', async (_what, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^headlong: [^\n]+\n$/);
    expect(stderr).not.toContain('secret');
  });

  test('without arguments: the usage', async () => {
    const { code, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage:/);
  });
});

describe('URLs', () => {
  test.each<[string, object]>([
    ['http://h', { name: 'http://h/', secure: false, origin: { host: 'h', port: 80 }, hostField: 'h', target: '/' }],
    ['h:8080/p?q#f', { name: 'http://h:8080/p?q', origin: { host: 'h', port: 8080 }, hostField: 'h:8080', target: '/p?q' }],
    ['https://H:443/a b', { secure: true, origin: { host: 'h', port: 443 }, hostField: 'h', target: '/a%20b' }],
    ['http://[::1]:81/', { origin: { host: '[::1]', port: 81 }, hostField: '[::1]:81' }],
    ['http://me:p%40ss@h/', { name: 'http://h/', authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` }],
  ])('%s', async (url, expected) => {
    expect((await parse(url)).transfers[0]).toMatchObject(expected);
  });

  test('the nth -o belongs to the nth URL, and - is standard output', async () => {
    const { transfers } = await parse('-o', 'a', 'http://h/1', '-o', '-', 'http://h/2', 'http://h/3');
    expect(transfers.map(({ output }) => output)).toEqual(['a', null, null]);
  });
});

describe('methods and data', () => {
  test.each<[string[], string, string | null]>([
    [[], 'GET', null],
    [['-I'], 'HEAD', null],
    [['-d', 'a=1', '-d', 'b=2'], 'POST', 'a=1&b=2'],
    [['-X', 'PUT', '-d', ''], 'PUT', ''],
    [['-XDELETE'], 'DELETE', null],
  ])('%j', async (args, method, body) => {
    const options = await parse(...args, 'http://h/');
    expect([options.method, options.body === null ? null : Buffer.from(options.body).toString()]).toEqual([method, body]);
  });
});

describe('fields', () => {
  test.each<[string, [string, string | null]]>([
    ['X: a b ', ['X', 'a b']],
    ['X:', ['X', null]],
    ['X;', ['X', '']],
    ['X: caf\u00e9', ['X', 'caf\u00c3\u00a9']],
  ])('%j', async (line, field) => {
    expect((await parse('-H', line, 'http://h/')).headers).toEqual([field]);
  });
});

describe('proxies', () => {
  test.each<[string, object]>([
    ['http://p:3128', { host: 'p', port: 3128, authorization: null }],
    ['p', { host: 'p', port: 1080 }],
    ['http://p:80/', { host: 'p', port: 80 }],
    ['http://me:x@[::1]:1', { host: '[::1]', port: 1, authorization: `Basic ${Buffer.from('me:x').toString('base64')}` }],
  ])('%s', async (given, expected) => {
    expect((await parse('--proxy', given, 'http://h/')).proxy).toMatchObject(expected);
  });
});

test.each<[string, number | null]>([
  ['2', 2000],
  ['0.25', 250],
  ['0', null],
])('--max-time %s is %s ms', async (text, milliseconds) => {
  expect((await parse('--max-time', text, 'http://h/')).maxTime).toBe(milliseconds);
});

test.each([
  ['--cacert', ['--cacert', 'no/such/file']],
  ['-d', ['-d', '@no/such/file']],
])('%s of a file that cannot be read fails with 1', async (option, args) => {
  const { code, stderr } = await run(['get', ...args, 'http://127.0.0.1:1/']);
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^headlong: ${option}: ENOENT[^\\n]*no/such/file[^\\n]*\\n$`));
});
