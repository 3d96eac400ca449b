// A tokenised head as a value that its holder owns: the facts that framing needs as numbers, the text as one string with
// offsets. It is captured in one go while linear memory still holds it; names, values and reason are cut out when asked for.

import type { Tokeniser } from '../wasm/tokeniser.js';
import {
  FIELD_COUNT,
  FRAMING,
  FRAMING_OFFSET,
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
import { HTTPMessage } from './message.js';

/** What the heads of requests and responses share. */
class Head {
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
  readonly startLine: number;
  readonly text: string;
  readonly words: readonly number[];
  #headers: HTTPMessage | undefined;

  /** Captures the head of `size` bytes at address `base` that the tokeniser has just taken. */
  constructor(tokeniser: Tokeniser, base: number, size: number) {
    const table = tokeniser.table;
    this.version = table[VERSION] as number;
    this.facts = table[FRAMING] as number;
    this.faultOffset = table[FRAMING_OFFSET] as number;
    this.contentLength = (table[LENGTH_HIGH] as number) * 0x100000000 + ((table[LENGTH_LOW] as number) >>> 0);
    this.size = size;
    this.startLine = table[START_LINE] as number;
    this.text = tokeniser.latin1(base, base + size);
    this.words = tokeniser.fieldWords(table[FIELD_COUNT] as number);
  }

  /** The field section. */
  get headers(): HTTPMessage {
    return (this.#headers ??= HTTPMessage.fromWords(this.text, this.words));
  }
}

export class ResponseHead extends Head {
  readonly status: number;
  /** Seconds of `Keep-Alive: timeout=n`, or -1. */
  readonly keepAliveTimeout: number;
  readonly reasonStart: number;
  readonly reasonEnd: number;

  constructor(tokeniser: Tokeniser, base: number, size: number) {
    super(tokeniser, base, size);
    this.status = tokeniser.slot(STATUS);
    this.keepAliveTimeout = tokeniser.slot(KEEP_ALIVE);
    this.reasonStart = tokeniser.slot(REASON_START);
    this.reasonEnd = tokeniser.slot(REASON_END);
  }

  /** The reason phrase, latin-1, without the blanks around it. */
  get reason(): string {
    return this.text.slice(this.reasonStart, this.reasonEnd);
  }
}

export class RequestHead extends Head {
  readonly method: string;
  readonly target: string;
  /** How many Host fields there are. One is right; anything else is a server's business to refuse (RFC 9112 3.2). */
  readonly hostCount: number;

  constructor(tokeniser: Tokeniser, base: number, size: number) {
    super(tokeniser, base, size);
    this.method = this.text.slice(this.startLine, tokeniser.slot(METHOD_END));
    this.target = this.text.slice(tokeniser.slot(TARGET_START), tokeniser.slot(TARGET_END));
    this.hostCount = tokeniser.slot(HOST_COUNT);
  }
}
