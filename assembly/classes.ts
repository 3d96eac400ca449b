// Byte classes of RFC 9110 and 9112, each beside its ABNF, for one byte and for sixteen.
// Nothing here knows where in a message a byte stands.

export const HTAB: u8 = 0x09;
export const LF: u8 = 0x0a;
export const CR: u8 = 0x0d;
export const SP: u8 = 0x20;
export const QUOTE: u8 = 0x22;
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const SEMICOLON: u8 = 0x3b;
export const BACKSLASH: u8 = 0x5c;

// tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
// A bit per byte: byte b is a tchar when bit (b >> 4) of TCHAR_BY_LOW_NIBBLE[b & 15] is set; bytes from 0x80 on find no bit in the
// second table.
const TCHAR_BY_LOW_NIBBLE: usize = memory.data<u8>(
  [0xe8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf4, 0x54, 0xd0, 0x54, 0xf4, 0x70],
  16,
);
const BIT_BY_HIGH_NIBBLE: usize = memory.data<u8>(
  [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0],
  16,
);

export function isTchar(c: u8): bool {
  return (load<u8>(TCHAR_BY_LOW_NIBBLE + (c & 15)) & load<u8>(BIT_BY_HIGH_NIBBLE + (c >> 4))) != 0;
}

// OWS = *( SP / HTAB ); this is one byte of it
// @ts-ignore: decorator
@inline
export function isBlank(c: u8): bool {
  return c == SP || c == HTAB;
}

/** A blank inside a value that may hold an obs-fold: its line ends stand for blanks too (RFC 9112 5.2). */
// @ts-ignore: decorator
@inline
export function isFoldedBlank(c: u8): bool {
  return c == SP || c == HTAB || c == CR || c == LF;
}

// field-value bytes: HTAB / SP / VCHAR / obs-text (RFC 9110 5.5); what is left are the controls
// @ts-ignore: decorator
@inline
export function isControl(c: u8): bool {
  return (c < SP && c != HTAB) || c == 0x7f;
}

// What controls() compares with. In memory, since a vector constant is longer in the code and made anew at each use.
export const LAST_CONTROL: usize = memory.data<u8>([0x1f]);
export const TAB: usize = memory.data<u8>([0x09]);
export const BLANK: usize = memory.data<u8>([0x20]);
export const DELETE: usize = memory.data<u8>([0x7f]);

/** One bit for each of the sixteen bytes that is a control character other than HTAB; the others are LAST_CONTROL, TAB, DELETE, sixteen times each. */
// @ts-ignore: decorator
@inline
export function controls(bytes: v128, last: v128, tab: v128, del: v128): i32 {
  const low = v128.andnot(i8x16.le_u(bytes, last), i8x16.eq(bytes, tab));
  return i8x16.bitmask(v128.or(low, i8x16.eq(bytes, del)));
}

// @ts-ignore: decorator
@inline
export function isDigit(c: u8): bool {
  return <u8>(c - 0x30) < 10;
}

/** The value of a HEXDIG, in either case, or 255. */
export function hexValue(c: u8): u32 {
  if (isDigit(c)) return c - 0x30;
  const letter = <u8>((c | 0x20) - 0x61);
  return letter < 6 ? <u32>letter + 10 : 255;
}
