// The two scans that a head consists of: how many bytes of a class follow. Sixteen bytes at a time where
// SIMD is on, else one; the source is the same, the build chooses (ASC_FEATURE_SIMD).
// A vector load may reach past `end`, never past the memory: what it finds there is cut off again.

import { MEMORY_END } from './layout';
import { controls, isControl, isTchar, notTchar } from './classes';

/** The first byte from `p` on that is no tchar, or `end`. */
export function skipToken(p: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) {
    while (p < end && p + 16 <= <usize>MEMORY_END) {
      const others = notTchar(v128.load(p));
      if (others != 0) return min<usize>(p + ctz(others), end);
      p += 16;
    }
  }
  while (p < end && isTchar(load<u8>(p))) p++;
  return min<usize>(p, end);
}

/** The first control character from `p` on (HTAB is none), or `end`. */
export function skipText(p: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) {
    while (p < end && p + 16 <= <usize>MEMORY_END) {
      const found = controls(v128.load(p));
      if (found != 0) return min<usize>(p + ctz(found), end);
      p += 16;
    }
  }
  while (p < end && !isControl(load<u8>(p))) p++;
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
