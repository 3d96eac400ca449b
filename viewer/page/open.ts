// How a capture gets in: picked, dropped or pasted; or named by `headlong view FILE`, which writes its address into the page.

import type { Input } from '../shared/protocol.js';
import { byId, h } from './dom.js';

export interface Opened {
  readonly name: string;
  readonly input: Input;
}

export function onOpen(open: (opened: Opened) => void): void {
  const picker = byId<HTMLInputElement>('picker');
  const openFile = (file: File | null | undefined): void => {
    if (file) open({ name: file.name, input: file });
  };
  for (const button of document.querySelectorAll('[data-open]')) button.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    openFile(picker.files?.[0]);
    // The same file may be picked again.
    picker.value = '';
  });

  // Enter and leave come for every element that is passed on the way.
  let depth = 0;
  const overlay = byId('drop');
  const show = (by: number): void => {
    depth = Math.max(0, depth + by);
    overlay.hidden = depth === 0;
  };
  addEventListener('dragenter', () => show(1));
  addEventListener('dragleave', () => show(-1));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    show(-depth);
    openFile(event.dataTransfer?.files[0]);
  });

  addEventListener('paste', (event) => {
    if ((event.target as HTMLElement).closest('input, textarea')) return;
    const { clipboardData } = event;
    const text = clipboardData?.getData('text/plain') ?? '';
    if (clipboardData?.files.length) openFile(clipboardData.files[0]);
    else if (text !== '') open({ name: 'pasted text', input: new Blob([text]) });
  });

  const served = document.querySelector<HTMLMetaElement>('meta[name=headlong-file]');
  if (served === null) return;
  (document.querySelector('.private') as HTMLElement).title = 'The policy of this page allows one address: that of the capture.';
  open({ name: served.dataset['name'] ?? 'capture', input: { url: new URL(served.content, location.href).href } });
}

/** Has the browser save a Blob as a file. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
