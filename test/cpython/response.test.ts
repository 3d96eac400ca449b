// HTTPResponseTest of CPython's suite: getheader() and its default.

import { describe, expect, test } from '@jest/globals';
import { responseTo } from './harness.js';

const RAW = 'HTTP/1.1 200 Ok\r\nMy-Header: first-value\r\nMy-Header:                 second-value\r\n\r\nText';

describe('HTTPResponseTest', () => {
  test('test_getting_header: several values are joined, the default is of no matter', async () => {
    const response = await responseTo(RAW);
    expect(response.getheader('My-Header')).toBe('first-value, second-value');
    expect(response.getheader('My-Header', 'some default')).toBe('first-value, second-value');
  });

  test.each<[string, unknown, unknown]>([
    ['test_getting_nonexistent_header_with_string_default', 'default-value', 'default-value'],
    ['test_getting_nonexistent_header_with_iterable_default', ['default', 'values'], 'default, values'],
    ['test_getting_nonexistent_header_without_default', undefined, null],
    ['test_getting_header_defaultint', 42, 42],
  ])('%s', async (_, fallback, expected) => {
    const response = await responseTo(RAW);
    expect(response.getheader('No-Such-Header', fallback)).toBe(expected);
  });
});
