// One client in every scenario, in a process of its own: node test/support/run-typescript.cjs test/faults/play-all.ts CLIENT (a name of
// clients.ts). It prints as JSON how each scenario went, and what the client left behind; then it ends by itself, if nothing keeps it.

import { setTimeout as sleep } from 'node:timers/promises';
import { clientCalled, type Name } from './clients.js';
import { obstacle, play, type Played } from './scenario.js';
import { scenarios } from './scenarios.js';

const SETTLE_MS = 1000;

export interface Report {
  /** In the order of the scenarios, a string where one could not be played; null if the client is not here. */
  readonly played: readonly (Played | string)[] | null;
  /** Rejections that nobody handled, exceptions that nobody caught, warnings. */
  readonly complaints: readonly string[];
  /** Handles that were not there before. */
  readonly handles: readonly string[];
}

async function playAll(name: Name): Promise<Report> {
  const client = await clientCalled(name);
  if (client === null) return { played: null, complaints: [], handles: [] };
  const complaints: string[] = [];
  process.on('unhandledRejection', (reason) => complaints.push(`unhandledRejection: ${String(reason)}`));
  process.on('uncaughtException', (error) => complaints.push(`uncaughtException: ${error.stack}`));
  process.on('warning', (warning) => complaints.push(`warning: ${warning.message}`));
  // They are opened at first use, and are none of the client's.
  void [process.stdout, process.stderr];
  const before = process.getActiveResourcesInfo();
  const played: (Played | string)[] = [];
  // One after the other: the servers are in this process too, and a flood that one client takes in full would keep another waiting.
  for (const scenario of scenarios) played.push(obstacle(scenario, client) ?? (await play(client, scenario)));
  await sleep(SETTLE_MS);
  const handles = process.getActiveResourcesInfo();
  for (const handle of before) if (handles.includes(handle)) handles.splice(handles.indexOf(handle), 1);
  return { played, complaints, handles };
}

export async function main(name: Name): Promise<void> {
  console.log(JSON.stringify(await playAll(name)));
}
