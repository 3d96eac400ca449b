// The pcapng format: sections of blocks, in which interfaces are described and packets refer to them (draft-ietf-opsawg-pcapng). Blocks
// of other kinds are passed over. Each section has a byte order and interfaces of its own.

import { DamagedCapture, LONGEST_RECORD, type Format, type PacketSink } from './packets.js';
import { big, little } from './pcap.js';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type and length in front, length behind. */
const SMALLEST_BLOCK = 12;

const OPTION_END = 0;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly unitsPerMillisecond: number;
  /** Milliseconds to add. */
  readonly offset: number;
}

export function isPcapng(head: Uint8Array): boolean {
  return big(head, 0) === SECTION_HEADER && [little(head, 8), big(head, 8)].includes(BYTE_ORDER_MAGIC);
}

export class Pcapng implements Format {
  needed = SMALLEST_BLOCK;
  private readonly sink: PacketSink;
  private bigEndian = false;
  private interfaces: Interface[] = [];

  constructor(sink: PacketSink) {
    this.sink = sink;
  }

  walk(bytes: Uint8Array, at: number, base: number): number {
    for (;;) {
      this.needed = SMALLEST_BLOCK;
      if (at + SMALLEST_BLOCK > bytes.length) return at;
      // The same in either byte order.
      if (big(bytes, at) === SECTION_HEADER) this.beginSection(bytes, at);
      const length = this.word(bytes, at + 4);
      if (length < SMALLEST_BLOCK || length % 4 !== 0 || length > LONGEST_RECORD)
        throw new DamagedCapture(`a block claims to have ${length} bytes`);
      if (at + length > bytes.length) {
        this.needed = length;
        return at;
      }
      this.readBlock(bytes, at, at + length - 4, base);
      at += length;
    }
  }

  cut(bytes: Uint8Array, base: number): void {
    if (bytes.length > SMALLEST_BLOCK) this.readBlock(bytes, 0, bytes.length, base);
  }

  private beginSection(bytes: Uint8Array, at: number): void {
    this.bigEndian = big(bytes, at + 8) === BYTE_ORDER_MAGIC;
    if (!this.bigEndian && little(bytes, at + 8) !== BYTE_ORDER_MAGIC) throw new DamagedCapture('a section header without byte order');
    this.interfaces = [];
  }

  /** The block from `at` to `end`, without the length behind it. */
  private readBlock(bytes: Uint8Array, at: number, end: number, base: number): void {
    const body = at + 8;
    switch (this.word(bytes, at)) {
      case INTERFACE_DESCRIPTION:
        return this.addInterface(bytes, body, end);
      case ENHANCED_PACKET:
        if (end - body < 20) return;
        return this.packet(this.word(bytes, body), bytes, body + 4, end, base);
      case OBSOLETE_PACKET:
        if (end - body < 20) return;
        return this.packet(this.half(bytes, body), bytes, body + 4, end, base);
      case SIMPLE_PACKET: {
        const source = this.interfaces[0];
        if (source === undefined || end - body < 4) return;
        const wireLength = this.word(bytes, body);
        const captured = Math.min(wireLength, source.snapLength, end - body - 4);
        // It has no time.
        return this.sink.packet(source.linkType, bytes, body + 4, body + 4 + captured, base, 0, wireLength);
      }
    }
  }

  /** A packet whose time and lengths begin at `at`. */
  private packet(id: number, bytes: Uint8Array, at: number, end: number, base: number): void {
    const source = this.interfaces[id];
    if (source === undefined) return;
    const { unitsPerMillisecond, offset } = source;
    const time = this.word(bytes, at) * (2 ** 32 / unitsPerMillisecond) + this.word(bytes, at + 4) / unitsPerMillisecond + offset;
    const start = at + 16;
    const captured = Math.min(this.word(bytes, at + 8), end - start);
    this.sink.packet(source.linkType, bytes, start, start + captured, base, time, this.word(bytes, at + 12));
  }

  private addInterface(bytes: Uint8Array, at: number, end: number): void {
    if (end - at < 8) return;
    let unitsPerMillisecond = 1000;
    let offset = 0;
    for (let option = at + 8; option + 4 <= end;) {
      const code = this.half(bytes, option);
      const length = this.half(bytes, option + 2);
      const value = option + 4;
      if (code === OPTION_END || value + length > end) break;
      if (code === IF_TSRESOL && length === 1) unitsPerMillisecond = resolution(bytes[value] as number) / 1000;
      if (code === IF_TSOFFSET && length === 8) offset = this.signed(bytes, value) * 1000;
      option = value + ((length + 3) & ~3);
    }
    const snapLength = this.word(bytes, at + 4);
    this.interfaces.push({
      linkType: this.half(bytes, at),
      snapLength: snapLength === 0 ? Infinity : snapLength,
      unitsPerMillisecond,
      offset,
    });
  }

  private word(bytes: Uint8Array, at: number): number {
    return this.bigEndian ? big(bytes, at) : little(bytes, at);
  }

  private half(bytes: Uint8Array, at: number): number {
    const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
    return this.bigEndian ? (first << 8) | second : first | (second << 8);
  }

  private signed(bytes: Uint8Array, at: number): number {
    const [high, low] = this.bigEndian ? [at, at + 4] : [at + 4, at];
    return (this.word(bytes, high) | 0) * 2 ** 32 + this.word(bytes, low);
  }
}

/** Units of a second: a power of ten, or of two where the highest bit is set. */
function resolution(value: number): number {
  return value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
}
