// Rows 25 and 26: an answer while the request's body still goes out. RFC 9112 9.5: the client takes the answer and stops sending.

import { answer } from '../../support/server.js';
import type { Scenario } from '../scenario.js';
import { early, plain } from '../sites.js';

const TOO_LARGE = answer('no more', 'HTTP/1.1 413 Content Too Large');
const UPLOAD = 128 << 20;
const request = { method: 'POST', upload: UPLOAD } as const;

export const uploads: readonly Scenario[] = [
  {
    row: '25',
    name: '413 and RST, 128 MiB on their way',
    site: () => plain([early(TOO_LARGE, 'reset')]),
    request,
    expected: { status: 413, body: 'no more' },
    then: 'new',
  },
  {
    row: '25',
    name: 'RST without an answer, 128 MiB on their way',
    site: () => plain([early('', 'reset')]),
    request,
    expected: { error: 'ConnectionError', code: /^(ECONNRESET|EPIPE)$/ },
    then: 'new',
  },
  {
    row: '26',
    name: '413, and the server reads on',
    site: () => plain([early(TOO_LARGE, 'drain', UPLOAD)]),
    request,
    expected: { status: 413, body: 'no more' },
    then: 'new',
  },
  {
    row: '26',
    name: '200 and half-close, and the server reads on',
    site: () => plain([early(answer('enough'), 'half-close')]),
    request,
    expected: { status: 200, body: 'enough' },
    then: 'new',
  },
];
