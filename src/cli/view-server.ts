// The server of `headlong view`: the page, and the capture that it opens, to nobody but the browser of this machine's user. Its address has
// a random part, so that no other user and no web site can ask for the capture; a request by another host name is refused, so that
// no web site reaches it under a name of its own (DNS rebinding).

import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure, messageOf } from './io.js';

const HOST = '127.0.0.1';

/** As a browser names this machine, also at the other end of a forwarded port. */
const THIS_MACHINE = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

const NOBODY_ELSE = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

export interface Viewer extends AsyncDisposable {
  readonly url: string;
}

/** `page` is the file of the viewer. */
export async function startViewer(page: string, file: string | null, port: number): Promise<Viewer> {
  const markup = await read(page);
  if (file !== null && !(await stat(file).catch(failing(file))).isFile()) throw new Failure(`${file}: give the name of a file`);
  const secret = randomBytes(16).toString('base64url');

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? '';
    if (!THIS_MACHINE.test(host)) return refuse(response, 403);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    if (request.url === `/${secret}/`) {
      const text = file === null ? markup : opening(markup, `http://${host}/${secret}/capture`, basename(file));
      response.writeHead(200, { ...NOBODY_ELSE, 'Content-Type': 'text/html; charset=utf-8' }).end(text);
    } else if (request.url === `/${secret}/capture` && file !== null) await sendFile(file, request, response);
    else refuse(response, 404);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Failure(`port ${port}: ${messageOf(error)}`)));
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/${secret}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The page with the capture to open, and with the one address in its policy that it needs for that, in place of none. */
function opening(markup: string, url: string, name: string): string {
  return markup.replace(
    /(<meta http-equiv="Content-Security-Policy" content="[^"]*connect-src )'none'([^"]*" \/>)/,
    (_, before: string, after: string) =>
      `${before}${url}${after}\n    <meta name="headlong-file" content="${url}" data-name="${escaped(name)}" />`,
  );
}

const escaped = (text: string): string => text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A file or the part of it that Range asks for (RFC 9110 14.2): one range of bytes, which is all that the page asks for. */
async function sendFile(file: string, { method, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  const { size } = await stat(file);
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const start = Number(first ?? 0);
  const end = Math.min(last ? Number(last) : Infinity, size - 1);
  if (first !== undefined && start > end) {
    response.writeHead(416, { ...NOBODY_ELSE, 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  response.writeHead(first === undefined ? 200 : 206, {
    ...NOBODY_ELSE,
    'Accept-Ranges': 'bytes',
    'Content-Length': end - start + 1,
    'Content-Type': 'application/octet-stream',
    ...(first === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  });
  if (method === 'HEAD' || size === 0) response.end();
  else await pipeline(createReadStream(file, { start, end }), response);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, NOBODY_ELSE).end();
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(failing(file));
}

function failing(file: string): (error: unknown) => never {
  return (error) => {
    throw new Failure(`${file}: ${messageOf(error)}`);
  };
}
