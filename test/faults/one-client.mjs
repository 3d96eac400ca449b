// One client in every scenario, in a process of its own: node one-client.mjs CLIENT (a name of clients.ts). It prints as JSON how each
// scenario went, and what the client left behind: rejections that nobody handled, warnings, handles. Then it ends by itself, if
// nothing keeps it.

import { register } from 'node:module';

register('./typescript.mjs', import.meta.url);
const { playAll } = await import('./play-all.ts');
console.log(JSON.stringify(await playAll(process.argv[2])));
