// What the page and its worker say to each other. Types only. The worker holds the capture: exchanges, bodies, searches, exports. The page
// holds one row for each exchange, and what it shows at the moment.

import type { CapturedRequest, Endpoint, Flag, Timings } from '../../src/capture.js';

/** Name and value of a field line. */
export type Field = readonly [name: string, value: string];

export type Side = 'request' | 'response';

/** What a line of the table shows of an exchange. */
export interface Row {
  /** Counts from 0 in the order of the capture. */
  readonly id: number;
  readonly connection: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly host: string;
  /** Empty when the request was not captured. */
  readonly method: string;
  readonly target: string;
  /** Null when the response was not captured. */
  readonly status: number | null;
  /** The media type of the response in lower case, empty when it names none. */
  readonly type: string;
  /** Bytes of the response's body, as they were captured. */
  readonly size: number;
  readonly timings: Timings;
  /** Of request and response together, each once. */
  readonly flags: readonly Flag[];
  /** What is wrong, in words. */
  readonly problem: string | null;
  readonly encrypted: boolean;
}

export type Column = 'time' | 'method' | 'host' | 'target' | 'status' | 'type' | 'size' | 'wait';

export interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

/** A file of the user, or the one that `headlong view FILE` serves. */
export type Input = Blob | { readonly url: string };

export interface Ending {
  /** How far the capture was read, in bytes of the input. */
  readonly read: number;
  readonly stopped: boolean;
}

export interface MessageDetail {
  readonly startLine: string;
  readonly fields: readonly Field[];
  readonly trailers: readonly Field[] | null;
  readonly framing: CapturedRequest['framing'];
  readonly body: { readonly length: number; readonly complete: boolean; readonly problem: string | null };
  readonly startedAt: number;
  readonly endedAt: number;
  readonly flags: readonly Flag[];
  readonly problem: string | null;
  readonly interim: readonly { readonly startLine: string; readonly fields: readonly Field[]; readonly startedAt: number }[];
}

export interface Detail {
  readonly row: Row;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly link: string;
  readonly request: MessageDetail | null;
  readonly response: MessageDetail | null;
}

/** A body without its content codings. */
export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Why it is not all of it, in words. */
  readonly problem: string | null;
  /** The media type in lower case, empty when there is none. */
  readonly type: string;
  readonly charset: string | null;
  /** The value of Content-Encoding, empty when there is none. */
  readonly coding: string;
  /** Its length with the content codings. */
  readonly codedLength: number;
}

/** One message of a connection, for the conversation as a whole. */
export interface Spoken {
  readonly id: number;
  readonly side: Side;
  readonly startedAt: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the message that were left out here because it is long. */
  readonly omitted: number;
}

export type Format = 'har' | 'ndjson' | 'csv' | 'warc';

/** What the page can ask the worker for; each call is answered once. */
export interface Services {
  /** Reads a capture, in place of the one before; ends with it. Rows come as notices meanwhile, which have the number of the capture. */
  open(input: Input, capture: number): Promise<Ending>;
  /** Ends the reading; what was read stays. */
  stop(): Promise<void>;
  /** Says which rows are to be listed and how; they come as notices. Rejects when the filter is not understood. */
  list(filter: string, sort: Sort): Promise<void>;
  detail(id: number): Promise<Detail>;
  body(id: number, side: Side): Promise<Content>;
  /** The bytes on the wire, head and coded body. */
  wire(id: number, side: Side): Promise<Uint8Array<ArrayBuffer>>;
  conversation(connection: number): Promise<readonly Spoken[]>;
  /** The exchanges in a file format; secrets are taken out where `redact` says so. */
  exported(format: Format, ids: Uint32Array, redact: boolean): Promise<Blob>;
  curl(id: number, redact: boolean): Promise<string>;
}

/** What the worker says without being asked, and of which capture: one that is not open any more may still be spoken of. */
export type Notice = News & { readonly capture: number };

export type News =
  | { readonly news: 'rows'; readonly rows: readonly Row[] }
  | { readonly news: 'progress'; readonly read: number; readonly size: number }
  /** The rows to be listed: all of them, or more of them. `searched` is the part of the rows that was looked at, 1 when it is over. */
  | { readonly news: 'listed'; readonly ids: Uint32Array; readonly more: boolean; readonly searched: number };

export interface Call {
  readonly call: number;
  readonly name: keyof Services;
  readonly given: readonly unknown[];
}

export type Answer = { readonly call: number; readonly value: unknown } | { readonly call: number; readonly error: string };
