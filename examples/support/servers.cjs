// The other side of the examples: an HTTP server, the same over TLS, and a proxy that understands CONNECT, all on
// loopback and on ports that the system chooses. Made of node:http and node:https, so that the examples talk to an
// implementation that is not ours. Used by the tour and by the test that runs the documentation's examples.
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { certificates, leafFor } = require('./certificates.cjs');

const PAGE = `<!doctype html>\n<title>Welcome</title>\n${'<p>Always look on the bright side of life.</p>\n'.repeat(12)}`;

/** The pages of the documentation's examples; anything else is not found. */
function answer(request, body, response) {
  const { method } = request;
  const path = request.url.replace(/^https?:\/\/[^/]*/, '').replace(/\?.*/, '');
  if ((method === 'GET' || method === 'HEAD') && (path === '/' || path === '/index.html')) {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(PAGE) });
    response.end(method === 'HEAD' ? undefined : PAGE);
  } else if (method === 'POST' && path === '/') {
    const text = `Redirecting to /issue12524 with ${body}`;
    response.writeHead(302, { Location: '/issue12524', 'Content-Length': Buffer.byteLength(text) }).end(text);
  } else if (method === 'PUT' && path === '/file') {
    response.writeHead(200, { 'Content-Length': 0 }).end();
  } else if (path === '/hello') {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 5 }).end('Hello');
  } else if (path === '/status') {
    const text = JSON.stringify({ ready: true, jobs: 3 });
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length }).end(text);
  } else if (path === '/echo') {
    // Chunked both ways: the pieces and trailer fields that came, again.
    response.writeHead(200, { 'Content-Type': 'text/plain', Trailer: 'X-Length, X-Trailer' });
    for (const piece of body.match(/.{1,16}/gs) ?? []) response.write(piece);
    response.addTrailers({ 'X-Length': body.length, 'X-Trailer': request.trailers['x-trailer'] ?? 'none' });
    response.end();
  } else {
    const text = 'Nobody expects this page.\n';
    response.writeHead(404, { 'Content-Length': text.length }).end(text);
  }
}

/** Starts all three. `log` lists every request as its server saw it; `certificateFor` adds names to the TLS server's certificate. */
async function startServers({ certificateFor = [] } = {}) {
  const log = [];
  const numbers = new WeakMap();
  const listener = async (request, response) => {
    if (!numbers.has(request.socket)) numbers.set(request.socket, ++listener.connections);
    let body = '';
    for await (const piece of request.setEncoding('latin1')) body += piece;
    const { method, url, headers } = request;
    log.push({ method, url, headers, body, connection: numbers.get(request.socket), encrypted: request.socket.encrypted === true });
    answer(request, body, response);
  };
  listener.connections = 0;

  const { ca } = await certificates();
  const plain = http.createServer(listener);
  const secure = https.createServer(await leafFor('localhost', '127.0.0.1', '::1', ...certificateFor), listener);

  const tunnels = new Set();
  const proxy = http.createServer(listener);
  proxy.on('connect', (request, near, rest) => {
    log.push({ method: 'CONNECT', url: request.url, headers: request.headers, body: '', connection: 0, encrypted: false });
    // Whatever name is asked for is found on loopback: a port of ours, or else the server with TLS.
    const asked = Number(request.url.split(':').pop());
    const far = net.connect(asked === plain.address().port ? asked : secure.address().port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\nVia: 1.1 tour\r\n\r\n');
      far.write(rest);
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) {
      tunnels.add(socket);
      socket.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()));
    }
  });

  const servers = [plain, secure, proxy];
  for (const server of servers) server.listen(0, '127.0.0.1');
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const close = async () => {
    for (const socket of tunnels) socket.destroy();
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => once(server.close(), 'close')));
  };
  return { httpPort: plain.address().port, httpsPort: secure.address().port, proxyPort: proxy.address().port, ca, log, close };
}

module.exports = { startServers };
