// Rows 13, 19 and 35 to 39: Headlong under load, in amounts that take little time, each in a process of its own, of the built package. That
// its memory stays flat is asserted with room for what a garbage collector leaves lying about; `npm run faults` has the full amounts.

import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runDropped, runWork, startLoadServer, type LoadServer } from './load/run.js';

const LIMIT_MS = 40_000;

let server: LoadServer;

beforeAll(async () => {
  server = await startLoadServer();
});

afterAll(() => server.close());

describe('under load', () => {
  test.concurrent.each<[row: string, title: string, name: string, facts: object, growth: number]>([
    ['13', '100 000 chunks of one byte take no memory of their own', 'chunks', {}, 20],
    ['19', 'a length that is only announced takes no memory', 'announced', { HTTP_INCOMPLETE_READ: 1 }, 20],
    ['36', 'responses that nobody reads stall nobody', 'unread', { 200: 6 }, 40],
    ['37', '3000 requests one after the other', 'sequential', {}, 60],
    ['38', '2000 requests at once over 1000 connections', 'concurrent', {}, 100],
    ['39', '128 MiB piece by piece', 'stream', {}, 100],
  ])(
    '%s: %s',
    async (_row, _title, name, facts, growth) => {
      const { before, peak, facts: found } = await runWork('headlong', { name }, 'part', server);
      expect(found).toEqual(facts);
      expect(peak - before).toBeLessThan(growth);
    },
    LIMIT_MS,
  );

  const canLimit = spawnSync('sh', ['-c', 'ulimit -n 60']).status === 0;
  (canLimit ? test : test.skip)(
    '35: 80 requests at once with 60 descriptors: EMFILE for those that find none, and none for whoever comes later',
    async () => {
      const { facts } = await runWork('headlong', { name: 'descriptors', descriptors: 60 }, 'part', server);
      expect(facts).toEqual({ 200: expect.any(Number), EMFILE: expect.any(Number), then: 200 });
      expect((facts['200'] as number) + (facts['EMFILE'] as number)).toBe(80);
    },
    LIMIT_MS,
  );
});

test(
  'responses that are dropped unread are collected, and keep nothing',
  async () => {
    expect(await runDropped(server)).toEqual({
      // What is still to come goes with the response, and its connection too.
      'a large one of a pool': { collected: true, open: 0, warnings: ['HEADLONG_UNREAD'], next: 200 },
      // What has come leaves the connection to the next request.
      'a small one of a pool': { collected: true, open: 1, warnings: [], next: 200 },
      'a large one of a connection': { collected: true, open: 0, warnings: [], next: 200 },
    });
  },
  LIMIT_MS,
);
