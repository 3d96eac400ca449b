// Rows 1 to 7: the end of input inside a message, and a message in as many pieces as there are. RFC 9112 8: what is incomplete must be
// known to be.

import type { Scenario } from '../scenario.js';
import { plain } from '../sites.js';

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

export const cuts: readonly Scenario[] = [
  {
    row: '1',
    name: 'RST inside the head',
    site: () => plain([{ answers: ['HTTP/1.1 200 OK\r\nContent-Le'], then: 'reset' }]),
    expected: { error: 'ConnectionError', code: 'ECONNRESET', phase: 'headers' },
    then: 'new',
    cut: true,
  },
  {
    row: '2',
    name: 'FIN inside the status line',
    site: () => plain([{ answers: ['HTTP/1.1 20'] }]),
    expected: { error: 'BadStatusLine', phase: 'headers' },
    then: 'new',
    cut: true,
  },
  {
    row: '2',
    name: 'FIN inside the head',
    site: () => plain([{ answers: ['HTTP/1.1 200 OK\r\nContent-Le'] }]),
    expected: { error: 'IncompleteRead', phase: 'headers', partial: '', missing: null },
    then: 'new',
    cut: true,
  },
  {
    row: '3',
    name: 'FIN before any byte',
    site: () => plain([{ answers: [''] }]),
    expected: { error: 'RemoteDisconnected', code: 'ECONNRESET', phase: 'headers', reused: false },
    then: 'new',
    seen: 1,
    cut: true,
  },
  {
    row: '4',
    name: 'FIN inside a body of known length',
    site: () => plain([{ answers: [SIZED] }]),
    expected: { error: 'IncompleteRead', phase: 'body', partial: 'hello', missing: 95 },
    then: 'new',
    cut: true,
  },
  {
    row: '4',
    name: 'RST inside a body of known length',
    site: () => plain([{ answers: [SIZED], then: 'reset' }]),
    expected: { error: 'ConnectionError', code: 'ECONNRESET', phase: 'body', partial: 'hello' },
    then: 'new',
    cut: true,
  },
  {
    row: '5',
    name: 'FIN inside a chunk',
    site: () => plain([{ answers: [`${CHUNKED}64\r\nhello`] }]),
    expected: { error: 'IncompleteRead', phase: 'body', partial: 'hello', missing: null },
    then: 'new',
    cut: true,
  },
  {
    row: '5',
    name: 'FIN behind a chunk',
    site: () => plain([{ answers: [`${CHUNKED}5\r\nhello\r\n`] }]),
    expected: { error: 'IncompleteRead', phase: 'body', partial: 'hello', missing: null },
    then: 'new',
    cut: true,
  },
  {
    row: '6',
    name: 'FIN behind the last chunk, before the empty line',
    site: () => plain([{ answers: [`${CHUNKED}5\r\nhello\r\n0\r\n`] }]),
    expected: { error: 'IncompleteRead', phase: 'body', partial: 'hello', missing: null },
    then: 'new',
    cut: true,
  },
  {
    row: '6',
    name: 'FIN inside the trailers',
    site: () => plain([{ answers: [`${CHUNKED}5\r\nhello\r\n0\r\nDigest: ab`] }]),
    expected: { error: 'IncompleteRead', phase: 'body', partial: 'hello', missing: null },
    then: 'new',
    cut: true,
  },
  {
    row: '7',
    name: 'one byte in each write',
    site: () =>
      plain([
        {
          answers: [`${CHUNKED}5\r\nhello\r\n0\r\nDigest: ab\r\n\r\n`, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain'],
          split: 1,
          then: 'wait',
        },
      ]),
    expected: { status: 200, body: 'hello' },
    then: 'reused',
  },
];
