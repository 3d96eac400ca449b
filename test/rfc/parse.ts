// Plays a vector that is read, a response or a request, to a parser of `headlong/parser`: what came of its bytes, in the words of
// the vectors. What a client does over sockets is in response.ts.

import type { Tokeniser } from '../../src/wasm/tokeniser.js';
import { latin1, play, type Play, type Played, type Script } from '../parser/play.js';
import { rawBytes, type Outcome, type Vector } from './vectors.js';

export function scriptOf(vector: Vector): Script {
  const bytes = rawBytes(vector);
  if (vector.kind === 'request') return { kind: 'request', bytes, closes: false };
  const requests = Array.from({ length: vector.pipelined_requests ?? 1 }, () => ({ method: vector.method as string }));
  return { kind: 'response', bytes, requests, closes: vector.eof_after_raw === true };
}

export function parse(vector: Vector, tokeniser: Tokeniser): Outcome {
  const script = scriptOf(vector);
  return outcomeOf(vector, play(script, tokeniser), script.bytes);
}

function outcomeOf(vector: Vector, { messages, used, error }: Play, bytes: Uint8Array): Outcome {
  const [first, second] = messages.filter((message) => !message.interim);
  if (first?.complete !== true) return { verdict: 'error', error: error ?? new Error('not complete'), partial: first?.body ?? '' };
  const { headers, body, target, upgrade } = first;
  const combined = Object.fromEntries(Object.keys(vector.combined ?? {}).map((name) => [name, valuesOf(first, name).join(', ')]));
  const facts = {
    ...first,
    combined,
    headers,
    body,
    body_length: body.length,
    trailers: first.trailers ?? [],
    interim: messages.filter((message) => message.interim).map((message) => message.status),
    // What follows and is no response ends the connection; the message before it is as it was.
    keepAlive: first.keepAlive && error === null,
    tunnel: upgrade,
    leftover: latin1(bytes.subarray(used)),
    second: { status: second?.status, body: second?.body },
    target,
    version: first.version === 10 ? '1.0' : '1.1',
  };
  return { verdict: 'ok', facts };
}

function valuesOf({ headers }: Played, wanted: string): string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value);
}
