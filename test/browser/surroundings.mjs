// What the page and the worker do: both are given inputs, and tell what became of them and where they ran.

import * as library from 'headlong/parser';
import { sharedTokeniser } from '../../dist/esm/wasm/tokeniser.js';
import { isWebAssembly, outcomesOf } from './play.mjs';

/** What the policy refused. */
const violations = [];
globalThis.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  violations.push(`${effectiveDirective} ${blockedURI}`),
);

// Made while the modules load, as the page's own code would: calls from outside may be allowed more than that.
const { buffer } = sharedTokeniser().bytes;
const compiling = tryToCompile();

/** What a module is called, or why there is none. */
function tryToCompile() {
  try {
    // The smallest module: magic number and version.
    return String(new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)));
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

/** To be called once: the memory of the parser does not survive the last question. */
export function run(inputs) {
  const ofNode = ['Buffer', 'process', 'require', 'global', 'setImmediate'].filter((name) => name in globalThis);
  const outcomes = outcomesOf(library, inputs);
  return { ofNode, compiling, violations, outcomes, engine: isWebAssembly(buffer) ? 'WebAssembly' : 'reference' };
}
