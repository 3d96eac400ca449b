// node run-typescript.cjs FILE ARGUMENT...: runs a program of the tests in a process of its own. It and what it shares with the tests are
// transpiled as they are loaded, so that there is nothing to build and nothing to clear away. Types are checked by
// `npm run typecheck`.

const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { resolve } = require('node:path');
const ts = require('typescript');

const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, useDefineForClassFields: false };

Module._extensions['.ts'] = (module, fileName) => {
  module._compile(ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions, fileName }).outputText, fileName);
};

// The sources name each other as the compiled files will be named.
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const name = parent?.filename.endsWith('.ts') && request.startsWith('.') ? request.replace(/\.js$/, '.ts') : request;
  return resolveFilename.call(this, name, parent, ...rest);
};

require(resolve(process.argv[2])).main(...process.argv.slice(3));
