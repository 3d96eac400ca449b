// A small seeded generator of random numbers and what the generators of cases draw from it. The same seed gives the same
// cases on every machine, so that a failure can be looked at again.

export interface Dice {
  /** An integer from 0 up to, and without, `limit`. */
  below(limit: number): number;
  /** True in so many of a hundred draws. */
  percent(chance: number): boolean;
  one<Item>(items: readonly Item[]): Item;
  /** `count` characters of an alphabet. */
  text(count: number, alphabet: string): string;
}

/** A linear congruential generator of 48 bits, of which the upper ones are used. */
export function dice(seed: number): Dice {
  let state = (BigInt(seed) << 16n) ^ 0x330en;
  const below = (limit: number): number => {
    state = (state * 0x5deece66dn + 0xbn) & 0xffffffffffffn;
    return Number(((state >> 16n) * BigInt(limit)) >> 32n);
  };
  return {
    below,
    percent: (chance) => below(100) < chance,
    one: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
    text: (count, alphabet) => Array.from({ length: count }, () => alphabet[below(alphabet.length)]).join(''),
  };
}
