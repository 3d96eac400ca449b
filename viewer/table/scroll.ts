// Which lines of a long list are in view. Browsers cap the height of an element (Chromium at 33 million pixels, Firefox at 17 million),
// so above a limit the position of the scroll bar is a share of the list, no more a number of pixels.

export const MOST_HEIGHT = 10_000_000;

export interface Extent {
  readonly count: number;
  readonly lineHeight: number;
  /** Height of what is in view. */
  readonly viewHeight: number;
}

export function heightOf({ count, lineHeight }: Extent): number {
  return Math.min(count * lineHeight, MOST_HEIGHT);
}

export function isScaled({ count, lineHeight }: Extent): boolean {
  return count * lineHeight > MOST_HEIGHT;
}

/** The line at the upper edge, with a fraction, for a position of the scroll bar. */
export function lineAt(scrollTop: number, extent: Extent): number {
  if (!isScaled(extent)) return scrollTop / extent.lineHeight;
  const share = scrollTop / (MOST_HEIGHT - extent.viewHeight);
  return Math.min(1, Math.max(0, share)) * lastTop(extent);
}

/** The position of the scroll bar for a line at the upper edge. */
export function positionOf(line: number, extent: Extent): number {
  const top = Math.min(Math.max(0, line), lastTop(extent));
  if (!isScaled(extent)) return top * extent.lineHeight;
  return (top / lastTop(extent)) * (MOST_HEIGHT - extent.viewHeight);
}

/** The line at the upper edge when the last one stands at the lower edge. */
function lastTop({ count, lineHeight, viewHeight }: Extent): number {
  return Math.max(0, count - viewHeight / lineHeight);
}
