// What Headlong, undici, node:http and CPython's http.client do when things go wrong, as two tables in Markdown: the scenarios, and the
// works under load. Each client runs in a process of its own, with the same limits and one connection. It fails if Headlong does not do
// what it must.
//
// npm run faults                both tables, which takes some minutes
// npm run faults -- scenarios   the first one

import { createRequire } from 'node:module';
import type { Name } from './clients.js';
import { runWork, startLoadServer } from './load/run.js';
import { works } from './load/works.cjs';
import type { Report } from './play-all.js';
import { runPlayAll } from './run.js';
import { faultsOf, type Played, type Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';
import { markdown, tableOf } from './table.js';

/** The names of clients.ts, with what they are called here. */
const CLIENTS: Readonly<Record<Name, string>> = {
  headlong: 'Headlong',
  'headlong-pool': 'Headlong, pool',
  undici: `undici ${(createRequire(__filename)('undici/package.json') as { version: string }).version}`,
  node: `node:http ${process.versions.node}`,
  python: "CPython 3.13's http.client",
};
const OURS: readonly Name[] = ['headlong', 'headlong-pool'];
const UNDER_LOAD: readonly Name[] = ['headlong', 'undici', 'node'];
const LIMIT_MS = 300_000;

const faultsIn = (scenario: Scenario, one: Played | string): string[] =>
  typeof one === 'string' ? [] : faultsOf(scenario, one).map((fault) => `${scenario.row} ${scenario.name}: ${fault}`);

async function playScenarios(): Promise<string[]> {
  const reports = new Map<Name, Report>();
  for (const name of Object.keys(CLIENTS) as Name[]) {
    const { report } = await runPlayAll(name, LIMIT_MS);
    if (report.played === null) console.log(`Skipped: ${CLIENTS[name]} is not on this machine.\n`);
    reports.set(name, report);
  }
  console.log(tableOf(new Map([...reports].map(([name, report]) => [CLIENTS[name], report]))));
  return OURS.flatMap((name) => {
    const { played, complaints, handles } = reports.get(name) as Report;
    const faults = scenarios.flatMap((scenario, n) => faultsIn(scenario, played?.[n] as Played | string));
    return [...faults, ...complaints, ...handles.map((handle) => `a handle is left: ${handle}`)].map(
      (fault) => `${CLIENTS[name]}: ${fault}`,
    );
  });
}

const factsAsText = (facts: Readonly<Record<string, unknown>>): string =>
  Object.entries(facts)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');

async function playLoad(): Promise<string[]> {
  const faults: string[] = [];
  const rows = [['row', 'under load', ...UNDER_LOAD.map((name) => CLIENTS[name])]];
  const server = await startLoadServer();
  for (const [name, { row, title, full, descriptors, fine }] of Object.entries(works)) {
    const cells: string[] = [];
    for (const client of UNDER_LOAD) {
      try {
        const { ms, before, peak, facts } = await runWork(client, { name, descriptors }, 'full', server);
        const memory = descriptors === undefined ? [`${before} → ${peak} MiB`] : [];
        cells.push([factsAsText(facts), `${(ms / 1000).toFixed(2)} s`, ...memory].filter((text) => text !== '').join('; '));
        if (OURS.includes(client) && !fine({ facts, growth: peak - before })) faults.push(`${title(full)}: ${cells.at(-1)}`);
      } catch (error) {
        const { message } = error as Error;
        cells.push(`**${message.split('\n').find((line) => /Error/.test(line)) ?? message}**`);
        if (OURS.includes(client)) faults.push(`${title(full)}: ${message}`);
      }
    }
    rows.push([row, title(full), ...cells]);
  }
  await server.close();
  console.log(`\n${markdown(rows)}`);
  return faults;
}

export async function main(only?: string): Promise<void> {
  const faults = await playScenarios();
  if (only !== 'scenarios') faults.push(...(await playLoad()));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
