// Rows 22 to 24: a connection that served one request, and is not what it was when the next one comes. RFC 9110 9.2.2: only what is
// idempotent may be sent again, once. RFC 9112 9.2: what nobody asked for is no response (CVE-2026-48931).

import { answer } from '../../support/server.js';
import type { Scenario } from '../scenario.js';
import { plain } from '../sites.js';

const WARM = answer('warm');
const EVIL = answer('evil');
const POST = { method: 'POST', body: 'x' } as const;

export const reuse: readonly Scenario[] = [
  {
    row: '22',
    name: 'FIN on an idle connection',
    site: () => plain([{ answers: [WARM] }]),
    warm: 50,
    expected: { status: 200, body: 'again' },
    seen: 2,
    then: 'reused',
  },
  {
    row: '22',
    name: 'FIN in answer to the second GET',
    site: () => plain([{ answers: [WARM, ''] }]),
    warm: 0,
    expected: { status: 200, body: 'again' },
    seen: 3,
    then: 'reused',
  },
  {
    row: '22',
    name: 'RST in answer to the second GET',
    site: () => plain([{ answers: [WARM, ''], then: 'reset' }]),
    warm: 0,
    expected: { status: 200, body: 'again' },
    seen: 3,
    then: 'reused',
  },
  {
    row: '23',
    name: 'FIN in answer to a POST',
    site: () => plain([{ answers: [WARM, ''] }]),
    warm: 0,
    request: POST,
    expected: { error: 'RemoteDisconnected', code: 'ECONNRESET', phase: 'headers', reused: true },
    seen: 2,
    then: 'new',
  },
  {
    row: '23',
    name: 'RST in answer to a POST',
    site: () => plain([{ answers: [WARM, ''], then: 'reset' }]),
    warm: 0,
    request: POST,
    expected: { error: 'ConnectionError', code: 'ECONNRESET', phase: 'headers', reused: true },
    seen: 2,
    then: 'new',
  },
  {
    row: '24',
    name: 'a second response in the same segment',
    site: () => plain([{ answers: [WARM + EVIL, answer('again')], then: 'wait' }]),
    expected: { status: 200, body: 'warm' },
    then: 'new',
  },
  {
    row: '24',
    name: 'a second response on the idle connection',
    site: () => plain([{ answers: [[WARM, EVIL], answer('again')], delay: 30, then: 'wait' }]),
    pause: 100,
    expected: { status: 200, body: 'warm' },
    then: 'new',
  },
  {
    // Nothing in HTTP/1.1 tells such a response from the answer. It has to end there: the answer, when it comes, is one response too many.
    row: '24',
    name: 'a second response that crosses the next request',
    site: () => plain([{ answers: [WARM, [EVIL, answer('good')]], then: 'wait' }]),
    warm: 0,
    pause: 100,
    expected: { status: 200, body: 'evil' },
    then: 'new',
  },
];
