// The bar at the top: what is open, the filter, and the buttons under it that put terms into the filter.

import { toggled } from '../filter/language.js';
import { byId, h, say } from './dom.js';
import { formatBytes } from './format.js';
import type { State } from './state.js';

const TYPING_MS = 120;

export class Bar {
  readonly #state: State;
  readonly #onFilter: (filter: string) => void;
  readonly #input = byId<HTMLInputElement>('filter');
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(state: State, onFilter: (filter: string) => void) {
    this.#state = state;
    this.#onFilter = onFilter;
    this.#input.addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => onFilter(this.#input.value), TYPING_MS);
    });
    state.onChange(() => this.#render());
  }

  focusFilter(): void {
    this.#input.focus();
    this.#input.select();
  }

  /** Puts a text into the filter, at once. */
  set(filter: string): void {
    clearTimeout(this.#typing);
    this.#input.value = filter;
    this.#onFilter(filter);
  }

  #render(): void {
    const { name, size, phase, filterProblem } = this.#state;
    document.title = phase === 'empty' ? 'Headlong' : `${name} – Headlong`;
    say(byId('name'), phase === 'empty' ? '' : name);
    byId('name').title = size > 0 ? `${name}, ${formatBytes(size)}` : name;
    say(byId('filter-problem'), filterProblem);
    byId('filter-problem').hidden = filterProblem === '';
    this.#input.setAttribute('aria-invalid', String(filterProblem !== ''));
    this.#renderTerms();
  }

  #renderTerms(): void {
    const { counts, filter } = this.#state;
    const terms = [
      ...counts.classes.map((count, digit) => ({ term: `status:${digit}xx`, title: `${digit}xx`, count, kind: String(digit) })),
      { term: 'is:no-response', title: 'no response', count: counts.noResponse, kind: 'none' },
      { term: 'is:damaged', title: 'damaged', count: counts.damaged, kind: 'damage' },
      { term: 'is:encrypted', title: 'TLS', count: counts.encrypted, kind: 'note' },
    ].filter((term) => term !== undefined && term.count > 0);
    const used = filter.split(/\s+/);
    const nav = byId('terms');
    nav.hidden = terms.length === 0;
    // The buttons are kept, so that the one with the focus keeps it.
    const old = new Map(Array.from(nav.children, (button) => [(button as HTMLElement).dataset['term'], button as HTMLElement]));
    const buttons = terms.map(({ term, title, count, kind }) => {
      const button =
        old.get(term) ??
        h(
          'button',
          { type: 'button', 'data-term': term, 'data-class': kind, title: term, onclick: () => this.set(toggled(this.#input.value, term)) },
          h('span', {}, title),
          h('span', { class: 'count' }),
        );
      button.setAttribute('aria-pressed', String(used.includes(term)));
      say(button.lastElementChild as HTMLElement, count.toLocaleString('en'));
      return button;
    });
    if (buttons.length !== nav.children.length || buttons.some((button, n) => nav.children[n] !== button)) nav.replaceChildren(...buttons);
  }
}
