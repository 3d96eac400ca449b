// Bytes in hexadecimal: offset, sixteen bytes, and the same as text.

import { linesView } from './lines.js';

export const ROW = 16;

export function hexLine(bytes: Uint8Array, index: number): { readonly offset: string; readonly hex: string; readonly text: string } {
  const row = bytes.subarray(index * ROW, (index + 1) * ROW);
  const pairs = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'));
  const hex = `${pairs.slice(0, 8).join(' ').padEnd(23)}  ${pairs.slice(8).join(' ').padEnd(23)}`;
  const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
  return { offset: (index * ROW).toString(16).padStart(8, '0'), hex, text };
}

export function hexView(label: string, bytes: Uint8Array): HTMLElement {
  return linesView(label, Math.ceil(bytes.length / ROW), (element, index) => {
    const { offset, hex, text } = hexLine(bytes, index);
    element.className = 'line hex';
    element.replaceChildren(
      ...[offset, hex, text].map((part, n) => {
        const span = document.createElement('span');
        span.className = ['offset', 'bytes', 'ascii'][n] as string;
        span.textContent = part;
        return span;
      }),
    );
  });
}
