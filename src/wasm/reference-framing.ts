// Framing facts for the reference engine: what the values of Content-Length, Transfer-Encoding, Connection, Keep-Alive,
// Upgrade and Host say. A faulty value is a fact like any other; core/framing.ts decides whether it matters.
// Values come with their obs-folds, whose line ends count as blanks.

import {
  CONNECTION_CLOSE,
  CONNECTION_KEEP_ALIVE,
  CONNECTION_UPGRADE,
  FRAMING,
  FRAMING_OFFSET,
  HAS_LENGTH,
  HAS_UPGRADE,
  HOST_COUNT,
  KEEP_ALIVE,
  LENGTHS_DIFFER,
  LENGTH_HIGH,
  LENGTH_INVALID,
  LENGTH_LOW,
  TE_CHUNKED,
  TE_IDENTITY,
  TE_INVALID,
  TE_REPEATED,
  TE_UNKNOWN,
} from './layout.generated.js';

const FRAMING_FIELDS = ['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'host'];
const LONGEST_NAME = 17;
const FAULTS = LENGTH_INVALID | LENGTHS_DIFFER | TE_INVALID | TE_UNKNOWN;

const CONNECTION_OPTIONS: Partial<Record<string, number>> = {
  close: CONNECTION_CLOSE,
  'keep-alive': CONNECTION_KEEP_ALIVE,
  upgrade: CONNECTION_UPGRADE,
};

/** Which framing field a name is, from 1 on; 0 for every other name. */
export function framingField(name: string): number {
  return name.length > LONGEST_NAME ? 0 : FRAMING_FIELDS.indexOf(name.toLowerCase()) + 1;
}

/** Adds what a framing field says to the facts in the table. `line` is the offset of its field line. */
export function applyFraming(table: Int32Array, field: number, line: number, value: string): void {
  const facts = (): number => table[FRAMING] as number;
  const add = (fact: number): void => {
    table[FRAMING] = facts() | fact;
  };
  const addFault = (fault: number): void => {
    if ((facts() & FAULTS) === 0) table[FRAMING_OFFSET] = line;
    add(fault);
  };
  const elements = value.split(',').map((element) => trim(element).toLowerCase());

  switch (FRAMING_FIELDS[field - 1]) {
    case 'content-length':
      // 1*DIGIT, and wherever it is repeated the same number again (RFC 9112 6.3, rule 5).
      for (const element of elements) {
        const length = Number(element);
        if (!/^[0-9]+$/.test(element) || length > Number.MAX_SAFE_INTEGER) return addFault(LENGTH_INVALID);
        const known = (table[LENGTH_HIGH] as number) * 2 ** 32 + ((table[LENGTH_LOW] as number) >>> 0);
        if ((facts() & HAS_LENGTH) !== 0 && known !== length) return addFault(LENGTHS_DIFFER);
        table[LENGTH_LOW] = length % 2 ** 32;
        table[LENGTH_HIGH] = Math.floor(length / 2 ** 32);
        add(HAS_LENGTH);
      }
      return;
    case 'transfer-encoding': {
      // One coding that is known; the first element that is not decides what is wrong.
      const odd = elements.find((element) => element !== 'chunked' && element !== 'identity');
      if (odd !== undefined) return addFault(odd === '' ? TE_INVALID : TE_UNKNOWN);
      if (elements.length > 1) return addFault(TE_INVALID);
      const coding = elements[0] === 'chunked' ? TE_CHUNKED : TE_IDENTITY;
      const before = facts() & (TE_CHUNKED | TE_IDENTITY);
      if (before === 0) add(coding);
      else if (before === coding) add(TE_REPEATED);
      else addFault(TE_INVALID);
      return;
    }
    case 'connection':
      for (const element of elements) if (Object.hasOwn(CONNECTION_OPTIONS, element)) add(CONNECTION_OPTIONS[element] as number);
      return;
    case 'keep-alive':
      for (const element of elements) {
        const seconds = Number(/^timeout=([0-9]+)$/.exec(element)?.[1]);
        if (seconds < 1e9) table[KEEP_ALIVE] = seconds;
      }
      return;
    case 'upgrade':
      return add(HAS_UPGRADE);
    case 'host':
      table[HOST_COUNT] = (table[HOST_COUNT] as number) + 1;
  }
}

// String.prototype.trim would also take U+00A0 and other bytes that are no blanks here: "chunked\xa0" is not "chunked".
function trim(element: string): string {
  let from = 0;
  let to = element.length;
  while (from < to && '\t\n\r '.includes(element.charAt(from))) from++;
  while (to > from && '\t\n\r '.includes(element.charAt(to - 1))) to--;
  return element.slice(from, to);
}
