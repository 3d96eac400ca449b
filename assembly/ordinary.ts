// Ordinary field lines, many at a time: a known shape (`name: value` CRLF, name and value of moderate length, no blanks
// around the value) that all but a few lines have. Whatever looks otherwise is left to field-section.ts, which reads one
// line exactly and says what is wrong with it; this file knows no errors, only where it stops.
//
// Two steps, so that no line waits for the one before it and no branch depends on how long a name or a value is: first the
// line ends of a window of the section are found, sixty-four bytes at a time; then each line is cut between two of them.

import { FRAMING_IDS, LINE_ENDS, MEMORY_END, ORDINARY_SIZE, REASON_END, REASON_START, SHAPE, STATUS, VERSION, WINDOW } from './layout';
import { DELETE, LAST_CONTROL, SP, TAB, controls } from './classes';
import { idOf } from './names';
import { head, sectionEdge } from './line';
import { addedOrdinary, count, getSlot, record, setSlot } from './table';
import { ENTRY, QUEUE_END, queue, queueUpTo } from './queue';
import { skipToken } from './scan';

const COLON_BYTE: usize = memory.data<u8>([0x3a]);

// The line ends found and not used yet, as addresses of entries in LINE_ENDS.
let nextLineEnd: usize = 0;
let lineEndsEnd: usize = 0;

/** A call begins: nothing is known of its section. */
export function forgetLineEnds(): void {
  nextLineEnd = lineEndsEnd = LINE_ENDS;
}

/**
 * Finds where lines end from `p` on, in at most WINDOW bytes: an entry for the first of each run of control characters. A run
 * of three is the end of the section (CR LF CR), or no legal text; what lies behind is not looked at.
 */
function findLineEnds(p: usize, end: usize): void {
  let entry: usize = LINE_ENDS;
  let before: u64 = 0;
  end = min<usize>(end, p + WINDOW);
  const last = v128.load_splat<u8>(LAST_CONTROL);
  const tab = v128.load_splat<u8>(TAB);
  const del = v128.load_splat<u8>(DELETE);
  for (; p < end; p += 64) {
    const found = <u64><u32>(controls(v128.load(p), last, tab, del) | (controls(v128.load(p, 16), last, tab, del) << 16))
      | (<u64><u32>(controls(v128.load(p, 32), last, tab, del) | (controls(v128.load(p, 48), last, tab, del) << 16)) << 32);
    const second = (found << 1) | (before >> 63);
    const third = (found << 2) | (before >> 62);
    let first = found & ~second;
    // Three at once, needed or not: lines are rarely shorter than twenty bytes, and a loop would be mispredicted.
    const added = <usize>popcnt<u64>(first) << 2;
    store<u32>(entry, <u32>(p + <usize>ctz<u64>(first)));
    first &= first - 1;
    store<u32>(entry, <u32>(p + <usize>ctz<u64>(first)), 4);
    first &= first - 1;
    store<u32>(entry, <u32>(p + <usize>ctz<u64>(first)), 8);
    first &= first - 1;
    for (let more = entry + 12; first != 0; more += 4, first &= first - 1) store<u32>(more, <u32>(p + <usize>ctz<u64>(first)));
    entry += added;
    if ((found & second & third) != 0) break;
    before = found;
  }
  // A line is taken with its CRLF or not at all.
  while (entry > <usize>LINE_ENDS && <usize>load<u32>(entry - 4) + 2 > end) entry -= 4;
  lineEndsEnd = entry;
}

