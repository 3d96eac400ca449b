// The clock: whoever waits is asked again and again until he waits no more; one timer for all of them, and none when nobody waits.
// What is timed with it, and that limits do not fire early, is in test/client/timeouts.test.ts.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import ts from 'typescript';
import { watch, type Timed } from '../../src/transport/clock.js';
import { eventually, sleep } from '../client/harness.js';

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

describe('watch', () => {
  test('ticks until the waiter waits no more, then forgets it', async () => {
    const waiter = new Waiter(250);
    const begun = performance.now();
    watch(waiter);
    await eventually(() => waiter.ticks.length >= 3);
    const last = waiter.ticks.at(-1) as number;
    expect(last - begun).toBeGreaterThanOrEqual(250);
    expect(last - begun).toBeLessThan(750);
    const { length } = waiter.ticks;
    await sleep(250);
    expect(waiter.ticks.length).toBe(length);
  });

  test('many waiters have one timer, and none is armed behind the last', async () => {
    const arm = jest.spyOn(globalThis, 'setTimeout');
    try {
      const waiters = Array.from({ length: 500 }, (_, n) => new Waiter(n % 200));
      for (const waiter of waiters) watch(waiter);
      expect(arm.mock.calls.length).toBeLessThanOrEqual(1);
      await sleep(800);
      expect(waiters.every((waiter) => waiter.ticks.length > 0)).toBe(true);
      const { length } = arm.mock.calls;
      // One for each tick, not one for each waiter.
      expect(length).toBeLessThan(12);
      await sleep(300);
      expect(arm.mock.calls.length).toBe(length);
    } finally {
      arm.mockRestore();
    }
  });

  test('watching twice is watching once; again after the end is anew', async () => {
    const waiter = new Waiter(120);
    watch(waiter);
    watch(waiter);
    await sleep(450);
    const { length } = waiter.ticks;
    expect(length).toBeGreaterThanOrEqual(2);
    expect(length).toBeLessThanOrEqual(4);
    watch(waiter);
    await eventually(() => waiter.ticks.length === length + 1);
  });

  test('who is added during a tick is asked at the next', async () => {
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
    await eventually(() => second.ticks.length > 0);
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
