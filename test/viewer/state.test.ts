// What the page takes from the worker, without a browser; and what the viewer is made of.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { State } from '../../viewer/page/state.js';
import type { Notice, Row } from '../../viewer/shared/protocol.js';

const row = (id: number, changes: Partial<Row> = {}): Row => ({
  id,
  connection: 0,
  startedAt: 1000 + id,
  host: '',
  method: 'GET',
  target: '/',
  status: 200,
  type: '',
  size: 0,
  timings: { send: 1, wait: 2, receive: 3 },
  flags: [],
  problem: null,
  encrypted: false,
  ...changes,
});

const rows = (capture: number, ...given: Row[]): Notice => ({ news: 'rows', capture, rows: given });
const listed = (capture: number, more: boolean, ...ids: number[]): Notice => ({
  news: 'listed',
  capture,
  more,
  searched: 1,
  ids: Uint32Array.from(ids),
});

beforeAll(() => {
  // A page draws before its next frame; here nothing is drawn.
  globalThis.requestAnimationFrame = () => 0;
});

test('rows are counted by kind', () => {
  const state = new State();
  state.begin('a');
  state.take(
    rows(
      1,
      row(0),
      row(1, { status: 404, flags: ['gap'] }),
      row(2, { status: null }),
      row(3, { status: null, encrypted: true, flags: ['encrypted'] }),
    ),
  );
  expect(state.counts).toEqual({ damaged: 1, encrypted: 1, noResponse: 1, classes: expect.anything() });
  expect(Object.entries(state.counts.classes)).toEqual([
    ['2', 1],
    ['4', 1],
  ]);
  expect([state.startedAt, state.endedAt]).toEqual([1000, 1009]);
});

test('a list is replaced or goes on', () => {
  const state = new State();
  state.begin('a');
  state.take(rows(1, row(0), row(1), row(2)));
  state.take(listed(1, false, 2, 1));
  state.take(listed(1, true, 0));
  expect(state.listed).toEqual([2, 1, 0]);
  state.take(listed(1, false, 1));
  expect(state.listed).toEqual([1]);
});

test('what is said of a capture that was replaced is not heard', () => {
  const state = new State();
  state.begin('a');
  state.redact = false;
  state.begin('b');
  state.take(rows(1, row(0)));
  state.take(listed(1, false, 0));
  expect([state.rows, state.listed, state.searched]).toEqual([[], [], 0]);
  expect(state.redact).toBe(true);
});

test('the viewer reaches the library through headlong/capture alone', () => {
  const files = readdirSync('viewer', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const reached = files.flatMap((file) =>
    Array.from(
      readFileSync(join('viewer', file), 'utf8').matchAll(/(?:from|import\()\s*'([^']*\/src\/[^']*)'/g),
      ([, specifier]) => specifier,
    ),
  );
  expect(new Set(reached)).toEqual(new Set(['../../src/capture.js']));
});
