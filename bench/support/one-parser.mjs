// The parser alone at one work, in a process of its own: node one-parser.mjs WORK SET prints how many nanoseconds each head of the set
// takes. For comparing two builds of the library; peers are compared by one-table.mjs.

import { timingLoop } from './measure.mjs';
import { WORKS } from './works.mjs';
import peer from '../peers/headlong.mjs';

const ROUND_MS = 300;

const [workName, setName] = process.argv.slice(2);
const { weigh, sets } = WORKS[workName];
const set = sets[setName];
const [make] = peer[workName];
const { read, inputs = set.heads } = make(set);
const loop = timingLoop();

let passes = 1;
let { ns } = loop(read, weigh, inputs, passes);
for (const until = performance.now() + ROUND_MS; performance.now() < until; ns = loop(read, weigh, inputs, passes).ns) {
  if (ns < ROUND_MS * 1e5) passes *= 2;
}
passes = Math.ceil((passes * ROUND_MS * 1e6) / ns);
console.log(loop(read, weigh, inputs, passes).ns / passes / inputs.length);
