// The architecture, as far as imports show it: a file imports its own layer and those below, and few files touch the
// platform. Reads the sources as text; nothing is loaded.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';

// Lowest first; layers in one row do not know each other. 'src' stands for the entries, the files of src/ itself.
const LAYERS = [['wasm'], ['core'], ['transport', 'capture'], ['client'], ['pool'], ['src'], ['cli']];

const SANS_IO = ['wasm', 'core', 'capture'];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'));

const layerOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] as string) : 'src');
const heightOf = (layer: string): number => LAYERS.findIndex((row) => row.includes(layer));

/** What a file imports, types included: `from '…'`, `import '…'`, `import('…')`. */
function importsOf(file: string): string[] {
  // Doc comments have imports of their own, those of their examples.
  const code = readFileSync(join('src', file), 'utf8').replace(/\/\*\*[^]*?\*\//g, '');
  return Array.from(code.matchAll(/(?:\bfrom|^import|\bimport\()\s*'([^']+)'/gm), ([, specifier]) => specifier as string);
}

/** The file in src/ that a relative specifier names, with forward slashes. */
const targetOf = (file: string, specifier: string): string =>
  normalize(join(dirname(file), specifier))
    .split(sep)
    .join('/');

test.each(files)('src/%s belongs to a known layer', (file) => {
  expect(heightOf(layerOf(file))).toBeGreaterThanOrEqual(0);
});

describe.each(files)('src/%s', (file) => {
  const layer = layerOf(file);
  const imports = importsOf(file);

  test('imports its own layer and those below', () => {
    const upwards = imports.filter((specifier) => {
      if (!specifier.startsWith('.')) return false;
      const target = layerOf(targetOf(file, specifier));
      return target !== layer && heightOf(target) >= heightOf(layer);
    });
    expect(upwards).toEqual([]);
  });

  test('imports nothing from outside src/', () => {
    expect(imports.filter((specifier) => specifier.startsWith('.') && targetOf(file, specifier).startsWith('..'))).toEqual([]);
  });

  test('names its imports with their extension', () => {
    expect(imports.filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.js'))).toEqual([]);
  });

  test('touches the platform only where its layer may', () => {
    const foreign = imports.filter((specifier) => !specifier.startsWith('.'));
    const allowed = foreign.filter((specifier) => {
      if (specifier === '@assemblyscript/loader') return file === 'wasm/module.ts';
      if (specifier === 'node:net' || specifier === 'node:tls') return layer === 'transport';
      if (specifier === 'cli-progress') return layer === 'cli';
      if (specifier === 'fflate' || specifier === 'fzstd') return layer === 'capture';
      return specifier.startsWith('node:') && !SANS_IO.includes(layer);
    });
    expect(foreign.filter((specifier) => !allowed.includes(specifier) && !isTypeOnly(file, specifier))).toEqual([]);
  });
});

/** A type of the platform costs nothing at run time; the sans-IO layers do without all the same. */
function isTypeOnly(file: string, specifier: string): boolean {
  if (SANS_IO.includes(layerOf(file))) return false;
  return new RegExp(`import type [^;]*from '${specifier}'`).test(readFileSync(join('src', file), 'utf8'));
}

test('the command reaches the library through its entries alone', () => {
  const reached = files
    .filter((file) => layerOf(file) === 'cli')
    .flatMap((file) => importsOf(file).map((specifier) => targetOf(file, specifier)));
  expect(
    reached.filter(
      (target) => target.endsWith('.js') && layerOf(target) !== 'cli' && target !== 'index.js' && target !== 'capture.node.js',
    ),
  ).toEqual([]);
});
