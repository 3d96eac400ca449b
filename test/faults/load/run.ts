// Runs the works of works.cjs, each in a process of its own, against a server that has one too. Paths are from the package's folder.

import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const FOLDER = 'test/faults/load';
const LIMIT_MS = 120_000;

export interface LoadServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startLoadServer(): Promise<LoadServer> {
  const server = fork(`${FOLDER}/server.mjs`);
  const [port] = (await once(server, 'message')) as [number];
  const close = async (): Promise<void> => {
    server.disconnect();
    await once(server, 'exit');
  };
  return { port, close };
}

/** What a client did at a work: milliseconds, MiB before and at most, and whatever else the work has to say. */
export interface Measured {
  readonly ms: number;
  readonly before: number;
  readonly peak: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Rejects if the client failed. */
export async function runWork(
  client: string,
  work: { readonly name: string; readonly descriptors?: number | undefined },
  amount: 'full' | 'part',
  { port }: LoadServer,
): Promise<Measured> {
  const command = [process.execPath, `${FOLDER}/one.mjs`, client, work.name, amount, String(port)];
  // The shell's limit is a hard one: a soft one Node raises by itself.
  if (work.descriptors !== undefined) command.unshift('sh', '-c', `ulimit -n ${work.descriptors} && exec "$@"`, 'sh');
  return (await inNode(command)) as Measured;
}

/** What dropped.mjs prints. */
export function runDropped({ port }: LoadServer): Promise<unknown> {
  return inNode([process.execPath, '--expose-gc', `${FOLDER}/dropped.mjs`, String(port)]);
}

async function inNode([command = '', ...args]: readonly string[]): Promise<unknown> {
  return JSON.parse((await promisify(execFile)(command, args, { timeout: LIMIT_MS })).stdout);
}
