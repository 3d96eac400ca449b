// The CONNECT handshake with a proxy (RFC 9110 9.3.6). Any 2xx opens the tunnel; what came behind the reply belongs to it.
// A refusal is a TunnelError with what the proxy said.

import { HTTPException, TunnelError } from '../core/errors.js';
import type { ResponseHead } from '../core/head.js';
import type { HTTPMessage } from '../core/message.js';
import { asciiHost, fieldsOf, RequestHeadWriter, type Authority, type HeadersInit } from '../core/request.js';
import type { Channel } from './channel.js';
import { reprBytes } from './debug.js';
import { Exchange } from './exchange.js';
import { HTTPResponse } from './response.js';

/** How much of a refusal's body is kept. */
const MAX_REFUSAL = 65536;

/** Where a tunnel leads, the CONNECT request checked and ready, and what the proxy answered last. */
export class Tunnel {
  readonly authority: Authority;
  readonly request: string;
  /** The fields of the proxy's reply, whether it opened the tunnel or not. */
  replyHeaders: HTTPMessage | null = null;

  constructor(authority: Authority, headers: HeadersInit | null | undefined) {
    this.authority = authority;
    const target = `${asciiHost(authority.host)}:${authority.port}`;
    const writer = new RequestHeadWriter('CONNECT', target, 'HTTP/1.1');
    for (const [name, value] of fieldsOf(headers)) writer.field(name, value);
    if (writer.framed) throw new TypeError('a CONNECT request has no body: Content-Length and Transfer-Encoding may not be tunnel headers');
    writer.own('Host', target);
    this.request = writer.end();
  }
}

/** Asks the proxy at the other end of `channel` for the tunnel. */
export async function connectTunnel(channel: Channel, tunnel: Tunnel, debug: ((line: string) => void) | null): Promise<void> {
  const exchange = new Exchange('CONNECT', false, false);
  debug?.(`send: ${reprBytes(tunnel.request)}`);
  channel.begin(exchange);
  channel.write(tunnel.request);
  try {
    await channel.headOf(exchange);
  } catch (error) {
    if (error instanceof HTTPException) error.phase = 'tunnel';
    throw error;
  }
  const head = exchange.head as ResponseHead;
  tunnel.replyHeaders = head.headers;
  if (debug !== null) for (const line of head.text.match(/[^\n]*\n/g)?.slice(1) ?? []) debug(`header: ${line}`);
  if (head.status >= 200 && head.status < 300) return;
  const refusal = await readRefusal(new HTTPResponse(channel, exchange, '', 0));
  channel.destroy();
  throw channel.withFacts(new TunnelError(head.status, head.reason, head.headers, refusal), 'tunnel');
}

// As much of the refusal's body as comes: its cut is no news beside the refusal itself.
async function readRefusal(response: HTTPResponse): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let left = MAX_REFUSAL;
  try {
    while (left > 0) {
      const piece = await response.read1(left);
      if (piece.length === 0) break;
      pieces.push(piece);
      left -= piece.length;
    }
  } catch {
    // What came before the cut is what there is.
  }
  return Buffer.concat(pieces);
}
