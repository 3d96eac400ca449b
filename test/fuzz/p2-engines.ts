// P2: the SIMD build, with the names that it is given and without, the scalar build and the reference say the same of any section, in
// every slot and word; at every alignment, whatever the pieces, and flush against the end of memory, where a build that
// reads too far traps.

import * as fc from 'fast-check';
import * as layout from '../../src/wasm/layout.generated.js';
import { latin1, readChunks, readHead, subjects, type Subject } from '../support/engines.js';
import { prng, randomSplit, WHOLE, type Cuts } from '../support/splits.js';
import { encodeEscapes, type VectorKind } from '../support/vectors.js';
import { section } from './inputs.js';
import { Violation, type Property } from './property.js';
import { quirkWords, showVector } from './show.js';

interface Input {
  readonly kind: VectorKind;
  readonly bytes: Uint8Array;
  readonly flags: number;
  readonly maxFields: number;
  readonly maxSize: number;
  readonly alignment: number;
  /** Of the cuts. */
  readonly seed: number;
}

const QUIRKS = [
  layout.QUIRK_INVALID_FIELDS,
  layout.QUIRK_SPACE_BEFORE_COLON,
  layout.QUIRK_CONTROL_CHARACTERS,
  layout.QUIRK_LF_IN_CHUNKS,
  layout.QUIRK_SPACES_IN_STATUS_LINE,
  layout.QUIRK_ICY,
];
const KINDS = { response: layout.KIND_RESPONSE, request: layout.KIND_REQUEST, trailer: layout.KIND_TRAILER, chunked: 0 };

const flags = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.subarray(QUIRKS).map((some) => some.reduce((all, one) => all | one, 0)) },
);
const often = <T>(value: T, otherwise: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: otherwise });

const inputs: fc.Arbitrary<Input> = fc.constantFrom<VectorKind>('response', 'response', 'request', 'trailer', 'chunked').chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    bytes: section(kind),
    flags: flags.map((some) => KINDS[kind] | some),
    maxFields: often(1000, fc.nat(4)),
    maxSize: often(layout.HEAD_CAPACITY as number, fc.nat(700)),
    alignment: fc.nat(63),
    seed: fc.nat(),
  }),
);

function check(input: Input): void {
  const { kind, bytes, alignment, seed } = input;
  const random = prng(seed);
  const read = (subject: Subject, cuts: Cuts, at: number): string =>
    JSON.stringify(kind === 'chunked' ? readChunks(subject, bytes, input.flags, cuts, at) : readHead(subject, bytes, input, cuts, at));
  const expected = read(subjects.at(-1) as Subject, WHOLE, layout.HEAD);
  const places = [
    { at: layout.READ + alignment, cuts: WHOLE },
    { at: layout.READ + alignment, cuts: randomSplit(bytes.length, random) },
    { at: layout.MEMORY_END - bytes.length, cuts: WHOLE },
    { at: layout.MEMORY_END - bytes.length, cuts: randomSplit(bytes.length, random) },
  ];
  for (const subject of subjects) {
    for (const { at, cuts } of places) {
      const got = read(subject, cuts, at);
      if (got !== expected) throw new Violation(`${subject.name} differs from the reference`, { at, cuts, reference: expected, got });
    }
  }
}

export const engines: Property<Input> = {
  id: 'P2',
  title: 'every engine says the same',
  inputs,
  check,
  show: ({ kind, bytes, flags: bits, maxFields, maxSize }) =>
    showVector(`Found by a fuzzer: ${encodeEscapes(latin1(bytes.subarray(0, 20)))}`, kind, bytes, [
      ...quirkWords(bits),
      ...(maxFields === 1000 ? [] : [`maxFields=${maxFields}`]),
      ...(maxSize === layout.HEAD_CAPACITY ? [] : [`maxSize=${maxSize}`]),
    ]),
};
