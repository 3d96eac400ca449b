// Which rows are listed, and in which order: the filter and the sorting, run over the rows that are there and those that are still to come,
// in slices. What it finds is told while it goes.

import { type Matcher, matcherOf } from '../filter/match.js';
import { parseFilter } from '../filter/language.js';
import type { News, Row, Sort } from '../shared/protocol.js';
import { comparing } from './order.js';
import { Slices } from './pause.js';
import type { Store } from './store.js';

/** How often what was found is told; not as often when telling it takes long, as sorting a long list does. */
const TOLD_MS = 80;
const TELLING_SHARE = 0.1;

const NATURAL: Sort = { column: 'time', descending: false };

export class Listing {
  readonly #store: Store;
  readonly #tell: (news: News) => void;
  #matcher: Matcher = matcherOf([]);
  #sort: Sort = NATURAL;
  /** The rows that fit, in their order; and those that were found since that was told. */
  #told: number[] = [];
  #fresh: number[] = [];
  #hasTold = false;
  /** How many rows were looked at. */
  #looked = 0;
  /** Counts the lists: one that is not the last any more ends. */
  #generation = 0;
  #running = false;

  constructor(store: Store, tell: (news: News) => void) {
    this.#store = store;
    this.#tell = tell;
  }

  list(filter: string, sort: Sort): void {
    this.#matcher = matcherOf(parseFilter(filter));
    this.#sort = sort;
    this.restart();
  }

  /** From the first row on, with the same filter. */
  restart(): void {
    this.#generation++;
    this.#told = [];
    this.#fresh = [];
    this.#hasTold = false;
    this.#looked = 0;
    this.#running = false;
    this.more();
  }

  /** There are more rows. */
  more(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run(this.#generation);
  }

  async #run(generation: number): Promise<void> {
    const slices = new Slices();
    const { rows } = this.#store;
    let due = performance.now() + (this.#looked === 0 ? 0 : TOLD_MS);
    while (this.#looked < rows.length) {
      const row = rows[this.#looked] as Row;
      const subject = this.#store.subjectOf(row);
      const fits = this.#matcher.quick(subject) && (this.#matcher.thorough === null || (await this.#matcher.thorough(subject)));
      if (generation !== this.#generation) return;
      this.#looked++;
      if (fits) this.#fresh.push(row.id);
      if (!slices.isOver) continue;
      const started = performance.now();
      if (started > due) {
        this.#tellFound();
        due = started + Math.max(TOLD_MS, (performance.now() - started) / TELLING_SHARE);
      }
      await slices.pause();
      if (generation !== this.#generation) return;
    }
    this.#tellFound();
    this.#running = false;
  }

  #tellFound(): void {
    const { rows } = this.#store;
    const compare = comparing(rows, this.#sort);
    const searched = rows.length === 0 ? 1 : this.#looked / rows.length;
    const fresh = this.#fresh;
    this.#fresh = [];
    // Most often what is new belongs behind what is there.
    let last = this.#told.at(-1);
    const more = this.#hasTold && fresh.every((id) => (last === undefined || compare(last, id) <= 0) && ((last = id), true));
    for (const id of fresh) this.#told.push(id);
    if (!more) this.#told.sort(compare);
    this.#hasTold = true;
    this.#tell({ news: 'listed', ids: Uint32Array.from(more ? fresh : this.#told), more, searched });
  }
}
