// BasicTest of CPython's suite, what is about status codes, response heads and what is wrong with them.

import { describe, expect, test } from '@jest/globals';
import {
  BadStatusLine,
  HTTPConnection,
  HTTPStatus,
  IncompleteRead,
  InvalidMessage,
  InvalidURL,
  LimitExceeded,
  LineTooLong,
  responses,
} from '../../src/index.js';
import { connectionTo, responseTo, server } from './harness.js';

/** The statuses of CPython 3.13 with their phrases. */
const STATUSES: Readonly<Record<string, readonly [number, string]>> = {
  CONTINUE: [100, 'Continue'],
  SWITCHING_PROTOCOLS: [101, 'Switching Protocols'],
  PROCESSING: [102, 'Processing'],
  EARLY_HINTS: [103, 'Early Hints'],
  OK: [200, 'OK'],
  CREATED: [201, 'Created'],
  ACCEPTED: [202, 'Accepted'],
  NON_AUTHORITATIVE_INFORMATION: [203, 'Non-Authoritative Information'],
  NO_CONTENT: [204, 'No Content'],
  RESET_CONTENT: [205, 'Reset Content'],
  PARTIAL_CONTENT: [206, 'Partial Content'],
  MULTI_STATUS: [207, 'Multi-Status'],
  ALREADY_REPORTED: [208, 'Already Reported'],
  IM_USED: [226, 'IM Used'],
  MULTIPLE_CHOICES: [300, 'Multiple Choices'],
  MOVED_PERMANENTLY: [301, 'Moved Permanently'],
  FOUND: [302, 'Found'],
  SEE_OTHER: [303, 'See Other'],
  NOT_MODIFIED: [304, 'Not Modified'],
  USE_PROXY: [305, 'Use Proxy'],
  TEMPORARY_REDIRECT: [307, 'Temporary Redirect'],
  PERMANENT_REDIRECT: [308, 'Permanent Redirect'],
  BAD_REQUEST: [400, 'Bad Request'],
  UNAUTHORIZED: [401, 'Unauthorized'],
  PAYMENT_REQUIRED: [402, 'Payment Required'],
  FORBIDDEN: [403, 'Forbidden'],
  NOT_FOUND: [404, 'Not Found'],
  METHOD_NOT_ALLOWED: [405, 'Method Not Allowed'],
  NOT_ACCEPTABLE: [406, 'Not Acceptable'],
  PROXY_AUTHENTICATION_REQUIRED: [407, 'Proxy Authentication Required'],
  REQUEST_TIMEOUT: [408, 'Request Timeout'],
  CONFLICT: [409, 'Conflict'],
  GONE: [410, 'Gone'],
  LENGTH_REQUIRED: [411, 'Length Required'],
  PRECONDITION_FAILED: [412, 'Precondition Failed'],
  CONTENT_TOO_LARGE: [413, 'Content Too Large'],
  REQUEST_ENTITY_TOO_LARGE: [413, 'Content Too Large'],
  URI_TOO_LONG: [414, 'URI Too Long'],
  REQUEST_URI_TOO_LONG: [414, 'URI Too Long'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported Media Type'],
  RANGE_NOT_SATISFIABLE: [416, 'Range Not Satisfiable'],
  REQUESTED_RANGE_NOT_SATISFIABLE: [416, 'Range Not Satisfiable'],
  EXPECTATION_FAILED: [417, 'Expectation Failed'],
  IM_A_TEAPOT: [418, "I'm a Teapot"],
  MISDIRECTED_REQUEST: [421, 'Misdirected Request'],
  UNPROCESSABLE_CONTENT: [422, 'Unprocessable Content'],
  UNPROCESSABLE_ENTITY: [422, 'Unprocessable Content'],
  LOCKED: [423, 'Locked'],
  FAILED_DEPENDENCY: [424, 'Failed Dependency'],
  TOO_EARLY: [425, 'Too Early'],
  UPGRADE_REQUIRED: [426, 'Upgrade Required'],
  PRECONDITION_REQUIRED: [428, 'Precondition Required'],
  TOO_MANY_REQUESTS: [429, 'Too Many Requests'],
  REQUEST_HEADER_FIELDS_TOO_LARGE: [431, 'Request Header Fields Too Large'],
  UNAVAILABLE_FOR_LEGAL_REASONS: [451, 'Unavailable For Legal Reasons'],
  INTERNAL_SERVER_ERROR: [500, 'Internal Server Error'],
  NOT_IMPLEMENTED: [501, 'Not Implemented'],
  BAD_GATEWAY: [502, 'Bad Gateway'],
  SERVICE_UNAVAILABLE: [503, 'Service Unavailable'],
  GATEWAY_TIMEOUT: [504, 'Gateway Timeout'],
  HTTP_VERSION_NOT_SUPPORTED: [505, 'HTTP Version Not Supported'],
  VARIANT_ALSO_NEGOTIATES: [506, 'Variant Also Negotiates'],
  INSUFFICIENT_STORAGE: [507, 'Insufficient Storage'],
  LOOP_DETECTED: [508, 'Loop Detected'],
  NOT_EXTENDED: [510, 'Not Extended'],
  NETWORK_AUTHENTICATION_REQUIRED: [511, 'Network Authentication Required'],
};

describe('BasicTest', () => {
  test.each(Object.entries(STATUSES))('test_simple_httpstatus: %s (R45)', (name, [code, phrase]) => {
    expect(HTTPStatus[name as keyof typeof HTTPStatus]).toBe(code);
    expect(responses[code]).toBe(phrase);
  });

  test('test_httpstatus_range', () => {
    for (const code of Object.values(HTTPStatus)) {
      expect(code).toBeGreaterThanOrEqual(100);
      expect(code).toBeLessThanOrEqual(599);
    }
  });

  test('test_httpstatus_category: statuses are numbers, so that a range tells the category (R45)', () => {
    const categories = new Set(Object.values(HTTPStatus).map((code) => Math.floor(code / 100)));
    expect([...categories].sort()).toEqual([1, 2, 3, 4, 5]);
    for (const code of Object.values(HTTPStatus)) expect(Number.isInteger(code)).toBe(true);
  });

  test('test_status_lines: reading nothing does not close; reading all does (R28)', async () => {
    const response = await responseTo('HTTP/1.1 200 Ok\r\n\r\nText');
    expect(String(await response.read(0))).toBe('');
    expect([response.isclosed(), response.closed]).toEqual([false, false]);
    expect(String(await response.read())).toBe('Text');
    expect([response.isclosed(), response.closed]).toEqual([true, true]);
    response.close();
    expect(response.closed).toBe(true);
    await expect(responseTo('HTTP/1.1 400.100 Not Ok\r\n\r\nText')).rejects.toThrow(BadStatusLine);
  });

  test('test_bad_status_repr: an empty line is seen in the message', () => {
    const error = new BadStatusLine('');
    expect(`${error.name}(${JSON.stringify(error.message)})`).toBe(`BadStatusLine("''")`);
  });

  test.each([['www.python.org:abc'], ['user:password@www.python.org']])('test_host_port: %s is refused', (host) => {
    expect(() => new HTTPConnection(host)).toThrow(InvalidURL);
  });

  test.each([
    ['[fe80::207:e9ff:fe9b]:8000', 'fe80::207:e9ff:fe9b', 8000],
    ['www.python.org:80', 'www.python.org', 80],
    ['www.python.org:', 'www.python.org', 80],
    ['www.python.org', 'www.python.org', 80],
    ['[fe80::207:e9ff:fe9b]', 'fe80::207:e9ff:fe9b', 80],
    ['[fe80::207:e9ff:fe9b]:', 'fe80::207:e9ff:fe9b', 80],
  ])('test_host_port: %s', (given, host, port) => {
    const connection = new HTTPConnection(given);
    expect([connection.host, connection.port]).toEqual([host, port]);
  });

  test('test_response_headers: two Set-Cookie', async () => {
    const cookies = [
      'Customer="WILE_E_COYOTE"; Version="1"; Path="/acme"',
      'Part_Number="Rocket_Launcher_0001"; Version="1"; Path="/acme"',
    ];
    const response = await responseTo(`HTTP/1.1 200 OK\r\n${cookies.map((cookie) => `Set-Cookie: ${cookie}\r\n`).join('')}\r\nNo body\r\n`);
    expect(response.getheader('Set-Cookie')).toBe(cookies.join(', '));
  });

  test('test_too_many_headers: the limit is 1000, or the one given (R9)', async () => {
    const withFields = (count: number): string =>
      `HTTP/1.1 200 OK\r\n${Array.from({ length: count }, (_, n) => `Header${n}: foo\r\n`).join('')}\r\n`;
    expect((await responseTo(withFields(1000))).getheaders()).toHaveLength(1000);
    await expect(responseTo(withFields(1001))).rejects.toThrow(/got more than \d+ headers/);
    await expect(responseTo(withFields(101), { maxHeaders: 100 })).rejects.toThrow(/got more than 100 headers/);
  });

  test('test_negative_content_length: is an error, not a body without length (R13)', async () => {
    await expect(responseTo('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nHello\r\n')).rejects.toThrow(InvalidMessage);
  });

  test('test_incomplete_read', async () => {
    const response = await responseTo('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nHello\r\n');
    const error = (await response.read().catch((thrown: unknown) => thrown)) as IncompleteRead;
    expect(error).toBeInstanceOf(IncompleteRead);
    expect(Buffer.from(error.partial).toString()).toBe('Hello\r\n');
    expect([error.message, String(error)]).toEqual(Array(2).fill('IncompleteRead(7 bytes read, 3 more expected)'));
    expect(response.isclosed()).toBe(true);
  });

  test('test_overflowing_status_line', async () => {
    await expect(responseTo(`HTTP/1.1 200 Ok${'k'.repeat(65536)}\r\n`)).rejects.toThrow(LineTooLong);
  });

  test('test_overflowing_header_line', async () => {
    await expect(responseTo(`HTTP/1.1 200 OK\r\nX-Foo: bar${'r'.repeat(65536)}\r\n\r\n`)).rejects.toThrow(LineTooLong);
  });

  test('test_overflowing_header_limit_after_100: the fields of an interim response are limited like any (R9)', async () => {
    const error = (await responseTo(`HTTP/1.1 100 OK\r\n${'r:\r\n'.repeat(32768)}`).catch((thrown: unknown) => thrown)) as LimitExceeded;
    expect(error).toBeInstanceOf(LimitExceeded);
    expect(error.message).toMatch(/got more than 1000 headers/);
  });

  test('test_overflowing_chunked_line: a chunk size has at most 16 digits (R21)', async () => {
    const response = await responseTo(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(65536)}a\r\nhello world\r\n0\r\n\r\n`,
    );
    await expect(response.read()).rejects.toThrow(InvalidMessage);
  });

  test('test_early_eof: a status line without its end is none (R12)', async () => {
    await expect(responseTo('HTTP/1.1 200 Ok')).rejects.toThrow(BadStatusLine);
  });

  test('test_error_leak: a failed getresponse() leaves no socket behind (R1)', async () => {
    const at = await server({ answers: ['Invalid status line\r\n'], then: 'wait' });
    const connection = connectionTo(at);
    await connection.request('GET', '/');
    await expect(connection.getresponse()).rejects.toThrow(BadStatusLine);
    expect(connection.sock).toBeNull();
    // Nobody but the client can have closed it.
    const [socket] = at.sockets;
    if (socket?.closed === false) await new Promise((resolve) => socket.once('close', resolve));
  });

  test('test_epipe: the response is there although the request could not be sent (R12)', async () => {
    const at = await server({
      answers: ['HTTP/1.0 401 Authorization Required\r\nContent-type: text/html\r\nWWW-Authenticate: Basic realm="example"\r\n\r\n'],
      at: 'head',
    });
    const connection = connectionTo(at);
    const body = (async function* () {
      for (let n = 0; n < 100_000; n++) yield Buffer.alloc(16384);
    })();
    await connection.request('PUT', '/url', body);
    const response = await connection.getresponse();
    expect(response.status).toBe(401);
    expect(response.getheader('www-authenticate')).toBe('Basic realm="example"');
  });
});
