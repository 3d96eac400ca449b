// npm run bench: every bench in turn, on this machine, and a record of what it said in record/<date>.json.
// The numbers belong to the machine and the versions that stand above them; only ratios from one run may be compared.

import { recordClient } from './client.mjs';
import { recordParser } from './parser.mjs';
import { describeMachine } from './support/record.mjs';

console.log(describeMachine());
await recordParser();
await recordClient();
