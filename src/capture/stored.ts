// A message that somebody stored as a whole, so that its end is where its bytes end, whatever its fields say: the block of a WARC record,
// a file of a SAZ archive. Some archives take the transfer coding off and leave the field that tells of it, some keep it and change
// the field; some take the content coding off as well. What is there is believed more than what is said.

import { HTTPMessage } from '../core/message.js';
import { RequestParser, ResponseParser, type ParsedRequestHead, type ParsedResponseHead } from '../core/parser.js';
import { latin1Of } from '../wasm/latin1.js';
import { bodyOf } from './body.js';
import { endOfHead, fromLatin1 } from './bytes.js';
import { DamagedHead } from './damaged.js';
import type { CapturedInterim, CapturedRequest, CapturedResponse, Flag } from './exchange.js';
import { Segments } from './segments.js';
import { joined, type Source } from './source.js';
import { behindEmptyLines } from './startline.js';

/** A head that is longer is not waited for. */
const LONGEST_HEAD = 2 ** 18;
/** Bytes of the body that tell of its codings. */
const SNIFFED = 24;
const CHUNKED_HEAD = fromLatin1('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');

type ParsedHead = ParsedRequestHead | ParsedResponseHead;

/** What is known of a message besides its bytes. */
export interface StoredFacts {
  /** The method of the request that a response answers; null where it is not known. */
  readonly method: string | null;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Why the end of the message was not stored, or null. */
  readonly cut: string | null;
}

abstract class StoredMessage {
  protected head: ParsedHead | DamagedHead | null = null;
  protected readonly interim: HeadAndStatus[] = [];
  protected startLine = '';
  private readonly segments: Segments;
  /** The bytes of the head, until it is complete. */
  private parts: Uint8Array[] = [];
  private headSize = 0;
  private problem: string | null = null;
  private bodySize = 0;
  private bodyStart: Uint8Array = new Uint8Array(0);
  private chunks: Chunks | null = null;

  constructor(source: Source) {
    this.segments = new Segments(source);
  }

  protected abstract parse(bytes: Uint8Array, lenient: boolean): ParsedHead | null;

  /** The next bytes of it, which stand at `at` in the source. */
  push(bytes: Uint8Array, at: number): void {
    this.segments.add(at, bytes);
    if (this.head !== null) return this.takeBody(bytes);
    this.parts.push(bytes);
    const all = joined(this.parts, this.segments.length);
    this.parts = [all];
    if (!this.readHead(all) && all.length > LONGEST_HEAD) this.damage(all, `its head is larger than ${LONGEST_HEAD} bytes`);
  }

  /** Finds the end of the head; that of a final response comes behind those of interim ones. */
  private readHead(all: Uint8Array): boolean {
    for (let start = this.headSize; ; start = this.headSize) {
      const end = endOfHead(all, behindEmptyLines(all, start, all.length), all.length);
      if (end < 0) return false;
      this.headSize = end;
      const bytes = all.subarray(start, end);
      let head: ParsedHead | null = null;
      try {
        head = this.parse(bytes, false);
      } catch (error) {
        this.problem = (error as Error).message;
        head = this.parseLeniently(bytes);
      }
      if (head === null && this.problem === null) continue;
      this.startLine = lineOf(bytes);
      this.head = head ?? new DamagedHead(latin1Of(bytes));
      this.parts = [];
      if (end < all.length) this.takeBody(all.subarray(end));
      return true;
    }
  }

  private parseLeniently(bytes: Uint8Array): ParsedHead | null {
    try {
      return this.parse(bytes, true);
    } catch {
      return null;
    }
  }

  private damage(all: Uint8Array, problem: string): void {
    const rest = all.subarray(this.headSize);
    this.problem ??= problem;
    this.startLine = lineOf(rest);
    this.head = new DamagedHead(latin1Of(rest.subarray(0, LONGEST_HEAD)));
    this.headSize = all.length;
    this.parts = [];
  }

  private takeBody(bytes: Uint8Array): void {
    if (this.bodyStart.length < SNIFFED) {
      const start = [this.bodyStart, bytes.subarray(0, SNIFFED)];
      this.bodyStart = joined(start, this.bodyStart.length + Math.min(SNIFFED, bytes.length));
      // chunk-size, and the end of its line or an extension (RFC 9112 7.1).
      if (this.bodySize === 0 && /^[0-9A-Fa-f]{1,16}[ \t]*(?:\r|;|$)/.test(latin1Of(this.bodyStart))) this.chunks = new Chunks();
    }
    this.bodySize += bytes.length;
    this.chunks?.push(bytes);
  }

