// Linear memory and the table, by name. embed.mjs copies every constant of this file into
// src/wasm/layout.generated.ts, so this is the one place where a number is chosen. A constant is a
// plain integer literal (decimal or hexadecimal), nothing computed: the copy is textual.
//
//   0        static data (byte classes)
//   TABLE    what one call reports: SLOTS words, then FIELD_SLOTS words per field line
//   HEAD     an unfinished head or trailer section, kept together until it is complete
//   READ     where sockets write and `push` copies: one read
//
// The memory is eight pages, initial and maximum: it never grows, so a view of it never detaches.

export const MEMORY_END: i32 = 0x80000;
export const TABLE: i32 = 0x1000;
export const SLOTS: i32 = 32;
export const FIELD_SLOTS: i32 = 4;
/** Field lines that the table has room for: the hard cap of `maxHeaders`. */
export const FIELD_CAPACITY: i32 = 5000;
export const HEAD: i32 = 0x16000;
/** Bytes of the largest head allowed: the hard cap of `maxHeaderSize`. HEAD has room for one read more. */
export const HEAD_CAPACITY: i32 = 0x40000;
export const READ: i32 = 0x66000;
export const READ_CAPACITY: i32 = 0x10000;

/** A start line or field line with its line end; http.client's _MAXLINE. */
export const MAX_LINE: i32 = 65536;
/** Bytes of chunk extensions (and of blanks after a chunk size) in one message. CVE-2024-22019, CVE-2023-39326. */
export const MAX_CHUNK_EXTENSIONS: i32 = 16384;

// What parseHead is given in `flags`: the kind of section in the low two bits, then the quirks.
export const KIND_RESPONSE: i32 = 0;
export const KIND_REQUEST: i32 = 1;
export const KIND_TRAILER: i32 = 2;
export const KIND_MASK: i32 = 3;
export const QUIRK_INVALID_FIELDS: i32 = 4;
export const QUIRK_SPACE_BEFORE_COLON: i32 = 8;
export const QUIRK_CONTROL_CHARACTERS: i32 = 16;
export const QUIRK_LF_IN_CHUNKS: i32 = 32;
export const QUIRK_SPACES_IN_STATUS_LINE: i32 = 64;
export const QUIRK_ICY: i32 = 128;

// Slots of the table. Offsets are relative to the `start` of the call.
export const STATUS: i32 = 0;
/** 10 or 11, as in http.client. */
export const VERSION: i32 = 1;
/** Where the start line begins: behind the empty lines that may precede it. */
export const START_LINE: i32 = 2;
export const REASON_START: i32 = 3;
export const REASON_END: i32 = 4;
export const METHOD_END: i32 = 5;
export const TARGET_START: i32 = 6;
export const TARGET_END: i32 = 7;
export const FIELD_COUNT: i32 = 8;
export const FRAMING: i32 = 9;
/** Content-Length as two words, low first. */
export const LENGTH_LOW: i32 = 10;
export const LENGTH_HIGH: i32 = 11;
/** Where the first field line begins whose framing value is at fault. */
export const FRAMING_OFFSET: i32 = 12;
/** Seconds of `Keep-Alive: timeout=n`, or NO_TIMEOUT. */
export const KEEP_ALIVE: i32 = 13;
export const HOST_COUNT: i32 = 14;
export const ERROR_OFFSET: i32 = 15;
// Slots that a call leaves for its own resumption.
export const LINE_START: i32 = 16;
export const PHASE: i32 = 17;
export const OPEN_FIELD: i32 = 18;
// Slots of decodeChunks: the state that the caller keeps between calls, then what the call reports.
export const CHUNK_PHASE: i32 = 19;
export const CHUNK_LEFT_LOW: i32 = 20;
export const CHUNK_LEFT_HIGH: i32 = 21;
export const CHUNK_DIGITS: i32 = 22;
export const CHUNK_EXTENSIONS: i32 = 23;
/** Where reading stopped. */
export const CHUNK_END: i32 = 24;
/** CHUNK_MORE, CHUNK_DONE, CHUNK_TRAILER, or an error code. */
export const CHUNK_OUTCOME: i32 = 25;

// The words of one field line. FOLDED in NAME_END says that the value holds an obs-fold.
export const NAME_START: i32 = 0;
export const NAME_END: i32 = 1;
export const VALUE_START: i32 = 2;
export const VALUE_END: i32 = 3;
export const FOLDED: i32 = 0x40000000;

export const NO_TIMEOUT: i32 = -1;

// Framing facts: what the field lines said. What follows from it is for core/framing.ts to decide.
export const HAS_LENGTH: i32 = 1;
export const LENGTH_INVALID: i32 = 2;
export const LENGTHS_DIFFER: i32 = 4;
export const TE_CHUNKED: i32 = 8;
export const TE_IDENTITY: i32 = 16;
export const TE_INVALID: i32 = 32;
export const TE_UNKNOWN: i32 = 64;
export const TE_REPEATED: i32 = 128;
export const CONNECTION_CLOSE: i32 = 256;
export const CONNECTION_KEEP_ALIVE: i32 = 512;
export const CONNECTION_UPGRADE: i32 = 1024;
export const HAS_UPGRADE: i32 = 2048;

// What parseHead returns when it does not return the bytes taken.
export const PARTIAL: i32 = 0;
// Error codes: negative, the offset of the byte at fault in ERROR_OFFSET.
export const BAD_STATUS_LINE: i32 = -1;
export const UNKNOWN_PROTOCOL: i32 = -2;
export const BAD_REQUEST_LINE: i32 = -3;
export const BLANK_FIRST: i32 = -4;
export const BAD_FIELD_NAME: i32 = -5;
export const NO_COLON: i32 = -6;
export const BLANK_BEFORE_COLON: i32 = -7;
export const BAD_CHARACTER: i32 = -8;
export const NUL_CHARACTER: i32 = -9;
export const BARE_CR: i32 = -10;
export const BARE_LF: i32 = -11;
export const OBS_FOLD: i32 = -12;
export const START_LINE_TOO_LONG: i32 = -13;
export const FIELD_LINE_TOO_LONG: i32 = -14;
export const SECTION_TOO_LARGE: i32 = -15;
export const TOO_MANY_FIELDS: i32 = -16;
export const BAD_CHUNK_SIZE: i32 = -17;
export const CHUNK_SIZE_TOO_LARGE: i32 = -18;
export const BAD_CHUNK_EXTENSION: i32 = -19;
export const CHUNK_EXTENSIONS_TOO_LARGE: i32 = -20;
export const BAD_CHUNK_END: i32 = -21;
export const BARE_LF_IN_CHUNK: i32 = -22;

// Where decodeChunks stands between two calls.
export const CHUNK_SIZE: i32 = 0;
export const CHUNK_BLANK: i32 = 1;
export const CHUNK_EXTENSION: i32 = 2;
export const CHUNK_QUOTED: i32 = 3;
export const CHUNK_ESCAPED: i32 = 4;
export const CHUNK_SIZE_LF: i32 = 5;
export const CHUNK_DATA: i32 = 6;
export const CHUNK_DATA_CR: i32 = 7;
export const CHUNK_DATA_LF: i32 = 8;
export const CHUNK_LAST: i32 = 9;
export const CHUNK_LAST_LF: i32 = 10;

// Outcomes of decodeChunks that are not errors.
export const CHUNK_MORE: i32 = 0;
export const CHUNK_DONE: i32 = 1;
export const CHUNK_TRAILER: i32 = 2;
