// llhttp's own test cases, if they are at hand, through our parser: the same messages with the same ends, an error where it has one;
// on every build, whole and cut everywhere. Where we differ, differences.ts says why, and is held to it in both directions.
// llhttp calls back for each part of a head, we do for whole heads: one that does not become complete is none.

import { describe, expect, test } from '@jest/globals';
import type { Quirks } from '../../src/parser.js';
import { makeTokeniser, subjects } from '../support/engines.js';
import { byteByByte, twoWaySplits } from '../support/splits.js';
import { listedAspects, listedIds } from './differences.js';
import { compare, foreignCases, ourOutcome, type Outcome } from './foreign.js';
import { difference, play, type Script } from './play.js';

interface Field {
  readonly name: string;
  readonly value: string;
}

interface Case {
  /** The file of llhttp's that has it, and the line. */
  readonly id: string;
  readonly name: string;
  readonly type: 'request' | 'response';
  /** The flags of llhttp that are set. */
  readonly lenient: readonly string[];
  readonly raw: string;
  /** Whether its caller says of each head that no body follows, as behind the response to a HEAD. */
  readonly skipBody?: boolean;
  /** Whether the connection closes. */
  readonly callsFinish?: boolean;
  readonly expected: {
    readonly outcome: 'accept' | 'error';
    readonly error?: { readonly code: number; readonly offset: number };
    readonly messages: readonly {
      readonly complete: boolean;
      /** Where the head ends, and the message. */
      readonly headersEnd?: number;
      readonly end?: number;
      readonly method?: string;
      readonly url?: string;
      readonly statusCode?: number;
      readonly reason?: string;
      readonly version?: string;
      readonly contentLength?: string;
      readonly llhttpFlags?: number;
      readonly headers: readonly Field[];
      readonly trailers: readonly Field[];
      readonly body: string;
    }[];
    /** What else it says: what finish() returned, for one. */
    readonly otherLog?: readonly string[];
  };
}

/** The error of llhttp that is none: it stops behind a message that may be the last one of HTTP. */
const PAUSED_FOR_UPGRADE = 22;
const FLAG_CHUNKED = 8;
const FLAG_LENGTH = 32;

/** Our quirks that take some of what a flag of llhttp makes it take. For the other flags we have none. */
const QUIRKS: Readonly<Record<string, Quirks>> = {
  headers: { controlCharacters: true, spaceBeforeColon: true, invalidFields: true },
  'header-value-relaxed': { controlCharacters: true },
  'chunked-length': { transferEncodingWithLength: true },
  'optional-cr-before-lf': { lfInChunks: true },
};

function scriptOf({ type, raw, lenient, skipBody, callsFinish, expected }: Case): Script {
  // A 101 answers a request that asked for it, which is no part of the case.
  const switches = expected.messages[0]?.statusCode === 101;
  return {
    kind: type,
    bytes: Buffer.from(raw, 'latin1'),
    options: { lenient: Object.assign({}, ...lenient.map((flag) => QUIRKS[flag] ?? {})) as Quirks },
    requests: switches ? [{ method: 'GET', upgrade: true }] : [],
    requestMethod: skipBody === true ? 'HEAD' : 'GET',
    closes: callsFinish === true,
  };
}

function theirOutcome({ type, raw, skipBody, expected }: Case): Outcome {
  const { messages, error, otherLog = [] } = expected;
  // 0: nothing is missing; 1: the close ends the message; 2: something is missing.
  const finished = otherLog.find((line) => line.includes('finish='))?.at(-1);
  const refused = expected.outcome === 'error' || finished === '2';
  return {
    outcome: refused ? 'error' : 'accept',
    used: error?.code === PAUSED_FOR_UPGRADE ? error.offset : raw.length,
    messages: messages
      .filter(({ headersEnd, complete, body }) => headersEnd !== undefined && (!refused || complete || body !== ''))
      .map((message) => {
        const { method, url, statusCode = 0, reason = '', version, contentLength, llhttpFlags = 0, headersEnd, end } = message;
        const bodyless = skipBody === true || (type === 'response' && (statusCode < 200 || statusCode === 204 || statusCode === 304));
        const closed = finished === '1';
        let framing = type === 'request' ? 'none' : 'close';
        if ((llhttpFlags & FLAG_LENGTH) !== 0) framing = `length ${contentLength}`;
        if ((llhttpFlags & FLAG_CHUNKED) !== 0) framing = 'chunked';
        return {
          start: type === 'request' ? [method, url] : [statusCode, reason],
          version: version === '1.0' ? 10 : version?.startsWith('1.') === true ? 11 : version,
          headers: message.headers.map(({ name, value }) => [name, value]),
          framing: bodyless ? 'none' : framing,
          body: message.body,
          trailers: message.trailers.map(({ name, value }) => [name, value]),
          complete: message.complete || closed,
          headEnd: headersEnd,
          end: closed ? raw.length : (end ?? null),
        };
      }),
  };
}

const cases = [...foreignCases<Case>('llhttp_request.json'), ...foreignCases<Case>('llhttp_response.json')];
const tokenisers = subjects.map((subject) => ({ name: subject.name, tokeniser: makeTokeniser(subject) }));

if (cases.length === 0) {
  test.skip('the test cases of llhttp are not at hand', () => {});
} else {
  describe.each(cases)('$id: $name', (one) => {
    const script = scriptOf(one);
    const everywhere = byteByByte(script.bytes.length);
    const listed = listedAspects('llhttp', idOf(one));

    test.each(tokenisers)(`$name: ${listed.length === 0 ? 'as llhttp' : `differs as listed: ${listed.join(', ')}`}`, ({ tokeniser }) => {
      const differing = compare(theirOutcome(one), ourOutcome(play(script, tokeniser, everywhere)));
      // The values are for whoever reads a failure.
      expect({ differing: Object.keys(differing).sort(), values: differing }).toEqual({ differing: listed, values: differing });
    });

    test.each(tokenisers)('$name: however it is cut', ({ tokeniser }) => {
      expect(difference(script, tokeniser, [everywhere, ...twoWaySplits(script.bytes.length)])).toBeNull();
    });
  });

  test('the rules name cases that exist', () => {
    const known = new Set(cases.map(idOf));
    expect(listedIds('llhttp').filter((id) => !known.has(id))).toEqual([]);
    expect(cases).toHaveLength(251);
  });
}

function idOf({ id }: Case): string {
  return id.replace('llhttp/', '');
}
