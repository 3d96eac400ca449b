// Rows 8 to 13: more of something than anybody needs, 64 MiB of it where it has no end. Whoever takes all of it and finds the good end
// behind it has no bound.

import type { Scenario } from '../scenario.js';
import { answer } from '../../support/server.js';
import { endless, plain } from '../sites.js';

const GOOD_END = 'Content-Length: 2\r\n\r\nok';
const CHUNKS = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const ONE_BYTE_CHUNKS = 100_000;

export const floods: readonly Scenario[] = [
  {
    row: '8',
    name: 'a field of 1 MiB',
    site: () => plain([{ answers: [`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1 << 20)}\r\n${GOOD_END}`], then: 'wait' }]),
    expected: { error: 'LineTooLong', phase: 'headers' },
    then: 'new',
  },
  {
    row: '9',
    name: 'fields without end',
    site: () => plain([endless('HTTP/1.1 200 OK\r\n', 'X-Field: value\r\n', GOOD_END)]),
    expected: { error: 'LimitExceeded', limit: 'maxHeaders', phase: 'headers' },
    then: 'new',
  },
  {
    row: '9',
    name: 'a line without end',
    site: () => plain([endless('HTTP/1.1 200 OK\r\nX: ', 'a', `\r\n${GOOD_END}`)]),
    expected: { error: 'LineTooLong', phase: 'headers' },
    then: 'new',
  },
  {
    row: '10',
    name: 'interim responses without end',
    site: () => plain([endless('', 'HTTP/1.1 100 Continue\r\n\r\n', `HTTP/1.1 200 OK\r\n${GOOD_END}`)]),
    expected: { error: 'LimitExceeded', limit: 'interimResponses', phase: 'headers' },
    then: 'new',
  },
  {
    row: '11',
    name: 'a chunk extension without end',
    site: () => plain([endless(`${CHUNKS}2;`, 'a', '\r\nok\r\n0\r\n\r\n')]),
    expected: { error: 'LimitExceeded', limit: 'chunkExtensions', phase: 'body' },
    then: 'new',
  },
  {
    row: '12',
    name: 'trailers without end',
    site: () => plain([endless(`${CHUNKS}2\r\nok\r\n0\r\n`, 'X-Field: value\r\n', '\r\n')]),
    expected: { error: 'LimitExceeded', limit: 'trailerFields', partial: 'ok', phase: 'body' },
    then: 'new',
  },
  {
    row: '13',
    name: `${ONE_BYTE_CHUNKS} chunks of one byte`,
    site: () => plain([{ answers: [`${CHUNKS}${'1\r\na\r\n'.repeat(ONE_BYTE_CHUNKS)}0\r\n\r\n`, answer('again')], then: 'wait' }]),
    expected: { status: 200, body: 'a'.repeat(ONE_BYTE_CHUNKS) },
    then: 'reused',
  },
];
