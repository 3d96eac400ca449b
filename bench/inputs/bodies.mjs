// Chunked responses: 64 KiB of content in chunks of one size each, as one Uint8Array that holds the whole response. Data only;
// the content is seeded and has no line ends of its own to trip over, nor anything that makes it special to a copy.

import { seeded } from './variation.mjs';

const LENGTH = 65536;

const random = seeded(6);
export const CONTENT = Uint8Array.from({ length: LENGTH }, () => 0x20 + Math.floor(random() * 0x5f));

function chunked(size) {
  const pieces = [Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n')];
  for (let at = 0; at < LENGTH; at += size) {
    const content = CONTENT.subarray(at, at + size);
    pieces.push(Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n'));
  }
  pieces.push(Buffer.from('0\r\n\r\n'));
  return { kind: 'chunked', title: `chunks of ${size >= 1024 ? `${size / 1024} KiB` : `${size} bytes`}`, heads: [{ bytes: Buffer.concat(pieces) }] };
}

/** The sets of chunked responses, one response each. */
export const BODIES = { 'chunks-16k': chunked(16384), 'chunks-1k': chunked(1024), 'chunks-100': chunked(100) };
