// SAZ: sessions as exchanges; archives that are damaged.

import * as fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readCapture } from '../../src/capture/read.js';
import { readSAZ } from '../../src/capture/saz.js';
import { collect, crlf, plain, type Plain, sourcesOf, zip, type ZipOptions } from '../support/archives.js';

async function read(bytes: Uint8Array): Promise<Plain[]> {
  const results: Plain[][] = [];
  for (const source of Object.values(sourcesOf(bytes))) results.push(await Promise.all((await collect(readSAZ(source))).map(plain)));
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] as Plain[];
}

const META = `<?xml version="1.0" encoding="utf-8"?>
<Session SID="1" BitFlags="59">
  <SessionTimers ClientConnected="2026-01-02T03:04:05.0000000+00:00" ClientBeginRequest="2026-01-02T03:04:05.1000000+00:00"
    ClientDoneRequest="2026-01-02T03:04:05.1100000+00:00" ServerBeginResponse="2026-01-02T03:04:05.2000000+00:00"
    ServerDoneResponse="2026-01-02T03:04:05.2500000+00:00" ClientDoneResponse="0001-01-01T00:00:00" />
  <SessionFlags>
    <SessionFlag N="x-clientip" V="::ffff:127.0.0.1" /><SessionFlag V="50000" N="x-clientport" /><SessionFlag N="x-hostip" V="192.0.2.1" />
  </SessionFlags>
</Session>`;

const session = (number: string, body: string) => ({
  [`raw/${number}_c.txt`]: crlf('GET https://example.org/ HTTP/1.1', 'Host: example.org', ''),
  [`raw/${number}_m.xml`]: META,
  [`raw/${number}_s.txt`]: `${crlf('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '')}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
});

test.each<[string, ZipOptions]>([
  ['deflated', {}],
  ['stored', { method: 0 }],
])('a session, %s', async (_what, options) => {
  const at = (milliseconds: number): number => Date.UTC(2026, 0, 2, 3, 4, 5, milliseconds);
  const [exchange, ...others] = await read(zip({ '[Content_Types].xml': '<x/>', '_index.htm': '', ...session('1', 'hello') }, options));
  expect(others).toEqual([]);
  expect(exchange).toMatchObject({
    request: { method: 'GET', target: 'https://example.org/', startedAt: at(100), endedAt: at(110) },
    response: { status: 200, startedAt: at(200), endedAt: at(250), body: { bytes: 'hello', complete: true } },
    connection: { client: { address: '127.0.0.1', port: 50000 }, server: { address: '192.0.2.1', port: 443 }, link: 'SAZ' },
    timings: { send: 10, wait: 90, receive: 50 },
    problem: null,
  });
});

test('sessions in the order of their numbers, whatever digits and separators they are written with', async () => {
  const files = { ...session('10', 'ten'), ...session('02', 'two') };
  const all = await read(zip(Object.fromEntries(Object.entries(files).map(([name, content]) => [name.replace('/', '\\'), content]))));
  expect(all.map(({ response }) => response?.body.bytes)).toEqual(['two', 'ten']);
});

test('sessions that have not all of their files', async () => {
  const { 'raw/1_c.txt': client, 'raw/1_s.txt': server } = session('1', 'x') as Record<string, string>;
  const all = await read(
    zip({ 'raw/1_c.txt': client as string, 'raw/1_s.txt': '', 'raw/2_c.txt': client as string, 'raw/3_s.txt': server as string }),
  );
  expect(all.map(({ request, response, problem }) => [request?.method, response?.status, problem])).toEqual([
    ['GET', undefined, null],
    ['GET', undefined, null],
    [undefined, 200, 'the archive has no request of this session'],
  ]);
});

describe('damage', () => {
  test.each<[string, Buffer, string]>([
    ['an encrypted file', zip(session('1', 'x'), { flags: 1 }), 'raw/1_c.txt: it is encrypted'],
    ['an unknown compression', zip(session('1', 'x'), { method: 99 }), 'raw/1_c.txt: its compression method, 99, is not known'],
  ])('%s', async (_what, bytes, problem) => {
    expect(await read(bytes)).toMatchObject([{ request: null, response: null, problem }]);
  });

  test('a file that is not what its checksum says', async () => {
    const bytes = zip(session('1', 'hello'), { method: 0 });
    bytes.write('jello', bytes.indexOf('hello'));
    expect((await read(bytes))[0]?.response?.body).toMatchObject({
      bytes: 'jello',
      complete: false,
      problem: 'raw/1_s.txt: its checksum does not match',
    });
  });

  test('an archive that is cut short', async () => {
    const whole = zip({ ...session('1', 'one'), ...session('2', 'two') }, { withoutDirectory: true });
    const all = await read(whole.subarray(0, -20));
    expect(all.map(({ response }) => response?.status)).toEqual([200, 200, undefined]);
    expect(all[1]?.response?.body.complete).toBe(false);
    expect(all[2]?.problem).toBe('the archive has no directory: it is cut short');
  });

  test('another archive', async () => {
    expect(await read(zip({ 'a.txt': 'x' }))).toMatchObject([{ problem: expect.stringContaining('no sessions of Fiddler') }]);
  });
});

test('by its first bytes', async () => {
  expect((await collect(readCapture(zip(session('1', 'x'))))).length).toBe(1);
});

test('any damage: an end', async () => {
  const sample = zip({ ...session('1', 'hello'), ...session('2', 'x'.repeat(300)) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 8 }),
      fc.nat(sample.length),
      async (changes, end) => {
        const bytes = Buffer.from(sample);
        for (const [at, value] of changes) bytes[at] = value;
        expect((await read(bytes.subarray(0, end % 3 === 0 ? end : bytes.length))).length).toBeLessThan(5);
      },
    ),
    { seed: 1, numRuns: 100 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
      expect((await read(bytes)).length).toBe(1);
    }),
    { seed: 1, numRuns: 100 },
  );
});
