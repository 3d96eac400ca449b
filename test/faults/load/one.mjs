// One client at one work, in a process of its own: node one.mjs CLIENT WORK full|part PORT. It prints as JSON what works.cjs measures.

import { clients } from './clients.mjs';
import { measure, works } from './works.cjs';

const [clientName, workName, amount, port] = process.argv.slice(2);
const work = works[workName];
console.log(JSON.stringify(await measure((connections) => clients[clientName](Number(port), connections), work, work[amount])));
process.exit();
