// A connection: which side asks and which answers, what is HTTP and what is not, and what becomes of both together. It is decided by
// what the sides say. Behind a CONNECT that was granted there is another conversation.

import type { Head } from '../core/head.js';
import { DEFAULT_LIMITS } from '../core/limits.js';
import type { MessageReader } from '../core/reader.js';
import { RequestReader } from '../core/request-reader.js';
import { ResponseReader } from '../core/response-reader.js';
import { sharedTokeniser } from '../wasm/tokeniser.js';
import type { CapturedInterim, Connection, Exchange, Timings } from './exchange.js';
import { linkName } from './link.js';
import { Messages, type MessagesOwner } from './messages.js';
import { Pairing } from './pairing.js';
import { ONE_SIDED, RequestRecord, ResponseRecord } from './record.js';
import { joined, type Source } from './source.js';
import { kindOf, MORE, REQUEST, RESPONSE, startsAt, TLS, type Kind } from './startline.js';
import type { ConnectionFacts, ConnectionSink } from './tcp.js';

/** Bytes of one segment that were put aside. */
interface Aside {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly time: number;
  readonly marks: number;
}

/** How much is put aside before it is known what it is. */
const MOST_ASIDE = 65536;

type AnyMessages = Messages<RequestRecord | ResponseRecord>;

/** What all conversations of a capture share. */
export interface Surroundings {
  readonly source: Source;
  emit(exchange: Exchange): void;
  /** The number of the next connection. */
  nextId(): number;
}

export class Conversation implements ConnectionSink {
  private readonly surroundings: Surroundings;
  private readonly facts: ConnectionFacts;
  private readonly pairing: Pairing;
  private readonly messages: [AnyMessages | null, AnyMessages | null] = [null, null];
  private readonly aside: [Aside[], Aside[]] = [[], []];
  private readonly asideSize = [0, 0];
  /** Whether bytes of the side are missing in front of what can be understood. */
  private readonly lost = [false, false];
  /** The side that sends requests, or -1. */
  private asking = -1;
  private readonly encrypted = [false, false];
  private id = -1;
  private connection: Connection | null = null;
  private isFirst = true;
  private interim: CapturedInterim[] = [];
  /** The request that asks for another protocol, while it is not known what becomes of that. */
  private upgrading: RequestRecord | null = null;
  /** Another protocol has begun. */
  private switched = false;
  private requestRefused = false;
  /** The conversation that this is carried by. */
  private readonly outer: Conversation | null;
  /** What a tunnel carries. */
  private inner: Conversation | null = null;

  constructor(surroundings: Surroundings, facts: ConnectionFacts, outer: Conversation | null = null) {
    this.surroundings = surroundings;
    this.facts = facts;
    this.outer = outer;
    this.pairing = new Pairing((request, response) => this.emit(request, response));
  }

  data(side: number, bytes: Uint8Array, start: number, end: number, base: number, time: number, marks: number): void {
    const messages = this.messages[side];
    if (messages) messages.take(bytes, start, end, base, time, marks);
    else if (this.encrypted[side] === false) this.find(side, bytes, start, end, base, time, marks);
  }

  again(side: number, back: number, bytes: Uint8Array, start: number, end: number, base: number): void {
    if (this.inner !== null) this.inner.again(side, back, bytes, start, end, base);
    else this.messages[side]?.again(back, bytes, start, end, base);
  }

  hole(side: number, length: number, cut: boolean): void {
    if (this.inner !== null) return this.inner.hole(side, length, cut);
    this.drop(side);
    const messages = this.messages[side];
    if (messages) messages.hole(length, cut);
    else this.lost[side] = true;
  }

  end(side: number): void {
    if (this.inner !== null) return this.inner.end(side);
    this.messages[side]?.end(true);
  }

  close(): void {
    this.inner?.close();
    for (const messages of this.messages) messages?.end(false);
    this.pairing.close();
  }

