// A server that keeps every byte that it is sent, on TCP or on a path, and answers each head with 200: what an attacker would see.

import { once } from 'node:events';
import net from 'node:net';
import { afterwards, sized } from '../client/harness.js';

export interface Recorder {
  readonly host: string;
  readonly port: number;
  /** Everything that came, over all connections, latin-1. */
  readonly bytes: string;
  /** Connections so far. */
  readonly connections: number;
}

/** Starts one; it ends with the test. */
export async function record(path?: string): Promise<Recorder> {
  const parts: Buffer[] = [];
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    let unanswered = '';
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      unanswered += part.toString('latin1');
      for (let end = unanswered.indexOf('\r\n\r\n'); end >= 0; end = unanswered.indexOf('\r\n\r\n')) {
        unanswered = unanswered.slice(end + 4);
        socket.write(sized('recorded'));
      }
    });
  });
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  afterwards(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    host: '127.0.0.1',
    port: path === undefined ? (server.address() as net.AddressInfo).port : 0,
    get bytes() {
      return Buffer.concat(parts).toString('latin1');
    },
    get connections() {
      return sockets.length;
    },
  };
}
