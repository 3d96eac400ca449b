// One request's way onto the wire, and to the head of its response: it waits for a channel, writes, waits for the answer,
// and is sent once more where a stale connection swallowed it and that is safe. The connection decides when.

import { ConnectionError, ImproperConnectionState, NotConnected } from '../core/errors.js';
import type { RequestHeadWriter } from '../core/request.js';
import type { Channel } from './channel.js';
import type { Exchange } from './exchange.js';
import type { Link } from './link.js';
import { sendHead, sendOutgoing, type Outgoing, type RequestContext } from './outgoing.js';
import { BodyWriter, discardPieces, type BodyFraming, type Content } from './upload.js';

const CLOSED = 'the connection was closed by close() while the call was in progress';

export class Delivery {
  readonly target: string;
  exchange: Exchange;
  channel: Channel | null = null;
  /** Settles when the channel is there to be written to; null from then on. */
  opening: Promise<void> | null = null;
  /** close() came: whatever is going on for this request is in vain. */
  cancelled = false;
  /** getresponse() is waiting. */
  awaited = false;
  /** What writes a low-level request's body. */
  body: BodyWriter | null = null;

  private readonly link: Link;
  private readonly context: RequestContext;
  /** The whole request, while it may be sent again. */
  private outgoing: Outgoing | null = null;
  // Whether the channel had served another request, and what it had read by then.
  private reused = false;
  private bytesRead = 0;

  constructor(link: Link, target: string, exchange: Exchange, context: RequestContext) {
    this.target = target;
    this.exchange = exchange;
    this.link = link;
    this.context = context;
  }

  /** Sends a whole request. Returns the promise that it is out, or null when it is already. */
  send(outgoing: Outgoing): Promise<void> | null {
    this.outgoing = outgoing;
    this.exchange.uploading = outgoing.content !== null;
    const channel = outgoing.content === null ? this.link.usable : null;
    if (channel === null) return this.run(async () => sendOutgoing(await this.begin(), this.exchange, outgoing, this.context));
    // The usual case: a request without a body, on an open connection.
    try {
      this.beginOn(channel);
      const drained = sendHead(channel, outgoing.head, this.context);
      return drained === null ? null : this.run(() => drained);
    } catch (error) {
      return this.run(() => Promise.reject(error as Error));
    }
  }

  /** Sends the head of a low-level request, and as much of its body as there is. */
  async sendHead(writer: RequestHeadWriter, content: Content | null, chunked: boolean): Promise<void> {
    // Until all of it is sent: an answer may come at once, even before the first byte has gone out.
    this.exchange.uploading = true;
    await this.run(async () => {
      const channel = await this.begin();
      const body = new BodyWriter(channel, this.exchange, bodyFraming(writer, chunked), this.context.debugData);
      this.body = body;
      this.exchange.uploading = content !== null || !body.finished;
      const head = writer.end();
      this.context.debugData?.(head);
      channel.cork();
      const drained = channel.write(head);
      const written = content?.bytes == null ? null : body.writeContent(content, chunked);
      channel.uncork();
      if (drained !== null) await drained;
      await written;
      if (content?.pieces != null) await body.writeContent(content, chunked);
      if (chunked && content !== null && !body.stopped) await body.writeLastChunk('\r\n');
      this.exchange.uploading = !body.finished;
    });
  }

  /** Refuses what may not follow: nothing is lost by that. */
  checkMore(content: Content): void {
    if (this.body === null) throw new ImproperConnectionState('send() while the request sends its own body');
    const excess = (content.bytes?.length ?? 0) - this.body.left;
    if (excess > 0) {
      throw new TypeError(
        `the body is longer than declared: ${excess} bytes too many, nothing of it was sent; declare Content-Length or Transfer-Encoding`,
      );
    }
  }

  /** Sends more of a low-level request's body. */
  async sendMore(content: Content): Promise<void> {
    const body = this.body as BodyWriter;
    await this.run(() => body.writeContent(content, false));
    this.exchange.uploading = !body.finished;
  }

  /** The promise of the head. What it rejects with is to be given to recover(); behind it, check(). */
  head(): Promise<void> {
    if (this.opening !== null) return this.openedHead(this.opening);
    try {
      this.check();
      this.checkComplete();
      return (this.channel as Channel).headOf(this.exchange);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  private async openedHead(opening: Promise<void>): Promise<void> {
    await opening;
    return this.head();
  }

  /** The head did not come, because of `error`: the request is sent once more where that is safe. Else throws the error. */
  async recover(error: unknown): Promise<void> {
    if (!this.mayRepeat(error)) throw error;
    const outgoing = this.outgoing as Outgoing;
    this.outgoing = null;
    this.exchange = this.exchange.again();
    this.exchange.uploading = outgoing.content !== null;
    try {
      await sendOutgoing(await this.begin(), this.exchange, outgoing, this.context);
    } catch (again) {
      if (this.exchange.head === null) throw again;
    }
    await (this.channel as Channel).headOf(this.exchange);
  }

  /** Throws what happened meanwhile, beside the head. */
  check(): void {
    if (this.exchange.refusal !== null) throw this.exchange.refusal.error;
    if (this.cancelled) throw new NotConnected(CLOSED);
  }

  /** Runs a step of sending; what it throws ends the channel. */
  private async run(step: () => Promise<void>): Promise<void> {
    const { exchange } = this;
    try {
      await step();
    } catch (error) {
      // The request is on its way once more, by head().
      if (this.exchange !== exchange) return;
      // A final response that came in spite of the failure is what the caller wants to see; a request that may be
      // repeated is, when its response is asked for.
      if (this.exchange.head !== null || this.mayRepeat(error)) return;
      this.channel?.abort(error);
      discardPieces(this.outgoing?.content?.pieces ?? null);
      throw error;
    }
  }

  private async begin(): Promise<Channel> {
    let channel = this.link.usable;
    if (channel === null) {
      const opening = this.link.openForRequest(this.exchange);
      this.opening = opening.then(() => undefined);
      this.opening.catch(() => undefined);
      channel = await opening;
      this.opening = null;
      if (this.cancelled) throw new NotConnected(CLOSED);
    }
    this.beginOn(channel);
    return channel;
  }

  private beginOn(channel: Channel): void {
    this.channel = channel;
    this.reused = channel.completed > 0;
    this.bytesRead = channel.bytesRead;
    channel.begin(this.exchange);
  }

  // RFC 9110 9.2.2, 9112 9.3.1: idempotent, the connection served a request before, nothing of this response came, once.
  private mayRepeat(error: unknown): boolean {
    const stale = this.reused && this.channel?.bytesRead === this.bytesRead && error instanceof ConnectionError;
    return stale && !this.cancelled && this.link.autoOpen && this.outgoing?.repeatable === true;
  }

  /** A low-level body that is shorter than declared can never be completed. */
  private checkComplete(): void {
    if (this.body?.short !== true || this.exchange.head !== null) return;
    const error = new ImproperConnectionState(
      `the body is ${this.body.left} bytes shorter than its Content-Length: send() the rest before getresponse()`,
    );
    this.channel?.fail(error);
    throw error;
  }
}

// Without declared framing a request has no body (RFC 9112 6.3, rule 7), except behind a protocol switch.
function bodyFraming(writer: RequestHeadWriter, chunked: boolean): BodyFraming {
  if (chunked) return 'chunked';
  if (writer.transferEncoding) return 'own chunks';
  if (writer.method === 'CONNECT' || writer.upgrade) return writer.contentLength ?? 'none';
  return writer.contentLength ?? 0;
}
