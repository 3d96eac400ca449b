// Servers for tests: bytes in, bytes out, on loopback and an ephemeral port. They know as little of HTTP as they can
// (where a request ends), so that a test decides every byte of an answer and sees every byte that was sent.
// `close()` (or `await using`) leaves no handle behind, whatever state the connections are in.

import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';

const RESET_AFTER_MS = 20;

export type Bytes = string | Uint8Array;

/** The bytes of one answer; an array is written segment by segment. Strings are latin-1. */
export type Answer = Bytes | readonly Bytes[];

/** What a server does with one connection. */
export interface Script {
  /** One answer for each whole request that has arrived, in order. */
  readonly answers?: readonly Answer[];
  /**
   * Afterwards: close (the default), reset, truncate (end the TCP connection below TLS, without close_notify), block (read nothing more,
   * answer nothing), or wait for the client to close.
   */
  readonly then?: 'close' | 'reset' | 'truncate' | 'block' | 'wait';
  /** `connect`: the first answer does not wait for a request. `head`: answers wait for request heads only, not for their bodies. */
  readonly at?: 'request' | 'connect' | 'head';
  /** Writes pieces of at most this many bytes. */
  readonly split?: number;
  /** Milliseconds between two segments or pieces; without it, one turn of the event loop. */
  readonly delay?: number;
  /** Instead of all that: this function has the connection, and nothing of what it receives is kept. */
  readonly play?: (socket: net.Socket) => unknown;
}

/** One request as it was received, cut at its own end. */
export interface Received {
  /** The request line, without its line end. */
  readonly line: string;
  /** Start line and field lines, each with its line end, and the empty line; latin-1. */
  readonly head: string;
  /** The body bytes as sent: a chunked body is not decoded. */
  readonly body: Buffer;
}

export interface ServerOptions {
  /** `tls.createServer` options: the server speaks TLS. */
  readonly tls?: tls.TlsOptions;
  /** `127.0.0.1` unless given. */
  readonly host?: string;
}

export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What each connection has sent so far, first connection first. */
  readonly received: Buffer[];
  /** The whole requests among it, over all connections, in the order of their arrival. */
  readonly requests: Received[];
  /** The open and the closed connections. */
  readonly sockets: net.Socket[];
  /** The same below TLS, those included whose handshake failed. */
  readonly connections: net.Socket[];
  url(path?: string): string;
  close(): Promise<void>;
}

/** Starts a server that plays `script` on every connection, or what `script` returns for the connection's number (from 0). */
export async function startServer(
  script: Script | Answer | ((connection: number) => Script | Answer),
  options: ServerOptions = {},
): Promise<TestServer> {
  const received: Buffer[] = [];
  const requests: Received[] = [];
  return listen(options, received, requests, (socket, connection) => {
    const given = typeof script === 'function' ? script(connection) : script;
    const played =
      typeof given === 'string' || given instanceof Uint8Array || Array.isArray(given) ? { answers: [given as Answer] } : (given as Script);
    received[connection] = Buffer.alloc(0);
    const playing =
      played.play === undefined
        ? play(socket, played, {
            onData: (bytes) => (received[connection] = Buffer.concat([received[connection] as Buffer, bytes])),
            onRequest: (request) => requests.push(request),
          })
        : Promise.resolve(played.play(socket));
    playing.catch((error: NodeJS.ErrnoException) => {
      // The client went away in the middle of an answer: many tests are about that.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET' && error.code !== 'ERR_STREAM_DESTROYED' && error.name !== 'AbortError')
        throw error;
    });
  });
}

