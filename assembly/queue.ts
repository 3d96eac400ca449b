// Field lines of framing fields that were read and are not applied yet. A value is whole when it is certain that no fold
// follows it; and applying them one after the other, behind the last line, costs less than a branch at each line.
// An entry is where the line begins, and the upper end of its record: bytes behind and bytes before the section's first byte.

import { FRAMING_QUEUE, FRAMING_QUEUE_SIZE, KIND_TRAILER, QUEUED } from './layout';
import { applyFraming } from './framing';
import { fieldOf } from './names';
import { head, kind } from './line';
import { blanks, getSlot, nameLength, setSlot, valueLength } from './table';

export const ENTRY: usize = 8;
export const QUEUE_END: usize = <usize>FRAMING_QUEUE + FRAMING_QUEUE_SIZE * 8;

/** Where the next entry goes. */
export let queue: usize = FRAMING_QUEUE;

export function openQueue(): void {
  queue = FRAMING_QUEUE + getSlot(QUEUED);
}

export function closeQueue(): void {
  setSlot(QUEUED, <i32>(queue - FRAMING_QUEUE));
}

/** Entries have been written up to `end`. */
export function queueUpTo(end: usize): void {
  queue = end;
  if (queue == QUEUE_END) applyQueuedButLast();
}

export function addToQueue(line: i32, recordTop: i32): void {
  store<i32>(queue, line);
  store<i32>(queue, recordTop, 4);
  queueUpTo(queue + ENTRY);
}

// The last entry is kept: a fold may follow it.
function applyQueuedButLast(): void {
  const last = queue - ENTRY;
  apply(last);
  store<u64>(FRAMING_QUEUE, load<u64>(last));
  queue = <usize>FRAMING_QUEUE + ENTRY;
}

export function applyQueued(): void {
  apply(queue);
  queue = FRAMING_QUEUE;
}

function apply(end: usize): void {
  // Framing fields in a trailer section are never acted on (RFC 9110 6.5.1).
  if (kind == KIND_TRAILER) return;
  for (let entry: usize = FRAMING_QUEUE; entry < end; entry += ENTRY) {
    const line = load<i32>(entry);
    const top = head - load<i32>(entry, 4);
    const nameEnd = line + nameLength(top);
    const field = fieldOf(load<u8>(top - 1), head + line, nameEnd - line);
    if (field == 0) continue;
    const value = nameEnd + blanks(top);
    applyFraming(field, line, head + value, head + value + valueLength(top));
  }
}
