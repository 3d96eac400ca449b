// One request's way onto the wire, and to the head of its response: it waits for a channel, writes, waits for the answer,
// and is sent once more where a stale connection swallowed it and that is safe. The connection decides when.

import { ConnectionError, ImproperConnectionState, NotConnected } from '../core/errors.js';
import type { RequestHeadWriter } from '../core/request.js';
import type { Channel } from './channel.js';
import type { Exchange, HeadWaiter } from './exchange.js';
import type { Link } from './link.js';
import { sendHead, sendOutgoing, type Outgoing, type RequestContext } from './outgoing.js';
import type { HTTPResponse } from './response.js';
import { BodyWriter, discardPieces, type BodyFraming, type Content } from './upload.js';

const CLOSED = 'the connection was closed by close() while the call was in progress';

/** Who makes the response of a delivery, or does without one. */
export interface Requester {
  respond(delivery: Delivery): HTTPResponse;
  /** There will be none. */
  failed(delivery: Delivery): void;
}

export class Delivery implements HeadWaiter {
  /** Of the request. */
  readonly url: string;
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
  // Whether the channel had served another request, and how often it had read by then.
  private reused = false;
  private reads = 0;
  // Whoever waits for the response. Let go of behind it: a promise keeps what it was resolved with, and a response that nobody else
  // has is to be collected.
  private requester: Requester | null = null;
  private resolve: ((response: HTTPResponse) => void) | null = null;
  private reject: ((error: unknown) => void) | null = null;

  constructor(link: Link, url: string, exchange: Exchange, context: RequestContext) {
    this.url = url;
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

  /** The response, when its head has come: what `requester` makes of it. */
  response(requester: Requester): Promise<HTTPResponse> {
    if (this.opening !== null) return this.responseAfter(this.opening, requester);
    return new Promise((resolve, reject) => {
      this.requester = requester;
      this.resolve = resolve;
      this.reject = reject;
      try {
        this.check();
        this.checkComplete();
        (this.channel as Channel).waitForHead(this.exchange, this);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** The same, once `step` of the sending is done. */
  async responseAfter(step: Promise<void>, requester: Requester): Promise<HTTPResponse> {
    try {
      await step;
    } catch (error) {
      requester.failed(this);
      throw error;
    }
    return this.response(requester);
  }

  onHead(): void {
    try {
      this.check();
      const response = (this.requester as Requester).respond(this);
      this.resolve?.(response);
      this.letGo();
    } catch (error) {
      this.fail(error);
    }
  }

  onNoHead(error: unknown): void {
    if (!this.mayRepeat(error)) this.fail(error);
    else
      this.repeat().then(
        () => this.onHead(),
        (again: unknown) => this.fail(again),
      );
  }

  private fail(error: unknown): void {
    this.requester?.failed(this);
    this.reject?.(error);
    this.letGo();
  }

  private letGo(): void {
    this.requester = this.resolve = this.reject = null;
  }

  /** Sends the request once more. Resolves when the head of its response has come. */
  private async repeat(): Promise<void> {
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
  private check(): void {
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
    this.reads = channel.reads;
    channel.begin(this.exchange);
  }

  // RFC 9110 9.2.2, 9112 9.3.1: idempotent, the connection served a request before, nothing of this response came, once.
  private mayRepeat(error: unknown): boolean {
    const stale = this.reused && this.channel?.reads === this.reads && error instanceof ConnectionError;
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
