// Ways of cutting an input into reads, and the random numbers for it. A cut is an index at which one read ends and the
// next begins. The numbers are seeded: a failure comes again on the next run.

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
export function prng(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Cuts = readonly number[];

export const WHOLE: Cuts = [];

/** Inputs above this length are cut in two near their ends and at samples between, not everywhere. */
const EXHAUSTIVE = 1500;
const NEAR_END = 24;
const SAMPLES = 24;

/** Every way of cutting in two; a sample of them when the input is long. */
export function* twoWaySplits(length: number): Generator<Cuts> {
  const step = length > EXHAUSTIVE ? Math.ceil(length / SAMPLES) : 1;
  let cut = 1;
  while (cut < length) {
    yield [cut];
    const nearEnd = cut < NEAR_END || cut >= length - NEAR_END;
    cut = nearEnd ? cut + 1 : Math.min(cut + step, Math.max(cut + 1, length - NEAR_END));
  }
}

export function byteByByte(length: number): Cuts {
  return Array.from({ length: Math.max(0, length - 1) }, (_, n) => n + 1);
}

/** Up to `most` cuts at random places. */
export function randomSplit(length: number, random: () => number, most = 6): Cuts {
  const cuts = new Set<number>();
  for (let n = Math.floor(random() * (most + 1)); n > 0 && length > 1; n--) cuts.add(1 + Math.floor(random() * (length - 1)));
  return [...cuts].sort((a, b) => a - b);
}

/** The input with bytes behind it that begin the next message, go on with a line, or make no sense. */
export function withTrailingBytes(input: Uint8Array): Uint8Array[] {
  const tails = ['HTTP/1.1 200 OK\r\n\r\n', ' x\r\n', '\r\n\r\n', '\n', '\0', '0123456789abcdef'.repeat(4)];
  return tails.map((tail) => new Uint8Array([...input, ...Buffer.from(tail, 'latin1')]));
}
