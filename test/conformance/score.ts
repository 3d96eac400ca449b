// What an outcome is worth, whoever played the vector: one rule for Headlong and for its peers. What is wanted is test/rfc/deviations.ts's
// to say; here stands what else the vector allows, and what is left out of the comparison because a client has no way to tell.

import { listed } from '../differential/rules.js';
import { asTold, deviations } from '../rfc/deviations.js';
import { alsoAllowed } from '../rfc/allowed.js';
import type { Outcome, Vector } from '../rfc/vectors.js';

/**
 * `right` and `wrong` are what the vector says; of what the RFCs leave open, `recommended` and `otherwise` are both right. `argued`:
 * not what the vector wants, and docs/differences.md has a V rule that says why. `none`: the client cannot be asked for it.
 */
export type Score = 'right' | 'wrong' | 'recommended' | 'otherwise' | 'argued' | 'none';

const argued = listed('vectors');

export function scoreOf(vector: Vector, outcome: Outcome): Score {
  if (outcome.verdict === 'none') return 'none';
  const open = vector.expect === 'lenient-ok';
  const asked = asTold(vector, outcome);
  const found = deviations(open ? { ...asked, expect: outcome.verdict } : asked, outcome);
  if (found.length > 0 && !alsoAllowed(vector, outcome)) return argued.has(vector.id) ? 'argued' : 'wrong';
  if (!open) return 'right';
  return outcome.verdict === vector.recommend ? 'recommended' : 'otherwise';
}
