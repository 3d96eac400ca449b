// Headlong. Through its public API the bytes come from the caller's buffer; only "in place" looks inside, to time the
// tokeniser alone on heads that already stand in linear memory, as native parsers are timed on heads in theirs.
// Every entry here, and in the files beside this one, uses one parser for all its messages.

import { RequestParser, ResponseParser } from 'headlong/parser';
import { CONTENT } from '../inputs/bodies.mjs';
import * as layout from '../../dist/cjs/wasm/layout.generated.js';
import { DEFAULT_LIMITS } from '../../dist/cjs/core/limits.js';
import { sharedTokeniser } from '../../dist/cjs/wasm/tokeniser.js';

const NAME = 'Headlong';

/** The bytes of a head to its head object. Responses are to HEAD requests, so they end with their heads. */
function headReader(kind) {
  let head = null;
  const handlers = {
    onHead(taken) {
      head = taken;
    },
    onBody() {},
    onEnd() {},
  };
  const parser = kind === 'response' ? new ResponseParser(handlers, { requestMethod: 'HEAD' }) : new RequestParser(handlers);
  return (bytes) => {
    head = null;
    parser.push(bytes);
    return head;
  };
}

function readerOfStrings(kind) {
  const next = headReader(kind);
  if (kind === 'request') {
    return ({ bytes }) => {
      const { method, target, headers } = next(bytes);
      return [method, target, headers.flat()];
    };
  }
  return ({ bytes }) => {
    const { status, reason, headers } = next(bytes);
    return [status, reason, headers.flat()];
  };
}

const strings = ({ kind }) => ({ name: NAME, read: readerOfStrings(kind) });

function tokens({ kind }) {
  const next = headReader(kind);
  const read = kind === 'response' ? ({ bytes }) => next(bytes).status : ({ bytes }) => (next(bytes) === null ? 0 : 1);
  return { name: NAME, read, answer: readerOfStrings(kind) };
}

function lookups({ kind, lookups: [one, other] }) {
  const next = headReader(kind);
  const read =
    kind === 'response'
      ? ({ bytes }) => {
          const { status, headers } = next(bytes);
          return [status, headers.get(one), headers.get(other)];
        }
      : ({ bytes }) => {
          const { method, headers } = next(bytes);
          return [method, headers.get(one), headers.get(other)];
        };
  return { name: NAME, read };
}

/** Heads stand apart: in front of each is room for the records of its fields. */
const ROOM_PER_FIELD = 24;
/** Vectors are read beyond the end. */
const SLACK = 64;

function tokensInPlace({ kind, heads }) {
  const tokeniser = sharedTokeniser();
  const flags = kind === 'response' ? layout.KIND_RESPONSE : layout.KIND_REQUEST;
  const { maxHeaders, maxHeaderSize } = DEFAULT_LIMITS;
  const places = new Map();
  let end = layout.HEAD;
  for (const head of heads) {
    const start = end + head.fields.length * ROOM_PER_FIELD;
    end = start + head.bytes.length;
    places.set(head, { start, length: head.bytes.length });
  }
  if (end + SLACK > layout.MEMORY_END) throw new Error('the heads do not fit into linear memory');
  const layOut = () => places.forEach(({ start }, { bytes }) => tokeniser.bytes.set(bytes, start));
  const read = ({ start, length }) => {
    if (tokeniser.parseHead(flags, start, start + length, 0, maxHeaders, maxHeaderSize) !== length) throw new Error('a head was refused');
    return flags === layout.KIND_RESPONSE ? tokeniser.slot(layout.STATUS) : 1;
  };
  const throughTheLibrary = readerOfStrings(kind);
  return {
    name: `${NAME}'s tokeniser in WebAssembly`,
    inputs: [...places.values()],
    read,
    // The fields are what the library says of the same head, which it reads with the same tokeniser and in the same memory.
    answer(head) {
      const answer = throughTheLibrary(head);
      layOut();
      if (read(places.get(head)) !== (head.status ?? 1)) throw new Error('wrong status');
      if (tokeniser.slot(layout.FIELD_COUNT) !== head.fields.length) throw new Error('wrong number of fields');
      return answer;
    },
  };
}

function chunked() {
  const destination = new Uint8Array(CONTENT.length);
  let length = 0;
  let ended = 0;
  const parser = new ResponseParser({
    onHead() {
      length = 0;
    },
    // Short chunks are joined where they are wanted; long ones come from the caller's buffer and are copied, as by every peer.
    onSpace: (most) => destination.subarray(length, length + most),
    onBody(bytes) {
      if (bytes.buffer !== destination.buffer) destination.set(bytes, length);
      length += bytes.length;
    },
    onEnd() {
      ended = length;
    },
  });
  const read = ({ bytes }) => {
    ended = 0;
    parser.push(bytes);
    return ended;
  };
  return { name: NAME, read, answer: (input) => destination.subarray(0, read(input)) };
}

export default { tokens: [tokens], tokensInPlace: [tokensInPlace], strings: [strings], lookups: [lookups], chunked: [chunked] };
