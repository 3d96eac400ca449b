// The parser's test vectors, read from test/vectors/*.md: a heading, prose that says why, the input in a fenced block, and
// what has to come of it in a second one. An input may have several outcomes, each with its own options: that is how a
// quirk's twins (refused by default, accepted with it) stand side by side.
//
// The input's fence names what it is (response, request, trailer, chunked); an outcome's fence names quirks and limits, as
// in `outcome icy maxSize=100`. Line breaks of the file are not part of an input: \r, \n, \t, \xHH and \\ stand for
// bytes, and \{abc*20} for twenty times abc. An outcome is exactly what describeHead or describeChunks make of it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quirkBits, type Quirks } from '../../src/core/lenient.js';
import * as layout from '../../src/wasm/layout.generated.js';
import {
  bytesOf,
  errorName,
  FIELD_WORDS,
  FOLDED,
  latin1,
  slotOf,
  type ChunksOutcome,
  type HeadOptions,
  type HeadOutcome,
} from './engines.js';

export type VectorKind = 'response' | 'request' | 'trailer' | 'chunked';

export interface Vector {
  readonly title: string;
  readonly kind: VectorKind;
  readonly input: Uint8Array;
  readonly options: HeadOptions;
  readonly expected: string;
}

const KIND_FLAGS: Record<VectorKind, number> = {
  response: layout.KIND_RESPONSE,
  request: layout.KIND_REQUEST,
  trailer: layout.KIND_TRAILER,
  chunked: 0,
};

/** All vectors of test/vectors, in order. */
export function loadVectors(directory = 'test/vectors'): Vector[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.md'));
  return files.sort().flatMap((file) => parseVectors(file, readFileSync(join(directory, file), 'utf8')));
}

