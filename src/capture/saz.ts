// SAZ, the archives of Fiddler: a ZIP file in which session N is raw/N_c.txt (the bytes of the client), raw/N_s.txt (those of the server)
// and raw/N_m.xml (when that was, and between whom).

import type { Endpoint, Exchange } from './exchange.js';
import { joined, sourceOf, type Source } from './source.js';
import { StoredRequest, StoredResponse } from './stored.js';
import { unreadable } from './unreadable.js';
import { portOf } from './url.js';
import { isZip, listFiles, unpack, type ZipFile } from './zip.js';

export const looksLikeSAZ = isZip;

interface Session {
  c?: ZipFile;
  s?: ZipFile;
  m?: ZipFile;
}

export async function* readSAZ(source: Source): AsyncGenerator<Exchange> {
  const archive = await seekable(source);
  const { files, problem } = await listFiles(archive);
  const sessions = new Map<number, Session>();
  for (const file of files) {
    const [, number, part] = /(?:^|[\\/])raw[\\/](\d+)_([csm])\.(?:txt|xml)$/i.exec(file.name) ?? [];
    if (number === undefined) continue;
    const session = sessions.get(Number(number)) ?? {};
    session[part?.toLowerCase() as keyof Session] = file;
    sessions.set(Number(number), session);
  }
  let id = 0;
  for (const [, session] of [...sessions].sort(([one], [two]) => one - two)) yield exchangeOf(archive, session, id++);
  if (problem !== null) yield unreadable(problem, id++, 'SAZ');
  else if (sessions.size === 0) yield unreadable('the archive has no sessions of Fiddler: no files raw/1_c.txt and so on', id++, 'SAZ');
}

/** Archives are read from their end. */
async function seekable(source: Source): Promise<Source & { readonly size: number }> {
  if (source.seekable && source.size !== null) return source as Source & { readonly size: number };
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source.pieces()) {
    pieces.push(piece);
    size += piece.length;
  }
  return sourceOf(joined(pieces, size)) as Source & { readonly size: number };
}

/** A file of the archive as a source of its own: unpacked whenever it is read. */
function unpacked(archive: Source, file: ZipFile): Source {
  const read = async (at: number, length: number): Promise<Uint8Array> => (await unpack(archive, file)).bytes.subarray(at, at + length);
  return {
    size: file.size,
    seekable: true,
    read,
    async *pieces(from = 0) {
      yield await read(from, Infinity);
    },
  };
}

async function exchangeOf(archive: Source, session: Session, id: number): Promise<Exchange> {
  const meta = session.m === undefined ? '' : new TextDecoder().decode((await unpack(archive, session.m)).bytes);
  const times = timesOf(meta);
  const client = await unpackFile(archive, session.c);
  const server = await unpackFile(archive, session.s);
  let request = null;
  if (client.source !== null) {
    const message = new StoredRequest(client.source);
    message.push(client.bytes, 0);
    request = message.captured({ method: null, startedAt: times.asked, endedAt: times.sent, cut: client.problem });
  }
  let response = null;
  if (server.source !== null) {
    const message = new StoredResponse(server.source);
    message.push(server.bytes, 0);
    const method = request?.method ?? null;
    response = message.captured({ method, startedAt: times.answered, endedAt: times.done, cut: server.problem });
  }
  const problem = request === null ? (client.problem ?? 'the archive has no request of this session') : null;
  return {
    request,
    response,
    connection: {
      id,
      client: endpoint(flagOf(meta, 'x-clientip'), Number(flagOf(meta, 'x-clientport'))),
      server: endpoint(flagOf(meta, 'x-hostip'), portOf(request?.target ?? '')),
      link: 'SAZ',
      encrypted: false,
    },
    timings: {
      send: Math.max(0, times.sent - times.asked),
      wait: Math.max(0, times.answered - times.sent),
      receive: Math.max(0, times.done - times.answered),
    },
    problem: problem ?? (response === null ? server.problem : null),
  };
}

/** What a file holds; no source where it holds nothing: without an answer Fiddler leaves it empty. */
interface Unpacked {
  readonly source: Source | null;
  readonly bytes: Uint8Array;
  readonly problem: string | null;
}

async function unpackFile(archive: Source, file: ZipFile | undefined): Promise<Unpacked> {
  if (file === undefined) return { source: null, bytes: new Uint8Array(0), problem: null };
  const { bytes, problem } = await unpack(archive, file);
  const source = bytes.length === 0 ? null : unpacked(archive, file);
  return { source, bytes, problem: problem === null ? null : `${file.name}: ${problem}` };
}

function timesOf(meta: string): { asked: number; sent: number; answered: number; done: number } {
  const timers = /<SessionTimers\b[^>]*>/i.exec(meta)?.[0] ?? '';
  const time = (name: string, fallback: number): number => {
    const date = Date.parse(new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(timers)?.[1] ?? '');
    // What did not happen is in the year 1.
    return date > 0 ? date : fallback;
  };
  const asked = time('ClientBeginRequest', 0);
  const sent = time('ClientDoneRequest', asked);
  const answered = time('ServerBeginResponse', sent);
  return { asked, sent, answered, done: time('ServerDoneResponse', answered) };
}

/** `<SessionFlag N="x-clientip" V="127.0.0.1" />` */
function flagOf(meta: string, name: string): string {
  const flag = new RegExp(`<SessionFlag\\b[^>]*\\bN="${name}"[^>]*>`, 'i').exec(meta)?.[0] ?? '';
  return /\bV="([^"]*)"/i.exec(flag)?.[1] ?? '';
}

function endpoint(address: string, port: number): Endpoint {
  // An IPv4 address on a socket for IPv6.
  return { address: address.replace(/^::ffff:(?=\d+\.)/i, ''), port: port || 0 };
}
