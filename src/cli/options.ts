// The command line of `headlong get`, to values: letters and their meaning are curl's. Nothing is opened or read here
// but the files that the options name; everything wrong with a command line is found before the first byte is sent.

import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { Failure, messageOf, oneLine, UsageError } from './io.js';

interface Origin {
  readonly host: string;
  readonly port: number;
}

export interface Proxy extends Origin {
  /** The value of Proxy-Authorization, or null. */
  readonly authorization: string | null;
}

/** One URL of the command line and where its body goes. */
export interface Transfer {
  /** As given, without user and password: fit to be printed. */
  readonly name: string;
  readonly secure: boolean;
  readonly origin: Origin;
  /** The Host field: the origin without a default port. */
  readonly hostField: string;
  /** Path and query. */
  readonly target: string;
  /** The value of Authorization that user and password of the URL amount to, or null. */
  readonly authorization: string | null;
  /** The file of its -o, or null for stdout. */
  readonly output: string | null;
}

export interface GetOptions {
  readonly transfers: readonly Transfer[];
  readonly method: string;
  /** The fields of -H. A null value leaves out one of ours. */
  readonly headers: readonly (readonly [name: string, value: string | null])[];
  readonly body: Uint8Array | null;
  readonly include: boolean;
  readonly headOnly: boolean;
  readonly verbose: boolean;
  readonly insecure: boolean;
  readonly ca: string | null;
  readonly proxy: Proxy | null;
  /** Milliseconds, or null. */
  readonly maxTime: number | null;
}

const OPTIONS = {
  request: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd', multiple: true },
  include: { type: 'boolean', short: 'i' },
  head: { type: 'boolean', short: 'I' },
  verbose: { type: 'boolean', short: 'v' },
  output: { type: 'string', short: 'o', multiple: true },
  insecure: { type: 'boolean', short: 'k' },
  cacert: { type: 'string' },
  proxy: { type: 'string' },
  'max-time': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

export const GET_HELP = `Usage: headlong get [OPTION]... URL...

Sends one request for each URL and writes the bodies of the responses to standard output. Redirects are not followed,
content codings are not decoded, and a status of 400 or more is an answer like any other.

  -X, --request METHOD   the method, instead of GET (or of POST, with -d)
  -H, --header LINE      a field: 'Name: value'; 'Name;' has no value, 'Name:' leaves out one that would be sent
  -d, --data DATA        sends DATA as a form by POST; several are joined by '&'; @FILE reads a file (@- is standard
                         input) without its line ends
  -i, --include          writes the head of the response, too
  -I, --head             asks for the head alone and writes it
  -o, --output FILE      writes to FILE; the first -o belongs to the first URL, and so on
  -k, --insecure         does not verify the server's certificate
      --cacert FILE      trusts the authorities in FILE (PEM) instead of the built-in ones
      --proxy URL        http://[user:password@]host[:port], port 1080 unless given; https goes through CONNECT
      --max-time SECONDS for each transfer, from its start to its last byte
  -v, --verbose          prints the heads of requests ('> ') and responses ('< ') on standard error
  -h, --help             this text
  -V, --version          the version

Exit status: 0 done, 1 a transfer or a file failed, 2 wrong usage.
`;

/** Parses what follows `headlong get`. `stdin` is asked for only if it is to be read. */
export async function parseGet(args: readonly string[], stdin: () => Readable): Promise<GetOptions | 'help' | 'version'> {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (positionals.length === 0) throw new UsageError('no URL given');
  const outputs = values.output ?? [];
  if (outputs.length > positionals.length) throw new UsageError(`there are more -o (${outputs.length}) than URLs (${positionals.length})`);
  if (values.head && values.data) throw new UsageError('-I asks for the head alone and -d sends a body: give one of them');
  const settings = {
    transfers: positionals.map((url, n) => parseURL(url, outputs[n] ?? '-')),
    method: parseMethod(values.request ?? (values.head ? 'HEAD' : values.data ? 'POST' : 'GET')),
    headers: (values.header ?? []).map(parseHeader),
    include: values.include ?? false,
    headOnly: values.head ?? false,
    verbose: values.verbose ?? false,
    insecure: values.insecure ?? false,
    proxy: values.proxy === undefined ? null : parseProxy(values.proxy),
    maxTime: values['max-time'] === undefined ? null : parseSeconds(values['max-time']),
  };
  // Files last: a mistake in the rest of the line is reported without them being there.
  const ca = values.cacert === undefined ? null : (await read(values.cacert, '--cacert')).toString('latin1');
  const body = values.data === undefined ? null : await readData(values.data, stdin);
  return { ...settings, ca, body };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // For an unknown option Node explains at length how a dash might have been meant: the first sentence is enough.
    const text = messageOf(error).replace(/(Unknown option '[^']*').*/, '$1');
    throw new UsageError(text.charAt(0).toLowerCase() + text.slice(1));
  }
}

function parseMethod(method: string): string {
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(method))
    throw new UsageError(`-X: ${JSON.stringify(method)} is not a method: it has letters such as GET`);
  return method;
}

