// Fragments of IP packets until a packet is whole (RFC 791 3.2, RFC 8200 4.5). They are few, so nothing here is made to be fast; and
// what never becomes whole is forgotten when there is too much of it.

import { joined } from './source.js';

interface Partial {
  readonly addresses: Uint8Array;
  /** By offset, none overlapping another. */
  readonly pieces: { readonly offset: number; readonly bytes: Uint8Array }[];
  /** Bytes of the whole packet, once the last fragment has come. */
  size: number;
}

/** Packets that are waited for. */
const MOST = 1024;
const LARGEST = 65535;

export class Fragments {
  private readonly partials = new Map<string, Partial>();

  /** Returns the addresses and the payload of the packet if it has become whole. */
  add(key: string, addresses: Uint8Array, bytes: Uint8Array, offset: number, more: boolean): Uint8Array | null {
    if (offset + bytes.length > LARGEST) return null;
    let partial = this.partials.get(key);
    if (partial === undefined) {
      if (this.partials.size === MOST) this.partials.delete(this.partials.keys().next().value as string);
      partial = { addresses, pieces: [], size: Infinity };
      this.partials.set(key, partial);
    }
    if (!more && partial.size === Infinity) partial.size = offset + bytes.length;
    insert(partial.pieces, offset, bytes);
    const length = partial.pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
    if (length !== partial.size) return null;
    this.partials.delete(key);
    return joined([partial.addresses, ...partial.pieces.map((piece) => piece.bytes)], partial.addresses.length + length);
  }
}

/** What came first stays where fragments overlap. */
function insert(pieces: Partial['pieces'], offset: number, bytes: Uint8Array): void {
  for (const { offset: start, bytes: there } of pieces) {
    const end = start + there.length;
    if (end <= offset || start >= offset + bytes.length) continue;
    if (start > offset) insert(pieces, offset, bytes.subarray(0, start - offset));
    bytes = bytes.subarray(end - offset);
    offset = end;
  }
  if (bytes.length === 0) return;
  const place = pieces.findIndex((piece) => piece.offset > offset);
  pieces.splice(place < 0 ? pieces.length : place, 0, { offset, bytes });
}
