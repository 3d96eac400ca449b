// Captures of other projects, if they are at hand, against two more who read them: the logs that Zeek keeps of its own, and what
// Suricata's tests expect to be found. Where they and we differ, a rule with a name says why; one that explains nothing is a failure.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readCapture, type CapturedRequest, type CapturedResponse, type Exchange } from '../../src/capture.node.js';

const FOLDER = join(__dirname, '../../../shared/corpus/pcap');
const TRUTH = join(FOLDER, 'truth.json');

type ZeekRow = Readonly<Record<string, string>>;

interface Check {
  readonly count: number;
  /** Names are paths into an event. */
  readonly match: Readonly<Record<string, unknown>>;
}

interface TrueFile {
  readonly file: string;
  readonly zeek_http_log?: Readonly<Record<string, readonly ZeekRow[]>>;
  readonly suricata_checks?: readonly Check[];
}

const files: readonly TrueFile[] = existsSync(TRUTH)
  ? (JSON.parse(readFileSync(TRUTH, 'utf8')) as { files: TrueFile[] }).files.filter(({ file }) => existsSync(join(FOLDER, file)))
  : [];

async function exchangesIn(file: string): Promise<Exchange[]> {
  const found: Exchange[] = [];
  for await (const exchange of readCapture(join(FOLDER, file))) {
    if (exchange.request !== null || exchange.response !== null) found.push(exchange);
  }
  return found;
}

type Messages = readonly (CapturedRequest | CapturedResponse)[];

const messagesOf = ({ request, response }: Exchange): Messages => [request, response].filter((message) => message !== null);
const isMalformed = (messages: Messages): boolean => messages.some(({ flags }) => flags.includes('malformed'));
const startOf = ({ request, response }: Exchange): number => (request ?? response)?.startedAt ?? 0;
const decodedLength = async (message: CapturedRequest | CapturedResponse | null): Promise<number> =>
  (await message?.body.decoded())?.length ?? 0;

const used = new Map<string, number>();
const use = (rule: string): void => {
  used.set(rule, (used.get(rule) ?? 0) + 1);
};

/** The first rule that explains, or undefined. */
function explain<C>(rules: Readonly<Record<string, (difference: C) => boolean>>, difference: C): string | undefined {
  const rule = Object.keys(rules).find((name) => rules[name]?.(difference));
  if (rule !== undefined) use(rule);
  return rule;
}

interface ZeekDifference {
  readonly row: ZeekRow;
  readonly exchange: Exchange | null;
  readonly wrong: readonly string[];
}

const ZEEK_RULES: Readonly<Record<string, (difference: ZeekDifference) => boolean>> = {
  'Zeek takes a request line without a version for HTTP/0.9, whose responses have no head': ({ row, exchange }) =>
    row['version'] === '0.9' && exchange?.request?.version !== 'HTTP/1.1',
  'the exchange in front of one that Zeek takes for HTTP/0.9': ({ row }) => row['method'] === '-',
  'a request line without a target, or a version of which a digit is missing: the line is malformed': ({ exchange }) =>
    exchange !== null && isMalformed(messagesOf(exchange)),
  'a request that was not captured whole, or is none (RFC 9112 3)': ({ exchange }) => exchange?.request === null,
  'two bytes behind the content, as Content-Length says where it ends (RFC 9112 6.2)': ({ row, exchange, wrong }) =>
    wrong.join() === 'request_body_len' && Number(row['request_body_len']) === (exchange?.request?.body.length ?? 0) + 2,
};

async function zeekRowOf({ request, response }: Exchange): Promise<Record<string, string>> {
  return {
    method: request?.method ?? '-',
    host: request?.headers.get('host') ?? '-',
    uri: decodeURIComponent((request?.target ?? '-').replace(/%(?![\da-f]{2})/gi, '%25')),
    request_body_len: String(await decodedLength(request)),
    response_body_len: String(await decodedLength(response)),
    status_code: response === null ? '-' : String(response.status),
    status_msg: response?.reason ?? '-',
    info_code: String(response?.interim.at(-1)?.status ?? (response?.status === 101 ? 101 : '-')),
  };
}

interface SuricataDifference {
  readonly check: Check;
  readonly count: number;
  readonly exchanges: readonly Exchange[];
}

const messagesIn = (exchanges: readonly Exchange[]): Messages => exchanges.flatMap(messagesOf);
const hasNoContent = (status: number | undefined): boolean => status === 101 || status === 204;

const SURICATA_RULES: Readonly<Record<string, (difference: SuricataDifference) => boolean>> = {
  'Suricata was told to leave a connection alone whose beginning was not captured': ({ check, exchanges }) =>
    check.count === 0 && messagesIn(exchanges).some(({ flags }) => flags.includes('midstream')),
  'a request line that never ends': ({ check, exchanges }) => check.count === 1 && exchanges.length === 0,
  'bytes are missing, which Suricata counts and we do not': ({ check, exchanges }) =>
    check.match['event_type'] === 'fileinfo' && messagesIn(exchanges).some(({ flags }) => flags.includes('gap')),
  'a file of which the responses are parts (RFC 9110 14)': ({ exchanges }) => exchanges.some(({ response }) => response?.status === 206),
  'a status without content (RFC 9110 6.4.1)': ({ exchanges }) => exchanges.some(({ response }) => hasNoContent(response?.status)),
  'a line between head and content that is not empty (RFC 9112 2.1): the head does not end': ({ exchanges }) =>
    exchanges.some(({ response }) => response?.problem === 'the connection ends inside of its head'),
  'malformed framing, behind which the body is not guessed': ({ exchanges }) => isMalformed(messagesIn(exchanges)),
};

