// HttpMethodTests of CPython's suite: a method that would write more than a method is refused before anything is sent.

import { describe, expect, test } from '@jest/globals';
import { HTTPConnection } from '../../src/index.js';
import { closing } from './harness.js';

describe('HttpMethodTests', () => {
  test.each([
    'GET\r',
    'POST\n',
    'PUT\n\r',
    'POST\nValue',
    'POST\nHOST:abc',
    'GET\nrHost:abc\n',
    'POST\rRemainder:\r',
    'GET\rHOST:\n',
    '\nPUT',
  ])('test_invalid_method_names: %j', async (method) => {
    const connection = closing(new HTTPConnection('example.com'));
    await expect(connection.request(method, '/')).rejects.toThrow(/method can't contain control characters/);
    expect(connection.sock).toBeNull();
  });
});
