// Runs play-all.ts in a process of its own.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Name } from './clients.js';
import type { Report } from './play-all.js';

export async function runPlayAll(name: Name, limitMs: number): Promise<{ report: Report; stderr: string }> {
  const args = ['test/support/run-typescript.cjs', 'test/faults/play-all.ts', name];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: limitMs, maxBuffer: 1 << 26 });
  return { report: JSON.parse(stdout) as Report, stderr };
}
