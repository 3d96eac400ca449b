// What the parser is given in every place: the RFC vectors that are read, messages longer than those, and messages that were
// vectors before a few bytes of them were changed by chance, with a fixed seed. SEED draws others.

import { rawBytes, vectors } from '../rfc/vectors.js';
import { prng } from '../support/splits.js';

/** See play.mjs. */
export interface Input {
  readonly id: string;
  readonly kind: 'response' | 'request';
  /** Of the requests that are answered. */
  readonly methods: readonly string[];
  readonly text: string;
  /** How it is cut: all at once for 0, else into pieces of so many bytes. */
  readonly pieces: readonly number[];
}

const MUTATIONS = 200;
const SEED = Number(process.env['SEED'] ?? 9112);
/** Longer inputs than this are not cut at every byte. */
const MOST_PUSHES = 300_000;
/** What a parser may stumble over. */
const STUMBLING = ['\r', '\n', '\r\n', '\r\n\r\n', ' ', '\t', ':', ',', ';', '=', '"', '\\', '0', '9', 'f', '\0', '\x7f', '\x80', '\xff'];

const read: readonly Input[] = vectors
  .filter(({ kind, direction }) => kind === 'response' || direction === 'parse')
  .map((vector) => {
    const text = rawBytes(vector).toString('latin1');
    return {
      id: vector.id,
      kind: vector.kind,
      methods: new Array<string>(vector.pipelined_requests ?? 1).fill(vector.method ?? 'GET'),
      text,
      pieces: [0, text.length > MOST_PUSHES ? 997 : 1],
    };
  });

/** Every octet that a field value may have, and a body with all of them, in amounts that no buffer takes at once. */
function long(): Input[] {
  const octets = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join('');
  const value = `v${octets.slice(0x21, 0x7f)}${octets.slice(0x80)}v`;
  const fields = Array.from({ length: 90 }, (_, n) => `X-${n}: ${value}\r\n`).join('');
  const body = octets.repeat(300);
  const chunk = (length: number): string => `${length.toString(16)}\r\n${body.slice(0, length)}\r\n`;
  const chunks = [1, 70_000, 5, 4095, 4096, 4097, 20_000, 3].map(chunk).join('');
  const message = { methods: ['GET'], pieces: [0, 1, 4099] };
  return [
    { ...message, id: 'a long head', kind: 'request', text: `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n` },
    {
      ...message,
      id: 'a long body',
      kind: 'response',
      text: `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    },
    {
      ...message,
      id: 'long chunks',
      kind: 'response',
      text: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n${fields.slice(0, 2000)}\r\n\r\n`,
    },
  ];
}

function mutated(): Input[] {
  const random = prng(SEED);
  const below = (bound: number): number => Math.floor(random() * bound);
  const short = read.filter(({ text }) => text.length < 1000);
  return Array.from({ length: MUTATIONS }, (_, n) => {
    const from = short[below(short.length)] as Input;
    let { text } = from;
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = below(text.length + 1);
      const until = Math.min(text.length, at + below(8));
      const chosen = STUMBLING[below(STUMBLING.length)] as string;
      switch (below(5)) {
        case 0:
          text = text.slice(0, at) + chosen + text.slice(at);
          break;
        case 1:
          text = text.slice(0, at) + chosen + text.slice(at + chosen.length);
          break;
        case 2:
          text = text.slice(0, at) + text.slice(until);
          break;
        case 3:
          text = text.slice(0, until) + text.slice(at);
          break;
        default:
          text = text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
      }
    }
    return { ...from, id: `${from.id}, mutation ${n}`, text, pieces: [0, 1, 2 + below(40)] };
  });
}

export const inputs: readonly Input[] = [...read, ...long(), ...mutated()];

/** What the outcomes are of, in their order. */
export const names: readonly string[] = inputs.flatMap(({ id, pieces }) =>
  pieces.map((size) => `${id}, ${size === 0 ? 'whole' : `in pieces of ${size}`}`),
);
