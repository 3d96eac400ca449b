// Parsers in native code, in processes of their own: llhttp in C, httparse in Rust. ../support/native.mjs compiles them from
// the sources in ../native/, which say how they are spoken to. They do their rounds in turn with the others, and nothing of
// JavaScript is in their numbers: they stand beside our tokeniser in place, and beside the whole for chunked bodies.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { native } from '../support/native.mjs';

/** Starts a program on the inputs of a set; returns the function that sends a command and resolves to the line it answers. */
function start(program, { kind, heads }) {
  const path = `${program}.${kind}.inputs`;
  const pieces = heads.flatMap(({ bytes }) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  writeFileSync(path, Buffer.concat(pieces));
  const child = spawn(program, [kind, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (command) => {
    child.stdin.write(`${command}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${program} ended`);
    return value;
  };
}

/** The answer to `check` for heads: of each [status or method, reason or target, flat array]. */
function decoded(text, kind) {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const tokens = line.split('\0');
      const first = tokens.pop();
      return [kind === 'request' ? first : Number(first), tokens[0], tokens.slice(1)];
    });
}

function entry(name, set) {
  const { path, label } = native(name);
  const ask = start(path, set);
  return {
    name: label,
    async answers() {
      const bytes = Buffer.from(await ask('check'), 'hex');
      return set.kind === 'chunked' ? [new Uint8Array(bytes)] : decoded(bytes.latin1Slice(), set.kind);
    },
    async time(passes) {
      const [ns, sum] = (await ask(`time ${passes}`)).split(' ').map(Number);
      return { ns, sum };
    },
  };
}

const llhttp = (set) => entry('llhttp', set);
const httparse = (set) => entry('httparse', set);

export default { tokensInPlace: [llhttp, httparse], chunked: [llhttp] };
