// A Vite plugin: everything in one file, so that the page can be opened from a disk, where browsers load neither modules nor workers, kept,
// and sent around; and so that it never has anything to ask for. Its policy names its script by its hash and allows no address at all.

import { createHash } from 'node:crypto';

/** `'wasm-unsafe-eval'` is for the parser; `blob:` for the worker, for images out of a capture, and for nothing else. */
const policyOf = (scriptHash) =>
  [
    "default-src 'none'",
    `script-src 'sha256-${scriptHash}' 'wasm-unsafe-eval'`,
    'worker-src blob:',
    // Without a style attribute no bar has a length. What a style could load is forbidden below.
    "style-src 'unsafe-inline'",
    'img-src blob: data:',
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');

// Inside of a script element these would end it, or begin a comment (HTML, 4.12.1.3); they only stand in strings.
const embedded = (code) => code.replace(/<(?=\/script|script|!--)/gi, '\\x3c');

export function onePage() {
  return {
    name: 'one-page',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const only = (test) => {
        const found = Object.values(bundle).filter(({ fileName }) => test.test(fileName));
        if (found.length !== 1) throw new Error(`one file of ${test} is needed, and there are ${found.length}`);
        return found[0];
      };
      const page = only(/\.html$/);
      const script = only(/\.js$/);
      const style = only(/\.css$/);
      const code = embedded(script.code.trim());
      const hash = createHash('sha256').update(code).digest('base64');
      const source = String(page.source)
        .replace(/<!-- The policy:[^]*?-->/, () => `<meta http-equiv="Content-Security-Policy" content="${policyOf(hash)}" />`)
        .replace(/\s*<link rel="stylesheet"[^>]*>/, () => `\n    <style>${style.source.trim()}</style>`)
        .replace(/\s*<script type="module"[^>]*><\/script>/, () => `\n    <script type="module">${code}</script>`);
      page.source = source;
      delete bundle[script.fileName];
      delete bundle[style.fileName];
    },
  };
}
