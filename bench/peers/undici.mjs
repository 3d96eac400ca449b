// undici's parser: the class of its own that its connections drive llhttp in WebAssembly with (lib/dispatcher/client-h1.js). It
// is given a socket and a client that are no more than it asks them for, without timeouts, which flatters it. A name, a
// value, a piece of content each come as a Buffer on the caller's bytes. It reads responses only.

import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { CONTENT } from '../inputs/bodies.mjs';

const require = createRequire(import.meta.url);
const connectH1 = require('undici/lib/dispatcher/client-h1.js');
const symbols = require('undici/lib/core/symbols.js');
const { bufferToLowerCasedHeaderName } = require('undici/lib/core/util.js');

const NAME = "undici's parser (llhttp in WebAssembly)";
const MAX_HEADERS_SIZE = 16384;
/** What the parser calls waiting for a head. */
const HEADERS_TIMEOUT = 3;

/** The function that gives bytes to one parser of undici, each time as the answer to `request`. */
function connection(request) {
  const client = {
    [symbols.kMaxHeadersSize]: MAX_HEADERS_SIZE,
    [symbols.kMaxResponseSize]: -1,
    [symbols.kQueue]: [request],
    [symbols.kRunningIdx]: 0,
    [symbols.kRunning]: 1,
    [symbols.kPending]: 0,
    // With more than one there is no wait for the next tick between two messages.
    [symbols.kPipelining]: 2,
    [symbols.kKeepAliveTimeoutThreshold]: 0,
    [symbols.kKeepAliveMaxTimeout]: 1,
    [symbols.kKeepAliveDefaultTimeout]: 1,
    [symbols.kBodyTimeout]: 0,
    [symbols.kResume]() {},
  };
  const socket = Object.assign(new EventEmitter(), { destroyed: false });
  connectH1(client, socket);
  const parser = socket[symbols.kParser];
  return (bytes) => {
    client[symbols.kQueue][0] = request;
    client[symbols.kRunningIdx] = 0;
    parser.setTimeout(0, HEADERS_TIMEOUT);
    parser.execute(bytes);
  };
}

/** A request as the parser sees it, and nothing comes of it but what `rest` says. */
function requestOf(method, rest) {
  return { method, upgrade: null, aborted: false, bodyTimeout: 0, onResponseStarted() {}, onData: () => true, onComplete() {}, ...rest };
}

/** The bytes of a head to [status, reason, names and values as Buffers]. */
function headReader() {
  let head = null;
  const answer = connection(
    requestOf('HEAD', {
      onHeaders(status, headers, resume, reason) {
        head = [status, reason, headers];
        return true;
      },
    }),
  );
  return ({ bytes }) => {
    head = null;
    answer(bytes);
    return head;
  };
}

/** The same as strings. */
function stringReader() {
  const next = headReader();
  return (input) => {
    const head = next(input);
    const buffers = head[2];
    for (let n = 0; n < buffers.length; n++) buffers[n] = buffers[n].toString('latin1');
    return head;
  };
}

const strings = () => ({ name: NAME, read: stringReader() });

function tokens() {
  const next = headReader();
  return { name: NAME, read: (head) => next(head)[0], answer: stringReader() };
}

function bufferValue(buffers, name) {
  for (let n = 0; n < buffers.length; n += 2) {
    if (buffers[n].length === name.length && bufferToLowerCasedHeaderName(buffers[n]) === name) return buffers[n + 1].toString('latin1');
  }
  return undefined;
}

function lookups({ lookups: [one, other] }) {
  const next = headReader();
  const read = (head) => {
    const [status, , buffers] = next(head);
    return [status, bufferValue(buffers, one), bufferValue(buffers, other)];
  };
  return { name: NAME, read };
}

function chunked() {
  const destination = new Uint8Array(CONTENT.length);
  let length = 0;
  let ended = 0;
  const answer = connection(
    requestOf('GET', {
      onHeaders() {
        length = 0;
        return true;
      },
      onData(bytes) {
        destination.set(bytes, length);
        length += bytes.length;
        return true;
      },
      onComplete() {
        ended = length;
      },
    }),
  );
  const read = ({ bytes }) => {
    ended = 0;
    answer(bytes);
    return ended;
  };
  return { name: NAME, read, answer: (input) => destination.subarray(0, read(input)) };
}

/** Makes entries for responses only. */
const ofResponses = (make) => (set) => (set.kind === 'request' ? undefined : make(set));

export default { tokens: [ofResponses(tokens)], strings: [ofResponses(strings)], lookups: [ofResponses(lookups)], chunked: [chunked] };
