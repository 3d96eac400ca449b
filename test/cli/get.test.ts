// `headlong get` against servers that play bytes: what is sent, what is written, how it ends.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { VERSION } from '../../src/cli/version.js';
import { type Certificates, certificates } from '../support/certificates.js';
import { answer, startProxy, startServer, type TestServer } from '../support/server.js';
import { closingOutput, run } from './run.js';

let folder: string;
let known: Certificates;
let caFile: string;
const open: TestServer[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headlong-cli-'));
  known = await certificates();
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, known.ca);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(...args: Parameters<typeof startServer>): Promise<TestServer> {
  const server = await startServer(...args);
  open.push(server);
  return server;
}

const file = (name: string): string => join(folder, name);

describe('what is sent', () => {
  test('a plain GET has these fields and no others', async () => {
    const server = await serve(answer('hello'));
    expect(await run(['get', server.url('/a?b')])).toEqual({ code: 0, stdout: 'hello', stderr: '' });
    expect(server.requests[0]?.head).toBe(
      `GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUser-Agent: headlong/${VERSION}\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n`,
    );
  });

  test.each<[string, string[], string, RegExp, string]>([
    ['-d', ['-d', 'a=1'], 'POST / HTTP/1.1', /^Content-Type: application\/x-www-form-urlencoded\r\nContent-Length: 3\r$/m, 'a=1'],
    [
      '-d with a type',
      ['-d', '{}', '-H', 'content-type: application/json'],
      'POST / HTTP/1.1',
      /^content-type: application\/json\r$/m,
      '{}',
    ],
    ['-d @-', ['-d', '@-'], 'POST / HTTP/1.1', /^Content-Length: 6\r$/m, 'a=1b=2'],
    ['-X PUT without a body', ['-X', 'PUT'], 'PUT / HTTP/1.1', /^Content-Length: 0\r$/m, ''],
    [
      'chunked on request',
      ['-d', 'spam', '-H', 'Transfer-Encoding: chunked'],
      'POST / HTTP/1.1',
      /^Transfer-Encoding: chunked\r$/m,
      '4\r\nspam\r\n0\r\n\r\n',
    ],
    ['-H twice', ['-H', 'X: 1', '-H', 'X: 2'], 'GET / HTTP/1.1', /^X: 1\r\nX: 2\r$/m, ''],
    ['-H of one of ours', ['-H', 'User-Agent: me'], 'GET / HTTP/1.1', /^(?!.*headlong)[^]*^User-Agent: me\r$/m, ''],
    ['-H without Accept', ['-H', 'Accept:'], 'GET / HTTP/1.1', /^(?![^]*^Accept:)/m, ''],
    ['-H Host', ['-H', 'Host: other'], 'GET / HTTP/1.1', /^GET .*\r\nHost: other\r\n(?![^]*^Host)/, ''],
    ['bytes beyond ASCII', ['-H', 'X: \u00e9'], 'GET / HTTP/1.1', /^X: \u00c3\u00a9\r$/m, ''],
  ])('%s', async (_what, args, line, head, body) => {
    const server = await serve(answer('ok'));
    expect(await run(['get', ...args, server.url()], { stdin: 'a=1\r\nb=2\n' })).toEqual({ code: 0, stdout: 'ok', stderr: '' });
    const request = server.requests[0];
    expect(request?.line).toBe(line);
    expect(request?.head).toMatch(head);
    expect(request?.head.match(/^content-type:/gim)?.length ?? 0).toBeLessThan(2);
    expect(request?.body.toString('latin1')).toBe(body);
  });

  test('-d @file sends the file without its line ends', async () => {
    writeFileSync(file('form'), 'a=1&\r\nb=2\n');
    const server = await serve(answer('ok'));
    await run(['get', '-d', `@${file('form')}`, server.url()]);
    expect(server.requests[0]?.body.toString()).toBe('a=1&b=2');
  });

  test('user and password of a URL become Authorization, and are not printed', async () => {
    const server = await serve('nonsense');
    const { code, stderr } = await run(['get', server.url().replace('//', '//me:secret@')]);
    expect(server.requests[0]?.head).toContain(`\r\nAuthorization: Basic ${Buffer.from('me:secret').toString('base64')}\r\n`);
    expect(code).toBe(1);
    expect(stderr).not.toContain('secret');
  });

  test('what the library refuses to send is wrong usage', async () => {
    const server = await serve(answer('ok'));
    const { code, stderr } = await run(['get', '-d', 'abc', '-H', 'Content-Length: 2', server.url()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^headlong: [^\n]+\n$/);
    expect(server.requests).toEqual([]);
  });
});

describe('what is written', () => {
  const head = 'HTTP/1.1 404 Not Found\r\nX-One: 1\r\nx-two:   2  \r\nContent-Length: 5\r\n\r\n';

  test('a status of 400 or more is no failure', async () => {
    const server = await serve(`${head}never`);
    expect(await run(['get', server.url()])).toEqual({ code: 0, stdout: 'never', stderr: '' });
  });

  test('-i: head and body', async () => {
    const server = await serve(`${head}never`);
    expect((await run(['get', '-i', server.url()])).stdout).toBe(`${head.replace('   2  ', ' 2')}never`);
  });

  test('-I: the head, asked for by HEAD', async () => {
    const server = await serve(head);
    expect((await run(['get', '-I', server.url()])).stdout).toBe(head.replace('   2  ', ' 2'));
    expect(server.requests[0]?.line).toBe('HEAD / HTTP/1.1');
  });

  test('-I with another method does not wait for the body', async () => {
    const server = await serve({ answers: [head], then: 'wait' });
    expect((await run(['get', '-I', '-X', 'GET', server.url()])).stdout).toBe(head.replace('   2  ', ' 2'));
  });

  test('-v: the heads of request, interim and final response, on standard error', async () => {
    const server = await serve(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${answer('body')}`);
    const { code, stdout, stderr } = await run(['get', '-v', '-d', 'a', server.url()]);
    expect([code, stdout]).toEqual([0, 'body']);
    const sent = stderr.split('\n').filter((line) => line.startsWith('>'));
    expect(sent).toEqual(
      (server.requests[0]?.head ?? '')
        .split('\r\n')
        .slice(0, -1)
        .map((line) => `> ${line}`),
    );
    const got = stderr.split('\n').filter((line) => !line.startsWith('>'));
    expect(got.join('\n')).toBe('< HTTP/1.1 103 Early Hints\n< Link: x\n< \n< HTTP/1.1 200 OK\n< Content-Length: 4\n< \n');
  });

  test('-o: one file for each URL, the rest to standard output', async () => {
    const server = await serve({ answers: [answer('one'), answer('two'), answer('three')] });
    const args = ['-o', file('1'), '-o', file('2'), server.url('/1'), server.url('/2'), server.url('/3')];
    expect(await run(['get', ...args])).toEqual({ code: 0, stdout: 'three', stderr: '' });
    expect([readFileSync(file('1'), 'utf8'), readFileSync(file('2'), 'utf8')]).toEqual(['one', 'two']);
    expect(server.sockets.length).toBe(1);
  });

  test('-o of an empty body makes an empty file', async () => {
    const server = await serve(answer(''));
    await run(['get', '-o', file('empty'), server.url()]);
    expect(readFileSync(file('empty'))).toHaveLength(0);
  });

  test('a body of several megabytes, chunked, arrives whole', async () => {
    const piece = 'x'.repeat(100_000);
    const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;
    const server = await serve([`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`, ...Array<string>(50).fill(chunk), '0\r\n\r\n']);
    expect((await run(['get', '-o', file('large'), server.url()])).code).toBe(0);
    expect(readFileSync(file('large'))).toHaveLength(5_000_000);
  });
});

describe('the progress bar', () => {
  test.each<[string, string, RegExp]>([
    ['of a known size', answer('x'.repeat(2000)), /100% 2\.0 kB of 2\.0 kB/],
    ['of an unknown size', `HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${'x'.repeat(2000)}`, /2\.0 kB(?! of)/],
  ])('%s, on a terminal', async (_what, bytes, shown) => {
    const server = await serve(bytes);
    const { code, stderr } = await run(['get', '-o', file('bar'), server.url()], { terminal: true });
    expect(code).toBe(0);
    expect(stderr).toMatch(shown);
  });

  test.each<[string, string[], boolean]>([
    ['without a terminal', ['-o', 'nobar'], false],
    ['for a small body to standard output', [], true],
  ])('none %s', async (_what, args, terminal) => {
    const server = await serve(answer('x'.repeat(2000)));
    expect((await run(['get', ...args.map((arg) => arg.replace('nobar', file('nobar'))), server.url()], { terminal })).stderr).toBe('');
  });
});

describe('failures', () => {
  test.each<[string, Parameters<typeof startServer>[0], RegExp]>([
    ['no answer', { answers: [] }, /without (an answer|response)/i],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', /SSH-2\.0/],
    ['a body cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', /closed before the body was complete \(7 bytes are missing\)/],
    ['a reset', { answers: ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'], then: 'reset', delay: 1 }, /ECONNRESET|reset|closed/],
    ['framing that cannot be trusted', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc', /content-length/i],
  ])('%s: one line, exit code 1', async (_what, script, message) => {
    const server = await serve(script);
    const { code, stderr } = await run(['get', server.url('/x')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^headlong: http:\/\/127\.0\.0\.1:\d+\/x: [^\n]+\n$/);
  });

  test('nothing listens', async () => {
    const server = await serve('');
    await server.close();
    const { code, stderr } = await run(['get', server.url()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ECONNREFUSED.*: check host and port/);
  });

  test('what came of a body cut short is written', async () => {
    const server = await serve('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    expect((await run(['get', server.url()])).stdout).toBe('abc');
  });

  test('the next URL is fetched all the same', async () => {
    const server = await serve((connection) => (connection === 0 ? 'nonsense\r\n' : answer('good')));
    const { code, stdout } = await run(['get', server.url('/1'), server.url('/2')]);
    expect([code, stdout]).toEqual([1, 'good']);
  });

  test.each([
    ['a body that stops', 'http:'],
    ['a handshake that never ends', 'https:'],
  ])('--max-time: %s', async (_what, scheme) => {
    const server = await serve({ answers: ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'], then: 'wait' });
    const { code, stderr } = await run(['get', '--max-time', '0.2', server.url().replace('http:', scheme)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/: not done after 0\.2 s: allow more with --max-time\n$/);
  });

  test('a file that cannot be written', async () => {
    const server = await serve(answer('hello'));
    const { code, stderr } = await run(['get', '-o', join(folder, 'no', 'such', 'folder'), server.url()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/: ENOENT[^\n]*: give -o the name of a file that can be written\n$/);
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });

  test('a reader that has had enough ends the command quietly', async () => {
    const server = await serve({ answers: [answer('x'.repeat(100_000)), answer('never asked for')] });
    const { code, stderr } = await run(['get', server.url('/1'), server.url('/2')], { stdout: closingOutput(10) });
    expect([code, stderr]).toEqual([0, '']);
    expect(server.requests.length).toBe(1);
  });
});

describe('TLS', () => {
  const serveTLS = (leaf: Exclude<keyof Certificates, 'ca'>): Promise<TestServer> => serve(answer('secret'), { tls: known[leaf] });

  test.each<[Exclude<keyof Certificates, 'ca'>, RegExp | null]>([
    ['good', null],
    ['expired', /CERT_HAS_EXPIRED|expired/],
    ['wrongHost', /ERR_TLS_CERT_ALTNAME_INVALID|altnames/],
    ['selfSigned', /SELF_SIGNED|self-signed/],
  ])('--cacert with the %s certificate', async (leaf, refusal) => {
    const server = await serveTLS(leaf);
    const { code, stdout, stderr } = await run(['get', '--cacert', caFile, server.url()]);
    if (refusal === null) {
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'secret', stderr: '' });
    } else {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(refusal);
      expect(stderr).toMatch(/-k/);
      expect(server.requests).toEqual([]);
    }
  });

  test('an unknown authority is refused without --cacert', async () => {
    const server = await serveTLS('good');
    const { code, stderr } = await run(['get', server.url()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/--cacert/);
  });

  test.each(['expired', 'wrongHost', 'selfSigned'] as const)('-k takes the %s certificate', async (leaf) => {
    const server = await serveTLS(leaf);
    expect(await run(['get', '-k', server.url()])).toEqual({ code: 0, stdout: 'secret', stderr: '' });
  });

  test('https where no TLS is spoken', async () => {
    const server = await serve({ answers: ['HTTP/1.1 400 Bad Request\r\n\r\n'], at: 'connect' });
    const { code, stderr } = await run(['get', server.url().replace('http:', 'https:')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^headlong: https:\S+: TLS: wrong version number: check that the server speaks TLS on this port\n$/);
  });
});

describe('--proxy', () => {
  const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;

  test('http: the whole URL as the target, on one connection for all hosts', async () => {
    const proxy = await serve({ answers: [answer('one'), answer('two')] });
    const { code, stdout } = await run([
      'get',
      '--proxy',
      `http://me:p%40ss@127.0.0.1:${proxy.port}`,
      'http://a.example/1?q',
      'http://b.example:81/2',
    ]);
    expect([code, stdout]).toEqual([0, 'onetwo']);
    expect(proxy.requests.map(({ line }) => line)).toEqual(['GET http://a.example/1?q HTTP/1.1', 'GET http://b.example:81/2 HTTP/1.1']);
    expect(proxy.requests[1]?.head).toContain('\r\nHost: b.example:81\r\n');
    expect(proxy.requests[0]?.head).toContain(`\r\nProxy-Authorization: ${credentials}\r\n`);
    expect(proxy.sockets.length).toBe(1);
  });

  test('https: a tunnel, and the credentials are for the proxy alone', async () => {
    const server = await serve({ answers: [answer('one'), answer('two')] }, { tls: known.good });
    const proxy = await startProxy();
    open.push(proxy);
    const args = ['--cacert', caFile, '--proxy', `http://me:p%40ss@127.0.0.1:${proxy.port}`, server.url('/1'), server.url('/2')];
    expect(await run(['get', ...args])).toEqual({ code: 0, stdout: 'onetwo', stderr: '' });
    expect(proxy.requests.map(({ line }) => line)).toEqual([`CONNECT 127.0.0.1:${server.port} HTTP/1.1`]);
    expect(proxy.requests[0]?.head).toContain(`\r\nProxy-Authorization: ${credentials}\r\n`);
    expect(server.requests.map(({ line }) => line)).toEqual(['GET /1 HTTP/1.1', 'GET /2 HTTP/1.1']);
    expect(server.requests[0]?.head).not.toMatch(/proxy/i);
  });

  test('a tunnel to an IPv6 address', async () => {
    const server = await serve(answer('six'), { tls: known.good, host: '::1' });
    const proxy = await startProxy({ targetHost: '::1' });
    open.push(proxy);
    expect(await run(['get', '--cacert', caFile, '--proxy', `127.0.0.1:${proxy.port}`, server.url()])).toEqual({
      code: 0,
      stdout: 'six',
      stderr: '',
    });
    expect(proxy.requests[0]?.line).toBe(`CONNECT [::1]:${server.port} HTTP/1.1`);
  });

  test('a tunnel that is refused', async () => {
    const proxy = await startProxy({ reply: 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n' });
    open.push(proxy);
    const { code, stderr } = await run(['get', '--proxy', `127.0.0.1:${proxy.port}`, 'https://a.example/']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/407 Proxy Authentication Required: give --proxy http:\/\/user:password@host:port\n$/);
  });
});