/** What Suricata writes of exchanges: an event for each, and one for each content. */
async function eventsOf(exchanges: readonly Exchange[]): Promise<Record<string, unknown>[]> {
  const events: Record<string, unknown>[] = [];
  const transactions = new Map<number, number>();
  for (const { request, response, connection } of exchanges) {
    const transaction = transactions.get(connection.id) ?? 0;
    // In a tunnel another conversation begins.
    transactions.set(connection.id, request?.method === 'CONNECT' ? 0 : transaction + 1);
    const http = {
      hostname: request?.headers.get('host')?.replace(/:\d+$/, ''),
      url: request?.target,
      http_method: request?.method,
      protocol: request?.version ?? response?.version,
      status: response?.status,
      http_user_agent: request?.headers.get('user-agent'),
      http_content_type: response?.headers.get_content_type(),
      length: response?.body.length ?? 0,
    };
    const ends = (from: Exchange['connection']['client'], to: Exchange['connection']['client']) => ({
      src_ip: from.address,
      src_port: from.port,
      dest_ip: to.address,
      dest_port: to.port,
      proto: 'TCP',
    });
    const { client, server } = connection;
    events.push({ event_type: 'http', ...ends(client, server), tx_id: transaction, http });
    for (const message of [request, response]) {
      if (message === null || message.body.length === 0) continue;
      const content = await message.body.decoded();
      const hash = (name: string): string => createHash(name).update(content).digest('hex');
      const fileinfo = {
        size: content.length,
        md5: hash('md5'),
        sha256: hash('sha256'),
        state: message.body.complete ? 'CLOSED' : 'TRUNCATED',
        gaps: message.flags.includes('gap'),
      };
      events.push({ event_type: 'fileinfo', ...(message === request ? ends(client, server) : ends(server, client)), http, fileinfo });
    }
  }
  return events;
}

/** What is not in an exchange: layers below IP, and the names that Suricata gives to files. */
const NOT_COMPARED = /^(?:ether\.|vlan|has-key|fileinfo\.filename)/;
/** Zeros in front, and the longest row of zeros: an IPv6 address is written in more than one way. */
const plainAddress = (value: string): string =>
  value.includes('::') ? value : value.replace(/\b0+(?=[\da-f])/g, '').replace(/(?:\b0(?::|$)){2,}/, ':');

function fits(event: unknown, match: Check['match']): boolean {
  return Object.entries(match).every(([path, wanted]) => {
    if (NOT_COMPARED.test(path)) return true;
    let value: unknown = event;
    for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name];
    if (typeof wanted === 'object') return fits(value, wanted as Check['match']);
    return String(value) === (path.endsWith('_ip') ? plainAddress(String(wanted)) : String(wanted));
  });
}

let rows = 0;
let checks = 0;

(files.length > 0 ? describe : describe.skip)(
  `captures of other projects, read by others${files.length > 0 ? '' : ' (not at hand)'}`,
  () => {
    test('what Zeek logs is what we see', async () => {
      const unexplained: string[] = [];
      for (const { file, zeek_http_log: logs = {} } of files) {
        const exchanges = Object.keys(logs).length === 0 ? [] : await exchangesIn(file);
        for (const row of Object.values(logs).flat()) {
          rows++;
          const ofConnection = exchanges
            .filter(({ connection: { client, server } }) => `${client.port} ${server.port}` === `${row['id.orig_p']} ${row['id.resp_p']}`)
            .sort((a, b) => startOf(a) - startOf(b));
          const exchange = ofConnection[Number(row['trans_depth']) - 1] ?? null;
          const ours = exchange === null ? null : await zeekRowOf(exchange);
          const wrong = ours === null ? ['missing'] : Object.keys(ours).filter((name) => ours[name] !== row[name]);
          if (wrong.length === 0 || explain(ZEEK_RULES, { row, exchange, wrong }) !== undefined) continue;
          unexplained.push(
            `${file}, ${row['id.orig_p']} #${row['trans_depth']}: ${wrong.map((name) => `${name} ${ours?.[name]}, not ${row[name]}`).join('; ')}`,
          );
        }
      }
      expect(unexplained).toEqual([]);
      expect(rows).toBeGreaterThan(70);
    });

    test('what Suricata expects is found, as often as it does', async () => {
      const unexplained: string[] = [];
      for (const { file, suricata_checks: expected = [] } of files) {
        if (expected.length === 0) continue;
        const exchanges = await exchangesIn(file);
        const events = await eventsOf(exchanges);
        for (const check of expected) {
          // What Suricata complains of is its own affair.
          if (check.match['event_type'] === 'anomaly') continue;
          checks++;
          const count = events.filter((event) => fits(event, check.match)).length;
          if (count === check.count || explain(SURICATA_RULES, { check, count, exchanges }) !== undefined) continue;
          unexplained.push(`${file}: ${count} times, not ${check.count}: ${JSON.stringify(check.match)}`);
        }
      }
      expect(unexplained).toEqual([]);
      expect(checks).toBeGreaterThan(300);
    }, 60_000);

    test('every rule explains something', () => {
      expect([...Object.keys(ZEEK_RULES), ...Object.keys(SURICATA_RULES)].filter((rule) => !used.has(rule))).toEqual([]);
    });

    afterAll(() => {
      const lines = [...used].map(([rule, times]) => `${String(times).padStart(5)}  ${rule}`);
      process.stderr.write(`\n${rows} rows of Zeek, ${checks} expectations of Suricata; where they and we differ:\n${lines.join('\n')}\n`);
    });
  },
);
