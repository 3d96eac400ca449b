// Plays many cases at a time, a few at once: most of a case is waiting for a socket, and some wait for a time limit.

/** Runs `play` on every case, at most `atOnce` at a time; the outcomes by the cases' ids. */
export async function playAll<Case extends { readonly id: string }, Outcome>(
  cases: readonly Case[],
  atOnce: number,
  play: (one: Case) => Promise<Outcome>,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const rest = cases[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const one of rest) outcomes.set(one.id, await play(one));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return outcomes;
}
