// Rows 14 to 17: a peer that takes its time. A drip keeps idle limits from passing, so a head has a limit as a whole, and a request may
// have one.

import type { Scenario } from '../scenario.js';
import { plain } from '../sites.js';

const LIMIT_MS = 400;
const TOTAL_MS = 800;
const DRIP_MS = 150;
const idle = { idle: LIMIT_MS };

export const waits: readonly Scenario[] = [
  {
    row: '14',
    name: 'no answer',
    site: () => plain([{ answers: [], then: 'wait' }]),
    times: idle,
    expected: { error: 'TimeoutError', code: 'ETIMEDOUT', phase: 'headers', limit: LIMIT_MS },
    least: LIMIT_MS,
    then: 'new',
  },
  {
    row: '15',
    name: 'a head that drips',
    site: () =>
      plain([{ answers: ['HTTP/1.1 200 OK\r\nX-Slow: very slow indeed\r\nContent-Length: 0\r\n\r\n'], split: 1, delay: DRIP_MS }]),
    times: idle,
    expected: { error: 'TimeoutError', code: 'ETIMEDOUT', phase: 'headers', limit: LIMIT_MS },
    least: LIMIT_MS,
    then: 'new',
  },
  {
    row: '16',
    name: 'a body that drips',
    site: () => plain([{ answers: [['HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n', ...'x'.repeat(60)]], delay: DRIP_MS }]),
    times: { idle: LIMIT_MS, total: TOTAL_MS },
    expected: { error: 'TimeoutError', code: 'ETIMEDOUT', phase: 'total', limit: TOTAL_MS, partial: /^x+$/ },
    least: TOTAL_MS,
    then: 'new',
  },
  {
    row: '17',
    name: 'a body that stalls',
    site: () => plain([{ answers: ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'], then: 'wait' }]),
    times: idle,
    expected: { error: 'TimeoutError', code: 'ETIMEDOUT', phase: 'body', limit: LIMIT_MS, partial: 'hello' },
    least: LIMIT_MS,
    then: 'new',
  },
];
