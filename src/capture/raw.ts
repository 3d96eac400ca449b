// The bytes of one side of a connection, as a file: requests one after the other, or responses. What there is no capture of, no times and no
// addresses, is left empty.

import { Conversation } from './conversation.js';
import type { Exchange } from './exchange.js';
import type { Source } from './source.js';
import { kindOf, REQUEST, RESPONSE } from './startline.js';
import { NOWHERE, unreadable } from './unreadable.js';

export function looksLikeRaw(head: Uint8Array): boolean {
  const kind = kindOf(head, 0, head.length);
  return kind === REQUEST || kind === RESPONSE;
}

export async function* readRaw(source: Source): AsyncGenerator<Exchange> {
  const found: Exchange[] = [];
  let count = 0;
  const conversation = new Conversation(
    {
      source,
      emit: (exchange) => found.push({ ...exchange, connection: { ...exchange.connection, link: 'raw' } }),
      nextId: () => 0,
    },
    { ends: [NOWHERE, NOWHERE], linkType: 0, client: -1, begun: [true, true], seen: [true, false], askedAt: 0, openedAt: 0 },
  );
  let at = 0;
  for await (const piece of source.pieces()) {
    conversation.data(0, piece, 0, piece.length, at, 0, 0);
    at += piece.length;
    count += found.length;
    yield* found.splice(0);
  }
  conversation.end(0);
  conversation.close();
  count += found.length;
  yield* found;
  if (count === 0) yield unreadable('nothing in the file looks like HTTP', 0, 'raw');
}
