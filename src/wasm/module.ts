// The WebAssembly instance. The only importer of @assemblyscript/loader.
// One instance serves the whole thread: an instance for each connection exhausts the address space (undici#725).
// Where WebAssembly cannot be had (no address space, a page whose policy lacks 'wasm-unsafe-eval'), the reference
// implementation takes its place, behind the same contract.

import { instantiateSync } from '@assemblyscript/loader';
import { WASM_BASE64 } from './binary.generated.js';
import { referenceEngine } from './reference.js';

/** What assembly/index.ts exports. Addresses are offsets into `memory`; assembly/layout.ts is the map. */
export interface Engine {
  readonly memory: { readonly buffer: ArrayBufferLike };
  parseHead(flags: number, start: number, end: number, scanned: number, maxFields: number, maxSize: number): number;
  decodeChunks(flags: number, start: number, end: number, direct: number): number;
  matchHead(template: number, start: number, end: number): number;
  addName(length: number): number;
}

/** Instantiates a build of the parser; its raw exports, since the loader's wrapped ones cost more to call. */
export function instantiate(binary: Uint8Array): Engine {
  return instantiateSync(binary).instance.exports as unknown as Engine;
}

/** The SIMD build, or the reference implementation where WebAssembly or its SIMD is not available. */
export function bestEngine(): Engine {
  try {
    return instantiate(decodeBase64(WASM_BASE64));
  } catch {
    return referenceEngine();
  }
}

// This runs once, before anything is compiled: Buffer takes a tenth of a millisecond, the loop more than one, and
// Uint8Array.from() with a mapping eight.
function decodeBase64(base64: string): Uint8Array {
  if (typeof Buffer === 'function') return Buffer.from(base64, 'base64');
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}
