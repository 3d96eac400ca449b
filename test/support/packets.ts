// Captures made by hand: what two sides say as TCP segments, segments as packets, packets as frames, frames as a file. Everything is
// plain data until it is bytes, so that a test can reorder, repeat, cut or lose what it likes. Checksums are left out: nobody looks.

export interface Segment {
  readonly side: 0 | 1;
  readonly seq: number;
  readonly ack: number;
  readonly flags: string;
  readonly data: Uint8Array;
}

export interface Ends {
  readonly addresses: readonly [string, string];
  readonly ports: readonly [number, number];
}

export const V4: Ends = { addresses: ['10.0.0.1', '192.0.2.7'], ports: [40001, 8080] };
export const V6: Ends = { addresses: ['2001:db8::1', '2001:db8:0:0:1::7'], ports: [40001, 80] };

const FLAGS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];

/** What two sides say to each other, as segments that acknowledge all that came before. */
export class Talk {
  readonly segments: Segment[] = [];
  private readonly next: [number, number];

  /** `initial` are the first sequence numbers. */
  constructor(initial: readonly [number, number] = [1000, 5000]) {
    this.next = [initial[0] | 0, initial[1] | 0];
  }

  open(): this {
    this.say(0, 'S', '');
    this.say(1, 'SA', '');
    return this.say(0, 'A', '');
  }

  client(data: string | Uint8Array, size = 1460): this {
    return this.send(0, data, size);
  }

  server(data: string | Uint8Array, size = 1460): this {
    return this.send(1, data, size);
  }

  close(side: 0 | 1 = 1): this {
    this.say(side, 'FA', '');
    this.say(side === 0 ? 1 : 0, 'FA', '');
    return this.say(side, 'A', '');
  }

  say(side: 0 | 1, flags: string, data: string | Uint8Array): this {
    const bytes = typeof data === 'string' ? bytesOf(data) : data;
    const ack = flags.includes('A') ? this.next[1 - side] : 0;
    this.segments.push({ side, seq: this.next[side], ack: ack as number, flags, data: bytes });
    this.next[side] = (this.next[side] + bytes.length + (/[SF]/.test(flags) ? 1 : 0)) | 0;
    return this;
  }

  private send(side: 0 | 1, data: string | Uint8Array, size: number): this {
    const bytes = typeof data === 'string' ? bytesOf(data) : data;
    for (let at = 0; at < bytes.length; at += size) this.say(side, 'PA', bytes.subarray(at, at + size));
    return this;
  }
}

export function tcp({ side, seq, ack, flags, data }: Segment, { ports }: Ends = V4): Uint8Array {
  const bits = Array.from(flags).reduce((sum, flag) => sum | (FLAGS[flag] as number), 0);
  const [from, to] = side === 0 ? ports : [ports[1], ports[0]];
  return concat(u16(from), u16(to), u32(seq), u32(ack), [0x50, bits], u16(64240), u16(0), u16(0), data);
}

export function address(text: string): number[] {
  if (!text.includes(':')) return text.split('.').map(Number);
  const [head = '', tail = ''] = text.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [before, behind] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - before.length - behind.length).fill(0);
  return [...before, ...zeros, ...behind].flatMap(u16);
}

export interface IPOptions {
  readonly protocol?: number;
  /** Offset of the fragment in bytes, and whether more follow. */
  readonly fragment?: { readonly offset: number; readonly more: boolean; readonly id?: number };
  /** Total length as the header says it. */
  readonly total?: number;
}

export function ipv4(source: string, target: string, payload: Uint8Array, options: IPOptions = {}): Uint8Array {
  const { protocol = 6, fragment, total = 20 + payload.length } = options;
  const flags = fragment === undefined ? 0x4000 : (fragment.more ? 0x2000 : 0) | (fragment.offset >> 3);
  const addresses = [...address(source), ...address(target)];
  return concat([0x45, 0], u16(total), u16(fragment?.id ?? 7), u16(flags), [64, protocol], u16(0), addresses, payload);
}

export function ipv6(source: string, target: string, payload: Uint8Array, protocol = 6): Uint8Array {
  return concat([0x60, 0, 0, 0], u16(payload.length), [protocol, 64], address(source), address(target), payload);
}

/** The IP packet of a segment. */
export function packet(segment: Segment, ends: Ends = V4): Uint8Array {
  const [from, to] = segment.side === 0 ? ends.addresses : [ends.addresses[1], ends.addresses[0]];
  const payload = tcp(segment, ends);
  return from.includes(':') ? ipv6(from, to, payload) : ipv4(from, to, payload);
}

/** EtherType of an IP packet. */
export const typeOf = (ip: Uint8Array): number[] => ((ip[0] as number) >> 4 === 6 ? [0x86, 0xdd] : [8, 0]);

