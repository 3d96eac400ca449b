// What http.client of CPython 3.13 does with 101 sequences of calls (requests, states, tunnels, debug lines), and what
// Headlong does with them: the same, but for what docs/differences.md lists, in both directions. Compared are the bytes that
// each socket received (not how they were divided), the host and port, the addresses and TLS names asked for, what each call
// returned or threw, and what set_debuglevel printed.

import { describe, expect, test } from '@jest/globals';
import { requestCases, type RequestCase } from './corpus.js';
import { inPython } from './errors.js';
import { playRequest, type PlayedRequest } from './play-request.js';
import { listed } from './rules.js';

const byRule = listed('requests');

/** A call's line of the recorded log: `read -> b'hi'`, or `request raised InvalidURL: …`. */
const RAISED = /^(\w+) raised (\w+): /s;
const OPENED = /^(?:connect \S+|wrap_socket .*)/;

function differences({ expected }: RequestCase, played: PlayedRequest): Record<string, readonly [python: unknown, ours: unknown]> {
  const found: Record<string, readonly [unknown, unknown]> = {};
  const compare = (aspect: string, python: unknown, ours: unknown): void => {
    if (JSON.stringify(python) !== JSON.stringify(ours)) found[aspect] = [python, ours];
  };
  compare('host', expected.host, played.host);
  compare('port', expected.port, played.port);
  compare(
    'sent',
    expected.sent.map((calls) => calls.join('')),
    played.sent,
  );
  const { exception } = expected;
  const python =
    exception === undefined
      ? expected.log.filter((line) => !OPENED.test(line) && !line.startsWith('state '))
      : [`constructor raised ${exception.type}: `];
  const ours = played.log.map((logged, n) => {
    if ('result' in logged) return logged.result;
    const type = RAISED.exec(python[n] ?? '')?.[2];
    return `${logged.op} raised ${inPython(logged.error, type === undefined ? undefined : { type })}`;
  });
  compare(
    'results',
    python.map((line) => RAISED.exec(line)?.slice(1, 3).join(' raised ') ?? line),
    ours,
  );
  const opened = expected.log.flatMap((line) => OPENED.exec(line) ?? []);
  compare('opened', [...opened].sort(), [...played.opened].sort());
  compare('stdout', expected.stdout ?? '', played.stdout);
  return found;
}

describe.each(requestCases)('$id', (one) => {
  const aspects = byRule.get(one.id);

  test(aspects === undefined ? 'as CPython' : `differs from CPython in ${aspects.join(', ')}`, async () => {
    const found = differences(one, await playRequest(one));
    if (aspects === undefined) expect(found).toEqual({});
    // The values on both sides are in the message of a failure.
    else expect({ aspects: Object.keys(found).sort(), found }).toEqual({ aspects, found });
  });
});

test('the rules name cases that exist', () => {
  const known = new Set(requestCases.map((one) => one.id));
  expect([...byRule.keys()].filter((id) => !known.has(id))).toEqual([]);
});

test('the differences are the exception', () => {
  expect(requestCases).toHaveLength(101);
  expect(byRule.size).toBeLessThan(50);
});
