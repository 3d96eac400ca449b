// Finds a CPython 3.13 on this machine and asks its http.client what becomes of cases. PYTHON names an interpreter that is
// not called python3.13, python3 or python. Without one there is nothing to compare with.

import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { RecordedRequest, RecordedResponse } from '../differential/corpus.js';
import type { NewRequest } from './requests.js';
import type { NewResponse } from './responses.js';

const ASK = 'import http.client, sys; print(sys.implementation.name, *sys.version_info[:2])';

function answers(command: string): boolean {
  const { status, stdout } = spawnSync(command, ['-c', ASK], { encoding: 'utf8', timeout: 5000 });
  return status === 0 && stdout.trim() === 'cpython 3 13';
}

/** The command of an interpreter, or undefined. */
export function findPython(): string | undefined {
  return [process.env['PYTHON'], 'python3.13', 'python3', 'python'].find((command) => command !== undefined && answers(command));
}

export interface Outcomes {
  readonly responses: readonly RecordedResponse[];
  readonly requests: readonly RecordedRequest[];
}

/** What CPython makes of the cases, in their order. */
export function ask(python: string, cases: { responses: readonly NewResponse[]; requests: readonly NewRequest[] }): Outcomes {
  const output = execFileSync(python, [join(__dirname, 'worker.py')], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 30_000,
  });
  return JSON.parse(output) as Outcomes;
}
