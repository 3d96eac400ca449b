// Reads the capture that is named, in a process of its own, and tells what it found, how long it took and how much memory.

import { readCapture } from 'headlong/capture';

const started = performance.now();
const before = process.cpuUsage();
let exchanges = 0;
let bodyBytes = 0;
for await (const { response } of readCapture(process.argv[2])) {
  exchanges++;
  bodyBytes += response?.body.length ?? 0;
}
const { user, system } = process.cpuUsage(before);
process.send({
  exchanges,
  bodyBytes,
  seconds: (performance.now() - started) / 1000,
  cpu: (user + system) / 1e6,
  mebibytes: process.resourceUsage().maxRSS / 1024,
});
