// WARC (ISO 28500): records of a head, a block of the length that the head says, and two line ends. Those of HTTP messages become
// exchanges, a request and a response together where WARC-Concurrent-To says so; the others (warcinfo, metadata, resources,
// conversions) hold none. Where a record cannot be read, reading goes on at the next one.

import { HTTPMessage, type Field } from '../core/message.js';
import { fromLatin1 } from './bytes.js';
import type { Exchange } from './exchange.js';
import { PieceReader } from './pieces.js';
import type { Source } from './source.js';
import { StoredRequest, StoredResponse, type StoredFacts } from './stored.js';
import { NOWHERE, unreadable } from './unreadable.js';
import { portOf } from './url.js';

const LONGEST_LINE = 2 ** 16;
const MOST_FIELDS = 1000;
/** Records that wait for the other half of their exchange. */
const MOST_WAITING = 16;
const VERSION = /^WARC\/\d+\.\d+\r?\n$/;

export function looksLikeWARC(head: Uint8Array): boolean {
  return [...'WARC/'].every((character, n) => head[n] === character.charCodeAt(0));
}

/** A record that holds an HTTP message. */
interface Half {
  readonly fields: HTTPMessage;
  readonly message: StoredRequest | StoredResponse;
  readonly cut: string | null;
}

export async function* readWARC(source: Source): AsyncGenerator<Exchange> {
  const reader = new PieceReader(source);
  const waiting: Half[] = [];
  /** Where what cannot be read begins, and why. */
  let lost: { readonly at: number; readonly why: string } | null = null;
  let id = 0;
  try {
    for (;;) {
      const at = reader.position;
      const line = await reader.line(LONGEST_LINE);
      if (line !== null && !VERSION.test(line)) {
        if (!/^\r?\n$/.test(line)) lost ??= { at, why: 'no record begins there' };
        continue;
      }
      if (lost !== null) yield unreadable(`${at - lost.at} bytes at byte ${lost.at} cannot be read: ${lost.why}`, id++, 'WARC');
      lost = null;
      if (line === null) break;
      const record = await readRecord(reader, source);
      if (typeof record === 'string') lost = { at, why: record };
      if (record === null || typeof record === 'string') continue;
      const other = waiting.findIndex((half) => belongTogether(half, record));
      if (other >= 0) yield exchangeOf([...waiting.splice(other, 1), record], id++);
      else if (waiting.push(record) > MOST_WAITING) yield exchangeOf(waiting.splice(0, 1), id++);
    }
    for (const half of waiting) yield exchangeOf([half], id++);
  } finally {
    await reader.close();
  }
}

/** The record behind a line with its version: its HTTP message, null if it holds none, or what is wrong with it. */
async function readRecord(reader: PieceReader, source: Source): Promise<Half | string | null> {
  const fields = await readFields(reader);
  if (fields === null) return 'the head of the record is cut short, or too large';
  const given = fields.get('content-length', '');
  if (!/^\d{1,15}$/.test(given)) return 'the record has no Content-Length';
  const message = messageOf(fields, source);
  let left = Number(given);
  while (left > 0) {
    const placed = await reader.next(left);
    if (placed === null) break;
    left -= placed.bytes.length;
    message?.push(placed.bytes, placed.at);
  }
  if (message === null) return left === 0 ? null : 'the file ends inside of the record';
  const reason = fields.get('warc-truncated');
  let cut = reason === null ? null : `the archive has not all of it (WARC-Truncated: ${reason})`;
  if (left > 0) cut = 'the file ends inside of the record';
  else if (fields.get('warc-type')?.toLowerCase() === 'revisit') cut = revisited(fields);
  return { fields, message, cut };
}

function revisited(fields: HTTPMessage): string {
  const uri = fields.get('warc-refers-to-target-uri') ?? fields.get('warc-refers-to') ?? 'another record';
  return `the body is that of ${[uri, fields.get('warc-refers-to-date')].filter(Boolean).join(' of ')} (a revisit record)`;
}

/** named-field lines up to the empty one; they are UTF-8, and may be folded. */
async function readFields(reader: PieceReader): Promise<HTTPMessage | null> {
  const fields: Field[] = [];
  for (;;) {
    const line = await reader.line(LONGEST_LINE);
    if (line === null || !line.endsWith('\n') || fields.length > MOST_FIELDS) return null;
    const text = utf8(line).trimEnd();
    if (text === '') return new HTTPMessage(fields);
    const colon = text.indexOf(':');
    const last = fields.at(-1);
    if (/^[ \t]/.test(text) && last !== undefined) last[1] += ` ${text.trim()}`;
    else if (colon > 0) fields.push([text.slice(0, colon).trim(), text.slice(colon + 1).trim()]);
  }
}

function utf8(latin1: string): string {
  return /[^\0-\x7f]/.test(latin1) ? new TextDecoder().decode(fromLatin1(latin1)) : latin1;
}

function messageOf(fields: HTTPMessage, source: Source): StoredRequest | StoredResponse | null {
  if (!/^application\/http\b/i.test(fields.get('content-type', ''))) return null;
  switch (fields.get('warc-type')?.toLowerCase()) {
    case 'request':
      return new StoredRequest(source);
    case 'response':
    case 'revisit':
      return new StoredResponse(source);
    default:
      return null;
  }
}

function belongTogether(one: Half, two: Half): boolean {
  if (one.message instanceof StoredRequest === two.message instanceof StoredRequest) return false;
  return names(one, two) || names(two, one);
}

function names({ fields }: Half, other: Half): boolean {
  const id = other.fields.get('warc-record-id');
  return id !== null && (fields.get_all('warc-concurrent-to') ?? []).includes(id);
}

function exchangeOf(halves: readonly Half[], id: number): Exchange {
  const asked = halves.find(({ message }) => message instanceof StoredRequest);
  const answered = halves.find(({ message }) => message instanceof StoredResponse);
  const request = asked === undefined ? null : (asked.message as StoredRequest).captured(factsOf(asked, null));
  const response =
    answered === undefined ? null : (answered.message as StoredResponse).captured(factsOf(answered, request?.method ?? null));
  const { fields } = (answered ?? asked) as Half;
  // In WARC/1.0 a URI stands between angle brackets, where its authors followed the letter.
  const url = fields.get('warc-target-uri')?.replace(/^<(.*)>$/, '$1');
  return {
    request,
    response,
    connection: {
      id,
      client: NOWHERE,
      server: { address: fields.get('warc-ip-address') ?? '', port: portOf(url ?? '') },
      link: 'WARC',
      encrypted: false,
    },
    timings: { send: 0, wait: Math.max(0, (response?.startedAt ?? 0) - (request?.startedAt ?? Infinity)), receive: 0 },
    problem: null,
    url,
  };
}

function factsOf({ fields, cut }: Half, method: string | null): StoredFacts {
  const time = Date.parse(fields.get('warc-date') ?? '');
  const startedAt = Number.isNaN(time) ? 0 : time;
  return { method, startedAt, endedAt: startedAt, cut };
}
