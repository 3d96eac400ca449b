// A body in chunks of one byte each: what is held is in proportion to the body, not to the chunks, however it is read and whether
// chunks come many at a time or each in a segment of its own.

import { describe, expect, jest, test } from '@jest/globals';
import { serve, type Peer } from '../client/harness.js';
import { measuredClient } from './child.js';
import type { Reading } from './client.js';

jest.setTimeout(120_000);

const BODY = 1_000_000;
/** Each is a write of the server's. SEGMENTS=1000000 sends them all, in some minutes. */
const SEGMENTS = Number(process.env['SEGMENTS'] ?? 10_000);
const MIB = 1 << 20;
/** A chunk as it comes, or the process as it runs: what does not grow with the body. */
const CONSTANT = 24 * MIB;

const client = measuredClient();
const READINGS: readonly Reading[] = ['bytes', 'text', 'read', 'readinto', 'chunks', 'stream'];

const burst = async (peer: Peer): Promise<void> => {
  await peer.head();
  await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  const many = '1\r\nx\r\n'.repeat(10_000);
  for (let sent = 0; sent < BODY; sent += 10_000) await peer.write(many);
  await peer.write('0\r\n\r\n');
};

const oneByOne = async (peer: Peer): Promise<void> => {
  await peer.head();
  await peer.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.from('1\r\nx\r\n');
  for (let sent = 0; sent < SEGMENTS; sent++) await peer.write('', chunk);
  await peer.write('0\r\n\r\n');
};

describe.each<[way: string, send: (peer: Peer) => Promise<void>, length: number]>([
  ['many at a time', burst, BODY],
  ['each in its segment', oneByOne, SEGMENTS],
])('%s', (_, send, length) => {
  test.each(READINGS)('%s', async (reading) => {
    const at = await serve(send);
    const report = await client({ port: at.port, reading });
    expect(report).toMatchObject({ length, error: null });
    expect(report.arrayBuffers).toBeLessThan(2 * length + 2 * MIB);
    expect(report.rss).toBeLessThan(2 * length + CONSTANT);
  });
});
