// A list of lines of one height, of which only those in view are elements. The table, the hexadecimal view and every text are shown so.

import { h } from '../page/dom.js';
import { type Extent, heightOf, isScaled, lineAt, positionOf } from './scroll.js';

export interface Lines {
  /** How many there are now. */
  count(): number;
  readonly lineHeight: number;
  /** A line without content. */
  make(): HTMLElement;
  /** Gives a line, new or used before, the content of line `index`. */
  fill(element: HTMLElement, index: number): void;
  /** Called before lines are filled: which ones will be. */
  onWindow?(first: number, end: number): void;
}

/** Lines above and below those in view: whoever scrolls sees them at once. */
const MARGIN = 6;
/** Short lists are there as a whole, so that all of their text can be selected and found. */
const WHOLE = 1000;

export class VirtualList {
  readonly scroller: HTMLElement;
  readonly #lines: Lines;
  readonly #canvas: HTMLElement;
  readonly #window: HTMLElement;
  readonly #elements: HTMLElement[] = [];
  #first = 0;
  /** A line that a scaled scroll bar is too coarse to say, and the position that stands for it. */
  #exact: { readonly position: number; readonly line: number } | null = null;

  /** `role` is that of the element around the lines. */
  constructor(scroller: HTMLElement, lines: Lines, role = 'presentation') {
    this.scroller = scroller;
    this.#lines = lines;
    this.#window = h('div', { class: 'window', role });
    this.#canvas = h('div', { class: 'canvas', role: 'presentation' }, this.#window);
    scroller.replaceChildren(this.#canvas);
    scroller.addEventListener('scroll', () => this.refresh(), { passive: true });
    scroller.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
    new ResizeObserver(() => this.refresh()).observe(scroller);
  }

  /** Scrolls as little as is needed to have a line in view. */
  reveal(index: number): void {
    const top = this.#top;
    const visible = this.scroller.clientHeight / this.#lines.lineHeight;
    if (index < top) this.#scrollTo(index);
    else if (index + 1 > top + visible) this.#scrollTo(index + 1 - visible);
  }

  /** How many lines are in view as a whole. */
  get pageSize(): number {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.#lines.lineHeight));
  }

  /** The element of a line, if it is in view. */
  elementOf(index: number): HTMLElement | null {
    return index < this.#first || index >= this.#lines.count() ? null : (this.#elements[index - this.#first] ?? null);
  }

  /** Fills the lines in view anew. */
  refresh(): void {
    const { lineHeight } = this.#lines;
    const extent = this.#extent;
    const { count } = extent;
    this.#canvas.style.height = `${heightOf(extent)}px`;
    const top = this.#top;
    const isWhole = count <= WHOLE && this.#lines.onWindow === undefined;
    this.#first = isWhole ? 0 : Math.max(0, Math.floor(top) - MARGIN);
    const end = isWhole ? count : Math.min(count, Math.ceil(top + extent.viewHeight / lineHeight) + MARGIN);
    this.#lines.onWindow?.(Math.max(0, Math.floor(top)), Math.min(end, Math.ceil(top + extent.viewHeight / lineHeight)));

    const wanted = Math.max(0, end - this.#first);
    while (this.#elements.length > wanted) this.#elements.pop()?.remove();
    while (this.#elements.length < wanted) {
      const element = this.#lines.make();
      this.#elements.push(element);
      this.#window.append(element);
    }
    this.#elements.forEach((element, n) => this.#lines.fill(element, this.#first + n));
    const offset = isScaled(extent) ? this.scroller.scrollTop + (this.#first - top) * lineHeight : this.#first * lineHeight;
    this.#window.style.transform = `translateY(${offset}px)`;
  }

  get #extent(): Extent {
    return { count: this.#lines.count(), lineHeight: this.#lines.lineHeight, viewHeight: this.scroller.clientHeight };
  }

  get #top(): number {
    const { scrollTop } = this.scroller;
    return this.#exact?.position === scrollTop ? this.#exact.line : lineAt(scrollTop, this.#extent);
  }

  #scrollTo(line: number): void {
    const extent = this.#extent;
    this.scroller.scrollTop = positionOf(line, extent);
    // What the browser made of the position is what the next scroll event finds.
    if (isScaled(extent)) this.#exact = { position: this.scroller.scrollTop, line: lineAt(positionOf(line, extent), extent) };
    this.refresh();
  }

  // One turn of the wheel would pass thousands of lines.
  #onWheel(event: WheelEvent): void {
    if (!isScaled(this.#extent) || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = [1 / this.#lines.lineHeight, 1, this.pageSize][event.deltaMode] ?? 1;
    this.#scrollTo(this.#top + event.deltaY * unit);
  }
}
