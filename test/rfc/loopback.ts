// The least server that the vectors need: it calls back for every request head that has arrived, and keeps what each
// connection sent. What it answers is the caller's business, byte for byte.

import { once } from 'node:events';
import net from 'node:net';

export interface Loopback extends AsyncDisposable {
  readonly port: number;
  /** What each connection sent. */
  readonly received: readonly string[];
}

export async function startLoopback(onHead: (socket: net.Socket) => void): Promise<Loopback> {
  const sockets: net.Socket[] = [];
  const received: string[] = [];
  const server = net.createServer((socket) => {
    const number = sockets.push(socket) - 1;
    received[number] = '';
    let heads = 0;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      received[number] += bytes.toString('latin1');
      for (const arrived = (received[number] as string).split('\r\n\r\n').length - 1; heads < arrived; heads++) onHead(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    received,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
