// Those who wait for the same thing, in the order in which they came, each under abort signals and a deadline of its own. What is
// waited for, and what becomes of it when nobody is left, is for the files that use it to say.

/** Under what somebody waits. */
export interface Patience {
  readonly signals: readonly AbortSignal[];
  /** totalTimeout in milliseconds, and when it ends on performance.now()'s clock. */
  readonly totalTimeout: number;
  readonly totalDeadline: number;
}

interface Waiter<T> {
  readonly patience: Patience;
  readonly deadline: number;
  resolve(value: T): void;
  reject(error: unknown): void;
  onAbort(event: Event): void;
}

export class Waiters<T> {
  private readonly waiting = new Set<Waiter<T>>();
  private readonly onLeft: () => void;

  /** `onLeft` is called when somebody has left without what he waited for. */
  constructor(onLeft: () => void) {
    this.onLeft = onLeft;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** The promise of what is waited for; `deadline` is one beside that of `patience`. */
  join(patience: Patience, deadline = Infinity): Promise<T> {
    const aborted = patience.signals.find((signal) => signal.aborted);
    if (aborted !== undefined) {
      this.onLeft();
      return Promise.reject(aborted.reason as Error);
    }
    return new Promise((resolve, reject) => {
      const onAbort = (event: Event): void => this.leave(waiter, (event.target as AbortSignal).reason);
      const waiter: Waiter<T> = { patience, deadline, resolve, reject, onAbort };
      this.waiting.add(waiter);
      for (const signal of patience.signals) signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Has those leave whose time is over; `late` makes the error, from the totalTimeout that is over or, for a deadline of join(), null. */
  tick(now: number, late: (totalTimeout: number | null) => Error): void {
    for (const waiter of this.waiting) {
      const { patience, deadline } = waiter;
      if (now >= patience.totalDeadline) this.leave(waiter, late(patience.totalTimeout));
      else if (now >= deadline) this.leave(waiter, late(null));
    }
  }

  /** Gives `value` to who came first. Returns whether there was somebody. */
  resolveFirst(value: T): boolean {
    for (const waiter of this.waiting) {
      this.dismiss(waiter).resolve(value);
      return true;
    }
    return false;
  }

  resolveAll(value: T): void {
    for (const waiter of this.waiting) this.dismiss(waiter).resolve(value);
  }

  rejectAll(error: unknown): void {
    for (const waiter of this.waiting) this.dismiss(waiter).reject(error);
  }

  private leave(waiter: Waiter<T>, error: unknown): void {
    this.dismiss(waiter).reject(error);
    this.onLeft();
  }

  private dismiss(waiter: Waiter<T>): Waiter<T> {
    this.waiting.delete(waiter);
    for (const signal of waiter.patience.signals) signal.removeEventListener('abort', waiter.onAbort);
    return waiter;
  }
}
