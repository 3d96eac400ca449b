// Message framing: where the body ends (RFC 9112 6.3) and whether the connection goes on (9.3). One function for each; nothing
// else in the library decides either. They judge the facts that the tokeniser collected.

import {
  CONNECTION_CLOSE,
  CONNECTION_KEEP_ALIVE,
  HAS_LENGTH,
  LENGTHS_DIFFER,
  LENGTH_INVALID,
  TE_CHUNKED,
  TE_IDENTITY,
  TE_INVALID,
  TE_REPEATED,
  TE_UNKNOWN,
} from '../wasm/layout.generated.js';
import { InvalidMessage, UnknownTransferEncoding } from './errors.js';
import type { RequestHead, ResponseHead } from './head.js';
import { QUIRK_TE_WITH_LENGTH } from './lenient.js';

/** How a message ends: it has no body, a length, the chunked coding, or the close of the connection. */
export interface Framing {
  readonly kind: 'none' | 'length' | 'chunked' | 'close';
  /** Bytes of the body, for 'length'; else null. */
  readonly length: number | null;
}

const NONE: Framing = Object.freeze({ kind: 'none', length: null });
const CHUNKED: Framing = Object.freeze({ kind: 'chunked', length: null });
const CLOSE: Framing = Object.freeze({ kind: 'close', length: null });

/** The eight rules of RFC 9112 6.3. `method` is that of the request being answered; null when the message is a request. */
export function messageFraming(head: ResponseHead | RequestHead, method: string | null, quirks: number): Framing {
  const facts = head.facts;
  if (method !== null) {
    const status = (head as ResponseHead).status;
    // 1. HEAD, 1xx, 204 and 304: no body, whatever the fields say, and however wrong they are.
    if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NONE;
    // 2. A 2xx to CONNECT: the connection becomes a tunnel.
    if (method === 'CONNECT' && status < 300) return NONE;
  }
  // In a request, identity is a coding like any other: what is behind it could be a body or another request (RFC 9112 6.3).
  const refused = method === null ? TE_INVALID | TE_UNKNOWN | TE_IDENTITY : TE_INVALID | TE_UNKNOWN;
  if ((facts & refused) !== 0) {
    if ((facts & TE_UNKNOWN) !== 0) throw new UnknownTransferEncoding(transferEncodingMessage(head), head.faultOffset);
    throw new InvalidMessage('transfer-encoding', head.faultOffset, transferEncodingMessage(head));
  }
  // 3. Transfer-Encoding and Content-Length together: the mark of smuggling.
  const hasLength = (facts & (HAS_LENGTH | LENGTH_INVALID | LENGTHS_DIFFER)) !== 0;
  if ((facts & TE_CHUNKED) !== 0) {
    if (hasLength && (quirks & QUIRK_TE_WITH_LENGTH) === 0) {
      throw new InvalidMessage(
        'transfer-encoding-and-length',
        0,
        'the head has both Transfer-Encoding and Content-Length (RFC 9112 6.3)',
        'transferEncodingWithLength',
      );
    }
    // 4. Chunked: the coding tells the end.
    return CHUNKED;
  }
  // 5. A Content-Length that is no number, or several that differ.
  if ((facts & (LENGTH_INVALID | LENGTHS_DIFFER)) !== 0) {
    const what = (facts & LENGTH_INVALID) !== 0 ? 'is not a number of bytes' : 'is given with different values';
    throw new InvalidMessage('content-length', head.faultOffset, `Content-Length ${what} (RFC 9112 6.3)`);
  }
  // 6. A valid Content-Length.
  if (hasLength) return { kind: 'length', length: head.contentLength };
  // 7. A request without either has no body.
  if (method === null) return NONE;
  // 8. A response without either runs to the close.
  return CLOSE;
}

function transferEncodingMessage(head: ResponseHead | RequestHead): string {
  const value = (head.headers.get_all('transfer-encoding') ?? []).join(', ');
  return `Transfer-Encoding ${JSON.stringify(value)} is not "chunked" alone, so the end of the body cannot be known (RFC 9112 6.1)`;
}

/** Whether the connection may carry another message after this one (RFC 9112 9.3). */
export function keepsAlive(head: ResponseHead | RequestHead, framing: Framing): boolean {
  const facts = head.facts;
  if ((facts & CONNECTION_CLOSE) !== 0 || framing.kind === 'close') return false;
  // What 6.1 calls faulty framing: chunked from an HTTP/1.0 peer, the field given twice, or with Content-Length.
  if (framing.kind === 'chunked' && (head.version === 10 || (facts & (TE_REPEATED | HAS_LENGTH | LENGTH_INVALID | LENGTHS_DIFFER)) !== 0))
    return false;
  if ((facts & TE_IDENTITY) !== 0 && (facts & TE_REPEATED) !== 0) return false;
  return head.version === 11 || (facts & CONNECTION_KEEP_ALIVE) !== 0;
}
