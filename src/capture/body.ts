// The body of a captured message: where it lies, and how it is read when somebody asks. Nothing is kept of what was read.

import { dechunked } from './chunks.js';
import { decodeContent } from './decode.js';
import type { BodyRef } from './exchange.js';
import { joined } from './source.js';
import type { Segments } from './segments.js';

/** What is to be known of a body to read it. */
export interface BodyFacts {
  /** The bytes on the wire; those of a head may stand in front. */
  readonly segments: Segments;
  /** How many of the bytes in front are not the body's. */
  readonly skip: number;
  /** Whether the chunked coding has to be taken off, and under which quirks; null if there is none. */
  readonly chunked: { readonly quirks: number } | null;
  /** Bytes after that. */
  readonly length: number;
  readonly complete: boolean;
  readonly problem: string | null;
  /** The value of Content-Encoding; '' if there is none. */
  readonly contentEncoding: string;
}

export function bodyOf(facts: BodyFacts): BodyRef {
  return new SegmentsBody(facts);
}

class SegmentsBody implements BodyRef {
  private readonly facts: BodyFacts;
  private undecodable: string | null = null;

  constructor(facts: BodyFacts) {
    this.facts = facts;
  }

  get length(): number {
    return this.facts.length;
  }

  get complete(): boolean {
    return this.facts.complete;
  }

  get problem(): string | null {
    return this.facts.problem ?? this.undecodable;
  }

  async bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of this.pieces()) {
      pieces.push(piece);
      size += piece.length;
    }
    return joined(pieces, size);
  }

  async decoded(options: { limit?: number } = {}): Promise<Uint8Array> {
    const coded = await this.bytes();
    const { contentEncoding } = this.facts;
    if (contentEncoding === '' || coded.length === 0) return coded;
    const { bytes, problem } = await decodeContent(coded, contentEncoding, options);
    this.undecodable = problem;
    return bytes;
  }

  stream(): ReadableStream<Uint8Array> {
    const pieces = this.pieces();
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await pieces.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          await pieces.return(undefined);
        },
      },
      { highWaterMark: 0 },
    );
  }

  private async *pieces(): AsyncGenerator<Uint8Array> {
    const { segments, skip, chunked } = this.facts;
    if (this.facts.length === 0) return;
    if (chunked !== null) return yield* dechunked(segments.runs(skip), chunked.quirks);
    for await (const run of segments.runs(skip)) if (typeof run !== 'number') yield run;
  }
}
