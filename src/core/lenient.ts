// The quirks that `lenient` switches on, one for each kind of faulty peer. All are off by default. What none of them accepts: NUL,
// a bare CR, Content-Lengths that differ. docs/differences.md and test/vectors/quirks.md have the twin tests.

import {
  QUIRK_CONTROL_CHARACTERS,
  QUIRK_ICY,
  QUIRK_INVALID_FIELDS,
  QUIRK_LF_IN_CHUNKS,
  QUIRK_SPACES_IN_STATUS_LINE,
  QUIRK_SPACE_BEFORE_COLON,
} from '../wasm/layout.generated.js';

/** Each quirk is one deviation from RFC 9112 that the reader then takes. */
export interface Quirks {
  /** A field line without colon, or with a name that is no token, is skipped; still an error if it looks like a framing field. */
  invalidFields?: boolean | undefined;
  /** Blanks between a field name and its colon are dropped. */
  spaceBeforeColon?: boolean | undefined;
  /** Control characters but NUL, CR and LF may stand in values and in the reason phrase. */
  controlCharacters?: boolean | undefined;
  /** A bare LF ends a line of chunk framing. */
  lfInChunks?: boolean | undefined;
  /** The peer may close right behind the last-chunk line `0\r\n`. */
  closeAfterLastChunk?: boolean | undefined;
  /** More than one SP may stand between version and status. */
  spacesInStatusLine?: boolean | undefined;
  /** `ICY 200 OK` counts as HTTP/1.0. */
  icy?: boolean | undefined;
  /** Transfer-Encoding with Content-Length: chunked wins, and the connection closes afterwards. */
  transferEncodingWithLength?: boolean | undefined;
}

export type Lenient = boolean | Quirks;

// Two quirks are no business of the tokeniser; their bits lie above its own.
export const QUIRK_CLOSE_AFTER_LAST_CHUNK = 0x10000;
export const QUIRK_TE_WITH_LENGTH = 0x20000;

const BITS: Record<keyof Quirks, number> = {
  invalidFields: QUIRK_INVALID_FIELDS,
  spaceBeforeColon: QUIRK_SPACE_BEFORE_COLON,
  controlCharacters: QUIRK_CONTROL_CHARACTERS,
  lfInChunks: QUIRK_LF_IN_CHUNKS,
  closeAfterLastChunk: QUIRK_CLOSE_AFTER_LAST_CHUNK,
  spacesInStatusLine: QUIRK_SPACES_IN_STATUS_LINE,
  icy: QUIRK_ICY,
  transferEncodingWithLength: QUIRK_TE_WITH_LENGTH,
};

/** The quirks as the flag bits that the tokeniser and the reader test. */
export function quirkBits(lenient: Lenient | undefined): number {
  if (lenient === undefined || lenient === false) return 0;
  let bits = 0;
  for (const [name, bit] of Object.entries(BITS)) {
    if (lenient === true || lenient[name as keyof Quirks] === true) bits |= bit;
  }
  if (lenient !== true) {
    for (const name of Object.keys(lenient)) {
      if (!Object.hasOwn(BITS, name))
        throw new TypeError(`lenient: no quirk is called ${JSON.stringify(name)}; there are ${Object.keys(BITS).join(', ')}`);
    }
  }
  return bits;
}
