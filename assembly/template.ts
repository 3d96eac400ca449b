// A head that is like one before it: the same start line, the same names in the same order, other values in some lines. Servers
// repeat themselves, and comparing bytes costs a fraction of tokenising them. The layers above choose a head and keep it as a
// template (its bytes, and where the values stand); here another head is held against it.
//
// Invariant: a match says of the head what parseHead would have said. Whatever is in doubt is no match: an odd line, a
// changed framing field whose facts do not follow from its own value alone, a head that is not complete.

import {
  TEMPLATE_SIZE, TEMPLATE_FACTS, TEMPLATE_LINES, TEMPLATE_BYTES, LINE_VALUE, LINE_VALUE_END, LINE_FIELD, LINE_FIXED,
  CHANGES, CHANGES_CAPACITY, CHANGE_COUNT, CHANGES_END, SLOTS, FRAMING, KEEP_ALIVE, NO_TIMEOUT, HOST_COUNT,
  HAS_LENGTH, LENGTH_INVALID, LENGTHS_DIFFER, CONTENT_LENGTH_FIELD, LINE_SIZE, MEMORY_END,
} from './layout';
import { SP } from './classes';
import { applyFraming } from './framing';
import { skipText } from './scan';
import { getSlot, setLong, setSlot } from './table';

/**
 * Holds the bytes from `start` to `end` against a template. Returns the bytes of the head, the values that differ at CHANGES and
 * the framing facts in their slots; or 0 when the head is not like the template.
 */
export function matchHead(template: usize, start: usize, end: usize): i32 {
  if (ASC_FEATURE_SIMD) {
    const bytes = template + TEMPLATE_BYTES;
    const size = <usize>load<u16>(template, TEMPLATE_SIZE);
    const bytesEnd = bytes + size;
    // What stands behind the end may go on like the template, as far as that goes.
    if (end + size + 16 > <usize>MEMORY_END) return 0;
    let line = template + TEMPLATE_LINES;
    let list: usize = CHANGES;
    let text: usize = CHANGES;
    let p = start;
    let q = bytes;
    v128.store(SLOTS + (FRAMING << 2), v128.load(template, TEMPLATE_FACTS));
    setLong(HOST_COUNT, load<u64>(template, TEMPLATE_FACTS + 16));

    while (true) {
      let differing = 0;
      while (q < bytesEnd) {
        differing = i8x16.bitmask(i8x16.ne(v128.load(p), v128.load(q)));
        if (differing != 0) break;
        p += 16;
        q += 16;
      }
      q += ctz<i32>(differing) & 31;
      p += ctz<i32>(differing) & 31;
      if (q >= bytesEnd) break;

      // The line in whose value they differ; a line may also be longer than the template's, or shorter.
      const at = <i32>(q - bytes);
      while (<i32>load<u16>(line, LINE_VALUE_END) < at) line += LINE_SIZE;
      const field = <i32>load<u8>(line, LINE_FIELD);
      const value = p + load<u16>(line, LINE_VALUE) - at;
      if (value > p) return 0;
      if (field == LINE_FIXED) return 0;
      p = skipText(p, end);
      const length = p - value;
      if (p + 2 > end) return 0;
      if (load<u16>(p) != 0x0a0d) return 0;
      if (length - 1 >= 255) return 0;
      if (load<u8>(value) <= SP) return 0;
      if (load<u8>(p - 1) <= SP) return 0;

      if (text + length > <usize>CHANGES + CHANGES_CAPACITY) return 0;
      for (let from: usize = 0; from < length; from += 16) v128.store(text + from, v128.load(value + from));
      text += length;
      list -= 2;
      store<u8>(list, <u8>length);
      store<u8>(list, <u8>((line - template - TEMPLATE_LINES) / LINE_SIZE), 1);
      if (field != 0) {
        if (field == CONTENT_LENGTH_FIELD) setSlot(FRAMING, getSlot(FRAMING) & ~HAS_LENGTH);
        else setSlot(KEEP_ALIVE, NO_TIMEOUT);
        applyFraming(field, 0, value, p);
        if ((getSlot(FRAMING) & (LENGTH_INVALID | LENGTHS_DIFFER)) != 0) return 0;
      }
      p += 2;
      q = bytes + load<u16>(line, LINE_VALUE_END) + 2;
      line += LINE_SIZE;
    }
    // Behind the template's end there was nothing to compare.
    p -= q - bytesEnd;
    if (p > end) return 0;
    setSlot(CHANGE_COUNT, <i32>(<usize>CHANGES - list) >> 1);
    setSlot(CHANGES_END, <i32>text);
    return <i32>(p - start);
  }
  return 0;
}
