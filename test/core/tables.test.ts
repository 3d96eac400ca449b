// The small tables: states and steps, limits and their caps, quirks and their bits, status codes and their names.
// What follows from each is tested where it happens.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as headlong from '../../src/index.js';
import { CannotSendHeader, CannotSendRequest, ResponseNotReady } from '../../src/core/errors.js';
import { quirkBits, type Lenient } from '../../src/core/lenient.js';
import { checkedLimits, DEFAULT_LIMITS } from '../../src/core/limits.js';
import { advance, type State, type Step } from '../../src/core/state.js';
import * as status from '../../src/core/status.js';
import { FIELD_CAPACITY, HEAD_CAPACITY } from '../../src/wasm/layout.generated.js';

describe('states', () => {
  const cells: readonly (readonly [state: State, step: Step, outcome: State | (new () => Error)])[] = [
    ['Idle', 'putrequest', 'Request-started'],
    ['Idle', 'putheader', CannotSendHeader],
    ['Idle', 'endheaders', CannotSendHeader],
    ['Idle', 'getresponse', ResponseNotReady],
    ['Request-started', 'putrequest', CannotSendRequest],
    ['Request-started', 'putheader', 'Request-started'],
    ['Request-started', 'endheaders', 'Request-sent'],
    ['Request-started', 'getresponse', ResponseNotReady],
    ['Request-sent', 'putrequest', CannotSendRequest],
    ['Request-sent', 'putheader', CannotSendHeader],
    ['Request-sent', 'endheaders', CannotSendHeader],
    ['Request-sent', 'getresponse', 'Idle'],
  ];
  test('the table is whole', () => {
    expect(new Set(cells.map(([state, step]) => `${state} ${step}`)).size).toBe(12);
  });
  test.each(cells)('%s, %s', (state, step, outcome) => {
    if (typeof outcome === 'string') expect(advance(state, step)).toBe(outcome);
    else {
      expect(() => advance(state, step)).toThrow(outcome);
      expect(() => advance(state, step)).toThrow(state);
    }
  });
});

describe('limits', () => {
  test('the defaults are those of protocol.md', () => {
    expect(DEFAULT_LIMITS).toEqual({ maxHeaders: 1000, maxHeaderSize: 262_144, maxBodySize: Infinity });
    expect(checkedLimits({})).toBe(DEFAULT_LIMITS);
    expect([FIELD_CAPACITY, HEAD_CAPACITY]).toEqual([5000, 262_144]);
  });
  test('each may be set by itself, up to its cap', () => {
    expect(checkedLimits({ maxHeaders: 5000 })).toEqual({ ...DEFAULT_LIMITS, maxHeaders: 5000 });
    expect(checkedLimits({ maxHeaderSize: 100 })).toEqual({ ...DEFAULT_LIMITS, maxHeaderSize: 100 });
    expect(checkedLimits({ maxBodySize: 0, maxHeaders: undefined })).toEqual({ ...DEFAULT_LIMITS, maxBodySize: 0 });
    expect(checkedLimits({ maxBodySize: Infinity })).toEqual(DEFAULT_LIMITS);
  });
  test.each([
    ['maxHeaders', 5001],
    ['maxHeaders', -1],
    ['maxHeaders', 0.5],
    ['maxHeaders', Infinity],
    ['maxHeaderSize', 262_145],
    ['maxHeaderSize', NaN],
    ['maxBodySize', 2 ** 53],
    ['maxBodySize', -Infinity],
  ])('%s: %p is a RangeError that names the cap', (name, value) => {
    expect(() => checkedLimits({ [name]: value })).toThrow(RangeError);
    expect(() => checkedLimits({ [name]: value })).toThrow(name);
  });
});

