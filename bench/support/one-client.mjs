// One client at one case, in a process of its own: node one-client.mjs CLIENT CASE ADDRESSES, the latter as JSON. It does the work
// unmeasured, then measured, and prints as JSON the processor time of the latter for each time (µs) and the peak memory (MiB).

import { CASES } from './client-cases.mjs';
import { peakMemory } from './measure.mjs';

const [clientName, caseName, addresses] = process.argv.slice(2);
const { warmUp, count } = CASES[caseName];
const { default: cases } = await import(`../clients/${clientName}.mjs`);
const { run, close } = cases[caseName](JSON.parse(addresses));
await run(warmUp);
const before = process.cpuUsage();
await run(count);
const { user, system } = process.cpuUsage(before);
close();
console.log(JSON.stringify({ cpu: (user + system) / count, rss: peakMemory() }));
process.exit();
