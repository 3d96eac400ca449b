// The examples of the documentation run, and print what they say they print. An example is a fenced block marked
// `js run` or `ts run`, in README.md, in docs/ or in a doc comment under src/. In it, `console.log(…); // text` asserts
// that `text` is printed. Every connection that an example makes leads to the tour's servers on loopback, whatever host
// it names: http to one, https to the other, and a host whose name begins with `proxy` is the proxy. An example may use
// `host`, `port`, `tlsPort` and `ca` without declaring them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { format } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { type Servers, startServers } from '../examples/support/servers.cjs';
import * as headlong from '../src/index.js';
import * as parser from '../src/parser.js';

interface Example {
  /** File and line. */
  readonly name: string;
  readonly code: string;
}

function examplesIn(file: string, prefix: RegExp): Example[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(prefix, ''));
  const found: Example[] = [];
  for (let n = 0; n < lines.length; n++) {
    if (!/^```(js|ts) run$/.test(lines[n] as string)) continue;
    const end = lines.indexOf('```', n);
    found.push({ name: `${file}:${n + 1}`, code: lines.slice(n + 1, end).join('\n') });
    n = end;
  }
  return found;
}

const list = (folder: string, suffix: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith(suffix))
        .map((file) => join(folder, file))
    : [];

const examples = [
  ...['README.md', ...list('docs', '.md')].flatMap((file) => examplesIn(file, /^$/)),
  ...list('src', '.ts').flatMap((file) => examplesIn(file, /^ *\* ?/)),
];

// The hosts that an example may name and be believed by TLS.
const HOSTS = ['www.python.org', 'example.org', 'api.example.org'];

let servers: Servers;

beforeAll(async () => {
  servers = await startServers({ certificateFor: HOSTS });
});
afterAll(() => servers.close());

/** The library, but that its connections lead here. */
function redirected(): Record<string, unknown> {
  const portOf = (host: string, port: number): number => {
    if (host.startsWith('proxy')) return servers.proxyPort;
    return port === 443 || port === servers.httpsPort ? servers.httpsPort : servers.httpPort;
  };
  const createConnection = ({ host, port }: { host: string; port: number }): net.Socket => net.connect(portOf(host, port), '127.0.0.1');
  const redirect = (args: unknown[]): [string, number | null, object] => {
    const [host, port] = args;
    const options = args.find((arg): arg is object => typeof arg === 'object' && arg !== null) ?? {};
    return [String(host), typeof port === 'number' ? port : null, { ca: servers.ca, ...options, createConnection }];
  };
  class HTTPConnection extends headlong.HTTPConnection {
    constructor(...args: unknown[]) {
      super(...redirect(args));
    }
  }
  class HTTPSConnection extends headlong.HTTPSConnection {
    constructor(...args: unknown[]) {
      super(...redirect(args));
    }
  }
  class PoolManager extends headlong.PoolManager {
    constructor(options: headlong.PoolOptions = {}) {
      super({ ca: servers.ca, ...options, createConnection });
    }
  }
  return { ...headlong, HTTPConnection, HTTPSConnection, PoolManager };
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>;
const requireReal = createRequire(__filename);

/** Runs an example; what it printed and what it says it prints, line by line. */
async function runExample(code: string): Promise<{ printed: string[]; promised: string[] }> {
  const checked = code.replace(
    /^(\s*)console\.log\((.*)\);\s*\/\/ (.*)$/gm,
    (_line, indent, values, promise) => `${indent}print(${JSON.stringify(promise)}, ${values});`,
  );
  const { outputText } = ts.transpileModule(checked, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const printed: string[] = [];
  const promised: string[] = [];
  const print = (promise: string, ...values: unknown[]): void => {
    promised.push(promise);
    printed.push(format(...values));
  };
  const library: Readonly<Record<string, unknown>> = { headlong: redirected(), 'headlong/parser': parser };
  const requireHere = (name: string): unknown => library[name] ?? requireReal(name);
  const quiet = { ...console, log: () => {} };
  const given = {
    require: requireHere,
    exports: {},
    print,
    console: quiet,
    host: 'localhost',
    port: servers.httpPort,
    tlsPort: servers.httpsPort,
    ca: servers.ca,
  };
  await new AsyncFunction(...Object.keys(given), outputText)(...Object.values(given));
  return { printed, promised };
}

test('there are examples', () => {
  expect(examples.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^README\.md:/));
});

describe.each(examples)('$name', ({ code }) => {
  test('runs, and prints what it says', async () => {
    const { printed, promised } = await runExample(code);
    expect(printed).toEqual(promised);
    expect(promised.length).toBeGreaterThan(0);
  });
});
