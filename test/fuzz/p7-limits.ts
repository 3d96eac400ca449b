// P7, limits: a peer that sends something without end is stopped by an error, at the limit and one read more at most; whatever it is that
// it repeats, wherever in a message, and in reads of any size.

import * as fc from 'fast-check';
import { HTTPException } from '../../src/core/errors.js';
import { MAX_INTERIM_RESPONSES, MAX_TRAILER_SIZE } from '../../src/core/limits.js';
import { HEAD_CAPACITY, MAX_CHUNK_EXTENSIONS, MAX_LINE } from '../../src/wasm/layout.generated.js';
import { makeParser, type Script } from '../parser/play.js';
import { bytesOf, latin1, makeTokeniser } from '../support/engines.js';
import { encodeEscapes } from '../support/vectors.js';
import { Mutated } from './mutations.js';
import { Violation, type Property } from './property.js';

const START: Record<Script['kind'], string> = { response: 'HTTP/1.1 200 OK\r\n', request: 'POST / HTTP/1.1\r\n' };
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

/** More than the digits of any chunk size. */
const CHUNK_SIZE_ROOM = 32;

interface Place {
  readonly name: string;
  /** What comes before. */
  readonly front: (kind: Script['kind']) => string;
  /** What may be repeated there, some of which is as it should be. */
  readonly units: readonly string[];
  /** Bytes behind the front after which it is over, or how often the unit may come. */
  readonly most: number;
  readonly times?: number;
}

const PLACES: readonly Place[] = [
  { name: 'in front of the start line', front: () => '', units: ['\r\n', '\n', '\r', ' ', '\0'], most: MAX_LINE },
  {
    name: 'in the start line',
    front: (kind) => (kind === 'response' ? 'HTTP/1.1 200 ' : 'GET /'),
    units: ['a', 'a b', '\t', '\x7f', '%20'],
    most: MAX_LINE,
  },
  { name: 'in a name', front: (kind) => START[kind], units: ['a', 'A-', '_', ' ', '('], most: MAX_LINE },
  { name: 'in a value', front: (kind) => `${START[kind]}A: `, units: ['a', ' ', '\t', 'a b', '\x80'], most: MAX_LINE },
  {
    name: 'in a framing value',
    front: (kind) => `${START[kind]}Content-Length: 5`,
    units: ['0', ', 5', ',', ' ', '\r\n '],
    most: HEAD_CAPACITY,
  },
  {
    name: 'in the head',
    front: (kind) => START[kind],
    units: ['A: b\r\n', 'A:\r\n', 'Content-Length: 5\r\n', 'A: b\r\n c\r\n', 'A: b\n'],
    most: HEAD_CAPACITY,
  },
  { name: 'folds', front: (kind) => `${START[kind]}A: b\r\n`, units: [' c\r\n', '\t\r\n', ' \n'], most: HEAD_CAPACITY },
  { name: 'in a chunk size', front: (kind) => `${START[kind]}${CHUNKED}`, units: ['0', 'f', '00', '0x'], most: CHUNK_SIZE_ROOM },
  {
    name: 'behind a chunk size',
    front: (kind) => `${START[kind]}${CHUNKED}5`,
    units: [' ', '\t', ';', ';a=b', ';a="', '\\'],
    most: MAX_CHUNK_EXTENSIONS,
  },
  {
    name: 'in the trailer section',
    front: (kind) => `${START[kind]}${CHUNKED}0\r\n`,
    units: ['A: b\r\n', 'A:\r\n', 'a', 'Content-Length: 5\r\n'],
    most: MAX_TRAILER_SIZE,
  },
  {
    name: 'interim responses',
    front: () => '',
    units: ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 \r\nLink: x\r\n\r\n', 'HTTP/1.1 199\n\n'],
    most: MAX_LINE,
    times: MAX_INTERIM_RESPONSES + 1,
  },
  { name: 'in a trailer', front: (kind) => `${START[kind]}${CHUNKED}0\r\nA: `, units: ['a', ' ', '\x80'], most: MAX_TRAILER_SIZE },
];

interface Input {
  readonly kind: Script['kind'];
  readonly place: Place;
  readonly unit: Uint8Array;
  /** Bytes of one read. */
  readonly read: number;
  readonly maxHeaderSize: number | undefined;
  readonly maxHeaders: number | undefined;
}

