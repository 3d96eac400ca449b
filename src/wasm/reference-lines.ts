// The bytes of a section for the reference engine: the sets of bytes that RFC 9110 and 9112 name, and reading within
// one line, which ends at its line end, at a limit, or where the bytes that have come end. What a line means is for
// reference.ts; here is only how far it reaches and why reading has to stop.

import {
  BAD_CHARACTER,
  BARE_CR,
  BARE_LF,
  FIELD_LINE_TOO_LONG,
  KIND_MASK,
  KIND_TRAILER,
  LINE_START,
  MAX_LINE,
  NUL_CHARACTER,
  PARTIAL,
  PHASE,
  QUIRK_CONTROL_CHARACTERS,
  QUIRK_LF_IN_CHUNKS,
  SECTION_TOO_LARGE,
  START_LINE_TOO_LONG,
} from './layout.generated.js';

export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;

// Sets of bytes, as bits of BYTE_SETS.
export const TOKEN = 1; // tchar, RFC 9110 5.6.2
export const BLANK = 2; // OWS, RFC 9110 5.6.3
export const TEXT = 4; // field-vchar and blanks, RFC 9110 5.5
export const ANY_TEXT = 8; // what QUIRK_CONTROL_CHARACTERS makes of TEXT
export const TARGET = 16; // no blank, no control
export const SPACE = 32;

const BYTE_SETS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const control = byte < 0x20 || byte === 0x7f;
  const blank = character === ' ' || character === '\t';
  return (
    (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(character) ? TOKEN : 0) |
    (blank ? BLANK : 0) |
    (!control || blank ? TEXT : 0) |
    (byte !== 0 && byte !== CR && byte !== LF ? ANY_TEXT : 0) |
    (!control && !blank ? TARGET : 0) |
    (byte === SP ? SPACE : 0)
  );
});

/** An unfinished line up to this long is read again at every call: a fault in it is known at once. */
const SHORT_LINE = 64;

/** What PHASE says while the start line is being read. */
export const IN_START_LINE = 0;

/** Why reading stopped before the end of the section: the bytes ended (PARTIAL), or a rule is broken at address `at`. */
export class Stop {
  readonly code: number;
  readonly at: number;

  constructor(code: number, at: number) {
    this.code = code;
    this.at = at;
  }
}

/** A section that is read line by line. */
export class LineReader {
  protected readonly bytes: Uint8Array;
  protected readonly table: Int32Array;
  protected readonly kind: number;
  protected readonly flags: number;
  protected readonly start: number;
  /** Where the bytes end, or the section limit if that comes first. */
  protected readonly end: number;
  protected readonly sectionLimit: number;
  /** The line being read, and where reading it has to stop for want of bytes or by a limit. */
  protected line = 0;
  protected edge = 0;

  constructor(bytes: Uint8Array, table: Int32Array, flags: number, start: number, end: number, maxSize: number) {
    this.bytes = bytes;
    this.table = table;
    this.kind = flags & KIND_MASK;
    this.flags = flags;
    this.start = start;
    this.sectionLimit = start + maxSize;
    this.end = Math.min(end, this.sectionLimit);
  }

  protected get(slot: number): number {
    return this.table[slot] as number;
  }

  protected beginLine(line: number): void {
    this.line = line;
    this.edge = Math.min(line + MAX_LINE, this.end);
    this.table[LINE_START] = line - this.start;
  }

  /** Whether a long line, read before as far as `scanned`, still has neither come to its end nor met a limit. */
  protected isStillOpen(scanned: number): boolean {
    if (scanned <= this.line + SHORT_LINE || this.edge === this.line + MAX_LINE || this.edge === this.sectionLimit) return false;
    for (let at = scanned; at < this.edge; at++) if (this.bytes[at] === LF) return false;
    return true;
  }

  /** What it means that the line goes on at the edge. */
  protected cut(): Stop {
    const lineTooLong = this.get(PHASE) === IN_START_LINE ? START_LINE_TOO_LONG : FIELD_LINE_TOO_LONG;
    if (this.edge === this.line + MAX_LINE) return new Stop(lineTooLong, this.edge);
    return new Stop(this.edge === this.sectionLimit ? SECTION_TOO_LARGE : PARTIAL, this.edge);
  }

  protected byte(at: number): number {
    if (at >= this.edge) throw this.cut();
    return this.bytes[at] as number;
  }

  protected is(set: number, byte: number): boolean {
    return ((BYTE_SETS[byte] as number) & set) !== 0;
  }

  /** Behind the bytes of `set` that begin at `at`. */
  protected skip(set: number, at: number): number {
    while (at < this.edge && this.is(set, this.bytes[at] as number)) at++;
    return at;
  }

  protected latin1(from: number, to: number): string {
    const pieces: string[] = [];
    for (let at = from; at < to; at += 4096) pieces.push(String.fromCharCode(...this.bytes.subarray(at, Math.min(at + 4096, to))));
    return pieces.join('');
  }

  /** Behind the line end that has to stand at `at`. A bare LF is none in a trailer section, which is chunk framing. */
  protected lineEnd(at: number): number {
    const byte = this.byte(at);
    if (byte === CR) {
      if (this.byte(at + 1) !== LF) throw new Stop(BARE_CR, at);
      return at + 2;
    }
    if (byte !== LF) throw new Stop(byte === 0 ? NUL_CHARACTER : BAD_CHARACTER, at);
    if (this.kind === KIND_TRAILER && (this.flags & QUIRK_LF_IN_CHUNKS) === 0) throw new Stop(BARE_LF, at);
    return at + 1;
  }

  /** The text from `at` to the end of the line, without the blanks around it, and where the next line begins. */
  protected restOfLine(at: number): { from: number; to: number; next: number } {
    const from = this.skip(BLANK, at);
    let to = this.skip((this.flags & QUIRK_CONTROL_CHARACTERS) === 0 ? TEXT : ANY_TEXT, from);
    const next = this.lineEnd(to);
    while (to > from && this.is(BLANK, this.bytes[to - 1] as number)) to--;
    return { from, to, next };
  }

  protected expect(text: string, at: number, code: number): number {
    for (let n = 0; n < text.length; n++, at++) if (this.byte(at) !== text.charCodeAt(n)) throw new Stop(code, at);
    return at;
  }
}
