// The filter language: from text to terms. A row is listed when every term fits. What a term means for a row is in match.ts.
//
//   filter  = *( term )                     separated by blanks
//   term    = [ "-" ] ( [ key ":" ] value *( "," value ) )
//   value   = word / DQUOTE text DQUOTE
//
// A word with a colon whose key is not known is text, so that a URL can be pasted.

export const KEYS = ['host', 'method', 'target', 'status', 'type', 'size', 'wait', 'time', 'header', 'body', 'is', 'connection'] as const;

export type Key = (typeof KEYS)[number];

/** Whether a number of a row is one that was asked for. */
export type Holds = (amount: number) => boolean;

export type Term =
  /** Text in lower case; one of `values` is to be found. `key` is null for free text. */
  | {
      readonly key: 'host' | 'method' | 'target' | 'type' | 'header' | 'body' | 'is' | null;
      readonly negated: boolean;
      readonly values: readonly string[];
    }
  /** Bytes, milliseconds, or the number itself; one of `holds` is to be true. */
  | { readonly key: 'status' | 'size' | 'wait' | 'time' | 'connection'; readonly negated: boolean; readonly holds: readonly Holds[] };

/** The filter cannot be understood; the message says what would be. */
export class FilterError extends Error {}

/** What `is:` takes besides the flags of a message. */
export const STATES = [
  'damaged',
  'encrypted',
  'gap',
  'truncated',
  'malformed',
  'overlap',
  'one-sided',
  'midstream',
  'retransmitted',
  'reordered',
  'close-delimited',
  'no-request',
  'no-response',
] as const;

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9 };
const TIME_UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1e3, m: 60e3 };
const NO_UNITS: Readonly<Record<string, number>> = { '': 1 };

const UNITS = {
  size: { units: SIZE_UNITS, hint: 'a size such as >10k or 1k-1M' },
  wait: { units: TIME_UNITS, hint: 'a time such as >200ms or <1s' },
  time: { units: TIME_UNITS, hint: 'a time such as >200ms or <1s' },
  connection: { units: NO_UNITS, hint: 'the number of a connection' },
} as const;

// A quoted text may stand alone, behind a key, and between commas. A key without a value, still being written, is read as text.
const TERM = /(-?)(?:([a-z]+):)?((?:"[^"]*"?|[^\s"])+)/gi;

export function parseFilter(text: string): readonly Term[] {
  const terms: Term[] = [];
  for (const [whole, minus, name = '', rest = ''] of text.matchAll(TERM)) {
    const negated = minus === '-' && whole.length > 1;
    const key = name.toLowerCase();
    if (isKey(key)) {
      const values = valuesOf(rest);
      if (values.length > 0) terms.push(keyed(key, negated, values));
    } else {
      // Text, and its commas are text too.
      const plain = unquoted(negated ? whole.slice(1) : whole).toLowerCase();
      if (plain !== '' && !isUnfinished(plain)) terms.push({ key: null, negated, values: [plain] });
    }
  }
  return terms;
}

const isKey = (name: string): name is Key => (KEYS as readonly string[]).includes(name);

const isUnfinished = (text: string): boolean => text.endsWith(':') && isKey(text.slice(0, -1));

const unquoted = (text: string): string => text.replace(/"/g, '');

/** The values between commas that stand outside of quotes. */
function valuesOf(text: string): string[] {
  return (text.match(/(?:"[^"]*"?|[^,"])+/g) ?? []).map((value) => unquoted(value).toLowerCase()).filter((value) => value !== '');
}

function keyed(key: Key, negated: boolean, values: readonly string[]): Term {
  switch (key) {
    case 'status':
      return { key, negated, holds: values.map(statusHolds) };
    case 'size':
    case 'wait':
    case 'time':
    case 'connection': {
      const { units, hint } = UNITS[key];
      return { key, negated, holds: values.map((value) => holdsOf(value, units) ?? fail(key, value, hint)) };
    }
    case 'is':
      for (const value of values) if (!(STATES as readonly string[]).includes(value)) fail(key, value, `one of ${STATES.join(', ')}`);
      return { key, negated, values };
    default:
      return { key, negated, values };
  }
}

/** `404`, `4xx`, `400-499`, `>=400`. */
function statusHolds(value: string): Holds {
  const [, digit] = /^(\d)xx$/.exec(value) ?? [];
  if (digit !== undefined) return (status) => Math.floor(status / 100) === Number(digit);
  return holdsOf(value, NO_UNITS) ?? fail('status', value, 'a code such as 404, a class such as 5xx, or >=400');
}

function holdsOf(value: string, units: Readonly<Record<string, number>>): Holds | null {
  const [, compared, first = '', second] = /^(>=?|<=?)?([\d.]+[a-z]*)(?:-([\d.]+[a-z]*))?$/.exec(value) ?? [];
  const bound = amountOf(first, units);
  const end = second === undefined ? bound : amountOf(second, units);
  if (bound === null || end === null || (compared !== undefined && second !== undefined)) return null;
  switch (compared) {
    case '>':
      return (amount) => amount > bound;
    case '>=':
      return (amount) => amount >= bound;
    case '<':
      return (amount) => amount < bound;
    case '<=':
      return (amount) => amount <= bound;
    default:
      return (amount) => amount >= bound && amount <= end;
  }
}

function amountOf(text: string, units: Readonly<Record<string, number>>): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)([a-z]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}

function fail(key: Key, value: string, hint: string): never {
  throw new FilterError(`${key}:${value} is not understood: ${key}: takes ${hint}`);
}

/** Takes a term out of a filter, or puts it in if it is not there: what the buttons beside the filter do. */
export function toggled(filter: string, term: string): string {
  const terms = filter.split(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/).filter((part) => part !== '');
  return (terms.includes(term) ? terms.filter((part) => part !== term) : [...terms, term]).join(' ');
}
