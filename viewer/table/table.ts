// The table of exchanges: an ARIA grid whose rows are those in view. The grid has the focus, its selected row is the active descendant.

import { byId, h } from '../page/dom.js';
import { formatDuration } from '../page/format.js';
import type { State } from '../page/state.js';
import { isDamaged } from '../shared/damage.js';
import type { Column, Row } from '../shared/protocol.js';
import { COLUMNS, fillWaterfall, type Window } from './columns.js';
import { VirtualList } from './virtual-list.js';

const ROW_HEIGHT = 26;

interface Handlers {
  onSelect(id: number): void;
  onOpen(): void;
  onSort(column: Column): void;
}

export class Table {
  readonly #state: State;
  readonly #handlers: Handlers;
  readonly #grid = byId('grid');
  readonly #list: VirtualList;
  readonly #headers = new Map<string, HTMLElement>();
  #window: Window = { from: 0, to: 1 };
  /** Which row an element shows, and on which scale: drawing again what is there already is most of the work of a table that grows. */
  readonly #shown = new WeakMap<HTMLElement, { readonly row: Row; readonly window: Window }>();

  constructor(state: State, handlers: Handlers) {
    this.#state = state;
    this.#handlers = handlers;
    byId('columns').append(this.#headerRow());
    this.#list = new VirtualList(
      byId('rows'),
      {
        lineHeight: ROW_HEIGHT,
        count: () => state.listed.length,
        make: () => this.#makeRow(),
        fill: (element, index) => this.#fillRow(element, index),
        onWindow: (first, end) => this.#showWindow(first, end),
      },
      'rowgroup',
    );
    this.#grid.addEventListener('keydown', (event) => this.#onKey(event));
    byId('rows').addEventListener('click', (event) => this.#onClick(event));
    state.onChange(() => this.#render());
  }

  focus(): void {
    this.#grid.focus();
  }

  /** Selects the row so many lines further, as far as there are any. */
  move(by: number): void {
    this.#selectAt(this.#selectedIndex() + (this.#state.selected === null && by > 0 ? 1 : by));
  }

  /** The place of the selected row in the list, -1 if it is not there. */
  #selectedIndex(): number {
    return this.#state.selected === null ? -1 : this.#state.listed.indexOf(this.#state.selected);
  }

  #selectAt(index: number): void {
    const { listed } = this.#state;
    if (listed.length === 0) return;
    const at = Math.min(Math.max(0, index), listed.length - 1);
    this.#handlers.onSelect(listed[at] as number);
    this.#list.reveal(at);
  }

  #render(): void {
    const { listed, sort } = this.#state;
    this.#grid.setAttribute('aria-rowcount', String(listed.length + 1));
    for (const [name, cell] of this.#headers)
      cell.setAttribute('aria-sort', name !== sort.column ? 'none' : sort.descending ? 'descending' : 'ascending');
    this.#list.refresh();
    const active = this.#list.elementOf(this.#selectedIndex());
    if (active === null) this.#grid.removeAttribute('aria-activedescendant');
    else this.#grid.setAttribute('aria-activedescendant', active.id);
  }

  #headerRow(): HTMLElement {
    const row = h('div', { class: 'row header', role: 'row', 'aria-rowindex': 1 });
    COLUMNS.forEach(({ name, title, hint, isNumber }, n) => {
      const button = h(
        'button',
        { type: 'button', tabindex: -1, title: hint, onclick: () => this.#handlers.onSort(name as Column) },
        title,
      );
      const cell = h('div', { class: `cell ${name}${isNumber ? ' number' : ''}`, role: 'columnheader', 'aria-colindex': n + 1 }, button);
      this.#headers.set(name, cell);
      row.append(cell);
    });
    row.append(
      h(
        'div',
        {
          class: 'cell waterfall',
          role: 'columnheader',
          'aria-colindex': COLUMNS.length + 1,
          title: 'The exchanges in view, on one scale',
        },
        h('span', {}, 'Waterfall'),
        h('span', { id: 'scale' }),
      ),
    );
    return row;
  }

  #makeRow(): HTMLElement {
    const row = h('div', { class: 'row', role: 'row', id: `row-${Table.#made++}` });
    COLUMNS.forEach(({ name, isNumber }, n) =>
      row.append(h('div', { class: `cell ${name}${isNumber ? ' number' : ''}`, role: 'gridcell', 'aria-colindex': n + 1 })),
    );
    row.append(h('div', { class: 'cell waterfall', role: 'gridcell', 'aria-colindex': COLUMNS.length + 1 }));
    return row;
  }
  static #made = 0;

  #fillRow(element: HTMLElement, index: number): void {
    const row = this.#rowAt(index);
    const isSelected = row.id === this.#state.selected;
    element.setAttribute('aria-rowindex', String(index + 2));
    element.setAttribute('aria-selected', String(isSelected));
    const waterfall = element.lastElementChild as HTMLElement;
    const shown = this.#shown.get(element);
    if (shown?.row === row && shown.window === this.#window) return;
    this.#shown.set(element, { row, window: this.#window });
    if (shown?.row !== row) {
      element.classList.toggle('damaged', isDamaged(row.flags, row.problem));
      element.classList.toggle('encrypted', row.encrypted);
      COLUMNS.forEach((column, n) => column.fill(element.children[n] as HTMLElement, row, this.#state.startedAt));
      waterfall.setAttribute('aria-label', waterfallLabel(row));
    }
    fillWaterfall(waterfall, row, this.#window);
  }

  #rowAt(index: number): Row {
    return this.#state.rows[this.#state.listed[index] as number] as Row;
  }

  /** The scale of the waterfall is that of the rows in view: in a capture of hours every bar would be a point else. */
  #showWindow(first: number, end: number): void {
    let from = Infinity;
    let to = -Infinity;
    for (let n = first; n < end; n++) {
      const { startedAt, timings } = this.#rowAt(n);
      from = Math.min(from, startedAt - (timings.connect ?? 0));
      to = Math.max(to, startedAt + timings.send + timings.wait + timings.receive);
    }
    if (from === this.#window.from && to === this.#window.to) return;
    this.#window = { from, to };
    byId('scale').textContent = to > from ? formatDuration(to - from) : '';
  }

  #onClick({ target }: MouseEvent): void {
    const element = (target as HTMLElement).closest<HTMLElement>('.row');
    const id = element === null ? undefined : this.#shown.get(element)?.row.id;
    if (id === undefined) return;
    this.#handlers.onSelect(id);
    this.#handlers.onOpen();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = this.#list.pageSize - 1;
    const at = this.#selectedIndex();
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      j: () => this.move(1),
      k: () => this.move(-1),
      PageDown: () => this.#selectAt(at + page),
      PageUp: () => this.#selectAt(at - page),
      Home: () => this.#selectAt(0),
      End: () => this.#selectAt(this.#state.listed.length - 1),
      Enter: () => {
        if (at < 0) this.#selectAt(0);
        this.#handlers.onOpen();
      },
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }
}

function waterfallLabel({ timings, status }: Row): string {
  return status === null ? 'no response' : `waited ${formatDuration(timings.wait)}, received in ${formatDuration(timings.receive)}`;
}
