// What is shown of one exchange: made when it is asked for, kept nowhere.

import type { Exchange } from '../../src/capture.js';
import type { Content, Detail, MessageDetail, Side, Spoken } from '../shared/protocol.js';
import { mediaTypeOf } from './row.js';
import { messageOf, type Store } from './store.js';

/** Bytes of one message, and of all, in the view of a whole connection. */
const MOST_OF_ONE = 1 << 16;
const MOST_OF_ALL = 1 << 23;

export function detailOf(store: Store, id: number): Detail {
  const { request, response, connection } = store.exchange(id);
  const row = store.rows[id] as Detail['row'];
  return {
    row,
    client: { ...connection.client },
    server: { ...connection.server },
    link: connection.link,
    request:
      request === null ? null : { ...common(request), startLine: `${request.method} ${request.target} ${request.version}`, interim: [] },
    response:
      response === null
        ? null
        : {
            ...common(response),
            startLine: `${response.version} ${response.status} ${response.reason}`,
            interim: response.interim.map(({ status, reason, headers, startedAt }) => ({
              startLine: `${response.version} ${status} ${reason}`,
              fields: headers.items(),
              startedAt,
            })),
          },
  };
}

function common(message: NonNullable<Exchange['request' | 'response']>): Omit<MessageDetail, 'startLine' | 'interim'> {
  const { headers, trailers, framing, body, startedAt, endedAt, flags, problem } = message;
  return {
    fields: headers.items(),
    trailers: trailers?.items() ?? null,
    framing: { ...framing },
    body: { length: body.length, complete: body.complete, problem: body.problem },
    startedAt,
    endedAt,
    flags: [...flags],
    problem,
  };
}

export async function contentOf(exchange: Exchange, side: Side): Promise<Content> {
  const { body, headers } = messageOf(exchange, side);
  const bytes = await body.decoded();
  return {
    bytes: own(bytes),
    problem: body.problem,
    type: mediaTypeOf(headers.get('content-type')),
    charset: headers.get_content_charset(),
    coding: (headers.get_all('content-encoding') ?? []).join(', '),
    codedLength: body.length,
  };
}

export async function conversationOf(store: Store, connection: number): Promise<readonly Spoken[]> {
  const spoken: Spoken[] = [];
  let left = MOST_OF_ALL;
  for (const { id, exchange } of store.of(connection)) {
    for (const side of ['request', 'response'] as const) {
      const message = exchange[side];
      if (message === null) continue;
      const wire = await message.wire();
      const shown = wire.subarray(0, Math.min(MOST_OF_ONE, left));
      left -= shown.length;
      spoken.push({ id, side, startedAt: message.startedAt, bytes: own(shown), omitted: wire.length - shown.length });
    }
  }
  return spoken;
}

/** Bytes in a buffer of their own, which can be handed to the page. */
export function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.slice();
}
