// TCP: from segments to the bytes that each side got, in order. What came twice is taken once, the first time (RFC 9293 3.10.7.4 leaves
// it open; the first is what a receiver has acknowledged). A segment is handed on when all bytes in front of it were, and
// all bytes of the other side that its sender had acknowledged: so a request comes before its response however the capture mixed them.
// What never comes is a hole, and is given up when it is plain that the other side had it, or when too much waits for it.

import { addressOf } from './address.js';
import { four } from './bytes.js';
import type { Endpoint } from './exchange.js';
import { Flows } from './flows.js';
import { hold, isBefore, REORDERED, sizeOf, without, type HeldSegment } from './held.js';
import type { SegmentSink } from './ip.js';

/** Who gets the bytes of a connection. `side` is 0 for the one whose packet came first. */
export interface ConnectionSink {
  /** Bytes from `start` to `end`, good during the call; the one with index 0 stands at `base` in the file. */
  data(side: number, bytes: Uint8Array, start: number, end: number, base: number, time: number, marks: number): void;
  /** Bytes came again that were `back` bytes in front of the next ones. */
  again(side: number, back: number, bytes: Uint8Array, start: number, end: number, base: number): void;
  /** `length` bytes were not captured; `cut` says that their packet was, but not all of it. */
  hole(side: number, length: number, cut: boolean): void;
  /** The side has sent all it had. */
  end(side: number): void;
  /** No more will come of either. */
  close(): void;
}

/** What is known of a connection beside its bytes. */
export interface ConnectionFacts {
  readonly ends: readonly [Endpoint, Endpoint];
  readonly linkType: number;
  /** The side that asked for the connection, or -1. */
  client: number;
  /** Whether the side was seen to begin. */
  readonly begun: [boolean, boolean];
  /** Whether a packet of the side was seen. */
  readonly seen: [boolean, boolean];
  /** When it was asked for, and when that was agreed upon. */
  askedAt: number;
  openedAt: number;
}

/** Segments that may wait for a hole, if the other side has acknowledged what is behind it; and if it has not. */
const PATIENCE = 64;
const LONG_PATIENCE = 4096;
/** Bytes that may wait: of one connection, of all. */
const MOST_HELD = 1 << 22;
const MOST_HELD_TOGETHER = 1 << 25;
/** No window is larger, so a larger step is no acknowledgment of anything that was sent (RFC 7323 2.3). */
const LARGEST_WINDOW = 2 ** 30;
/** Connections that are followed at a time; of more, those are given up where nothing happens. */
const MOST_CONNECTIONS = 32768;
/** Packets after which a connection that was closed is done with, and is forgotten. */
const LINGER = 1024;
const MEMORY = 65536;

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

class Direction {
  readonly connection: Connection;
  readonly side: number;
  peer!: Direction;
  /** The sequence number of the next byte, once `settled`. */
  next = 0;
  settled = false;
  /** That of the first byte. */
  initial = 0;
  /** Nothing was seen of it when something had to be handed on. */
  absent = false;
  /** The highest number that the other side acknowledged. */
  acked = 0;
  hasAcked = false;
  fin = 0;
  hasFin = false;
  ended = false;
  /** The number of the last packet that was handed on. */
  order = 0;
  readonly held: HeldSegment[] = [];

  constructor(connection: Connection, side: number) {
    this.connection = connection;
    this.side = side;
  }

  /** Its first byte is known, or taken for it. */
  settle(next: number): void {
    this.next = this.initial = next;
    this.settled = true;
  }
}

class Connection {
  readonly facts: ConnectionFacts;
  sink: ConnectionSink | null = null;
  readonly directions: readonly [Direction, Direction];
  heldSegments = 0;
  heldBytes = 0;
  /** The number of its last packet. */
  order = 0;
  /** Both sides have ended, or one has reset it. */
  closing = false;
  closed = false;

  constructor(facts: ConnectionFacts) {
    this.facts = facts;
    this.directions = [new Direction(this, 0), new Direction(this, 1)];
    this.directions[0].peer = this.directions[1];
    this.directions[1].peer = this.directions[0];
  }
}

