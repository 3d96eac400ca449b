// The Timing tab: how long each part of the exchange took, on one scale, and when.

import { h } from '../page/dom.js';
import { formatDuration, formatMoment } from '../page/format.js';
import type { Detail } from '../shared/protocol.js';
import { pairs } from './fields.js';

export function timingPane({ row, request, response }: Detail): HTMLElement {
  const { connect, send, wait, receive } = row.timings;
  const parts = [
    { name: 'connect', title: 'Connecting', length: connect },
    { name: 'send', title: 'Sending', length: request === null ? undefined : send },
    { name: 'wait', title: 'Waiting', length: request === null || response === null ? undefined : wait },
    { name: 'receive', title: 'Receiving', length: response === null ? undefined : receive },
  ];
  const total = parts.reduce((sum, { length = 0 }) => sum + length, 0);
  let before = 0;
  const bars = parts.map(({ name, title, length }) => {
    const bar = h('span', { class: `bar-${name}` });
    const scale = 100 / Math.max(total, 1e-6);
    bar.style.left = `${before * scale}%`;
    bar.style.width = `${(length ?? 0) * scale}%`;
    before += length ?? 0;
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, title),
      h('td', { class: 'track' }, length === undefined ? null : bar),
      h('td', { class: 'number' }, length === undefined ? 'not captured' : formatDuration(length)),
    );
  });
  return h(
    'div',
    { class: 'pane timing', tabindex: 0, role: 'region', 'aria-label': 'Timing' },
    h(
      'table',
      {},
      h('tbody', {}, ...bars),
      h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, 'Together'), h('td'), h('td', { class: 'number' }, formatDuration(total)))),
    ),
    h(
      'section',
      {},
      h('h3', {}, 'Moments'),
      pairs([
        ...(request === null ? [] : momentsOf('Request', request)),
        ...(response?.interim ?? []).map(({ startLine, startedAt }) => [startLine, formatMoment(startedAt)] as const),
        ...(response === null ? [] : momentsOf('Response', response)),
      ]),
    ),
  );
}

function momentsOf(title: string, { startedAt, endedAt }: { readonly startedAt: number; readonly endedAt: number }) {
  return [
    [`${title}, first byte`, formatMoment(startedAt)],
    [`${title}, last byte`, formatMoment(endedAt)],
  ] as const;
}
