// The export menu: the listed exchanges as a file, the selected one as a command, its bodies as files. Secrets are left out unless
// somebody switches that off.

import type { Format, Side } from '../shared/protocol.js';
import { byId, h } from './dom.js';
import type { Engine } from './engine.js';
import { formatBytes, formatCount } from './format.js';
import { save } from './open.js';
import type { State } from './state.js';

const FORMATS: readonly { readonly format: Format; readonly title: string; readonly hint: string }[] = [
  { format: 'har', title: 'HAR', hint: 'for browsers and HTTP tools' },
  { format: 'warc', title: 'WARC', hint: 'for web archives' },
  { format: 'ndjson', title: 'NDJSON', hint: 'one line of JSON each' },
  { format: 'csv', title: 'CSV', hint: 'for spreadsheets' },
];

/** Extensions of files, by media type, where the subtype is none. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  javascript: 'js',
  plain: 'txt',
  'svg+xml': 'svg',
  'octet-stream': 'bin',
  '': 'bin',
};

export class ExportMenu {
  readonly #state: State;
  readonly #engine: Engine;
  readonly #announce: (text: string) => void;
  readonly #button = byId<HTMLButtonElement>('export');
  readonly #menu = byId('export-menu');

  constructor(state: State, engine: Engine, announce: (text: string) => void) {
    this.#state = state;
    this.#engine = engine;
    this.#announce = announce;
    this.#button.addEventListener('click', () => (this.#menu.hidden ? this.open() : this.close()));
    this.#menu.addEventListener('keydown', (event) => this.#onKey(event));
    addEventListener('pointerdown', ({ target }) => {
      if (!this.#menu.hidden && !(target as HTMLElement).closest('#export-menu, #export')) this.close();
    });
    state.onChange(() => {
      this.#button.disabled = state.listed.length === 0;
    });
  }

  get isOpen(): boolean {
    return !this.#menu.hidden;
  }

  open(): void {
    if (this.#button.disabled) return;
    this.#menu.replaceChildren(...this.#items());
    this.#menu.hidden = false;
    this.#button.setAttribute('aria-expanded', 'true');
    (this.#menu.querySelector('[role^=menuitem]') as HTMLElement).focus();
  }

  close(): void {
    if (this.#menu.contains(document.activeElement)) this.#button.focus();
    this.#menu.hidden = true;
    this.#button.setAttribute('aria-expanded', 'false');
  }

  #items(): HTMLElement[] {
    const { listed, selected, rows } = this.#state;
    const row = selected === null ? undefined : rows[selected];
    const redaction = h(
      'button',
      { type: 'button', role: 'menuitemcheckbox', class: 'switch', tabindex: -1, 'aria-checked': String(this.#state.redact) },
      h('span', {}, 'Leave out secrets'),
      h('small', {}, 'Authorization, Cookie, Set-Cookie, Proxy-Authorization'),
    );
    redaction.addEventListener('click', () => {
      this.#state.redact = !this.#state.redact;
      redaction.setAttribute('aria-checked', String(this.#state.redact));
    });
    const ofOne =
      row === undefined || row.encrypted
        ? []
        : [
            h(
              'div',
              { role: 'group', 'aria-label': 'The selected exchange' },
              h('p', { role: 'presentation' }, 'The selected exchange'),
              ...(row.method === '' ? [] : [this.#item('Copy as cURL', '', () => this.#copyCurl(row.id))]),
              ...(row.method === '' ? [] : [this.#item('Save body of the request', '', () => this.#saveBody(row.id, 'request'))]),
              ...(row.status === null ? [] : [this.#item('Save body of the response', '', () => this.#saveBody(row.id, 'response'))]),
            ),
          ];
    return [
      h(
        'div',
        { role: 'group', 'aria-label': 'The listed exchanges' },
        h('p', { role: 'presentation' }, formatCount(listed.length, 'listed exchange')),
        ...FORMATS.map(({ format, title, hint }) => this.#item(title, hint, () => this.#saveAll(format))),
      ),
      ...ofOne,
      redaction,
    ];
  }

  #item(title: string, hint: string, act: () => Promise<void>): HTMLElement {
    const item = h(
      'button',
      { type: 'button', role: 'menuitem', tabindex: -1 },
      h('span', {}, title),
      hint === '' ? null : h('small', {}, hint),
    );
    item.addEventListener('click', () => {
      this.close();
      act().catch((error: unknown) => this.#announce(`That failed: ${error instanceof Error ? error.message : String(error)}`));
    });
    return item;
  }

  async #saveAll(format: Format): Promise<void> {
    const { listed } = this.#state;
    this.#announce(`Exporting ${formatCount(listed.length, 'exchange')} …`);
    const blob = await this.#engine.exported(format, Uint32Array.from(listed), this.#state.redact);
    const name = `${this.#baseName()}.${format}`;
    save(blob, name);
    this.#announce(`Saved ${name}, ${formatBytes(blob.size)}, ${this.#state.redact ? 'secrets left out' : 'with its secrets'}.`);
  }

  async #copyCurl(id: number): Promise<void> {
    await navigator.clipboard.writeText(await this.#engine.curl(id, this.#state.redact));
    this.#announce(`Copied as a cURL command, ${this.#state.redact ? 'secrets left out' : 'with its secrets'}.`);
  }

  async #saveBody(id: number, side: Side): Promise<void> {
    const { bytes, type } = await this.#engine.body(id, side);
    const name = this.#bodyName(id, type);
    save(new Blob([bytes], { type: 'application/octet-stream' }), name);
    this.#announce(`Saved ${name}, ${formatBytes(bytes.length)}.`);
  }

  /** The last part of the path, made harmless, with an extension. */
  #bodyName(id: number, type: string): string {
    const path = this.#state.rows[id]?.target.split(/[?#]/, 1)[0] ?? '';
    const last = (path.split('/').pop() ?? '').replace(/[^\w.-]+/g, '_').replace(/^\.+/, '');
    if (/\.\w{1,5}$/.test(last)) return last;
    const subtype = type.split('/')[1] ?? '';
    return `${last === '' ? `body-${id}` : last}.${EXTENSIONS[subtype] ?? subtype.replace(/^.*\+|^x-/, '').replace(/\W+/g, '')}`;
  }

  #baseName(): string {
    return this.#state.name.replace(/\.(?:gz|zst)$/i, '').replace(/\.[^.]{1,6}$/, '') || 'capture';
  }

  #onKey(event: KeyboardEvent): void {
    const items = Array.from(this.#menu.querySelectorAll<HTMLElement>('[role^=menuitem]'));
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at + items.length - 1) % items.length, Home: 0, End: items.length - 1 }[
      event.key
    ];
    if (to !== undefined) items[to]?.focus();
    else if (event.key === 'Tab') return this.close();
    else if (event.key !== 'Escape') return;
    else this.close();
    event.preventDefault();
    event.stopPropagation();
  }
}
