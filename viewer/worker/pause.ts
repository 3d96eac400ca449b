// Letting the worker's other messages in: a step that would take long is cut into slices, with a turn of the event loop between them. A
// message channel does that at once, where timers wait for milliseconds.

const SLICE_MS = 12;

const waiting: (() => void)[] = [];
const { port1, port2 } = new MessageChannel();
port1.addEventListener('message', () => waiting.shift()?.());
port1.start();

function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });
}

/** For a loop to call at every step; waits when its slice of time is over. */
export class Slices {
  #until = performance.now() + SLICE_MS;

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  async pause(): Promise<void> {
    await turn();
    this.#until = performance.now() + SLICE_MS;
  }
}
