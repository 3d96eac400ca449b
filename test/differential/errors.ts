// Which error of ours answers which exception of Python: the one map that every comparison with CPython uses.
// The classes of http.client have the same names here; the built-in ones become what TypeScript has for them.

import type { RecordedError } from './corpus.js';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  // Wrong arguments. http.client takes its own class for a part of them.
  ValueError: ['TypeError', 'InvalidURL'],
  UnicodeEncodeError: ['TypeError', 'InvalidURL'],
  OverflowError: ['RangeError'],
  // What the operating system says.
  ConnectionResetError: ['ConnectionError'],
  BrokenPipeError: ['ConnectionError'],
  TimeoutError: ['TimeoutError'],
  // In http.client this is a refused tunnel, and nothing else.
  OSError: ['TunnelError'],
  // The base class itself is raised for one thing: a limit that was passed.
  HTTPException: ['LimitExceeded'],
};

/** The name of an error's class. */
export function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : typeof error;
}

/** The names of ours that answer a recorded exception. */
export function answersTo(recorded: Pick<RecordedError, 'type'>): readonly string[] {
  return NAMES[recorded.type] ?? [recorded.type];
}

/** The recorded class if `error` answers it, else the error's own: equal to the recorded one just if they agree. */
export function inPython(error: unknown, recorded: Pick<RecordedError, 'type'> | undefined): string {
  const name = nameOf(error);
  return recorded !== undefined && answersTo(recorded).includes(name) ? recorded.type : name;
}