export class TCP implements SegmentSink {
  /** Segments so far. */
  segments = 0;
  private readonly open: (facts: ConnectionFacts) => ConnectionSink;
  private readonly flows = new Flows<Direction>();
  private readonly closing: Connection[] = [];
  private heldBytes = 0;

  /** `open` is called for a connection when there are bytes of it. */
  constructor(open: (facts: ConnectionFacts) => ConnectionSink) {
    this.open = open;
  }

  segment(
    bytes: Uint8Array,
    source: number,
    addressLength: number,
    at: number,
    end: number,
    missing: number,
    base: number,
    time: number,
    linkType: number,
  ): void {
    const start = at + ((bytes[at + 12] as number) >> 4) * 4;
    if (start < at + 20 || start > end) return;
    this.segments++;
    const flags = bytes[at + 13] as number;
    let seq = four(bytes, at + 4);
    const ack = four(bytes, at + 8);
    let direction = this.flows.find(bytes, source, addressLength, at);
    if (direction === undefined || ((flags & SYN) !== 0 && startsAnew(direction, seq))) {
      if (direction !== undefined) this.close(direction.connection);
      if (this.flows.full) this.forget();
      direction = this.connect(bytes, source, addressLength, at, time, linkType);
    }
    const { connection, peer } = direction;
    connection.order = this.segments;
    const { facts } = connection;
    facts.seen[direction.side] = true;
    if ((flags & SYN) !== 0) {
      seq = (seq + 1) | 0;
      this.begin(direction, seq, (flags & ACK) !== 0 ? ack : null, time);
    } else if (facts.openedAt < 0 && facts.client === direction.side) {
      facts.openedAt = time;
    }
    if ((flags & ACK) !== 0 && (!peer.hasAcked || isBefore(peer.acked, ack))) {
      peer.acked = ack;
      peer.hasAcked = true;
    }
    if (connection.closed) return;
    if ((flags & RST) !== 0) {
      // Some explain themselves in it (RFC 9293 3.5.3); that is no part of what is sent.
      this.startClosing(connection);
      return;
    }
    if (direction.absent) {
      direction.absent = false;
      direction.settle(seq);
    }
    const size = end - start + missing;
    if ((flags & FIN) !== 0 && !direction.hasFin) {
      direction.hasFin = true;
      direction.fin = (seq + size) | 0;
    }
    if (size > 0) {
      const waits =
        connection.heldSegments > 0 ||
        !direction.settled ||
        seq !== direction.next ||
        ((flags & ACK) !== 0 && !this.hasSeen(peer, ack)) ||
        direction.ended;
      if (!waits) {
        direction.order = this.segments;
        direction.next = (seq + size) | 0;
        (connection.sink ??= this.open(facts)).data(direction.side, bytes, start, end, base, time, 0);
        if (missing > 0) connection.sink.hole(direction.side, missing, true);
      } else {
        this.hold(direction, seq, (flags & ACK) !== 0 ? ack : null, bytes, start, end, missing, base, time);
      }
    }
    if (connection.heldSegments > 0 || direction.hasFin) this.advance(connection);
    if ((this.segments & (LINGER - 1)) === 0) this.sweep();
  }

  /** The capture is over. */
  finish(): void {
    const connections = new Set<Connection>();
    this.flows.rebuild(({ connection }) => {
      connections.add(connection);
      return false;
    });
    for (const connection of connections) this.close(connection);
  }

  private connect(bytes: Uint8Array, source: number, length: number, at: number, time: number, linkType: number): Direction {
    const facts: ConnectionFacts = {
      ends: [
        { address: addressOf(bytes, source, length), port: four(bytes, at) >>> 16 },
        { address: addressOf(bytes, source + length, length), port: four(bytes, at) & 0xffff },
      ],
      linkType,
      client: -1,
      begun: [false, false],
      seen: [false, false],
      askedAt: time,
      openedAt: -1,
    };
    const [direction, peer] = new Connection(facts).directions;
    this.flows.put(direction, peer);
    return direction;
  }