const tokeniser = makeTokeniser({ name: 'simd' });

/** At most `length` bytes of `unit` again and again, from `offset` on. */
function endless(unit: Uint8Array, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let n = 0; n < length; n++) bytes[n] = unit[(offset + n) % unit.length] as number;
  return bytes;
}

/** How many bytes may be taken. */
function mostOf({ place, unit, maxHeaderSize }: Input): number {
  if (place.times !== undefined) return Math.max(place.times * unit.length, place.most);
  // With a line end in it, it is not one line: other lines of the head may follow, or a trailer section.
  const manyLines = unit.includes(0x0a);
  if (place.most === HEAD_CAPACITY || (place.most === MAX_LINE && manyLines)) return maxHeaderSize ?? HEAD_CAPACITY;
  if (place.most === MAX_LINE) return MAX_LINE;
  // Behind a chunk size that ends, an extension may follow.
  const extended = place.most === CHUNK_SIZE_ROOM && /[; \t]/.test(latin1(unit)) ? MAX_CHUNK_EXTENSIONS : 0;
  // A unit may begin with further digits of the size, once: those that follow stand in an extension.
  const digits = place.most === MAX_CHUNK_EXTENSIONS ? (/^[0-9a-f]*/i.exec(latin1(unit))?.[0].length ?? 0) : 0;
  return place.most + digits + extended + (manyLines ? MAX_TRAILER_SIZE : 0);
}

/** Feeds it until it is over; returns how much it took, and the error. The head, where one comes, ends the experiment. */
function feed(input: Input): { sent: number; error: unknown; passed: boolean } {
  const { kind, place, unit, read, maxHeaderSize, maxHeaders } = input;
  let passed = false;
  const inHead = !place.front(kind).includes('\r\n\r\n');
  const over = (): void => void (passed = true);
  const onInterim = place.times === undefined ? { onInformational: over } : {};
  const handlers = { onBody: over, onEnd: over, ...(inHead ? { onHead: over, ...onInterim } : {}) };
  const limits = {
    ...(maxHeaderSize === undefined || !inHead ? {} : { maxHeaderSize }),
    ...(maxHeaders === undefined ? {} : { maxHeaders }),
  };
  const parser = makeParser({ kind, options: { limits } }, handlers, tokeniser);
  let sent = 0;
  try {
    parser.push(bytesOf(place.front(kind)));
    while (!passed && sent <= mostOf(input) + 2 * read) {
      parser.push(endless(unit, sent, read));
      sent += read;
    }
    return { sent, error: null, passed };
  } catch (error) {
    return { sent: sent + read, error, passed };
  }
}

function check(input: Input): void {
  const { place, read } = input;
  tokeniser.templates.fill(null);
  const { sent, error, passed } = feed(input);
  fc.pre(!passed);
  const most = mostOf(input);
  const facts = { place: place.name, most, sent, read, error: String(error) };
  if (error === null) throw new Violation('it goes on and on', facts);
  if (!(error instanceof HTTPException)) throw new Violation('what stops it is no HTTPException', facts);
  if (sent > most + read) throw new Violation('it is stopped too late', facts);
}

const inputs: fc.Arbitrary<Input> = fc.constantFrom(...PLACES).chain((place) =>
  fc.record({
    kind: fc.constantFrom<Script['kind']>('response', 'request'),
    place: fc.constant(place),
    unit: new Mutated(fc.constantFrom(...place.units.map(bytesOf)), place.units.map(bytesOf), 0.6).filter(({ length }) => length > 0),
    read: fc.oneof(fc.integer({ min: 64, max: 4096 }), fc.constantFrom(16384, 65535, 65536, 70000)),
    maxHeaderSize: fc.option(fc.integer({ min: 30, max: 5000 }), { nil: undefined, freq: 2 }),
    maxHeaders: fc.option(fc.nat(50), { nil: undefined, freq: 2 }),
  }),
);

export const limits: Property<Input> = {
  id: 'P7',
  title: 'nothing goes on without end',
  inputs,
  check,
  show: ({ kind, place, unit, ...rest }) =>
    `A ${kind}: ${encodeEscapes(place.front(kind))}, then ${encodeEscapes(latin1(unit))} again and again; ${JSON.stringify(rest)}`,
};
