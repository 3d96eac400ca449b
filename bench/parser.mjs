// One question: what does it cost to turn the bytes of a response head into strings, every name and every value?
// Our parser on its own code path, against Node's binding of llhttp, which delivers them as one flat array. Each entry
// is checked, field by field, before it is timed; entries take turns in short rounds, so that a slow moment hits all alike.
//
// node bench/parser.mjs (after npm run build)

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { HEADS } from './inputs/heads.mjs';
import { digits, printTable, rotated, summary } from './support/measure.mjs';

const require = createRequire(import.meta.url);
const { ResponseHead } = require('../dist/cjs/core/head.js');
const { DEFAULT_LIMITS } = require('../dist/cjs/core/limits.js');
const { ResponseReader } = require('../dist/cjs/core/reader.js');
const { KIND_RESPONSE, READ } = require('../dist/cjs/wasm/layout.generated.js');
const { sharedTokeniser } = require('../dist/cjs/wasm/tokeniser.js');

const ROUNDS = 61;
const ROUND_MS = 4;
const WARM_UP_MS = 250;

const tokeniser = sharedTokeniser();

/** Bytes in, tokens out: the head as the layers above hold it, nothing decoded into fields. */
function tokenised({ bytes }) {
  tokeniser.input.set(bytes);
  const size = tokeniser.parseHead(KIND_RESPONSE, READ, READ + bytes.length, 0, DEFAULT_LIMITS.maxHeaders, DEFAULT_LIMITS.maxHeaderSize);
  return new ResponseHead(tokeniser, READ, size);
}

// The connection's own reader: states, limits and framing as well. It is told of HEAD requests, whose responses end with the head.
let received = null;
const reader = new ResponseReader(tokeniser, DEFAULT_LIMITS, 0, {
  onInterim() {},
  onHead(head) {
    received = head;
  },
  onBody() {},
  onEnd() {},
});

function read({ bytes }) {
  reader.expect('HEAD', false);
  tokeniser.input.set(bytes);
  reader.read(bytes.length);
  return received;
}

/** Node's parser, as node:http drives it; it too is told that no body follows. */
function nodeParser() {
  process.noDeprecation = true;
  const { HTTPParser } = process.binding('http_parser');
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.RESPONSE, {});
  let status = 0;
  let flat = null;
  parser[HTTPParser.kOnHeadersComplete] = (major, minor, headers, method, url, statusCode) => {
    status = statusCode;
    flat = headers;
    return 1;
  };
  return ({ bytes }) => {
    const used = parser.execute(bytes);
    if (used !== bytes.length) throw new Error(`Node's parser stopped: ${used}`);
    return { status, flat };
  };
}

const execute = nodeParser();

// `run` is what is timed and returns something that depends on all of it; `answer` is what is checked.
const ENTRIES = [
  {
    name: 'tokens only (no field decoded)',
    run: (head) => tokenised(head).words.length >> 1,
    answer: null,
  },
  {
    name: 'items()',
    run: (head) => tokenised(head).headers.items().length * 2,
    answer: (head) => ({ status: tokenised(head).status, flat: tokenised(head).headers.items().flat() }),
  },
  {
    name: 'keys() and values()',
    run(head) {
      const { headers } = tokenised(head);
      return headers.keys().length + headers.values().length;
    },
    answer(head) {
      const { status, headers } = tokenised(head);
      const values = headers.values();
      return { status, flat: headers.keys().flatMap((name, n) => [name, values[n]]) };
    },
  },
  {
    name: 'reader and items()',
    run: (head) => read(head).headers.items().length * 2,
    answer(head) {
      const { status, headers } = read(head);
      return { status, flat: headers.items().flat() };
    },
  },
  {
    name: "Node's binding, flat array",
    run: (head) => execute(head).flat.length,
    answer: execute,
  },
];
const REFERENCE = ENTRIES.at(-1).name;

function check({ run, answer }, heads) {
  for (const head of heads) {
    assert.equal(run(head), head.fields.length * 2);
    if (answer !== null) assert.deepEqual(answer(head), { status: head.status, flat: head.fields.flat() });
  }
}

/** Runs `times` passes over the heads; returns nanoseconds per head. */
function time({ run }, heads, times) {
  let strings = 0;
  const start = process.hrtime.bigint();
  for (let n = 0; n < times; n++) for (const head of heads) strings += run(head);
  const ns = Number(process.hrtime.bigint() - start);
  assert.equal(strings, times * heads.reduce((sum, head) => sum + head.fields.length * 2, 0));
  return ns / (times * heads.length);
}

function measure({ name, heads }) {
  const bytes = heads.reduce((sum, head) => sum + head.bytes.length, 0) / heads.length;
  const entries = ENTRIES.map((entry) => {
    check(entry, heads);
    let ns = 0;
    for (const until = performance.now() + WARM_UP_MS; performance.now() < until;) ns = time(entry, heads, Math.ceil(1000 / heads.length));
    return { entry, times: Math.ceil((ROUND_MS * 1e6) / (ns * heads.length)), samples: [] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { entry, times, samples } of rotated(entries, round)) samples.push(time(entry, heads, times));
  }
  const results = Object.fromEntries(entries.map(({ entry, samples }) => [entry.name, summary(samples)]));
  const reference = results[REFERENCE].median;
  for (const result of Object.values(results)) result.ratio = reference / result.median;
  console.log(`\n${name}, ${digits(bytes)} bytes on average`);
  printTable(
    ['', 'ns per head', 'min..max', "Node's binding / this"],
    Object.entries(results).map(([entry, { median, min, max, ratio }]) => [
      entry,
      digits(median),
      `${digits(min)}..${digits(max)}`,
      ratio.toFixed(2),
    ]),
  );
  return { name, bytes, results };
}

/** Measures, prints, and returns what was printed. */
export function benchParser() {
  console.log(`Heads to strings: medians of ${ROUNDS} interleaved rounds of ${ROUND_MS} ms, the copy into the input area included`);
  return HEADS.map(measure);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) benchParser();
