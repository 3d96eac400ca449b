// Archives built from their parts, for tests of what reads them: WARC records, HAR objects, ZIP files; and the exchanges found in them as
// plain values.

import { deflateRawSync, gzipSync } from 'node:zlib';
import type { BodyRef, CapturedRequest, CapturedResponse, Exchange } from '../../src/capture/exchange.js';
import { sourceOf, type Source } from '../../src/capture/source.js';

export type Fields = Readonly<Record<string, string>>;

export const crlf = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join('');

export function warcRecord(fields: Fields, block: string | Uint8Array, { length }: { length?: number } = {}): Buffer {
  const bytes = typeof block === 'string' ? Buffer.from(block, 'latin1') : Buffer.from(block);
  const lines = Object.entries({ ...fields, 'Content-Length': String(length ?? bytes.length) }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from(crlf('WARC/1.0', ...lines, '')), bytes, Buffer.from('\r\n\r\n')]);
}

export const httpRecord = (type: 'request' | 'response' | 'revisit', block: string | Uint8Array, fields: Fields = {}): Buffer =>
  warcRecord(
    {
      'WARC-Type': type,
      'WARC-Target-URI': 'http://example.org/',
      'WARC-Date': '2026-01-02T03:04:05Z',
      'Content-Type': `application/http; msgtype=${type}`,
      ...fields,
    },
    block,
  );

export interface ZipOptions {
  /** Flags of every file. */
  readonly flags?: number;
  readonly method?: number;
  readonly withoutDirectory?: boolean;
}

/** A ZIP archive of files by their names. */
export function zip(
  files: Readonly<Record<string, string | Uint8Array>>,
  { flags = 0, method = 8, withoutDirectory = false }: ZipOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content as string, 'latin1');
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    parts.push(local);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, place, Buffer.from(name)]));
    at += local.length;
  }
  if (withoutDirectory) return Buffer.concat(parts);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06'), end]);
}

/** The same bytes as a source that can be read anywhere, as a stream, and as one of small pieces. */
export function sourcesOf(bytes: Uint8Array): Record<string, Source> {
  async function* pieces(size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
  }
  return { memory: sourceOf(bytes), stream: sourceOf(pieces(65536)), 'small pieces': sourceOf(pieces(7)) };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

async function plainBody(body: BodyRef) {
  const bytes = await body.bytes();
  const decoded = await body.decoded();
  const streamed: Uint8Array[] = [];
  for await (const piece of body.stream() as unknown as AsyncIterable<Uint8Array>) streamed.push(piece);
  if (!Buffer.concat(streamed).equals(bytes)) throw new Error('stream() and bytes() differ');
  return { bytes: latin1(bytes), decoded: latin1(decoded), length: body.length, complete: body.complete, problem: body.problem };
}

async function plainMessage(message: CapturedRequest | CapturedResponse) {
  const { version, headers, trailers, startedAt, endedAt, flags, problem } = message;
  return {
    version,
    fields: headers.items().map(([name, value]) => `${name}: ${value}`),
    trailers: trailers?.items().map(([name, value]) => `${name}: ${value}`) ?? null,
    body: await plainBody(message.body),
    startedAt,
    endedAt,
    flags,
    problem,
  };
}

/** An exchange as plain values that can be compared. */
export async function plain({ request, response, connection, timings, problem, url }: Exchange) {
  return {
    request: request === null ? null : { method: request.method, target: request.target, ...(await plainMessage(request)) },
    response: response === null ? null : { status: response.status, reason: response.reason, ...(await plainMessage(response)) },
    connection,
    timings,
    problem,
    url,
  };
}

export type Plain = Awaited<ReturnType<typeof plain>>;
