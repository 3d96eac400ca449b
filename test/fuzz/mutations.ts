// Bytes that were changed in a few places, with an eye to what decides something in HTTP; and bytes that fail, made as few as possible.
// As an arbitrary of fast-check, so that what is drawn comes again with its seed, and is cut down by the same search.

import * as fc from 'fast-check';
import { bytesOf } from '../support/engines.js';

const LONGEST = 3000;
const MOST_CHANGES = 4;

/** Bytes that decide something. */
const TELLING = bytesOf('\r\n\r\n \t:,;"\\=\0\x01\x1d\x7f\x80\xa0\xff0159aAfFgHhTt-/.');

const PARTS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\r\n ',
  '\r\n\t',
  ' \r\n',
  'Content-Length: 3\r\n',
  'content-length: 03\r\n',
  'Content-Length: 3, 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding:\tchunked\t\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive, Upgrade\r\n',
  'Keep-Alive: timeout=5\r\n',
  'Upgrade: x\r\n',
  'Host: a\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.0 204 No\r\n',
  'HTTP/1.1 100 \r\n\r\n',
  'GET / HTTP/1.1\r\n',
  '0\r\n\r\n',
  '1\r\na\r\n',
  '3;x="y\\""\r\nabc\r\n',
  'fffffffffffffff',
  '9007199254740992',
  'X: y\r\n',
  ': ',
  ' :',
].map(bytesOf);

type Bytes = number[];

/** The bytes of `base`, as they are or changed in up to four places. `others` are what parts of are put in. */
export class Mutated extends fc.Arbitrary<Uint8Array> {
  readonly #base: fc.Arbitrary<Uint8Array>;
  readonly #others: readonly Uint8Array[];
  readonly #asTheyAre: number;

  /** `asTheyAre` is the share of those that are not changed. */
  constructor(base: fc.Arbitrary<Uint8Array>, others: readonly Uint8Array[], asTheyAre = 0.25) {
    super();
    this.#base = base;
    this.#others = others;
    this.#asTheyAre = asTheyAre;
  }

  generate(random: fc.Random, bias: number | undefined): fc.Value<Uint8Array> {
    let bytes: Bytes = [...this.#base.generate(random, bias).value];
    if (random.nextDouble() >= this.#asTheyAre)
      for (let n = random.nextInt(1, MOST_CHANGES); n > 0; n--) bytes = this.#changed(random, bytes);
    return new fc.Value(Uint8Array.from(bytes.slice(0, LONGEST)), undefined);
  }

  #changed(random: fc.Random, bytes: Bytes): Bytes {
    const pick = <T>(items: ArrayLike<T>): T => items[random.nextInt(0, items.length - 1)] as T;
    const at = random.nextInt(0, bytes.length);
    const byte = random.nextInt(0, 4) > 0 ? pick(TELLING) : random.nextInt(0, 255);
    const lineEnds = bytes.flatMap((value, n) => (value === 0x0d || value === 0x0a ? [n] : []));
    const lineEnd = lineEnds.length > 0 ? pick(lineEnds) : at;
    switch (random.nextInt(0, 11)) {
      case 0:
        bytes.splice(at, 1);
        break;
      case 1:
        bytes.splice(at, 0, byte);
        break;
      case 2:
        bytes.splice(at, 1, byte);
        break;
      case 3:
        // One bit: letter case, or a control character that resembles a letter.
        bytes.splice(at, 1, (bytes[at] ?? 0) ^ (1 << random.nextInt(0, 7)));
        break;
      case 4:
        bytes.splice(lineEnd, 1);
        break;
      case 5:
        // CR becomes LF or SUB, LF becomes CR or GS.
        bytes.splice(lineEnd, 1, (bytes[lineEnd] ?? 0) ^ pick([7, 0x17]));
        break;
      case 6: {
        const from = random.nextInt(0, bytes.length);
        bytes.splice(at, 0, ...bytes.slice(from, from + random.nextInt(0, 24)));
        break;
      }
      case 7:
        bytes.splice(at, random.nextInt(0, 24));
        break;
      case 8: {
        const other = pick(this.#others);
        return [...bytes.slice(0, at), ...other.subarray(random.nextInt(0, other.length - 1))];
      }
      case 9:
        // Behind a line end, mostly, where it is a line of its own.
        bytes.splice(random.nextInt(0, 2) > 0 ? lineEnd + 1 : at, 0, ...pick(PARTS));
        break;
      case 10:
        // Long enough for a vector, or for two and a tail.
        bytes.splice(at, 0, ...new Array<number>(random.nextInt(1, 80)).fill(pick([0x61, 0x20, 0x30])));
        break;
      default:
        // The message twice: the second one may be like the first.
        return [...bytes, ...bytes];
    }
    return bytes;
  }

  canShrinkWithoutContext(value: unknown): value is Uint8Array {
    return value instanceof Uint8Array;
  }

  /** Fewer bytes first, then plainer ones. */
  shrink(value: Uint8Array): fc.Stream<fc.Value<Uint8Array>> {
    return fc.stream(smaller(value)).map((bytes) => new fc.Value(bytes, undefined));
  }
}

function* smaller(bytes: Uint8Array): IterableIterator<Uint8Array> {
  for (let length = bytes.length; length > 0; length >>= 1) {
    for (let at = 0; at < bytes.length; at += length) yield Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
  }
  for (let at = 0; at < bytes.length; at++) {
    if (!/[^aA0 \t\r\n]/.test(String.fromCharCode(bytes[at] as number))) continue;
    const plainer = bytes.slice();
    plainer[at] = 0x61;
    yield plainer;
  }
}
