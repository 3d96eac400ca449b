// The floor: what the kernel and Node's sockets take. A socket that reads into a fixed buffer, a promise for each answer, and nothing
// that knows HTTP: it counts bytes. What it counts is checked.

import { once } from 'node:events';
import { connect } from 'node:net';
import { createSecureContext, connect as connectTls } from 'node:tls';
import {
  ANSWERS,
  CHUNKS_PATH,
  DOWNLOAD_HEAD,
  DOWNLOAD_PATH,
  DOWNLOAD_SIZE,
  JSON_PATH,
  PAGE_PATH,
  PIECE,
  UPLOAD_PATH,
  UPLOAD_SIZE,
} from '../inputs/answers.mjs';
import { abreast, expectLength, HOST, inTurn, requestFor } from './check.mjs';

const buffer = new Uint8Array(65536);

/** A socket, and answered(length): the promise that so many more bytes have come. */
function counted(open) {
  let left = 0;
  let resolve = null;
  const callback = (length) => {
    left -= length;
    if (left <= 0 && resolve !== null) {
      const done = resolve;
      resolve = null;
      expectLength(-left, 0);
      done();
    }
    return true;
  };
  const socket = open({ onread: { buffer, callback } });
  const answered = (length) =>
    new Promise((done) => {
      left = length;
      resolve = done;
    });
  return { socket, answered };
}

const plain = ({ port }) => counted((options) => connect({ host: HOST, port, noDelay: true, ...options }));

function tlsOpener({ tlsPort, ca }) {
  const options = {
    host: HOST,
    port: tlsPort,
    servername: 'localhost',
    secureContext: createSecureContext({ ca }),
    ALPNProtocols: ['http/1.1'],
  };
  return (more) => counted((onread) => connectTls({ ...options, ...more, ...onread }));
}

function repeated({ socket, answered }, request, length) {
  return inTurn(() => {
    const answer = answered(length);
    socket.write(request, 'latin1');
    return answer;
  });
}

const oneOf = (path) => (at) => {
  const client = plain(at);
  return { run: repeated(client, requestFor(path, at.port), ANSWERS[path].bytes.length), close: () => client.socket.destroy() };
};

function download(at) {
  const client = plain(at);
  return {
    run: repeated(client, requestFor(DOWNLOAD_PATH, at.port), DOWNLOAD_HEAD.length + DOWNLOAD_SIZE),
    close: () => client.socket.destroy(),
  };
}

function upload(at) {
  const { socket, answered } = plain(at);
  const head = `POST ${UPLOAD_PATH} HTTP/1.1\r\nHost: ${HOST}:${at.port}\r\nContent-Length: ${UPLOAD_SIZE}\r\n\r\n`;
  const run = inTurn(async () => {
    const answer = answered(ANSWERS[UPLOAD_PATH].bytes.length);
    socket.write(head, 'latin1');
    for (let left = UPLOAD_SIZE; left > 0; left -= PIECE.length) if (!socket.write(PIECE)) await once(socket, 'drain');
    await answer;
  });
  return { run, close: () => socket.destroy() };
}

function tls(at) {
  const client = tlsOpener(at)({});
  return {
    run: repeated(client, requestFor(JSON_PATH, at.tlsPort), ANSWERS[JSON_PATH].bytes.length),
    close: () => client.socket.destroy(),
  };
}

const handshakes = (resumes) => (at) => {
  const open = tlsOpener(at);
  const request = requestFor(JSON_PATH, at.tlsPort);
  let session;
  let opened = 0;
  const run = inTurn(async () => {
    const { socket, answered } = open(resumes ? { session } : {});
    socket.on('session', (next) => {
      session = next;
    });
    const answer = answered(ANSWERS[JSON_PATH].bytes.length);
    // What is written sooner is sent before the certificate was looked at.
    await once(socket, 'secureConnect');
    socket.write(request, 'latin1');
    await answer;
    if (resumes && ++opened > 1 && !socket.isSessionReused()) throw new Error('not resumed');
    socket.destroy();
  });
  return { run, close() {} };
};

function pool(at) {
  const request = requestFor(JSON_PATH, at.port);
  const clients = Array.from({ length: 50 }, () => plain(at));
  const run = abreast(clients.length, (n) => {
    const { socket, answered } = clients[n];
    const answer = answered(ANSWERS[JSON_PATH].bytes.length);
    socket.write(request, 'latin1');
    return answer;
  });
  return { run, close: () => clients.forEach(({ socket }) => socket.destroy()) };
}

export default {
  json: oneOf(JSON_PATH),
  'json-fields': oneOf(JSON_PATH),
  page: oneOf(PAGE_PATH),
  chunks: oneOf(CHUNKS_PATH),
  readinto: download,
  pieces: download,
  upload,
  tls,
  'tls-full': handshakes(false),
  'tls-resumed': handshakes(true),
  pool,
};
