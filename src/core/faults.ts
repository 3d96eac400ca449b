// The tokeniser's error codes in words: each becomes the exception that names the rule, the byte and what to do.

import {
  BAD_CHARACTER,
  BAD_CHUNK_END,
  BAD_CHUNK_EXTENSION,
  BAD_CHUNK_SIZE,
  BAD_FIELD_NAME,
  BAD_REQUEST_LINE,
  BAD_STATUS_LINE,
  BARE_CR,
  BARE_LF,
  BARE_LF_IN_CHUNK,
  BLANK_BEFORE_COLON,
  BLANK_FIRST,
  CHUNK_EXTENSIONS_TOO_LARGE,
  CHUNK_SIZE_TOO_LARGE,
  FIELD_LINE_TOO_LONG,
  MAX_CHUNK_EXTENSIONS,
  NO_COLON,
  NUL_CHARACTER,
  OBS_FOLD,
  SECTION_TOO_LARGE,
  START_LINE_TOO_LONG,
  TOO_MANY_FIELDS,
  UNKNOWN_PROTOCOL,
} from '../wasm/layout.generated.js';
import { BadStatusLine, InvalidMessage, LimitExceeded, LineTooLong, UnknownProtocol, type HTTPException } from './errors.js';
import type { Quirks } from './lenient.js';

interface Rule {
  rule: string;
  text: string;
  quirk?: keyof Quirks;
}

const RULES: Record<number, Rule> = {
  [BAD_REQUEST_LINE]: { rule: 'request-line', text: 'a request line is method SP target SP version (RFC 9112 3)' },
  [BLANK_FIRST]: { rule: 'blank-first', text: 'the first field line begins with a blank (RFC 9112 2.2)' },
  [BAD_FIELD_NAME]: { rule: 'field-name', text: 'a field name is a token (RFC 9110 5.1)', quirk: 'invalidFields' },
  [NO_COLON]: { rule: 'field-colon', text: 'a field line has no colon (RFC 9112 5)', quirk: 'invalidFields' },
  [BLANK_BEFORE_COLON]: {
    rule: 'blank-before-colon',
    text: 'no blank may stand between a field name and its colon (RFC 9112 5.1)',
    quirk: 'spaceBeforeColon',
  },
  [BAD_CHARACTER]: {
    rule: 'control-character',
    text: 'a control character stands where text belongs (RFC 9110 5.5)',
    quirk: 'controlCharacters',
  },
  [NUL_CHARACTER]: { rule: 'nul', text: 'NUL may stand nowhere in a head (RFC 9110 5.5)' },
  [BARE_CR]: { rule: 'bare-cr', text: 'a CR is not followed by LF (RFC 9112 2.2)' },
  [BARE_LF]: { rule: 'bare-lf', text: 'a line of a trailer section ends in LF without CR (RFC 9112 7.1.2)', quirk: 'lfInChunks' },
  [OBS_FOLD]: { rule: 'obs-fold', text: 'a field line is folded where no fold may stand (RFC 9112 5.2)' },
  [BAD_CHUNK_SIZE]: { rule: 'chunk-size', text: 'a chunk size is hexadecimal digits, then blanks, an extension or CRLF (RFC 9112 7.1)' },
  [CHUNK_SIZE_TOO_LARGE]: { rule: 'chunk-size', text: 'a chunk size has more than 16 digits or is above 2^53-1' },
  [BAD_CHUNK_EXTENSION]: {
    rule: 'chunk-extension',
    text: 'a chunk extension holds a control character or leaves a quoted string open (RFC 9112 7.1.1)',
  },
  [BAD_CHUNK_END]: { rule: 'chunk-end', text: 'chunk data is not followed by CRLF (RFC 9112 7.1)' },
  [BARE_LF_IN_CHUNK]: { rule: 'chunk-line-end', text: 'a line of chunk framing ends in LF without CR (RFC 9112 7.1)', quirk: 'lfInChunks' },
};

/** What a fault needs to know of the message: texts are made only when something failed. */
interface FaultContext {
  /** 'status line', 'header line', 'trailer line' … as http.client's LineTooLong says it. */
  readonly lineType: string;
  /** The name of the option or limit on the section, its bytes, and its fields. */
  readonly sizeLimit: string;
  readonly maxSize: number;
  readonly fieldLimit: string;
  readonly maxFields: number;
  /** The start line as far as it came, for BadStatusLine and UnknownProtocol. */
  readonly startLine: () => string;
  /** What is added to the offset of the section to make it one of the message. */
  readonly base: number;
}

/** The exception for a negative return value of the tokeniser, `offset` being where in the section the fault is. */
export function faultOf(code: number, offset: number, context: FaultContext): HTTPException {
  switch (code) {
    case BAD_STATUS_LINE:
      return badStatusLine(context.startLine());
    case UNKNOWN_PROTOCOL:
      return new UnknownProtocol(/HTTP\/\S*/.exec(context.startLine())?.[0] ?? context.startLine());
    case START_LINE_TOO_LONG:
    case FIELD_LINE_TOO_LONG:
      return new LineTooLong(context.lineType);
    case SECTION_TOO_LARGE:
      return new LimitExceeded(
        context.sizeLimit,
        context.maxSize,
        `got more than ${context.maxSize} bytes of ${context.lineType}s; the limit is ${context.sizeLimit}`,
      );
    case TOO_MANY_FIELDS:
      return new LimitExceeded(
        context.fieldLimit,
        context.maxFields,
        `got more than ${context.maxFields} headers; the limit is ${context.fieldLimit}`,
      );
    case CHUNK_EXTENSIONS_TOO_LARGE:
      return new LimitExceeded(
        'chunkExtensions',
        MAX_CHUNK_EXTENSIONS,
        `got more than ${MAX_CHUNK_EXTENSIONS} bytes of chunk extensions in one message (CVE-2024-22019)`,
      );
    default: {
      const { rule, text, quirk } = RULES[code] as Rule;
      return new InvalidMessage(rule, context.base + offset, text, quirk ?? null);
    }
  }
}

// The line may have come only as far as its fault.
function badStatusLine(line: string): BadStatusLine {
  const error = new BadStatusLine(line);
  if (line.startsWith('ICY ') || 'ICY '.startsWith(line)) error.quirk = 'icy' satisfies keyof Quirks;
  else if (/^HTTP\/1\.\d {2}/.test(line)) error.quirk = 'spacesInStatusLine' satisfies keyof Quirks;
  return error;
}
