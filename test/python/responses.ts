// Draws responses: heads, framings, bodies, cuts, ways to deliver and to read them. Most are well-formed, the others are
// at the edge or a little beyond it. Byte strings are latin-1 strings. What becomes of a case is not known here.

import type { ResponseCase } from '../differential/corpus.js';
import { dice, type Dice } from './random.js';

/** A response case that nobody has played yet. */
export type NewResponse = Omit<ResponseCase, 'expected'>;

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const VALUE = `${LETTERS}0123456789 \t!"#$%&'()*+,-./:;<=>?@[]^_{|}~éü\x80\xa0\xff`;
const BODY = `${LETTERS}0123456789 \n\n\n\r\0\xe9\xff`;

const REASONS = ['OK', 'Not Found', '', ' ', 'A  B', 'Tr\xe8s bien', 'with\ttab', 'trailing  ', '200 OK', ':', 'x'.repeat(300)];
const NAMES = [
  'Server',
  'Date',
  'ETag',
  'Vary',
  'Set-Cookie',
  'set-cookie',
  'X-1',
  "!#$%&'*+-.^_`|~",
  'x_y',
  '0',
  'Content-Type',
  'Via',
  'Link',
];

export function responses(seed: number, count: number): NewResponse[] {
  return Array.from({ length: count }, (_, n) => response(dice(seed * 100_003 + n), `response ${n}`));
}

function response(draw: Dice, id: string): NewResponse {
  const method = draw.percent(88) ? 'GET' : draw.one(['HEAD', 'HEAD', 'POST', 'DELETE', 'head', 'OPTIONS']);
  const end = draw.percent(94) ? '\r\n' : '\n';
  const interims = draw.percent(85) ? '' : Array.from({ length: 1 + draw.below(3) }, () => interim(draw, end)).join('');
  const status = draw.percent(75)
    ? '200'
    : draw.one(['201', '206', '404', '500', '204', '304', '204', '304', '205', '301', '599', '600', '999', '100', '20', '2x0']);
  const body = bodyOf(draw);
  const { fields, bytes } = frame(draw, body, end);
  const lines = [...fields];
  for (let n = draw.below(6); n > 0; n--) lines.splice(draw.below(lines.length + 1), 0, field(draw, end));
  if (draw.percent(40)) lines.splice(draw.below(lines.length + 1), 0, persistence(draw));
  if (draw.percent(3))
    lines.splice(
      draw.below(lines.length + 1),
      0,
      draw.one(['no colon', ': no name', 'a b: c', 'blank : before', 'Ctl: a\x01b', 'Nul: a\0b', 'Cr: a\rb']),
    );
  const withoutBody = method === 'HEAD' || status === '204' || status === '304' || status === '100';
  let raw = `${interims}${statusLine(draw, status, lines)}${end}${lines.map((line) => `${line}${end}`).join('')}${end}`;
  const head = raw.length;
  if (!withoutBody || draw.percent(20)) raw += bytes;
  if (draw.percent(5)) raw += draw.one(['\r\n', '\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', 'x']);
  let eof: ResponseCase['eof'] = draw.percent(90) ? 'close' : 'block';
  if (draw.percent(16)) {
    // Cuts in the body are the more interesting ones.
    raw = raw.slice(0, draw.percent(75) && raw.length > head ? head + draw.below(raw.length - head) : draw.below(raw.length));
    eof = draw.one(['close', 'close', 'close', 'close', 'reset', 'block']);
  }
  // Long ones in few segments, lest the client's time limit for a silent peer passes while they come.
  const seg = raw.length > (eof === 'block' ? 300 : 3000) ? draw.one([0, 1460, 1000]) : draw.one([0, 0, 0, 1, 2, 3, 7, 16, 61]);
  return { id, raw, method, eof, read: strategy(draw), seg };
}

function statusLine(draw: Dice, status: string, fields: readonly string[]): string {
  const version = draw.percent(82)
    ? 'HTTP/1.1'
    : draw.one([
        'HTTP/1.0',
        'HTTP/1.0',
        'HTTP/1.0',
        'HTTP/1.0',
        'HTTP/1.2',
        'HTTP/1.9',
        'http/1.1',
        'HTTP/2.0',
        'HTTP/0.9',
        'HTTP/1.1 ',
        'ICY',
      ]);
  const reason = draw.percent(70) ? 'OK' : draw.one(REASONS);
  // No chunks in HTTP/1.0: how such a connection goes on is another matter.
  const chunked = fields.some((line) => /^transfer-encoding/i.test(line));
  return `${chunked ? version.replace('1.0', '1.1') : version} ${status}${draw.percent(96) ? ` ${reason}` : ''}`;
}

function interim(draw: Dice, end: string): string {
  const status = draw.percent(80) ? '100 Continue' : draw.one(['102 Processing', '103 Early Hints', '100', '110 x']);
  return `HTTP/1.${draw.percent(90) ? 1 : 0} ${status}${end}${draw.percent(40) ? `${field(draw, end)}${end}` : ''}${end}`;
}

