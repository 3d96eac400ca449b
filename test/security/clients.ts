// The ways to ask a server, behind one face, so that a row is tried through all of them.

import { HTTPSConnection, HTTPConnection, PoolManager, type HTTPResponse, type PoolRequestOptions } from '../../src/index.js';
import { certificates } from '../support/certificates.js';
import { afterwards, loopback, serve, type Peer, type Play, type Served } from '../client/harness.js';

export interface Asker {
  readonly name: string;
  readonly at: Served;
  /** Sends, and waits for the head. */
  ask(method: string, path: string, options?: PoolRequestOptions): Promise<HTTPResponse>;
}

export type AskerKind = 'connection' | 'TLS connection' | 'tunnel' | 'pool' | 'pool through a proxy';
export const KINDS: readonly AskerKind[] = ['connection', 'TLS connection', 'tunnel', 'pool', 'pool through a proxy'];

/** A server that plays `play`, and a client of this kind that asks it. A tunnel ends where it begins: the proxy is the server, too. */
export async function askerOf(kind: AskerKind, play: Play): Promise<Asker> {
  const { ca, good } = await certificates();
  const tunnelled = async (peer: Peer): Promise<void> => {
    await peer.head();
    await peer.write('HTTP/1.1 200 Connection established\r\n\r\n');
    await play(peer);
  };
  const at = await serve(kind === 'tunnel' ? tunnelled : play, kind === 'TLS connection' ? good : undefined);
  if (kind.startsWith('pool')) {
    const pool = new PoolManager({ connections: 1, ...(kind === 'pool' ? null : { proxy: `http://${at.host}:${at.port}` }) });
    afterwards(() => pool.destroy());
    const start = kind === 'pool' ? `http://${at.host}:${at.port}` : 'http://far.test';
    return { name: kind, at, ask: (method, path, options) => pool.request(method, start + path, options) };
  }
  const connection =
    kind === 'TLS connection' ? new HTTPSConnection('localhost', at.port, { ca, lookup: loopback }) : new HTTPConnection(at.host, at.port);
  afterwards(() => connection.close());
  if (kind === 'tunnel') connection.set_tunnel('far.test', 80);
  return {
    name: kind,
    at,
    async ask(method, path, { body, headers, ...rest } = {}) {
      await connection.request(method, path, body ?? null, headers ?? null, rest);
      return connection.getresponse();
    },
  };
}

/** Method and path of a head, whatever form its target has. */
export function asked(head: string): { method: string; path: string } {
  const [, method = '', path = ''] = /^(\S+) (?:https?:\/\/[^/]+)?(\S+) /.exec(head) ?? [];
  return { method, path };
}
