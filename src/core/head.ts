// A tokenised head as a value that its holder owns: the facts that framing needs as numbers, the field lines as text. It is
// captured in one go while linear memory still holds it; names, values and reason are cut out when asked for.

import type { Tokeniser } from '../wasm/tokeniser.js';
import {
  FRAMING,
  FRAMING_OFFSET,
  HAS_UPGRADE,
  CONNECTION_UPGRADE,
  HOST_COUNT,
  KEEP_ALIVE,
  LENGTH_HIGH,
  LENGTH_LOW,
  METHOD_END,
  REASON_END,
  REASON_START,
  START_LINE,
  STATUS,
  TARGET_END,
  TARGET_START,
  VERSION,
} from '../wasm/layout.generated.js';
import type { Framing } from './framing.js';
import { Lines } from './lines.js';
import { HTTPMessage } from './message.js';
import { Match, type Template } from './template.js';

const NO_BODY: Framing = Object.freeze({ kind: 'none', length: null });
const UPGRADES = HAS_UPGRADE | CONNECTION_UPGRADE;

/**
 * What the heads of requests and responses share. They have no common class: V8 does not inline a constructor that is called by
 * super(), and there is one such call for each message.
 */
export interface Head {
  /** 10 for HTTP/1.0, 11 for every other HTTP/1.x, as in http.client. */
  readonly version: number;
  /** The framing facts, as bits; see assembly/layout.ts. */
  readonly facts: number;
  /** Where the first field line with a faulty framing value begins. */
  readonly faultOffset: number;
  /** The value of Content-Length, if the facts say that there is a valid one. */
  readonly contentLength: number;
  /** Bytes of the head on the wire, empty lines in front included. */
  readonly size: number;
  /** Its field lines: its own, or those of a template but for some values. */
  readonly lines: Lines | Match;
  /** The field section. */
  readonly headers: HTTPMessage;
  /** How the message ends (RFC 9112 6.3). For interim responses, which have no body, 'none'. */
  framing: Framing;
  /** Whether the connection may carry another message after this one (RFC 9112 9.3). */
  keepAlive: boolean;
  /** Whether the bytes behind the message are another protocol's, or, behind a request, may be. */
  upgrade: boolean;
}

/** Whether it asks for another protocol or grants one: Upgrade, and the connection option of that name (RFC 9110 7.8). */
export function asksForUpgrade({ facts }: Head): boolean {
  return (facts & UPGRADES) === UPGRADES;
}

/** The lines of the head on the wire, each with its line end; empty lines in front left out, the one at the end included. */
export function wireLines({ lines }: Head): string[] {
  const text = lines instanceof Match ? lines.wireText() : lines.text.slice(lines.base);
  return text.replace(/^(?:\r\n)+/, '').match(/[^\n]*\n/g) ?? [];
}

function contentLength(table: Int32Array): number {
  return (table[LENGTH_HIGH] as number) * 0x100000000 + ((table[LENGTH_LOW] as number) >>> 0);
}

export class ResponseHead implements Head {
  readonly version: number;
  readonly status: number;
  readonly facts: number;
  readonly faultOffset: number;
  readonly contentLength: number;
  readonly size: number;
  readonly lines: Lines | Match;
  framing: Framing = NO_BODY;
  keepAlive = true;
  upgrade = false;
  private message: HTTPMessage | null = null;
  /** Seconds of `Keep-Alive: timeout=n`, or -1. */
  readonly keepAliveTimeout: number;
  // Not as #fields: these would be set to undefined first.
  private readonly reasonStart: number;
  private readonly reasonEnd: number;

  /** Captures the head of `size` bytes at address `start` that the tokeniser has just taken, or found to match `template`. */
  constructor(tokeniser: Tokeniser, start: number, size: number, template: Template<ResponseHead> | null = null) {
    const { table } = tokeniser;
    const startLine = template === null ? table : template.startLine;
    this.version = startLine[VERSION] as number;
    this.status = startLine[STATUS] as number;
    this.reasonStart = startLine[REASON_START] as number;
    this.reasonEnd = startLine[REASON_END] as number;
    this.facts = table[FRAMING] as number;
    this.faultOffset = table[FRAMING_OFFSET] as number;
    this.contentLength = contentLength(table);
    this.keepAliveTimeout = table[KEEP_ALIVE] as number;
    this.size = size;
    this.lines = template === null ? new Lines(tokeniser, start, size) : new Match(template, tokeniser);
  }

  get headers(): HTTPMessage {
    return (this.message ??= HTTPMessage.from(this.lines));
  }

  /** The reason phrase, latin-1, without the blanks around it. */
  get reason(): string {
    const { text, base } = this.lines instanceof Match ? this.lines.template.lines : this.lines;
    return text.slice(base + this.reasonStart, base + this.reasonEnd);
  }
}

export class RequestHead implements Head {
  readonly version: number;
  readonly method: string;
  readonly target: string;
  readonly facts: number;
  readonly faultOffset: number;
  readonly contentLength: number;
  readonly size: number;
  readonly lines: Lines | Match;
  framing: Framing = NO_BODY;
  keepAlive = true;
  upgrade = false;
  private message: HTTPMessage | null = null;
  /** How many Host fields there are. One is right; anything else is a server's business to refuse (RFC 9112 3.2). */
  readonly hostCount: number;

  /** Captures the head of `size` bytes at address `start` that the tokeniser has just taken, or found to match `template`. */
  constructor(tokeniser: Tokeniser, start: number, size: number, template: Template<RequestHead> | null = null) {
    const { table } = tokeniser;
    this.facts = table[FRAMING] as number;
    this.faultOffset = table[FRAMING_OFFSET] as number;
    this.contentLength = contentLength(table);
    this.hostCount = table[HOST_COUNT] as number;
    this.size = size;
    if (template !== null) {
      this.version = template.head.version;
      this.method = template.head.method;
      this.target = template.head.target;
      this.lines = new Match(template, tokeniser);
    } else {
      this.version = table[VERSION] as number;
      const lines = new Lines(tokeniser, start, size);
      const { text, base } = lines;
      this.method = text.slice(base + (table[START_LINE] as number), base + (table[METHOD_END] as number));
      this.target = text.slice(base + (table[TARGET_START] as number), base + (table[TARGET_END] as number));
      this.lines = lines;
    }
  }

  get headers(): HTTPMessage {
    return (this.message ??= HTTPMessage.from(this.lines));
  }
}
