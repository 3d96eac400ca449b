// What picohttpparser did with the inputs of its own tests, if the recording is at hand, through our parser: the same heads and the
// same decoded bodies, an error where it has one; on every build, whole and cut everywhere. Where we differ, differences.ts says why,
// and is held to it in both directions.

import { describe, expect, test } from '@jest/globals';
import { makeTokeniser, subjects } from '../support/engines.js';
import { byteByByte, twoWaySplits } from '../support/splits.js';
import { listedAspects, listedIds } from './differences.js';
import { compare, foreignCases, ourOutcome, type Outcome } from './foreign.js';
import { difference, play, type Script } from './play.js';

interface Case {
  readonly id: string;
  readonly name: string;
  readonly type: 'request' | 'response' | 'headers' | 'chunked';
  readonly raw: string;
  /** Of chunked bodies: whether the trailer section is read too, or left to the caller. */
  readonly consumeTrailer?: boolean;
  readonly expected: {
    readonly outcome: 'accept' | 'incomplete' | 'error';
    /** Of heads: their bytes. Of chunked bodies: the bytes behind them. */
    readonly ret: number;
    readonly method?: string;
    readonly url?: string;
    readonly statusCode?: number;
    readonly reason?: string;
    readonly version?: string;
    readonly headers?: readonly { readonly name: string | null; readonly value: string }[];
    readonly body?: string;
  };
}

/** What stands before field lines and before a chunked body, so that they are those of a response. */
const BEFORE: Readonly<Record<Case['type'], string>> = {
  request: '',
  response: '',
  headers: 'HTTP/1.1 200 OK\r\n',
  chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
};

function scriptOf({ type, raw, consumeTrailer, expected }: Case): Script {
  // A body whose trailer section is left to its caller, who then finds an empty one.
  const behind = consumeTrailer === false && expected.outcome === 'accept' && expected.ret === 0 ? '\r\n' : '';
  return { kind: type === 'request' ? 'request' : 'response', bytes: Buffer.from(BEFORE[type] + raw + behind, 'latin1'), closes: false };
}

function theirOutcome({ type, expected }: Case): Outcome {
  const { ret, method, url, statusCode, reason, version, headers, body } = expected;
  const accepted = expected.outcome === 'accept';
  const refused = expected.outcome === 'error';
  if (type === 'chunked') {
    // It does not record what it had decoded before an error.
    return { outcome: refused ? 'error' : 'accept', messages: refused ? [] : [{ body, complete: accepted }] };
  }
  const message = {
    start: method === undefined ? (statusCode === undefined ? undefined : [statusCode, reason]) : [method, url],
    version: version === undefined ? undefined : version === '1.0' ? 10 : 11,
    headers: headers?.map(({ name, value }) => [name, value]),
    headEnd: BEFORE[type].length + ret,
  };
  return { outcome: refused ? 'error' : 'accept', messages: accepted ? [message] : [] };
}

const cases = foreignCases<Case>('picohttpparser_recorded.json');
const tokenisers = subjects.map((subject) => ({ name: subject.name, tokeniser: makeTokeniser(subject) }));

if (cases.length === 0) {
  test.skip('the recorded test cases of picohttpparser are not at hand', () => {});
} else {
  describe.each(cases)('$id: $name', (one) => {
    const script = scriptOf(one);
    const everywhere = byteByByte(script.bytes.length);
    const listed = listedAspects('picohttpparser', idOf(one));

    test.each(tokenisers)(
      `$name: ${listed.length === 0 ? 'as picohttpparser' : `differs as listed: ${listed.join(', ')}`}`,
      ({ tokeniser }) => {
        const differing = compare(theirOutcome(one), withoutRest(one, ourOutcome(play(script, tokeniser, everywhere))));
        // The values are for whoever reads a failure.
        expect({ differing: Object.keys(differing).sort(), values: differing }).toEqual({ differing: listed, values: differing });
      },
    );

    test.each(tokenisers)('$name: however it is cut', ({ tokeniser }) => {
      expect(difference(script, tokeniser, [everywhere, ...twoWaySplits(script.bytes.length)])).toBeNull();
    });
  });

  test('the rules name cases that exist', () => {
    const known = new Set(cases.map(idOf));
    expect(listedIds('picohttpparser').filter((id) => !known.has(id))).toEqual([]);
    expect(cases).toHaveLength(88);
  });
}

function idOf({ id }: Case): string {
  return id.replace('pico/', '');
}

/** The body that came before an error is not compared: picohttpparser does not say. */
function withoutRest({ type }: Case, ours: Outcome): Outcome {
  return type === 'chunked' && ours.outcome === 'error' ? { ...ours, messages: [] } : ours;
}
