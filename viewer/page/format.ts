// Numbers, times and media types as people read them.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `0 B`, `812 B`, `1.5 kB`, `23 MB`. */
export function formatBytes(bytes: number): string {
  let power = 0;
  let amount = bytes;
  while (amount >= 999.5 && power < UNITS.length - 1) {
    amount /= 1000;
    power++;
  }
  const text = power === 0 || amount >= 99.95 ? amount.toFixed(0) : amount.toFixed(amount >= 9.995 ? 0 : 1);
  return `${text} ${UNITS[power]}`;
}

/** `0.42 ms`, `38 ms`, `1.25 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9.995) return `${Number(milliseconds.toFixed(2))} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.995) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Seconds since the first row, to the millisecond. */
export function formatOffset(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** A moment in UTC, to the millisecond. */
export function formatMoment(milliseconds: number): string {
  // What a Date cannot hold comes from a damaged capture.
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', ' UTC') : 'unknown';
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

const LABELS: Readonly<Record<string, string>> = {
  'application/javascript': 'js',
  'application/octet-stream': 'binary',
  'application/x-javascript': 'js',
  'application/x-www-form-urlencoded': 'form',
  'image/svg+xml': 'svg',
  'image/vnd.microsoft.icon': 'ico',
  'image/x-icon': 'ico',
  'multipart/form-data': 'form',
  'text/javascript': 'js',
  'text/plain': 'text',
};

/** The short name of a media type. */
export function formatType(type: string): string {
  const subtype = type.split('/')[1] ?? type;
  const [, suffix] = /\+(json|xml|zip)$/.exec(subtype) ?? [];
  return LABELS[type] ?? suffix ?? subtype.replace(/^(?:x-|vnd\.)+/, '');
}
