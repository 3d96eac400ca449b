// WARC/1.1 (ISO 28500:2017): for each exchange a request and a response record with the bytes as they came over the wire, which name each
// other; for what could not be read a metadata record that says so.

import { latin1Of } from '../../wasm/latin1.js';
import { endOfHead, fromLatin1, fromUtf8 } from '../bytes.js';
import type { CapturedRequest, CapturedResponse, Exchange } from '../exchange.js';
import { joined } from '../source.js';
import { urlOf } from '../url.js';
import { VERSION } from '../version.js';
import { shownHead, shownURL, type ExportOptions } from './redact.js';
import { isoTime, startOf } from './text.js';

type Fields = Readonly<Record<string, string>>;

/** The exchanges as the bytes of a WARC file, record by record. */
export async function* toWARC(
  exchanges: Iterable<Exchange> | AsyncIterable<Exchange>,
  options: ExportOptions = {},
): AsyncGenerator<Uint8Array> {
  const info = fromUtf8(`software: headlong/${VERSION}\r\nformat: WARC File Format 1.1\r\n`);
  let isFirst = true;
  for await (const exchange of exchanges) {
    if (isFirst)
      yield record('warcinfo', newId(), { 'WARC-Date': isoTime(startOf(exchange)), 'Content-Type': 'application/warc-fields' }, info);
    isFirst = false;
    yield* recordsOf(exchange, options);
  }
}

async function* recordsOf(exchange: Exchange, options: ExportOptions): AsyncGenerator<Uint8Array> {
  const { request, response, connection, problem } = exchange;
  const { address } = connection.server;
  const common: Fields = {
    // What is no URI would be taken for further fields.
    'WARC-Target-URI': shownURL(urlOf(exchange), options).replace(/[^\x21-\x7e]/g, encodeURIComponent),
    ...(address === '' ? {} : { 'WARC-IP-Address': address }),
  };
  const ids = { request: newId(), response: newId() };
  if (request !== null)
    yield await messageRecord('request', request, ids.request, response === null ? null : ids.response, common, options);
  if (response !== null)
    yield await messageRecord('response', response, ids.response, request === null ? null : ids.request, common, options);
  if (problem !== null) {
    const fields = { ...common, 'WARC-Date': isoTime(startOf(exchange)), 'Content-Type': 'application/warc-fields' };
    yield record('metadata', newId(), fields, fromUtf8(`problem: ${problem.replace(/\s+/g, ' ')}\r\n`));
  }
}

async function messageRecord(
  type: 'request' | 'response',
  message: CapturedRequest | CapturedResponse,
  id: string,
  other: string | null,
  common: Fields,
  options: ExportOptions,
): Promise<Uint8Array> {
  const fields = {
    ...common,
    'WARC-Date': isoTime(message.startedAt),
    ...(other === null ? {} : { 'WARC-Concurrent-To': other }),
    ...(message.body.complete ? {} : { 'WARC-Truncated': 'unspecified' }),
    'Content-Type': `application/http;msgtype=${type}`,
  };
  return record(type, id, fields, shownBytes(await message.wire(), options));
}

/** The message with what is secret in its head left out. */
function shownBytes(wire: Uint8Array, options: ExportOptions): Uint8Array {
  if (options.redact === false) return wire;
  const found = endOfHead(wire, 0, wire.length);
  // A damaged head may have no end.
  const end = found < 0 ? wire.length : found;
  const head = fromLatin1(shownHead(latin1Of(wire.subarray(0, end)), options));
  return joined([head, wire.subarray(end)], head.length + wire.length - end);
}

function record(type: string, id: string, fields: Fields, block: Uint8Array): Uint8Array {
  const all = { 'WARC-Type': type, 'WARC-Record-ID': id, ...fields, 'Content-Length': String(block.length) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = fromUtf8(`WARC/1.1\r\n${lines.join('')}\r\n`);
  return joined([head, block, fromLatin1('\r\n\r\n')], head.length + block.length + 4);
}

/** A UUID of version 4 (RFC 9562 5.4); crypto.randomUUID() is not there on every page. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `<urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}>`;
}
