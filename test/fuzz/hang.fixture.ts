// A process that is watched: one batch that never ends, or several that take a while each.

import { setTimeout } from 'node:timers/promises';
import { watchForHangs } from './hang.js';

const PATIENCE = 1200;

export async function main(batches: string): Promise<void> {
  const begin = watchForHangs(['P1', 'P2'], PATIENCE);
  begin('P2', 17);
  if (batches === '1') for (;;);
  for (let n = 0; n < Number(batches); n++) {
    begin('P1', n);
    await setTimeout(PATIENCE / 4);
  }
}
