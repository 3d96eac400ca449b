// What Headlong leaves behind when it has been through every scenario, in a process of its own, of the built package: Jest keeps
// rejections and handles of its own.

import { expect, test } from '@jest/globals';
import { runPlayAll } from './run.js';
import { faultsOf } from './scenario.js';
import { scenarios } from './scenarios.js';

const LIMIT_MS = 60_000;

test.concurrent.each(['headlong', 'headlong-pool'] as const)(
  '%s: no rejection, no warning, no handle, and the process ends by itself',
  async (name) => {
    const { report, stderr } = await runPlayAll(name, LIMIT_MS);
    const { played, ...left } = report;
    expect(left).toEqual({ complaints: [], handles: [] });
    expect(stderr).toBe('');
    expect(played?.length).toBe(scenarios.length);
    const faults = (played ?? []).flatMap((one, n) =>
      typeof one === 'string' ? [] : faultsOf(scenarios[n] as (typeof scenarios)[number], one),
    );
    expect(faults).toEqual([]);
  },
  LIMIT_MS,
);
