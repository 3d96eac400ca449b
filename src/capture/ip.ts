// IP packets: from a frame to the TCP segment in it, through extension headers, fragments and tunnels. What is not TCP is passed over.

import { two } from './bytes.js';
import { Fragments } from './fragments.js';
import { packetIn80211, packetInEthernet, packetInFrame, packetOfType } from './link.js';
import type { PacketSink } from './packets.js';

/** Who gets the segments. */
export interface SegmentSink {
  /**
   * A TCP segment, header and all, from `at` to `end` of `bytes`, of which `missing` bytes were not captured. The addresses are the
   * `addressLength` bytes at `source` and behind them.
   */
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
  ): void;
}

const IPIP = 4;
const TCP = 6;
const UDP = 17;
const IPV6 = 41;
const GRE = 47;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
const MOBILITY = 135;

/** Tunnels inside of tunnels; what has more is made to keep us busy. */
const DEEPEST = 8;

const GRE_IN_UDP = 4754;
const VXLAN = 4789;
const TEREDO = 3544;

export class IP implements PacketSink {
  private readonly sink: SegmentSink;
  private readonly fragments = new Fragments();
  // Of the packet being read.
  private time = 0;
  private linkType = 0;
  private depth = 0;
  /** Bytes at the end of the frame that were not captured. */
  private cutOff = 0;

  constructor(sink: SegmentSink) {
    this.sink = sink;
  }

  packet(linkType: number, bytes: Uint8Array, start: number, end: number, base: number, time: number, wireLength: number): void {
    this.time = time;
    this.linkType = linkType;
    this.depth = 0;
    this.cutOff = Math.max(0, wireLength - (end - start));
    this.ip(bytes, packetInFrame(linkType, bytes, start, end), end, base);
  }

  /** The IP packet at `at`, if that is not negative. */
  private ip(bytes: Uint8Array, at: number, end: number, base: number): void {
    if (at < 0 || ++this.depth > DEEPEST) return;
    const version = (bytes[at] as number) >> 4;
    if (version === 4 && at + 20 <= end) this.ipv4(bytes, at, end, base);
    else if (version === 6 && at + 40 <= end) this.ipv6(bytes, at, end, base);
  }

  private ipv4(bytes: Uint8Array, at: number, end: number, base: number): void {
    const header = ((bytes[at] as number) & 15) * 4;
    // 0 where the network card was to cut the packet into pieces and the capture came before.
    const total = two(bytes, at + 2) || end - at + this.cutOff;
    if (header < 20 || total < header) return;
    const protocol = bytes[at + 9] as number;
    const payload = at + header;
    const payloadEnd = Math.min(end, at + total);
    const fragment = two(bytes, at + 6) & 0x3fff;
    if (fragment === 0) {
      this.payload(protocol, bytes, at + 12, 4, payload, payloadEnd, at + total - payloadEnd, base);
      return;
    }
    const key = `${bytes.subarray(at + 12, at + 20).join()} ${two(bytes, at + 4)} ${protocol}`;
    const more = (fragment & 0x2000) !== 0;
    this.fragment(key, protocol, bytes, at + 12, 4, payload, payloadEnd, (fragment & 0x1fff) * 8, more);
  }

  private ipv6(bytes: Uint8Array, at: number, end: number, base: number): void {
    const length = two(bytes, at + 4) || end - at - 40 + this.cutOff;
    const missing = Math.max(0, at + 40 + length - end);
    const payloadEnd = Math.min(end, at + 40 + length);
    let next = bytes[at + 6] as number;
    let payload = at + 40;
    while (payload + 8 <= payloadEnd) {
      if (next === HOP_BY_HOP || next === ROUTING || next === DESTINATION || next === MOBILITY) {
        next = bytes[payload] as number;
        payload += ((bytes[payload + 1] as number) + 1) * 8;
      } else if (next === AUTHENTICATION) {
        next = bytes[payload] as number;
        payload += ((bytes[payload + 1] as number) + 2) * 4;
      } else if (next === FRAGMENT) {
        const offset = two(bytes, payload + 2);
        next = bytes[payload] as number;
        const more = (offset & 1) !== 0;
        if (more || offset >> 3 !== 0) {
          const key = `${bytes.subarray(at + 8, at + 40).join()} ${two(bytes, payload + 4)} ${two(bytes, payload + 6)}`;
          return this.fragment(key, next, bytes, at + 8, 16, payload + 8, payloadEnd, offset & ~7, more);
        }
        payload += 8;
      } else {
        return this.payload(next, bytes, at + 8, 16, payload, payloadEnd, missing, base);
      }
    }
  }

