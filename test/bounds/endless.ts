// Inputs that never end, one for each limit: what comes before, what comes for ever, and the error that has to end it. `most` is how
// many bytes may have been read then, but for one read.

import type { ConnectionOptions } from '../../src/index.js';

export interface Endless {
  readonly name: string;
  readonly head: string;
  readonly unit: string;
  readonly error: Readonly<Record<string, unknown>>;
  readonly most: number;
  /** Plain data: it goes to another process. */
  readonly options?: Pick<ConnectionOptions, 'maxHeaders' | 'maxHeaderSize' | 'maxBodySize'>;
  /** Through a proxy, who answers so. */
  readonly tunnel?: boolean;
}

const LINE = 65536;
const HEAD = 262144;
const SECTION = 16384;

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

const tooLong = (what: string): Endless['error'] => ({
  name: 'LineTooLong',
  limit: LINE,
  message: `got more than ${LINE} bytes when reading ${what}`,
});
const exceeded = (limit: string, value: number): Endless['error'] => ({ name: 'LimitExceeded', limit, value });
const malformed = (rule: string): Endless['error'] => ({ name: 'InvalidMessage', rule });

const heads: readonly Endless[] = [
  { name: 'a reason', head: 'HTTP/1.1 200 ', unit: 'x', error: tooLong('status line'), most: LINE },
  { name: 'what begins like a version', head: 'HTTP/1.', unit: '1', error: { name: 'UnknownProtocol' }, most: 9 },
  { name: 'no status line', head: '', unit: 'x', error: { name: 'BadStatusLine' }, most: 0 },
  { name: 'blanks', head: '', unit: ' ', error: { name: 'BadStatusLine' }, most: 0 },
  { name: 'empty lines', head: '', unit: '\r\n', error: { name: 'BadStatusLine' }, most: 10 },
  { name: 'a field value', head: `${OK}A: `, unit: 'x', error: tooLong('header line'), most: OK.length + LINE },
  { name: 'blanks before a field value', head: `${OK}A:`, unit: '\t ', error: tooLong('header line'), most: OK.length + LINE },
  { name: 'a field name', head: OK, unit: 'x', error: tooLong('header line'), most: OK.length + LINE },
  { name: 'field lines', head: OK, unit: `A: ${'x'.repeat(1019)}\r\n`, error: exceeded('maxHeaderSize', HEAD), most: HEAD },
  { name: 'short field lines', head: OK, unit: 'A:\r\n', error: exceeded('maxHeaders', 1000), most: OK.length + 4 * 1001 },
  { name: 'short field lines with LF', head: OK, unit: 'A:\n', error: exceeded('maxHeaders', 1000), most: OK.length + 3 * 1001 },
  { name: 'folds', head: `${OK}A: b\r\n`, unit: ' c\r\n', error: exceeded('maxHeaderSize', HEAD), most: HEAD },
  { name: 'empty folds', head: `${OK}A:\r\n`, unit: '\t\r\n', error: exceeded('maxHeaderSize', HEAD), most: HEAD },
  { name: 'interim responses', head: '', unit: 'HTTP/1.1 100 \r\n\r\n', error: exceeded('interimResponses', 100), most: 17 * 101 },
  {
    name: 'interim responses with large heads',
    head: '',
    unit: `HTTP/1.1 103 \r\nA: ${'x'.repeat(60_000)}\r\n\r\n`,
    error: exceeded('interimResponses', 100),
    most: 60_022 * 101,
  },
  { name: 'interim responses with a field line', head: 'HTTP/1.1 103 \r\nA: ', unit: 'x', error: tooLong('header line'), most: 15 + LINE },
];

const lowered: readonly Endless[] = [
  {
    name: 'field lines, a limit of ten',
    head: OK,
    unit: 'A:\r\n',
    error: exceeded('maxHeaders', 10),
    most: OK.length + 4 * 11,
    options: { maxHeaders: 10 },
  },
  {
    name: 'a head, a limit of a KiB',
    head: OK,
    unit: 'A: b\r\n',
    error: exceeded('maxHeaderSize', 1024),
    most: 1024,
    options: { maxHeaderSize: 1024 },
  },
];

