// http.client of a CPython 3.13 as a client of the scenarios, in a process of its own for each of them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Client, Outcome } from '../scenario.js';

/** `command` is an interpreter. */
export function python(command: string): Client {
  return {
    name: 'http.client',
    lacks: ['abort'],
    open(target, times) {
      const child = spawn(command, ['test/faults/clients/python.py', JSON.stringify({ ...target, ...times })], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const lines = createInterface(child.stdout);
      return {
        async send(request) {
          child.stdin.write(`${JSON.stringify(request)}\n`);
          const [line] = (await once(lines, 'line')) as [string];
          return JSON.parse(line) as Outcome;
        },
        close: () => void child.kill('SIGKILL'),
      };
    },
  };
}