  /** A SYN came; the first byte behind it is `first`. */
  private begin(direction: Direction, first: number, ack: number | null, time: number): void {
    const { facts } = direction.connection;
    if (!direction.settled || direction.absent) direction.settle(first);
    direction.absent = false;
    facts.begun[direction.side] = true;
    if (ack === null) {
      if (facts.client < 0) facts.askedAt = time;
      facts.client = direction.side;
    } else {
      facts.client = direction.peer.side;
      // What it acknowledges is the other SYN.
      if (!direction.peer.settled) direction.peer.settle(ack);
    }
  }

  /** Whether everything up to `ack` was handed on of what `direction` sent. */
  private hasSeen(direction: Direction, ack: number): boolean {
    if (direction.absent) return true;
    if (!direction.settled) return false;
    const ahead = (ack - direction.next) | 0;
    return ahead <= 0 || ahead > LARGEST_WINDOW;
  }

  private hold(
    direction: Direction,
    seq: number,
    ack: number | null,
    bytes: Uint8Array,
    start: number,
    end: number,
    missing: number,
    base: number,
    time: number,
  ): void {
    const { connection, held } = direction;
    const size = end - start + missing;
    if (direction.settled) {
      const old = (direction.next - seq) | 0;
      if (old > 0) {
        // A probe of a connection that is idle has one byte that was acknowledged long ago (RFC 9293 3.8.4).
        const isProbe = old === 1 && size === 1;
        if (!isProbe) connection.sink?.again(direction.side, old, bytes, start, Math.min(end, start + old), base);
        if (old >= size) return;
      }
    }
    if (direction.ended) return;
    const before = held.length;
    const added = hold(held, {
      seq,
      ack,
      bytes: bytes.slice(start, end),
      missing,
      at: base + start,
      time,
      order: this.segments,
      marks: 0,
    });
    connection.heldSegments += held.length - before;
    connection.heldBytes += added;
    this.heldBytes += added;
  }

  /** Hands on what need not wait any longer. */
  private advance(connection: Connection): void {
    for (;;) {
      const [one, other] = connection.directions;
      // Not until both are stuck.
      while (this.advanceOne(one) || this.advanceOne(other));
      if (!this.isOverdue(connection)) break;
      this.force(connection);
    }
    const [one, other] = connection.directions;
    if (one.ended && other.ended) this.startClosing(connection);
  }

  private advanceOne(direction: Direction): boolean {
    const { held } = direction;
    if (!direction.settled) return false;
    let moved = false;
    for (let first = held[0]; first !== undefined; first = held[0]) {
      if (isBefore(direction.next, first.seq)) break;
      if (first.ack !== null && !this.hasSeen(direction.peer, first.ack)) break;
      this.release(direction);
      moved = true;
    }
    return this.endIfDone(direction) || moved;
  }

  private endIfDone(direction: Direction): boolean {
    if (!direction.hasFin || direction.ended || direction.next !== direction.fin) return false;
    direction.ended = true;
    direction.next = (direction.fin + 1) | 0;
    direction.connection.sink?.end(direction.side);
    return true;
  }

  /** Hands on the first segment that waits; nothing lies in front of it any more. */
  private release(direction: Direction): void {
    const { connection } = direction;
    let segment = direction.held.shift() as HeldSegment;
    connection.heldSegments--;
    connection.heldBytes -= sizeOf(segment);
    this.heldBytes -= sizeOf(segment);
    const old = (direction.next - segment.seq) | 0;
    if (old >= sizeOf(segment)) return;
    if (old > 0) segment = without(segment, old);
    const { bytes, time, order, marks } = segment;
    const isLate = order < direction.order;
    direction.order = Math.max(order, direction.order);
    direction.next = (segment.seq + sizeOf(segment)) | 0;
    const sink = (connection.sink ??= this.open(connection.facts));
    sink.data(direction.side, bytes, 0, bytes.length, segment.at, time, isLate ? marks | REORDERED : marks);
    if (segment.missing > 0) sink.hole(direction.side, segment.missing, true);
  }

  private isOverdue(connection: Connection): boolean {
    const { heldSegments } = connection;
    if (heldSegments <= PATIENCE && connection.heldBytes <= MOST_HELD && this.heldBytes <= MOST_HELD_TOGETHER) return false;
    return (
      heldSegments > LONG_PATIENCE ||
      connection.heldBytes > MOST_HELD ||
      (this.heldBytes > MOST_HELD_TOGETHER && heldSegments > 0) ||
      connection.directions.some((direction) => this.isLost(direction))
    );
  }