export const ethernet = (ip: Uint8Array, tags: readonly number[] = []): Uint8Array =>
  concat([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], tags, typeOf(ip), ip);

export interface FileOptions {
  readonly linkType?: number;
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** Bytes of each frame that are captured. */
  readonly snapLength?: number;
  /** Milliseconds of the first packet, and between two. */
  readonly start?: number;
  readonly step?: number;
}

class Writer {
  private readonly parts: (Uint8Array | readonly number[])[] = [];
  private readonly bigEndian: boolean;

  constructor(bigEndian: boolean) {
    this.bigEndian = bigEndian;
  }

  half(value: number): this {
    return this.bytes(this.bigEndian ? u16(value) : u16(value).reverse());
  }

  word(value: number): this {
    return this.bytes(this.bigEndian ? u32(value) : u32(value).reverse());
  }

  bytes(bytes: Uint8Array | readonly number[]): this {
    this.parts.push(bytes);
    return this;
  }

  done(): Uint8Array {
    return concat(...this.parts);
  }
}

export const START = 1_700_000_000_000;

export function pcap(frames: readonly Uint8Array[], options: FileOptions = {}): Uint8Array {
  const { linkType = 1, bigEndian = false, nanoseconds = false, snapLength = 262144, start = START, step = 1 } = options;
  const writer = new Writer(bigEndian);
  writer
    .word(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4)
    .half(2)
    .half(4)
    .word(0)
    .word(0)
    .word(snapLength)
    .word(linkType);
  frames.forEach((frame, n) => {
    const time = start + n * step;
    const fraction = Math.round((time % 1000) * (nanoseconds ? 1e6 : 1e3));
    const captured = frame.subarray(0, snapLength);
    writer
      .word(Math.floor(time / 1000))
      .word(fraction)
      .word(captured.length)
      .word(frame.length)
      .bytes(captured);
  });
  return writer.done();
}

export type BlockKind = 'enhanced' | 'simple' | 'obsolete';

export interface PcapngOptions extends FileOptions {
  readonly kind?: BlockKind;
  /** The option if_tsresol. */
  readonly resolution?: number;
  /** The option if_tsoffset, in seconds. */
  readonly offset?: number;
}

function block(bigEndian: boolean, type: number, body: Uint8Array): Uint8Array {
  const padded = concat(body, new Array<number>((4 - (body.length % 4)) % 4).fill(0));
  const length = padded.length + 12;
  return new Writer(bigEndian).word(type).word(length).bytes(padded).word(length).done();
}

export function pcapng(frames: readonly Uint8Array[], options: PcapngOptions = {}): Uint8Array {
  const { linkType = 1, bigEndian = false, kind = 'enhanced', resolution, offset = 0, snapLength = 0, start = START, step = 1 } = options;
  const writer = (): Writer => new Writer(bigEndian);
  const units = resolution === undefined ? 1e3 : (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1000;
  const description = writer().half(linkType).half(0).word(snapLength);
  if (resolution !== undefined) description.half(9).half(1).bytes([resolution, 0, 0, 0]);
  if (offset !== 0) {
    const [high, low] = [Math.floor(offset / 2 ** 32), offset % 2 ** 32];
    description
      .half(14)
      .half(8)
      .word(bigEndian ? high : low)
      .word(bigEndian ? low : high);
  }
  description.half(0).half(0);
  const blocks = [
    block(bigEndian, 0x0a0d0d0a, writer().word(0x1a2b3c4d).half(1).half(0).word(0xffffffff).word(0xffffffff).done()),
    block(bigEndian, 1, description.done()),
    // One of a kind that nobody knows.
    block(bigEndian, 0x0bad, bytesOf('GET / HTTP/1.1')),
  ];
  frames.forEach((frame, n) => {
    const ticks = Math.round((start - offset * 1000 + n * step) * units);
    const captured = snapLength === 0 ? frame : frame.subarray(0, snapLength);
    const time = [Math.floor(ticks / 2 ** 32), ticks % 2 ** 32] as const;
    const body = writer();
    if (kind === 'simple') body.word(frame.length);
    else if (kind === 'enhanced') body.word(0);
    else body.half(0).half(0);
    if (kind !== 'simple') body.word(time[0]).word(time[1]).word(captured.length).word(frame.length);
    blocks.push(block(bigEndian, { enhanced: 6, simple: 3, obsolete: 2 }[kind], body.bytes(captured).done()));
  });
  return concat(...blocks);
}

/** A capture of segments on Ethernet. */
export function captureOf(segments: readonly Segment[], options: FileOptions = {}, ends: Ends = V4): Uint8Array {
  return pcap(
    segments.map((segment) => ethernet(packet(segment, ends))),
    options,
  );
}
