// The package as its users meet it: built, resolved through package.json, by import and by require.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

const ERRORS = `
  HTTPException NotConnected InvalidURL UnknownProtocol UnknownTransferEncoding UnimplementedFileMode IncompleteRead
  ImproperConnectionState CannotSendRequest CannotSendHeader ResponseNotReady BadStatusLine LineTooLong RemoteDisconnected
  ConnectionError TimeoutError TunnelError InvalidMessage LimitExceeded
`;

/** What each entry exports, as documented. */
const ENTRIES = [
  {
    entry: 'headlong',
    names: `
      HTTPConnection HTTPSConnection HTTPResponse HTTPMessage ${ERRORS} HTTP_PORT HTTPS_PORT responses HTTPStatus
      CONTINUE OK NO_CONTENT MOVED_PERMANENTLY NOT_FOUND IM_A_TEAPOT INTERNAL_SERVER_ERROR NETWORK_AUTHENTICATION_REQUIRED
    `,
  },
  { entry: 'headlong/parser', names: `ResponseParser RequestParser parseResponse parseRequest HTTPMessage ${ERRORS}` },
].map(({ entry, names }) => ({ entry, names: names.trim().split(/\s+/) }));

/** Runs a module in the package's folder, where its own name resolves to it; what it prints, from JSON. */
async function inNode(code: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  return JSON.parse(stdout);
}

describe.each(ENTRIES)('$entry', ({ entry, names }) => {
  test('import and require share one copy', async () => {
    const same = await inNode(`
      import { createRequire } from 'node:module';
      import * as imported from '${entry}';
      const required = createRequire(import.meta.url)('${entry}');
      const names = Object.keys(required);
      console.log(JSON.stringify({ count: names.length > 0, differ: names.filter((name) => imported[name] !== required[name]) }));
    `);
    expect(same).toEqual({ count: true, differ: [] });
  });

  test('every documented name is exported', async () => {
    const exported = (await inNode(`import * as entry from '${entry}'; console.log(JSON.stringify(Object.keys(entry)))`)) as string[];
    expect(names.filter((name) => !exported.includes(name))).toEqual([]);
  });
});

test("the parser is the one that the client uses, and its errors are the client's", async () => {
  const shared = await inNode(`
    import * as client from 'headlong';
    import * as parser from 'headlong/parser';
    const names = Object.keys(parser).filter((name) => name in client && name !== 'default');
    console.log(JSON.stringify({ count: names.length > 0, differ: names.filter((name) => client[name] !== parser[name]) }));
  `);
  expect(shared).toEqual({ count: true, differ: [] });
});

test('the parser by itself loads no sockets and nothing of the client', async () => {
  const loaded = await inNode(`
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const loads = (entry) => {
      require(entry);
      const folders = Object.keys(require.cache).map((file) => /[\\\\/]dist[\\\\/]cjs[\\\\/](\\w+)/.exec(file)?.[1] ?? 'loader');
      const sockets = ['net', 'tls'].filter((name) => process.moduleLoadList.includes('NativeModule ' + name));
      return { folders: [...new Set(folders)].sort(), sockets };
    };
    console.log(JSON.stringify([loads('headlong/parser'), loads('headlong')]));
  `);
  expect(loaded).toEqual([
    { folders: ['core', 'loader', 'parser', 'wasm'], sockets: [] },
    // That they would have been seen.
    { folders: ['client', 'core', 'index', 'loader', 'parser', 'transport', 'wasm'], sockets: ['net', 'tls'] },
  ]);
});

test('an error is recognised by the classes of another copy', async () => {
  const recognised = await inNode(`
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const one = require('headlong');
    for (const file of Object.keys(require.cache)) delete require.cache[file];
    const other = require('headlong');
    const error = new one.RemoteDisconnected();
    console.log(JSON.stringify([
      one.RemoteDisconnected !== other.RemoteDisconnected,
      error instanceof other.RemoteDisconnected, error instanceof other.BadStatusLine, error instanceof other.HTTPException,
      error instanceof other.InvalidURL,
    ]));
  `);
  expect(recognised).toEqual([true, true, true, true, false]);
});

describe('package.json', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    version: string;
    bin: Record<string, string>;
    dependencies: Record<string, string>;
    exports: Record<string, unknown>;
  };

  /** All file names in an exports map. */
  function filesOf(entry: unknown): string[] {
    return typeof entry === 'string' ? [entry] : Object.values(entry as Record<string, unknown>).flatMap(filesOf);
  }

  test('names files that the build makes', () => {
    for (const file of [...filesOf(manifest.exports), ...Object.values(manifest.bin)]) expect(readFileSync(file, 'utf8')).not.toBe('');
  });

  test('has a command that Node runs', () => {
    expect(readFileSync(manifest.bin['headlong'] as string, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('has a command that says its version', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [manifest.bin['headlong'] as string, '--version']);
    expect(stdout).toBe(`headlong ${manifest.version}\n`);
  });

  test('names every dependency of the published code, and no other', async () => {
    const used = (await inNode(`
      import { readdirSync, readFileSync } from 'node:fs';
      const files = readdirSync('dist/cjs', { recursive: true }).filter((file) => file.endsWith('.js'));
      const code = files.map((file) => readFileSync('dist/cjs/' + file, 'utf8')).join('\\n');
      console.log(JSON.stringify([...new Set([...code.matchAll(/\\brequire\\(["']([^."'][^"']*)["']\\)/g)].map((match) => match[1]))]));
    `)) as string[];
    expect(used.filter((name) => !name.startsWith('node:')).sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });
});
