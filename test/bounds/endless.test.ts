// Every limit, against a server that goes on for ever: the client says which limit it was, has read hardly more than that, holds
// hardly anything, and lets go of the socket. What is just within a limit, and how reads are cut, belongs to test/parser.

import { describe, expect, jest, test } from '@jest/globals';
import { serve, soon, type Peer } from '../client/harness.js';
import { measuredClient } from './child.js';
import { ENDLESS, LENIENT, type Endless } from './endless.js';

jest.setTimeout(30_000);

const ONE_READ = 65536;
const MIB = 1 << 20;

const client = measuredClient();

/** Writes the head, then the unit for ever, as fast as it is taken. */
const forever =
  ({ head, unit }: Endless) =>
  async (peer: Peer): Promise<void> => {
    await peer.head();
    await peer.write(head);
    const many = unit.repeat(Math.ceil(ONE_READ / unit.length));
    for (;;) await peer.write(many);
  };

async function refuses(one: Endless, lenient: boolean): Promise<void> {
  const at = await serve(forever(one));
  const { options, tunnel } = one;
  const report = await soon(client({ port: at.port, reading: 'chunks', options, tunnel, lenient }), 'the refusal', 10_000);
  expect(report.error).toMatchObject(one.error);
  expect(report.error?.['bytesRead']).toBeGreaterThan(0);
  expect(report.error?.['bytesRead']).toBeLessThanOrEqual(one.most + ONE_READ);
  expect(report.destroyed).toBe(true);
  await soon(at.peers[0]?.closed ?? Promise.reject(new Error('nobody came')), 'the end of the connection');
  // An interim head is passed over, so all of them are never there at once; what was compiled meanwhile is no business of the peer's.
  expect(report.arrayBuffers).toBeLessThan(3 * MIB);
  expect(report.rss).toBeLessThan(8 * MIB);
}

describe('without an end', () => {
  test.each(ENDLESS.map((one) => [one.name, one] as const))('%s', (_, one) => refuses(one, false));
});

describe('without an end, lenient', () => {
  test.each(LENIENT.map((one) => [one.name, one] as const))('%s', (_, one) => refuses(one, true));
});

test('empty lines behind a complete response', async () => {
  const at = await serve(async (peer) => {
    await peer.head();
    await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    for (;;) await peer.write('\r\n'.repeat(1000));
  });
  const report = await client({ port: at.port, reading: 'bytes' });
  expect(report).toMatchObject({ length: 0, error: null });
  await soon(at.peers[0]?.closed ?? Promise.reject(new Error('nobody came')), 'the end of the connection');
});
