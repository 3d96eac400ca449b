// The WebAssembly contract: what the module exports, and nothing else. It imports nothing and calls nothing.

export { parseHead } from './head';
export { decodeChunks } from './chunked';
export { addName } from './names';
export { matchHead } from './template';
