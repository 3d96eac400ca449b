// The bar between table and detail: dragged, or moved with the arrow keys. How the room is shared is kept for the visit.

import { byId } from './dom.js';

const LEAST = 20;
const MOST = 80;
const STEP = 4;

export function setUpSplitter(): void {
  const splitter = byId('splitter');
  const panes = splitter.parentElement as HTMLElement;
  let share = 50;

  const set = (percentage: number): void => {
    share = Math.min(MOST, Math.max(LEAST, percentage));
    panes.style.setProperty('--share', `${share}%`);
    splitter.setAttribute('aria-valuenow', String(Math.round(share)));
  };
  const isSideBySide = (): boolean => getComputedStyle(panes).flexDirection === 'row';

  splitter.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    splitter.focus();
    splitter.setPointerCapture(event.pointerId);
  });
  splitter.addEventListener('pointermove', (event) => {
    if (!splitter.hasPointerCapture(event.pointerId)) return;
    const { left, top, width, height } = panes.getBoundingClientRect();
    set(isSideBySide() ? 100 - (100 * (event.clientX - left)) / width : 100 - (100 * (event.clientY - top)) / height);
  });
  splitter.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: STEP, ArrowUp: STEP, ArrowRight: -STEP, ArrowDown: -STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set(share + by);
  });
}
