// The bodies of responses as files, with names that are safe on every system: what a server says of names is anybody's.

import type { CapturedResponse, Exchange } from '../exchange.js';
import { urlOf } from '../url.js';
import { decodedBody } from './text.js';

export interface ExportedFile {
  /** Unlike those of all files before it, in any letter case. */
  readonly name: string;
  /** Content codings taken off, as far as that went. */
  readonly bytes: Uint8Array;
  /** The media type. */
  readonly type: string;
  readonly problem: string | null;
}

/** In characters, of four bytes at most; file systems take 255 bytes. */
const LONGEST_NAME = 60;
const LONGEST_EXTENSION = 12;
/** Names that Windows gives to devices. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'text/plain': 'txt',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/javascript': 'js',
  'application/javascript': 'js',
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/wasm': 'wasm',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'image/avif': 'avif',
  'font/woff2': 'woff2',
};

export async function* toFiles(exchanges: Iterable<Exchange> | AsyncIterable<Exchange>): AsyncGenerator<ExportedFile> {
  const names = new FileNames();
  for await (const exchange of exchanges) {
    const { response } = exchange;
    if (response === null || response.body.length === 0) continue;
    const { bytes, problem } = await decodedBody(response.body);
    yield { name: names.next(fileName(exchange)), bytes, type: typeOf(response), problem };
  }
}

/** Names that were not given before. */
export class FileNames {
  private readonly taken = new Map<string, number>();

  next(wanted: string): string {
    const [, stem = '', extension = ''] = /^(.+?)(\.[^.]*)?$/.exec(wanted) ?? [];
    for (;;) {
      const key = wanted.toLowerCase();
      const count = (this.taken.get(key) ?? 0) + 1;
      this.taken.set(key, count);
      const name = count === 1 ? wanted : `${stem}-${count}${extension}`;
      if (count === 1) return name;
      if (this.taken.has(name.toLowerCase())) continue;
      this.taken.set(name.toLowerCase(), 1);
      return name;
    }
  }
}

/** A name for the body of the response: what it calls itself, or what its URL ends with. */
export function fileName(exchange: Exchange): string {
  const { response } = exchange;
  const url = urlOf(exchange);
  const [, path = ''] = /^[^?#]*?:\/\/[^/?#]*([^?#]*)/.exec(url) ?? [];
  const wanted = response?.headers.get_filename() ?? decoded(path.split('/').filter(Boolean).at(-1) ?? 'index');
  const name = safeName(wanted);
  const extension = response === null ? undefined : EXTENSIONS[typeOf(response)];
  return extension === undefined || /\.[A-Za-z0-9]{1,5}$/.test(name) ? name : `${name}.${extension}`;
}

function typeOf(response: CapturedResponse): string {
  return response.headers.has('content-type') ? response.headers.get_content_type() : 'application/octet-stream';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Letters, digits and little else; no folder, no hidden file, no device, not too long. */
export function safeName(wanted: string): string {
  const last = wanted.split(/[\\/]/).at(-1) as string;
  const plain = last
    .replace(/[^\p{L}\p{N}._ ()-]+/gu, '_')
    .replace(/^[. _-]+|[. ]+$/g, '')
    .trim();
  const dot = plain.lastIndexOf('.');
  const extension = dot > 0 && plain.length - dot <= LONGEST_EXTENSION ? plain.slice(dot) : '';
  // By characters, so that none is cut in two.
  const stem = Array.from(plain.slice(0, plain.length - extension.length))
    .slice(0, LONGEST_NAME - extension.length)
    .join('');
  const name = stem + extension;
  if (name === '') return 'body';
  return DEVICE.test(name) ? `_${name}` : name;
}
