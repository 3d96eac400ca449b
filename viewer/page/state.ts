// What the page knows: the capture that is open, its rows, which of them are listed, which one is selected. Whoever changes it calls
// changed(); whoever shows it is called before the next frame.

import { isDamaged } from '../shared/damage.js';
import type { Notice, Row, Sort } from '../shared/protocol.js';

/** Where the page stands with a capture. */
export type Phase = 'empty' | 'reading' | 'read' | 'stopped' | 'failed';

/** How many rows there are of a kind that the buttons under the filter name. */
export interface Counts {
  damaged: number;
  encrypted: number;
  noResponse: number;
  /** By the first digit of the status. */
  readonly classes: number[];
}

export class State {
  phase: Phase = 'empty';
  /** Counts the captures. */
  capture = 0;
  /** Of the file. */
  name = '';
  /** Why there is no more, in words: for `failed`. */
  problem = '';
  /** Bytes. */
  read = 0;
  size = 0;
  rows: Row[] = [];
  counts: Counts = noCounts();
  /** Milliseconds since the epoch: of the first row. */
  startedAt = Infinity;
  endedAt = -Infinity;
  readonly connections = new Set<number>();
  filter = '';
  /** Why the filter is not understood, in words. */
  filterProblem = '';
  sort: Sort = { column: 'time', descending: false };
  /** The ids of the rows in the table, in order. */
  listed: number[] = [];
  /** The part of the rows that the filter was held against. */
  searched = 1;
  /** An id. */
  selected: number | null = null;
  isDetailOpen = false;
  /** Whether exports leave out secrets. */
  redact = true;

  readonly #listeners: (() => void)[] = [];
  #scheduled = false;

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }

  /** Another capture is being opened. */
  begin(name: string): void {
    this.capture++;
    Object.assign(this, { phase: 'reading', name, problem: '', read: 0, size: 0, rows: [], counts: noCounts(), listed: [], searched: 0 });
    Object.assign(this, { startedAt: Infinity, endedAt: -Infinity, selected: null, isDetailOpen: false });
    // Every capture begins the safe way, and in the order of its time.
    Object.assign(this, { redact: true, sort: { column: 'time', descending: false } });
    this.connections.clear();
    this.changed();
  }

  take(notice: Notice): void {
    if (notice.capture !== this.capture) return;
    switch (notice.news) {
      case 'rows':
        for (const row of notice.rows) this.#add(row);
        break;
      case 'progress':
        this.read = notice.read;
        this.size = notice.size;
        break;
      case 'listed':
        if (!notice.more) this.listed = [];
        for (const id of notice.ids) this.listed.push(id);
        this.searched = notice.searched;
    }
    this.changed();
  }

  #add(row: Row): void {
    this.rows.push(row);
    this.connections.add(row.connection);
    const { counts } = this;
    if (row.encrypted) counts.encrypted++;
    else if (row.status === null) counts.noResponse++;
    else counts.classes[Math.floor(row.status / 100)] = (counts.classes[Math.floor(row.status / 100)] ?? 0) + 1;
    if (isDamaged(row.flags, row.problem)) counts.damaged++;
    // A record without a time is not the beginning of everything.
    if (row.startedAt <= 0) return;
    this.startedAt = Math.min(this.startedAt, row.startedAt);
    this.endedAt = Math.max(this.endedAt, row.startedAt + row.timings.send + row.timings.wait + row.timings.receive);
  }
}

function noCounts(): Counts {
  return { damaged: 0, encrypted: 0, noResponse: 0, classes: [] };
}
