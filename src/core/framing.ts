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

const CODINGS = TE_CHUNKED | TE_IDENTITY;
const REFUSED = TE_INVALID | TE_UNKNOWN;
const REFUSED_IN_REQUESTS = REFUSED | TE_IDENTITY;
const LENGTHS = HAS_LENGTH | LENGTH_INVALID | LENGTHS_DIFFER;

// The functions here run for every message, so what they throw is made elsewhere: V8 inlines what is short.

/** The eight rules of RFC 9112 6.3. `method` is that of the request being answered; null when the message is a request. */
export function messageFraming(head: ResponseHead | RequestHead, method: string | null, quirks: number): Framing {
  const { facts } = head;
  if (method !== null) {
    const { status } = head as ResponseHead;
    // 1. HEAD, 1xx, 204 and 304: no body, whatever the fields say, and however wrong they are.
    if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NONE;
    // 2. A 2xx to CONNECT: the connection becomes a tunnel.
    if (method === 'CONNECT' && status < 300) return NONE;
  }
  // In a request, identity is a coding like any other: what is behind it could be a body or another request (RFC 9112 6.3).
  if ((facts & (method === null ? REFUSED_IN_REQUESTS : REFUSED)) !== 0) throw codingFault(head);
  if ((facts & TE_CHUNKED) !== 0) {
    // 3. Transfer-Encoding and Content-Length together: the mark of smuggling.
    if ((facts & LENGTHS) !== 0 && (quirks & QUIRK_TE_WITH_LENGTH) === 0) throw bothFault();
    // 4. Chunked: the coding tells the end.
    return CHUNKED;
  }
  if ((facts & LENGTHS) !== 0) {
    // 5. A Content-Length that is no number, or several that differ.
    if ((facts & ~HAS_LENGTH & LENGTHS) !== 0) throw lengthFault(head);
    // 6. A valid Content-Length.
    return { kind: 'length', length: head.contentLength };
  }
  // 7. A request without either has no body. 8. A response without either runs to the close.
  return method === null ? NONE : CLOSE;
}

/** The same of a request, whose method has a say in one case only. */
export function requestFraming(head: RequestHead, quirks: number): Framing {
  const framing = messageFraming(head, null, quirks);
  // A CONNECT has no content (RFC 9110 9.3.6): what follows it would be content to one reader and the tunnel's to another.
  if (head.method === 'CONNECT' && framing.kind !== 'none' && framing.length !== 0) throw connectFault();
  return framing;
}

function connectFault(): InvalidMessage {
  return new InvalidMessage('connect-content', 0, 'a CONNECT request has content (RFC 9110 9.3.6)');
}

function codingFault(head: ResponseHead | RequestHead): InvalidMessage | UnknownTransferEncoding {
  const value = (head.headers.get_all('transfer-encoding') ?? []).join(', ');
  const message = `Transfer-Encoding ${JSON.stringify(value)} is not "chunked" alone, so the end of the body cannot be known (RFC 9112 6.1)`;
  if ((head.facts & TE_UNKNOWN) !== 0) return new UnknownTransferEncoding(message, head.faultOffset);
  return new InvalidMessage('transfer-encoding', head.faultOffset, message);
}

function bothFault(): InvalidMessage {
  const message = 'the head has both Transfer-Encoding and Content-Length (RFC 9112 6.3)';
  return new InvalidMessage('transfer-encoding-and-length', 0, message, 'transferEncodingWithLength');
}

function lengthFault({ facts, faultOffset }: ResponseHead | RequestHead): InvalidMessage {
  const what = (facts & LENGTH_INVALID) !== 0 ? 'is not a number of bytes' : 'is given with different values';
  return new InvalidMessage('content-length', faultOffset, `Content-Length ${what} (RFC 9112 6.3)`);
}

/** Whether the connection may carry another message after this one (RFC 9112 9.3). */
export function keepsAlive(head: ResponseHead | RequestHead, framing: Framing): boolean {
  const { facts } = head;
  if ((facts & CONNECTION_CLOSE) !== 0 || framing.kind === 'close') return false;
  if ((facts & CODINGS) !== 0 && hasFaultyFraming(head, framing)) return false;
  return head.version === 11 || (facts & CONNECTION_KEEP_ALIVE) !== 0;
}

// What RFC 9112 6.1 calls faulty framing: chunked from an HTTP/1.0 peer, the field given twice, or with Content-Length.
function hasFaultyFraming({ facts, version }: ResponseHead | RequestHead, framing: Framing): boolean {
  if (framing.kind === 'chunked') return version === 10 || (facts & (TE_REPEATED | LENGTHS)) !== 0;
  return (facts & TE_IDENTITY) !== 0 && (facts & TE_REPEATED) !== 0;
}
