// Every link type, tunnel and file format: the same exchange, in whatever it is wrapped.

import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import {
  bytesOf,
  captureOf,
  concat,
  ethernet,
  ipv4,
  ipv6,
  packet,
  pcap,
  pcapng,
  START,
  Talk,
  typeOf,
  V4,
  V6,
  type BlockKind,
  type Ends,
  type Segment,
} from '../support/packets.js';
import { exchangesOf, summaries } from './reading.js';

const { segments } = new Talk()
  .open()
  .client('GET /item HTTP/1.1\r\nHost: example.org\r\n\r\n')
  .server('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
  .close();
const EXCHANGE = [['GET /item ""', '200 OK "hello"']];

const two = (value: number): number[] => [value >> 8, value & 255];

/** How a link wraps an IP packet. */
type Wrap = (ip: Uint8Array) => Uint8Array;

const little = (value: number): number[] => [value & 255, value >> 8];
const ppp = (ip: Uint8Array): number[] => (typeOf(ip)[0] === 8 ? [0, 0x21] : [0, 0x57]);
const snap = (ip: Uint8Array): Uint8Array => concat([0xaa, 0xaa, 3, 0, 0, 0], typeOf(ip), ip);
const dataFrame = (flags: number, extra: number): number[] => [0x88, flags, 0, 0, ...new Array<number>(20 + extra + 2).fill(1)];
const udp = (port: number, payload: Uint8Array): Uint8Array => concat(two(50000), two(port), two(8 + payload.length), [0, 0], payload);
const outer = (protocol: number, payload: Uint8Array): Uint8Array => ethernet(ipv4('10.9.9.1', '10.9.9.2', payload, { protocol }));

const LINKS: Record<string, readonly [linkType: number, wrap: Wrap]> = {
  'BSD loopback, little-endian': [0, (ip) => concat([2, 0, 0, 0], ip)],
  'BSD loopback, big-endian': [0, (ip) => concat([0, 0, 0, 30], ip)],
  Ethernet: [1, (ip) => ethernet(ip)],
  'Ethernet with padding': [1, (ip) => concat(ethernet(ip), bytesOf('HTTP/1.1 padding'))],
  'Ethernet, VLAN': [1, (ip) => ethernet(ip, [0x81, 0, 0, 100])],
  'Ethernet, QinQ': [1, (ip) => ethernet(ip, [0x88, 0xa8, 0, 7, 0x81, 0, 0, 100])],
  'Ethernet, MPLS': [1, (ip) => concat(ethernet(ip).subarray(0, 12), [0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64], ip)],
  'Ethernet over MPLS': [1, (ip) => concat(ethernet(ip).subarray(0, 12), [0x88, 0x47, 0, 2, 1, 64, 0, 0, 0, 0], ethernet(ip))],
  'Ethernet, PPPoE': [1, (ip) => concat(ethernet(ip).subarray(0, 12), [0x88, 0x64, 0x11, 0, 0, 1], two(ip.length + 2), ppp(ip), ip)],
  'Ethernet, LLC and SNAP': [1, (ip) => concat(ethernet(ip).subarray(0, 12), two(ip.length + 8), snap(ip))],
  PPP: [9, (ip) => concat([0xff, 3], ppp(ip), ip)],
  'PPP, compressed': [9, (ip) => concat(ppp(ip).slice(1), ip)],
  'PPP with framing of HDLC': [50, (ip) => concat([0xff, 3], ppp(ip), ip)],
  PPPoE: [51, (ip) => concat([0x11, 0, 0, 1], two(ip.length + 2), ppp(ip), ip)],
  'raw IP': [101, (ip) => ip],
  'raw IP, as OpenBSD numbers it': [14, (ip) => ip],
  'raw IP, as BSD numbers it': [12, (ip) => ip],
  'Cisco HDLC': [104, (ip) => concat([0x0f, 0], typeOf(ip), ip)],
  'OpenBSD loopback': [108, (ip) => concat([0, 0, 0, 2], ip)],
  'Linux SLL': [113, (ip) => concat([0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0], typeOf(ip), ip)],
  'Linux SLL, VLAN': [113, (ip) => concat([0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x81, 0, 0, 9], typeOf(ip), ip)],
  'Linux SLL2': [276, (ip) => concat(typeOf(ip), [0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0], ip)],
  'IEEE 802.11': [105, (ip) => concat(dataFrame(1, 0), snap(ip))],
  'IEEE 802.11 with four addresses': [105, (ip) => concat(dataFrame(3, 6), snap(ip))],
  'IEEE 802.11 with radiotap': [127, (ip) => concat([0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0], dataFrame(1, 0), snap(ip))],
  NFLOG: [239, (ip) => concat([2, 0, 0, 0], little(6), little(10), [1, 2, 0, 0], little(ip.length + 4), little(9), ip)],
  GRE: [1, (ip) => outer(47, concat([0, 0], typeOf(ip), ip))],
  'GRE with key, sequence number and checksum': [1, (ip) => outer(47, concat([0xb0, 0], typeOf(ip), new Array<number>(12).fill(1), ip))],
  'Ethernet in GRE': [1, (ip) => outer(47, concat([0, 0, 0x65, 0x58], ethernet(ip)))],
  'GRE in UDP': [1, (ip) => outer(17, udp(4754, concat([0, 0], typeOf(ip), ip)))],
  'ERSPAN I': [1, (ip) => outer(47, concat([0, 0, 0x88, 0xbe], ethernet(ip)))],
  'ERSPAN II': [1, (ip) => outer(47, concat([0x10, 0, 0x88, 0xbe, 0, 0, 0, 1], new Array<number>(8).fill(0x11), ethernet(ip)))],
  'ERSPAN III': [1, (ip) => outer(47, concat([0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], new Array<number>(12).fill(0x22), ethernet(ip)))],
  'IEEE 802.11 in GRE': [1, (ip) => outer(47, concat([0, 0, 0x82, 0], dataFrame(1, 0), snap(ip)))],
  VXLAN: [1, (ip) => outer(17, udp(4789, concat([8, 0, 0, 0, 0, 0, 5, 0], ethernet(ip))))],
  GTP: [1, (ip) => outer(17, udp(2152, concat([0x30, 0xff], two(ip.length), [0, 0, 0, 1], ip)))],
  'GTP with options': [
    1,
    (ip) => outer(17, udp(9999, concat([0x34, 0xff], two(ip.length + 8), [0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0], ip))),
  ],
  'IP in IPv4': [1, (ip) => outer(typeOf(ip)[0] === 8 ? 4 : 41, ip)],
  'IP in IPv6': [1, (ip) => ethernet(ipv6('2001:db8::a', '2001:db8::b', ip, typeOf(ip)[0] === 8 ? 4 : 41))],
};

describe.each([
  ['IPv4', V4],
  ['IPv6', V6],
] as const)('%s', (_, ends) => {
  test.each(Object.entries(LINKS))('%s', async (_name, [linkType, wrap]) => {
    const frames = segments.map((segment) => wrap(packet(segment, ends)));
    expect(await summaries(pcap(frames, { linkType }))).toEqual(EXCHANGE);
  });
});

test('Teredo', async () => {
  const frames = segments.map((segment) => outer(17, udp(3544, packet(segment, V6))));
  expect(await summaries(pcap(frames))).toEqual(EXCHANGE);
});

/** The extension headers of an IPv6 packet in front of its segment. */
function extended(segment: Segment, headers: readonly (readonly [type: number, rest: readonly number[]])[]): Uint8Array {
  const [from, to] = segment.side === 0 ? V6.addresses : [V6.addresses[1], V6.addresses[0]];
  const types = [...headers.map(([type]) => type), 6];
  const chain = headers.flatMap(([, rest], n) => [types[n + 1] as number, ...rest]);
  return ethernet(ipv6(from, to, concat(chain, packet(segment, V6).subarray(40)), types[0] as number));
}

test('IPv6 extension headers', async () => {
  const headers = [
    [0, [0, 1, 4, 0, 0, 0, 0]],
    [43, [1, ...new Array<number>(14).fill(0)]],
    [60, [0, 1, 4, 0, 0, 0, 0]],
    [51, [1, ...new Array<number>(10).fill(0)]],
    [44, [0, 0, 0, 0, 0, 0, 9]],
  ] as const;
  expect(await summaries(pcap(segments.map((segment) => extended(segment, headers))))).toEqual(EXCHANGE);
});

/** An IP payload in fragments of 16 bytes. */
function fragmented(segment: Segment, id: number): Uint8Array[] {
  const whole = packet(segment);
  const [from, to] = segment.side === 0 ? V4.addresses : [V4.addresses[1], V4.addresses[0]];
  const payload = whole.subarray(20);
  const fragments: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length; offset += 16) {
    const more = offset + 16 < payload.length;
    fragments.push(ethernet(ipv4(from, to, payload.subarray(offset, offset + 16), { fragment: { offset, more, id } })));
  }
  return fragments;
}

