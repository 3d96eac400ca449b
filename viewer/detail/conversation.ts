// The Stream tab: everything that was said on the connection, in order, as text.

import { h } from '../page/dom.js';
import { formatBytes, formatMoment } from '../page/format.js';
import type { Spoken } from '../shared/protocol.js';
import { linesOf, linesView } from './lines.js';

interface SpokenLine {
  readonly text: string;
  readonly side: Spoken['side'] | 'note';
  readonly id: number;
}

export function conversationPane(spoken: readonly Spoken[], selected: number): HTMLElement {
  const lines = spoken.flatMap(linesOfMessage);
  return linesView('The connection, both directions', lines.length, (element, index) => {
    const { text, side, id } = lines[index] as SpokenLine;
    element.className = `line ${side}${id === selected ? ' of-selected' : ''}`;
    element.textContent = text;
  });
}

function linesOfMessage({ id, side, startedAt, bytes, omitted }: Spoken): SpokenLine[] {
  const head = side === 'request' ? '→ request' : '← response';
  const shown = linesOf(printable(bytes)).map(({ text }): SpokenLine => ({ text, side, id }));
  const note = omitted === 0 ? [] : [{ text: `… ${formatBytes(omitted)} more`, side: 'note', id } as const];
  return [{ text: `${head} of exchange ${id + 1}, ${formatMoment(startedAt)}`, side: 'note', id }, ...shown, ...note];
}

/** ASCII as it is, every other byte as a dot, so that columns keep their place. */
function printable(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes).replace(/[^\t\r\n\x20-\x7e]/g, '·');
}

export const nothingSaid = (): HTMLElement => h('p', { class: 'pane muted' }, 'Nothing of this connection is text that could be shown.');
