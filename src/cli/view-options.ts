// The command line of `headlong view`.

import { parseArgs } from 'node:util';
import { messageOf, UsageError } from './io.js';

export interface ViewOptions {
  /** The capture that the page opens, or null for a page without one. */
  readonly file: string | null;
  /** 0 is any that is free. */
  readonly port: number;
}

export const VIEW_HELP = `Usage: headlong view [OPTION]... [FILE]

Serves the viewer of captures on this machine alone (127.0.0.1) and prints its address, which is a secret of this run. With
FILE the page opens that capture: pcap, pcapng, HAR, WARC, SAZ or raw HTTP, each also as .gz. Ends with Ctrl-C.

  -p, --port PORT   the port to listen on, instead of any that is free
  -h, --help        this text
  -V, --version     the version

The page is one file that needs no server: it can be opened from the disk as well, where it lies in the package as
dist/viewer/index.html.

Exit status: 1 the file cannot be read or the port is taken, 2 wrong usage.
`;

const OPTIONS = {
  port: { type: 'string', short: 'p' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

export function parseView(args: readonly string[]): ViewOptions | 'help' | 'version' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (positionals.length > 1) throw new UsageError('one FILE can be opened at a time');
  return { file: positionals[0] ?? null, port: parsePort(values.port ?? '0') };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const text = messageOf(error).replace(/(Unknown option '[^']*').*/, '$1');
    throw new UsageError(text.charAt(0).toLowerCase() + text.slice(1));
  }
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) throw new UsageError(`--port: ${JSON.stringify(text)} is not a port: it is a number up to 65535`);
  return port;
}
