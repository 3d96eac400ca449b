import type { Engine } from './module.js';

export function referenceEngine(): Engine {
  throw new Error('not written');
}
