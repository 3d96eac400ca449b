// P5, truncation: of a message that tells its own end, every proper prefix needs more: nothing is refused, nothing is complete, and
// the end of the input there is an error. What came of the body until then is the beginning of the whole one.

import * as fc from 'fast-check';
import { HTTPException } from '../../src/core/errors.js';
import { play, type Played, type Script } from '../parser/play.js';
import { bytesOf, makeTokeniser } from '../support/engines.js';
import { byteByByte, twoWaySplits } from '../support/splits.js';
import { connection, script } from './inputs.js';
import { Violation, type Property } from './property.js';
import { showScript } from './show.js';

const tokeniser = makeTokeniser({ name: 'simd' });

/** Up to this length, every prefix is tried. */
const SHORT = 200;

const isFinal = ({ interim }: Played): boolean => !interim;

/** The first message of the script and what is in front of it; null if it does not come, or tells no end of its own. */
function firstOf(given: Script): { readonly bytes: Uint8Array; readonly body: string } | null {
  const { messages, places } = play({ ...given, closes: false }, tokeniser, byteByByte(given.bytes.length));
  const n = messages.findIndex(isFinal);
  const message = messages[n];
  const end = places[n]?.end ?? null;
  if (message === undefined || end === null || message.framing.kind === 'close') return null;
  return { bytes: given.bytes.subarray(0, end), body: message.body };
}

function check(given: Script): void {
  tokeniser.templates.fill(null);
  // Announced, an answer is owed from the first byte on.
  const asked = given.kind === 'request' ? undefined : [...(given.requests ?? []), { method: given.requestMethod ?? 'GET' }].slice(0, 1);
  // With this quirk the last chunk alone ends a message.
  const lenient = { ...(given.options?.lenient as object), closeAfterLastChunk: false };
  const one: Script = { ...given, options: { ...given.options, lenient }, requests: asked };
  const whole = firstOf(one);
  fc.pre(whole !== null);
  for (const [length = 0] of twoWaySplits(whole.bytes.length)) {
    // Of a long one, some.
    if (whole.bytes.length > SHORT && (length + whole.bytes.length) % 7 !== 0) continue;
    const bytes = whole.bytes.subarray(0, length);
    const cut = play({ ...one, bytes, closes: true }, tokeniser);
    const last = cut.messages.find(isFinal);
    const facts = { length, of: whole.bytes.length, error: String(cut.error) };
    // Empty lines in front of a request are none.
    if (given.kind === 'request' && /^[\r\n]*$/.test(Buffer.from(bytes).toString('latin1'))) continue;
    if (last?.complete === true) throw new Violation('a message that was cut is complete', facts);
    if (!(cut.error instanceof HTTPException)) throw new Violation('the end of the input inside a message is no error', facts);
    if (play({ ...one, bytes, closes: false }, tokeniser).error !== null)
      throw new Violation('the beginning of a message is refused', facts);
    if (!whole.body.startsWith(last?.body ?? ''))
      throw new Violation('a part of the body is no beginning of it', { ...facts, body: last?.body });
  }
}

/** Mostly messages that are as they should be. */
const inputs: fc.Arbitrary<Script> = fc.oneof(
  script,
  fc
    .constantFrom<Script['kind']>('response', 'request')
    .chain((kind) => connection(kind, 1).map((text): Script => ({ kind, bytes: bytesOf(text), closes: false }))),
);

export const truncation: Property<Script> = { id: 'P5', title: 'what is cut is not complete', inputs, check, show: showScript };
