// The parser in plain TypeScript: the contract of assembly/index.ts, written a second time from RFC 9112 and the protocol
// decisions. It is the oracle that the WebAssembly builds are tested against, and their stand-in where WebAssembly cannot
// be had. Here: what the lines of a head or a trailer section mean; bytes, framing values and chunks have files of their own.
//
// Invariants: what it returns and writes to the table is what the builds return and write, call by call. A finished line
// is read once, and no regular expression runs over bytes that a peer can make long.

import type { Engine } from './module.js';
import {
  BAD_FIELD_NAME,
  BAD_REQUEST_LINE,
  BAD_STATUS_LINE,
  BLANK_BEFORE_COLON,
  BLANK_FIRST,
  ERROR_OFFSET,
  FIELDS_START,
  FIELD_COUNT,
  FRAMING,
  FRAMING_OFFSET,
  HOST_COUNT,
  KEEP_ALIVE,
  KIND_REQUEST,
  KIND_TRAILER,
  LAST_NAME,
  LAST_SIZE,
  LENGTH_HIGH,
  LENGTH_LOW,
  LINE_START,
  MEMORY_END,
  METHOD_END,
  NO_COLON,
  NO_TIMEOUT,
  NUL_CHARACTER,
  OBS_FOLD,
  PARTIAL,
  PHASE,
  QUEUED,
  QUIRK_ICY,
  QUIRK_INVALID_FIELDS,
  QUIRK_SPACES_IN_STATUS_LINE,
  QUIRK_SPACE_BEFORE_COLON,
  REASON_END,
  REASON_START,
  SKIPPING,
  SLOTS,
  SLOT_COUNT,
  START_LINE,
  STATUS,
  TABLE_SIZE,
  TARGET_END,
  TARGET_START,
  TOO_MANY_FIELDS,
  UNKNOWN_PROTOCOL,
  VERSION,
} from './layout.generated.js';
import { decodeChunks } from './reference-chunked.js';
import { applyFraming, framingField } from './reference-framing.js';
import { addRecord, fieldLines, takeLastRecord } from './reference-table.js';
import { BLANK, COLON, CR, IN_START_LINE, LF, LineReader, SP, SPACE, Stop, TARGET, TOKEN } from './reference-lines.js';

const MAX_EMPTY_LINES = 4;
const IN_FIELDS = 1;

/** The engine in plain TypeScript. `bytes` is its memory: MEMORY_END bytes from the front of a buffer. */
export function referenceEngine(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(MEMORY_END)): Engine {
  const table = new Int32Array(bytes.buffer, SLOTS, SLOT_COUNT);
  return {
    memory: { buffer: bytes.buffer },
    parseHead: (flags, start, end, scanned, maxFields, maxSize) =>
      new Section(bytes, table, flags, start, end, maxFields, maxSize).read(scanned),
    decodeChunks: (flags, start, end, direct) => decodeChunks(bytes, table, flags, start, end, direct),
    // Both only save time: without an id a name is cut from the head, without a match the head is read as if it were the first.
    addName: () => 0,
    matchHead: () => 0,
  };
}

/** One call of parseHead. What outlives it is in the table. */
class Section extends LineReader {
  readonly #maxFields: number;

  constructor(bytes: Uint8Array, table: Int32Array, flags: number, start: number, end: number, maxFields: number, maxSize: number) {
    super(bytes, table, flags, start, end, maxSize);
    this.#maxFields = maxFields;
  }

  read(scanned: number): number {
    const table = this.table;
    if (scanned === 0) this.#begin();
    this.beginLine(this.start + this.get(LINE_START));
    try {
      if (this.isStillOpen(scanned)) return PARTIAL;
      if (this.get(PHASE) === IN_START_LINE) {
        this.#skipEmptyLines();
        const next = this.kind === KIND_REQUEST ? this.#readRequestLine() : this.#readStatusLine();
        table[PHASE] = IN_FIELDS;
        table[FIELDS_START] = next - this.start;
        this.beginLine(next);
      }
      while (!this.#readFieldLine());
      this.#applyFraming();
      return this.line - this.start;
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      if (stop.code !== PARTIAL) table[ERROR_OFFSET] = stop.at - this.start;
      return stop.code;
    }
  }

  #begin(): void {
    const zeroed = [START_LINE, FIELDS_START, FIELD_COUNT, TABLE_SIZE, FRAMING, FRAMING_OFFSET, LENGTH_LOW, LENGTH_HIGH, HOST_COUNT];
    for (const slot of [...zeroed, LINE_START, LAST_NAME, LAST_SIZE, SKIPPING, QUEUED]) this.table[slot] = 0;
    this.table[KEEP_ALIVE] = NO_TIMEOUT;
    this.table[PHASE] = this.kind === KIND_TRAILER ? IN_FIELDS : IN_START_LINE;
  }

