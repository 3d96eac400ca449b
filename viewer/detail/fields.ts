// The Headers tab: start lines and field lines as they were sent, in their order and letter case, every one.

import { h } from '../page/dom.js';
import { formatMoment } from '../page/format.js';
import type { Detail, MessageDetail } from '../shared/protocol.js';

export function headersPane(detail: Detail): HTMLElement {
  const { request, response, client, server, link, row } = detail;
  return h(
    'div',
    { class: 'pane headers', tabindex: 0, role: 'region', 'aria-label': 'Headers' },
    ...(request === null ? [missing('Request', row.encrypted)] : [messageSection('Request', request, queryOf(row.target))]),
    ...(response === null ? [missing('Response', row.encrypted)] : [messageSection('Response', response, [])]),
    section(
      'Connection',
      pairs([
        ['Client', `${client.address} port ${client.port}`],
        ['Server', `${server.address} port ${server.port}`],
        ['Number', `${row.connection}, over ${link}`],
        ...(row.startedAt > 0 ? [['Started', formatMoment(row.startedAt)] as const] : []),
      ]),
    ),
  );
}

type Pair = readonly [name: string, value: string];

function missing(title: string, isEncrypted: boolean): HTMLElement {
  return section(
    title,
    h('p', { class: 'muted' }, isEncrypted ? 'Encrypted: there is nothing to show.' : `The ${title.toLowerCase()} was not captured.`),
  );
}

function messageSection(title: string, message: MessageDetail, query: readonly Pair[]): HTMLElement {
  return section(
    title,
    ...message.interim.flatMap(({ startLine, fields }) => [h('p', { class: 'start-line muted' }, startLine), pairs(fields)]),
    h('p', { class: 'start-line' }, message.startLine),
    message.fields.length === 0 ? h('p', { class: 'muted' }, 'No fields.') : pairs(message.fields),
    ...(message.trailers === null || message.trailers.length === 0 ? [] : [h('h4', {}, 'Trailers'), pairs(message.trailers)]),
    ...(query.length === 0 ? [] : [h('h4', {}, 'Query'), pairs(query)]),
  );
}

function section(title: string, ...content: HTMLElement[]): HTMLElement {
  return h('section', {}, h('h3', {}, title), ...content);
}

export function pairs(list: readonly Pair[]): HTMLElement {
  return h('dl', { class: 'pairs' }, ...list.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

function queryOf(target: string): Pair[] {
  const at = target.indexOf('?');
  return at < 0 ? [] : formOf(target.slice(at + 1));
}

/** What application/x-www-form-urlencoded means. */
export function formOf(text: string): Pair[] {
  return [...new URLSearchParams(text)];
}
