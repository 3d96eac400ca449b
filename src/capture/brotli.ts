// Brotli (RFC 7932), decoded: for bodies, which may be cut short or damaged, so that what came before the fault is kept. No
// platform decodes brotli everywhere, and a page that may connect to nothing can fetch no binary. The names are the RFC's.
// Bits and prefix codes are in brotli-codes.ts.

import { inflateSync } from 'fflate';
import { BitReader, Fault, PrefixCode, readPrefixCode } from './brotli-codes.js';
import { DICTIONARY_BASE64, TRANSFORMS } from './brotli.generated.js';
import { fromBase64, fromLatin1 } from './bytes.js';

/** Words of each length in the dictionary, as a power of two (section 8), and where they begin. */
const SIZE_BITS = [0, 0, 0, 0, 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5];
const WORDS_AT = SIZE_BITS.map((_, length) => SIZE_BITS.slice(0, length).reduce((sum, bits, n) => sum + (bits === 0 ? 0 : n << bits), 0));

/** Codes for a number: each has so many extra bits, and begins where the one before ends. */
class Ranges {
  readonly base: readonly number[];
  readonly extra: readonly number[];

  constructor(first: number, extra: readonly number[]) {
    let next = first;
    this.extra = extra;
    this.base = extra.map((bits) => {
      const base = next;
      next += 2 ** bits;
      return base;
    });
  }
}

const INSERT = new Ranges(0, [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24]);
const COPY = new Ranges(2, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24]);
const BLOCK_COUNT = new Ranges(1, [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24]);
// The cells of the insert-and-copy alphabet (section 5): where the codes of either length begin.
const INSERT_CELLS = [0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16];
const COPY_CELLS = [0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16];
/** For distance codes 4 to 15 (section 4): which of the last distances, and what is added to it. */
const NEAR_DISTANCES = [-1, 1, -2, 2, -3, 3];

// Context IDs of literals (section 7.1): tables of the two bytes before, for the modes UTF8 and Signed.
const LUT0 = new Uint8Array(256);
const LUT1 = new Uint8Array(256);
const LUT2 = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  LUT2[byte] = byte === 0 ? 0 : byte < 16 ? 1 : byte < 64 ? 2 : byte < 128 ? 3 : byte < 192 ? 4 : byte < 240 ? 5 : byte < 255 ? 6 : 7;
  const character = String.fromCharCode(byte);
  if (byte >= 192) {
    LUT0[byte] = 2 + (byte & 1);
    LUT1[byte] = byte >= 224 ? 2 : 0;
  } else if (byte >= 128) {
    LUT0[byte] = byte & 1;
  } else if (/[A-Za-z]/.test(character)) {
    const isUpper = byte < 97;
    LUT0[byte] = (isUpper ? 48 : 56) + (/[aeiou]/i.test(character) ? 0 : 4);
    LUT1[byte] = isUpper ? 2 : 3;
  } else if (/\d/.test(character)) {
    LUT0[byte] = 44;
    LUT1[byte] = 2;
  } else if (byte > 32 && byte < 127) {
    LUT0[byte] = 12;
    LUT1[byte] = 1;
  }
}
for (const [characters, value] of [
  ['\t\n\r', 4],
  [' ', 8],
  ['"\'', 16],
  ['%', 20],
  ['(<[{', 24],
  [')>]}', 28],
  [',:;', 32],
  ['.', 36],
  ['=', 40],
] as const) {
  for (const character of characters) LUT0[character.charCodeAt(0)] = value;
}

/** A number from 1 to 256 (section 9.2: NBLTYPES, NTREES). */
function readCount(bits: BitReader): number {
  if (bits.read(1) === 0) return 1;
  const power = bits.read(3);
  return 1 + (1 << power) + bits.read(power);
}

function readRanged(bits: BitReader, ranges: Ranges, code: number): number {
  return ranges.base[code]! + bits.read(ranges.extra[code]!);
}

