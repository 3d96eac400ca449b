// Plays a response vector: its bytes to a client over loopback, and afterwards one more request, which shows whether the
// connection was kept. Pipelined vectors go to the parser below the client, which never pipelines by itself.

import { HTTPConnection, type HTTPResponse } from '../../src/index.js';
import { ResponseParser } from '../../src/parser.js';
import { rawBytes, type Outcome, type Vector } from './vectors.js';
import { startLoopback, type Loopback } from './loopback.js';

/** No vector waits for nothing: this only bounds a defect. */
export const TIMEOUT_MS = 4000;
/** The body of the response to the second request. */
export const NEXT = 'next';

/** A server that answers the first request with the vector's bytes, and whatever comes then with `next`. */
export function serveResponse(vector: Vector): Promise<Loopback> {
  // A response that tells its own end is followed by silence, so that a connection that was not kept was given up by the client.
  const closes = vector.eof_after_raw === true && vector.keepAlive !== true && vector.leftover === undefined;
  let answered = false;
  return startLoopback((socket) => {
    if (answered) return void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${NEXT.length}\r\n\r\n${NEXT}`);
    answered = true;
    socket.write(rawBytes(vector));
    if (closes) socket.end();
  });
}

/** What the first request asks for. */
export function targetOf(method: string): string {
  return method === 'CONNECT' ? 'destination.example:443' : '/';
}

export async function playResponse(vector: Vector): Promise<Outcome> {
  if (vector.pipelined_requests !== undefined) return readPipelined(vector);
  await using server = await serveResponse(vector);
  const interim: number[] = [];
  await using connection = new HTTPConnection('127.0.0.1', server.port, {
    timeout: TIMEOUT_MS,
    onInformational: ({ status }) => interim.push(status),
  });
  const method = vector.method as string;
  let response: HTTPResponse;
  let body: Buffer;
  try {
    await connection.request(method, targetOf(method));
    response = await connection.getresponse();
    body = await response.read();
  } catch (error) {
    return { verdict: 'error', error };
  }
  const facts = {
    status: response.status,
    reason: response.reason,
    headers: response.getheaders(),
    combined: Object.fromEntries(Object.keys(vector.combined ?? {}).map((name) => [name, response.getheader(name)])),
    body: body.toString('latin1'),
    body_length: body.length,
    trailers: response.trailers?.items() ?? [],
    interim,
  };
  const leftover = handedOver(response);
  if (leftover !== null) return { verdict: 'ok', facts: { ...facts, tunnel: true, leftover, keepAlive: false } };
  await connection.request('GET', '/next');
  const next = await connection.getresponse();
  if ((await next.text()) !== NEXT) throw new Error('the second response is not the second response');
  return { verdict: 'ok', facts: { ...facts, tunnel: false, keepAlive: server.received.length === 1 } };
}

/** What came behind a response that gave the socket to another protocol, or null if it did not. */
function handedOver(response: HTTPResponse): string | null {
  try {
    const { socket, head } = response.detach();
    socket.destroy();
    return head.toString('latin1');
  } catch {
    return null;
  }
}

function readPipelined(vector: Vector): Outcome {
  const messages: { status: number; keepAlive: boolean; body: string }[] = [];
  const parser = new ResponseParser({
    onHead: ({ status, keepAlive }) => messages.push({ status, keepAlive, body: '' }),
    onBody: (bytes) => void ((messages.at(-1) as { body: string }).body += Buffer.from(bytes).toString('latin1')),
  });
  try {
    for (let n = 0; n < (vector.pipelined_requests as number); n++) parser.expect(vector.method as string);
    parser.push(rawBytes(vector));
    parser.finish();
  } catch (error) {
    return { verdict: 'error', error };
  }
  const [first, second] = messages;
  return { verdict: 'ok', facts: { ...first, second: { status: second?.status, body: second?.body } } };
}
