// Heads that resemble one before them. Servers repeat themselves: the same lines in the same order, and only a date, a length, a tag
// differ. A head whose shape has come before is kept as a template in the tokeniser's memory; a later one that matches it is not
// tokenised, and the strings of its equal lines are the template's. Whether a head matches is for assembly/template.ts to say.
//
// Invariant: a template in use is never changed. Its place in memory may be taken for another one; then it matches no more, and
// what was made of it stays as it is.

import type { Tokeniser } from '../wasm/tokeniser.js';
import {
  CHANGE_COUNT,
  CHANGES,
  CHANGES_END,
  CONTENT_LENGTH_FIELD,
  FRAMING,
  KEEP_ALIVE_FIELD,
  LENGTH_INVALID,
  LENGTHS_DIFFER,
  LINE_FIELD,
  LINE_FIXED,
  LINE_SIZE,
  LINE_VALUE,
  LINE_VALUE_END,
  ORDINARY_NAME_LENGTH,
  ORDINARY_SIZE,
  ORDINARY_VALUE_LENGTH,
  SHAPE,
  START_LINE,
  TEMPLATE_BYTES,
  TEMPLATE_FACT_COUNT,
  TEMPLATE_FACTS,
  TEMPLATE_LINES,
  TEMPLATE_MAX_BYTES,
  TEMPLATE_MAX_LINES,
  TEMPLATE_SIZE,
  TEMPLATE_STEP,
  TEMPLATES,
  TE_INVALID,
  TE_UNKNOWN,
} from '../wasm/layout.generated.js';
import type { SectionKind } from './section.js';
import { lowerCase, type FieldSource, type Lines } from './lines.js';

const FAULTS = LENGTH_INVALID | LENGTHS_DIFFER | TE_INVALID | TE_UNKNOWN;

/** Heads in a row that match neither template of a reader, before it gives both up. */
const MOST_MISSES = 4;

/** A head, and what was made of it so far. */
export class Template<H> {
  /** Which of the places in linear memory it has, or -1. */
  place = -1;
  /** Whether it is new, or a head has matched, since its place was last asked for. */
  used = true;
  /** Kind and quirks of those who read it: what they take is a head for them alone. */
  readonly flags: number;
  readonly shape: number;
  readonly lines: Lines;
  /** The head itself: what its start line says is true of those that match. */
  readonly head: H;
  /** The slots up to START_LINE, which say where the parts of the start line are. */
  readonly startLine: Int32Array;
  private decoded: string[] | null = null;
  private byName: Map<string, number[]> | null = null;

  constructor(flags: number, shape: number, lines: Lines, head: H, startLine: Int32Array) {
    this.flags = flags;
    this.shape = shape;
    this.lines = lines;
    this.head = head;
    this.startLine = startLine;
  }

  /** Names and values in turn. */
  get fields(): string[] {
    return (this.decoded ??= this.lines.flat());
  }

  /** The numbers of the field lines with this name, in any letter case. */
  linesOf(name: string): readonly number[] | undefined {
    const lines = (this.byName ??= linesByName(this.fields));
    // Most who ask do it in lower case.
    return lines.get(name) ?? lines.get(lowerCase(name));
  }
}

function linesByName(fields: readonly string[]): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  for (let n = 0; n < fields.length; n += 2) {
    const lower = (fields[n] as string).toLowerCase();
    const numbers = lines.get(lower);
    if (numbers === undefined) lines.set(lower, [n / 2]);
    else numbers.push(n / 2);
  }
  return lines;
}

/** The field lines of a head that matched: the template's, but for some values. */
export class Match implements FieldSource {
  readonly template: Template<unknown>;
  readonly count: number;
  /** In front the changed lines, the last one first: length of the value and number of the line; then the values. */
  private readonly changes: string;
  /** How many lines that are. */
  private readonly changed: number;