/** An answer with `Content-Length` and this body. */
export function answer(body: string, head = 'HTTP/1.1 200 OK'): string {
  return `${head}\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;
}

export interface ProxyOptions extends ServerOptions {
  /** The reply to CONNECT. A status of 200 to 299 opens the tunnel; anything else closes the connection. */
  readonly reply?: string;
  /** Where every tunnel leads, whatever host and port was asked for. Without it: to the port asked for, on loopback. */
  readonly target?: number;
  /** The loopback address that tunnels lead to: 127.0.0.1 unless given. */
  readonly targetHost?: '127.0.0.1' | '::1';
}

/** A proxy that understands CONNECT and nothing else; `requests` has the CONNECT requests. */
export async function startProxy({
  reply = 'HTTP/1.1 200 Connection established\r\n\r\n',
  target,
  targetHost = '127.0.0.1',
  ...options
}: ProxyOptions = {}): Promise<TestServer> {
  const received: Buffer[] = [];
  const requests: Received[] = [];
  return listen(options, received, requests, (socket, connection) => {
    received[connection] = Buffer.alloc(0);
    socket.on('data', function head(bytes: Buffer): void {
      const all = Buffer.concat([received[connection] as Buffer, bytes]);
      received[connection] = all;
      const request = cutRequest(all, true);
      if (request === null) return;
      socket.pause().off('data', head);
      requests.push(request);
      if (!/^HTTP\/1\.\d 2/.test(reply)) {
        socket.end(reply, 'latin1');
        return;
      }
      const far = net.connect(target ?? Number(/:(\d+) /.exec(request.line)?.[1]), targetHost, () => {
        socket.write(reply, 'latin1');
        far.write(all.subarray(request.head.length));
        socket.pipe(far).pipe(socket);
      });
      const destroyBoth = (): void => void (socket.destroy(), far.destroy());
      for (const end of [far, socket]) end.on('error', destroyBoth).on('close', destroyBoth);
    });
  });
}

async function listen(
  options: ServerOptions,
  received: Buffer[],
  requests: Received[],
  onConnection: (socket: net.Socket, connection: number) => void,
): Promise<TestServer> {
  const sockets: net.Socket[] = [];
  const connections: net.Socket[] = [];
  const accept = (socket: net.Socket): void => {
    socket.on('error', () => {});
    socket.setNoDelay(true);
    onConnection(socket, sockets.push(socket) - 1);
  };
  const server = options.tls === undefined ? net.createServer(accept) : tls.createServer(options.tls, accept);
  // A client that refuses our certificate is what some tests want. Sockets whose handshake never ends would keep the server open.
  server.on('tlsClientError', () => {});
  server.on('connection', (socket: net.Socket) => connections.push(socket.on('error', () => {})));
  const host = options.host ?? '127.0.0.1';
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const close = async (): Promise<void> => {
    for (const socket of [...sockets, ...connections]) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    host,
    port,
    received,
    requests,
    sockets,
    connections,
    url: (path = '/') => `${options.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Watcher {
  onData(bytes: Buffer): void;
  onRequest(request: Received): void;
}

async function play(socket: net.Socket, script: Script, watcher: Watcher): Promise<void> {
  const { answers = [], at = 'request', then = 'close' } = script;
  let unread: Buffer = Buffer.alloc(0);
  let ready = 0;
  const waiting: (() => void)[] = [];
  socket.on('data', (bytes: Buffer) => {
    watcher.onData(bytes);
    unread = Buffer.concat([unread, bytes]);
    for (;;) {
      const request = cutRequest(unread, at === 'head');
      if (request === null) return;
      unread = unread.subarray(request.head.length + request.body.length);
      watcher.onRequest(request);
      const resume = waiting.shift();
      if (resume === undefined) ready++;
      else resume();
    }
  });
  const nextRequest = async (): Promise<void> => {
    if (ready > 0) ready--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };

  for (const [n, one] of answers.entries()) {
    if (n > 0 || at !== 'connect') await nextRequest();
    await write(socket, pieces(one, script.split), script.delay);
  }
  if (answers.length === 0 && at !== 'connect') await nextRequest();
  if (then === 'close') socket.end();
  else if (then === 'reset') await reset(socket);
  else if (then === 'truncate') below(socket).destroySoon();
  else if (then === 'block') socket.pause();
}

/** Under TLS the reset is that of the TCP connection below. */
async function reset(socket: net.Socket): Promise<void> {
  // A reset overtakes what the client has not read yet; some systems make an ordinary end of one that follows a write at once. A client in
  // this process has read by the time that a turn of the event loop is over: if it has not, libuv tells it of an end instead of a reset.
  await sleep(RESET_AFTER_MS);
  await new Promise(setImmediate);
  below(socket).resetAndDestroy();
  socket.destroy();
}

/** The TCP connection that carries `socket`. */
function below(socket: net.Socket): net.Socket {
  return (socket as { _parent?: net.Socket | null })._parent ?? socket;
}

function pieces(one: Answer, split = Infinity): Buffer[] {
  const segments = (Array.isArray(one) ? one : [one]) as readonly Bytes[];
  return segments.flatMap((segment) => {
    const bytes = typeof segment === 'string' ? Buffer.from(segment, 'latin1') : Buffer.from(segment);
    if (bytes.length <= split) return [bytes];
    return Array.from({ length: Math.ceil(bytes.length / split) }, (_, n) => bytes.subarray(n * split, (n + 1) * split));
  });
}

async function write(socket: net.Socket, all: readonly Buffer[], delay?: number): Promise<void> {
  for (const [n, piece] of all.entries()) {
    if (n > 0) await (delay === undefined ? new Promise(setImmediate) : sleep(delay));
    if (socket.destroyed) return;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
}

/** The first whole request in `bytes`, or null. Knows Content-Length and chunked, and trusts both; `headOnly` takes a body for none. */
function cutRequest(bytes: Buffer, headOnly: boolean): Received | null {
  const headEnd = bytes.indexOf('\r\n\r\n') + 4;
  if (headEnd === 3) return null;
  const head = bytes.toString('latin1', 0, headEnd);
  let end = headEnd;
  if (!headOnly) {
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    if (/^transfer-encoding:.*chunked/im.test(head)) end = chunkedEnd(bytes, headEnd);
    else if (length !== undefined) end += Number(length);
    if (end > bytes.length) return null;
  }
  return { line: head.slice(0, head.indexOf('\r\n')), head, body: Buffer.from(bytes.subarray(headEnd, end)) };
}

function chunkedEnd(bytes: Buffer, start: number): number {
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return Infinity;
    const size = parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (size === 0) {
      if (bytes.indexOf('\r\n', lineEnd + 2) === lineEnd + 2) return lineEnd + 4;
      const trailerEnd = bytes.indexOf('\r\n\r\n', lineEnd + 2);
      return trailerEnd < 0 ? Infinity : trailerEnd + 4;
    }
    at = lineEnd + 2 + size + 2;
    if (at > bytes.length) return Infinity;
  }
}
