// One JSON object for each exchange, on a line of its own, always with the same names: what other programs read line by line.

import { toBase64 } from '../bytes.js';
import type { BodyRef, CapturedRequest, CapturedResponse, Exchange } from '../exchange.js';
import { urlOf } from '../url.js';
import { shownFields, shownURL, type ExportOptions } from './redact.js';
import { decodedBody } from './text.js';

/** What is written of a body besides its length: nothing, the digest or the bytes themselves, content codings taken off. */
export type Bodies = 'none' | 'sha256' | 'base64';

export interface NDJSONOptions extends ExportOptions {
  readonly bodies?: Bodies | undefined;
  /** What the exchanges were read from; written on each line if it is given. */
  readonly source?: string | undefined;
  /** Called with every body that is not empty; what it returns is written as the name of its file. */
  readonly save?: ((bytes: Uint8Array, exchange: Exchange, side: 'request' | 'response') => Promise<string>) | undefined;
}

export async function* toNDJSON(
  exchanges: Iterable<Exchange> | AsyncIterable<Exchange>,
  options: NDJSONOptions = {},
): AsyncGenerator<string> {
  for await (const exchange of exchanges) yield `${JSON.stringify(await lineOf(exchange, options))}\n`;
}

async function lineOf(exchange: Exchange, options: NDJSONOptions) {
  const { request, response, connection, timings, problem } = exchange;
  const isMessage = request !== null || response !== null;
  return {
    ...(options.source === undefined ? {} : { source: options.source }),
    url: isMessage ? shownURL(urlOf(exchange), options) : null,
    request:
      request === null
        ? null
        : {
            method: request.method,
            target: shownURL(request.target, options),
            ...(await messageOf(request, exchange, 'request', options)),
          },
    response:
      response === null
        ? null
        : {
            status: response.status,
            reason: response.reason,
            ...(await messageOf(response, exchange, 'response', options)),
            interim: response.interim.map(({ status, reason, headers, startedAt }) => ({
              status,
              reason,
              headers: shownFields(headers, options),
              startedAt,
            })),
          },
    connection,
    timings,
    problem,
  };
}

async function messageOf(
  message: CapturedRequest | CapturedResponse,
  exchange: Exchange,
  side: 'request' | 'response',
  options: NDJSONOptions,
) {
  const { version, headers, trailers, startedAt, endedAt, flags, problem } = message;
  return {
    version,
    headers: shownFields(headers, options),
    body: await bodyOf(message.body, exchange, side, options),
    trailers: trailers === null ? null : shownFields(trailers, options),
    startedAt,
    endedAt,
    flags,
    problem,
  };
}

async function bodyOf(body: BodyRef, exchange: Exchange, side: 'request' | 'response', { bodies = 'none', save }: NDJSONOptions) {
  const { length, complete } = body;
  if (bodies === 'none' && save === undefined) return { length, complete, problem: body.problem };
  const { bytes, problem } = await decodedBody(body);
  return {
    length,
    complete,
    problem,
    decodedLength: bytes.length,
    ...(bodies === 'sha256' ? { sha256: await sha256(bytes) } : {}),
    ...(bodies === 'base64' ? { base64: toBase64(bytes) } : {}),
    ...(save !== undefined && bytes.length > 0 ? { file: await save(bytes, exchange, side) } : {}),
  };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
