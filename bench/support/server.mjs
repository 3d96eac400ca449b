// The server of the client bench, in its own process: fixed bytes for each path of inputs/answers.mjs, over TCP and over TLS. It looks
// for the end of each head, for the path, and for nothing else. Spawned with a channel; it sends { port, tlsPort, ca } to the
// parent and ends with it.

import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ANSWERS, DOWNLOAD_HEAD, DOWNLOAD_PATH, DOWNLOAD_SIZE, PIECE, UPLOAD_PATH, UPLOAD_SIZE } from '../inputs/answers.mjs';

const { certificates } = createRequire(import.meta.url)('../../examples/support/certificates.cjs');

function download(socket) {
  let left = DOWNLOAD_SIZE;
  socket.write(DOWNLOAD_HEAD);
  const more = () => {
    while (left > 0) {
      left -= PIECE.length;
      if (!socket.write(PIECE)) return socket.once('drain', more);
    }
    return undefined;
  };
  more();
}

function onConnection(socket) {
  let rest = '';
  let uploading = 0;
  socket.on('data', (data) => {
    if (uploading > 0) {
      uploading -= data.length;
      if (uploading === 0) socket.write(ANSWERS[UPLOAD_PATH].bytes);
      return;
    }
    const heads = (rest + data.latin1Slice()).split('\r\n\r\n');
    rest = heads.pop();
    for (const head of heads) {
      const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP'));
      if (path === DOWNLOAD_PATH) {
        download(socket);
      } else if (path === UPLOAD_PATH) {
        uploading = UPLOAD_SIZE - rest.length;
        rest = '';
      } else {
        socket.write(ANSWERS[path].bytes);
      }
    }
  });
  socket.on('error', () => socket.destroy());
}

const { ca, good } = await certificates();
const plain = createServer({ noDelay: true }, onConnection);
const secure = createTlsServer({ noDelay: true, ...good }, onConnection);
for (const server of [plain, secure]) await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
process.send({ port: plain.address().port, tlsPort: secure.address().port, ca });
process.on('disconnect', () => process.exit());
