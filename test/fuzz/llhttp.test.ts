// The differences from llhttp: each rule's own example differs, and by that rule. A rule that explains nothing any more fails here.

import { describe, expect, test } from '@jest/globals';
import { bytesOf } from '../support/engines.js';
import { rules, type Rule } from './llhttp-differences.js';
import { explain } from './p3-llhttp.js';

const input = ({ example: { kind, method = 'GET', text } }: Rule): Parameters<typeof explain>[0] => ({
  kind,
  method,
  bytes: bytesOf(text),
});

describe.each(rules)('$rule', (one) => {
  test('its example differs, and is explained by it', () => {
    expect(explain(input(one))).toContain(one.rule);
  });

  test('without it, the example is not explained', () => {
    expect(() =>
      explain(
        input(one),
        rules.filter((other) => other !== one),
      ),
    ).toThrow('no rule says why');
  });

  test('it says why', () => {
    expect(one.why).toMatch(/RFC 9112|RFC 9110|no section/);
  });
});

test('what both read alike needs no rule', () => {
  expect(explain({ kind: 'response', method: 'GET', bytes: bytesOf('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab') })).toEqual([]);
});
