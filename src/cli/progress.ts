// The progress bar of a download. The only user of cli-progress, which is loaded when there is a bar to show.

import type { Output } from './io.js';

export interface Progress {
  add(bytes: number): void;
  stop(): void;
}

/** Bodies from this size on are worth a bar where nobody asked for a file. */
export const LARGE = 1 << 20;

const NAME_WIDTH = 32;

/** Shows a bar on a terminal, or a running count where the size is not known. */
export async function startProgress(terminal: Output, name: string, size: number | null): Promise<Progress> {
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: terminal,
    format: size === null ? '{name} {done}' : `{name} [{bar}] {percentage}% {done} of ${formatSize(size)}`,
    barsize: 24,
    // Switching the terminal's line wrap off would outlive a Ctrl-C.
    linewrap: true,
  });
  const shown = name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 3)}...` : name;
  let done = 0;
  bar.start(size ?? 0, 0, { name: shown, done: formatSize(0) });
  return {
    add: (bytes) => bar.update((done += bytes), { name: shown, done: formatSize(done) }),
    stop: () => bar.stop(),
  };
}

function formatSize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
