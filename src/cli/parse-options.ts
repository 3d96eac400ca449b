// The command line of `headlong parse`, to values. Nothing is opened here.

import { parseArgs } from 'node:util';
import { messageOf, UsageError } from './io.js';

export const FORMATS = ['table', 'ndjson', 'har', 'warc', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

const BODIES = ['none', 'sha256', 'base64', 'dir'] as const;
export type ParsedBodies = (typeof BODIES)[number];

export interface ParseOptions {
  /** Paths; '-' is standard input. */
  readonly files: readonly string[];
  /** Null where nobody said. */
  readonly format: Format | null;
  readonly bodies: ParsedBodies;
  /** Where bodies go with `dir`. */
  readonly directory: string;
  /** The file of -o, or null for stdout. */
  readonly output: string | null;
  readonly redact: boolean;
}

const OPTIONS = {
  out: { type: 'string' },
  bodies: { type: 'string' },
  directory: { type: 'string' },
  output: { type: 'string', short: 'o' },
  'no-redact': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

export const PARSE_HELP = `Usage: headlong parse [OPTION]... FILE...

Reads captures (pcap, pcapng, WARC, HAR, SAZ, or the bytes of one side of a connection; gzip is taken off) and writes
the HTTP exchanges in them. FILE is told by its content; '-' is standard input. What is damaged is a line that says so.

      --out FORMAT       table, ndjson, har, warc or csv; unless given, a table on a terminal and ndjson elsewhere
      --bodies WHAT      of the bodies, content codings taken off, with ndjson: none (the default), sha256, base64,
                         or dir, which writes each to a file
      --directory DIR    where dir writes to, instead of ./bodies
  -o, --output FILE      writes to FILE instead of standard output
      --no-redact        keeps the values of Authorization, Proxy-Authorization, Cookie and Set-Cookie
  -h, --help             this text
  -V, --version          the version

Exit status: 0 done, 1 a file failed, 2 wrong usage.
`;

/** Parses what follows `headlong parse`. */
export function parseParse(args: readonly string[]): ParseOptions | 'help' | 'version' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (positionals.length === 0) throw new UsageError("no FILE given ('-' is standard input)");
  if (positionals.filter((file) => file === '-').length > 1) throw new UsageError("standard input ('-') can be read once only");
  const bodies = oneOf(BODIES, values.bodies ?? 'none', '--bodies');
  const format = values.out === undefined ? null : oneOf(FORMATS, values.out, '--out');
  if (bodies !== 'none' && format !== null && format !== 'ndjson')
    throw new UsageError(`--bodies goes with --out ndjson, not with ${format}`);
  if (values.directory !== undefined && bodies !== 'dir') throw new UsageError('--directory goes with --bodies dir');
  return {
    files: positionals,
    format: bodies === 'none' ? format : 'ndjson',
    bodies,
    directory: values.directory ?? 'bodies',
    output: values.output === undefined || values.output === '-' ? null : values.output,
    redact: values['no-redact'] !== true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const text = messageOf(error).replace(/(Unknown option '[^']*').*/, '$1');
    throw new UsageError(text.charAt(0).toLowerCase() + text.slice(1));
  }
}

function oneOf<T extends string>(known: readonly T[], given: string, option: string): T {
  const found = known.find((name) => name === given);
  if (found === undefined) throw new UsageError(`${option}: ${JSON.stringify(given)} is none of ${known.join(', ')}`);
  return found;
}
