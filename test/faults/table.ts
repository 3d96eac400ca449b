// The table of all clients in all scenarios, as Markdown.

import type { Report } from './play-all.js';
import { HANG_MS, type Outcome, type Played, type Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';

/** Rows of cells, the first one the titles. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const [titles = [], ...rest] = rows;
  return [titles, titles.map(() => '---'), ...rest]
    .map((row) => `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

export function tableOf(reports: ReadonlyMap<string, Report>): string {
  const present = [...reports].filter(([, { played }]) => played !== null);
  const titles = ['row', 'scenario', 'must be', ...present.map(([name]) => name)];
  const rows = scenarios.map((scenario, n) => [
    scenario.row,
    scenario.name,
    required(scenario),
    ...present.map(([, { played }]) => {
      const one = played?.[n] as Played | string;
      return typeof one === 'string' ? one : cell(scenario, one);
    }),
  ]);
  return markdown([titles, ...rows]);
}

function required({ expected, then }: Scenario): string {
  const { status, body, error, code, limit } = expected;
  const name = told({
    ...(typeof status === 'number' ? { status } : null),
    ...(typeof body === 'string' ? { body } : null),
    ...(typeof error === 'string' ? { error } : null),
    ...(typeof code === 'string' ? { code } : null),
  });
  const fact = typeof limit === 'string' ? ` (${limit})` : '';
  return `${name}${fact}${{ reused: '; connection reused', new: '; new connection', 'same fault': '' }[then]}`;
}

/** What a client did, what is worse than it must be in bold. */
function cell(scenario: Scenario, played: Played): string {
  const { outcome, elapsed, next, received } = played;
  if (outcome === null) return `**hang > ${HANG_MS / 1000} s**`;
  const notes: string[] = [];
  if (scenario.least !== undefined || elapsed >= 1000) notes.push(`${(elapsed / 1000).toFixed(2)} s`);
  const { upload } = scenario.request ?? {};
  if (upload !== undefined && received >= upload) notes.push('all was sent');
  if (scenario.then !== 'same fault' && next?.body !== 'again') notes.push(`**next request: ${next === null ? 'hang' : told(next)}**`);
  const what = told(outcome);
  const bad = (scenario.expected.error === undefined) !== (outcome.error === undefined);
  const half =
    scenario.cut === true && outcome.error === undefined ? `, half a message${outcome.framing === 'close' ? ' (framing: close)' : ''}` : '';
  return [bad || half !== '' ? `**${what}${half}**` : what, ...notes].join(', ');
}

function told({ status, body = '', error, code = 'HTTP_' }: Outcome): string {
  if (error === undefined) return `${status}${body === 'evil' ? ', "evil"' : ''}`;
  // A code that says more than the class, or less.
  if (code.startsWith('HTTP_') || (code === 'ETIMEDOUT' && error === 'TimeoutError')) return error;
  return error === 'Error' || code.startsWith('UND_ERR_') ? code : `${error} ${code}`;
}
