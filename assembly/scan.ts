// The scans that a head consists of: how many bytes of a class follow. Text sixteen bytes at a time where
// SIMD is on, else one; the source is the same, the build chooses (ASC_FEATURE_SIMD).
// A vector load may reach past `end`, never past the memory: what it finds there is cut off again.

import { MEMORY_END } from './layout';
import { BLANK, DELETE, LAST_CONTROL, TAB, controls, isTchar } from './classes';

/** The first byte from `p` on that is no tchar, or `end`. */
export function skipToken(p: usize, end: usize): usize {
  while (p < end && isTchar(load<u8>(p))) p++;
  return p;
}

/** The first control character from `p` on (HTAB is none), or `end`. */
export function skipText(p: usize, end: usize): usize {
  return skip(p, end, LAST_CONTROL, TAB);
}

/** The first control character or blank from `p` on, or `end`. */
export function skipTarget(p: usize, end: usize): usize {
  return skip(p, end, BLANK, DELETE);
}

// The first byte from `p` on that is DEL, or not above the byte at address `last` and another than that at `but`.
function skip(p: usize, end: usize, last: usize, but: usize): usize {
  if (ASC_FEATURE_SIMD) {
    const lasts = v128.load_splat<u8>(last);
    const buts = v128.load_splat<u8>(but);
    const del = v128.load_splat<u8>(DELETE);
    while (p < end && p + 16 <= <usize>MEMORY_END) {
      const found = controls(v128.load(p), lasts, buts, del);
      if (found != 0) return min<usize>(p + ctz(found), end);
      p += 16;
    }
  }
  while (p < end) {
    const c = load<u8>(p);
    if (c == 0x7f || (c <= load<u8>(last) && c != load<u8>(but))) break;
    p++;
  }
  return min<usize>(p, end);
}

/** Whether a line feed is among the bytes from `p` to `end`. */
export function hasLineFeed(p: usize, end: usize): bool {
  while (p < end) {
    p = skipText(p, end);
    if (p < end && load<u8>(p) == 0x0a) return true;
    p++;
  }
  return false;
}
