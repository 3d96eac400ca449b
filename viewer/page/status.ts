// What is said about the whole: the line at the bottom, the progress of the reading, and what stands in place of an empty table.

import { byId, say } from './dom.js';
import { formatBytes, formatCount, formatDuration } from './format.js';
import type { State } from './state.js';

/** A screen reader is not told of every step. */
const STEPS = 4;

export function setUpStatus(state: State, onStop: () => void): void {
  byId('stop').addEventListener('click', onStop);
  state.onChange(() => {
    const { phase, read, size } = state;
    document.body.dataset['phase'] = phase;
    byId('welcome').hidden = phase !== 'empty';
    byId('work').hidden = phase === 'empty';
    byId('reading').hidden = phase !== 'reading';
    const progress = byId<HTMLProgressElement>('progress');
    if (size > 0) progress.value = read / size;
    else progress.removeAttribute('value');
    say(byId('reading-text'), size > 0 ? `${formatBytes(read)} of ${formatBytes(size)}` : formatBytes(read));
    say(byId('summary'), phase === 'empty' ? '' : summaryOf(state));
    say(byId('said'), saidOf(state));
    const message = messageOf(state);
    byId('message').hidden = message === null;
    if (message === null) return;
    say(byId('message-title'), message.title);
    say(byId('message-advice'), message.advice);
  });
}

function summaryOf({ rows, listed, counts, connections, startedAt, endedAt, phase, problem, searched, read, size }: State): string {
  const exchanges = rows.length - counts.encrypted;
  const all = formatCount(exchanges, 'exchange');
  const parts = [
    listed.length === exchanges ? all : `${listed.length.toLocaleString('en')} of ${all}`,
    formatCount(connections.size, 'connection'),
  ];
  if (endedAt > startedAt) parts.push(formatDuration(endedAt - startedAt));
  if (counts.damaged > 0) parts.push(`${counts.damaged.toLocaleString('en')} damaged`);
  if (counts.encrypted > 0) parts.push(`TLS: ${formatCount(counts.encrypted, 'connection')}, encrypted`);
  if (searched < 1 && phase !== 'reading') parts.push(`searching, ${Math.floor(100 * searched)} %`);
  if (phase === 'stopped') parts.push(`stopped at ${formatBytes(read)} of ${formatBytes(size)}`);
  if (phase === 'failed' && rows.length > 0) parts.push(problem);
  return parts.join(' · ');
}

function saidOf({ phase, name, read, size, listed, searched }: State): string {
  if (phase === 'empty') return '';
  if (phase === 'reading') return `Reading ${name}, ${Math.floor((STEPS * read) / Math.max(1, size)) * (100 / STEPS)} %`;
  return searched < 1 ? 'Searching' : `${formatCount(listed.length, 'exchange')} listed`;
}

/** What stands in place of the rows, where there are none: what happened, and what to do about it. */
function messageOf({ listed, rows, phase, filter, counts, problem, name, searched }: State): { title: string; advice: string } | null {
  if (listed.length > 0 || phase === 'empty' || (searched < 1 && rows.length > 0)) return null;
  if (rows.length === 0) {
    if (phase === 'reading') return null;
    if (phase === 'failed') return { title: `${name} could not be read`, advice: sentence(problem) };
    if (phase === 'stopped') return { title: 'No HTTP so far', advice: 'The reading was stopped before any was found.' };
    return {
      title: 'There is no HTTP in this capture',
      advice: 'It was read to its end. HTTP/1 is looked for on every port; HTTP/2 and HTTP/3 are other protocols.',
    };
  }
  if (counts.encrypted === rows.length && filter === '') {
    return {
      title: `TLS: ${formatCount(counts.encrypted, 'connection')}, encrypted, nothing to show`,
      advice:
        'What is inside of TLS cannot be read without its keys. Capture where it is not encrypted, behind the proxy or on the server, or save a HAR from the browser.',
    };
  }
  return { title: 'No exchange fits the filter', advice: 'Press / to change it, Escape to take it away.' };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
