// Tabs, as the ARIA practices want them: arrows move between them, Tab leads into the panel.

import { h } from '../page/dom.js';

export interface Tab<Name extends string> {
  readonly name: Name;
  readonly title: string;
}

export class Tabs<Name extends string> {
  readonly element = h('div', { class: 'tabs', role: 'tablist' });
  readonly #tabs: readonly Tab<Name>[];
  readonly #onSelect: (name: Name) => void;
  #selected: Name;

  constructor(label: string, tabs: readonly Tab<Name>[], panel: HTMLElement, onSelect: (name: Name) => void) {
    this.#tabs = tabs;
    this.#onSelect = onSelect;
    this.#selected = (tabs[0] as Tab<Name>).name;
    this.element.setAttribute('aria-label', label);
    for (const { name, title } of tabs) {
      this.element.append(
        h('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': panel.id, onclick: () => this.select(name) }, title),
      );
    }
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.#render();
  }

  get selected(): Name {
    return this.#selected;
  }

  select(name: Name): void {
    this.#selected = name;
    this.#render();
    this.#onSelect(name);
  }

  #render(): void {
    this.#tabs.forEach(({ name }, n) => {
      const tab = this.element.children[n] as HTMLElement;
      tab.setAttribute('aria-selected', String(name === this.#selected));
      tab.tabIndex = name === this.#selected ? 0 : -1;
    });
  }

  #onKey(event: KeyboardEvent): void {
    const count = this.#tabs.length;
    const at = this.#tabs.findIndex(({ name }) => name === this.#selected);
    const to = { ArrowRight: (at + 1) % count, ArrowLeft: (at + count - 1) % count, Home: 0, End: count - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.select((this.#tabs[to] as Tab<Name>).name);
    (this.element.children[to] as HTMLElement).focus();
  }
}
