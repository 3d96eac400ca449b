// What the server of the client bench answers, by path, and what is in it. Data only.

import { BODIES, CONTENT } from './bodies.mjs';
import { HEADS, JSON_ANSWER, JSON_BODY, JSON_FIELDS } from './heads.mjs';

const PAGE_BODY = Buffer.from(CONTENT.subarray(0, 2048));
const [{ fields }] = HEADS.cdn.heads;
const PAGE_FIELDS = fields.map(([name, value]) => [name, name === 'Content-Length' ? String(PAGE_BODY.length) : value]);
const PAGE_HEAD = `HTTP/1.1 200 OK\r\n${PAGE_FIELDS.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

/** A small answer: 8 fields, 27 bytes of JSON. */
export const JSON_PATH = '/json/12345';
/** 20 fields and 2 KiB of text. */
export const PAGE_PATH = '/page';
/** 64 KiB in chunks of 1 KiB. */
export const CHUNKS_PATH = '/chunks';
/** DOWNLOAD_SIZE bytes, sized. */
export const DOWNLOAD_PATH = '/download';
/** Takes UPLOAD_SIZE bytes, sized, and answers as JSON_PATH does. */
export const UPLOAD_PATH = '/upload';

export const DOWNLOAD_SIZE = 256 << 20;
export const UPLOAD_SIZE = 100 << 20;
export const PIECE = Buffer.alloc(1 << 16, 'x');

/** Bytes of each whole answer, and its parts. */
export const ANSWERS = {
  [JSON_PATH]: { bytes: JSON_ANSWER, body: Buffer.from(JSON_BODY), fields: JSON_FIELDS },
  [PAGE_PATH]: { bytes: Buffer.concat([Buffer.from(PAGE_HEAD), PAGE_BODY]), body: PAGE_BODY, fields: PAGE_FIELDS },
  [CHUNKS_PATH]: { bytes: Buffer.from(BODIES['chunks-1k'].heads[0].bytes), body: Buffer.from(CONTENT) },
  [UPLOAD_PATH]: { bytes: JSON_ANSWER, body: Buffer.from(JSON_BODY), fields: JSON_FIELDS },
};
export const DOWNLOAD_HEAD = `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${DOWNLOAD_SIZE}\r\n\r\n`;