test.each([
  ['in order', (fragments: Uint8Array[]) => fragments],
  ['backwards', (fragments: Uint8Array[]) => fragments.reverse()],
  ['twice', (fragments: Uint8Array[]) => [...fragments.slice(0, -1), ...fragments]],
])('IPv4 fragments, %s', async (_, arrange) => {
  expect(await summaries(pcap(segments.flatMap((segment, n) => arrange(fragmented(segment, n)))))).toEqual(EXCHANGE);
});

test('IPv6 fragments', async () => {
  const frames = segments.flatMap((segment, n) => {
    const payload = packet(segment, V6).subarray(40);
    const [from, to] = segment.side === 0 ? V6.addresses : [V6.addresses[1], V6.addresses[0]];
    const half = 16;
    const fragment = (offset: number, more: number, part: Uint8Array): Uint8Array =>
      ethernet(ipv6(from, to, concat([6, 0, 0, offset | more, 0, 0, 0, n], part), 44));
    return [fragment(half, 0, payload.subarray(half)), fragment(0, 1, payload.subarray(0, half))];
  });
  expect(await summaries(pcap(frames))).toEqual(EXCHANGE);
});

test('a total length of 0 is that of the frame', async () => {
  const frames = segments.map((segment) => {
    const frame = ethernet(packet(segment));
    frame[16] = frame[17] = 0;
    return frame;
  });
  expect(await summaries(pcap(frames))).toEqual(EXCHANGE);
  const [[, response] = []] = await summaries(pcap(frames, { snapLength: 54 + 40 }));
  expect(response).toBe('200 OK "he" gap,truncated incomplete');
});

