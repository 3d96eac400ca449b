// The pcap format: a file header, then records of a header and a packet each, in either byte order, with times in micro- or
// nanoseconds (draft-ietf-opsawg-pcap).

import { DamagedCapture, LONGEST_RECORD, type Format, type PacketSink } from './packets.js';

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

export function isPcap(head: Uint8Array): boolean {
  return [little(head, 0), big(head, 0)].some((magic) => magic === MICROSECONDS || magic === NANOSECONDS);
}

export class Pcap implements Format {
  needed = FILE_HEADER;
  private readonly sink: PacketSink;
  private begun = false;
  private bigEndian = false;
  private perMillisecond = 1000;
  private linkType = 0;

  constructor(sink: PacketSink) {
    this.sink = sink;
  }

  walk(bytes: Uint8Array, at: number, base: number): number {
    if (!this.begun) {
      if (bytes.length - at < FILE_HEADER) return at;
      this.readHeader(bytes, at);
      at += FILE_HEADER;
    }
    const { sink, linkType, perMillisecond } = this;
    const read = this.bigEndian ? big : little;
    const last = bytes.length - RECORD_HEADER;
    while (at <= last) {
      const length = read(bytes, at + 8);
      if (length > LONGEST_RECORD) throw new DamagedCapture(`a record claims to have ${length} bytes`);
      const start = at + RECORD_HEADER;
      const end = start + length;
      if (end > bytes.length) {
        this.needed = RECORD_HEADER + length;
        return at;
      }
      const time = read(bytes, at) * 1000 + read(bytes, at + 4) / perMillisecond;
      sink.packet(linkType, bytes, start, end, base, time, read(bytes, at + 12));
      at = end;
    }
    this.needed = RECORD_HEADER;
    return at;
  }

  cut(bytes: Uint8Array, base: number): void {
    if (!this.begun || bytes.length < RECORD_HEADER) return;
    const read = this.bigEndian ? big : little;
    const time = read(bytes, 0) * 1000 + read(bytes, 4) / this.perMillisecond;
    this.sink.packet(this.linkType, bytes, RECORD_HEADER, bytes.length, base, time, read(bytes, 12));
  }

  private readHeader(bytes: Uint8Array, at: number): void {
    this.begun = true;
    const magic = little(bytes, at);
    this.bigEndian = magic !== MICROSECONDS && magic !== NANOSECONDS;
    const read = this.bigEndian ? big : little;
    this.perMillisecond = read(bytes, at) === NANOSECONDS ? 1e6 : 1000;
    // Above it stands whether a frame check sequence follows each packet.
    this.linkType = read(bytes, at + 20) & 0xffff;
  }
}

export function little(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0
  );
}

export function big(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0
  );
}
