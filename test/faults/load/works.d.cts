interface Work {
  readonly row: string;
  readonly title: (amount: number) => string;
  readonly full: number;
  /** How many file descriptors the process may have, if that is the point. */
  readonly descriptors?: number;
  readonly fine: (measured: { facts: Readonly<Record<string, unknown>>; growth: number }) => boolean;
}

export const works: Readonly<Record<string, Work>>;
