// Captures of known exchanges, made by a generator if it is at hand: all of them are found, however many packets are out of order or
// come twice; and where packets are lost, all of those that lost nothing.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readCapture, type Exchange } from '../../src/capture.node.js';

const GENERATOR = join(__dirname, '../../../shared/tools/gen_pcap.py');
const isThere = existsSync(GENERATOR) && spawnSync('python3', ['--version']).status === 0;

interface Truth {
  readonly method: string;
  readonly uri: string;
  readonly version: string;
  readonly host: string;
  readonly req_headers: number;
  readonly req_sha256: string | null;
  readonly code: number;
  readonly phrase: string;
  readonly resp_headers: number;
  readonly body_len: number;
  readonly sha256: string | null;
  readonly decoded_sha256?: string;
  readonly lost_req?: number;
  readonly lost_resp?: number;
}

const folder = isThere ? mkdtempSync(join(tmpdir(), 'headlong-')) : '';
afterAll(() => {
  if (isThere) rmSync(folder, { recursive: true });
});

const sha256 = (bytes: Uint8Array): string | null => (bytes.length === 0 ? null : createHash('sha256').update(bytes).digest('hex'));
const nameOf = (method = '', target = '', host = ''): string => `${method} ${host}${target}`;

/** What an exchange comes to, in the words of the generator; its flags but for those that say that nothing is missing. */
async function told({ request, response }: Exchange, { decoded_sha256 }: Truth): Promise<unknown> {
  return {
    version: request?.version,
    req_headers: request?.headers.size,
    req_sha256: request && sha256(await request.body.bytes()),
    code: response?.status,
    phrase: response?.reason,
    resp_headers: response?.headers.size,
    body_len: response?.body.length,
    sha256: response && sha256(await response.body.bytes()),
    decoded_sha256: decoded_sha256 && response ? sha256(await response.body.decoded()) : decoded_sha256,
    complete: [request?.body.complete, response?.body.complete],
    flags: [...(request?.flags ?? []), ...(response?.flags ?? [])].filter(
      (flag) => !['reordered', 'retransmitted', 'close-delimited'].includes(flag),
    ),
  };
}

/** What is compared, in the order of told(). */
const FACTS = ['version', 'req_headers', 'req_sha256', 'code', 'phrase', 'resp_headers', 'body_len', 'sha256', 'decoded_sha256'] as const;

const expected = (truth: Truth): unknown => ({
  ...Object.fromEntries(FACTS.map((fact) => [fact, truth[fact]])),
  complete: [true, true],
  flags: [],
});

async function compare(options: readonly string[]): Promise<{ wrong: unknown[]; intact: number; surplus: number }> {
  const file = join(folder, `${options.join('')}.pcap`);
  const made = spawnSync('python3', [GENERATOR, file, '--conns', '24', ...options]);
  expect(made.stderr.toString()).toBe('');
  const truths = readFileSync(`${file}.truth.ndjson`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Truth);
  const byName = new Map<string, Exchange[]>();
  for await (const exchange of readCapture(file)) {
    const { request } = exchange;
    const name = nameOf(request?.method, request?.target, request?.headers.get('host') ?? '');
    byName.set(name, [...(byName.get(name) ?? []), exchange]);
  }
  const wrong: unknown[] = [];
  let intact = 0;
  for (const truth of truths) {
    const exchange = byName.get(nameOf(truth.method, truth.uri, truth.host))?.shift();
    if (truth.lost_req !== undefined || truth.lost_resp !== undefined) continue;
    intact++;
    const ours = exchange === undefined ? null : await told(exchange, truth);
    if (JSON.stringify(ours) !== JSON.stringify(expected(truth))) wrong.push({ ours, truth });
  }
  const lost = truths.length - intact;
  const left = [...byName.values()].flat().filter(({ request }) => request !== null).length;
  return { wrong, intact, surplus: Math.max(0, left - lost) };
}

(isThere ? describe : describe.skip)(`generated captures${isThere ? '' : ' (no generator, or no Python)'}`, () => {
  test.each(
    [
      ['--seed', '11', '--mb', '0.5'],
      ['--seed', '12', '--mb', '0.5', '--ooo', '0.3', '--retr', '0.3'],
      ['--seed', '13', '--mb', '0.5', '--v6', '1', '--vlan', '1', '--ooo', '0.1', '--retr', '0.1'],
      ['--seed', '14', '--mb', '0.5', '--loss', '0.01'],
      ['--seed', '15', '--mb', '0.5', '--loss', '0.01'],
      ['--seed', '16', '--mb', '0.5', '--loss', '0.03', '--ooo', '0.05', '--retr', '0.05'],
    ].map((options) => [options.join(' '), options] as const),
  )(
    '%s',
    async (_, options) => {
      const { wrong, intact, surplus } = await compare(options);
      expect(wrong).toEqual([]);
      expect(surplus).toBe(0);
      expect(intact).toBeGreaterThan(30);
    },
    30_000,
  );
});
