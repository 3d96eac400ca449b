// Plays the inputs that come on standard input in this process, and prints the outcomes as JSON. Without arguments on
// `headlong/parser` as Node resolves it; with names of globals as arguments on the file for browsers, after these are gone.

import { readFileSync } from 'node:fs';
import { isWebAssembly, outcomesOf } from './play.mjs';

const [, , ...without] = process.argv;
const { stdout } = process;
const inputs = JSON.parse(readFileSync(0, 'utf8'));

let parser = 'headlong/parser';
let engine;
if (without.length > 0) {
  const root = new URL('../../', import.meta.url);
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  parser = new URL(manifest.exports['./parser'].default, root);
  for (const name of without) delete globalThis[name];
}
const outcomes = outcomesOf(await import(parser), inputs);
if (without.length > 0) {
  const { sharedTokeniser } = await import(new URL('wasm/tokeniser.js', parser));
  engine = isWebAssembly(sharedTokeniser().bytes.buffer) ? 'WebAssembly' : 'reference';
}
const ofNode = ['Buffer', 'process', 'WebAssembly'].filter((name) => name in globalThis);
stdout.write(JSON.stringify({ ofNode, outcomes, engine }));
