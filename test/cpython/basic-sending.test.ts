// BasicTest of CPython's suite, what is about sending: files, iterables, block sizes, types that are no body, the checks of
// putrequest(), and the socket behind a CONNECT.

import { Readable } from 'node:stream';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, InvalidURL, type BodyInit } from '../../src/index.js';
import { closing, connectionTo, fileWith, recorder, sentBy, server } from './harness.js';

const TEXT = 'this is a test this is only a test';

describe('BasicTest', () => {
  test('test_send_file: a file has no length that can be relied on', async () => {
    const file = await fileWith('content');
    const sent = await sentBy((connection) => connection.request('GET', '/foo', file));
    expect(sent.text).toBe(
      'GET /foo HTTP/1.1\r\nHost: example.com\r\nAccept-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ncontent\r\n0\r\n\r\n',
    );
  });

  test.each<[string, () => unknown]>([
    ['bytes', () => Buffer.from(TEXT)],
    ['an array of numbers', () => Int8Array.from(Buffer.from(TEXT))],
    ['a file', () => fileWith(TEXT)],
  ])('test_send: %s', async (_, data) => {
    const sent = await sentBy(async (connection) => connection.send((await data()) as Uint8Array));
    expect(sent.text).toBe(TEXT);
  });

  test('test_send_updating_file: text is sent as latin-1, up to the end that the stream shows first', async () => {
    const blocks = ['dat\xe4', null];
    const file = new Readable({ encoding: 'latin1', read: () => void file.push(blocks.shift() ?? null, 'latin1') });
    const sent = await sentBy((connection) => connection.send(file));
    expect(sent.text).toBe('dat\xe4');
  });

  test('test_send_iter', async () => {
    const body = function* (): Generator<Uint8Array> {
      for (const piece of ['one', 'two', 'three']) yield Buffer.from(piece);
    };
    const sent = await sentBy((connection) => connection.request('GET', '/foo', body(), { 'Content-Length': '11' }));
    expect(sent.text).toBe('GET /foo HTTP/1.1\r\nHost: example.com\r\nAccept-Encoding: identity\r\nContent-Length: 11\r\n\r\nonetwothree');
  });

  test('test_blocksize_request', async () => {
    const { stream, writes } = recorder();
    const connection = closing(new HTTPConnection('example.com', { blocksize: 8, createConnection: () => stream }));
    await connection.request('PUT', '/', await fileWith('aaaaaaaab'), { 'Content-Length': '9' });
    expect(writes.slice(1)).toEqual(['aaaaaaaa', 'b']);
  });

  test('test_blocksize_send', async () => {
    const { stream, writes } = recorder();
    const connection = closing(new HTTPConnection('example.com', { blocksize: 8, createConnection: () => stream }));
    await connection.send(await fileWith('aaaaaaaab'));
    expect(writes).toEqual(['aaaaaaaa', 'b']);
  });

  test('test_send_type_error', async () => {
    const connection = closing(new HTTPConnection('example.com'));
    await expect(connection.request('POST', 'test', connection as unknown as BodyInit)).rejects.toThrow(TypeError);
  });

  test('test_response_fileno: the socket behind a CONNECT is handed out (R19)', async () => {
    const at = await server({ answers: ['HTTP/1.1 200 Connection established\r\n\r\n'], then: 'wait', at: 'head' });
    const connection = connectionTo(at);
    await connection.request('CONNECT', 'dummy:1234');
    const response = await connection.getresponse();
    expect(response.status).toBe(200);
    const { socket, head } = response.detach();
    expect(head).toHaveLength(0);
    socket.end('proxied data\n');
    await once(at.sockets[0] as NonNullable<(typeof at.sockets)[0]>, 'end');
    expect((at.received[0] as Buffer).toString()).toMatch(/\r\n\r\nproxied data\n$/);
  });

  test('test_putrequest_override_domain_validation: the checks of a target cannot be overridden (R42)', () => {
    class Unsafe extends HTTPConnection {
      _validate_path(): void {}
    }
    expect(() => closing(new Unsafe('example.com')).putrequest('GET', '/\0')).toThrow(InvalidURL);
  });

  test('test_putrequest_override_host_validation: nor those of a host (R42)', () => {
    class Unsafe extends HTTPConnection {
      _validate_host(): void {}
    }
    expect(() => new Unsafe('example.com\r\n')).toThrow(InvalidURL);
  });

  test('test_putrequest_override_encoding: nor the encoding of a head (R42)', () => {
    class Unsafe extends HTTPConnection {
      _encode_request(text: string): Buffer {
        return Buffer.from(text, 'utf8');
      }
    }
    expect(() => closing(new Unsafe('example.com')).putrequest('GET', '/\u2603')).toThrow(InvalidURL);
  });
});
