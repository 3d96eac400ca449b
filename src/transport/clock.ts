// Deadlines without a timer object for each: one coarse tick looks at whatever waits. It never fires early and at
// most about two ticks late. A waiter stays on the list until a tick finds it idle, so a request arms nothing anew.

/** Something with deadlines. `tick` fails what is overdue and says whether anything is still waiting. */
export interface Timed {
  tick(now: number): boolean;
  /** Whether nothing else (no socket of the operating system) keeps the process alive while it waits. */
  readonly holdsProcess: boolean;
}

const TICK_MS = 100;

const waiting = new Set<Timed>();
let timer: NodeJS.Timeout | null = null;

export function watch(timed: Timed): void {
  waiting.add(timed);
  timer ??= setTimeout(onTick, TICK_MS).unref();
  if (timed.holdsProcess) timer.ref();
}

function onTick(): void {
  timer = null;
  const now = performance.now();
  let holds = false;
  for (const timed of waiting) {
    if (!timed.tick(now)) waiting.delete(timed);
    else holds ||= timed.holdsProcess;
  }
  if (waiting.size === 0) return;
  timer ??= setTimeout(onTick, TICK_MS).unref();
  if (holds) timer.ref();
}
