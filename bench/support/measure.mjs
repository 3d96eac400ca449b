// What every bench shares: timing loops, medians, and tables for the terminal. Nothing here knows what is measured.

import { readFileSync } from 'node:fs';

let loops = 0;

/**
 * A loop of its own for one entry: (read, weigh, inputs, times) => { ns, sum }. It is compiled anew for every entry, since a
 * shared loop would learn the types of all of them, and whoever came first would run faster than those behind.
 */
export function timingLoop() {
  return new Function(
    'read, weigh, inputs, times',
    `// ${loops++}: the same source would be the same function.
    let sum = 0;
    const start = process.hrtime.bigint();
    for (let pass = 0; pass < times; pass++) for (let n = 0; n < inputs.length; n++) sum += weigh(read(inputs[n]));
    return { ns: Number(process.hrtime.bigint() - start), sum };`,
  );
}

/** Median, quartiles, minimum and maximum of a list of numbers. */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)];
    return below + (sorted[Math.ceil(place)] - below) * (place % 1);
  };
  return { median: at(0.5), q1: at(0.25), q3: at(0.75), min: sorted[0], max: sorted.at(-1) };
}

/** A number with three significant digits, or all the digits before its point. */
export function digits(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Prints rows of strings under their titles, the first column to the left, the others to the right; a row of one string is a heading. */
export function printTable(titles, rows) {
  const full = [titles, ...rows.filter((row) => row.length > 1)];
  const widths = titles.map((_, column) => Math.max(...full.map((row) => row[column].length)));
  for (const row of [titles, ...rows]) {
    console.log(row.length === 1 ? row[0] : row.map((cell, n) => (n === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[n]))).join('  '));
  }
}

/** `list` turned by `by` places: the order of a round, so that nobody always runs behind the same neighbour. */
export function rotated(list, by) {
  const from = by % list.length;
  return [...list.slice(from), ...list.slice(0, from)];
}

/** The most memory that this process has had, MiB. On Linux maxRSS begins with what the parent had when it made the process. */
export function peakMemory() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]) / 1024;
}
