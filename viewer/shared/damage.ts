// What the flags of a message mean to the person who reads them: the words, and how much they matter.

import type { Flag } from '../../src/capture.js';

/** `damage`: something is missing or wrong. `note`: what is shown can be trusted, and this is how it came. */
export type Weight = 'damage' | 'note';

interface Meaning {
  readonly weight: Weight;
  /** On the row. */
  readonly word: string;
  /** In the detail. */
  readonly sentence: string;
}

export const MEANINGS: Readonly<Record<Flag, Meaning>> = {
  gap: { weight: 'damage', word: 'gap', sentence: 'Bytes in the middle of this message were never captured.' },
  truncated: { weight: 'damage', word: 'truncated', sentence: 'The capture or the connection ends inside of this message.' },
  malformed: { weight: 'damage', word: 'malformed', sentence: 'This message breaks a rule of HTTP.' },
  overlap: {
    weight: 'damage',
    word: 'overlap',
    sentence: 'Segments with different bytes came for the same place; the first ones are shown.',
  },
  'one-sided': { weight: 'damage', word: 'one-sided', sentence: 'Only one direction of this connection was captured.' },
  midstream: { weight: 'note', word: 'midstream', sentence: 'The connection was already open when the capture began.' },
  retransmitted: { weight: 'note', word: 'retransmitted', sentence: 'Segments came again; each byte is shown once.' },
  reordered: { weight: 'note', word: 'reordered', sentence: 'Segments came out of order and were put right.' },
  'close-delimited': {
    weight: 'note',
    word: 'until close',
    sentence: 'Its body ends where the connection does; nothing else tells its length.',
  },
  encrypted: { weight: 'note', word: 'encrypted', sentence: 'The connection is TLS: there are no messages to show.' },
};

export function isDamaged(flags: readonly Flag[], problem: string | null): boolean {
  return (problem !== null && !flags.includes('encrypted')) || flags.some((flag) => MEANINGS[flag].weight === 'damage');
}