test('of fragments that contradict each other the first ones are taken', async () => {
  const frames = segments.flatMap((segment, n) => {
    const fragments = fragmented(segment, n);
    const wrong = fragments.slice(0, -1).map((fragment) => {
      const changed = fragment.slice();
      changed.fill(0x58, 14 + 20);
      return changed;
    });
    return [...fragments.slice(0, -1), ...wrong, ...fragments.slice(-1)];
  });
  expect(await summaries(pcap(frames))).toEqual(EXCHANGE);
});

test('a link that is not known is said', async () => {
  expect(await summaries(captureOf(segments, { linkType: 147 }))).toEqual([['-', '-', 'packets of link type 147 cannot be read']]);
});

describe('files', () => {
  const frames = segments.map((segment) => ethernet(packet(segment)));
  const variants: [string, Uint8Array][] = [false, true].flatMap((bigEndian) => {
    const order = bigEndian ? 'big-endian' : 'little-endian';
    const kinds: BlockKind[] = ['enhanced', 'simple', 'obsolete'];
    return [
      [`pcap, ${order}`, pcap(frames, { bigEndian })],
      [`pcap, ${order}, nanoseconds`, pcap(frames, { bigEndian, nanoseconds: true })],
      ...kinds.map((kind): [string, Uint8Array] => [`pcapng, ${order}, ${kind}`, pcapng(frames, { bigEndian, kind })]),
      [`pcapng, ${order}, nanoseconds`, pcapng(frames, { bigEndian, resolution: 9 })],
      [`pcapng, ${order}, 1/1024 s and an offset`, pcapng(frames, { bigEndian, resolution: 0x8a, offset: 1_000_000 })],
      [
        `pcapng, ${order}, of two sections`,
        concat(pcapng(frames.slice(0, 4), { bigEndian: !bigEndian }), pcapng(frames.slice(4), { bigEndian, start: START + 4 })),
      ],
    ];
  });

  test.each(variants)('%s', async (name, file) => {
    const [exchange] = await exchangesOf(file);
    expect(await summaries(file)).toEqual(EXCHANGE);
    expect(exchange?.connection).toEqual({
      id: 0,
      client: { address: '10.0.0.1', port: 40001 },
      server: { address: '192.0.2.7', port: 8080 },
      link: 'Ethernet',
      encrypted: false,
    });
    if (name.includes('simple')) return;
    expect(exchange?.request?.startedAt).toBeCloseTo(START + 3, 0);
    expect(exchange?.timings.wait).toBeCloseTo(1, 0);
    expect(exchange?.timings.connect).toBeCloseTo(2, 0);
  });

  test.each(variants)('%s, byte by byte, in a stream', async (_, file) => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < file.length; at++) yield file.subarray(at, at + 1);
    }
    expect(await summaries(pieces())).toEqual(EXCHANGE);
  });

  test.each(variants)('%s, gzip of two members', async (_, file) => {
    const coded = concat(gzipSync(file.subarray(0, 100)), gzipSync(file.subarray(100)));
    expect(await summaries(new Blob([coded as Uint8Array<ArrayBuffer>]))).toEqual(EXCHANGE);
  });

  test.each(variants)('%s, cut anywhere', async (_, file) => {
    for (let end = 24; end < file.length; end += 7) {
      const exchanges = await exchangesOf(file.subarray(0, end));
      expect(exchanges.length).toBeLessThanOrEqual(2);
      for (const { request } of exchanges) if (request !== null) expect(request.method).toBe('GET');
    }
    const cut = await summaries(file.subarray(0, -40));
    expect(cut.at(-1)?.at(-1)).toBe('the capture ends inside of a packet');
  });

  test('a record that cannot be is the end, and is said', async () => {
    const file = pcap(frames);
    const last = file.length - (frames.at(-1) as Uint8Array).length - 16;
    file.set([255, 255, 255, 255], last + 8);
    expect(await summaries(file)).toEqual([
      ...EXCHANGE,
      ['-', '-', 'the capture is damaged, and is not read any further: a record claims to have 4294967295 bytes'],
    ]);
  });
});

test('addresses are written as RFC 5952 has it', async () => {
  const addresses = async (ends: Ends): Promise<(string | undefined)[]> => {
    const [exchange] = await exchangesOf(captureOf(segments, {}, ends));
    return [exchange?.connection.client.address, exchange?.connection.server.address];
  };
  expect(await addresses(V6)).toEqual(['2001:db8::1', '2001:db8::1:0:0:7']);
  expect(await addresses({ ...V6, addresses: ['::', '1:2:3:4:5:6:0:8'] })).toEqual(['::', '1:2:3:4:5:6:0:8']);
  expect(await addresses({ ...V6, addresses: ['::ffff:506:708', '::1'] })).toEqual(['::ffff:5.6.7.8', '::1']);
});
