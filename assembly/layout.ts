// Linear memory and the table, by name. embed.mjs copies every constant of this file into
// src/wasm/layout.generated.ts, so this is the one place where a number is chosen. A constant is a
// plain integer literal (decimal or hexadecimal), nothing computed: the copy is textual.
//
//   0            static data (byte classes)
//   SLOTS        what one call reports, and what it leaves for its own resumption
//   FRAMING_QUEUE, LINE_ENDS    notes of the call in progress
//   NAME_IDS, NAMES the names that have an id
//   HEAD         an unfinished head or trailer section, kept together until it is complete
//   READ         where sockets write and `push` copies: one read
//
// In front of a section, growing downwards from its first byte, stand the records of its field lines (see table.ts):
// TABLE_ROOM bytes are free below HEAD, and below READ lies HEAD, which no other section occupies while one is read.
//
// A processor that sees a load from an address whose last twelve bits are those of a store before it may take the one for
// the other and wait. Sections begin at HEAD or READ, where those bits are 0; so what a call writes while it reads one
// stands at 0xc00 and above.
//
// The memory is eight pages, initial and maximum: it never grows, so a view of it never detaches.

export const MEMORY_END: i32 = 0x80000;
export const SLOTS: i32 = 0x1e00;
export const SLOT_COUNT: i32 = 32;
/** Field lines that may be of framing fields and are not applied yet: FRAMING_QUEUE_SIZE entries of eight bytes. */
export const FRAMING_QUEUE: i32 = 0x1e80;
export const FRAMING_QUEUE_SIZE: i32 = 32;
/** Where the name stands, between a line end and its colon, that addName takes. */
export const NAME_INPUT: i32 = 0x1f90;
/** Where lines end, as addresses: at most 32 for each 64 bytes of one window. */
export const LINE_ENDS: i32 = 0x2c00;
export const WINDOW: i32 = 2048;
/** The id of a name by its hash, a byte each. */
export const NAME_IDS: i32 = 0xd200;
export const NAME_IDS_SIZE: i32 = 2048;
/** The names by id, each with its colon, NAME_SIZE bytes. Id 0 is no name; up to FRAMING_IDS, names of framing fields. */
export const NAMES: i32 = 0x4000;
export const NAME_SIZE: i32 = 32;
export const NAME_CAPACITY: i32 = 256;
export const FRAMING_IDS: i32 = 12;
/** Heads kept as templates: TEMPLATE_COUNT of them, TEMPLATE_STEP bytes each. */
export const TEMPLATES: i32 = 0x6400;
export const TEMPLATE_COUNT: i32 = 8;
export const TEMPLATE_STEP: i32 = 0xc00;
/** Bytes of the head, of two. */
export const TEMPLATE_SIZE: i32 = 0;
/** The slots from FRAMING to KEEP_ALIVE of the head: so many words. */
export const TEMPLATE_FACTS: i32 = 4;
export const TEMPLATE_FACT_COUNT: i32 = 6;
/** The field lines, LINE_SIZE bytes each; behind the last one an entry that no offset reaches. */
export const TEMPLATE_LINES: i32 = 32;
export const TEMPLATE_MAX_LINES: i32 = 63;
export const TEMPLATE_BYTES: i32 = 544;
export const TEMPLATE_MAX_BYTES: i32 = 2496;
export const LINE_SIZE: i32 = 8;
/** Where the value begins and where it ends, as offsets of two bytes. */
export const LINE_VALUE: i32 = 0;
export const LINE_VALUE_END: i32 = 2;
/** Which framing field it is, or 0; or LINE_FIXED, when no other value is taken for it. */
export const LINE_FIELD: i32 = 4;
export const LINE_FIXED: i32 = 255;
/** Values that differ from the template's, one behind the other; in front of them, downwards, the number of the line and the length, a byte each. */
export const CHANGES: i32 = 0xcc80;
export const CHANGES_CAPACITY: i32 = 1024;
/** Field lines of a section at most: the hard cap of `maxHeaders`. */
export const FIELD_CAPACITY: i32 = 5000;
/** Bytes of FIELD_CAPACITY wide records. */
export const TABLE_ROOM: i32 = 0x11170;
export const HEAD: i32 = 0x20000;
/** Bytes of the largest head allowed: the hard cap of `maxHeaderSize`. HEAD has room for one read more. */
export const HEAD_CAPACITY: i32 = 0x40000;
export const READ: i32 = 0x70000;
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

