// All properties, by what they are called.

import { splits } from './p1-splits.js';
import { engines } from './p2-engines.js';
import { differential } from './p3-llhttp.js';
import { robust } from './p4-robust.js';
import { truncation } from './p5-truncation.js';
import { writer } from './p6-writer.js';
import { limits } from './p7-limits.js';
import { client } from './p8-client.js';
import type { Property } from './property.js';

// eslint-disable-next-line typescript/no-explicit-any -- each has inputs of its own
export const properties: readonly Property<any>[] = [splits, engines, differential, robust, truncation, writer, limits, client];
