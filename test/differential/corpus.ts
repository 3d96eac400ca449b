// The recorded corpora: what CPython's http.client did with each case, as data. The recordings are the truth; no file
// here changes them, and no test knows a case by its id: what differs on purpose stands in docs/differences.md.
// Byte strings are latin-1 strings, one character for each byte.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The interpreter that the tests compare with. */
const PYTHON = '3.13.0';

/** An exception as it was recorded. */
export interface RecordedError {
  readonly phase: string;
  readonly type: string;
  readonly str: string;
  readonly partial?: string | null;
  readonly expected?: number | null;
  readonly line?: string;
  readonly version?: string;
}

/** What became of a response: a head and what reading gave, or the exception of getresponse(). */
export interface RecordedResponse {
  readonly status?: number;
  readonly reason?: string;
  readonly version?: number;
  readonly headers?: readonly (readonly [string, string])[];
  /** Of large heads: the digest of Python's json.dumps of the fields, of which `headers` is then an excerpt. */
  readonly headers_sha256?: string;
  readonly body?: string | null;
  /** Of large bodies, in place of `body`. */
  readonly body_sha256?: string;
  readonly will_close?: boolean;
  /** How many bytes each call of the strategy returned. */
  readonly pieces?: readonly number[];
  readonly exception?: RecordedError;
  readonly end: { readonly next_putrequest: string };
}

/** A response case: what a server sends, how the body is read, and what CPython made of it. */
export interface ResponseCase {
  readonly id: string;
  readonly raw: string;
  readonly method: string;
  readonly eof: 'close' | 'block' | 'reset';
  /** all, amt:N, amtonce:N, readinto:N, read1[:N], readline[:N], iter, peekread:N or none. */
  readonly read: string;
  /** Bytes per segment; 0: all at once. */
  readonly seg: number;
  readonly expected: RecordedResponse;
}

/** A body or an argument as JSON: `['bytes', 'text']`, `{ b: 'text' }`. */
export type Described = readonly [kind: string, value: unknown] | null;

/** A request case: calls on a connection, and what each socket that they open will deliver. */
export interface RequestCase {
  readonly id: string;
  readonly cls: 'HTTPConnection' | 'HTTPSConnection';
  readonly args: readonly (string | number)[];
  readonly kwargs: Readonly<Record<string, number>>;
  readonly ops: readonly (readonly [name: string, ...args: unknown[]])[];
  /** What the nth socket delivers; a list is delivered part by part. */
  readonly replies: readonly (string | readonly string[])[];
  readonly expected: RecordedRequest;
}

export interface RecordedRequest {
  /** What was sent, for each socket: the calls of sendall. */
  readonly sent: readonly (readonly string[])[];
  readonly log: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly exception?: RecordedError;
  readonly exceptions?: readonly RecordedError[];
  readonly stdout?: string;
}

/** The JSON file of this name in test/corpus. */
export function corpus<Case>(name: string): Case[] {
  return JSON.parse(readFileSync(join(__dirname, '..', 'corpus', name), 'utf8')) as Case[];
}

interface Recorded<Outcome> {
  readonly expect: Readonly<Record<string, Outcome>>;
  readonly others: Readonly<Record<string, Outcome | string>>;
}

export const responseCases: readonly ResponseCase[] = corpus<ResponseCase & Recorded<RecordedResponse>>('python_responses.json').map(
  (one) => ({
    ...one,
    expected: one.expect[PYTHON] as RecordedResponse,
  }),
);

export const requestCases: readonly RequestCase[] = corpus<RequestCase & Recorded<RecordedRequest | { readonly skipped: string }>>(
  'python_requests.json',
).map((one) => {
  const recorded = one.expect[PYTHON] as RecordedRequest | { readonly skipped: string };
  return {
    ...one,
    cls: one.cls ?? 'HTTPConnection',
    args: one.args ?? ['example.com'],
    kwargs: one.kwargs ?? {},
    replies: one.replies ?? ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    // What 3.13 does not know yet was recorded with the interpreter that brought it.
    expected: 'skipped' in recorded ? (Object.values(one.others).find((other) => typeof other === 'object') as RecordedRequest) : recorded,
  };
});
