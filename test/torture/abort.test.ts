// An AbortSignal is aborted at every step: the reason as it is, and nothing is left.

import { abort, tortureBy } from './actions.js';

tortureBy(abort, 'both');
