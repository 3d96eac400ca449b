// Rows 32 to 34: a connection that cannot be had.

import type { Scenario } from '../scenario.js';
import { closedPort, fullBacklog, HOST, plain, relayed } from '../sites.js';

const LIMIT_MS = 400;

export const connecting: readonly Scenario[] = [
  {
    row: '32',
    name: 'connection refused',
    site: async () => ({ target: { host: HOST, port: await closedPort() }, server: null, close: async () => {} }),
    expected: { error: 'ConnectionError', code: 'ECONNREFUSED', phase: 'connect' },
    then: 'same fault',
  },
  {
    row: '32',
    name: 'a name that is not found',
    site: async () => ({ target: { host: 'nobody.invalid', port: 80, unresolved: true }, server: null, close: async () => {} }),
    expected: { error: 'ConnectionError', code: 'ENOTFOUND', phase: 'connect' },
    then: 'same fault',
  },
  {
    row: '33',
    name: 'a server whose backlog is full',
    site: fullBacklog,
    platform: 'linux',
    times: { idle: LIMIT_MS },
    expected: { error: 'TimeoutError', code: 'ETIMEDOUT', phase: 'connect', limit: LIMIT_MS },
    least: LIMIT_MS,
    then: 'same fault',
  },
  {
    row: '33',
    name: 'a TLS handshake without an answer',
    site: () =>
      plain(
        [
          { answers: [], then: 'wait' },
          { answers: [], then: 'wait' },
        ],
        { ca: '' },
      ),
    times: { idle: LIMIT_MS },
    expected: { error: 'TimeoutError', code: 'ETIMEDOUT', phase: 'connect', limit: LIMIT_MS },
    least: LIMIT_MS,
    then: 'same fault',
  },
  {
    row: '34',
    name: 'an abort during the TLS handshake',
    site: () => relayed({ answers: [], then: 'wait' }),
    request: { abort: 50 },
    needs: 'abort',
    pause: 50,
    expected: { error: 'AbortError' },
    then: 'new',
  },
];