function field(draw: Dice, end: string): string {
  const name = draw.percent(90) ? draw.one(NAMES) : draw.text(1 + draw.below(12), LETTERS);
  const value = draw.text(draw.percent(95) ? draw.below(30) : 2000, VALUE).trim();
  const before = draw.percent(80) ? ' ' : draw.one(['', '\t', '  ', ' \t ']);
  const after = draw.percent(93) ? '' : draw.one([' ', '\t', '  \t']);
  const fold = draw.percent(96) ? '' : draw.one([`${end} folded`, `${end}\ttwice${end}  folded`, `${end} `, `${end} \tX: y`]);
  return `${name}:${before}${value}${after}${fold}`;
}

function persistence(draw: Dice): string {
  return draw.one([
    'Connection: close',
    'Connection: Close',
    'connection: keep-alive',
    'Connection: Keep-Alive',
    'Connection: keep-alive, close',
    'Connection: TE, keep-alive',
    'Connection: close,x',
    'Connection:',
    'Connection: upgrade',
    'Connection: not-closed',
    'Keep-Alive: timeout=5, max=100',
    'Keep-Alive: 1',
    'Proxy-Connection: keep-alive',
    'Connection: keep-alive\r\nConnection: close',
    'Connection: close\r\nConnection: keep-alive',
    'Connection: Keep-Alive\r\nKeep-Alive: timeout=2',
  ]);
}

function bodyOf(draw: Dice): string {
  const size = draw.percent(15) ? 0 : draw.percent(85) ? draw.below(80) : draw.one([300, 4095, 4097, 20_000]);
  return size > 80 && draw.percent(50) ? draw.text(50, BODY).repeat(size / 50) : draw.text(size, BODY);
}

/** The framing fields of a body, and the bytes that carry it. */
function frame(draw: Dice, body: string, end: string): { fields: string[]; bytes: string } {
  const kind = draw.below(100);
  if (kind < 42) return { fields: [lengthField(draw, body.length)], bytes: body };
  if (kind < 82) {
    const fields = draw.percent(85)
      ? ['Transfer-Encoding: chunked']
      : draw.one([
          ['transfer-encoding: Chunked'],
          ['TRANSFER-ENCODING:CHUNKED'],
          ['Transfer-Encoding:\tchunked'],
          ['Transfer-Encoding: chunked '],
          ['Transfer-Encoding: gzip, chunked'],
          ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
          ['Transfer-Encoding: chunked', lengthField(draw, body.length)],
          [`Transfer-Encoding:${end} chunked`],
        ]);
    return { fields, bytes: chunks(draw, body) };
  }
  if (kind < 94) return { fields: [], bytes: body };
  const n = body.length;
  const fields = draw.one([
    [`Content-Length: ${n}`, `Content-Length: ${n}`],
    [`Content-Length: ${n}`, `Content-Length: ${n + 1}`],
    [`Content-Length: ${n}, ${n}`],
    [`Content-Length: +${n}`],
    [`Content-Length: -${n}`],
    ['Content-Length:'],
    [`Content-Length: ${n}.0`],
    [`Content-Length:${end} ${n}`],
    [`Transfer-Encoding: identity`, `Content-Length: ${n}`],
    ['Transfer-Encoding: identity'],
  ]);
  return { fields, bytes: body };
}

function lengthField(draw: Dice, length: number): string {
  return draw.percent(85)
    ? `Content-Length: ${length}`
    : draw.one([
        `content-length:${length}`,
        `CONTENT-LENGTH: ${length}`,
        `Content-Length: 00${length}`,
        `Content-Length:\t ${length}`,
        `Content-Length: ${length} `,
      ]);
}

function chunks(draw: Dice, body: string): string {
  let bytes = '';
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, 1 + draw.below(draw.one([2, 8, 40, 5000])));
    bytes += `${chunkLine(draw, size)}${body.slice(at, at + size)}${draw.percent(99) ? '\r\n' : draw.one(['\n', '', 'xx'])}`;
    at += size;
  }
  bytes += chunkLine(draw, 0);
  if (draw.percent(20)) {
    for (let n = draw.below(4); n > 0; n--) bytes += `${draw.one(['Digest: x', 'X-Sum:  1 ', 'Content-Length: 3', 'Empty:', 'a:b'])}\r\n`;
  }
  return `${bytes}\r\n`;
}

function chunkLine(draw: Dice, size: number): string {
  const hex = size.toString(16);
  const digits = draw.percent(85) ? hex : draw.one([hex.toUpperCase(), `0${hex}`, hex.padStart(8, '0')]);
  const extension = draw.percent(88) ? '' : draw.one([';', ';a', ';a=b', ';a="b"', ' ;a=b', '; a = b', ';a;b=c', ' ', '\t']);
  const odd = draw.percent(99)
    ? `${digits}${extension}\r\n`
    : draw.one([`+${hex}\r\n`, `0x${hex}\r\n`, ` ${hex}\r\n`, `${hex}\n`, `${hex}g\r\n`, '\r\n']);
  return odd;
}

function strategy(draw: Dice): string {
  const n = draw.one([1, 2, 3, 5, 8, 16, 64, 1000, 100_000]);
  return draw.percent(28)
    ? 'all'
    : draw.one([
        `amt:${n}`,
        `amt:${n}`,
        `readinto:${n}`,
        `readinto:${n}`,
        'read1',
        `read1:${n}`,
        'readline',
        `readline:${n}`,
        'iter',
        `peekread:${n}`,
        `amtonce:${n}`,
        'none',
      ]);
}
