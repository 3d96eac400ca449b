// Packets out of the pieces of a capture file, whatever its format: where a record is cut by the end of a piece, what there is of it
// is kept until the rest comes. The formats themselves are in pcap.ts and pcapng.ts.

/** Who gets the packets. */
export interface PacketSink {
  /**
   * A packet of `linkType`: the bytes from `start` to `end`, of `wireLength` that it had. The byte with index 0 stands at `base` in the
   * file. `time` is in milliseconds since the epoch.
   */
  packet(linkType: number, bytes: Uint8Array, start: number, end: number, base: number, time: number, wireLength: number): void;
}

/** What a file says cannot be. */
export class DamagedCapture extends Error {}

/** A format of capture files. Its methods are called with the file's bytes in order. */
export interface Format {
  /** Bytes that the record needs in front of which the last walk() stopped, as far as is known. */
  needed: number;
  /** Reads whole records from `at` to the end of `bytes`. Returns where the first one begins that is not whole. Throws a DamagedCapture. */
  walk(bytes: Uint8Array, at: number, base: number): number;
  /** The file ends inside of a record: `bytes` is what there is of it. */
  cut(bytes: Uint8Array, base: number): void;
}

/** A record that claims to be longer is no record: the file is damaged there. */
export const LONGEST_RECORD = 1 << 26;

export class Packets {
  private readonly format: Format;
  /** Bytes of a record whose end has not come. */
  private rest: Uint8Array = new Uint8Array(0);
  /** Where the next piece begins in the file. */
  private at = 0;

  constructor(format: Format) {
    this.format = format;
  }

  push(piece: Uint8Array): void {
    const { format } = this;
    const base = this.at;
    let at = 0;
    while (this.rest.length > 0) {
      const missing = format.needed - this.rest.length;
      const taken = piece.subarray(at, at + missing);
      const record = new Uint8Array(this.rest.length + taken.length);
      record.set(this.rest);
      record.set(taken, this.rest.length);
      at += taken.length;
      this.rest = record;
      if (taken.length < missing) break;
      this.rest = record.subarray(format.walk(record, 0, base + at - record.length));
    }
    this.at += piece.length;
    if (this.rest.length > 0) return;
    const end = format.walk(piece, at, base);
    this.rest = piece.slice(end);
  }

  /** No more will come. Returns whether a record was cut. */
  finish(): boolean {
    const { rest } = this;
    if (rest.length === 0) return false;
    this.format.cut(rest, this.at - rest.length);
    return true;
  }
}