/** The block types of one category in turn (section 6). */
class Blocks {
  readonly types: number;
  type = 0;
  private previous = 1;
  private left = 2 ** 28;
  private readonly typeCode: PrefixCode | null = null;
  private readonly countCode: PrefixCode | null = null;
  private readonly bits: BitReader;

  constructor(bits: BitReader) {
    this.bits = bits;
    this.types = readCount(bits);
    if (this.types === 1) return;
    this.typeCode = readPrefixCode(bits, this.types + 2);
    this.countCode = readPrefixCode(bits, 26);
    this.left = readRanged(bits, BLOCK_COUNT, this.countCode.read(bits));
  }

  /** One symbol is read: of the next block, where this one is over. */
  step(): void {
    if (this.left === 0) {
      if (this.typeCode === null) throw new Fault('a block is longer than may be');
      const code = this.typeCode.read(this.bits);
      const type = code === 0 ? this.previous : code === 1 ? (this.type + 1) % this.types : code - 2;
      this.previous = this.type;
      this.type = type;
      this.left = readRanged(this.bits, BLOCK_COUNT, (this.countCode as PrefixCode).read(this.bits));
    }
    this.left--;
  }
}

/** A context map (section 7.3), of `size` places. */
function readContextMap(bits: BitReader, size: number, trees: number): Uint8Array {
  const map = new Uint8Array(size);
  if (trees === 1) return map;
  const maxRun = bits.read(1) === 0 ? 0 : bits.read(4) + 1;
  const code = readPrefixCode(bits, trees + maxRun);
  for (let at = 0; at < size;) {
    const symbol = code.read(bits);
    if (symbol === 0) at++;
    else if (symbol > maxRun) map[at++] = symbol - maxRun;
    else at += (1 << symbol) + bits.read(symbol);
    if (at > size) throw new Fault('a context map has more places than there are');
  }
  if (bits.read(1) === 1) undoMoveToFront(map);
  return map;
}

function undoMoveToFront(map: Uint8Array): void {
  const order = Uint8Array.from({ length: 256 }, (_, n) => n);
  for (let at = 0; at < map.length; at++) {
    const index = map[at]!;
    const value = order[index]!;
    map[at] = value;
    order.copyWithin(1, 0, index);
    order[0] = value;
  }
}

/** What was decoded; it grows, up to a limit. */
class Output {
  bytes = new Uint8Array(4096);
  length = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Makes room for `length` more bytes, or for the one byte too many that tells of the limit. Returns how many may follow. */
  room(length: number): number {
    const allowed = Math.min(length, this.limit + 1 - this.length);
    const needed = this.length + allowed;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return allowed;
  }

  add(bytes: Uint8Array): void {
    const length = this.room(bytes.length);
    this.bytes.set(bytes.subarray(0, length), this.length);
    this.length += length;
  }

  get isFull(): boolean {
    return this.length > this.limit;
  }
}

let dictionary: Uint8Array | null = null;

/** A word of the dictionary, transformed (section 8). */
function readWord(length: number, id: number): Uint8Array {
  const power = SIZE_BITS[length] ?? 0;
  const transform = TRANSFORMS[id >> power];
  if (power === 0 || transform === undefined) throw new Fault('there is no such word in the dictionary');
  dictionary ??= inflateSync(fromBase64(DICTIONARY_BASE64));
  const at = WORDS_AT[length]! + (id & ((1 << power) - 1)) * length;
  let word = dictionary.slice(at, at + length);
  const [prefix, kind, suffix] = transform;
  const omitted = Number(/\d$/.exec(kind)?.[0] ?? 0);
  if (kind.startsWith('omitFirst')) word = word.subarray(omitted);
  else if (kind.startsWith('omitLast')) word = word.subarray(0, Math.max(0, length - omitted));
  else if (kind === 'fermentFirst') ferment(word, 0);
  else if (kind === 'fermentAll') for (let n = 0; n < length;) n = ferment(word, n);
  return Uint8Array.from([...fromLatin1(prefix), ...word, ...fromLatin1(suffix)]);
}

