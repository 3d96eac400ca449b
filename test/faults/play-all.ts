// One client in every scenario, and what it leaves in the process.

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

export async function playAll(name: Name): Promise<Report> {
  const client = await clientCalled(name);
  if (client === null) return { played: null, complaints: [], handles: [] };
  const complaints: string[] = [];
  process.on('unhandledRejection', (reason) => complaints.push(`unhandledRejection: ${String(reason)}`));
  process.on('uncaughtException', (error) => complaints.push(`uncaughtException: ${error.stack}`));
  process.on('warning', (warning) => complaints.push(`warning: ${warning.message}`));
  const before = process.getActiveResourcesInfo();
  const played: (Played | string)[] = [];
  // One after the other: the servers are in this process too, and a flood that one client takes in full would keep another waiting.
  for (const scenario of scenarios) played.push(obstacle(scenario, client) ?? (await play(client, scenario)));
  await sleep(SETTLE_MS);
  const handles = process.getActiveResourcesInfo();
  for (const handle of before) if (handles.includes(handle)) handles.splice(handles.indexOf(handle), 1);
  return { played, complaints, handles };
}
