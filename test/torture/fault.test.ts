// What the caller’s code throws, and an error of the socket, at every step.

import { failing, throwing, tortureBy } from './actions.js';

tortureBy(throwing, 'both');
tortureBy(failing, 'both');