/** Upper case, as far as RFC 7932 goes with it, for the UTF-8 character at `at`. Returns where the next one begins. */
function ferment(word: Uint8Array, at: number): number {
  const byte = word[at]!;
  if (byte < 192) {
    if (byte >= 97 && byte <= 122) word[at]! ^= 32;
    return at + 1;
  }
  if (byte < 224) {
    if (at + 1 < word.length) word[at + 1]! ^= 32;
    return at + 2;
  }
  if (at + 2 < word.length) word[at + 2]! ^= 5;
  return at + 3;
}

/** The bytes of one meta-block (section 9), and what lasts from one to the next. */
class Decoder {
  private readonly bits: BitReader;
  private readonly output: Output;
  private readonly window: number;
  private readonly distances = [4, 11, 15, 16];

  constructor(bits: BitReader, output: Output, window: number) {
    this.bits = bits;
    this.output = output;
    this.window = window;
  }

  readData(length: number): void {
    const { bits, output, distances } = this;
    const literals = new Blocks(bits);
    const commands = new Blocks(bits);
    const copies = new Blocks(bits);
    const postfixBits = bits.read(2);
    const direct = bits.read(4) << postfixBits;
    const modes = Uint8Array.from({ length: literals.types }, () => bits.read(2));
    const literalTrees = readCount(bits);
    const literalMap = readContextMap(bits, 64 * literals.types, literalTrees);
    const distanceTrees = readCount(bits);
    const distanceMap = readContextMap(bits, 4 * copies.types, distanceTrees);
    const literalCodes = Array.from({ length: literalTrees }, () => readPrefixCode(bits, 256));
    const commandCodes = Array.from({ length: commands.types }, () => readPrefixCode(bits, 704));
    const distanceAlphabet = 16 + direct + (48 << postfixBits);
    const distanceCodes = Array.from({ length: distanceTrees }, () => readPrefixCode(bits, distanceAlphabet));

    let left = length;
    while (left > 0 && !output.isFull) {
      commands.step();
      const command = commandCodes[commands.type]!.read(bits);
      const cell = command >> 6;
      const insertLength = readRanged(bits, INSERT, INSERT_CELLS[cell]! + ((command >> 3) & 7));
      const copyLength = readRanged(bits, COPY, COPY_CELLS[cell]! + (command & 7));
      if (insertLength > left) throw new Fault('a meta-block is longer than it says');
      left -= insertLength;
      for (let n = insertLength; n > 0; n--) {
        if (output.room(1) === 0) return;
        literals.step();
        const { bytes, length: at } = output;
        const one = at > 0 ? bytes[at - 1]! : 0;
        const two = at > 1 ? bytes[at - 2]! : 0;
        const context = contextOf(modes[literals.type]!, one, two);
        const literal = literalCodes[literalMap[64 * literals.type + context]!]!.read(bits);
        bytes[output.length++] = literal;
      }
      // What the last command copies is not there.
      if (left === 0) break;

      let distanceCode = 0;
      if (cell >= 2) {
        copies.step();
        const context = Math.min(copyLength, 5) - 2;
        distanceCode = distanceCodes[distanceMap[4 * copies.type + context]!]!.read(bits);
      }
      const distance = this.readDistance(distanceCode, postfixBits, direct);
      const most = Math.min(this.window, output.length);
      if (distance > most) {
        const word = readWord(copyLength, distance - most - 1);
        if (word.length > left) throw new Fault('a meta-block is longer than it says');
        left -= word.length;
        output.add(word);
        continue;
      }
      if (distanceCode !== 0) {
        distances.pop();
        distances.unshift(distance);
      }
      if (copyLength > left) throw new Fault('a meta-block is longer than it says');
      left -= copyLength;
      this.copy(distance, copyLength);
    }
  }

