// Plays a case of curl's tests: its bytes over loopback to an HTTPConnection that asks with the case's method. What came of it in the
// words of the case.

import { HTTPConnection } from '../../src/index.js';
import { startLoopback } from '../rfc/loopback.js';

/** A case, as it was extracted from curl's tests/data. Byte strings are latin-1 strings. */
export interface CurlCase {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly raw: string;
  /** Whether the server closes behind it. */
  readonly eof_after_raw: boolean;
  /** Whether curl succeeds; `client-option-error`: an option of the command makes a failure of it. */
  readonly expect: 'ok' | 'error' | 'client-option-error';
  /** Every head that curl reads, in order. */
  readonly heads: readonly {
    readonly version: string;
    readonly status: number;
    readonly reason: string;
    readonly headers: readonly (readonly [string, string])[];
  }[];
  /** What curl writes of the body; null where its test does not look. */
  readonly body: string | null;
  readonly command: string;
}

/** What is compared; null where there is no head. */
export interface Outcome {
  readonly outcome: 'ok' | 'error';
  readonly interim: readonly number[] | null;
  readonly version: number | null;
  readonly status: number | null;
  readonly reason: string | null;
  readonly headers: readonly (readonly [string, string])[] | null;
  readonly body: string | null;
}

export type Aspect = keyof Outcome;

export interface Played extends Outcome {
  readonly error: unknown;
}

/** No case waits for nothing: this only bounds a defect. */
const TIMEOUT_MS = 4000;

const NOTHING = { interim: null, version: null, status: null, reason: null, headers: null, body: null };

export async function play({ method, raw, eof_after_raw, expect: result }: CurlCase): Promise<Played> {
  await using server = await startLoopback((socket) => {
    socket.write(Buffer.from(raw, 'latin1'));
    // Where curl gives up by itself, nobody recorded what the server did next.
    if (eof_after_raw || result !== 'ok') socket.end();
  });
  const interim: number[] = [];
  await using connection = new HTTPConnection('127.0.0.1', server.port, {
    timeout: TIMEOUT_MS,
    onInformational: ({ status }) => void interim.push(status),
  });
  let head: Omit<Outcome, 'outcome'> = NOTHING;
  try {
    await connection.request(method, '/');
    const response = await connection.getresponse();
    const { version, status, reason } = response;
    head = { interim, version, status, reason, headers: response.getheaders(), body: null };
    return { outcome: 'ok', error: null, ...head, body: (await response.read()).toString('latin1') };
  } catch (error) {
    return { outcome: 'error', error, ...head };
  }
}

/** What curl's test expects, in the same words. */
export function expected({ expect: result, heads, body }: CurlCase): Outcome {
  const outcome = result === 'ok' ? 'ok' : 'error';
  const head = heads.at(-1);
  if (head === undefined) return { outcome, ...NOTHING, body };
  const { version, status, reason, headers } = head;
  return {
    outcome,
    interim: heads.slice(0, -1).map((one) => one.status),
    version: version === 'HTTP/1.0' ? 10 : 11,
    status,
    reason,
    headers,
    body,
  };
}

/** In what they differ. A head that only one of them has is a matter of the outcome, and so is the body of a failure. */
export function differing(theirs: Outcome, ours: Outcome): Aspect[] {
  const compared: Aspect[] = ['outcome'];
  if (theirs.status !== null && ours.status !== null) compared.push('interim', 'version', 'status', 'reason', 'headers');
  if (theirs.outcome === 'ok' && ours.outcome === 'ok' && theirs.body !== null) compared.push('body');
  return compared.filter((aspect) => JSON.stringify(theirs[aspect]) !== JSON.stringify(ours[aspect]));
}
