// Reading responses: each is the answer to a request that expect() announced, with interim responses before it. A response is
// read only as such an answer; anything else is excess.

import type { Tokeniser } from '../wasm/tokeniser.js';
import { KIND_RESPONSE, STATUS } from '../wasm/layout.generated.js';
import { BadStatusLine, IncompleteRead, InvalidMessage, LimitExceeded, RemoteDisconnected } from './errors.js';
import { keepsAlive, messageFraming, type Framing } from './framing.js';
import { ResponseHead } from './head.js';
import { MAX_INTERIM_RESPONSES, type Limits } from './limits.js';
import { IDLE, IN_HEAD, MessageReader, NOTHING, type MessageSink } from './reader.js';
import type { Template } from './template.js';

export type ResponseSink = MessageSink<ResponseHead>;

/** CRLFs that may follow a complete response on an idle connection. */
const MAX_IDLE_BYTES = 8;

export class ResponseReader extends MessageReader<ResponseHead> {
  // The request that is answered now, and those behind it.
  private method = '';
  private upgrade = false;
  private readonly queue: { readonly method: string; readonly upgrade: boolean }[] = [];
  private idleBytes = 0;
  private interim = 0;

  constructor(tokeniser: Tokeniser, limits: Limits, quirks: number) {
    super(KIND_RESPONSE, tokeniser, limits, quirks);
  }

  /** Announces the request that the next response answers; `upgrade` says that it asked for another protocol. */
  expect(method: string, upgrade: boolean): void {
    // Behind half a CRLF its other half comes first.
    if (this.state !== IDLE || this.idleBytes % 2 === 1) {
      this.queue.push({ method, upgrade });
      return;
    }
    this.begin(method);
    this.upgrade = upgrade;
  }

  protected makeHead(start: number, size: number, template: Template<ResponseHead> | null): ResponseHead {
    return new ResponseHead(this.tokeniser, start, size, template);
  }

  protected acceptHead(head: ResponseHead): Framing | null {
    const { status } = head;
    if (status < 200 && this.countInterim(status)) return null;
    this.interim = 0;
    const framing = messageFraming(head, this.method, this.quirks);
    this.switched = status === 101 || (this.method === 'CONNECT' && status < 300);
    head.framing = framing;
    head.upgrade = this.switched;
    head.keepAlive = !this.switched && keepsAlive(head, framing);
    return framing;
  }

  private countInterim(status: number): boolean {
    if (status === 101) {
      if (this.upgrade) return false;
      throw new InvalidMessage('unsolicited-101', 0, 'the peer switches protocols, and the request did not ask for it (RFC 9110 15.2.2)');
    }
    if (++this.interim > MAX_INTERIM_RESPONSES) {
      throw new LimitExceeded(
        'interimResponses',
        MAX_INTERIM_RESPONSES,
        `got more than ${MAX_INTERIM_RESPONSES} interim responses to one request`,
      );
    }
    this.isInterim = true;
    return true;
  }

  protected endMessage(): boolean {
    this.idleBytes = 0;
    return this.queue.length > 0 && this.expectNext();
  }

  private expectNext(): boolean {
    const next = this.queue.shift() as { readonly method: string; readonly upgrade: boolean };
    this.method = next.method;
    this.upgrade = next.upgrade;
    return true;
  }

  // CRLFs alone may follow (RFC 9112 2.2); anything else would be read as the answer to the next request.
  protected readIdle(at: number, end: number): number {
    for (; at < end; at++) {
      const byte = this.tokeniser.bytes[at] as number;
      if (this.skipsIdle(byte)) continue;
      if (this.queue.length > 0) {
        this.beginBehindIdle('', byte);
        return at;
      }
      this.excess = true;
    }
    return end;
  }

  /** Whether a byte behind a complete response is part of a CRLF that may be there. */
  skipsIdle(byte: number): boolean {
    return ++this.idleBytes <= MAX_IDLE_BYTES && byte === (this.idleBytes % 2 === 1 ? 0x0d : 0x0a);
  }

  /**
   * A response begins with `byte`, the first one that skipsIdle() did not let pass: the one that was announced meanwhile, or one that
   * nobody announced, to a request of this method.
   */
  beginBehindIdle(method: string, byte: number): void {
    // Half a CRLF, or one too many.
    if (this.idleBytes % 2 === 0 || byte === 0x0d) throw new BadStatusLine('\r');
    this.begin(method);
    if (this.queue.length > 0) this.expectNext();
  }

  /** Whether nothing has come behind the last response. */
  get atStart(): boolean {
    return this.idleBytes === 0;
  }

  /** A response nobody announced begins. */
  begin(method: string): void {
    this.method = method;
    this.upgrade = false;
    this.state = IN_HEAD;
  }

  override finish(): void {
    // Half a CRLF is no byte of the response that was announced behind it.
    if (this.state === IDLE && this.queue.length > 0) this.state = IN_HEAD;
    super.finish();
  }

  // Which error it is depends on how far the head came.
  protected cutHead(): Error {
    if (!this.section.begun) return new RemoteDisconnected();
    const line = this.section.cut(this.headKind, 0);
    if (line !== null) return line === '' || line === '\r' ? new RemoteDisconnected() : new BadStatusLine(line);
    // A cut interim response is no byte of the final one.
    const status = this.tokeniser.slot(STATUS);
    return status < 200 && status !== 101 ? new RemoteDisconnected() : new IncompleteRead(NOTHING, null);
  }
}
