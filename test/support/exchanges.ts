// Exchanges made for tests of what takes them: each is read from bytes, as any other is.

import type { CapturedRequest, CapturedResponse, Exchange } from '../../src/capture/exchange.js';
import { sourceOf } from '../../src/capture/source.js';
import { StoredRequest, StoredResponse } from '../../src/capture/stored.js';

export interface Made {
  readonly request?: string | Uint8Array | null;
  readonly response?: string | Uint8Array | null;
  readonly problem?: string | null;
  readonly started?: number;
  readonly server?: { address: string; port: number };
  readonly url?: string;
  /** Why the ends of the messages are missing. */
  readonly cut?: string | null;
}

const bytesOf = (message: string | Uint8Array): Uint8Array => (typeof message === 'string' ? Buffer.from(message, 'latin1') : message);

let count = 0;

export function makeExchange(made: Made): Exchange {
  const {
    problem = null,
    started = Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    server = { address: '192.0.2.1', port: 80 },
    url,
    cut = null,
  } = made;
  let request: CapturedRequest | null = null;
  if (made.request != null) {
    const message = new StoredRequest(sourceOf(bytesOf(made.request)));
    message.push(bytesOf(made.request), 0);
    request = message.captured({ method: null, startedAt: started, endedAt: started + 1, cut });
  }
  let response: CapturedResponse | null = null;
  if (made.response != null) {
    const message = new StoredResponse(sourceOf(bytesOf(made.response)));
    message.push(bytesOf(made.response), 0);
    response = message.captured({ method: request?.method ?? null, startedAt: started + 3, endedAt: started + 7, cut });
  }
  return {
    request,
    response,
    connection: { id: count++, client: { address: '127.0.0.1', port: 50000 }, server, link: 'test', encrypted: false },
    timings: { connect: 2, send: 1, wait: 2, receive: 4 },
    problem,
    url,
  };
}

export async function textOf(pieces: AsyncIterable<string | Uint8Array>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece as string));
  return Buffer.concat(all).toString();
}
