// P4, robustness: whatever the bytes, nothing traps and no error is of JavaScript's own; the work is bounded by the bytes, counted in what
// the engine is called for; memory that is not the parser's is left alone: bytes around an input and in it, bytes around a
// space that was lent, and everything in linear memory that a call has no business with.

import * as fc from 'fast-check';
import { HTTPException } from '../../src/core/errors.js';
import * as layout from '../../src/wasm/layout.generated.js';
import type { Engine } from '../../src/wasm/module.js';
import { Tokeniser } from '../../src/wasm/tokeniser.js';
import { makeParser, type Script } from '../parser/play.js';
import { makeEngine } from '../support/engines.js';
import { byteByByte, prng, randomSplit } from '../support/splits.js';
import { script } from './inputs.js';
import { Violation, type Property } from './property.js';
import { showScript } from './show.js';

interface Input {
  readonly script: Script;
  readonly seed: number;
  /** Bytes around what is lent and given. */
  readonly sentinel: number;
}

const MARGIN = 64;
/** See assembly/field-section.ts. */
const MOST_GATHERED = 24;

/** An engine that counts what it is asked to read, and looks behind every call at the memory that it may not write to. */
class Watched implements Engine {
  readonly memory: Engine['memory'];
  /** Bytes read, and calls. */
  work = 0;
  readonly #engine = makeEngine({ name: 'simd' });
  readonly #bytes: Uint8Array;
  readonly #before = new Uint8Array(layout.MEMORY_END);
  // Static data is not written, but for the bytes of a name that is none, which are gathered at one place among it.
  #gatheredFrom = layout.SLOTS as number;
  #gatheredTo = 0;

  constructor() {
    this.memory = this.#engine.memory;
    this.#bytes = new Uint8Array(this.memory.buffer);
  }

  #watch(call: () => number, bytes: (result: number) => number, mayWrite: () => readonly (readonly [from: number, to: number])[]): number {
    this.#before.set(this.#bytes);
    const result = call();
    this.work += 1 + bytes(result);
    this.#checkStatic();
    // Slots and notes are every call's.
    for (const [from, to] of [[layout.SLOTS, layout.NAMES] as const, ...mayWrite()]) this.#before.set(this.#bytes.subarray(from, to), from);
    if (Buffer.compare(this.#bytes, this.#before) !== 0) {
      const at = this.#bytes.findIndex((byte, n) => byte !== this.#before[n]);
      throw new Violation('a call wrote where it has no business', { at, result });
    }
    return result;
  }

  #slot(slot: number): number {
    return new Int32Array(this.memory.buffer, layout.SLOTS, layout.SLOT_COUNT)[slot] as number;
  }

  #checkStatic(): void {
    const [now, before] = [this.#bytes.subarray(0, layout.SLOTS), this.#before.subarray(0, layout.SLOTS)];
    if (Buffer.compare(now, before) === 0) return;
    const differs = (byte: number, n: number): boolean => byte !== before[n];
    this.#gatheredFrom = Math.min(this.#gatheredFrom, now.findIndex(differs));
    this.#gatheredTo = Math.max(
      this.#gatheredTo,
      layout.SLOTS -
        1 -
        now
          .slice()
          .reverse()
          .findIndex((byte, n) => byte !== before[layout.SLOTS - 1 - n]),
    );
    if (this.#gatheredTo - this.#gatheredFrom >= MOST_GATHERED)
      throw new Violation('static data was written', { from: this.#gatheredFrom, to: this.#gatheredTo });
    before.set(now);
  }

  parseHead(flags: number, start: number, end: number, scanned: number, maxFields: number, maxSize: number): number {
    const call = (): number => this.#engine.parseHead(flags, start, end, scanned, maxFields, maxSize);
    const bytes = (result: number): number => (result > 0 ? start + result : end) - Math.max(start, scanned);
    return this.#watch(call, bytes, () => [[start - layout.TABLE_ROOM, start]]);
  }

  decodeChunks(flags: number, start: number, end: number, direct: number): number {
    let length = 0;
    const call = (): number => (length = this.#engine.decodeChunks(flags, start, end, direct));
    return this.#watch(
      call,
      () => this.#slot(layout.CHUNK_END),
      () => [[start, start + length]],
    );
  }

  matchHead(template: number, start: number, end: number): number {
    const call = (): number => this.#engine.matchHead(template, start, end);
    return this.#watch(
      call,
      () => 0,
      () => [[layout.CHANGES - 256, layout.CHANGES + layout.CHANGES_CAPACITY + 256]],
    );
  }

  addName(length: number): number {
    return this.#engine.addName(length);
  }
}

const engine = new Watched();
const tokeniser = new Tokeniser(engine);

/** Bytes with a margin at both ends that nobody may touch. */
function withMargin(length: number, sentinel: number): { whole: Uint8Array; inside: Uint8Array } {
  const whole = new Uint8Array(length + 2 * MARGIN).fill(sentinel);
  return { whole, inside: whole.subarray(MARGIN, MARGIN + length) };
}

function checkMargin(whole: Uint8Array, sentinel: number, of: string): void {
  const margins = [...whole.subarray(0, MARGIN), ...whole.subarray(-MARGIN)];
  if (margins.some((byte) => byte !== sentinel)) throw new Violation(`bytes around ${of} were written`);
}

function check({ script: given, seed, sentinel }: Input): void {
  const random = prng(seed);
  const { bytes, closes } = given;
  tokeniser.templates.fill(null);
  engine.work = 0;
  const { whole, inside } = withMargin(bytes.length, sentinel);
  inside.set(bytes);
  const lent: Uint8Array[] = [];
  const handlers = {
    onSpace: (): Uint8Array => {
      const space = withMargin(Math.floor(random() * 40), sentinel);
      lent.push(space.whole);
      return space.inside;
    },
    onBody: (body: Uint8Array): void => {
      if (body.buffer === engine.memory.buffer) throw new Violation('body bytes are handed out in linear memory');
    },
  };
  const parser = makeParser(given, handlers, tokeniser);
  const cuts = [...(seed % 2 === 0 ? byteByByte(bytes.length) : randomSplit(bytes.length, random, 30)), bytes.length];
  let used = 0;
  try {
    for (const cut of cuts) used += parser.push(inside.subarray(used, cut));
    if (closes) parser.finish();
  } catch (error) {
    if (!(error instanceof HTTPException)) throw error;
  }
  if (Buffer.compare(inside, bytes) !== 0) throw new Violation('push() wrote to its input');
  checkMargin(whole, sentinel, 'an input');
  for (const space of lent) checkMargin(space, sentinel, 'a space that was lent');
  // Each byte once, and once more where a cut section is read anew at the end; a few calls for each read and each head.
  const most = 4 * bytes.length + 8 * cuts.length + MARGIN;
  if (engine.work > most) throw new Violation('there is more work than bytes', { work: engine.work, most, length: bytes.length });
  if (engine.memory.buffer.byteLength !== layout.MEMORY_END) throw new Violation('linear memory has grown');
}

export const robust: Property<Input> = {
  id: 'P4',
  title: 'nothing traps, and no memory but its own is written',
  inputs: fc.record({ script, seed: fc.nat(), sentinel: fc.constantFrom(0x00, 0x0a, 0x0d, 0x20, 0x30, 0x3a, 0x61, 0xff) }),
  check,
  show: (input) => showScript(input.script),
};
