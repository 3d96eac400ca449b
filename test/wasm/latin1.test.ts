// Bytes as characters, one for each, however long they are and whatever they look like in another encoding.

import { expect, test } from '@jest/globals';
import { latin1Of } from '../../src/wasm/latin1.js';
import { bytesOf } from '../support/engines.js';

const UTF8 = [...new TextEncoder().encode('ä€𝄞')].map((byte) => String.fromCharCode(byte)).join('');

test.each([
  ['ASCII', 'Server: x\r\n'],
  ['every byte', Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('')],
  ['what windows-1252 alters', '\x80\x85\x99\x9f'],
  ['UTF-8', UTF8],
  ['a byte order mark', '\xef\xbb\xbfabc'],
  ['the replacement character of UTF-8', '\xef\xbf\xbd'],
])('%s', (_, text) => {
  for (const times of [1, 10, 1000]) expect(latin1Of(bytesOf(text.repeat(times))) === text.repeat(times)).toBe(true);
});

test('nothing', () => {
  expect(latin1Of(new Uint8Array(0))).toBe('');
});
