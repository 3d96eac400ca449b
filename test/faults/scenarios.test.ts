// Headlong in every scenario, by a connection and by a pool. Scenarios are played at the same time: most of them only wait.

import { describe, expect, jest, test } from '@jest/globals';
import * as headlong from '../../src/index.js';
import { connections, pool } from './clients/headlong.js';
import { faultsOf, obstacle, play, type Client, type Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';

// A busy machine takes its time; only a test that fails takes all of this.
const PATIENCE_MS = 15_000;
jest.setTimeout(3 * PATIENCE_MS);

describe.each([connections(headlong), pool(headlong)])('$name', (client: Client) => {
  const titled = (rows: readonly Scenario[]): [row: string, name: string, scenario: Scenario][] =>
    rows.map((scenario) => [scenario.row, scenario.name, scenario]);
  const here = scenarios.filter((scenario) => obstacle(scenario, client) === null);
  test.concurrent.each(titled(here))('%s: %s', async (_row, _name, scenario) => {
    expect(faultsOf(scenario, await play(client, scenario, PATIENCE_MS))).toEqual([]);
  });

  const elsewhere = scenarios.filter((scenario) => obstacle(scenario, client) !== null);
  if (elsewhere.length > 0) test.skip.each(titled(elsewhere))('%s: %s', () => {});
});
