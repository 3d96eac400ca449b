// The watch of the fuzzer: a batch without end is told, and ended; batches that end are left alone.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const RUN = join(__dirname, '../support/run-typescript.cjs');

const watched = (batches: string) => spawnSync(process.execPath, [RUN, join(__dirname, 'hang.fixture.ts'), batches], { encoding: 'utf8' });

test('a batch without end', () => {
  const { signal, stderr } = watched('1');
  expect(signal).toBe('SIGKILL');
  expect(stderr).toContain('no end: P2, seed 17');
});

test('many that end', () => {
  const { status, stderr } = watched('8');
  expect([status, stderr]).toEqual([0, '']);
});
