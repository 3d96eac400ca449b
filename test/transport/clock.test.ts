// The clock: whoever waits is asked again and again until he waits no more; one timer for all of them, and none when nobody waits.
// What is timed with it, and that limits do not fire early, is in test/client/timeouts.test.ts.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import ts from 'typescript';
import { watch, type Timed } from '../../src/transport/clock.js';

class Waiter implements Timed {
  ticks: number[] = [];
  readonly holdsProcess = false;
  readonly #deadline: number;
  constructor(milliseconds: number) {
    this.#deadline = performance.now() + milliseconds;
  }
  tick(now: number): boolean {
    this.ticks.push(now);
    return now < this.#deadline;
  }
}

/** What a tick may be late: it comes every 100 ms. */
const TICKS = 200;

describe('watch', () => {
  // Of performance and setTimeout, so that a busy machine changes nothing.
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => {
    // Each test begins with nobody waiting.
    jest.runAllTimers();
    jest.useRealTimers();
  });

  test('ticks until the waiter waits no more, then forgets it', () => {
    const waiter = new Waiter(250);
    const begun = performance.now();
    watch(waiter);
    jest.advanceTimersByTime(250 + TICKS);
    const { length } = waiter.ticks;
    expect(length).toBeGreaterThanOrEqual(3);
    // Not early, and at most two ticks late.
    expect(waiter.ticks.at(-2) as number).toBeLessThan(begun + 250);
    expect(waiter.ticks.at(-1) as number).toBeGreaterThanOrEqual(begun + 250);
    jest.advanceTimersByTime(1000);
    expect(waiter.ticks.length).toBe(length);
  });

  test('many waiters have one timer, and none is armed behind the last', () => {
    const waiters = Array.from({ length: 500 }, (_, n) => new Waiter(n % 200));
    for (const waiter of waiters) watch(waiter);
    for (let waited = 0; waited < 199 + TICKS; waited += 10) {
      expect(jest.getTimerCount()).toBeLessThanOrEqual(1);
      jest.advanceTimersByTime(10);
    }
    expect(waiters.every((waiter) => waiter.ticks.length > 0)).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('watching twice is watching once; again after the end is anew', () => {
    const waiter = new Waiter(120);
    watch(waiter);
    watch(waiter);
    jest.advanceTimersByTime(120 + TICKS);
    expect(new Set(waiter.ticks).size).toBe(waiter.ticks.length);
    const { length } = waiter.ticks;
    expect(length).toBeGreaterThanOrEqual(2);
    expect(length).toBeLessThanOrEqual(4);
    watch(waiter);
    jest.advanceTimersByTime(TICKS);
    expect(waiter.ticks.length).toBe(length + 1);
  });

  test('who is added during a tick is asked at the next', () => {
    const second = new Waiter(0);
    let done = false;
    const first: Timed = {
      holdsProcess: false,
      tick: () => {
        if (!done) watch(second);
        done = true;
        return false;
      },
    };
    watch(first);
    jest.advanceTimersByTime(2 * TICKS);
    expect(second.ticks.length).toBe(1);
  });
});

describe('the process', () => {
  const { outputText } = ts.transpileModule(readFileSync('src/transport/clock.ts', 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  /** How a process ends that watches for half a second. */
  const run = (holdsProcess: boolean): Promise<string> =>
    new Promise((resolve) => {
      const script = `${outputText}; const end = performance.now() + 500; exports.watch({ holdsProcess: ${holdsProcess}, tick(now) { if (now < end) return true; console.log('timed'); return false; } });`;
      execFile(process.execPath, ['-e', script], { timeout: 10_000 }, (error, stdout) => resolve(error === null ? stdout : String(error)));
    });

  test('is kept alive by who says so, and only by him', async () => {
    expect(await Promise.all([run(true), run(false)])).toEqual(['timed\n', '']);
  });
});