  private payload(
    protocol: number,
    bytes: Uint8Array,
    source: number,
    addressLength: number,
    at: number,
    end: number,
    missing: number,
    base: number,
  ): void {
    switch (protocol) {
      case TCP:
        return this.sink.segment(bytes, source, addressLength, at, end, missing, base, this.time, this.linkType);
      case IPIP:
      case IPV6:
        return this.ip(bytes, at < end ? at : -1, end, base);
      case GRE:
        return this.gre(bytes, at, end, base);
      case UDP:
        return this.udp(bytes, at, end, base);
    }
  }

  /** RFC 2784, 2890; version 1 is RFC 2637's. */
  private gre(bytes: Uint8Array, at: number, end: number, base: number): void {
    if (at + 4 > end) return;
    const flags = two(bytes, at);
    const type = two(bytes, at + 2);
    const hasSequence = (flags & 0x1000) !== 0;
    at += 4;
    if ((flags & 0x8000) !== 0) at += 4;
    if ((flags & 0x2000) !== 0) at += 4;
    if (hasSequence) at += 4;
    if ((flags & 7) === 1 && (flags & 0x80) !== 0) at += 4;
    if (at >= end) return;
    // ERSPAN: of its first kind, without sequence numbers, it has no header of its own.
    if (type === 0x88be) this.ip(bytes, packetInEthernet(bytes, at + (hasSequence ? 8 : 0), end), end, base);
    else if (type === 0x22eb) this.ip(bytes, packetInEthernet(bytes, at + ((bytes[at + 11] as number) & 1 ? 20 : 12), end), end, base);
    // Access points send frames of IEEE 802.11 so.
    else if (type >= 0x8200 && type < 0x8400) this.ip(bytes, packetIn80211(bytes, at, end), end, base);
    else this.ip(bytes, packetOfType(type, bytes, at, end), end, base);
  }

  private udp(bytes: Uint8Array, at: number, end: number, base: number): void {
    const port = two(bytes, at + 2);
    const payload = at + 8;
    if (payload >= end) return;
    if (port === VXLAN) this.ip(bytes, packetInEthernet(bytes, payload + 8, end), end, base);
    else if (port === GRE_IN_UDP) this.gre(bytes, payload, end, base);
    else if (isGTP(bytes, payload, end)) this.ip(bytes, packetInGTP(bytes, payload), end, base);
    else if ((port === TEREDO || two(bytes, at) === TEREDO) && (bytes[payload] as number) >> 4 === 6) this.ip(bytes, payload, end, base);
  }

  private fragment(
    key: string,
    protocol: number,
    bytes: Uint8Array,
    source: number,
    addressLength: number,
    at: number,
    end: number,
    offset: number,
    more: boolean,
  ): void {
    const addresses = bytes.slice(source, source + 2 * addressLength);
    const whole = this.fragments.add(key, addresses, bytes.slice(at, end), offset, more);
    // It stands nowhere in the file.
    if (whole !== null) this.payload(protocol, whole, 0, addressLength, addresses.length, whole.length, 0, -Infinity);
  }
}

/** A packet of a user in the tunnel of a mobile network (3GPP TS 29.281 5.1), on whatever port: version 1, a T-PDU, its length right. */
function isGTP(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 8 < end && (bytes[at] as number) >> 4 === 3 && bytes[at + 1] === 0xff && two(bytes, at + 2) === end - at - 8;
}

function packetInGTP(bytes: Uint8Array, at: number): number {
  const hasOptions = ((bytes[at] as number) & 7) !== 0;
  if (!hasOptions) return at + 8;
  // Extension headers, of words of four bytes, each with the type of the next one at its end.
  let packet = at + 12;
  for (let type = bytes[packet - 1]; type !== 0 && type !== undefined; type = bytes[packet - 1]) {
    const words = bytes[packet] as number;
    if (words === 0) return -1;
    packet += 4 * words;
  }
  return packet;
}