function parseURL(given: string, output: string): Transfer {
  // Without a scheme it is http, as for curl; 'localhost:8080' would otherwise parse as a scheme of its own.
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new UsageError(`${JSON.stringify(oneLine(given))} is not a URL: write http://host/path`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UsageError(`${url.protocol}// is not spoken here: only http:// and https:// are`);
  const secure = url.protocol === 'https:';
  const authorization = url.username === '' && url.password === '' ? null : basic(url.username, url.password);
  const target = url.pathname + url.search;
  return {
    name: `${url.origin}${target}`,
    secure,
    origin: { host: url.hostname, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port) },
    hostField: url.host,
    target,
    authorization,
    output: output === '-' ? null : output,
  };
}

/** RFC 7617; user and password as they stand in a URL. */
function basic(user: string, password: string): string {
  let credentials: string;
  try {
    credentials = `${decodeURIComponent(user)}:${decodeURIComponent(password)}`;
  } catch {
    throw new UsageError('the user or password of a URL has a % that no two hexadecimal digits follow: write %25');
  }
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function parseHeader(line: string): [name: string, value: string | null] {
  const [, name, mark, value = ''] = /^([!#$%&'*+\-.^_`|~\w]+)([:;])(.*)$/s.exec(line) ?? [];
  if (name === undefined) throw new UsageError(`-H: ${JSON.stringify(line)} is not a field: write 'Name: value'`);
  const trimmed = value.trim();
  if (/[\0\r\n]/.test(trimmed)) throw new UsageError(`-H: the value of ${name} has a line end or NUL in it`);
  if (mark === ';' && trimmed !== '')
    throw new UsageError(`-H: ${JSON.stringify(line)} is not a field: write 'Name: value', or 'Name;' for one without a value`);
  if (mark === ';') return [name, ''];
  if (trimmed === '' && /^(host|accept-encoding)$/i.test(name))
    throw new UsageError(`-H: ${name} cannot be left out; it can be set to another value`);
  // The bytes as the terminal gave them, as curl sends them; a string of the library's is latin-1.
  return [name, trimmed === '' ? null : Buffer.from(trimmed).toString('latin1')];
}

function parseProxy(given: string): Proxy {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  // Never the text itself: it may have a password in it.
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new UsageError('--proxy: not the address of a proxy: write http://[user:password@]host[:port]');
  }
  if (url.protocol === 'https:') throw new UsageError('--proxy: a proxy is spoken to without TLS here: write http://');
  // A URL drops the default port of its scheme, and curl's default for a proxy is another one.
  const port = url.port === '' ? (/:0*80\/?$/.test(text) ? 80 : 1080) : Number(url.port);
  const authorization = url.username === '' && url.password === '' ? null : basic(url.username, url.password);
  return { host: url.hostname, port, authorization };
}

/** To milliseconds; 0 is no limit, as for curl. */
function parseSeconds(text: string): number | null {
  const milliseconds = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Math.ceil(Number(text) * 1000) : NaN;
  // What a timer can count.
  if (!(milliseconds <= 0x7fffffff)) throw new UsageError(`--max-time: ${JSON.stringify(text)} is not a number of seconds up to 2147483`);
  return milliseconds === 0 ? null : milliseconds;
}

async function readData(pieces: readonly string[], stdin: () => Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const piece of pieces) {
    if (parts.length > 0) parts.push(Buffer.from('&'));
    if (!piece.startsWith('@')) parts.push(Buffer.from(piece));
    else parts.push((piece === '@-' ? await readAll(stdin()) : await read(piece.slice(1), '-d')).filter(isData) as Buffer);
  }
  return Buffer.concat(parts);
}

/** What is left of a file that is sent as a form. */
function isData(byte: number): boolean {
  return byte !== 0x0d && byte !== 0x0a && byte !== 0;
}

async function readAll(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

async function read(file: string, option: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Failure(`${option}: ${messageOf(error)}: give the name of a file that can be read`);
  }
}
