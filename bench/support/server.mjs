// The server of the client bench, in its own process: the same bytes for every request, whatever it asks. It looks for the
// end of each head and for nothing else. Spawned with a channel; it sends its port to the parent and ends with it.

import { createServer } from 'node:net';
import { JSON_ANSWER } from '../inputs/heads.mjs';

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.on('data', (data) => {
    const heads = (rest + data.latin1Slice()).split('\r\n\r\n');
    rest = heads.pop();
    for (let n = 0; n < heads.length; n++) socket.write(JSON_ANSWER);
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
