// llhttp, by Node's binding of it, told what a client tells it: that a response has no body, or that a tunnel follows.

import { rawBytes, type Outcome, type Vector } from '../../rfc/vectors.js';
import { pairs, type Peer } from './peer.js';

interface Parser {
  initialize(type: number, resource: object): void;
  /** Bytes used, or what is wrong. */
  execute(bytes: Buffer): number | Error;
  finish(): Error | undefined;
  close(): void;
  [callback: number]: unknown;
}

interface Binding {
  readonly HTTPParser: { new (): Parser; readonly [name: string]: number };
  readonly allMethods: readonly string[];
}

// The binding has no other door.
process.noDeprecation = true;
const { HTTPParser, allMethods } = (process as unknown as { binding(name: string): Binding }).binding('http_parser');

interface Message {
  readonly [fact: string]: unknown;
  headers: [string, string][];
  body: string;
  trailers: [string, string][];
  complete: boolean;
}

/** What the callbacks return: a body as framed, none, or none and no HTTP behind it. */
const BODY = 0;
const NO_BODY = 1;
const TUNNEL = 2;

function parse(vector: Vector): Outcome {
  const response = vector.kind === 'response';
  const messages: Message[] = [];
  const interim: number[] = [];
  const early: string[] = [];
  let current: Message | undefined;
  const parser = new HTTPParser();
  const on = (name: string, callback: (...args: never[]) => unknown): void => {
    parser[HTTPParser[name] as number] = callback;
  };
  parser.initialize(HTTPParser[response ? 'RESPONSE' : 'REQUEST'] as number, {});
  // Those of a long head, and of a trailer section.
  on('kOnHeaders', (headers: string[]) => {
    if (current === undefined) early.push(...headers);
    else current.trailers.push(...pairs(headers));
  });
  on(
    'kOnHeadersComplete',
    (
      _major: 1,
      minor: number,
      rest: string[] | undefined,
      method: number,
      url: string,
      status: number,
      reason: string,
      upgrade: boolean,
      keepAlive: boolean,
    ) => {
      current = undefined;
      const headers = pairs([...early.splice(0), ...(rest ?? [])]);
      if (response && status < 200 && status !== 101) {
        interim.push(status);
        return NO_BODY;
      }
      const tunnel = response && vector.method === 'CONNECT' && status < 300;
      const start = response ? { status, reason } : { method: allMethods[method], target: url };
      current = { ...start, version: `1.${minor}`, headers, keepAlive, tunnel, upgrade, body: '', trailers: [], complete: false };
      messages.push(current);
      if (tunnel) return TUNNEL;
      return response && vector.method === 'HEAD' ? NO_BODY : BODY;
    },
  );
  on('kOnBody', (bytes: Buffer) => {
    if (current !== undefined) current.body += bytes.toString('latin1');
  });
  on('kOnMessageComplete', () => {
    if (current !== undefined) current.complete = true;
  });
  const bytes = rawBytes(vector);
  const used = parser.execute(bytes);
  let error = typeof used === 'number' ? undefined : used;
  if (error === undefined && vector.eof_after_raw === true) error = parser.finish();
  parser.close();
  const [first, second] = messages;
  if (first?.complete !== true) return { verdict: 'error', error: error ?? new Error('not complete'), partial: null };
  const facts = {
    ...first,
    // A tunnel is not for HTTP to keep, and what follows and is no message ends the connection.
    keepAlive: first['keepAlive'] === true && first['tunnel'] !== true && error === undefined,
    body_length: first.body.length,
    interim,
    leftover: typeof used === 'number' ? bytes.toString('latin1', used) : undefined,
    second: { status: second?.['status'], body: second?.body },
  };
  return { verdict: 'ok', facts };
}

export const llhttp: Peer = {
  name: 'llhttp',
  version: process.versions['llhttp'] as string,
  respond: async (vector) => parse(vector),
  read: async (vector) => parse(vector),
};
