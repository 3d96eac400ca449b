// Captures for the viewer's tests: conversations over TCP, with what a test wants to be lost left out.

import { ethernet, packet, pcap, type Segment, Talk, V4 } from '../support/packets.js';

export interface Spoken {
  readonly from: 'client' | 'server';
  readonly bytes: string | Uint8Array;
  /** Sent, but not captured. */
  readonly lost?: boolean;
}

/** A capture of conversations, one behind the other, each over a connection of its own, a packet every millisecond. */
export function pcapOf(conversations: readonly (readonly Spoken[])[]): Buffer {
  const frames = conversations.flatMap((spoken, n) => {
    const talk = new Talk().open();
    const lost: Segment[] = [];
    for (const { from, bytes, lost: isLost } of spoken) {
      const before = talk.segments.length;
      talk[from](bytes);
      if (isLost) lost.push(...talk.segments.slice(before));
    }
    const ends = { ...V4, ports: [40_000 + n, 80] as const };
    return talk
      .close()
      .segments.filter((segment) => !lost.includes(segment))
      .map((segment) => ethernet(packet(segment, ends)));
  });
  return Buffer.from(pcap(frames));
}

/** A response with a Content-Length. */
export function response(status: string, type: string, body: string | Uint8Array, fields = ''): Buffer {
  const bytes = Buffer.from(body as Uint8Array);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n${fields}\r\n`),
    bytes,
  ]);
}

/** A TLS connection, as far as it can be told from outside: a ClientHello and a ServerHello. */
export function tls(): Spoken[] {
  const hello = (type: number): Uint8Array => Uint8Array.from([0x16, 3, 1, 0, 44, type, 0, 0, 40, 3, 3, ...new Array<number>(38).fill(7)]);
  return [
    { from: 'client', bytes: hello(1) },
    { from: 'server', bytes: hello(2) },
  ];
}
