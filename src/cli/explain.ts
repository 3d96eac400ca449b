// An error of the library as one line for a person at a terminal: what happened, and what to do about it in the
// command's own words (its options, not the library's).

import { HTTPException, IncompleteRead, TimeoutError, TunnelError } from '../index.js';
import { Failure, messageOf } from './io.js';

const CERTIFICATE_ADVICE = "give the server's authority with --cacert, or go without the check with -k";

/** By Node's and OpenSSL's codes. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check host and port, and that the server is running',
  ENOTFOUND: 'check the spelling of the host',
  EAI_AGAIN: 'the name could not be looked up: check the network',
  ENETUNREACH: 'check the network',
  EHOSTUNREACH: 'check the network',
  ECONNRESET: 'try again',
  EPROTO: 'check that the server speaks TLS on this port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'check that the server speaks TLS on this port',
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE_ADVICE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE_ADVICE,
  UNABLE_TO_GET_ISSUER_CERT: CERTIFICATE_ADVICE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE_ADVICE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE_ADVICE,
  CERT_HAS_EXPIRED: 'the server needs a new certificate; -k goes without the check',
  ERR_TLS_CERT_ALTNAME_INVALID: 'check the host of the URL; -k goes without the check',
};

/** One line for `error`, which ended a transfer after `elapsed` milliseconds. */
export function explain(error: unknown, elapsed: number, maxTime: number | null): string {
  if (error instanceof Failure || !(error instanceof HTTPException)) return messageOf(error);
  // Whichever of the library's limits it was: the one that the user knows has passed.
  if (error instanceof TimeoutError && maxTime !== null && elapsed >= maxTime)
    return `not done after ${maxTime / 1000} s: allow more with --max-time`;
  if (error instanceof IncompleteRead) {
    const missing = error.expected === null ? '' : ` (${error.expected} bytes are missing)`;
    return `the connection closed before the body was complete${missing}: what came is written; try again`;
  }
  if (error instanceof TunnelError && error.status === 407) return `${messageOf(error)}: give --proxy http://user:password@host:port`;
  const advice = ADVICE[error.code];
  // OpenSSL's texts have a thread, a number and a place in its source around the sentence.
  const text = messageOf(error).replace(/^.*\berror:[0-9A-F]+:[^:]*:[^:]*:([^:]+):.*$/, 'TLS: $1');
  return advice === undefined ? text : `${text}: ${advice}`;
}
