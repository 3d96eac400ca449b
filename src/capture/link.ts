// Link layers: where in a frame the IP packet stands. Each function returns the index of the packet, or -1 where there is none; the
// version of IP is the packet's own to say. Numbers of link types are those of the pcap registry, of protocols the EtherTypes.

import { two } from './bytes.js';

const NULL = 0;
const ETHERNET = 1;

const LINK_NAMES: Record<number, string> = {
  [NULL]: 'BSD loopback',
  [ETHERNET]: 'Ethernet',
  9: 'PPP',
  12: 'raw IP',
  14: 'raw IP',
  50: 'PPP',
  51: 'PPPoE',
  101: 'raw IP',
  104: 'Cisco HDLC',
  105: 'IEEE 802.11',
  108: 'OpenBSD loopback',
  113: 'Linux SLL',
  127: 'IEEE 802.11',
  228: 'IPv4',
  229: 'IPv6',
  239: 'NFLOG',
  276: 'Linux SLL2',
};

export function linkName(linkType: number): string {
  return LINK_NAMES[linkType] ?? `link type ${linkType}`;
}

/** Whether frames of this type can be read at all. */
export function isKnownLink(linkType: number): boolean {
  return linkType in LINK_NAMES;
}

const IPV4 = 0x0800;
const IPV6 = 0x86dd;

/** The IP packet in the frame from `at` to `end`. */
export function packetInFrame(linkType: number, bytes: Uint8Array, at: number, end: number): number {
  switch (linkType) {
    case ETHERNET:
      return packetInEthernet(bytes, at, end);
    // The address family in front is in the byte order of whoever captured it, and its number for IPv6 depends on the system.
    case NULL:
    case 108:
      return within(at + 4, end);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return within(at, end);
    case 113:
      return packetOfType(two(bytes, at + 14), bytes, at + 16, end);
    case 276:
      return packetOfType(two(bytes, at), bytes, at + 20, end);
    case 104:
      return packetOfType(two(bytes, at + 2), bytes, at + 4, end);
    case 9:
    case 50:
      return packetInPPP(bytes, at, end);
    case 51:
      return packetInPPP(bytes, at + 6, end);
    case 105:
      return packetIn80211(bytes, at, end);
    case 127:
      return packetIn80211(bytes, at + ((bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)), end);
    case 239:
      return packetInNFLOG(bytes, at, end);
    default:
      return -1;
  }
}

function within(at: number, end: number): number {
  return at < end ? at : -1;
}

export function packetInEthernet(bytes: Uint8Array, at: number, end: number): number {
  return packetOfType(two(bytes, at + 12), bytes, at + 14, end);
}

/** The IP packet in what an EtherType says follows at `at`. */
export function packetOfType(type: number, bytes: Uint8Array, at: number, end: number): number {
  // Tags and labels are few: what claims more is no frame.
  for (let tags = 0; tags < 8 && at < end; tags++) {
    switch (type) {
      case IPV4:
      case IPV6:
        return at;
      // VLAN tags, one or several (IEEE 802.1Q, 802.1ad, and QinQ before it).
      case 0x8100:
      case 0x88a8:
      case 0x9100:
        type = two(bytes, at + 2);
        at += 4;
        break;
      case 0x8847:
      case 0x8848:
        return packetInMPLS(bytes, at, end);
      // PPPoE session.
      case 0x8864:
        return packetInPPP(bytes, at + 6, end);
      case 0x880b:
        return packetInPPP(bytes, at, end);
      // Transparent Ethernet bridging.
      case 0x6558:
        return packetInEthernet(bytes, at, end);
      default:
        // A length, then LLC and SNAP.
        return type <= 1500 ? packetInLLC(bytes, at, end) : -1;
    }
  }
  return -1;
}

function packetInMPLS(bytes: Uint8Array, at: number, end: number): number {
  // The bottom of the stack is marked.
  while (at + 4 < end && ((bytes[at + 2] as number) & 1) === 0) at += 4;
  at += 4;
  if (at >= end) return -1;
  const version = (bytes[at] as number) >> 4;
  // Ethernet is carried behind a control word, which begins with 0 (RFC 4448).
  return version === 0 ? packetInEthernet(bytes, at + 4, end) : at;
}

function packetInPPP(bytes: Uint8Array, at: number, end: number): number {
  // Address and control, unless they were negotiated away (RFC 1661 6.6).
  if (two(bytes, at) === 0xff03) at += 2;
  // So may be the first byte of the protocol, whose last bit is 1 (6.5).
  const short = ((bytes[at] as number) & 1) === 1;
  const protocol = short ? (bytes[at] as number) : two(bytes, at);
  at += short ? 1 : 2;
  return protocol === 0x21 || protocol === 0x57 ? within(at, end) : -1;
}

function packetInLLC(bytes: Uint8Array, at: number, end: number): number {
  const isSNAP = at + 8 < end && two(bytes, at) === 0xaaaa && bytes[at + 2] === 3;
  return isSNAP ? packetOfType(two(bytes, at + 6), bytes, at + 8, end) : -1;
}

/** A data frame (IEEE 802.11 9.3.2.1) that is not protected. */
export function packetIn80211(bytes: Uint8Array, at: number, end: number): number {
  const type = bytes[at] as number;
  const flags = bytes[at + 1] as number;
  // Data, with a payload, not encrypted.
  if ((type & 0x0c) !== 0x08 || (type & 0x40) !== 0 || (flags & 0x40) !== 0) return -1;
  const hasFourAddresses = (flags & 3) === 3;
  const hasQoS = (type & 0x80) !== 0;
  return packetInLLC(bytes, at + 24 + (hasFourAddresses ? 6 : 0) + (hasQoS ? 2 : 0), end);
}

/** The payload is one of its attributes, whose numbers are in the byte order of whoever captured it: little, in practice. */
function packetInNFLOG(bytes: Uint8Array, at: number, end: number): number {
  const PAYLOAD = 9;
  for (at += 4; at + 4 < end;) {
    const length = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (length < 4) return -1;
    if (((bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)) === PAYLOAD) return at + 4;
    at += (length + 3) & ~3;
  }
  return -1;
}
