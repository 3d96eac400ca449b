// A table of exchanges for a person at a terminal: a line for each, as wide as the terminal.

import { urlOf, type Exchange } from '../capture.node.js';
import { oneLine } from './io.js';

const HEADER = lineOf('TIME', 'METHOD', 'STATUS', 'TYPE', 'SIZE', 'MS', 'URL');

/** The lines of the table; `width` cuts them, if it is known. */
export async function* toTable(exchanges: AsyncIterable<Exchange>, width: number | undefined): AsyncGenerator<string> {
  const cut = (line: string): string => `${line.length > (width ?? Infinity) ? `${line.slice(0, (width as number) - 1)}\u2026` : line}\n`;
  let isFirst = true;
  for await (const exchange of exchanges) {
    if (isFirst) yield cut(HEADER);
    isFirst = false;
    yield cut(describe(exchange));
  }
}

function describe(exchange: Exchange): string {
  const { request, response, timings, problem } = exchange;
  if (request === null && response === null) return oneLine(`! ${problem ?? 'nothing'}`);
  const { connect = 0, send, wait, receive } = timings;
  const started = request?.startedAt ?? response?.startedAt ?? 0;
  const marks = [...new Set([...(request?.flags ?? []), ...(response?.flags ?? [])])].join(', ');
  const problems = [problem, request?.problem, response?.problem].filter(Boolean).join('; ');
  return [
    lineOf(
      started > 0 ? (new Date(started).toISOString().split(/[TZ]/)[1] as string) : '-',
      request?.method ?? '-',
      String(response?.status ?? '-'),
      response?.headers.has('content-type') ? response.headers.get_content_type() : '-',
      response === null ? '-' : String(response.body.length),
      String(Math.round(connect + send + wait + receive)),
      urlOf(exchange),
    ),
    ...(marks === '' ? [] : [`[${marks}]`]),
    ...(problems === '' ? [] : [`! ${problems}`]),
  ]
    .map((part) => oneLine(part))
    .join('  ');
}

function lineOf(time: string, method: string, status: string, type: string, size: string, duration: string, url: string): string {
  const columns = [
    time.padEnd(12),
    method.padEnd(7),
    status.padEnd(6),
    type.slice(0, 24).padEnd(24),
    size.padStart(10),
    duration.padStart(7),
    url,
  ];
  return columns.join('  ');
}
