// The CONNECT handshake with a proxy (RFC 9110 9.3.6). Any 2xx opens the tunnel; what came behind the reply belongs to it.
// A refusal is a TunnelError with what the proxy said.

import { HTTPException, TunnelError } from '../core/errors.js';
import { wireLines, type ResponseHead } from '../core/head.js';
import type { HTTPMessage } from '../core/message.js';
import { asciiHost, fieldsOf, OwnLine, RequestHeadWriter, type Authority, type HeadersInit } from '../core/request.js';
import type { Channel } from './channel.js';
import { reprBytes } from './debug.js';
import { Exchange } from './exchange.js';
import { HTTPResponse } from './response.js';

/** How long a refusal's body is waited for, and how long before connectTimeout that ends: the refusal itself is known. */
const REFUSAL_MS = 1000;
const MARGIN_MS = 200;
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
    writer.own(new OwnLine('Host', target));
    this.request = writer.end();
  }
}

/** Asks the proxy at the other end of `channel` for the tunnel. */
export async function connectTunnel(
  channel: Channel,
  tunnel: Tunnel,
  deadline: number,
  debug: ((line: string) => void) | null,
): Promise<void> {
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
  if (debug !== null) for (const line of wireLines(head).slice(1)) debug(`header: ${line}`);
  if (head.status >= 200 && head.status < 300) return;
  const refusal = await readRefusal(new HTTPResponse(channel, exchange, '', 0), deadline);
  channel.destroy();
  throw channel.withFacts(new TunnelError(head.status, head.reason, head.headers, refusal), 'tunnel');
}

// As much of the refusal's body as comes: its cut is no news beside the refusal itself.
async function readRefusal(response: HTTPResponse, deadline: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const read = async (): Promise<void> => {
    for (let left = MAX_REFUSAL; left > 0;) {
      const piece = await response.read1(left);
      if (piece.length === 0) return;
      pieces.push(piece);
      left -= piece.length;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const patienceEnds = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, Math.min(REFUSAL_MS, deadline - performance.now() - MARGIN_MS)));
  });
  // What came before a cut, or before patience ended, is what there is.
  await Promise.race([read().catch(() => undefined), patienceEnds]);
  clearTimeout(timer);
  return Buffer.concat(pieces);
}
