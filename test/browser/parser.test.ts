// `headlong/parser` where Node is not: in pages and workers of a headless Chromium, under a policy that allows WebAssembly and
// under one that does not, where the reference implementation takes its place. Every outcome has to be that of Node's own
// entry. Needs the build. Without a Chromium (CHROMIUM names one that is not /usr/bin/chromium) the browser's part is skipped.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launch, missing } from '../support/chromium.js';
import { inputs, names } from './inputs.js';
import { graphOf, PARSER, startSite } from './site.js';

const LIMIT_MS = 120_000;
const STRICT = "default-src 'none'; connect-src 'none'; script-src 'self'";

/** What surroundings.mjs and in-node.mjs tell. */
interface Told {
  /** Globals of Node that are there. */
  readonly ofNode: readonly string[];
  readonly outcomes: readonly string[];
  readonly engine?: 'WebAssembly' | 'reference';
  /** What came of compiling a module. */
  readonly compiling?: string;
  /** What the policy refused. */
  readonly violations?: readonly string[];
}

interface Visit {
  readonly page: Told;
  readonly worker: Told;
  /** The addresses that the server was asked for, sorted, each once. */
  readonly asked: readonly string[];
  /** Requests to anywhere else. */
  readonly strayed: readonly string[];
  /** Errors in the console and errors that nobody caught. */
  readonly errors: readonly string[];
}

function inNode(...without: string[]): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [join(__dirname, 'in-node.mjs'), ...without], { maxBuffer: 1 << 28 }, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout) as Told) : reject(error),
    );
    child.stdin?.end(JSON.stringify(inputs));
  });
}

async function visit(browser: Browser, policy: string): Promise<Visit> {
  await using site = await startSite(policy);
  const context = await browser.newContext();
  const strayed: string[] = [];
  const errors: string[] = [];
  context.on('request', (request) => void (request.url().startsWith(`${site.origin}/`) || strayed.push(request.url())));
  context.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  context.on('weberror', (error) => void errors.push(String(error.error())));
  const page = await context.newPage();
  await page.goto(`${site.origin}/`, { waitUntil: 'load' });
  const toldBy = (name: 'runHere' | 'runInWorker'): Promise<Told> =>
    page.evaluate(
      async ([run, given]) => (globalThis as unknown as Record<string, (given: unknown) => Promise<Told>>)[run]?.(given) as Promise<Told>,
      [name, inputs] as const,
    );
  const told = { page: await toldBy('runHere'), worker: await toldBy('runInWorker') };
  await context.close();
  return { ...told, asked: [...new Set(site.asked)].sort(), strayed, errors };
}

/** The outcomes that are not Node's, with both. */
function differing({ outcomes }: Told): string[] {
  expect(outcomes).toHaveLength(names.length);
  return names.flatMap((name, n) => {
    const [ours, nodes] = [outcomes[n] as string, expected.outcomes[n] as string];
    if (ours === nodes) return [];
    let at = 0;
    while (ours[at] === nodes[at]) at++;
    const around = (text: string): string => text.slice(Math.max(0, at - 100), at + 100);
    return [`${name}: ${around(ours)} | in Node: ${around(nodes)}`];
  });
}

let expected: Told;

beforeAll(async () => {
  expected = await inNode();
}, LIMIT_MS);

test('the inputs are messages of all kinds, some good, some bad', () => {
  const count = (pattern: RegExp): number => expected.outcomes.filter((outcome) => pattern.test(outcome)).length;
  expect(names).toHaveLength(expected.outcomes.length);
  expect(count(/"events":.*\["end"\]/)).toBeGreaterThan(200);
  expect(count(/"isOurs":true/)).toBeGreaterThan(200);
  expect(count(/"isOurs":false/)).toBe(0);
});

describe('without a browser', () => {
  test('what a browser loads is the parser, what is below it, and the loader', () => {
    expect([...graphOf(PARSER)].filter((file) => !/^\/dist\/esm\/(?:parser\.js$|core\/|wasm\/)/.test(file))).toEqual([
      '/node_modules/@assemblyscript/loader/index.js',
    ]);
  });

  test.each([
    ['needs neither Buffer nor process', ['Buffer', 'process'], 'WebAssembly'],
    ['needs no WebAssembly', ['Buffer', 'process', 'WebAssembly'], 'reference'],
  ])(
    'it %s',
    async (_, without, engine) => {
      const told = await inNode(...without);
      expect(told.ofNode.filter((name) => without.includes(name))).toEqual([]);
      expect(told.engine).toBe(engine);
      expect(differing(told)).toEqual([]);
    },
    LIMIT_MS,
  );
});

(missing === '' ? describe : describe.skip)(`in headless Chromium${missing}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    // The profile is a new temporary folder.
    browser = await launch();
  }, LIMIT_MS);
  afterAll(() => browser?.close());

  describe.each([
    {
      title: "with 'wasm-unsafe-eval'",
      policy: `${STRICT} 'wasm-unsafe-eval'`,
      engine: 'WebAssembly',
      compiling: /^\[object WebAssembly\.Module\]$/,
      refused: [],
    },
    {
      title: "without 'wasm-unsafe-eval'",
      policy: STRICT,
      engine: 'reference',
      compiling: /^CompileError: .*Content Security Policy/,
      // The parser tries once, then surroundings.mjs.
      refused: ['script-src wasm-eval', 'script-src wasm-eval'],
    },
  ])('under a policy $title', ({ policy, engine, compiling, refused }) => {
    let seen: Visit;

    beforeAll(async () => {
      seen = await visit(browser, policy);
    }, LIMIT_MS);

    describe.each(['page', 'worker'] as const)('in a %s', (place) => {
      test('every outcome is that of Node', () => {
        expect(differing(seen[place])).toEqual([]);
      });

      test(`the parser is ${engine}`, () => {
        expect(seen[place].engine).toBe(engine);
        expect(seen[place].compiling).toMatch(compiling);
        expect(seen[place].violations).toEqual(refused);
      });

      test('nothing of Node is there', () => {
        expect(seen[place].ofNode).toEqual([]);
      });
    });

    test('nothing is loaded but the page and the modules', () => {
      const scripts = ['page', 'worker'].flatMap((name) => [...graphOf(`/test/browser/${name}.mjs`)]);
      expect(seen.asked).toEqual([...new Set(['/', ...scripts])].sort());
      expect(seen.strayed).toEqual([]);
    });

    test('the console has no error', () => {
      // Some versions write there what the policy refused.
      expect(seen.errors.filter((error) => refused.length === 0 || !error.includes('Content Security Policy'))).toEqual([]);
    });
  });
});