  /** What both kinds of messages have in common. */
  protected common(facts: StoredFacts) {
    if (this.head === null) this.damage(joined(this.parts, this.segments.length), 'its head is cut short');
    const head = this.head as ParsedHead | DamagedHead;
    const flags: Flag[] = [];
    if (this.problem !== null) flags.push('malformed');
    const { chunks } = this;
    const saysChunked = head.framing.kind === 'chunked';
    // Without the field, the coding is believed only if all of the body is in it.
    const isChunked = chunks !== null && (chunks.isWhole || (saysChunked && chunks.isPlausible));
    const length = isChunked ? (chunks as Chunks).size : this.bodySize;
    const fault = isChunked ? (chunks as Chunks).fault : null;
    if (fault !== null && this.problem === null) flags.push('malformed');
    const cut = facts.cut ?? (isChunked ? (chunks as Chunks).cut : this.lengthProblem(head, facts.method));
    if (cut !== null) flags.push('truncated');
    if (head.framing.kind === 'close' && this.bodySize > 0) flags.push('close-delimited');
    const contentEncoding = (head.headers.get_all('content-encoding') ?? []).join(', ');
    return {
      version: /HTTP\/\d+\.\d+|^ICY/.exec(this.startLine)?.[0] ?? 'HTTP/0.9',
      headers: head.headers,
      framing: head.framing,
      body: bodyOf({
        segments: this.segments,
        skip: this.headSize,
        chunked: isChunked ? { quirks: 0 } : null,
        length,
        complete: cut === null && fault === null,
        problem: fault ?? cut,
        contentEncoding: !isChunked && isDecoded(contentEncoding, this.bodyStart) ? '' : contentEncoding,
      }),
      trailers: isChunked ? (chunks as Chunks).trailers : null,
      startedAt: facts.startedAt,
      endedAt: facts.endedAt,
      flags,
      problem: this.problem ?? fault,
      wire: () => this.segments.bytes(),
    };
  }

  private lengthProblem(head: ParsedHead | DamagedHead, method: string | null): string | null {
    const { kind, length } = head.framing;
    if (kind !== 'length' || length === null || this.bodySize >= length) return null;
    // The answer to a HEAD request says how long it would have been.
    if (this.bodySize === 0 && method !== null && method.toUpperCase() === 'HEAD') return null;
    return `${this.bodySize} of ${length} bytes of the body were stored`;
  }
}

export class StoredRequest extends StoredMessage {
  protected parse(bytes: Uint8Array, lenient: boolean): ParsedHead | null {
    let head: ParsedHead | null = null;
    new RequestParser({ onHead: (parsed) => (head = parsed) }, { lenient }).push(bytes);
    return head;
  }

  get method(): string {
    return (this.head as { method?: string } | null)?.method ?? '';
  }

  captured(facts: StoredFacts): CapturedRequest {
    const common = this.common(facts);
    const { method, target } = this.head as ParsedRequestHead | DamagedHead;
    return { ...common, method, target };
  }
}

type HeadAndStatus = Omit<CapturedInterim, 'startedAt'>;

export class StoredResponse extends StoredMessage {
  protected parse(bytes: Uint8Array, lenient: boolean): ParsedHead | null {
    let head: ParsedHead | null = null;
    const parser = new ResponseParser(
      {
        onHead: (parsed) => (head = parsed),
        onInformational: ({ status, reason, headers }) => this.interim.push({ status, reason, headers }),
      },
      { lenient },
    );
    // Whether a 101 may come is not known here; what follows one is stored all the same.
    parser.expect('GET', { upgrade: true });
    parser.push(bytes);
    return head;
  }

  captured(facts: StoredFacts): CapturedResponse {
    const common = this.common(facts);
    const { status, reason } = this.head as ParsedResponseHead | DamagedHead;
    return { ...common, status, reason, interim: this.interim.map((head) => ({ ...head, startedAt: facts.startedAt })) };
  }
}

/** Follows chunk framing: how long the body is, and whether it is one. */
class Chunks {
  size = 0;
  trailers: HTTPMessage | null = null;
  private refused: string | null = null;
  private ended = false;
  private behind = 0;
  private readonly parser = new ResponseParser({
    onBody: (bytes) => (this.size += bytes.length),
    onTrailers: (trailers) => (this.trailers = trailers),
    onEnd: () => (this.ended = true),
  });

  constructor() {
    this.parser.stopsAtEnd = true;
    this.parser.push(CHUNKED_HEAD);
  }

  push(bytes: Uint8Array): void {
    if (this.refused !== null || this.ended) {
      this.behind += bytes.length;
      return;
    }
    try {
      this.behind = bytes.length - this.parser.push(bytes);
    } catch (error) {
      this.refused = (error as Error).message;
    }
  }

  /** Whether the coding comes out even. */
  get isWhole(): boolean {
    return this.ended && this.behind === 0;
  }

  /** Whether it is chunked as far as it goes. */
  get isPlausible(): boolean {
    return this.size > 0 || this.ended;
  }

  /** What is wrong with its framing, or null. */
  get fault(): string | null {
    if (this.refused !== null) return this.refused;
    return this.ended && this.behind > 0 ? `${this.behind} bytes stand behind the last chunk` : null;
  }

  get cut(): string | null {
    return this.refused !== null || this.ended ? null : 'it ends inside of a chunk';
  }
}

/** Whether a body cannot have the coding that was put on it last, so that it was taken off before it was stored. */
function isDecoded(contentEncoding: string, start: Uint8Array): boolean {
  const last = contentEncoding.split(',').at(-1)?.trim().toLowerCase();
  if (last === 'gzip' || last === 'x-gzip') return !(start[0] === 0x1f && start[1] === 0x8b);
  return (
    last === 'zstd' && !(start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd) && !((start[0] ?? 0) >> 4 === 5 && start[1] === 0x2a)
  );
}

function lineOf(bytes: Uint8Array): string {
  return /^[\r\n]*([^\r\n]*)/.exec(latin1Of(bytes.subarray(0, 4096)))?.[1] ?? '';
}