  constructor(template: Template<unknown>, tokeniser: Tokeniser) {
    this.template = template;
    this.count = template.lines.count;
    this.changed = tokeniser.slot(CHANGE_COUNT);
    this.changes = this.changed === 0 ? '' : tokeniser.latin1(CHANGES - 2 * this.changed, tokeniser.slot(CHANGES_END));
  }

  flat(): string[] {
    const fields = this.template.fields.slice();
    const changes = this.changes;
    let at = 2 * this.changed;
    for (let n = at - 1; n > 0; n -= 2) {
      const end = at + changes.charCodeAt(n - 1);
      fields[2 * changes.charCodeAt(n) + 1] = changes.slice(at, end);
      at = end;
    }
    return fields;
  }

  /** The head as it came: the template's bytes but for the changed values. */
  wireText(): string {
    const { lines } = this.template;
    const fields = this.flat();
    let text = lines.text.slice(lines.base, lines.first);
    for (let n = 0; n < fields.length; n += 2) text += `${fields[n]}: ${fields[n + 1]}\r\n`;
    return `${text}\r\n`;
  }

  value(name: string, skip: number): string | null {
    const lines = this.template.linesOf(name);
    const line = lines === undefined ? undefined : lines[skip];
    return line === undefined ? null : this.valueOf(line);
  }

  private valueOf(line: number): string {
    const changes = this.changes;
    let at = 2 * this.changed;
    for (let n = at - 1; n > 0; n -= 2) {
      const end = at + changes.charCodeAt(n - 1);
      if (changes.charCodeAt(n) === line) return changes.slice(at, end);
      at = end;
    }
    return this.template.fields[2 * line + 1] as string;
  }
}

/** The templates that one reader tries, the one that matched last first. */
export class Templates<H> {
  /** Bytes of the head that matched last. */
  size = 0;
  private readonly tokeniser: Tokeniser;
  private readonly flags: number;
  private first: Template<H> | null = null;
  private second: Template<H> | null = null;
  private missed = 0;
  // The shapes of the heads read last.
  private lastShape = 0;
  private shapeBefore = 0;

  /** `flags` are the kind of the heads and the quirks; templates with others are not shared with. */
  constructor(tokeniser: Tokeniser, flags: number) {
    this.tokeniser = tokeniser;
    this.flags = flags;
  }

  /** Whether there is none to try. */
  get empty(): boolean {
    return this.first === null;
  }

  /** The template that the head at `start` matches, or null; `size` then has its bytes. */
  match(start: number, end: number, { maxFields, maxSize }: SectionKind): Template<H> | null {
    let found = this.first;
    if (found === null) return null;
    if (!this.matches(found, start, end)) {
      found = this.second;
      if (found === null || !this.matches(found, start, end)) {
        if (++this.missed > MOST_MISSES) this.drop();
        return null;
      }
      this.second = this.first;
      this.first = found;
    }
    this.missed = 0;
    return found.lines.count <= maxFields && this.size <= maxSize ? found : null;
  }

  private matches(template: Template<H>, start: number, end: number): boolean {
    if (template.place < 0) return false;
    this.size = this.tokeniser.matchHead(TEMPLATES + template.place * TEMPLATE_STEP, start, end);
    template.used ||= this.size > 0;
    return this.size > 0;
  }

  /** A head has been tokenised, `size` bytes at `start`: one of a shape that came shortly before becomes a template. */
  consider(start: number, size: number, lines: Lines, head: H): void {
    // Lines that are all ordinary; their names, and the length of the start line: where these differ, nothing matches.
    if (lines.base !== lines.count * ORDINARY_SIZE || lines.count === 0) return;
    const shape = this.tokeniser.slot(SHAPE) ^ Math.imul(lines.first, 0x9e3779b1);
    const last = this.lastShape;
    if (shape === last || shape === this.shapeBefore) this.adopt(shape, start, size, lines, head);
    if (shape === last) return;
    this.shapeBefore = last;
    this.lastShape = shape;
  }

