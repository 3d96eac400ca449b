// What is given up at every step: a connection, a response, a pool.

import { closing, closingPool, closingResponse, destroying, tortureBy } from './actions.js';

tortureBy(closing, 'connection');
tortureBy(closingResponse, 'both');
tortureBy(destroying, 'pool');
tortureBy(closingPool, 'pool');
