// The browser that suites run in, if there is one: CHROMIUM names it. What would ask the network on its own account is off.

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] || '/usr/bin/chromium';

/** What a suite that needs the browser adds to its name; empty where there is one. */
export const missing = existsSync(CHROMIUM) ? '' : `, skipped: no ${CHROMIUM} is here`;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
