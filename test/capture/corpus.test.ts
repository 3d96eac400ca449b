// Captures of other projects, if they are at hand, against what tshark makes of them (truth.json says how that was made): every
// message that it lists is found with its start line, its fields and its body. Where tshark and we differ, a rule with a name says why;
// a rule that explains nothing any more is a failure, and so is a difference that no rule explains.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readCapture, type CapturedInterim, type CapturedRequest, type CapturedResponse } from '../../src/capture.node.js';

const FOLDER = join(__dirname, '../../../shared/corpus/pcap');
const TRUTH = join(FOLDER, 'truth.json');

interface TrueMessage {
  readonly type: 'request' | 'response' | 'data';
  readonly frame: number;
  readonly src: string;
  readonly method?: string;
  readonly uri?: string;
  readonly version?: string;
  readonly code?: number;
  readonly phrase?: string;
  readonly header_lines?: readonly string[];
  readonly request_in?: number;
  readonly body_len?: number;
  readonly body_sha256?: string;
  readonly decoded_len?: number;
  readonly decoded_sha256?: string;
}

interface TrueFile {
  readonly file: string;
  readonly tags: readonly string[];
  readonly messages: readonly TrueMessage[];
  /** What tshark lists when it does not put segments in order: more, behind a gap. */
  readonly messages_default_mode?: readonly TrueMessage[];
}

type Message = CapturedRequest | CapturedResponse | CapturedInterim;

interface Found {
  readonly type: 'request' | 'response';
  readonly port: string;
  readonly message: Message;
  /** The request that was paired with a response. */
  readonly request: CapturedRequest | null;
}

const isWhole = (message: Message): message is CapturedRequest | CapturedResponse => 'body' in message;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function foundIn(file: string): Promise<Found[]> {
  const found: Found[] = [];
  for await (const { request, response, connection } of readCapture(join(FOLDER, file))) {
    const [client, server] = [String(connection.client.port), String(connection.server.port)];
    if (request !== null) found.push({ type: 'request', port: client, message: request, request: null });
    for (const message of response?.interim ?? []) found.push({ type: 'response', port: server, message, request });
    if (response !== null) found.push({ type: 'response', port: server, message: response, request });
  }
  return found;
}

/** Field lines as we hand them out: without the blanks around values. */
const fieldsOf = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/^([^:]*?)\s*:\s*([^]*?)\s*$/, '$1: $2'));
const fieldsIn = ({ headers }: Message): string[] => headers.items().map(([name, value]) => `${name}: ${value}`);

/** How well a message fits, 0 for not at all: many have the same start line. */
function fit(truth: TrueMessage, { type, port, message }: Found): number {
  if (type !== truth.type || port !== truth.src.split(':').pop()) return 0;
  const hasStart = 'method' in message ? message.method === truth.method && message.target === truth.uri : message.status === truth.code;
  if (!hasStart) return 0;
  const fields = fieldsOf(truth.header_lines ?? []);
  const same = fieldsIn(message).filter((field) => fields.includes(field)).length;
  return 1 + same + (isWhole(message) && message.body.length === truth.body_len ? 0.5 : 0);
}

async function differences(truth: TrueMessage, { message }: Found): Promise<string[]> {
  const found: string[] = [];
  const expectSame = (what: string, ours: unknown, theirs: unknown): void => {
    if (ours !== theirs) found.push(`${what}: ${String(ours)}, not ${String(theirs)}`);
  };
  if ('version' in message) expectSame('version', message.version, truth.version);
  if (!('method' in message)) expectSame('reason', message.reason, truth.phrase ?? '');
  // tshark lists no lines where it was asked for too many.
  if (truth.header_lines !== undefined && truth.header_lines.length > 0)
    expectSame('fields', fieldsIn(message).join('\n'), fieldsOf(truth.header_lines).join('\n'));
  if (!isWhole(message)) return found;
  const body = await message.body.bytes();
  expectSame('length', body.length, message.body.length);
  if (truth.body_sha256 !== undefined) expectSame('body', sha256(body), truth.body_sha256);
  if (truth.decoded_sha256 !== undefined) expectSame('decoded body', sha256(await message.body.decoded()), truth.decoded_sha256);
  return found;
}