  // RFC 9112 2.2: empty lines in front of a start line are ignored; CRLFs, and not many.
  #skipEmptyLines(): void {
    let line = this.line;
    const last = Math.min(this.start + 2 * MAX_EMPTY_LINES, this.end);
    while (line + 2 <= last && this.bytes[line] === CR && this.bytes[line + 1] === LF) line += 2;
    this.table[START_LINE] = line - this.start;
    this.beginLine(line);
    if (line + 1 === this.edge && this.bytes[line] === CR) throw this.cut();
  }

  // HTTP-version = "HTTP/" DIGIT "." DIGIT, here with major version 1; every minor version above 0 is read as 1.
  #readVersion(at: number, notHttp: number): number {
    at = this.expect('1.', this.expect('HTTP/', at, notHttp), UNKNOWN_PROTOCOL);
    const minor = this.byte(at) - 0x30;
    if (minor < 0 || minor > 9) throw new Stop(UNKNOWN_PROTOCOL, at);
    this.table[VERSION] = minor === 0 ? 10 : 11;
    if (this.is(TOKEN, this.byte(at + 1))) throw new Stop(UNKNOWN_PROTOCOL, at + 1);
    return at + 1;
  }

  // status-line = HTTP-version SP status-code SP [ reason-phrase ]
  #readStatusLine(): number {
    const line = this.line;
    const table = this.table;
    let at: number;
    if ((this.flags & QUIRK_ICY) !== 0 && this.byte(line) === 0x49) {
      this.byte(line + 2);
      if (this.latin1(line, line + 3) !== 'ICY') throw new Stop(BAD_STATUS_LINE, line);
      table[VERSION] = 10;
      at = line + 3;
    } else {
      at = this.#readVersion(line, BAD_STATUS_LINE);
    }
    at = this.expect(' ', at, BAD_STATUS_LINE);
    if ((this.flags & QUIRK_SPACES_IN_STATUS_LINE) !== 0) at = this.skip(SPACE, at);
    let status = 0;
    for (let n = 0; n < 3; n++, at++) {
      const digit = this.byte(at) - 0x30;
      if (digit < (n === 0 ? 1 : 0) || digit > 9) throw new Stop(BAD_STATUS_LINE, at);
      status = status * 10 + digit;
    }
    table[STATUS] = status;
    const separator = this.byte(at);
    if (separator !== SP && separator !== CR && separator !== LF) throw new Stop(BAD_STATUS_LINE, at);
    const { from, to, next } = this.restOfLine(at);
    table[REASON_START] = from - this.start;
    table[REASON_END] = to - this.start;
    return next;
  }

  // request-line = method SP request-target SP HTTP-version
  #readRequestLine(): number {
    const methodEnd = this.#readPart(TOKEN, this.line);
    const targetEnd = this.#readPart(TARGET, methodEnd + 1);
    this.table[METHOD_END] = methodEnd - this.start;
    this.table[TARGET_START] = methodEnd + 1 - this.start;
    this.table[TARGET_END] = targetEnd - this.start;
    const at = this.#readVersion(targetEnd + 1, BAD_REQUEST_LINE);
    if (this.byte(at) !== CR && this.byte(at) !== LF) throw new Stop(BAD_REQUEST_LINE, at);
    return this.lineEnd(at);
  }

  /** The end of a part of the request line: one byte of `set` or more, then SP. */
  #readPart(set: number, at: number): number {
    const end = this.skip(set, at);
    if (this.byte(end) !== SP || end === at) throw new Stop(BAD_REQUEST_LINE, end);
    return end;
  }

  /** Reads one line of the section; says whether it was the empty line that ends it. */
  #readFieldLine(): boolean {
    const line = this.line;
    const first = this.byte(line);
    if (this.is(BLANK, first)) {
      this.#readFold();
      return false;
    }
    if (first === CR || first === LF) {
      this.beginLine(this.lineEnd(line));
      return true;
    }
    if (this.get(FIELD_COUNT) >= this.#maxFields) throw new Stop(TOO_MANY_FIELDS, line);

    const nameEnd = this.skip(TOKEN, line);
    const colon = nameEnd > line ? this.skip(BLANK, nameEnd) : line;
    if (nameEnd === line || this.byte(colon) !== COLON) {
      this.#passOver(nameEnd);
      return false;
    }
    if (colon > nameEnd && (this.flags & QUIRK_SPACE_BEFORE_COLON) === 0) throw new Stop(BLANK_BEFORE_COLON, nameEnd);
    const { from, to, next } = this.restOfLine(colon + 1);
    this.#add(line, nameEnd, from, to, false, next);
    this.table[SKIPPING] = 0;
    this.beginLine(next);
    return false;
  }

  /** Writes the record of a field line; its parts are addresses. */
  #add(name: number, nameEnd: number, value: number, valueEnd: number, folded: boolean, next: number): void {
    const { bytes, table, start } = this;
    addRecord(bytes, table, start, {
      name: name - start,
      nameEnd: nameEnd - start,
      value: value - start,
      valueEnd: valueEnd - start,
      folded,
      next: next - start,
    });
  }

  /** What the framing fields say; in a trailer section nothing (RFC 9110 6.5.1). */
  #applyFraming(): void {
    if (this.kind === KIND_TRAILER) return;
    const { bytes, table, start } = this;
    for (const { name, nameEnd, value, valueEnd } of fieldLines(bytes, table, start)) {
      const field = framingField(this.latin1(start + name, start + nameEnd));
      if (field !== 0) applyFraming(table, field, name, this.latin1(start + value, start + valueEnd));
    }
  }

  // obs-fold (RFC 9112 5.2): the value's span is extended over it; a line of blanks adds nothing.
  #readFold(): void {
    const { table, start } = this;
    if (this.kind === KIND_TRAILER) throw new Stop(OBS_FOLD, this.line);
    if (this.get(FIELD_COUNT) === 0 && this.get(SKIPPING) === 0) throw new Stop(BLANK_FIRST, this.line);
    if (this.kind === KIND_REQUEST) throw new Stop(OBS_FOLD, this.line);
    const { from, to, next } = this.restOfLine(this.line);
    if (this.get(SKIPPING) !== 0 || to === from) {
      this.#dropTo(next);
    } else {
      const last = takeLastRecord(this.bytes, table, start);
      const isEmpty = last.value === last.valueEnd;
      this.#add(start + last.name, start + last.nameEnd, isEmpty ? from : start + last.value, to, last.folded || !isEmpty, next);
    }
    this.beginLine(next);
  }

  /** The line up to `next` belongs to no field. */
  #dropTo(next: number): void {
    const { bytes, table, start } = this;
    if (this.get(FIELD_COUNT) === 0) table[FIELDS_START] = next - start;
    else addRecord(bytes, table, start, { ...takeLastRecord(bytes, table, start), next: next - start });
  }

  /** A line that is no field, the first byte that cannot be in a name at `nameEnd`: an error, unless the quirk drops it. */
  #passOver(nameEnd: number): void {
    const line = this.line;
    const offender = this.byte(nameEnd);
    if ((this.flags & QUIRK_INVALID_FIELDS) === 0) {
      if (offender === CR || offender === LF) {
        this.lineEnd(nameEnd);
        throw new Stop(NO_COLON, nameEnd);
      }
      throw new Stop(offender === 0 ? NUL_CHARACTER : BAD_FIELD_NAME, nameEnd);
    }
    const { to, next } = this.restOfLine(line);
    // What may have been meant as a framing field must not be lost: a peer may have read it as one.
    const name = this.latin1(line, to).split(':', 1)[0] as string;
    const token = name.slice(0, nameEnd - line);
    const withoutJunk = [...name].filter((character) => this.is(TOKEN, character.charCodeAt(0))).join('');
    if (framingField(token) !== 0 || framingField(withoutJunk) !== 0) throw new Stop(BAD_FIELD_NAME, line);
    this.#dropTo(next);
    this.table[SKIPPING] = 1;
    this.beginLine(next);
  }
}
