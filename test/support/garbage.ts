// The collector on demand, for what is only true once unreachable things are gone.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose_gc');

/** Collects what nobody has any more. */
export const collectGarbage = runInNewContext('gc') as () => void;
