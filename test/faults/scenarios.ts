// Every scenario, in the order of the rows.

import { connecting } from './scenarios/connecting.js';
import { cuts } from './scenarios/cuts.js';
import { floods } from './scenarios/floods.js';
import { nonsense } from './scenarios/nonsense.js';
import { proxies } from './scenarios/proxies.js';
import { reuse } from './scenarios/reuse.js';
import { tls } from './scenarios/tls.js';
import { uploads } from './scenarios/uploads.js';
import { waits } from './scenarios/waits.js';
import type { Scenario } from './scenario.js';

export const scenarios: readonly Scenario[] = [
  ...cuts,
  ...floods,
  ...waits,
  ...nonsense,
  ...reuse,
  ...uploads,
  ...tls,
  ...connecting,
  ...proxies,
];