  /** Whether the first segment that waits waits for what the other side had. */
  private isLost(direction: Direction): boolean {
    const first = direction.held[0];
    if (first === undefined) return false;
    if (!direction.settled || !isBefore(direction.next, first.seq)) return true;
    return direction.hasAcked && !isBefore(direction.acked, first.seq);
  }

  /** Hands on the first of the segments that wait, and what belongs in front of it as far as there is any. */
  private force(connection: Connection): void {
    const [one, other] = connection.directions;
    const direction = (one.held[0]?.order ?? Infinity) < (other.held[0]?.order ?? Infinity) ? one : other;
    const { peer } = direction;
    const { seq, ack } = direction.held[0] as HeldSegment;
    if (!direction.settled) direction.settle(seq);
    if (ack !== null && !this.hasSeen(peer, ack)) {
      if (!peer.settled) {
        const first = peer.held[0];
        peer.absent = first === undefined && !connection.facts.seen[peer.side];
        peer.settle(first !== undefined && isBefore(first.seq, ack) ? first.seq : ack);
      }
      this.forceUntil(peer, ack);
    }
    this.skip(direction, seq);
    this.release(direction);
  }

  private forceUntil(direction: Direction, until: number): void {
    while (isBefore(direction.next, until)) {
      const first = direction.held[0];
      if (first === undefined || !isBefore(first.seq, until)) {
        // What is acknowledged last is a FIN as well.
        if (!this.endIfDone(direction)) this.skip(direction, until);
        return;
      }
      this.skip(direction, first.seq);
      this.release(direction);
    }
  }

  private skip(direction: Direction, until: number): void {
    const length = (until - direction.next) | 0;
    if (length <= 0) return;
    direction.next = until;
    const { connection } = direction;
    (connection.sink ??= this.open(connection.facts)).hole(direction.side, length, false);
  }

  private startClosing(connection: Connection): void {
    if (connection.closing) return;
    connection.closing = true;
    this.closing.push(connection);
  }

  /** Everything that is there of it is handed on. */
  private close(connection: Connection): void {
    if (connection.closed) return;
    while (connection.heldSegments > 0) {
      this.force(connection);
      while (connection.directions.some((direction) => this.advanceOne(direction)));
    }
    for (const direction of connection.directions) {
      if (direction.ended || !direction.settled || direction.absent) continue;
      // The last bytes may be missing as well.
      const last = direction.hasFin ? direction.fin : direction.acked;
      if ((direction.hasFin || direction.hasAcked) && ((last - direction.next) | 0) < LARGEST_WINDOW && connection.sink !== null)
        this.skip(direction, last);
      this.endIfDone(direction);
    }
    connection.closed = true;
    connection.sink?.close();
    connection.sink = null;
  }

  private sweep(): void {
    let done = 0;
    for (const connection of this.closing) {
      if (connection.order + LINGER > this.segments) break;
      this.close(connection);
      done++;
    }
    this.closing.splice(0, done);
  }

  /** Makes room in the table: what was closed long ago goes, and what has been idle longest if there is too much of it. */
  private forget(): void {
    const oldest = this.segments - MEMORY;
    const live: Connection[] = [];
    this.flows.rebuild((direction) => {
      const { connection } = direction;
      if (connection.closed && connection.order < oldest) return false;
      if (!connection.closed && direction.side === 0) live.push(connection);
      return true;
    });
    if (live.length < MOST_CONNECTIONS) return;
    live.sort((a, b) => a.order - b.order);
    for (const connection of live.slice(0, live.length / 2)) this.close(connection);
    this.flows.rebuild(({ connection }) => !connection.closed);
  }
}

/** Whether a SYN with this number asks for another connection than the one that is known. */
function startsAnew(direction: Direction, seq: number): boolean {
  if (!direction.settled || direction.absent) return direction.connection.closed;
  return direction.initial !== ((seq + 1) | 0);
}
