// A message as it is being captured, and as it is handed out: one object, so that nothing is copied. Strings and references are made
// when somebody asks for them.

import type { Framing } from '../core/framing.js';
import type { RequestHead, ResponseHead } from '../core/head.js';
import type { HTTPMessage } from '../core/message.js';
import { Match } from '../core/template.js';
import { bodyOf } from './body.js';
import { DamagedHead } from './damaged.js';
import type { BodyRef, CapturedInterim, CapturedRequest, CapturedResponse, Flag } from './exchange.js';
import { OVERLAP, REORDERED, RETRANSMITTED } from './held.js';
import type { Segments } from './segments.js';

// Further marks beside those of held.ts.
export const GAP = 8;
export const TRUNCATED = 16;
export const ONE_SIDED = 32;
export const MIDSTREAM = 64;
export const MALFORMED = 128;
export const CLOSE_DELIMITED = 256;

const FLAGS: readonly (readonly [number, Flag])[] = [
  [GAP, 'gap'],
  [TRUNCATED, 'truncated'],
  [RETRANSMITTED, 'retransmitted'],
  [REORDERED, 'reordered'],
  [OVERLAP, 'overlap'],
  [ONE_SIDED, 'one-sided'],
  [MIDSTREAM, 'midstream'],
  [MALFORMED, 'malformed'],
  [CLOSE_DELIMITED, 'close-delimited'],
];

abstract class MessageRecord<H extends RequestHead | ResponseHead> {
  head!: H | DamagedHead;
  readonly segments: Segments;
  /** Bytes of the head on the wire. */
  headSize = 0;
  bodyLength = 0;
  /** Whether its end was seen, and all bytes up to there. */
  complete = false;
  /** Whether no more will come. */
  ended = false;
  marks = 0;
  problem: string | null = null;
  /** Why the body is not complete. */
  bodyProblem: string | null = null;
  trailers: HTTPMessage | null = null;
  readonly startedAt: number;
  endedAt: number;
  /** The quirks of the parser that took it. */
  quirks = 0;
  private ref: BodyRef | null = null;

  constructor(segments: Segments, time: number) {
    this.segments = segments;
    this.startedAt = this.endedAt = time;
  }

  /** HTTP-version, as on the wire. */
  get version(): string {
    return /^http\/\S*/i.exec(this.startLine)?.[0] ?? /HTTP\/\S*|^ICY/.exec(this.startLine)?.[0] ?? 'HTTP/0.9';
  }

  get headers(): HTTPMessage {
    return this.head.headers;
  }

  get framing(): Framing {
    return this.head.framing;
  }

  get body(): BodyRef {
    return (this.ref ??= bodyOf({
      segments: this.segments,
      skip: this.headSize,
      chunked: this.framing.kind === 'chunked' ? { quirks: this.quirks } : null,
      length: this.bodyLength,
      complete: this.complete,
      problem: this.bodyProblem,
      contentEncoding: (this.headers.get_all('content-encoding') ?? []).join(', '),
    }));
  }

  get flags(): readonly Flag[] {
    return FLAGS.filter(([mark]) => (this.marks & mark) !== 0).map(([, flag]) => flag);
  }

  wire(): Promise<Uint8Array> {
    return this.segments.bytes();
  }

  private get startLine(): string {
    if (this.head instanceof DamagedHead) return this.head.startLine;
    const { lines } = this.head;
    const { text, base, first } = lines instanceof Match ? lines.template.lines : lines;
    return text.slice(base, first);
  }
}

export class RequestRecord extends MessageRecord<RequestHead> implements CapturedRequest {
  get method(): string {
    return this.head.method;
  }

  get target(): string {
    return this.head.target;
  }
}

export class ResponseRecord extends MessageRecord<ResponseHead> implements CapturedResponse {
  interim: readonly CapturedInterim[] = [];
  /** The request that it answers, if that was known when its head came: it says whether there can be a body. */
  request: RequestRecord | null = null;

  get status(): number {
    return this.head.status;
  }

  get reason(): string {
    return this.head.reason;
  }
}
