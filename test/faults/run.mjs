// What Headlong, undici, node:http and CPython's http.client do when things go wrong, as two tables in Markdown: the scenarios, and the
// works under load. Each client runs in a process of its own, with the same limits and one connection. It fails if Headlong does not do
// what it must. After `npm run build`, in the package's folder:
//
// node test/faults/run.mjs              both tables, which takes some minutes
// node test/faults/run.mjs scenarios    the first one

import { execFile } from 'node:child_process';
import { register } from 'node:module';
import { promisify } from 'node:util';
import { works } from './load/works.mjs';

register('./typescript.mjs', import.meta.url);
const { faultsOf } = await import('./scenario.ts');
const { scenarios } = await import('./scenarios.ts');
const { markdown, tableOf } = await import('./table.ts');
const { runWork, startLoadServer } = await import('./load/run.ts');

/** The names of clients.ts, with what they are called here. */
const CLIENTS = {
  headlong: 'Headlong',
  'headlong-pool': 'Headlong, pool',
  undici: `undici ${await versionOf('undici')}`,
  node: `node:http ${process.versions.node}`,
  python: "CPython 3.13's http.client",
};
const OURS = ['headlong', 'headlong-pool'];
const UNDER_LOAD = ['headlong', 'undici', 'node'];
const LIMIT_MS = 300_000;

async function versionOf(name) {
  const { default: manifest } = await import(`../../node_modules/${name}/package.json`, { with: { type: 'json' } });
  return manifest.version;
}

async function playScenarios() {
  const reports = new Map();
  for (const [name, title] of Object.entries(CLIENTS)) {
    const { stdout } = await promisify(execFile)(process.execPath, ['test/faults/one-client.mjs', name], {
      timeout: LIMIT_MS,
      maxBuffer: 1 << 26,
    });
    const report = JSON.parse(stdout);
    if (report.played === null) console.log(`Skipped: ${title} is not on this machine.\n`);
    reports.set(name, report);
  }
  console.log(tableOf(new Map([...reports].map(([name, report]) => [CLIENTS[name], report]))));
  return OURS.flatMap((name) => {
    const { played, complaints, handles } = reports.get(name);
    const faults = played.flatMap((one, n) =>
      typeof one === 'string' ? [] : faultsOf(scenarios[n], one).map((fault) => `${scenarios[n].row} ${scenarios[n].name}: ${fault}`),
    );
    return [...faults, ...complaints, ...handles.map((handle) => `a handle is left: ${handle}`)].map(
      (fault) => `${CLIENTS[name]}: ${fault}`,
    );
  });
}

const factsAsText = (facts) =>
  Object.entries(facts)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');

async function playLoad() {
  const faults = [];
  const rows = [['row', 'under load', ...UNDER_LOAD.map((name) => CLIENTS[name])]];
  const server = await startLoadServer();
  for (const [name, { row, title, full, descriptors, fine }] of Object.entries(works)) {
    const cells = [];
    for (const client of UNDER_LOAD) {
      try {
        const { ms, before, peak, facts } = await runWork(client, { name, descriptors }, 'full', server);
        const memory = descriptors === undefined ? [`${before} → ${peak} MiB`] : [];
        cells.push([factsAsText(facts), `${(ms / 1000).toFixed(2)} s`, ...memory].filter((text) => text !== '').join('; '));
        if (OURS.includes(client) && !fine({ facts, growth: peak - before })) faults.push(`${title(full)}: ${cells.at(-1)}`);
      } catch (error) {
        cells.push(`**${error.message.split('\n').find((line) => /Error/.test(line)) ?? error.message}**`);
        if (OURS.includes(client)) faults.push(`${title(full)}: ${error.message}`);
      }
    }
    rows.push([row, title(full), ...cells]);
  }
  await server.close();
  console.log(`\n${markdown(rows)}`);
  return faults;
}

const faults = await playScenarios();
if (process.argv[2] !== 'scenarios') faults.push(...(await playLoad()));
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
