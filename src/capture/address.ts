// Addresses as people write them.

export function addressOf(bytes: Uint8Array, at: number, length: number): string {
  if (length === 4) return bytes.subarray(at, at + 4).join('.');
  const groups = Array.from({ length: 8 }, (_, n) => ((bytes[at + 2 * n] as number) << 8) | (bytes[at + 2 * n + 1] as number));
  // An IPv4 address inside is written as one (RFC 5952 5).
  if (groups.slice(0, 6).join() === '0,0,0,0,0,65535') return `::ffff:${addressOf(bytes, at + 12, 4)}`;
  return compressed(groups);
}

/** RFC 5952 4.2: the longest run of zeros, of two or more, the first of several, becomes `::`. */
function compressed(groups: readonly number[]): string {
  let best = 0;
  let longest = 1;
  for (let from = 0; from < groups.length; from++) {
    let to = from;
    while (groups[to] === 0) to++;
    if (to - from > longest) {
      best = from;
      longest = to - from;
    }
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (longest < 2) return text(groups);
  return `${text(groups.slice(0, best))}::${text(groups.slice(best + longest))}`;
}
