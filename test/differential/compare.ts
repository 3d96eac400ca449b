// Compares what a response case gave with what CPython recorded, aspect by aspect: status, reason, version, headers, body,
// pieces, will_close, error, details (what the error carries) and next (whether another request may be started). Where one side has a
// response and the other an exception, the one aspect is `outcome`. Not compared: `closed` and what the response left
// unread, which are matters of CPython's buffering; and the sizes of read1's pieces, which depend on how segments arrive.

import type { RecordedError, ResponseCase } from './corpus.js';
import { inPython, nameOf } from './errors.js';
import type { Played } from './play.js';
import { dumpFields, sha256 } from './python.js';

/** What differs: for each aspect CPython's value and ours. */
export type Differences = Record<string, readonly [python: unknown, ours: unknown]>;

export function differences({ read, expected }: ResponseCase, played: Played): Differences {
  const found: Differences = {};
  const compare = (aspect: string, python: unknown, ours: unknown): void => {
    if (JSON.stringify(python) !== JSON.stringify(ours)) found[aspect] = [python, ours];
  };
  const { head, error } = played;
  const recorded = expected.exception;
  const pythonHasHead = expected.status !== undefined;
  compare('next', expected.end.next_putrequest.split(':')[0], played.nextError === null ? 'ok' : nameOf(played.nextError));
  if (pythonHasHead !== (head !== null)) {
    compare('outcome', expected.status ?? recorded?.type, head?.status ?? nameOf(error));
    return found;
  }
  if (head !== null) {
    compare('status', expected.status, head.status);
    compare('reason', expected.reason, head.reason);
    compare('version', expected.version, head.version);
    if (expected.headers_sha256 !== undefined) compare('headers', expected.headers_sha256, sha256(dumpFields(head.headers)));
    else compare('headers', expected.headers, head.headers);
    compare('will_close', expected.will_close, head.will_close);
  }
  compare('error', recorded?.type ?? 'none', error === null ? 'none' : inPython(error, recorded));
  if (recorded !== undefined && found['error'] === undefined) compare('details', detailsRecorded(recorded), details(error, recorded));
  if (head === null) return found;
  const body = Buffer.concat(played.pieces);
  if (typeof expected.body === 'string') compare('body', expected.body, body.toString('latin1'));
  else compare('body', expected.body_sha256, sha256(body));
  const sizes = played.pieces.map((piece) => piece.length);
  if (read.startsWith('read1')) compare('pieces', endsOnce(expected.pieces ?? []), endsOnce(sizes));
  else if (expected.pieces !== undefined) compare('pieces', expected.pieces, sizes.slice(0, 60));
  return found;
}

/** Of read1's pieces, only this is the same wherever segments end: the last one is empty, and no other. */
function endsOnce(sizes: readonly number[]): boolean {
  return sizes.indexOf(0) === sizes.length - 1;
}

const CARRIED = ['partial', 'expected', 'line', 'version'] as const;

function detailsRecorded(recorded: RecordedError): Record<string, unknown> {
  return Object.fromEntries(CARRIED.flatMap((name) => (recorded[name] === undefined ? [] : [[name, recorded[name]]])));
}

/** What our error carries of that which the recorded one does. Long lines were recorded in part. */
function details(error: unknown, recorded: RecordedError): Record<string, unknown> {
  const carried = error as Partial<Record<(typeof CARRIED)[number], unknown>>;
  return Object.fromEntries(
    CARRIED.flatMap((name) => {
      if (recorded[name] === undefined) return [];
      const value = carried[name];
      return [[name, value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value]];
    }),
  );
}
