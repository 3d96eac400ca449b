// Captures for the viewer's tests: pcap files of conversations over TCP, with segments left out where a test wants a hole.

export interface Spoken {
  /** From the client or from the server. */
  readonly from: 'client' | 'server';
  readonly bytes: string | Uint8Array;
  /** Sent, but not captured. */
  readonly lost?: boolean;
  /** Milliseconds after what came before; 1 unless given. */
  readonly after?: number;
}

const SEGMENT = 1400;
const STARTED_AT = Date.UTC(2025, 10, 24, 10) / 1000;

/** A capture of conversations, one behind the other, each over a connection of its own. */
export function pcapOf(conversations: readonly (readonly Spoken[])[]): Buffer {
  const packets: Buffer[] = [];
  let milliseconds = 0;
  const capture = (frame: Buffer): void => {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(STARTED_AT + Math.floor(milliseconds / 1000), 0);
    header.writeUInt32LE(Math.round((milliseconds % 1000) * 1000), 4);
    header.writeUInt32LE(frame.length, 8);
    header.writeUInt32LE(frame.length, 12);
    packets.push(header, frame);
  };
  conversations.forEach((spoken, n) => {
    const port = 40_000 + n;
    // Sequence numbers of what each of both sends next.
    const next = { client: 1000, server: 5000 };
    const send = (from: Spoken['from'], flags: number, payload: Uint8Array, lost = false): void => {
      const to = from === 'client' ? 'server' : 'client';
      if (!lost) capture(frameOf(from, port, next[from], next[to], flags, payload));
      next[from] += payload.length + (flags & (SYN | FIN) ? 1 : 0);
    };
    const nothing = new Uint8Array(0);
    milliseconds += 1;
    send('client', SYN, nothing);
    send('server', SYN | ACK, nothing);
    send('client', ACK, nothing);
    for (const { from, bytes, lost, after = 1 } of spoken) {
      milliseconds += after;
      const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      for (let at = 0; at < all.length; at += SEGMENT) send(from, ACK | PSH, all.subarray(at, at + SEGMENT), lost);
    }
    milliseconds += 1;
    send('server', FIN | ACK, nothing);
    send('client', FIN | ACK, nothing);
  });
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  // Ethernet.
  header.writeUInt32LE(1, 20);
  return Buffer.concat([header, ...packets]);
}

const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;

function frameOf(from: Spoken['from'], port: number, sequence: number, acknowledged: number, flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(14 + 20 + 20 + payload.length);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame.writeUInt16BE(40 + payload.length, 16);
  frame[22] = 64;
  frame[23] = 6;
  const [client, server] = [Buffer.from([10, 0, 0, 2]), Buffer.from([192, 0, 2, 7])];
  (from === 'client' ? client : server).copy(frame, 26);
  (from === 'client' ? server : client).copy(frame, 30);
  frame.writeUInt16BE(from === 'client' ? port : 80, 34);
  frame.writeUInt16BE(from === 'client' ? 80 : port, 36);
  frame.writeUInt32BE(sequence, 38);
  frame.writeUInt32BE(acknowledged, 42);
  frame[46] = 0x50;
  frame[47] = flags;
  frame.writeUInt16BE(65_535, 48);
  Buffer.from(payload).copy(frame, 54);
  return frame;
}

/** A response with a Content-Length. */
export function response(status: string, type: string, body: string | Uint8Array, fields = ''): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
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
