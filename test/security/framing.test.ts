// What a server may send to have one message taken for another, or for more of them than there are: an error and the end of the
// connection, never a body, and never an answer to the next request.
// The rules by themselves, cut at every byte on every engine, are in test/vectors/.

import { describe, expect, test } from '@jest/globals';
import { HTTPException } from '../../src/index.js';
import { peerOf, rejection, sized, soon } from '../client/harness.js';
import { asked, askerOf, KINDS } from './clients.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const EVIL = sized('EVIL');

const rows: readonly [cve: string, raw: string][] = [
  ['CVE-2019-15605, chunkedfoo', `${OK}Transfer-Encoding: chunkedfoo\r\n\r\n0\r\n\r\n${EVIL}`],
  ['CVE-2022-32213, xchunked', `${OK}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${EVIL}`],
  ['CVE-2020-8287, two Transfer-Encoding', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${EVIL}`],
  ['CVE-2022-32215, a folded Transfer-Encoding', `${OK}Transfer-Encoding: chunked,\r\n identity\r\n\r\n0\r\n\r\n${EVIL}`],
  ['CVE-2018-7159, a length with a blank in it', `${OK}Content-Length: 1 2\r\n\r\n${EVIL}`],
  ['two lengths', `${OK}Content-Length: 0\r\nContent-Length: 4\r\n\r\n${EVIL}`],
  ['a length and chunked', `${OK}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${EVIL}`],
  ['Go 39017, +5', `${OK}Content-Length: +5\r\n\r\n${EVIL}`],
  ['a length of more than 2^53', `${OK}Content-Length: 18446744073709551621\r\n\r\n${EVIL}`],
  ['CVE-2020-8201, CR in a name', `${OK}Content\rLength: 0\r\n\r\n${EVIL}`],
  ['CVE-2021-22959, a blank before the colon', `${OK}Content-Length : 0\r\n\r\n${EVIL}`],
  ['CVE-2021-22960, LF in a chunk extension', `${CHUNKED}2;a\nxx\r\n4\r\nEVIL\r\n0\r\n\r\n`],
  ['CVE-2025-55315, CR in a chunk extension', `${CHUNKED}2;a\rxx\r\n4\r\nEVIL\r\n0\r\n\r\n`],
  ['CVE-2025-22871, LF behind a chunk size', `${CHUNKED}4\nEVIL\r\n0\r\n\r\n`],
  ['CVE-2025-43859, a chunk that does not end', `${CHUNKED}3\r\nabcXX4\r\nEVIL\r\n0\r\n\r\n`],
  ['CVE-2021-32714, a chunk size that wraps', `${CHUNKED}10000000000000004\r\nEVIL\r\n0\r\n\r\n`],
  ['CVE-2023-47627, 0x5', `${CHUNKED}0x5\r\nEVIL!\r\n0\r\n\r\n`],
  ['CVE-2023-47627, 0_5', `${CHUNKED}0_5\r\nEVIL!\r\n0\r\n\r\n`],
  ['CVE-2023-47627, -0', `${CHUNKED}-0\r\n\r\n${EVIL}`],
  ['CVE-2022-35256, CR ends a field line', `${OK}A: b\rContent-Length: 0\r\n\r\n${EVIL}`],
  ['CVE-2024-27982, a blank in front of the first field', `${OK} Content-Length: 0\r\n\r\n${EVIL}`],
  ['CVE-2025-23167, CRLF CR X ends the head', `${OK}A: b\r\n\rX\r\n\r\n${EVIL}`],
  ['CVE-2016-2086, NUL in a name', `${OK}A\0B: c\r\nContent-Length: 0\r\n\r\n${EVIL}`],
  ['CVE-2016-2216, NUL in the reason', `HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n${EVIL}`],
  ['an unsolicited 101', `HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n${EVIL}`],
  ['two messages in one status line', `HTTP/1.1 200 OK HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n${EVIL}`],
];

describe('an error, and the next request gets its own answer', () => {
  test.each(rows)('%s', async (_, raw) => {
    const play = async (kind: (typeof KINDS)[number]): Promise<void> => {
      const asker = await askerOf(kind, async (peer) => {
        if (peer.number === 0) {
          await peer.head();
          await peer.write(raw);
        }
        for (;;) await peer.write(sized(`answer to ${asked(await peer.head()).path}`));
      });
      const error = await soon(rejection(asker.ask('GET', '/first').then((response) => response.read())), kind);
      expect([kind, error]).toEqual([kind, expect.any(HTTPException)]);
      expect([kind, String(error.partial ?? '').includes('EVIL')]).toEqual([kind, false]);
      await soon(peerOf(asker.at).closed, `${kind}: the end of the connection`);
      expect([kind, await (await soon(asker.ask('GET', '/next'), kind)).text()]).toEqual([kind, 'answer to /next']);
    };
    await Promise.all(KINDS.map(play));
  });
});

/** `start`, then `unit` for ever, or what the client takes of it. */
const endless: readonly [cve: string, start: string, unit: string, most: number][] = [
  ['CVE-2013-1752, a status line', 'HTTP/1.1 200 ', 'a'.repeat(1000), 1 << 20],
  ['CVE-2013-1752, a field line', `${OK}A: `, 'a'.repeat(1000), 1 << 20],
  ['CVE-2018-12121, a head', OK, `A: ${'b'.repeat(997)}\r\n`, 1 << 20],
  ['CVE-2019-5737, fields', OK, 'A: b\r\n', 1 << 20],
  ['CVE-2021-3737, interim responses', '', 'HTTP/1.1 100 Continue\r\n\r\n', 1 << 20],
  ['CVE-2021-3737, one interim response', 'HTTP/1.1 100 Continue\r\n', 'A: b\r\n', 1 << 20],
  ['CVE-2024-22019, a chunk extension', `${CHUNKED}5;`, 'a'.repeat(1000), 1 << 20],
  ['CVE-2024-22019, many chunk extensions', CHUNKED, `1;${'a'.repeat(200)}\r\nx\r\n`, 1 << 20],
  ['trailers', `${CHUNKED}0\r\n`, 'A: b\r\n', 1 << 20],
  ['zeros of a chunk size', CHUNKED, '0'.repeat(1000), 1 << 20],
  ['empty lines', '', '\r\n', 1 << 20],
];

describe('what has no end is given up', () => {
  test.each(endless)('%s', async (_, start, unit, most) => {
    const asker = await askerOf('connection', async (peer) => {
      await peer.head();
      await peer.write(start);
      // Eight times what may be taken: an honest client is gone long before.
      for (let sent = 0; sent < 8 * most && !peer.socket.destroyed; sent += 65_536)
        await peer.write(unit.repeat(Math.ceil(65_536 / unit.length)));
    });
    const error = await soon(rejection(asker.ask('GET', '/').then((response) => response.read())));
    expect(error).toBeInstanceOf(HTTPException);
    expect(error.bytesRead).toBeLessThan(most);
    await soon(peerOf(asker.at).closed);
  });

  test('CVE-2025-13836: nothing is allocated because a length announces it', async () => {
    const asker = await askerOf('connection', async (peer) => {
      await peer.head();
      await peer.write(`${OK}Content-Length: 4000000000000\r\n\r\nabc`);
      peer.end();
    });
    const response = await asker.ask('GET', '/');
    const before = process.memoryUsage().arrayBuffers;
    const error = await soon(rejection(response.read()));
    expect([error.name, String(error.partial), process.memoryUsage().arrayBuffers - before < 1 << 22]).toEqual([
      'IncompleteRead',
      'abc',
      true,
    ]);
  });
});