describe('quirks', () => {
  const names = [
    'invalidFields',
    'spaceBeforeColon',
    'controlCharacters',
    'lfInChunks',
    'closeAfterLastChunk',
    'spacesInStatusLine',
    'icy',
    'transferEncodingWithLength',
  ] as const;
  const bitOf = (name: string): number => quirkBits({ [name]: true } as Lenient);

  test('one bit each, all of them with true, none by default', () => {
    const bits = names.map(bitOf);
    for (const bit of bits) expect([bit > 0, bit & (bit - 1)]).toEqual([true, 0]);
    expect(new Set(bits).size).toBe(names.length);
    const all = bits.reduce((sum, bit) => sum | bit, 0);
    expect([quirkBits(true), quirkBits(false), quirkBits(undefined), quirkBits({})]).toEqual([all, 0, 0, 0]);
    expect(quirkBits(Object.fromEntries(names.map((name) => [name, true])))).toBe(all);
  });
  test('false and undefined are off', () => {
    expect(quirkBits({ icy: false, lfInChunks: undefined })).toBe(0);
    expect(quirkBits({ icy: true, lfInChunks: false })).toBe(bitOf('icy'));
  });
  test.each(['ICY', 'icy ', 'constructor', '__proto', 'strict'])('%j is a TypeError that names those that there are', (name) => {
    expect(() => quirkBits({ [name]: true } as Lenient)).toThrow(TypeError);
    for (const known of names) expect(() => quirkBits({ [name]: true } as Lenient)).toThrow(known);
  });
  test('every quirk is documented', () => {
    const text = readFileSync('src/core/lenient.ts', 'utf8');
    for (const name of names) expect(text).toMatch(new RegExp(`/\\*\\* [^\\n]*\\*/\\n\\s*${name}\\?:`));
  });
});

