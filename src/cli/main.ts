#!/usr/bin/env node
// The executable: connects the command to this process. Not imported by anything.

import process from 'node:process';
import { main } from './command.js';

// Not process.exit(): what is written to a pipe may not have left yet.
main(process.argv.slice(2), process).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    // A bug, and the one case where a stack says more than a sentence.
    console.error(error);
    process.exitCode = 1;
  },
);
