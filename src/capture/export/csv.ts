// A table for spreadsheets (RFC 4180): a line for each exchange.

import type { Endpoint, Exchange } from '../exchange.js';
import { urlOf } from '../url.js';
import { shownURL, type ExportOptions } from './redact.js';
import { flagsOf, isoTime, problemsOf, startOf } from './text.js';

const COLUMNS: readonly (readonly [string, (exchange: Exchange, options: ExportOptions) => string | number | null])[] = [
  ['started', (exchange) => (isMessage(exchange) ? isoTime(startOf(exchange)) : null)],
  ['connection', ({ connection }) => connection.id],
  ['client', ({ connection }) => endpoint(connection.client)],
  ['server', ({ connection }) => endpoint(connection.server)],
  ['method', ({ request }) => request?.method ?? null],
  ['url', (exchange, options) => (isMessage(exchange) ? shownURL(urlOf(exchange), options) : null)],
  ['status', ({ response }) => response?.status ?? null],
  ['reason', ({ response }) => response?.reason ?? null],
  ['version', ({ request, response }) => (response ?? request)?.version ?? null],
  ['type', ({ response }) => response?.headers.get('content-type') ?? null],
  ['request body', ({ request }) => request?.body.length ?? null],
  ['response body', ({ response }) => response?.body.length ?? null],
  ['connect ms', ({ timings }) => timings.connect ?? null],
  ['send ms', ({ timings }) => timings.send],
  ['wait ms', ({ timings }) => timings.wait],
  ['receive ms', ({ timings }) => timings.receive],
  ['flags', (exchange) => flagsOf(exchange).join(' ')],
  ['problem', (exchange) => problemsOf(exchange).join('; ')],
];

export async function* toCSV(exchanges: Iterable<Exchange> | AsyncIterable<Exchange>, options: ExportOptions = {}): AsyncGenerator<string> {
  yield lineOf(COLUMNS.map(([name]) => name));
  for await (const exchange of exchanges) yield lineOf(COLUMNS.map(([, valueOf]) => valueOf(exchange, options)));
}

function isMessage({ request, response }: Exchange): boolean {
  return request !== null || response !== null;
}

function endpoint({ address, port }: Endpoint): string | null {
  if (address === '') return null;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function lineOf(values: readonly (string | number | null)[]): string {
  return `${values.map((value) => (typeof value === 'string' ? cell(value) : String(value ?? ''))).join(',')}\r\n`;
}

/** A cell of text, which no spreadsheet takes for a formula: what comes over the wire is anybody's (CWE-1236). */
function cell(text: string): string {
  const safe = /^[\s]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\r\n;\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
