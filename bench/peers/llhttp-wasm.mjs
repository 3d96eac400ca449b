// llhttp in WebAssembly, the build inside undici, by itself: its eight callbacks into JavaScript do nothing. Nobody can use
// what it says that way; it is what this engine costs before anything is made of its tokens.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { METHODS, TYPE } = require('undici/lib/llhttp/constants.js');
const binary = new WebAssembly.Module(require('undici/lib/llhttp/llhttp_simd-wasm.js'));
const METHOD_NAMES = Object.fromEntries(Object.entries(METHODS).map(([name, number]) => [number, name]));

const SKIP_CONTENT = 1;
const AREA = 1 << 19;
const NAME = 'llhttp in WebAssembly, empty callbacks';

/** A parser and its input area; execute() reads `length` bytes at `at` in its memory. */
function parserWith(kind, callbacks) {
  const empty = () => 0;
  const env = Object.fromEntries(WebAssembly.Module.imports(binary).map(({ name }) => [name, callbacks[name] ?? empty]));
  const llhttp = new WebAssembly.Instance(binary, { env }).exports;
  const pointer = llhttp.llhttp_alloc(kind === 'request' ? TYPE.REQUEST : TYPE.RESPONSE);
  const area = llhttp.malloc(AREA);
  return {
    method: () => METHOD_NAMES[llhttp.llhttp_get_method(pointer)],
    area: new Uint8Array(llhttp.memory.buffer, area, AREA),
    execute(at, length) {
      const result = llhttp.llhttp_execute(pointer, area + at, length);
      if (result !== 0) throw new Error(`llhttp stopped: ${result}`);
    },
    text: (at, length) => Buffer.from(llhttp.memory.buffer, at, length).latin1Slice(),
  };
}

/** The same module with callbacks that write down what they are told. */
function recorder(kind) {
  let spans = [];
  let status = 0;
  const span = (_, at, length) => {
    spans.push(parser.text(at, length));
    return 0;
  };
  const parser = parserWith(kind, {
    wasm_on_url: span,
    wasm_on_status: span,
    wasm_on_header_field: span,
    wasm_on_header_value: span,
    wasm_on_headers_complete(_, code) {
      status = code;
      return SKIP_CONTENT;
    },
  });
  return ({ bytes }) => {
    spans = [];
    parser.area.set(bytes);
    parser.execute(0, bytes.length);
    const [second, ...flat] = spans;
    return [kind === 'request' ? parser.method() : status, second, flat];
  };
}

/** The input area, and the function that reads the head at a place in it and returns its status, or 1 for a request. */
function timed(kind) {
  let status = 0;
  const wasm_on_headers_complete =
    kind === 'request'
      ? () => {
          status = 1;
          return SKIP_CONTENT;
        }
      : (_, code) => {
          status = code;
          return SKIP_CONTENT;
        };
  const parser = parserWith(kind, { wasm_on_headers_complete });
  const readAt = (start, length) => {
    status = 0;
    parser.execute(start, length);
    return status;
  };
  return { area: parser.area, readAt };
}

function tokens({ kind }) {
  const { area, readAt } = timed(kind);
  const read = ({ bytes }) => {
    area.set(bytes);
    return readAt(0, bytes.length);
  };
  return { name: NAME, read, answer: recorder(kind) };
}

function tokensInPlace({ kind, heads }) {
  const { area, readAt } = timed(kind);
  let end = 0;
  const inputs = heads.map(({ bytes }) => {
    const start = end;
    area.set(bytes, start);
    end += bytes.length;
    return { start, length: bytes.length };
  });
  return { name: NAME, inputs, read: ({ start, length }) => readAt(start, length), answer: recorder(kind) };
}

export default { tokens: [tokens], tokensInPlace: [tokensInPlace] };
