// Brotli's bits and prefix codes (RFC 7932 sections 1.5 and 3): how symbols are taken from the input. What they mean is in brotli.ts.

/** What is wrong with the input; what came before it is good. */
export class Fault extends Error {}

const CODE_LENGTH_ORDER = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** Bits, from the least significant one of each byte on. Behind the end are zeros, until one of them is taken. */
export class BitReader {
  private at = 0;
  private held = 0;
  private count = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** At least sixteen bits, none of them taken. */
  peek(): number {
    while (this.count <= 16) {
      this.held |= (this.bytes[this.at++] ?? 0) << this.count;
      this.count += 8;
    }
    return this.held;
  }

  skip(bits: number): void {
    this.held >>>= bits;
    this.count -= bits;
    if (this.at > this.bytes.length && this.at * 8 - this.count > this.bytes.length * 8) throw new Fault('the input ends in the middle');
  }

  read(bits: number): number {
    if (bits > 16) return this.read(16) + this.read(bits - 16) * 0x10000;
    const value = this.peek() & ((1 << bits) - 1);
    this.skip(bits);
    return value;
  }

  align(): void {
    if (this.read(this.count & 7) !== 0) throw new Fault('bits are set where there may be none');
  }

  /** Up to `length` whole bytes; aligned before. */
  take(length: number): Uint8Array {
    const start = this.at - (this.count >> 3);
    this.held = this.count = 0;
    this.at = Math.min(start + length, this.bytes.length);
    return this.bytes.subarray(start, this.at);
  }
}

const MAX_BITS = 15;
const TABLE_BITS = 8;

/** A prefix code (section 3): short codes are looked up, longer ones are counted through. */
export class PrefixCode {
  private readonly table = new Uint16Array(1 << TABLE_BITS);
  private readonly counts = new Uint16Array(MAX_BITS + 1);
  private readonly symbols: Uint16Array;
  private readonly only: number;

  /** Of the lengths of all symbols; a single symbol has a code of no bits. */
  constructor(lengths: Uint8Array) {
    const { counts, table } = this;
    for (const length of lengths) counts[length]!++;
    const used = lengths.length - counts[0]!;
    counts[0] = 0;
    this.only = used === 1 ? lengths.findIndex((length) => length !== 0) : -1;
    this.symbols = new Uint16Array(used);
    const next = new Uint16Array(MAX_BITS + 2);
    const codes = new Uint16Array(MAX_BITS + 2);
    for (let length = 1; length <= MAX_BITS; length++) {
      next[length + 1] = next[length]! + counts[length]!;
      codes[length + 1] = (codes[length]! + counts[length]!) << 1;
    }
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!;
      if (length === 0) continue;
      this.symbols[next[length]!++] = symbol;
      let code = codes[length]!++;
      if (length > TABLE_BITS) continue;
      let reversed = 0;
      for (let n = 0; n < length; n++, code >>= 1) reversed = (reversed << 1) | (code & 1);
      for (; reversed < table.length; reversed += 1 << length) table[reversed] = (symbol << 4) | length;
    }
  }

  read(bits: BitReader): number {
    if (this.only >= 0) return this.only;
    let held = bits.peek();
    const entry = this.table[held & ((1 << TABLE_BITS) - 1)]!;
    if (entry !== 0) {
      bits.skip(entry & 15);
      return entry >> 4;
    }
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++, held >>= 1) {
      code |= held & 1;
      const count = this.counts[length]!;
      if (code - first < count) {
        bits.skip(length);
        return this.symbols[index + code - first]!;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Fault('a prefix code has no such symbol');
  }
}

/** The representation of a prefix code for an alphabet (sections 3.4 and 3.5). */
export function readPrefixCode(bits: BitReader, alphabet: number): PrefixCode {
  const lengths = new Uint8Array(alphabet);
  const skipped = bits.read(2);
  if (skipped === 1) readSimpleLengths(bits, lengths);
  else readComplexLengths(bits, lengths, skipped);
  return new PrefixCode(lengths);
}

function readSimpleLengths(bits: BitReader, lengths: Uint8Array): void {
  const count = bits.read(2) + 1;
  const symbolBits = 32 - Math.clz32(lengths.length - 1);
  const symbols = Array.from({ length: count }, () => bits.read(symbolBits));
  if (symbols.some((symbol) => symbol >= lengths.length)) throw new Fault('a prefix code has a symbol that there is not');
  if (new Set(symbols).size < count) throw new Fault('a prefix code has a symbol twice');
  const shape = [[1], [1, 1], [1, 2, 2], [2, 2, 2, 2], [1, 2, 3, 3]][count === 4 && bits.read(1) === 1 ? 4 : count - 1]!;
  symbols.forEach((symbol, n) => (lengths[symbol] = shape[n]!));
}

function readComplexLengths(bits: BitReader, lengths: Uint8Array, skipped: number): void {
  const codeLengths = new Uint8Array(CODE_LENGTH_ORDER.length);
  let space = 32;
  let used = 0;
  for (let n = skipped; n < codeLengths.length && space > 0; n++) {
    const length = readCodeLengthLength(bits);
    if (length === 0) continue;
    codeLengths[CODE_LENGTH_ORDER[n]!] = length;
    space -= 32 >> length;
    used++;
  }
  if (space !== 0 && used !== 1) throw new Fault('a prefix code is not complete');
  const code = new PrefixCode(codeLengths);
  let left = 32768;
  let previous = 8;
  let repeat = 0;
  let repeated = 0;
  let symbol = 0;
  while (symbol < lengths.length && left > 0) {
    const length = code.read(bits);
    if (length < 16) {
      repeat = 0;
      lengths[symbol++] = length;
      if (length === 0) continue;
      previous = length;
      left -= 32768 >> length;
      continue;
    }
    const extra = length - 14;
    const value = length === 16 ? previous : 0;
    if (value !== repeated) repeat = 0;
    repeated = value;
    const before = repeat;
    if (repeat > 0) repeat = (repeat - 2) << extra;
    repeat += 3 + bits.read(extra);
    const count = repeat - before;
    if (symbol + count > lengths.length) throw new Fault('a prefix code has more symbols than there are');
    lengths.fill(value, symbol, symbol + count);
    symbol += count;
    if (value !== 0) left -= count << (MAX_BITS - value);
  }
  if (left !== 0) throw new Fault('a prefix code is not complete');
}

function readCodeLengthLength(bits: BitReader): number {
  const held = bits.peek();
  const [length, size] = [[0, 2], [4, 2], [3, 2], (held & 4) === 0 ? [2, 3] : (held & 8) === 0 ? [1, 4] : [5, 4]][held & 3] as [
    number,
    number,
  ];
  bits.skip(size);
  return length;
}
