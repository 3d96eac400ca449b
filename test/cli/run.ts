// Runs the command in this process, with streams of the test's own.

import { PassThrough, Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/command.js';
import type { Output } from '../../src/cli/io.js';

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  /** Standard error is a terminal. */
  readonly terminal?: boolean;
  /** Instead of one that collects. */
  readonly stdout?: Output;
}

/** Output is latin-1 text, so that every byte is one character. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const stdout = collector(false);
  const stderr = collector(options.terminal ?? false);
  const code = await main(args, {
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]),
    stdout: options.stdout ?? stdout.stream,
    stderr: stderr.stream,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(isTTY: boolean): { stream: Output; text: () => string } {
  const parts: Buffer[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  stream.on('data', (part: Buffer) => parts.push(part));
  return { stream, text: () => Buffer.concat(parts).toString('latin1') };
}

/** An output whose reader goes away after `bytes` bytes, as `head -c` does. */
export function closingOutput(bytes: number): Output {
  let left = bytes;
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      done(left > 0 ? null : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
}
