// Builds the viewer into dist/viewer/index.html, one file.

import { defineConfig } from 'vite';
import { onePage } from './one-page.mjs';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [onePage()],
  worker: { format: 'iife' },
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
});