  private adopt(shape: number, start: number, size: number, lines: Lines, head: H): void {
    const tokeniser = this.tokeniser;
    if (size > TEMPLATE_MAX_BYTES || lines.count > TEMPLATE_MAX_LINES || tokeniser.slot(START_LINE) !== 0) return;
    if ((tokeniser.slot(FRAMING) & FAULTS) !== 0) return;
    const known = (tokeniser.templates as (Template<H> | null)[]).find(
      (other): other is Template<H> => other !== null && other.shape === shape && other.flags === this.flags,
    );
    // One that another reader made will do, unless it is one that has just failed.
    let template = known;
    if (known === undefined || known === this.first || known === this.second) {
      const place = known === undefined ? freePlace(tokeniser) : known.place;
      if (place < 0) return;
      template = new Template(this.flags, shape, lines, head, tokeniser.table.slice(0, START_LINE + 1));
      put(tokeniser, template, place, start, size);
    }
    if (this.first !== known) this.second = this.first;
    this.first = template as Template<H>;
    this.missed = 0;
  }

  /** What was kept for this reader is given up. */
  drop(): void {
    this.first = this.second = null;
  }
}

/** A place that nobody has or uses, or -1. Every template gets a second chance. */
function freePlace(tokeniser: Tokeniser): number {
  const templates = tokeniser.templates as readonly (Template<unknown> | null)[];
  let found = templates.indexOf(null);
  for (let place = 0; place < templates.length && found < 0; place++) {
    const template = templates[place] as Template<unknown>;
    if (!template.used) found = place;
    template.used = false;
  }
  return found;
}

function put(tokeniser: Tokeniser, template: Template<unknown>, place: number, start: number, size: number): void {
  const old = tokeniser.templates[place] as Template<unknown> | null;
  if (old !== null) old.place = -1;
  tokeniser.templates[place] = template;
  template.place = place;

  const { bytes, table } = tokeniser;
  const to = TEMPLATES + place * TEMPLATE_STEP;
  const view = new DataView(bytes.buffer, to, TEMPLATE_STEP);
  view.setUint16(TEMPLATE_SIZE, size, true);
  for (let n = 0; n < TEMPLATE_FACT_COUNT; n++) view.setInt32(TEMPLATE_FACTS + 4 * n, table[FRAMING + n] as number, true);
  bytes.copyWithin(to + TEMPLATE_BYTES, start, start + size);
  const { text, base, count } = template.lines;
  let value = template.lines.first - base;
  for (let n = 0; n < count; n++) {
    const record = base - ORDINARY_SIZE * (n + 1);
    value += text.charCodeAt(record + ORDINARY_NAME_LENGTH) + 2;
    const line = TEMPLATE_LINES + LINE_SIZE * n;
    const valueEnd = value + text.charCodeAt(record + ORDINARY_VALUE_LENGTH);
    view.setUint16(line + LINE_VALUE, value, true);
    view.setUint16(line + LINE_VALUE_END, valueEnd, true);
    view.setUint8(line + LINE_FIELD, fieldOf(template.fields, n));
    value = valueEnd + 2;
  }
  view.setUint16(TEMPLATE_LINES + LINE_SIZE * count + LINE_VALUE, 0xffff, true);
  view.setUint16(TEMPLATE_LINES + LINE_SIZE * count + LINE_VALUE_END, 0xffff, true);
}

// Framing fields whose facts follow from their own value alone, if they stand once. One that says what another line says too, or
// that decides the coding, is not taken with another value.
const CHANGEABLE: Partial<Record<string, number>> = { 'content-length': CONTENT_LENGTH_FIELD, 'keep-alive': KEEP_ALIVE_FIELD };

function fieldOf(fields: readonly string[], line: number): number {
  const name = (fields[2 * line] as string).toLowerCase();
  if (name === 'transfer-encoding' || name === 'connection') return LINE_FIXED;
  const field = CHANGEABLE[name];
  if (field === undefined) return 0;
  const repeated = fields.some((other, n) => n % 2 === 0 && n !== 2 * line && other.toLowerCase() === name);
  return repeated ? LINE_FIXED : field;
}
