// RequestBodyTest of CPython's suite: bodies of each kind, with the fields and the bytes that they are sent with.

import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, HTTPMessage } from '../../src/index.js';
import { closing, fileWith, sentBy, type SentRequest } from './harness.js';

/** What is sent for a body has no Content-Type of its own: its media type is the default one. */
function expectNoType(sent: SentRequest): void {
  const message = new HTTPMessage(sent.fields);
  expect([message.get('Content-Type'), message.get_content_type(), message.get_content_charset()]).toEqual([null, 'text/plain', null]);
}

describe('RequestBodyTest', () => {
  test.each([
    ['an array', ['foo', 'bar'].map((piece) => Buffer.from(piece))],
    ['a set', new Set(['foo', 'bar'].map((piece) => Buffer.from(piece)))],
  ])('test_list_body: %s', async (_, body) => {
    const sent = await sentBy((connection) => connection.request('PUT', '/url', body));
    expectNoType(sent);
    expect(sent.get('Content-Length')).toBeUndefined();
    expect(sent.get('Transfer-Encoding')).toBe('chunked');
    expect(sent.body).toBe('3\r\nfoo\r\n3\r\nbar\r\n0\r\n\r\n');
  });

  test('test_manual_content_length: one that does not fit the body is refused (R36)', async () => {
    const connection = closing(new HTTPConnection('example.com'));
    await expect(connection.request('PUT', '/url', 'body', { 'Content-Length': '42' })).rejects.toThrow(TypeError);
    const sent = await sentBy((other) => other.request('PUT', '/url', 'body', { 'Content-Length': '4' }));
    expect([sent.get('content-length'), sent.body]).toEqual(['4', 'body']);
  });

  test.each([
    ['test_ascii_body', 'body', '4', 'body'],
    ['test_latin1_body', 'body\xc1', '5', 'body\xc1'],
    ['test_bytes_body', Buffer.from('body\xc1', 'latin1'), '5', 'body\xc1'],
  ])('%s', async (_, body, length, bytes) => {
    const sent = await sentBy((connection) => connection.request('PUT', '/url', body));
    expectNoType(sent);
    expect([sent.get('content-length'), sent.body]).toEqual([length, bytes]);
  });

  test.each([
    ['test_text_file_body', 'body', '4\r\nbody\r\n0\r\n\r\n'],
    ['test_binary_file_body', Buffer.from('body\xc1', 'latin1'), '5\r\nbody\xc1\r\n0\r\n\r\n'],
  ])('%s', async (_, content, bytes) => {
    const file = await fileWith(content);
    const sent = await sentBy((connection) => connection.request('PUT', '/url', file));
    expectNoType(sent);
    expect(sent.get('Content-Length')).toBeUndefined();
    expect(sent.get('Transfer-Encoding')).toBe('chunked');
    expect(sent.body).toBe(bytes);
  });
});
