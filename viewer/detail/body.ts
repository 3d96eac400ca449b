// The Body tab: a body without its codings, in the view that fits its type, and the others to choose from.

import { h } from '../page/dom.js';
import { formatBytes, formatCount } from '../page/format.js';
import type { Content, MessageDetail } from '../shared/protocol.js';
import { looksLikeText, textOf } from '../shared/text.js';
import { choice, type Option } from './choice.js';
import { formOf, pairs } from './fields.js';
import { hexView } from './hex.js';
import { laidOut, piecesOf } from './json.js';
import { linesOf, linesView, type TextLine } from './lines.js';
import { imageOf, IMAGES, previewOf } from './preview.js';

export type View = 'json' | 'form' | 'image' | 'page' | 'text' | 'bytes';

const TITLES: Readonly<Record<View, string>> = {
  json: 'JSON',
  form: 'Form',
  image: 'Image',
  page: 'Preview',
  text: 'Text',
  bytes: 'Bytes',
};

/** Longer texts are not laid out. */
const LONGEST_LAYOUT = 20e6;

/** The views of a body, the one to begin with first. */
export function viewsOf({ bytes, type }: Content): View[] {
  const views: View[] = [];
  if (IMAGES.test(type)) views.push('image');
  if (/[/+](?:x-)?(?:nd)?json$/.test(type) || (/^(?:text\/plain|text\/javascript|)$/.test(type) && /^[{[]/.test(startOf(bytes))))
    views.push('json');
  if (type === 'application/x-www-form-urlencoded') views.push('form');
  const isText = looksLikeText(bytes);
  if (isText) views.push('text');
  if (/^(?:text\/html|application\/xhtml\+xml)$/.test(type)) views.push('page');
  if (!isText) views.push('bytes');
  return views;
}

function startOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart();
}

/** What is to be known besides the bytes: type, sizes, codings, what is wrong. */
export function bodyFacts(content: Content, message: MessageDetail): HTMLElement {
  const { bytes, coding, codedLength, type, problem } = content;
  const sizes = coding === '' ? formatBytes(bytes.length) : `${formatBytes(codedLength)} ${coding} → ${formatBytes(bytes.length)}`;
  const { kind } = message.framing;
  const framing = kind === 'chunked' ? 'chunked' : kind === 'close' ? 'until close' : '';
  const facts = [type === '' ? 'no media type' : type, sizes, framing].filter((fact) => fact !== '').join(' · ');
  const words = problem ?? (message.body.complete ? null : 'not all of this body was captured');
  return h(
    'div',
    { class: 'facts' },
    h('span', { class: 'muted' }, facts),
    words === null
      ? null
      : h('p', { class: 'alert', role: 'note' }, `${words.charAt(0).toUpperCase()}${words.slice(1)}.`.replace(/\.\.$/, '.')),
  );
}

export function bodyView(content: Content, view: View): HTMLElement {
  const { bytes, type } = content;
  switch (view) {
    case 'image':
      return imageOf(bytes, type);
    case 'page':
      return previewOf(textOf(bytes, content.charset));
    case 'form':
      return h('div', { class: 'pane', tabindex: 0, role: 'region', 'aria-label': 'Form' }, pairs(formOf(textOf(bytes, content.charset))));
    case 'bytes':
      return hexView('The body in hexadecimal', bytes);
    case 'json': {
      const text = textOf(bytes, content.charset);
      const layout = text.length > LONGEST_LAYOUT ? null : laidOut(text);
      return layout === null ? textView(text, plain) : textView(layout, coloured);
    }
    default:
      return textView(textOf(bytes, content.charset), plain);
  }
}

export function viewChoice(views: readonly View[], view: View, onChoose: (view: View) => void): HTMLElement {
  const options: Option<View>[] = views.map((value) => ({ value, title: TITLES[value] }));
  return choice('View of the body', options, view, onChoose);
}

function textView(text: string, fillText: (element: HTMLElement, text: string) => void): HTMLElement {
  const lines = linesOf(text);
  return linesView(`The body as text, ${formatCount(lines.length, 'line')}`, lines.length, (element, index) => {
    const { number, text: line } = lines[index] as TextLine;
    const gutter = h('span', { class: 'gutter', 'aria-hidden': 'true', 'data-number': number ?? '' });
    const content = h('span', { class: 'text' });
    fillText(content, line);
    element.replaceChildren(gutter, content);
  });
}

function plain(element: HTMLElement, text: string): void {
  element.textContent = text;
}

function coloured(element: HTMLElement, text: string): void {
  element.replaceChildren(...piecesOf(text).map((piece) => h('span', { class: piece.kind }, piece.text)));
}
