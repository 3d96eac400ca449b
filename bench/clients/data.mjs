// A socket that is read by 'data' events, with a promise for each answer and nothing that knows HTTP.

import { connect } from 'node:net';
import { ANSWERS, JSON_PATH } from '../inputs/answers.mjs';
import { expectLength, HOST, inTurn, requestFor } from './check.mjs';

function json({ port }) {
  const { length } = ANSWERS[JSON_PATH].bytes;
  const request = requestFor(JSON_PATH, port);
  const socket = connect({ host: HOST, port, noDelay: true });
  let got = 0;
  let resolve = null;
  socket.on('data', (data) => {
    got += data.length;
    if (got < length) return;
    expectLength(got, length);
    resolve();
  });
  const one = () =>
    new Promise((done) => {
      got = 0;
      resolve = done;
      socket.write(request, 'latin1');
    });
  return { run: inTurn(one), close: () => socket.destroy() };
}

export default { json };
