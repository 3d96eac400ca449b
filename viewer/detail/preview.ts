// A captured HTML body as a page. Captured bodies are hostile, and nothing may leave this page, so three things stand between them: what
// could load, run or lead away is taken out; the frame is sandboxed, without scripts, forms, pop-ups and an origin; and its policy
// allows no address but data:. Each of them would do for most attacks; the first is for what the others leave open: DNS look-ups and
// connections that <link> asks for ahead, and links that somebody follows inside of the frame.

import { h } from '../page/dom.js';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";

/** Elements that do nothing but load, run, embed or lead away. */
const REMOVED = 'script, noscript, link, meta, base, iframe, frame, frameset, object, embed, applet, portal, template';

/** Attributes with addresses; those of an image may have the data themselves. */
const ADDRESSES =
  /^(?:href|xlink:href|src|srcset|action|formaction|ping|background|poster|data|cite|longdesc|manifest|target|imagesrcset|from|to|values)$/i;

/** The markup without what could reach out. */
function withoutReach(markup: string): string {
  // A document that is not shown: nothing in it loads or runs.
  const parsed = new DOMParser().parseFromString(markup, 'text/html');
  for (const element of parsed.querySelectorAll(REMOVED)) element.remove();
  for (const element of parsed.querySelectorAll('*')) {
    for (const { name, value } of Array.from(element.attributes)) {
      const isData = name === 'src' && /^data:image\//i.test(value);
      if ((ADDRESSES.test(name) && !isData) || /^on/i.test(name)) element.removeAttribute(name);
    }
  }
  const policy = parsed.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = POLICY;
  parsed.head.prepend(policy);
  return `<!doctype html>${parsed.documentElement.outerHTML}`;
}

export function previewOf(markup: string): HTMLElement {
  const frame = h('iframe', {
    class: 'preview',
    sandbox: '',
    title: 'The body as a page, without scripts, links and anything from elsewhere',
  });
  frame.srcdoc = withoutReach(markup);
  return frame;
}

/** Types that an <img> shows. SVG is among them: in an <img> it neither runs scripts nor loads anything. */
export const IMAGES = /^image\/(?:png|jpe?g|gif|webp|avif|bmp|svg\+xml|x-icon|vnd\.microsoft\.icon)$/;

export function imageOf(bytes: Uint8Array<ArrayBuffer>, type: string): HTMLElement {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const caption = h('figcaption', {}, '');
  const image = h('img', { alt: 'The body as an image' });
  const done = (text: string) => () => {
    caption.textContent = text;
    URL.revokeObjectURL(url);
  };
  image.addEventListener('load', () => done(`${image.naturalWidth} × ${image.naturalHeight} pixels`)());
  image.addEventListener('error', done('This is no image that the browser can show: see Hex.'));
  image.src = url;
  return h('figure', { class: 'image' }, image, caption);
}
