// CPython's http.client: an interpreter beside us that runs client.py. Without one it is no peer.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { partsOf, sendWith } from '../../rfc/request.js';
import { findPython } from '../../python/python.js';
import { playOn, type Exchanging, type Facts, type Peer } from './peer.js';

const KNOWN = ['method', 'url', 'target', 'headers', 'body', 'proxy', 'tunnel_host', 'tunnel_headers', 'http_version', 'sequence'];

/** The interpreter at work. */
class Worker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (told: Facts & { error?: [name: string, message: string] }) => void>();
  #jobs = 0;

  constructor(command: string) {
    this.#child = spawn(command, [join(__dirname, 'client.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const { id, ...told } = JSON.parse(line) as { id: number };
      this.#waiting.get(id)?.(told);
      this.#waiting.delete(id);
    });
  }

  async do(job: object): Promise<Facts> {
    const id = this.#jobs++;
    this.#child.stdin?.write(`${JSON.stringify({ id, ...job })}\n`);
    const told = await new Promise<Facts & { error?: [name: string, message: string] }>((resolve) => this.#waiting.set(id, resolve));
    if (told.error === undefined) return told;
    const [name, message] = told.error;
    throw Object.assign(new Error(message), { name });
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

let connections = 0;

function connect(worker: Worker, port: number, combined: readonly string[]): Exchanging {
  const connection = connections++;
  return {
    ask: (method, target) => worker.do({ connection, port, method, target, combined }),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The peer, if there is an interpreter; `close` ends it. */
export function findCPython(): (Peer & { close(): void }) | undefined {
  const command = findPython();
  if (command === undefined) return undefined;
  const worker = new Worker(command);
  return {
    name: 'CPython http.client',
    version: spawnSync(command, ['-c', 'import platform; print(platform.python_version())'], { encoding: 'utf8' }).stdout.trim(),
    respond: (vector) => playOn(vector, (port) => connect(worker, port, Object.keys(vector.combined ?? {}))),
    send: (vector) =>
      sendWith(vector, KNOWN, async (input, port) => {
        const { authority, target } = partsOf(input);
        await worker.do({ port, send: input, authority, path: target });
      }),
    close: () => worker.end(),
  };
}