  private copy(distance: number, length: number): void {
    const { output } = this;
    for (let n = output.room(length); n > 0;) {
      // No more at once than is there, so that what overlaps is repeated.
      const size = Math.min(n, distance);
      output.bytes.copyWithin(output.length, output.length - distance, output.length - distance + size);
      output.length += size;
      n -= size;
    }
  }

  private readDistance(code: number, postfixBits: number, direct: number): number {
    const { distances } = this;
    if (code < 4) return distances[code]!;
    if (code < 16) {
      const distance = distances[code < 10 ? 0 : 1]! + NEAR_DISTANCES[(code - 4) % 6]!;
      if (distance <= 0) throw new Fault('a distance is not above zero');
      return distance;
    }
    if (code < 16 + direct) return code - 15;
    const rest = code - direct - 16;
    const count = 1 + (rest >> (postfixBits + 1));
    const high = rest >> postfixBits;
    const offset = (2 + (high & 1)) * 2 ** count - 4;
    return (offset + this.bits.read(count)) * 2 ** postfixBits + (rest & ((1 << postfixBits) - 1)) + direct + 1;
  }
}

function contextOf(mode: number, one: number, two: number): number {
  switch (mode) {
    case 0:
      return one & 63;
    case 1:
      return one >> 2;
    case 2:
      return LUT0[one]! | LUT1[two]!;
    default:
      return (LUT2[one]! << 3) | LUT2[two]!;
  }
}

/** What can be decoded of `input`, up to one byte more than `limit`, and why that is not all, or null. */
export function unbrotli(input: Uint8Array, limit: number): { bytes: Uint8Array; problem: string | null } {
  const output = new Output(limit);
  let problem: string | null = null;
  try {
    decode(new BitReader(input), output);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    problem = error.message;
  }
  return { bytes: output.bytes.subarray(0, output.length), problem };
}

function decode(bits: BitReader, output: Output): void {
  const decoder = new Decoder(bits, output, readWindow(bits));
  for (let isLast = false; !isLast && !output.isFull;) {
    isLast = bits.read(1) === 1;
    if (isLast && bits.read(1) === 1) break;
    const nibbles = bits.read(2);
    if (nibbles === 3) {
      skipMetadata(bits);
      continue;
    }
    let length = bits.read(16);
    for (let n = 0; n < nibbles; n++) {
      const nibble = bits.read(4);
      if (n === nibbles - 1 && nibble === 0) throw new Fault('a length has a zero in front');
      length += nibble << (16 + 4 * n);
    }
    length++;
    if (!isLast && bits.read(1) === 1) {
      bits.align();
      const bytes = bits.take(length);
      output.add(bytes);
      if (bytes.length < length) throw new Fault('the input ends in the middle');
    } else {
      decoder.readData(length);
    }
  }
  if (!output.isFull) bits.align();
}

/** WBITS (section 9.1), as the size of the window. */
function readWindow(bits: BitReader): number {
  let power = 16;
  if (bits.read(1) === 1) {
    const high = bits.read(3);
    const low = high === 0 ? bits.read(3) : 0;
    if (low === 1) throw new Fault('the window is larger than RFC 7932 allows');
    power = high !== 0 ? 17 + high : low === 0 ? 17 : 8 + low;
  }
  return 2 ** power - 16;
}

function skipMetadata(bits: BitReader): void {
  if (bits.read(1) !== 0) throw new Fault('a reserved bit is set');
  const size = bits.read(2);
  let length = 0;
  for (let n = 0; n < size; n++) {
    const byte = bits.read(8);
    if (n > 0 && n === size - 1 && byte === 0) throw new Fault('a length has a zero in front');
    length += byte * 2 ** (8 * n);
  }
  bits.align();
  if (size > 0 && bits.take(length + 1).length <= length) throw new Fault('the input ends in the middle');
}
