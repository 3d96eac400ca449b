// What a peer announces is not there yet: no length that it declares is allocated, however the body is read (CVE-2025-13836).

import { describe, expect, jest, test } from '@jest/globals';
import { serve, sleep } from '../client/harness.js';
import { measuredClient } from './child.js';
import type { Reading } from './client.js';

jest.setTimeout(30_000);

const MIB = 1 << 20;

const client = measuredClient();

const ANNOUNCED: readonly (readonly [what: string, head: string])[] = [
  ['a length of 2^53-1', 'Content-Length: 9007199254740991\r\n\r\n'],
  ['a length of 4 GiB', 'Content-Length: 4294967296\r\n\r\n'],
  ['a length of 2 GiB - 1', 'Content-Length: 2147483647\r\n\r\n'],
  ['a chunk of 2^53-1', 'Transfer-Encoding: chunked\r\n\r\n1fffffffffffff\r\n'],
  ['a chunk of 4 GiB', 'Transfer-Encoding: chunked\r\n\r\n100000000\r\n'],
  ['a chunk of 2 GiB - 1', 'Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n'],
];
const READINGS: readonly Reading[] = ['bytes', 'text', 'read', 'readinto', 'chunks', 'stream', 'wait'];

describe.each(ANNOUNCED)('%s', (_, head) => {
  test.each(READINGS)('%s', async (reading) => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(`HTTP/1.1 200 OK\r\n${head}some bytes`);
      // Time enough for whoever waits for the rest to have made room for it.
      await sleep(40);
      peer.end();
    });
    const report = await client({ port: at.port, reading });
    if (reading === 'wait') expect(report).toMatchObject({ length: 1, error: null });
    else expect(report.error).toMatchObject({ name: 'IncompleteRead' });
    expect(report.arrayBuffers).toBeLessThan(MIB);
    expect(report.rss).toBeLessThan(8 * MIB);
  });
});
