// Rows 18 to 21: answers that are none, or that claim what cannot be.

import type { Scenario } from '../scenario.js';
import { plain } from '../sites.js';

const GARBAGE = Buffer.from([...Array(256).keys()].map((n) => (n * 167 + 13) % 256));
/** A fatal alert, unexpected_message: what a TLS server says to a client that speaks HTTP. */
const ALERT = Buffer.from('1503030002020a', 'hex');

export const nonsense: readonly Scenario[] = [
  {
    row: '18',
    name: 'garbage',
    site: () => plain([{ answers: [GARBAGE], then: 'wait' }]),
    expected: { error: 'BadStatusLine', phase: 'headers' },
    then: 'new',
  },
  {
    row: '18',
    name: 'a TLS record in answer to plain HTTP',
    site: () => plain([{ answers: [ALERT] }]),
    expected: { error: 'BadStatusLine', phase: 'headers' },
    then: 'new',
  },
  {
    row: '19',
    name: 'Content-Length of 4 GB, then FIN',
    site: () => plain([{ answers: ['HTTP/1.1 200 OK\r\nContent-Length: 4000000000\r\n\r\nhello'] }]),
    expected: { error: 'IncompleteRead', phase: 'body', partial: 'hello', missing: 3_999_999_995 },
    then: 'new',
    cut: true,
  },
  {
    row: '20',
    name: 'Content-Length of 2^64 + 5',
    site: () => plain([{ answers: ['HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\nhello'], then: 'wait' }]),
    expected: { error: 'InvalidMessage', phase: 'headers' },
    then: 'new',
  },
  {
    row: '21',
    name: '101 that nobody asked for',
    site: () =>
      plain([{ answers: ['HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nhello'], then: 'wait' }]),
    expected: { error: 'InvalidMessage', phase: 'headers' },
    then: 'new',
  },
];
