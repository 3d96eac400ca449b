// `headlong view`: says where the viewer is, and serves it until the command is ended.

import { join } from 'node:path';
import type { CommandIO } from './io.js';
import type { ViewOptions } from './view-options.js';
import { startViewer } from './view-server.js';

/** Beside this build; the command is the CommonJS one, which has a folder. */
const page = (): string => join(__dirname, '..', '..', 'viewer', 'index.html');

export async function view({ file, port }: ViewOptions, io: CommandIO): Promise<never> {
  const { url } = await startViewer(page(), file, port);
  io.stdout.write(`${url}\n`);
  io.stderr.write(`headlong: open that address in a browser; Ctrl-C ends it\n`);
  return new Promise<never>(() => {});
}
