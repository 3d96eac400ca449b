// The server of the scenarios of load, in a process of its own: what a path asks for, on keep-alive connections. Spawned with a channel;
// it sends its port to the parent and ends with it.

import { createServer } from 'node:net';

const SMALL = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const PIECE = Buffer.alloc(65_536, 'x');
const SLOW_MS = 500;

/** `length` bytes as fast as they are taken. */
function stream(socket, length) {
  let left = length;
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
  const more = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!socket.write(piece)) return socket.once('drain', more);
    }
    return undefined;
  };
  more();
}

const open = new Set();

const answers = {
  small: (socket) => socket.write(SMALL),
  slow: (socket) => setTimeout(() => socket.write(SMALL), SLOW_MS),
  stream,
  chunks: (socket, count) => socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(count)}0\r\n\r\n`),
  announced: (socket, length) => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nhello`),
  /** How many connections are open, the one that asks included. */
  open: (socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(open.size).length}\r\n\r\n${open.size}`),
};

const server = createServer({ noDelay: true }, (socket) => {
  open.add(socket);
  let rest = '';
  socket.on('data', (data) => {
    const heads = (rest + data.latin1Slice()).split('\r\n\r\n');
    rest = heads.pop();
    for (const head of heads) {
      const [, name, number] = /^GET \/(\w+)(?:\/(\d+))? /.exec(head);
      answers[name](socket, Number(number));
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open.delete(socket));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
