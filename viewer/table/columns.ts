// The columns of the table: their titles, and how a row fills them.

import { durationOf } from '../filter/match.js';
import { h } from '../page/dom.js';
import { formatBytes, formatDuration, formatOffset, formatType } from '../page/format.js';
import { isDamaged, MEANINGS } from '../shared/damage.js';
import type { Column, Row } from '../shared/protocol.js';

/** The part of time that the waterfall shows, in milliseconds since the epoch. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface TableColumn {
  readonly name: Column | 'waterfall';
  readonly title: string;
  readonly hint: string;
  readonly isNumber: boolean;
  fill(cell: HTMLElement, row: Row, startedAt: number): void;
}

const text = (of: (row: Row) => string) => (cell: HTMLElement, row: Row) => {
  cell.textContent = of(row);
};

export const COLUMNS: readonly TableColumn[] = [
  {
    name: 'time',
    title: 'Time',
    hint: 'Seconds since the first exchange',
    isNumber: true,
    fill: (cell, row, startedAt) => void (cell.textContent = row.startedAt > 0 ? formatOffset(row.startedAt - startedAt) : ''),
  },
  { name: 'method', title: 'Method', hint: 'Of the request', isNumber: false, fill: text(({ method }) => method) },
  { name: 'host', title: 'Host', hint: 'The Host field, or the address of the server', isNumber: false, fill: text(({ host }) => host) },
  { name: 'target', title: 'Target', hint: 'Path and query', isNumber: false, fill: fillTarget },
  { name: 'status', title: 'Status', hint: 'Of the response', isNumber: false, fill: fillStatus },
  { name: 'type', title: 'Type', hint: 'Media type of the response', isNumber: false, fill: text(({ type }) => formatType(type)) },
  {
    name: 'size',
    title: 'Size',
    hint: 'Body of the response, as it was sent',
    isNumber: true,
    fill: text(({ status, size }) => (status === null ? '' : formatBytes(size))),
  },
  {
    name: 'wait',
    title: 'First byte',
    hint: 'From the end of the request to the first byte of the response',
    isNumber: true,
    fill: text(({ status, method, timings }) => (status === null || method === '' ? '' : formatDuration(timings.wait))),
  },
];

function fillTarget(cell: HTMLElement, row: Row): void {
  const marks = row.flags.filter((flag) => flag !== 'encrypted' && flag !== 'close-delimited');
  const label = row.encrypted
    ? 'TLS, encrypted'
    : row.method === ''
      ? row.status === null
        ? (row.problem ?? '')
        : 'request not captured'
      : row.target;
  cell.classList.toggle('absent', row.method === '');
  cell.replaceChildren(
    h('span', { class: 'target', title: row.target === '' ? null : row.target }, label),
    ...marks.map((flag) => h('span', { class: `mark ${MEANINGS[flag].weight}` }, MEANINGS[flag].word)),
    ...(marks.length === 0 && isDamaged(row.flags, row.problem)
      ? [h('span', { class: 'mark damage', title: row.problem }, 'damaged')]
      : []),
  );
}

function fillStatus(cell: HTMLElement, row: Row): void {
  cell.textContent = row.status === null ? (row.encrypted ? '' : 'none') : String(row.status);
  cell.dataset['class'] = row.status === null ? 'none' : String(Math.floor(row.status / 100));
}

/** The bars of an exchange: connecting, sending, waiting, receiving. */
export function fillWaterfall(cell: HTMLElement, row: Row, { from, to }: Window): void {
  let bars = Array.from(cell.children) as HTMLElement[];
  if (bars.length === 0) {
    bars = ['connect', 'send', 'wait', 'receive'].map((name) => h('span', { class: `bar-${name}` }));
    cell.append(...bars);
  }
  const { connect = 0, send, wait, receive } = row.timings;
  const span = Math.max(to - from, 1e-6);
  let at = row.startedAt - connect;
  [connect, send, wait, receive].forEach((length, n) => {
    const { style } = bars[n] as HTMLElement;
    style.left = `${(100 * (at - from)) / span}%`;
    style.width = `${(100 * length) / span}%`;
    at += length;
  });
  cell.classList.toggle('is-point', durationOf(row) < span / 200);
}
