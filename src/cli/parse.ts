// `headlong parse`: captures in, their exchanges out, in one pass and in little memory. A file that cannot be read is reported, and the
// next one follows.

import { createWriteStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileNames, fileName, readCapture, toCSV, toHAR, toNDJSON, toWARC, type Exchange } from '../capture.node.js';
import { type CommandIO, EXIT, Failure, isClosed, messageOf } from './io.js';
import type { Format, ParseOptions } from './parse-options.js';
import { toTable } from './parse-table.js';
import { LARGE, type Progress, startProgress } from './progress.js';

/** Reads all files; the exit code. */
export async function parse(options: ParseOptions, io: CommandIO): Promise<number> {
  const run = new Run(options, io);
  const { output } = options;
  let broken: { error: unknown } | null = null;
  async function* pieces(): AsyncGenerator<string | Uint8Array> {
    try {
      yield* run.write();
    } catch (error) {
      broken = { error };
      throw error;
    }
  }
  try {
    if (output === null) await pipeline(pieces, io.stdout, { end: false });
    else await pipeline(pieces, createWriteStream(output));
  } catch (error) {
    if (broken !== null) throw (broken as { error: unknown }).error;
    if (output !== null) throw new Failure(`${messageOf(error)}: give -o the name of a file that can be written`);
    // Whoever read the output has had enough of it.
    if (!isClosed(error)) throw new Failure(`standard output: ${messageOf(error)}`);
  } finally {
    run.stop();
  }
  return run.failed ? EXIT.failed : EXIT.done;
}

class Run {
  failed = false;
  private readonly options: ParseOptions;
  private readonly io: CommandIO;
  private progress: Progress | null = null;

  constructor(options: ParseOptions, io: CommandIO) {
    this.options = options;
    this.io = io;
  }

  stop(): void {
    this.progress?.stop();
    this.progress = null;
  }

  async *write(): AsyncGenerator<string | Uint8Array> {
    const { files, redact } = this.options;
    const format: Format = this.options.format ?? (this.isTable ? 'table' : 'ndjson');
    switch (format) {
      case 'table':
        return yield* toTable(this.all(), this.isTable ? this.io.stdout.columns : undefined);
      case 'har':
        return yield* toHAR(this.all(), { redact });
      case 'warc':
        return yield* toWARC(this.all(), { redact });
      case 'csv':
        return yield* toCSV(this.all(), { redact });
      case 'ndjson': {
        const { bodies } = this.options;
        const kind = bodies === 'dir' ? { save: await this.saver() } : { bodies };
        for (const file of files) yield* toNDJSON(this.exchangesOf(file), { redact, source: file, ...kind });
      }
    }
  }

  private get isTable(): boolean {
    return this.options.output === null && this.io.stdout.isTTY === true;
  }

  private async *all(): AsyncGenerator<Exchange> {
    for (const file of this.options.files) yield* this.exchangesOf(file);
  }

  private async *exchangesOf(file: string): AsyncGenerator<Exchange> {
    try {
      const size = file === '-' ? null : (await stat(file)).size;
      await this.show(file, size);
      let done = 0;
      const onProgress = (read: number): void => {
        this.progress?.add(read - done);
        done = read;
      };
      yield* readCapture(file === '-' ? (this.io.stdin as Readable & AsyncIterable<Uint8Array>) : file, { onProgress });
    } catch (error) {
      this.stop();
      this.failed = true;
      this.io.stderr.write(`headlong: ${file === '-' ? 'standard input' : file}: ${messageOf(error)}\n`);
    } finally {
      this.stop();
    }
  }

  /** A bar stands on a terminal of its own, where there is something to wait for. */
  private async show(file: string, size: number | null): Promise<void> {
    const { stderr, stdout } = this.io;
    const isAlone = stderr.isTTY === true && (this.options.output !== null || stdout.isTTY !== true);
    if (isAlone && (size ?? LARGE) >= LARGE)
      this.progress = await startProgress(stderr, file === '-' ? 'standard input' : basename(file), size);
  }

  /** Writes bodies to files of their own, and says how they are called. */
  private async saver(): Promise<(bytes: Uint8Array, exchange: Exchange, side: 'request' | 'response') => Promise<string>> {
    const { directory } = this.options;
    const names = new FileNames();
    await this.writing(directory, () => mkdir(directory, { recursive: true }));
    return async (bytes, exchange, side) => {
      const path = join(
        directory,
        names.next(side === 'response' ? fileName(exchange) : `request-${fileName({ ...exchange, response: null })}`),
      );
      // Never over a file that is there: it may be anybody's.
      await this.writing(path, () => writeFile(path, bytes, { flag: 'wx' }));
      return path;
    };
  }

  private async writing(path: string, write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw new Failure(`${path}: ${messageOf(error)}: give --directory the name of a new folder`);
    }
  }
}