/** Takes an ordinary status line: HTTP/1.1, three digits, a reason. Returns where the next line begins, or 0. */
export function takeOrdinaryStatusLine(line: usize): usize {
  findLineEnds(line, ordinaryEdge());
  if (lineEndsEnd == <usize>LINE_ENDS) return 0;
  const end = <usize>load<u32>(LINE_ENDS);
  if (load<u16>(end) != 0x0a0d) return 0;
  const reason = line + 13;
  if (load<u64>(line) != 0x312e312f50545448) return 0; // HTTP/1.1
  // SP, three digits of which the first is not 0, SP
  const rest = load<u64>(line, 8);
  if ((rest & 0xff000000ff) != 0x2000000020) return 0;
  const digits = <u32>(rest >> 8) - 0x303030;
  if (((digits | (digits + 0x767676)) & 0x808080) != 0) return 0;
  if ((digits & 0xff) == 0) return 0;
  if (load<u8>(reason) <= SP) return 0;
  if (load<u8>(end - 1) <= SP) return 0;
  setSlot(VERSION, 11);
  setSlot(STATUS, (digits & 0xff) * 100 + ((digits >> 8) & 0xff) * 10 + ((digits >> 16) & 0xff));
  setSlot(REASON_START, <i32>(reason - head));
  setSlot(REASON_END, <i32>(end - head));
  return end + 2;
}

// A name is loaded as NAME_SIZE bytes, and windows are whole blocks.
function ordinaryEdge(): usize {
  return min<usize>(sectionEdge(), <usize>MEMORY_END - 64);
}

/** Takes ordinary field lines from `line` on. Returns where the first line begins that it has not taken. */
export function takeOrdinaryLines(line: usize, maxFields: i32): usize {
  const edge = ordinaryEdge();
  const start = head;
  const colon = v128.load_splat<u8>(COLON_BYTE);
  let next = line;
  let entry = nextLineEnd;

  while (true) {
    while (entry < lineEndsEnd) {
      if (<usize>load<u32>(entry) >= next) break;
      entry += 4;
    }
    if (entry == lineEndsEnd) {
      if (next >= edge) break;
      // The empty line, or a fold: behind the section may lie a long body, where nothing is to be found.
      if (load<u8>(next) <= SP) break;
      findLineEnds(next, edge);
      entry = LINE_ENDS;
    }
    // As many lines as there are ends, fields allowed, and places in the queue: none of these is looked at in the loop.
    const most = min<usize>(<usize>(maxFields - count), (QUEUE_END - queue) / ENTRY);
    const last = min<usize>(lineEndsEnd, entry + (most << 2));
    if (entry == last) break;
    let bottom = record;
    let queued = queue;
    let shape = getSlot(SHAPE);
    let name = next;
    // One condition a statement: joined ones are not turned into plain branches.
    do {
      const end = <usize>load<u32>(entry);
      const bytes = v128.load(next);
      const more = v128.load(next, 16);
      const colons = i8x16.bitmask(i8x16.eq(bytes, colon)) | (i8x16.bitmask(i8x16.eq(more, colon)) << 16);
      if (colons == 0) break;
      const nameEnd = next + ctz<i32>(colons);
      if (load<u16>(nameEnd) != 0x203a) break;
      if (load<u16>(end) != 0x0a0d) break;
      const value = nameEnd + 2;
      if (end - value - 1 >= 255) break;
      // No control character stands before `end`, so up to SP there are blanks alone.
      if (load<u8>(value) <= SP) break;
      if (load<u8>(end - 1) <= SP) break;
      const id = idOf(next, nameEnd, bytes, more);
      if (id == 0) {
        if (nameEnd == next) break;
        if (skipToken(next, nameEnd) != nameEnd) break;
      }
      store<i32>(queued, <i32>(next - start));
      store<i32>(queued, <i32>(start - bottom), 4);
      queued += id <= FRAMING_IDS ? ENTRY : 0;
      bottom -= ORDINARY_SIZE;
      store<u8>(bottom, <u8>(end - value));
      store<u16>(bottom, <u16>(<i32>(nameEnd - next) | (id << 8)), 1);
      shape = rotl(shape, 5) ^ id;
      name = next;
      next = end + 2;
      entry += 4;
    } while (entry < last);
    if (bottom == record) break;
    addedOrdinary(bottom, <i32>(name - start));
    queueUpTo(queued);
    setSlot(SHAPE, shape);
    // Stopped at a line that is not ordinary.
    if (entry != last) break;
  }
  nextLineEnd = entry;
  return next;
}
