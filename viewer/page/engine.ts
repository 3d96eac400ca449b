// The worker as the page calls it: each of its services a function, its notices a callback.

// oxlint-disable-next-line import/default -- Vite makes it
import EngineWorker from '../worker/worker.js?worker&inline';
import type { Answer, Call, Notice, Services } from '../shared/protocol.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

export type Engine = { readonly [name in keyof Services]: Services[name] };

/** Starts the worker. `onFault` is told of an error that nobody there has caught. */
export function startEngine(onNotice: (notice: Notice) => void, onFault: (message: string) => void): Engine {
  const worker = new EngineWorker();
  const waiting = new Map<number, Waiting>();
  let calls = 0;

  worker.addEventListener('message', ({ data }: MessageEvent<Answer | Notice>) => {
    if ('news' in data) return onNotice(data);
    const { resolve, reject } = waiting.get(data.call) as Waiting;
    waiting.delete(data.call);
    if ('error' in data) reject(new Error(data.error));
    else resolve(data.value);
  });
  worker.addEventListener('error', ({ message }) => onFault(message));

  const calling =
    (name: keyof Services) =>
    (...given: readonly unknown[]): Promise<never> =>
      new Promise<never>((resolve, reject) => {
        waiting.set(++calls, { resolve: resolve as Waiting['resolve'], reject });
        const message: Call = { call: calls, name, given };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have one, workers do not
        worker.postMessage(message);
      });

  return {
    open: calling('open'),
    stop: calling('stop'),
    list: calling('list'),
    detail: calling('detail'),
    body: calling('body'),
    wire: calling('wire'),
    conversation: calling('conversation'),
    exported: calling('exported'),
    curl: calling('curl'),
  };
}
