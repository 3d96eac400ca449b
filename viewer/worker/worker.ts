// The worker: one capture, and the services of protocol.ts on it.

import { toCSV, toCurl, toHAR, toNDJSON, toWARC } from '../../src/capture.js';
import type { Answer, Call, Format, News, Notice, Services } from '../shared/protocol.js';
import { contentOf, conversationOf, detailOf, own } from './content.js';
import { blobOf } from './export.js';
import { Listing } from './listing.js';
import { messageOf, Store } from './store.js';

// The types of a page stand in for those of a worker; they differ in this.
const page = self as unknown as { postMessage(message: Answer | Notice, transfer: Transferable[]): void };

function post(message: Answer | Notice, transfer: Transferable[] = []): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have one, workers do not
  page.postMessage(message, transfer);
}

const tell = (news: News): void => post({ ...news, capture: store.capture });
const store = new Store(tell);
const listing = new Listing(store, tell);

const services: Services = {
  open(input, capture) {
    const reading = store.open(input, capture, () => listing.more());
    listing.restart();
    return reading;
  },
  async stop() {
    store.stop();
  },
  async list(filter, sort) {
    listing.list(filter, sort);
  },
  detail: async (id) => detailOf(store, id),
  body: async (id, side) => contentOf(store.exchange(id), side),
  wire: async (id, side) => own(await messageOf(store.exchange(id), side).wire()),
  conversation: (connection) => conversationOf(store, connection),
  exported: (format, ids, redact) => blobOf(FORMATS[format](chosen(ids), { redact })),
  curl: async (id, redact) => toCurl(store.exchange(id), { redact }),
};

const FORMATS: Readonly<Record<Format, typeof toHAR | typeof toNDJSON | typeof toCSV | typeof toWARC>> = {
  har: toHAR,
  ndjson: toNDJSON,
  csv: toCSV,
  warc: toWARC,
};

function* chosen(ids: Uint32Array) {
  for (const id of ids) yield store.exchange(id);
}

self.addEventListener('message', ({ data }: MessageEvent<Call>) => {
  const { call, name, given } = data;
  const serve = services[name] as (...given: readonly unknown[]) => Promise<unknown>;
  // Also what a service throws before it waits is an answer.
  new Promise((resolve) => resolve(serve(...given))).then(
    (value) => post({ call, value }, transferableIn(value)),
    (error: unknown) => post({ call, error: error instanceof Error ? error.message : String(error) }),
  );
});

/** Bytes change hands instead of being copied. */
function transferableIn(value: unknown): Transferable[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  const { bytes } = (value ?? {}) as { bytes?: unknown };
  return ArrayBuffer.isView(bytes) ? [bytes.buffer as ArrayBuffer] : [];
}
