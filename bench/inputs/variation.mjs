// How one field section becomes many, seeded, so that every run reads the same bytes. On a head that repeats, a processor
// learns every branch; what real traffic repeats, and what it does not, is what the functions here differ in.
// Fields come and go as lists of [name, value]; nothing here knows start lines, bytes or parsers.

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
}

/** The same text with other digits. */
export function redrawn(text, random) {
  return text.replace(/[0-9]/g, () => String(Math.floor(random() * 10)));
}

/** Unrelated heads: these fields in another order, digits redrawn, the values of `opaque` names of another length. */
export function varied(fields, opaque, random) {
  const list = fields.map(([name, value]) => {
    const drawn = redrawn(value, random);
    return [name, opaque.has(name) ? drawn.slice(0, Math.ceil(value.length * (0.5 + random() / 2))).trimEnd() : drawn];
  });
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}

/** Answer number `n` of one server: its fields in its order, but another Date, Content-Length and ETag. */
export function successor(fields, n, random) {
  const length = 1000 + Math.floor(random() * 99000);
  const hex = (digits) => Math.floor(random() * 16 ** digits).toString(16).padStart(digits, '0');
  const changed = {
    Date: new Date(Date.UTC(2026, 6, 21, 10, 18, 42) + n * 1000).toUTCString(),
    'Content-Length': String(length),
    ETag: `W/"${length.toString(16)}-${hex(9)}${hex(9)}"`,
  };
  return fields.map(([name, value]) => [name, changed[name] ?? value]);
}