// The slots. Offsets are relative to the `start` of the call.
export const STATUS: i32 = 0;
/** 10 or 11, as in http.client. */
export const VERSION: i32 = 1;
export const REASON_START: i32 = 2;
export const REASON_END: i32 = 3;
export const METHOD_END: i32 = 4;
export const TARGET_START: i32 = 5;
export const TARGET_END: i32 = 6;
export const ERROR_OFFSET: i32 = 7;
/** Where the start line begins: behind the empty lines that may precede it. The first of those that begin as 0. */
export const START_LINE: i32 = 8;
/** Where the first field line begins. */
export const FIELDS_START: i32 = 9;
export const FIELD_COUNT: i32 = 10;
/** Bytes of the records in front of the section. */
export const TABLE_SIZE: i32 = 11;
/** What the framing fields said; complete when the section is. */
export const FRAMING: i32 = 12;
/** Where the first field line begins whose framing value is at fault. */
export const FRAMING_OFFSET: i32 = 13;
/** Content-Length as two words, low first. */
export const LENGTH_LOW: i32 = 14;
export const LENGTH_HIGH: i32 = 15;
export const HOST_COUNT: i32 = 16;
/** Seconds of `Keep-Alive: timeout=n`, or NO_TIMEOUT. */
export const KEEP_ALIVE: i32 = 17;
// Slots that a call leaves for its own resumption.
export const LINE_START: i32 = 23;
/** Where the name begins whose record was written last, since a fold may still follow it. */
export const LAST_NAME: i32 = 18;
/** Bytes of that record. */
export const LAST_SIZE: i32 = 19;
/** 1 when the line read last was passed over by QUIRK_INVALID_FIELDS: its folds go with it. */
export const SKIPPING: i32 = 20;
/** Bytes of the entries in FRAMING_QUEUE. The last of those that begin as 0. */
export const QUEUED: i32 = 21;
export const PHASE: i32 = 22;
/** A number that differs, mostly, when the names of the ordinary lines or their order do. */
export const SHAPE: i32 = 31;
// What matchHead reports.
export const CHANGE_COUNT: i32 = 18;
export const CHANGES_END: i32 = 19;
// Slots of decodeChunks: the state that the caller keeps between calls, then what the call reports.
export const CHUNK_PHASE: i32 = 24;
export const CHUNK_LEFT_LOW: i32 = 25;
export const CHUNK_LEFT_HIGH: i32 = 26;
export const CHUNK_DIGITS: i32 = 27;
export const CHUNK_EXTENSIONS: i32 = 28;
/** Where reading stopped. */
export const CHUNK_END: i32 = 29;
/** CHUNK_MORE, CHUNK_DONE, CHUNK_TRAILER, or an error code. */
export const CHUNK_OUTCOME: i32 = 30;

// The record of one field line, at the address below the record before it. The name begins where the line before ended. An
// ordinary record stands for `name: value` CRLF, the value without folds; every other line has a wide one. Numbers are little-endian.
export const ORDINARY_SIZE: i32 = 3;
export const ORDINARY_VALUE_LENGTH: i32 = 0;
/** No ordinary name has length 0: that is the mark of a wide record, at the same distance from the top. */
export const ORDINARY_NAME_LENGTH: i32 = 1;
export const ORDINARY_NAME_ID: i32 = 2;
export const WIDE_SIZE: i32 = 14;
/** Bytes from the end of the value to the next line that has a record, of three. */
export const WIDE_REST: i32 = 0;
/** Bytes of the value, of three. */
export const WIDE_VALUE_LENGTH: i32 = 3;
/** Bytes between name and value, of three. */
export const WIDE_BLANKS: i32 = 6;
/** Bytes of the name, of two. */
export const WIDE_NAME_LENGTH: i32 = 9;
/** 1 when the value holds an obs-fold. */
export const WIDE_FOLDED: i32 = 11;

export const NO_TIMEOUT: i32 = -1;

// The framing fields by number, in the order of assembly/framing.ts; 0 is none. Here are those that a template may have to name.
export const CONTENT_LENGTH_FIELD: i32 = 1;
export const KEEP_ALIVE_FIELD: i32 = 4;

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
