// The `headlong` command: which subcommand, and what an error of its own becomes. Subcommands are in files of their own.

import { type CommandIO, EXIT, Failure, messageOf, oneLine, UsageError } from './io.js';
import { GET_HELP, parseGet } from './options.js';
import { PARSE_HELP, parseParse } from './parse-options.js';
import { VERSION } from './version.js';

const HELP = `Usage: headlong get [OPTION]... URL...
       headlong parse [OPTION]... FILE...

  get      fetches URLs; the letters of its options are curl's (headlong get --help)
  parse    writes the HTTP of captures as a table, NDJSON, HAR, WARC or CSV (headlong parse --help)

  -h, --help     this text
  -V, --version  the version
`;

/** Runs the command line `argv` (without program and script); the exit code. */
export async function main(argv: readonly string[], io: CommandIO): Promise<number> {
  // A reader that has gone away is found where it is written to; without a listener it would end the process.
  const ignore = (): void => {};
  io.stdout.on('error', ignore);
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`headlong: ${messageOf(error)} (see ${helpFor(argv[0])})\n`);
      return EXIT.usage;
    }
    if (!(error instanceof Failure)) throw error;
    io.stderr.write(`headlong: ${messageOf(error)}\n`);
    return EXIT.failed;
  } finally {
    io.stdout.off('error', ignore);
  }
}

async function dispatch([command, ...args]: readonly string[], io: CommandIO): Promise<number> {
  switch (command) {
    case undefined:
      io.stderr.write(HELP);
      return EXIT.usage;
    case '-h':
    case '--help':
      return say(HELP, io);
    case '-V':
    case '--version':
      return say(`headlong ${VERSION}\n`, io);
    case 'get': {
      const options = await parseGet(args, () => io.stdin);
      if (options === 'help') return say(GET_HELP, io);
      if (options === 'version') return say(`headlong ${VERSION}\n`, io);
      // Only now the library and its parser are loaded.
      return (await import('./get.js')).get(options, io);
    }
    case 'parse': {
      const options = parseParse(args);
      if (options === 'help') return say(PARSE_HELP, io);
      if (options === 'version') return say(`headlong ${VERSION}\n`, io);
      return (await import('./parse.js')).parse(options, io);
    }
    default:
      throw new UsageError(`there is no command '${oneLine(command)}', only: get, parse`);
  }
}

/** Where the right usage is written. */
function helpFor(command: string | undefined): string {
  return command === 'get' || command === 'parse' ? `headlong ${command} --help` : 'headlong --help';
}

function say(text: string, io: CommandIO): number {
  io.stdout.write(text);
  return EXIT.done;
}
