// Text in a pane, line by line: only what is in view are elements, so a text may be long.

import { h } from '../page/dom.js';
import { type Lines, VirtualList } from '../table/virtual-list.js';

const LINE_HEIGHT = 19;

/** A longer line is broken: browsers lay out one of a million characters for seconds. */
const LONGEST = 2000;

export interface TextLine {
  readonly text: string;
  /** Counts from 1; null where a line goes on. */
  readonly number: number | null;
}

export function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = [];
  text.split(/\r\n|\n|\r/).forEach((line, n) => {
    for (let at = 0; at === 0 || at < line.length; at += LONGEST)
      lines.push({ text: line.slice(at, at + LONGEST), number: at === 0 ? n + 1 : null });
  });
  return lines;
}

/** A scrolling region with so many lines; `fill` gives one its content. */
export function linesView(label: string, count: number, fill: Lines['fill'], lineHeight = LINE_HEIGHT): HTMLElement {
  const scroller = h('div', { class: 'lines', tabindex: 0, role: 'region', 'aria-label': label });
  const list = new VirtualList(scroller, { lineHeight, count: () => count, make: () => h('div', { class: 'line' }), fill });
  list.refresh();
  return scroller;
}
