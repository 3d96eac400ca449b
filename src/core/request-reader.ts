// Reading requests, as a server or a capture gets them: one after the other, each framed by its own fields.

import type { Tokeniser } from '../wasm/tokeniser.js';
import { KIND_REQUEST } from '../wasm/layout.generated.js';
import { IncompleteRead } from './errors.js';
import { keepsAlive, requestFraming, type Framing } from './framing.js';
import { asksForUpgrade, RequestHead } from './head.js';
import type { Limits } from './limits.js';
import { IDLE, IN_HEAD, MessageReader, NOTHING, SWITCHED } from './reader.js';
import type { Template } from './template.js';

export class RequestReader extends MessageReader<RequestHead> {
  constructor(tokeniser: Tokeniser, limits: Limits, quirks: number) {
    super(KIND_REQUEST, tokeniser, limits, quirks);
  }

  /** The server did not switch protocols: what follows is HTTP again. */
  resume(): void {
    if (this.state === SWITCHED) this.state = IDLE;
    this.switched = false;
  }

  protected makeHead(start: number, size: number, template: Template<RequestHead> | null): RequestHead {
    return new RequestHead(this.tokeniser, start, size, template);
  }

  protected acceptHead(head: RequestHead): Framing {
    const framing = requestFraming(head, this.quirks);
    this.switched = head.method === 'CONNECT' || asksForUpgrade(head);
    head.framing = framing;
    head.upgrade = this.switched;
    head.keepAlive = keepsAlive(head, framing);
    return framing;
  }

  protected endMessage(): boolean {
    return false;
  }

  /** The next request has begun; empty lines in front of it are the tokeniser's. */
  begin(): void {
    this.state = IN_HEAD;
  }

  protected readIdle(at: number): number {
    this.begin();
    return at;
  }

  // Empty lines alone are no request.
  protected cutHead(): Error | null {
    const line = this.section.cut(this.headKind, 0);
    return line === '' || line === '\r' ? null : new IncompleteRead(NOTHING, null);
  }
}
