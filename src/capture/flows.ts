// Who sends to whom: a table of the directions of connections by addresses and ports. It is looked into for every packet, so it is
// made of typed arrays and asks for no object.

import { four } from './bytes.js';

/** Words of a key: two addresses of four, and the ports in one. */
const WORDS = 9;
const SMALLEST = 1024;

export class Flows<D> {
  private readonly directions: D[] = [];
  private keys = new Int32Array(SMALLEST * WORDS);
  /** Numbers of directions, from 1 on; 0 is an empty slot. Half of it stays empty. */
  private slots = new Int32Array(2 * SMALLEST);
  private readonly key = new Int32Array(WORDS);

  get size(): number {
    return this.directions.length;
  }

  /** Whether another pair would need more room. */
  get full(): boolean {
    return (this.directions.length + 2) * 2 > this.slots.length;
  }

  /**
   * The direction of the segment at `at` of `bytes`, or undefined. The addresses are the `length` bytes at `source`, and as many behind
   * them. Remembers the key for put().
   */
  find(bytes: Uint8Array, source: number, length: number, at: number): D | undefined {
    const { key } = this;
    if (length === 4) {
      key[0] = key[1] = key[2] = key[4] = key[5] = key[6] = 0;
      key[3] = four(bytes, source);
      key[7] = four(bytes, source + 4);
    } else {
      for (let n = 0; n < 8; n++) key[n] = four(bytes, source + 4 * n);
    }
    key[8] = four(bytes, at);
    const number = this.slots[this.slotOf(key, 0)] as number;
    return number === 0 ? undefined : this.directions[number - 1];
  }

  /** Sets the direction that find() looked for last, and the other one of its connection. */
  put(direction: D, opposite: D): void {
    const { key } = this;
    this.set(key, direction);
    const ports = key[8] as number;
    const reversed = Int32Array.of(...key.subarray(4, 8), ...key.subarray(0, 4), (ports << 16) | (ports >>> 16));
    // Of a connection with itself there is one direction only.
    if (!key.every((value, n) => value === reversed[n])) this.set(reversed, opposite);
  }

  /** Forgets the directions that are not to be kept, and makes room for more. */
  rebuild(keep: (direction: D) => boolean): void {
    const { directions, keys } = this;
    let kept = 0;
    for (let n = 0; n < directions.length; n++) {
      const direction = directions[n] as D;
      if (!keep(direction)) continue;
      directions[kept] = direction;
      keys.copyWithin(kept * WORDS, n * WORDS, (n + 1) * WORDS);
      kept++;
    }
    directions.length = kept;
    let room = SMALLEST;
    while (room < 2 * kept) room *= 2;
    this.keys = new Int32Array(room * WORDS);
    this.keys.set(keys.subarray(0, kept * WORDS));
    this.slots = new Int32Array(2 * room);
    for (let n = 0; n < kept; n++) this.slots[this.slotOf(this.keys, n * WORDS)] = n + 1;
  }

  private set(key: Int32Array, direction: D): void {
    const slot = this.slotOf(key, 0);
    const number = this.slots[slot] as number;
    if (number !== 0) {
      this.directions[number - 1] = direction;
      return;
    }
    this.keys.set(key, this.directions.length * WORDS);
    this.slots[slot] = this.directions.push(direction);
  }

  /** The slot of the key at `from` of `key`, or the empty one where it belongs. */
  private slotOf(key: Int32Array, from: number): number {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    let hash = 0;
    for (let n = 0; n < WORDS; n++) {
      hash = Math.imul(hash ^ (key[from + n] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] as number;
      if (number === 0) return slot;
      const there = (number - 1) * WORDS;
      let n = 0;
      while (n < WORDS && keys[there + n] === key[from + n]) n++;
      if (n === WORDS) return slot;
    }
  }
}