export function parseVectors(file: string, markdown: string): Vector[] {
  const vectors: Vector[] = [];
  let heading = '';
  let kind: VectorKind | undefined;
  let input: Uint8Array = new Uint8Array();
  for (const [, title, info = '', text = ''] of markdown.matchAll(/^#+ (.*)$|^```(\w.*)\n([^]*?)^```$/gm)) {
    if (title !== undefined) {
      heading = title;
      kind = undefined;
      continue;
    }
    const [word = '', ...options] = info.split(' ');
    if (word !== 'outcome') {
      if (!Object.hasOwn(KIND_FLAGS, word)) throw new Error(`${file}: "${heading}" has a block that is no input: ${info}`);
      kind = word as VectorKind;
      input = bytesOf(decodeEscapes(text.replaceAll('\n', '')));
    } else {
      if (kind === undefined) throw new Error(`${file}: "${heading}" has an outcome without an input`);
      vectors.push({
        title: `${file}: ${heading}${options.length > 0 ? ` (${options.join(', ')})` : ''}`,
        kind,
        input,
        options: parseOptions(options, KIND_FLAGS[kind]),
        expected: text.trimEnd(),
      });
    }
  }
  return vectors;
}

function parseOptions(words: readonly string[], kindFlags: number): HeadOptions {
  let flags = kindFlags;
  let maxFields = 1000;
  let maxSize: number = layout.HEAD_CAPACITY;
  for (const word of words) {
    const [name = '', number] = word.split('=');
    if (name === 'maxFields') maxFields = Number(number);
    else if (name === 'maxSize') maxSize = Number(number);
    else flags |= quirkBits({ [name]: true } as Quirks);
  }
  return { flags, maxFields, maxSize };
}

export function decodeEscapes(text: string): string {
  const single: Record<string, string> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
  return text.replaceAll(
    /\\(?:\{(.+?)\*(\d+)\}|x([0-9a-f]{2})|(.))/g,
    (escape, repeated?: string, times?: string, hex?: string, name?: string) => {
      if (repeated !== undefined) return decodeEscapes(repeated).repeat(Number(times));
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      const character = single[name as string];
      if (character === undefined) throw new Error(`no such escape: ${escape}`);
      return character;
    },
  );
}

/** Latin-1 text in the notation of the vectors, quoted. */
export function encodeEscapes(text: string): string {
  const names: Record<string, string> = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\\': '\\\\' };
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped
  const escaped = (raw: string): string =>
    raw.replaceAll(/[\x00-\x1f\\\x7f-\xff]/g, (c) => names[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  // A long run of one character is shown by its length.
  return `"${text
    .split(/((.)\2{39,})/s)
    .map((part, n) => (n % 3 === 0 ? escaped(part) : n % 3 === 1 ? `\\{${escaped(part.charAt(0))}*${part.length}}` : ''))
    .join('')}"`;
}

const FACT_NAMES = [
  'HAS_LENGTH',
  'LENGTH_INVALID',
  'LENGTHS_DIFFER',
  'TE_CHUNKED',
  'TE_IDENTITY',
  'TE_INVALID',
  'TE_UNKNOWN',
  'TE_REPEATED',
  'CONNECTION_CLOSE',
  'CONNECTION_KEEP_ALIVE',
  'CONNECTION_UPGRADE',
  'HAS_UPGRADE',
] as const;
const FAULTS = layout.LENGTH_INVALID | layout.LENGTHS_DIFFER | layout.TE_INVALID | layout.TE_UNKNOWN;

/** The outcome of a head or a trailer section, one fact a line; what is zero or absent is left out. */
export function describeHead(outcome: HeadOutcome, input: Uint8Array, flags: number): string {
  if (outcome.code < 0) return `error ${errorName(outcome.code)} at ${outcome.at}`;
  if (outcome.code === layout.PARTIAL) return `partial, line at ${outcome.at}`;
  const slot = (number: number): number => slotOf(outcome, flags, number);
  const text = (from: number, to: number): string => encodeEscapes(latin1(input.subarray(from, to)));
  const start = slot(layout.START_LINE);
  const lines = [`taken ${outcome.code}`];
  if (start !== 0) lines.push(`start line at ${start}`);
  switch (flags & layout.KIND_MASK) {
    case layout.KIND_RESPONSE:
      lines.push(
        `version ${slot(layout.VERSION)} status ${slot(layout.STATUS)} reason ${text(slot(layout.REASON_START), slot(layout.REASON_END))}`,
      );
      break;
    case layout.KIND_REQUEST:
      lines.push(
        `method ${text(start, slot(layout.METHOD_END))} target ${text(slot(layout.TARGET_START), slot(layout.TARGET_END))} version ${slot(layout.VERSION)}`,
      );
  }
  for (let at = 0; at < outcome.fields.length; at += FIELD_WORDS) {
    const [nameStart = 0, nameEnd = 0, valueStart = 0, valueEnd = 0] = outcome.fields.slice(at, at + FIELD_WORDS);
    const folded = (nameEnd & FOLDED) !== 0;
    lines.push(`field ${text(nameStart, nameEnd & ~FOLDED)} ${text(valueStart, valueEnd)}${folded ? ' folded' : ''}`);
  }
  const facts = slot(layout.FRAMING);
  if (facts !== 0) lines.push(`facts ${FACT_NAMES.filter((name) => (facts & layout[name]) !== 0).join(' ')}`);
  if ((facts & layout.HAS_LENGTH) !== 0) lines.push(`length ${slot(layout.LENGTH_HIGH) * 2 ** 32 + (slot(layout.LENGTH_LOW) >>> 0)}`);
  if ((facts & FAULTS) !== 0) lines.push(`fault at ${slot(layout.FRAMING_OFFSET)}`);
  if (slot(layout.KEEP_ALIVE) !== layout.NO_TIMEOUT) lines.push(`timeout ${slot(layout.KEEP_ALIVE)}`);
  if (slot(layout.HOST_COUNT) !== 0) lines.push(`hosts ${slot(layout.HOST_COUNT)}`);
  return lines.join('\n');
}

const PHASE_NAMES = [
  'size',
  'blanks behind the size',
  'extension',
  'quoted string',
  'quoted pair',
  'LF of the size line',
  'data',
  'CR behind the data',
  'LF behind the data',
  'line behind the last chunk',
  'LF of the last line',
];

/** The outcome of a chunked body: its bytes, then how decoding ended. */
export function describeChunks(outcome: ChunksOutcome): string {
  const lines = outcome.body === '' ? [] : [`body ${encodeEscapes(outcome.body)}`];
  const [phase = 0, low = 0, high = 0] = outcome.state;
  const left = (high >>> 0) * 2 ** 32 + (low >>> 0);
  if (outcome.outcome < 0) lines.push(`error ${errorName(outcome.outcome)} at ${outcome.at}`);
  else if (outcome.outcome === layout.CHUNK_DONE) lines.push(`done at ${outcome.at}`);
  else if (outcome.outcome === layout.CHUNK_TRAILER) lines.push(`trailer section at ${outcome.at}`);
  else lines.push(`more: ${PHASE_NAMES[phase]}${phase === layout.CHUNK_DATA ? `, ${left} bytes left` : ''}`);
  return lines.join('\n');
}