const bodies: readonly Endless[] = [
  { name: 'digits of a chunk size', head: CHUNKED, unit: '0', error: malformed('chunk-size'), most: CHUNKED.length + 17 },
  {
    name: 'blanks behind a chunk size',
    head: `${CHUNKED}5`,
    unit: ' ',
    error: exceeded('chunkExtensions', SECTION),
    most: CHUNKED.length + SECTION + 2,
  },
  {
    name: 'a chunk extension',
    head: `${CHUNKED}5;a=`,
    unit: 'x',
    error: exceeded('chunkExtensions', SECTION),
    most: CHUNKED.length + SECTION + 2,
  },
  {
    name: 'a quoted string',
    head: `${CHUNKED}5;a="`,
    unit: '\\"',
    error: exceeded('chunkExtensions', SECTION),
    most: CHUNKED.length + SECTION + 2,
  },
  {
    name: 'chunks with extensions',
    head: CHUNKED,
    unit: '1;abc\r\nx\r\n',
    error: exceeded('chunkExtensions', SECTION),
    most: CHUNKED.length + 3 * SECTION,
  },
  {
    name: 'chunks with blanks',
    head: CHUNKED,
    unit: '1 \t\r\nx\r\n',
    error: exceeded('chunkExtensions', SECTION),
    most: CHUNKED.length + 4 * SECTION + 8,
  },
  {
    name: 'trailer fields',
    head: `${CHUNKED}0\r\n`,
    unit: 'A:\r\n',
    error: exceeded('trailerFields', 100),
    most: CHUNKED.length + 3 + 4 * 101,
  },
  {
    name: 'trailer lines',
    head: `${CHUNKED}0\r\n`,
    unit: `A: ${'x'.repeat(1000)}\r\n`,
    error: exceeded('trailerSize', SECTION),
    most: CHUNKED.length + 3 + SECTION,
  },
  {
    name: 'a trailer line',
    head: `${CHUNKED}0\r\nA: `,
    unit: 'x',
    error: exceeded('trailerSize', SECTION),
    most: CHUNKED.length + 3 + SECTION,
  },
  ...[
    ['chunks', CHUNKED, `400\r\n${'x'.repeat(1024)}\r\n`],
    ['a chunk', `${CHUNKED}1fffffffffffff\r\n`, 'x'],
    ['a body to the close', `${OK}\r\n`, 'x'],
    ['a body of 2^53-1 bytes', `${OK}Content-Length: 9007199254740991\r\n\r\n`, 'x'],
  ].map(([name = '', head = '', unit = '']): Endless => ({
    name: `${name}, a limit of 1,000,000 bytes`,
    head,
    unit,
    error: exceeded('maxBodySize', 1_000_000),
    most: 1_010_000,
    options: { maxBodySize: 1_000_000 },
  })),
];

const tunnels: readonly Endless[] = heads.map((one) => ({ ...one, name: `a proxy: ${one.name}`, tunnel: true }));

export const ENDLESS: readonly Endless[] = [...heads, ...lowered, ...bodies, ...tunnels];

/** Lines that are skipped, and characters that are let pass, count all the same. */
export const LENIENT: readonly Endless[] = [
  ...[...heads, ...bodies].filter(({ error }) => error['name'] !== 'BadStatusLine'),
  { name: 'skipped lines', head: OK, unit: 'no field\r\n', error: exceeded('maxHeaderSize', HEAD), most: HEAD },
  { name: 'a skipped line', head: `${OK}no field `, unit: '\x01', error: tooLong('header line'), most: OK.length + LINE },
  {
    name: 'a skipped trailer line',
    head: `${CHUNKED}0\r\n`,
    unit: 'no field\n',
    error: exceeded('trailerSize', SECTION),
    most: CHUNKED.length + 3 + SECTION,
  },
];
