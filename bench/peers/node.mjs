// Node's binding of llhttp, which is native code behind one call per message. Two ways to read it: the flat array of names
// and values as the binding makes it, and the IncomingMessage that node:http makes of it. It cannot leave the strings out, so
// it does not stand among those who deliver tokens. Nor is it asked to announce the end of a message, where only the head is
// read: that would cost it another call.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { CONTENT } from '../inputs/bodies.mjs';
import { fieldValue } from './flat.mjs';

const require = createRequire(import.meta.url);
process.noDeprecation = true;
const { HTTPParser, allMethods } = process.binding('http_parser');
const { parsers } = require('_http_common');

const FLAT = "Node's binding, flat array";
const MESSAGE = 'node:http, message.headers';

function execute(parser, bytes) {
  const used = parser.execute(bytes);
  if (used !== bytes.length) throw new Error(`Node's parser stopped: ${used}`);
}

/** Tells a parser which kind of message comes. */
function initialize(parser, kind) {
  parser.initialize(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {});
  return parser;
}

/** The bytes of a head to [status or method, reason or target, flat array]. */
function flatReader(kind) {
  const parser = initialize(new HTTPParser(), kind);
  let head = null;
  parser[HTTPParser.kOnHeadersComplete] =
    kind === 'request'
      ? (major, minor, headers, method, url) => {
          head = [allMethods[method], url, headers];
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

/** The bytes of a head to an IncomingMessage, by the callbacks that node:http gives to its parsers. */
function messageReader(kind) {
  const parser = initialize(parsers.alloc(), kind);
  let message = null;
  parser.onIncoming = (incoming) => {
    message = incoming;
    return 1;
  };
  // The end of the message would be queued for the next tick, which no loop that is timed reaches.
  parser[HTTPParser.kOnMessageComplete] = null;
  return ({ bytes }) => {
    message = null;
    execute(parser, bytes);
    return message;
  };
}

const flatStrings = ({ kind }) => ({ name: FLAT, read: flatReader(kind) });

function flatLookups({ kind, lookups: [one, other] }) {
  const next = flatReader(kind);
  const read = (head) => {
    const [first, , flat] = next(head);
    return [first, fieldValue(flat, one), fieldValue(flat, other)];
  };
  return { name: FLAT, read };
}

function messageStrings({ kind }) {
  const next = messageReader(kind);
  // Reading `headers` is what makes the object.
  const read =
    kind === 'request'
      ? (head) => {
          const message = next(head);
          return message.headers === undefined ? null : [message.method, message.url, message.rawHeaders];
        }
      : (head) => {
          const message = next(head);
          return message.headers === undefined ? null : [message.statusCode, message.statusMessage, message.rawHeaders];
        };
  const answer = (head) => {
    const { headers } = next(head);
    for (const [name, value] of head.fields) assert([headers[name.toLowerCase()]].flat().includes(value));
    return read(head);
  };
  return { name: MESSAGE, read, answer };
}

function messageLookups({ kind, lookups: [one, other] }) {
  const next = messageReader(kind);
  const read = (head) => {
    const message = next(head);
    const { headers } = message;
    return [kind === 'request' ? message.method : message.statusCode, headers[one], headers[other]];
  };
  return { name: MESSAGE, read };
}

function chunked() {
  const destination = new Uint8Array(CONTENT.length);
  const parser = initialize(new HTTPParser(), 'response');
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
  return { name: "Node's binding", read, answer: (input) => destination.subarray(0, read(input)) };
}

export default { strings: [flatStrings, messageStrings], lookups: [flatLookups, messageLookups], chunked: [chunked] };
