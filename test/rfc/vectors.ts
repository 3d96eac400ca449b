// The RFC vectors as data: one for each rule of RFC 9110 and 9112 that a client can meet, each with what has to come of it.
// `ok` and `error` are what the RFC asks for; `lenient-ok` is left open by it, and docs/differences.md says which way we went.

import { corpus } from '../differential/corpus.js';

export interface Vector {
  readonly id: string;
  readonly kind: 'response' | 'request';
  /** Of requests: written by us, or read by us. */
  readonly direction?: 'send' | 'parse';
  readonly expect: 'ok' | 'error' | 'lenient-ok';
  /** What its rule is of: the section of RFC 9112, or another RFC's with its number in front. */
  readonly section: string;
  /** Besides what is demanded; see allowed.ts. */
  readonly also_allowed?: string;
  /** Of `lenient-ok`: what is better. */
  readonly recommend?: 'ok' | 'error';
  readonly raw: string;
  /** Follows `raw`: the unit, so many times, then the rest. */
  readonly raw_repeat?: { readonly unit: string; readonly times: number; readonly then: string };
  readonly method: string | null;
  readonly eof_after_raw?: boolean;

  readonly status?: number;
  readonly reason?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** Values are equal if they are so with runs of blanks as one SP. */
  readonly value_compare?: 'collapse-ws';
  /** The value of repeated fields, combined. */
  readonly combined?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly body_length?: number;
  /** Body bytes that came before the error. */
  readonly partial_body?: string;
  readonly trailers?: readonly (readonly [string, string])[];
  readonly interim?: readonly number[];
  readonly keepAlive?: boolean;
  readonly tunnel?: boolean;
  /** Bytes behind the message. */
  readonly leftover?: string;
  readonly pipelined_requests?: number;
  readonly second?: { readonly status: number; readonly body: string };

  readonly target?: string;
  readonly version?: string;

  readonly input?: SendInput;
  readonly match?: 'prefix' | 'suffix' | 'contains' | 'contains-ci' | 'absent' | 'contains-or-user-error' | 'new-connection';
}

/** A request to be sent, as a caller would ask for it. */
export interface SendInput {
  readonly method?: string;
  readonly url?: string;
  readonly target?: string;
  readonly headers?: unknown;
  readonly body?: string | readonly string[];
  readonly upgrade?: string;
  readonly proxy?: boolean;
  readonly tunnel_host?: string;
  readonly tunnel_headers?: Readonly<Record<string, string>>;
  readonly http_version?: string;
  readonly sequence?: readonly SendInput[];
}

/** What became of a vector. `none`: there is no way to ask this library for it. */
export type Outcome =
  | { readonly verdict: 'ok'; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly verdict: 'error'; readonly error: unknown; readonly sent?: string; readonly partial?: string | null }
  | { readonly verdict: 'none' };

export const vectors: readonly Vector[] = corpus<Vector>('rfc_vectors.json');

export function rawBytes({ raw, raw_repeat }: Vector): Buffer {
  const text = raw_repeat === undefined ? raw : raw + raw_repeat.unit.repeat(raw_repeat.times) + raw_repeat.then;
  return Buffer.from(text, 'latin1');
}
