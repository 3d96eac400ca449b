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

/** What the heads of requests and responses share. */
export class Head {
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
  /** How the message ends (RFC 9112 6.3). For interim responses, which have no body, 'none'. */
  framing: Framing = NO_BODY;
  /** Whether the connection may carry another message after this one (RFC 9112 9.3). */
  keepAlive = true;
  /** Whether the bytes behind the message are another protocol's, or, behind a request, may be. */
  upgrade = false;
  /** Its field lines: its own, or those of a template but for some values. */
  readonly lines: Lines | Match;
  #headers: HTTPMessage | null = null;

  /** Captures the head of `size` bytes at address `start` that the tokeniser has just taken, or found to match `template`. */
  constructor(tokeniser: Tokeniser, start: number, size: number, template: Template<Head> | null) {
    const { table } = tokeniser;
    this.version = template === null ? (table[VERSION] as number) : template.head.version;
    this.facts = table[FRAMING] as number;
    this.faultOffset = table[FRAMING_OFFSET] as number;
    this.contentLength = (table[LENGTH_HIGH] as number) * 0x100000000 + ((table[LENGTH_LOW] as number) >>> 0);
    this.size = size;
    this.lines = template === null ? new Lines(tokeniser, start, size) : new Match(template, tokeniser);
  }

  /** The field section. */
  get headers(): HTTPMessage {
    return (this.#headers ??= HTTPMessage.from(this.lines));
  }

  /** Whether it asks for another protocol or grants one: Upgrade, and the connection option of that name (RFC 9110 7.8). */
  get asksForUpgrade(): boolean {
    return (this.facts & UPGRADES) === UPGRADES;
  }

  /** The lines of the head on the wire, each with its line end; empty lines in front left out, the one at the end included. */
  wireLines(): string[] {
    const { lines } = this;
    const text = lines instanceof Match ? lines.wireText() : lines.text.slice(lines.base);
    return text.replace(/^(?:\r\n)+/, '').match(/[^\n]*\n/g) ?? [];
  }
}

export class ResponseHead extends Head {
  readonly status: number;
  /** Seconds of `Keep-Alive: timeout=n`, or -1. */
  readonly keepAliveTimeout: number;
  readonly #reasonStart: number;
  readonly #reasonEnd: number;

  constructor(tokeniser: Tokeniser, start: number, size: number, template: Template<ResponseHead> | null = null) {
    super(tokeniser, start, size, template);
    this.keepAliveTimeout = tokeniser.slot(KEEP_ALIVE);
    this.status = template === null ? tokeniser.slot(STATUS) : template.head.status;
    this.#reasonStart = template === null ? tokeniser.slot(REASON_START) : template.head.#reasonStart;
    this.#reasonEnd = template === null ? tokeniser.slot(REASON_END) : template.head.#reasonEnd;
  }

  /** The reason phrase, latin-1, without the blanks around it. */
  get reason(): string {
    const { text, base } = this.lines instanceof Match ? this.lines.template.lines : this.lines;
    return text.slice(base + this.#reasonStart, base + this.#reasonEnd);
  }
}

export class RequestHead extends Head {
  readonly method: string;
  readonly target: string;
  /** How many Host fields there are. One is right; anything else is a server's business to refuse (RFC 9112 3.2). */
  readonly hostCount: number;

  constructor(tokeniser: Tokeniser, start: number, size: number, template: Template<RequestHead> | null = null) {
    super(tokeniser, start, size, template);
    this.hostCount = tokeniser.slot(HOST_COUNT);
    if (template !== null) {
      this.method = template.head.method;
      this.target = template.head.target;
    } else {
      const { text, base } = this.lines as Lines;
      this.method = text.slice(base + tokeniser.slot(START_LINE), base + tokeniser.slot(METHOD_END));
      this.target = text.slice(base + tokeniser.slot(TARGET_START), base + tokeniser.slot(TARGET_END));
    }
  }
}
