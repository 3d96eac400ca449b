// The clients that scenarios are played on outside of Jest, by the names that play-all.ts takes. Headlong is the built package.

import { connections, pool } from './clients/headlong.js';
import { node } from './clients/node.js';
import { python } from './clients/python.js';
import { undici } from './clients/undici.js';
import { findPython } from '../python/python.js';
import type { Client } from './scenario.js';

const built = 'headlong';
export const NAMES = ['headlong', 'headlong-pool', 'undici', 'node', 'python'] as const;
export type Name = (typeof NAMES)[number];

/** The client, or null if it is not here. */
export async function clientCalled(name: Name): Promise<Client | null> {
  switch (name) {
    case 'headlong':
      return connections(await import(built));
    case 'headlong-pool':
      return pool(await import(built));
    case 'undici':
      return undici;
    case 'node':
      return node;
    case 'python': {
      const command = findPython();
      return command === undefined ? null : python(command);
    }
  }
}
