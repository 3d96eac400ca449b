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
  FIELD_CAPACITY,
  FIELD_COUNT,
  FIELD_SLOTS,
  FOLDED,
  FRAMING,
  FRAMING_OFFSET,
  HOST_COUNT,
  KEEP_ALIVE,
  KIND_REQUEST,
  KIND_TRAILER,
  LENGTH_HIGH,
  LENGTH_LOW,
  LINE_START,
  MEMORY_END,
  METHOD_END,
  NAME_END,
  NAME_START,
  NO_COLON,
  NO_TIMEOUT,
  NUL_CHARACTER,
  OBS_FOLD,
  OPEN_FIELD,
  PARTIAL,
  PHASE,
  QUIRK_ICY,
  QUIRK_INVALID_FIELDS,
  QUIRK_SPACES_IN_STATUS_LINE,
  QUIRK_SPACE_BEFORE_COLON,
  REASON_END,
  REASON_START,
  SLOTS,
  START_LINE,
  STATUS,
  TABLE,
  TARGET_END,
  TARGET_START,
  TOO_MANY_FIELDS,
  UNKNOWN_PROTOCOL,
  VALUE_END,
  VALUE_START,
  VERSION,
} from './layout.generated.js';
import { decodeChunks } from './reference-chunked.js';
import { applyFraming, framingField } from './reference-framing.js';
import { BLANK, COLON, CR, IN_START_LINE, LF, LineReader, SP, SPACE, Stop, TARGET, TOKEN } from './reference-lines.js';

const MAX_EMPTY_LINES = 4;
const IN_FIELDS = 1;
// What OPEN_FIELD says of the field that a fold may still follow: a framing field (1 and up), another, or a line passed over.
const NO_FRAMING = 0;
const PASSED_OVER = -1;

/** The engine in plain TypeScript. `bytes` is its memory: MEMORY_END bytes from the front of a buffer. */
export function referenceEngine(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(MEMORY_END)): Engine {
  const table = new Int32Array(bytes.buffer, TABLE, SLOTS + FIELD_CAPACITY * FIELD_SLOTS);
  return {
    memory: { buffer: bytes.buffer },
    parseHead: (flags, start, end, scanned, maxFields, maxSize) =>
      new Section(bytes, table, flags, start, end, maxFields, maxSize).read(scanned),
    decodeChunks: (flags, start, end) => decodeChunks(bytes, table, flags, start, end),
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
        this.beginLine(next);
      }
      while (!this.#readFieldLine());
      return this.line - this.start;
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      if (stop.code !== PARTIAL) table[ERROR_OFFSET] = stop.at - this.start;
      return stop.code;
    }
  }

  #begin(): void {
    const zeroed = [START_LINE, FIELD_COUNT, FRAMING, LENGTH_LOW, LENGTH_HIGH, FRAMING_OFFSET, HOST_COUNT, LINE_START];
    for (const slot of zeroed) this.table[slot] = 0;
    this.table[KEEP_ALIVE] = NO_TIMEOUT;
    this.table[PHASE] = this.kind === KIND_TRAILER ? IN_FIELDS : IN_START_LINE;
    this.table[OPEN_FIELD] = NO_FRAMING;
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
    this.#closeField();
    if (first === CR || first === LF) {
      this.beginLine(this.lineEnd(line));
      return true;
    }
    const count = this.get(FIELD_COUNT);
    if (count >= this.#maxFields) throw new Stop(TOO_MANY_FIELDS, line);

    const nameEnd = this.skip(TOKEN, line);
    const colon = nameEnd > line ? this.skip(BLANK, nameEnd) : line;
    if (nameEnd === line || this.byte(colon) !== COLON) {
      this.#passOver(nameEnd);
      return false;
    }
    if (colon > nameEnd && (this.flags & QUIRK_SPACE_BEFORE_COLON) === 0) throw new Stop(BLANK_BEFORE_COLON, nameEnd);
    const { from, to, next } = this.restOfLine(colon + 1);
    const words = SLOTS + count * FIELD_SLOTS;
    this.table[words + NAME_START] = line - this.start;
    this.table[words + NAME_END] = nameEnd - this.start;
    this.table[words + VALUE_START] = from - this.start;
    this.table[words + VALUE_END] = to - this.start;
    this.table[FIELD_COUNT] = count + 1;
    // A trailer section frames nothing.
    this.table[OPEN_FIELD] = this.kind === KIND_TRAILER ? NO_FRAMING : framingField(this.latin1(line, nameEnd));
    this.beginLine(next);
    return false;
  }

  /** No fold follows the field read last: if it is a framing field, its value is whole and counts now. */
  #closeField(): void {
    const field = this.get(OPEN_FIELD);
    if (field <= NO_FRAMING) return;
    this.table[OPEN_FIELD] = NO_FRAMING;
    const words = SLOTS + (this.get(FIELD_COUNT) - 1) * FIELD_SLOTS;
    const value = this.latin1(this.start + this.get(words + VALUE_START), this.start + this.get(words + VALUE_END));
    applyFraming(this.table, field, this.get(words + NAME_START), value);
  }

  // obs-fold (RFC 9112 5.2): the value's span is extended over it; a line of blanks adds nothing.
  #readFold(): void {
    const table = this.table;
    const count = this.get(FIELD_COUNT);
    const passedOver = this.get(OPEN_FIELD) === PASSED_OVER;
    if (this.kind === KIND_TRAILER) throw new Stop(OBS_FOLD, this.line);
    if (count === 0 && !passedOver) throw new Stop(BLANK_FIRST, this.line);
    if (this.kind === KIND_REQUEST) throw new Stop(OBS_FOLD, this.line);
    const { from, to, next } = this.restOfLine(this.line);
    if (to > from && !passedOver) {
      const words = SLOTS + (count - 1) * FIELD_SLOTS;
      if (this.get(words + VALUE_START) === this.get(words + VALUE_END)) table[words + VALUE_START] = from - this.start;
      else table[words + NAME_END] = this.get(words + NAME_END) | FOLDED;
      table[words + VALUE_END] = to - this.start;
    }
    this.beginLine(next);
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
    const [name = ''] = this.latin1(line, to).split(':', 1);
    const token = name.slice(0, nameEnd - line);
    const withoutJunk = [...name].filter((character) => this.is(TOKEN, character.charCodeAt(0))).join('');
    if (framingField(token) !== NO_FRAMING || framingField(withoutJunk) !== NO_FRAMING) throw new Stop(BAD_FIELD_NAME, line);
    this.table[OPEN_FIELD] = PASSED_OVER;
    this.beginLine(next);
  }
}
