// The capture that is open: its exchanges and their rows, and the reading that fetches them. One capture at a time.

import { type Exchange, readCapture } from '../../src/capture.js';
import type { Subject } from '../filter/match.js';
import type { Ending, Input, News, Row, Side } from '../shared/protocol.js';
import { textOf } from '../shared/text.js';
import { inputOf } from './input.js';
import { Slices } from './pause.js';
import { rowOf } from './row.js';

/** How often rows are told, once there are some: each time the page has to draw anew, which takes from the reading. */
const TOLD_MS = 200;

export class Store {
  /** The number of the capture that is open. */
  capture = 0;
  readonly rows: Row[] = [];
  readonly #exchanges: Exchange[] = [];
  readonly #tell: (news: News) => void;
  /** The reading that goes on, if any. */
  #reading: AbortController | null = null;

  constructor(tell: (news: News) => void) {
    this.#tell = tell;
  }

  exchange(id: number): Exchange {
    const exchange = this.#exchanges[id];
    if (exchange === undefined) throw new Error('that exchange belongs to a capture that is not open any more');
    return exchange;
  }

  /** The exchanges of one connection, in order. */
  of(connection: number): { readonly id: number; readonly exchange: Exchange }[] {
    return this.rows.filter((row) => row.connection === connection).map(({ id }) => ({ id, exchange: this.exchange(id) }));
  }

  stop(): void {
    this.#reading?.abort();
  }

  /** Reads a capture in place of the one before. `onRows` is called when there are more. */
  async open(input: Input, capture: number, onRows: () => void): Promise<Ending> {
    this.stop();
    const reading = new AbortController();
    this.#reading = reading;
    this.capture = capture;
    this.rows.length = 0;
    this.#exchanges.length = 0;
    let read = 0;
    let told = 0;
    let due = 0;
    let size = 0;
    const tell = (): void => {
      if (this.rows.length > told) {
        this.#tell({ news: 'rows', rows: this.rows.slice(told) });
        told = this.rows.length;
        onRows();
      }
      this.#tell({ news: 'progress', read, size });
      due = performance.now() + TOLD_MS;
    };

    try {
      const blob = await inputOf(input);
      size = blob.size;
      const slices = new Slices();
      const onProgress = (bytes: number): void => {
        read = bytes;
        if (performance.now() > due && this.#reading === reading) tell();
      };
      for await (const exchange of readCapture(blob, { signal: reading.signal, onProgress })) {
        if (reading.signal.aborted) break;
        this.rows.push(rowOf(exchange, this.rows.length));
        this.#exchanges.push(exchange);
        if (!slices.isOver) continue;
        if (performance.now() > due) tell();
        await slices.pause();
      }
    } catch (error) {
      if (!reading.signal.aborted) throw error;
    } finally {
      if (this.#reading === reading) {
        this.#reading = null;
        tell();
      }
    }
    return { read, stopped: reading.signal.aborted };
  }

  subjectOf(row: Row): Subject {
    const exchange = this.exchange(row.id);
    return {
      row,
      fields: () =>
        sides(exchange)
          .map(({ headers, trailers }) => headers.as_string() + (trailers?.as_string() ?? ''))
          .join('')
          .toLowerCase(),
      bodies: async function* () {
        for (const message of sides(exchange)) {
          if (message.body.length > 0) yield textOf(await message.body.decoded(), message.headers.get_content_charset()).toLowerCase();
        }
      },
    };
  }
}

function sides({ request, response }: Exchange) {
  return [request, response].filter((message) => message !== null);
}

export function messageOf(exchange: Exchange, side: Side) {
  const message = exchange[side];
  if (message === null) throw new Error(`the ${side} was not captured`);
  return message;
}
