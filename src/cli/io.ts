// What a command is connected to, and how it says that something is wrong. A command never touches `process` itself, so
// that a test can run it with streams of its own.

import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

export interface CommandIO {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** 0 is done, 1 a transfer or a file failed, 2 wrong usage. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** The command line is wrong: what is wrong with it. Ends the command with EXIT.usage before anything is sent. */
export class UsageError extends Error {}

/** A file or a transfer failed: the whole line that the user gets to read. */
export class Failure extends Error {}

/** What the reader of the output does not want any more (`headlong get … | head`). Not a failure. */
export class OutputClosed extends Error {}

/** One line of an error's text, whatever it contains: server bytes never move the cursor of a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
}

export function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return oneLine(typeof message === 'string' && message !== '' ? message : String(error));
}

/** Whether an output ended because its reader went away. */
export function isClosed(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ERR_STREAM_DESTROYED' || code === 'EOF';
}
