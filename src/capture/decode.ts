// Content codings (RFC 9110 8.4.1), taken off a whole body that may be cut short, damaged or hostile: what can be decoded is
// decoded, and why that is not all is said in words. The decoders of brotli and zstd are loaded when they are needed.

import { Gunzip, Inflate } from 'fflate';
import { crc32 } from './bytes.js';
import { joined } from './source.js';

export interface DecodeOptions {
  /** Most bytes to decode to. By default 256 MiB, and no more than 1000 times the coded bytes once past 1 MiB. */
  readonly limit?: number | undefined;
}

/** As far as it went, and why it did not go on; null if it is all. */
export interface Decoded {
  readonly bytes: Uint8Array;
  readonly problem: string | null;
}

const MAX_SIZE = 2 ** 28;
const MAX_RATIO = 1000;
const ALWAYS_ALLOWED = 2 ** 20;
/** Without a bound, a field of a few bytes has a body decoded any number of times (CVE-2022-32206). */
const MAX_CODINGS = 5;

type Decoder = (coded: Uint8Array, limit: number) => Decoded | Promise<Decoded>;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['identity', (bytes) => ({ bytes, problem: null })],
  ['gzip', ungzip],
  ['x-gzip', ungzip],
  ['deflate', inflate],
  ['br', async (coded, limit) => (await import('./brotli.js')).unbrotli(coded, limit)],
  ['zstd', async (coded, limit) => (await import('./zstd.js')).unzstd(coded, limit)],
]);

/** The bytes with all codings of a Content-Encoding field taken off, the last one first. Never rejects. */
export async function decodeContent(bytes: Uint8Array, contentEncoding: string, options: DecodeOptions = {}): Promise<Decoded> {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '');
  if (codings.length > MAX_CODINGS) {
    return { bytes, problem: `the body has ${codings.length} content codings; no more than ${MAX_CODINGS} are taken off` };
  }
  let problem: string | null = null;
  for (const coding of codings.reverse()) {
    const decoder = DECODERS.get(coding);
    if (decoder === undefined) return { bytes, problem: problem ?? `the content coding ${JSON.stringify(coding)} is not known` };
    // No body, no coding: the answer to a HEAD request names the coding of what it leaves out.
    if (bytes.length === 0) continue;
    const decoded = await limited(decoder, bytes, options.limit);
    bytes = decoded.bytes;
    if (decoded.problem !== null) problem ??= `${coding}: ${decoded.problem}`;
  }
  return { bytes, problem };
}

async function limited(decoder: Decoder, coded: Uint8Array, given: number | undefined): Promise<Decoded> {
  const limit = given ?? Math.min(MAX_SIZE, Math.max(ALWAYS_ALLOWED, coded.length * MAX_RATIO));
  const { bytes, problem } = await decoder(coded, limit);
  if (bytes.length <= limit) return { bytes, problem };
  return { bytes: bytes.subarray(0, limit), problem: `it comes to more than ${limit} bytes; give a larger limit to see all of it` };
}

/** How much is given to the decoder at once: no more than a thousand times as much comes out, and is then found to be too much. */
const STEP = 16384;

/** What a decoder hands out, up to the limit and what one step adds to it. */
class Collected {
  size = 0;
  private readonly pieces: Uint8Array[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  readonly add = (piece: Uint8Array): void => {
    this.pieces.push(piece);
    this.size += piece.length;
  };

  get isFull(): boolean {
    return this.size > this.limit;
  }

  all(): Uint8Array {
    return joined(this.pieces, this.size);
  }
}

const CUT = 'the input ends in the middle';

/** Has the bytes decoded step by step, so that what comes before a fault is handed out. What is wrong, or null. */
function feed(decoder: Inflate | Gunzip, coded: Uint8Array, collected: Collected): string | null {
  try {
    for (let at = 0; at < coded.length && !collected.isFull; at += STEP) decoder.push(coded.subarray(at, at + STEP));
    if (!collected.isFull) decoder.push(new Uint8Array(0), true);
    return null;
  } catch (error) {
    const { message } = error as Error;
    return message === 'unexpected EOF' ? CUT : message;
  }
}

/** RFC 1952: any number of members, each with a checksum behind it. */
function ungzip(coded: Uint8Array, limit: number): Decoded {
  const collected = new Collected(limit);
  let isIntact = true;
  let crc = 0;
  let checked = 0;
  const check = (end: number): void => {
    const trailer = coded.subarray(end - 8, end);
    if (trailer.length < 8 || new DataView(trailer.buffer, trailer.byteOffset).getUint32(0, true) !== crc) isIntact = false;
    crc = 0;
  };
  const gunzip = new Gunzip((piece) => {
    collected.add(piece);
    crc = crc32(piece, crc);
  });
  gunzip.onmember = (at) => {
    check(at);
    checked = at;
  };
  const problem = feed(gunzip, coded, collected);
  if (problem === null && !collected.isFull && checked < coded.length) check(coded.length);
  return { bytes: collected.all(), problem: problem ?? (isIntact ? null : 'the checksum does not match what was decoded') };
}

/** "deflate" is the zlib format (RFC 1950), but many send the deflate format alone (RFC 9110 8.4.1.2). */
function inflate(coded: Uint8Array, limit: number): Decoded {
  const [method = 0, flags = 0] = coded;
  const isZlib = (method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
  const asZlib = isZlib ? inflateRaw(coded.subarray(2), limit) : null;
  // Data without the header may begin like it, by chance.
  if (asZlib !== null && (asZlib.problem === null || asZlib.bytes.length > 0)) return asZlib;
  const asRaw = inflateRaw(coded, limit);
  return asZlib !== null && asRaw.problem !== null ? asZlib : asRaw;
}

/** The deflate format alone (RFC 1951). */
export function inflateRaw(coded: Uint8Array, limit: number): Decoded {
  const collected = new Collected(limit);
  const decoder = new Inflate(collected.add);
  const problem = feed(decoder, coded, collected);
  return { bytes: collected.all(), problem: problem ?? (collected.isFull || isOver(decoder) ? null : CUT) };
}

/** Whether the last block has ended. fflate says nothing itself where the input ends between two symbols. */
function isOver(decoder: Inflate): boolean {
  const { f: isLastBlock, l: codes } = (decoder as unknown as { s: { f?: number; l?: unknown } }).s;
  return isLastBlock === 1 && !codes;
}
