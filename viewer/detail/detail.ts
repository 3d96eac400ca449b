// The detail of the selected exchange: its heading, what is wrong with it, and the tabs. What a tab shows is asked for when it is shown.

import { byId, h } from '../page/dom.js';
import type { Engine } from '../page/engine.js';
import { formatBytes, formatDuration } from '../page/format.js';
import type { State } from '../page/state.js';
import { MEANINGS } from '../shared/damage.js';
import type { Detail, Side } from '../shared/protocol.js';
import { durationOf } from '../filter/match.js';
import { bodyFacts, bodyView, type View, viewChoice, viewsOf } from './body.js';
import { choice } from './choice.js';
import { conversationPane, nothingSaid } from './conversation.js';
import { headersPane } from './fields.js';
import { hexView } from './hex.js';
import { Tabs } from './tabs.js';
import { timingPane } from './timing.js';

export type TabName = 'headers' | 'body' | 'hex' | 'timing' | 'stream';

const TABS = [
  { name: 'headers', title: 'Headers' },
  { name: 'body', title: 'Body' },
  { name: 'hex', title: 'Hex' },
  { name: 'timing', title: 'Timing' },
  { name: 'stream', title: 'Stream' },
] as const;

interface Handlers {
  onClose(): void;
  onMove(by: number): void;
}

export class DetailPane {
  readonly #state: State;
  readonly #engine: Engine;
  readonly #element = byId('detail');
  readonly #heading = byId('detail-heading');
  readonly #alerts = byId('detail-alerts');
  readonly #panel = byId('panel');
  readonly #tabs: Tabs<TabName>;
  /** What is shown, and counts what was asked for: an answer that comes late is not shown. */
  #shown: number | null = null;
  #asked = 0;
  #detail: Detail | null = null;
  #side: Side = 'response';
  /** What was chosen by hand, for as long as it fits. */
  #view: View | null = null;

