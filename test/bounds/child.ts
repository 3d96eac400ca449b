// The process whose memory is measured, from the tests' side.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { Report, Task } from './client.js';

/** Has a client ready for the tests of a file; returns what gives it a task. */
export function measuredClient(): (task: Task) => Promise<Report> {
  let child: ChildProcess;
  beforeAll(async () => {
    child = fork(join(__dirname, '..', 'support', 'run-typescript.cjs'), [join(__dirname, 'client.ts')], { execArgv: ['--expose-gc'] });
    await once(child, 'message');
  }, 30_000);
  afterAll(() => void child.disconnect());
  return async (task) => {
    child.send(task);
    const [report] = (await once(child, 'message')) as [Report];
    return report;
  };
}