// Why a message of tshark's is none of ours, or another one.
const RULES: Record<string, (truth: TrueMessage, found: Found | null, file: TrueFile) => boolean> = {
  'what tshark takes for a request line has no version: the line is malformed, and so flagged or no message': ({ type, version, uri }) =>
    type === 'request' && (!/^HTTP\/1\.\d$/.test(version ?? '') || /^\s|\s$/.test(uri ?? '')),
  'a 2xx to CONNECT has no content, tshark takes what is in the tunnel for it (RFC 9110 9.3.6)': ({ type }, found) =>
    type === 'response' && found?.request?.method === 'CONNECT',
  'a stored block of gzip that is cut (RFC 1951 3.2.4): it is not decoded, and the body says so': (_, found) =>
    found !== null && isWhole(found.message) && found.message.body.problem === 'gzip: the input ends in the middle',
  'the head is malformed, and is framed by our rules': (_, found) =>
    found !== null && isWhole(found.message) && found.message.flags.includes('malformed'),
};

/** Why a message of ours is none of tshark's. */
const SURPLUS: Record<string, (found: Found, file: TrueFile) => boolean> = {
  'damaged: tshark lists what is complete': ({ message }) =>
    isWhole(message) && message.flags.some((flag) => ['gap', 'truncated', 'malformed', 'midstream', 'one-sided'].includes(flag)),
  'behind a gap, where tshark gives up': (_, { tags }) => tags.includes('gap'),
  'a method that tshark does not know': ({ message }) => 'method' in message && message.method.startsWith('NOT'),
  'a response without fields or content in a connection that was a tunnel to tshark': (_, { tags }) => tags.includes('CONNECT'),
  'behind a message that tshark frames otherwise': (_, { file }) => /\/261\//.test(file),
};

const used = new Map<string, number>();
const use = (rule: string): void => {
  used.set(rule, (used.get(rule) ?? 0) + 1);
};

const files: readonly TrueFile[] = existsSync(TRUTH)
  ? (JSON.parse(readFileSync(TRUTH, 'utf8')) as { files: TrueFile[] }).files.filter(({ file }) => existsSync(join(FOLDER, file)))
  : [];
const isEvader = ({ file }: TrueFile): boolean => file.includes('/http-evader/');
let compared = 0;

(files.length > 0 ? describe : describe.skip)(`captures of other projects${files.length > 0 ? '' : ' (not at hand)'}`, () => {
  test('tshark and we see the same messages', async () => {
    const unexplained: string[] = [];
    for (const file of files.filter((one) => !isEvader(one))) {
      const found = await foundIn(file.file);
      const { messages, messages_default_mode: other = [] } = file;
      for (const truth of other.length > messages.length ? other : messages) {
        if (truth.type !== 'request' && truth.type !== 'response') continue;
        compared++;
        const fits = found.map((one) => fit(truth, one));
        const best = fits.length === 0 ? 0 : Math.max(...fits);
        const one = best > 0 ? (found.splice(fits.indexOf(best), 1)[0] as Found) : null;
        const wrong = one === null ? ['missing'] : await differences(truth, one);
        if (wrong.length === 0) continue;
        const rule = Object.keys(RULES).find((name) => RULES[name]?.(truth, one, file));
        if (rule !== undefined) use(rule);
        else unexplained.push(`${file.file}, frame ${truth.frame}, ${truth.method ?? truth.code} ${truth.uri ?? ''}: ${wrong.join('; ')}`);
      }
      for (const one of found) {
        if (!isWhole(one.message)) continue;
        const rule = Object.keys(SURPLUS).find((name) => SURPLUS[name]?.(one, file));
        if (rule !== undefined) use(rule);
        else unexplained.push(`${file.file}: surplus ${JSON.stringify(one.message)}`);
      }
    }
    expect(unexplained).toEqual([]);
    expect(compared).toBeGreaterThan(800);
  }, 60_000);

  test('every rule explains something', () => {
    expect([...Object.keys(RULES), ...Object.keys(SURPLUS)].filter((rule) => !used.has(rule))).toEqual([]);
  });

  test('malformed messages made to evade: an end, and bodies that are what they claim to be', async () => {
    let messages = 0;
    for (const file of files.filter(isEvader)) {
      for (const { message } of await foundIn(file.file)) {
        if (!isWhole(message)) continue;
        messages++;
        expect((await message.body.bytes()).length).toBe(message.body.length);
        await message.body.decoded();
        if (message.flags.includes('malformed')) expect(message.problem).not.toBeNull();
      }
    }
    expect(messages).toBeGreaterThan(400);
  }, 60_000);

  afterAll(() => {
    const lines = [...used].map(([rule, times]) => `${String(times).padStart(5)}  ${rule}`);
    process.stderr.write(`\n${compared} messages compared; where tshark and we differ:\n${lines.join('\n')}\n`);
  });
});
