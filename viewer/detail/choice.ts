// A row of buttons of which one is pressed: request or response, one view of a body or another.

import { h } from '../page/dom.js';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly title: string;
  readonly isDisabled?: boolean;
}

export function choice<Value extends string>(
  label: string,
  options: readonly Option<Value>[],
  chosen: Value,
  onChoose: (value: Value) => void,
): HTMLElement {
  return h(
    'div',
    { class: 'choice', role: 'group', 'aria-label': label },
    ...options.map(({ value, title, isDisabled }) =>
      h(
        'button',
        { type: 'button', 'aria-pressed': String(value === chosen), disabled: isDisabled ?? false, onclick: () => onChoose(value) },
        title,
      ),
    ),
  );
}
