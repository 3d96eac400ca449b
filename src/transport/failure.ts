// What the network or TLS said, as an error of ours: Node's code and message, the original as its cause.

import { ConnectionError, HTTPException } from '../core/errors.js';

/** What the network or TLS said, as an error of ours. */
export function connectionError(error: Error & { code?: unknown; errors?: readonly Error[] }): HTTPException {
  if (error instanceof HTTPException) return error;
  const code = typeof error.code === 'string' ? error.code : 'ECONNRESET';
  // Node's error for a host with several addresses has no message of its own.
  const message = error.message !== '' ? error.message : (error.errors ?? []).map((one) => one.message).join('; ');
  return new ConnectionError(message, code, { cause: error });
}