describe('status codes', () => {
  // IANA's registry, as of 2025-09-15.
  const registry: readonly (readonly [code: number, name: string, phrase: string])[] = [
    [100, 'CONTINUE', 'Continue'],
    [101, 'SWITCHING_PROTOCOLS', 'Switching Protocols'],
    [102, 'PROCESSING', 'Processing'],
    [103, 'EARLY_HINTS', 'Early Hints'],
    [200, 'OK', 'OK'],
    [201, 'CREATED', 'Created'],
    [202, 'ACCEPTED', 'Accepted'],
    [203, 'NON_AUTHORITATIVE_INFORMATION', 'Non-Authoritative Information'],
    [204, 'NO_CONTENT', 'No Content'],
    [205, 'RESET_CONTENT', 'Reset Content'],
    [206, 'PARTIAL_CONTENT', 'Partial Content'],
    [207, 'MULTI_STATUS', 'Multi-Status'],
    [208, 'ALREADY_REPORTED', 'Already Reported'],
    [226, 'IM_USED', 'IM Used'],
    [300, 'MULTIPLE_CHOICES', 'Multiple Choices'],
    [301, 'MOVED_PERMANENTLY', 'Moved Permanently'],
    [302, 'FOUND', 'Found'],
    [303, 'SEE_OTHER', 'See Other'],
    [304, 'NOT_MODIFIED', 'Not Modified'],
    [305, 'USE_PROXY', 'Use Proxy'],
    [307, 'TEMPORARY_REDIRECT', 'Temporary Redirect'],
    [308, 'PERMANENT_REDIRECT', 'Permanent Redirect'],
    [400, 'BAD_REQUEST', 'Bad Request'],
    [401, 'UNAUTHORIZED', 'Unauthorized'],
    [402, 'PAYMENT_REQUIRED', 'Payment Required'],
    [403, 'FORBIDDEN', 'Forbidden'],
    [404, 'NOT_FOUND', 'Not Found'],
    [405, 'METHOD_NOT_ALLOWED', 'Method Not Allowed'],
    [406, 'NOT_ACCEPTABLE', 'Not Acceptable'],
    [407, 'PROXY_AUTHENTICATION_REQUIRED', 'Proxy Authentication Required'],
    [408, 'REQUEST_TIMEOUT', 'Request Timeout'],
    [409, 'CONFLICT', 'Conflict'],
    [410, 'GONE', 'Gone'],
    [411, 'LENGTH_REQUIRED', 'Length Required'],
    [412, 'PRECONDITION_FAILED', 'Precondition Failed'],
    [413, 'CONTENT_TOO_LARGE', 'Content Too Large'],
    [414, 'URI_TOO_LONG', 'URI Too Long'],
    [415, 'UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type'],
    [416, 'RANGE_NOT_SATISFIABLE', 'Range Not Satisfiable'],
    [417, 'EXPECTATION_FAILED', 'Expectation Failed'],
    [421, 'MISDIRECTED_REQUEST', 'Misdirected Request'],
    [422, 'UNPROCESSABLE_CONTENT', 'Unprocessable Content'],
    [423, 'LOCKED', 'Locked'],
    [424, 'FAILED_DEPENDENCY', 'Failed Dependency'],
    [425, 'TOO_EARLY', 'Too Early'],
    [426, 'UPGRADE_REQUIRED', 'Upgrade Required'],
    [428, 'PRECONDITION_REQUIRED', 'Precondition Required'],
    [429, 'TOO_MANY_REQUESTS', 'Too Many Requests'],
    [431, 'REQUEST_HEADER_FIELDS_TOO_LARGE', 'Request Header Fields Too Large'],
    [451, 'UNAVAILABLE_FOR_LEGAL_REASONS', 'Unavailable For Legal Reasons'],
    [500, 'INTERNAL_SERVER_ERROR', 'Internal Server Error'],
    [501, 'NOT_IMPLEMENTED', 'Not Implemented'],
    [502, 'BAD_GATEWAY', 'Bad Gateway'],
    [503, 'SERVICE_UNAVAILABLE', 'Service Unavailable'],
    [504, 'GATEWAY_TIMEOUT', 'Gateway Timeout'],
    [505, 'HTTP_VERSION_NOT_SUPPORTED', 'HTTP Version Not Supported'],
    [506, 'VARIANT_ALSO_NEGOTIATES', 'Variant Also Negotiates'],
    [507, 'INSUFFICIENT_STORAGE', 'Insufficient Storage'],
    [508, 'LOOP_DETECTED', 'Loop Detected'],
    [511, 'NETWORK_AUTHENTICATION_REQUIRED', 'Network Authentication Required'],
  ];
  const names = headlong as unknown as { readonly [name: string]: unknown };

  test.each(registry)('%i %s', (code, name, phrase) => {
    expect([names[name], (headlong.HTTPStatus as { readonly [name: string]: number })[name], headlong.responses[code]]).toEqual([
      code,
      code,
      phrase,
    ]);
  });

  test.each([
    ['REQUEST_ENTITY_TOO_LARGE', 413],
    ['REQUEST_URI_TOO_LONG', 414],
    ['REQUESTED_RANGE_NOT_SATISFIABLE', 416],
    ['UNPROCESSABLE_ENTITY', 422],
    ['IM_A_TEAPOT', 418],
    ['NOT_EXTENDED', 510],
  ])('http.client’s older name %s is kept', (name, code) => {
    expect([names[name], (headlong.HTTPStatus as { readonly [name: string]: number })[name]]).toEqual([code, code]);
  });

  test('whatever has a name has a phrase, and the other way round', () => {
    const codes = new Set(Object.values(headlong.HTTPStatus as { readonly [name: string]: number }));
    expect([...codes].sort((a, b) => a - b)).toEqual(Object.keys(headlong.responses).map(Number));
    for (const name of Object.keys(headlong.HTTPStatus)) expect(typeof names[name]).toBe('number');
  });

  test('ports', () => {
    expect([status.HTTP_PORT, status.HTTPS_PORT, headlong.HTTP_PORT, headlong.HTTPS_PORT]).toEqual([80, 443, 80, 443]);
  });

  test('HTTPStatus cannot be changed by one user for all', () => {
    expect(Object.isFrozen(headlong.HTTPStatus)).toBe(true);
  });
});
