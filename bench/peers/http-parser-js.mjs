// http-parser-js, the parser in plain JavaScript, by the callbacks that it shares with Node's binding. It makes a string of
// every line before it reads it, so it too has no tokens to deliver.

import { HTTPParser } from 'http-parser-js';
import { CONTENT } from '../inputs/bodies.mjs';
import { fieldValue } from './flat.mjs';

// Reading this property is how the callbacks of today's Node are asked for.
void HTTPParser.kOnExecute;

const NAME = 'http-parser-js';

function execute(parser, bytes) {
  const used = parser.execute(bytes);
  if (used !== bytes.length) throw new Error(`http-parser-js stopped: ${used}`);
}

/** The bytes of a head to [status or method, reason or target, flat array]. */
function headReader(kind) {
  const parser = new HTTPParser(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE);
  let head = null;
  parser[HTTPParser.kOnHeadersComplete] =
    kind === 'request'
      ? (major, minor, headers, method, url) => {
          head = [HTTPParser.methods[method], url, headers];
          return 1;
        }
      : (major, minor, headers, method, url, status, reason) => {
          head = [status, reason, headers];
          return 1;
        };
  return ({ bytes }) => {
    head = null;
    execute(parser, bytes);
    return head;
  };
}

const strings = ({ kind }) => ({ name: NAME, read: headReader(kind) });

function lookups({ kind, lookups: [one, other] }) {
  const next = headReader(kind);
  const read = (head) => {
    const [first, , flat] = next(head);
    return [first, fieldValue(flat, one), fieldValue(flat, other)];
  };
  return { name: NAME, read };
}

// Written as in node.mjs, and not shared with it: callbacks that two kinds of parser call are slower in each, up to 45 %.
function chunked() {
  const destination = new Uint8Array(CONTENT.length);
  const parser = new HTTPParser(HTTPParser.RESPONSE);
  let length = 0;
  let ended = 0;
  parser[HTTPParser.kOnHeadersComplete] = () => {
    length = 0;
    return 0;
  };
  parser[HTTPParser.kOnBody] = (bytes) => {
    destination.set(bytes, length);
    length += bytes.length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    ended = length;
  };
  const read = ({ bytes }) => {
    ended = 0;
    execute(parser, bytes);
    return ended;
  };
  return { name: NAME, read, answer: (input) => destination.subarray(0, read(input)) };
}

export default { strings: [strings], lookups: [lookups], chunked: [chunked] };
