// The page: puts its parts together, and says which key does what.

import { DetailPane, type TabName } from './detail/detail.js';
import { FilterError, parseFilter } from './filter/language.js';
import { Bar } from './page/bar.js';
import { byId, say } from './page/dom.js';
import { startEngine } from './page/engine.js';
import { ExportMenu } from './page/menu.js';
import { onOpen, type Opened } from './page/open.js';
import { setUpSplitter } from './page/splitter.js';
import { State } from './page/state.js';
import { setUpStatus } from './page/status.js';
import type { Column } from './shared/protocol.js';
import { Table } from './table/table.js';

const ANNOUNCED_MS = 6000;
const TABS: readonly TabName[] = ['headers', 'body', 'hex', 'timing', 'stream'];

const state = new State();
const engine = startEngine(
  (notice) => state.take(notice),
  (message) => announce(`Something went wrong: ${message}`),
);

const table = new Table(state, {
  onSelect(id) {
    state.selected = id;
    state.changed();
  },
  onOpen() {
    state.isDetailOpen = true;
    state.changed();
  },
  onSort(column: Column) {
    const isSame = state.sort.column === column;
    // Numbers are asked for from the top: the largest, the slowest.
    const startsDown = column === 'size' || column === 'wait';
    state.sort = { column, descending: isSame ? !state.sort.descending : startsDown };
    list();
  },
});
const detail = new DetailPane(state, engine, { onClose: closeDetail, onMove: (by) => table.move(by) });
const bar = new Bar(state, (filter) => {
  state.filter = filter;
  list();
});
const menu = new ExportMenu(state, engine, announce);
setUpStatus(state, () => void engine.stop());
setUpSplitter();

function list(): void {
  try {
    parseFilter(state.filter);
    state.filterProblem = '';
    state.searched = 0;
    void engine.list(state.filter, state.sort);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    // The list stays as it is until the filter makes sense.
    state.filterProblem = error.message;
  }
  state.changed();
}

function open({ name, input }: Opened): void {
  state.begin(name);
  const { capture } = state;
  bar.set('');
  // It can have the focus once it is shown.
  requestAnimationFrame(() => table.focus());
  engine.open(input, capture).then(
    ({ stopped }) => capture === state.capture && end(stopped ? 'stopped' : 'read', ''),
    (error: unknown) => capture === state.capture && end('failed', error instanceof Error ? error.message : String(error)),
  );
}

function end(phase: 'read' | 'stopped' | 'failed', problem: string): void {
  Object.assign(state, { phase, problem });
  state.changed();
}

function closeDetail(): void {
  state.isDetailOpen = false;
  state.changed();
  table.focus();
}

let announcing: ReturnType<typeof setTimeout> | undefined;

function announce(text: string): void {
  const element = byId('announcement');
  say(element, text);
  element.hidden = false;
  clearTimeout(announcing);
  announcing = setTimeout(() => (element.hidden = true), ANNOUNCED_MS);
}

const help = byId<HTMLDialogElement>('help-dialog');
byId('help').addEventListener('click', () => help.showModal());

const KEYS: Readonly<Record<string, () => void>> = {
  '/': () => bar.focusFilter(),
  '?': () => help.showModal(),
  o: () => byId('picker').click(),
  e: () => menu.open(),
};

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || menu.isOpen) return;
  const isTyping = event.target instanceof HTMLInputElement && event.target.id === 'filter';
  if (event.key === 'Escape') escape(isTyping);
  else if (isTyping) return event.key === 'Enter' || event.key === 'ArrowDown' ? intoTable(event) : undefined;
  else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key]?.();
  else if (/^[1-5]$/.test(event.key) && state.isDetailOpen) detail.select(TABS[Number(event.key) - 1] as TabName);
  else if (event.key === 'Enter' && (event.target as HTMLElement).id === 'grid' && state.isDetailOpen) detail.focus();
  else return;
  event.preventDefault();
});

/** One step back. */
function escape(isTyping: boolean): void {
  if (isTyping && state.filter !== '') bar.set('');
  else if (isTyping) table.focus();
  else if (state.isDetailOpen) closeDetail();
  else if (state.filter !== '') bar.set('');
}

function intoTable(event: KeyboardEvent): void {
  event.preventDefault();
  table.focus();
  if (state.selected === null || !state.listed.includes(state.selected)) table.move(1);
}

onOpen(open);
