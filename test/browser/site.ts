// A web site with the built package on it: its ES modules as they are, but for bare specifiers, which become the addresses
// that package.json gives browsers and bundlers, and a page that loads them. Every answer has the policy that is to be tested.

import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { dirname, join } from 'node:path/posix';

const ROOT = path.join(__dirname, '..', '..');
const FOLDERS =
  /^\/(?:dist\/esm|node_modules\/@assemblyscript\/loader|test\/browser)\/(?:[a-z0-9][a-z0-9.-]*\/)*[a-z0-9][a-z0-9.-]*\.m?js$/;
const SPECIFIER = /^((?:import|export)\s(?:[^;'"()]*\sfrom\s)?)(['"])([^'"]+)\2;$/gm;
const PAGE =
  '<!doctype html><html lang="en"><title>headlong/parser</title><script type="module" src="/test/browser/page.mjs"></script></html>';

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
}

const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;

/** What a browser gets for a bare specifier, as the address of a file below the root. */
function addressOf(specifier: string): string {
  if (specifier === 'headlong/parser') return join('/', (manifestIn('.').exports['./parser'] as { default: string }).default);
  if (specifier === '@assemblyscript/loader') {
    const folder = join('node_modules', specifier);
    return join('/', folder, manifestIn(folder).exports['import'] as string);
  }
  throw new Error(`a browser cannot load ${specifier}`);
}

const resolve = (specifier: string, importer: string): string =>
  specifier.startsWith('.') ? join(dirname(importer), specifier) : addressOf(specifier);

const sourceOf = (address: string): string => readFileSync(path.join(ROOT, address), 'utf8');

/** The addresses of the module at `address` and all that it imports, directly or not. */
export function graphOf(address: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(address)) return found;
  found.add(address);
  for (const [, , , specifier] of sourceOf(address).matchAll(SPECIFIER)) graphOf(resolve(specifier as string, address), found);
  return found;
}

export const PARSER = addressOf('headlong/parser');

export interface Site extends AsyncDisposable {
  readonly origin: string;
  /** The addresses that were asked for, in order. */
  readonly asked: readonly string[];
}

export async function startSite(policy: string): Promise<Site> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const address = request.url as string;
    asked.push(address);
    const headers = { 'Content-Security-Policy': policy, 'Cache-Control': 'no-store' };
    if (address === '/') return void response.writeHead(200, { ...headers, 'Content-Type': 'text/html; charset=utf-8' }).end(PAGE);
    if (!FOLDERS.test(address)) return void response.writeHead(404, headers).end();
    const code = sourceOf(address).replace(
      SPECIFIER,
      (_, before, quote, specifier) => `${before}${quote}${resolve(specifier, address)}${quote}`,
    );
    response.writeHead(200, { ...headers, 'Content-Type': 'text/javascript; charset=utf-8' }).end(code);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