  constructor(state: State, engine: Engine, handlers: Handlers) {
    this.#state = state;
    this.#engine = engine;
    this.#tabs = new Tabs<TabName>('Exchange', TABS, this.#panel, () => void this.#renderPanel());
    byId('tabs').replaceWith(this.#tabs.element);
    byId('close').addEventListener('click', () => handlers.onClose());
    byId('previous').addEventListener('click', () => handlers.onMove(-1));
    byId('next').addEventListener('click', () => handlers.onMove(1));
    state.onChange(() => this.#render());
  }

  /** The side whose body is shown, for exports. */
  get side(): Side {
    return this.#side;
  }

  select(tab: TabName): void {
    this.#tabs.select(tab);
  }

  focus(): void {
    (this.#tabs.element.querySelector('[aria-selected=true]') as HTMLElement).focus();
  }

  #render(): void {
    const { selected, isDetailOpen } = this.#state;
    const isShown = isDetailOpen && selected !== null;
    this.#element.hidden = !isShown;
    document.body.classList.toggle('with-detail', isShown);
    const wanted = isShown ? selected : null;
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    if (wanted !== null) void this.#load(wanted);
  }

  async #load(id: number): Promise<void> {
    const asked = ++this.#asked;
    const detail = await this.#engine.detail(id).catch(() => null);
    if (asked !== this.#asked || detail === null) return;
    this.#detail = detail;
    if (detail[this.#side] === null) this.#side = detail.response === null ? 'request' : 'response';
    else if (detail.response !== null) this.#side = 'response';
    this.#renderHeading(detail);
    await this.#renderPanel();
  }

  #renderHeading({ row, request, response }: Detail): void {
    const status = h('span', { class: 'pill' }, row.encrypted ? 'TLS' : row.status === null ? 'no response' : String(row.status));
    status.dataset['class'] = row.status === null ? 'none' : String(Math.floor(row.status / 100));
    this.#heading.replaceChildren(
      h('span', { class: 'method' }, row.method === '' ? '—' : row.method),
      h('span', { class: 'where', title: `${row.host}${row.target}` }, h('span', { class: 'muted' }, row.host), row.target),
      status,
      h('span', { class: 'muted' }, row.encrypted ? '' : `${formatBytes(row.size)} · ${formatDuration(durationOf(row))}`),
    );
    const problems = [row.problem, request?.problem, response?.problem, request?.body.problem, response?.body.problem];
    const words = [...new Set(problems.filter((text) => typeof text === 'string'))];
    const marks = row.flags.filter((flag) => MEANINGS[flag].weight === 'damage').map((flag) => MEANINGS[flag].word);
    // A problem says more than the flag; without one the flag has its own sentence.
    const alerts = words.map((text, n) =>
      h('li', { class: 'damage' }, n === 0 && marks.length > 0 ? h('b', {}, `${marks.join(', ')}: `) : null, text),
    );
    for (const flag of row.flags) {
      const { weight, word, sentence } = MEANINGS[flag];
      if (weight === 'note' || words.length === 0) alerts.push(h('li', { class: weight }, h('b', {}, `${word}: `), sentence));
    }
    this.#alerts.replaceChildren(...alerts);
    this.#alerts.hidden = alerts.length === 0;
  }

  async #renderPanel(): Promise<void> {
    const detail = this.#detail;
    if (detail === null) return;
    const asked = ++this.#asked;
    const name = this.#tabs.selected;
    this.#panel.setAttribute('aria-labelledby', `tab-${name}`);
    // What is there stays until there is something else: an empty pane between two exchanges would flicker.
    const content = await this.#panelOf(name, detail).catch((error: unknown) => [failed(error)]);
    if (asked === this.#asked) this.#panel.replaceChildren(...content);
  }

  async #panelOf(name: TabName, detail: Detail): Promise<HTMLElement[]> {
    switch (name) {
      case 'headers':
        return [headersPane(detail)];
      case 'timing':
        return [timingPane(detail)];
      case 'body':
        return this.#bodyPanel(detail);
      case 'hex': {
        if (detail[this.#side] === null) return [nothing(detail)];
        const bytes = await this.#engine.wire(detail.row.id, this.#side);
        return [
          h('div', { class: 'tools' }, this.#sideChoice(detail), h('span', { class: 'muted' }, `${formatBytes(bytes.length)} on the wire`)),
          hexView(`The ${this.#side} on the wire, in hexadecimal`, bytes),
        ];
      }
      case 'stream': {
        const spoken = await this.#engine.conversation(detail.row.connection);
        return [spoken.length === 0 ? nothingSaid() : conversationPane(spoken, detail.row.id)];
      }
    }
  }

  async #bodyPanel(detail: Detail): Promise<HTMLElement[]> {
    const message = detail[this.#side];
    if (message === null) return [nothing(detail)];
    if (message.body.length === 0) {
      const words = message.body.complete ? `The ${this.#side} has no body.` : `Nothing of the body of this ${this.#side} was captured.`;
      return [h('div', { class: 'tools' }, this.#sideChoice(detail)), h('p', { class: 'pane muted' }, words)];
    }
    const content = await this.#engine.body(detail.row.id, this.#side);
    const views = viewsOf(content);
    const view = this.#view !== null && views.includes(this.#view) ? this.#view : (views[0] as View);
    const chosen = viewChoice(views, view, (other) => {
      this.#view = other;
      void this.#renderPanel();
    });
    return [
      h('div', { class: 'tools' }, this.#sideChoice(detail), chosen, bodyFacts(content, message)),
      content.bytes.length === 0
        ? h('p', { class: 'pane muted' }, 'Nothing of it could be decoded: Hex has it as it was sent.')
        : bodyView(content, view),
    ];
  }

  #sideChoice(detail: Detail): HTMLElement {
    const options = [
      { value: 'request', title: 'Request', isDisabled: detail.request === null },
      { value: 'response', title: 'Response', isDisabled: detail.response === null },
    ] as const;
    return choice('Message', options, this.#side, (side) => {
      this.#side = side;
      void this.#renderPanel();
    });
  }
}

function nothing({ row }: Detail): HTMLElement {
  return h(
    'p',
    { class: 'pane muted' },
    row.encrypted ? 'TLS: encrypted, there is nothing to show.' : 'Nothing of this exchange was captured.',
  );
}

function failed(error: unknown): HTMLElement {
  return h('p', { class: 'pane alert', role: 'alert' }, error instanceof Error ? error.message : String(error));
}