  /** The side has not said anything that can be understood so far. */
  private find(side: number, bytes: Uint8Array, start: number, end: number, base: number, time: number, marks: number): void {
    const aside = this.aside[side] as Aside[];
    const isContinued = aside.length > 0;
    let all = bytes;
    let [from, to] = [start, end];
    if (isContinued) {
      const pieces = [...aside.map((piece) => piece.bytes), bytes.subarray(start, end)];
      all = joined(pieces, (this.asideSize[side] as number) + end - start);
      [from, to] = [0, all.length];
    }
    const kind = kindOf(all, from, to);
    if (kind === MORE && to - from < MOST_ASIDE) {
      aside.push({ bytes: bytes.slice(start, end), at: base + start, time, marks });
      this.asideSize[side] = to - from;
    } else if (kind === TLS) {
      // The other side may answer in plain text that it does not understand.
      if (!this.encrypted.includes(true)) this.emitEncrypted();
      this.encrypted[side] = true;
      this.drop(side);
    } else if ((kind === REQUEST || kind === RESPONSE) && this.takesRole(side, kind)) {
      this.begin(side, kind);
      this.replay(side, this);
      this.data(side, bytes, start, end, base, time, marks);
    } else if (isContinued) {
      // Another protocol so far; what is new may begin something else.
      this.drop(side);
      this.find(side, bytes, start, end, base, time, marks);
    } else if (this.messages[1 - side]) {
      this.lost[side] = true;
      this.begin(side, side === this.asking ? REQUEST : RESPONSE).take(bytes, start, end, base, time, marks);
    }
  }

  private takesRole(side: number, kind: Kind): boolean {
    return this.asking < 0 || (this.asking === side) === (kind === REQUEST);
  }

  private begin(side: number, kind: Kind): AnyMessages {
    const { facts } = this;
    this.asking = kind === REQUEST ? side : 1 - side;
    const owner = kind === REQUEST ? this.requestOwner(side) : this.responseOwner(side);
    const messages = new Messages(owner as MessagesOwner<RequestRecord | ResponseRecord>, facts.begun[side as 0 | 1]);
    this.messages[side as 0 | 1] = messages;
    if (this.lost[side] === true) messages.searchOn(facts.begun[side as 0 | 1] ? 1 : 0);
    // What the other side lost counts from now on.
    if (this.lost[1 - side] === true && !this.messages[1 - side]) this.begin(1 - side, kind === REQUEST ? RESPONSE : REQUEST);
    return messages;
  }

  private replay(side: number, to: Conversation): void {
    for (const { bytes, at, time, marks } of this.drop(side)) to.data(side, bytes, 0, bytes.length, at, time, marks);
  }

  private drop(side: number): Aside[] {
    this.asideSize[side] = 0;
    return (this.aside[side] as Aside[]).splice(0);
  }

  private requestOwner(side: number): MessagesOwner<RequestRecord> {
    const { pairing } = this;
    return {
      source: this.surroundings.source,
      tokeniser: sharedTokeniser(),
      kind: REQUEST,
      makeRecord: (segments, time) => new RequestRecord(segments, time),
      makeReader: (quirks) => new RequestReader(sharedTokeniser(), DEFAULT_LIMITS, quirks) as MessageReader<Head>,
      prepare: (reader) => (reader as RequestReader).begin(),
      onHead: (record) => {
        this.requestRefused = false;
        pairing.request(record);
        if ('upgrade' in record.head && record.head.upgrade) this.upgrading = record;
      },
      onInterim: () => undefined,
      onEnd: () => pairing.ended(),
      onLost: (least) => pairing.lostRequests(least),
      // Who expects 100-continue and is refused need not send the body (RFC 9110 10.1.1).
      hasNoBody: (record, bytes, at, end) => {
        const isLeftOut = this.requestRefused && record.headers.has('expect') && startsAt(REQUEST, bytes, at, end);
        if (isLeftOut) record.bodyProblem = 'the body was not sent';
        return isLeftOut;
      },
      takeSwitched: (bytes, at, end, base, time, marks) => this.takeSwitched(side, bytes, at, end, base, time, marks),
    };
  }

  private responseOwner(side: number): MessagesOwner<ResponseRecord> {
    const { pairing } = this;
    return {
      source: this.surroundings.source,
      tokeniser: sharedTokeniser(),
      kind: RESPONSE,
      makeRecord: (segments, time) => new ResponseRecord(segments, time),
      makeReader: (quirks) => new ResponseReader(sharedTokeniser(), DEFAULT_LIMITS, quirks) as MessageReader<Head>,
      prepare: (reader, record) => {
        const request = pairing.next();
        record.request = request ?? null;
        if (reader.idle) (reader as ResponseReader).expect(request?.method ?? 'GET', true);
      },
      onHead: (record) => {
        record.interim = this.interim;
        this.interim = [];
        pairing.response(record);
        this.requestRefused = record.status >= 300;
        const switches = 'upgrade' in record.head && record.head.upgrade;
        if (switches || (record.request !== null && record.request === this.upgrading)) this.decide(switches, record.status);
      },
      onInterim: ({ status, reason, headers, startedAt }) => {
        this.interim.push({ status, reason, headers, startedAt });
      },
      onEnd: () => pairing.ended(),
      onLost: (least) => pairing.lostResponses(least),
      // The answer to a HEAD that was not captured.
      hasNoBody: (record, bytes, at, end) => record.request === null && startsAt(RESPONSE, bytes, at, end),
      takeSwitched: (bytes, at, end, base, time, marks) => this.takeSwitched(side, bytes, at, end, base, time, marks),
    };
  }

  /** The protocol is another one from here on, or it is not. */
  private decide(switches: boolean, status: number): void {
    this.upgrading = null;
    this.switched = switches;
    // Behind a 101 comes what no HTTP/1.x is; a tunnel may carry anything.
    if (switches && status !== 101) this.inner = new Conversation(this.surroundings, this.facts, this);
    if (!switches) this.messages[this.asking as 0 | 1]?.resume();
    this.replay(this.asking, this.inner ?? this);
  }

  private takeSwitched(side: number, bytes: Uint8Array, at: number, end: number, base: number, time: number, marks: number): boolean {
    if (this.inner !== null) {
      this.inner.data(side, bytes, at, end, base, time, marks);
    } else if (!this.switched) {
      // Nobody has said anything to it yet, or ever will.
      if (startsAt(REQUEST, bytes, at, end)) return false;
      if ((this.asideSize[side] as number) + end - at > MOST_ASIDE) return true;
      (this.aside[side] as Aside[]).push({ bytes: bytes.slice(at, end), at: base + at, time, marks });
      (this.asideSize[side] as number) += end - at;
    }
    return true;
  }

  private emit(request: RequestRecord | null, response: ResponseRecord | null): void {
    const { seen } = this.facts;
    const { asking } = this;
    if (request !== null && !seen[(1 - asking) as 0 | 1]) request.marks |= ONE_SIDED;
    if (response !== null && !seen[asking as 0 | 1]) response.marks |= ONE_SIDED;
    this.surroundings.emit({
      request,
      response,
      connection: (this.connection ??= this.describe(false)),
      timings: this.timings(request, response),
      problem: request !== null && response !== null ? null : this.notUnderstood(request === null),
    });
    this.isFirst = false;
  }

  /** Why there is no request, or no response. */
  private notUnderstood(isRequest: boolean): string | null {
    const bytes = this.messages[(isRequest ? this.asking : 1 - this.asking) as 0 | 1]?.passedOver ?? 0;
    if (bytes === 0) return null;
    return `no ${isRequest ? 'request' : 'response'} was found in ${bytes} bytes that the ${isRequest ? 'client' : 'server'} sent`;
  }

  private emitEncrypted(): void {
    this.surroundings.emit({
      request: null,
      response: null,
      connection: this.describe(true),
      timings: this.timings(null, null),
      problem: 'the connection is encrypted (TLS); nothing of it can be read',
    });
  }

  private timings(request: RequestRecord | null, response: ResponseRecord | null): Timings {
    const { askedAt, openedAt, begun } = this.facts;
    const asked = request?.endedAt ?? response?.startedAt ?? 0;
    const answered = response?.startedAt ?? asked;
    const timings = {
      send: request === null ? 0 : request.endedAt - request.startedAt,
      wait: Math.max(0, answered - asked),
      receive: response === null ? 0 : response.endedAt - response.startedAt,
    };
    const isOpening = this.isFirst && this.outer === null && begun[0] && begun[1] && openedAt >= askedAt;
    return isOpening ? { connect: openedAt - askedAt, ...timings } : timings;
  }

  private describe(encrypted: boolean): Connection {
    const { ends, linkType } = this.facts;
    const client = this.clientSide();
    return {
      id: this.ownId(),
      client: ends[client],
      server: ends[(1 - client) as 0 | 1],
      link: linkName(linkType),
      encrypted,
    };
  }

  private ownId(): number {
    if (this.outer !== null) return this.outer.ownId();
    if (this.id < 0) this.id = this.surroundings.nextId();
    return this.id;
  }

  private clientSide(): 0 | 1 {
    const { client, ends } = this.facts;
    const asking = this.outer?.asking ?? this.asking;
    if (asking >= 0) return asking as 0 | 1;
    if (client >= 0) return client as 0 | 1;
    // Servers have the lower port.
    return ends[0].port < ends[1].port ? 1 : 0;
  }
}
