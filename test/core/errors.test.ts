// The exception tree: who is whose instance, within one copy of the library, across two, and from another realm; codes and names,
// which programs rely on; and the messages of http.client that are kept.
// When each is thrown belongs to test/client.

import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, jest, test } from '@jest/globals';
import ts from 'typescript';
import * as headlong from '../../src/index.js';
import { HTTPMessage } from '../../src/index.js';

type Errors = typeof import('../../src/core/errors.js');
type Class = new (...args: any[]) => Error;

const NONE = new Uint8Array(0);

/** One of each class, made by the copy `of`. */
const samples = (of: Errors): { readonly [name: string]: headlong.HTTPException } => ({
  HTTPException: new of.HTTPException('x'),
  NotConnected: new of.NotConnected(),
  InvalidURL: new of.InvalidURL('x'),
  UnknownProtocol: new of.UnknownProtocol('HTTP/9'),
  UnknownTransferEncoding: new of.UnknownTransferEncoding(),
  UnimplementedFileMode: new of.UnimplementedFileMode(),
  IncompleteRead: new of.IncompleteRead(NONE, 5),
  ImproperConnectionState: new of.ImproperConnectionState(),
  CannotSendRequest: new of.CannotSendRequest(),
  CannotSendHeader: new of.CannotSendHeader(),
  ResponseNotReady: new of.ResponseNotReady(),
  BadStatusLine: new of.BadStatusLine('x'),
  LineTooLong: new of.LineTooLong('header line'),
  RemoteDisconnected: new of.RemoteDisconnected(),
  ConnectionError: new of.ConnectionError('x', 'EPIPE'),
  TimeoutError: new of.TimeoutError('body', 'bodyTimeout', 5),
  TunnelError: new of.TunnelError(407, 'No', new HTTPMessage(), NONE),
  InvalidMessage: new of.InvalidMessage('nul', 5, 'x'),
  LimitExceeded: new of.LimitExceeded('maxHeaders', 5, 'x'),
});

const names = Object.keys(samples(headlong));
const classOf = (from: Errors, name: string): Class => (from as unknown as { [name: string]: Class })[name] as Class;

/** The classes of which each is an instance, HTTPException and itself apart. */
const parents: { readonly [name: string]: readonly string[] } = {
  CannotSendRequest: ['ImproperConnectionState'],
  CannotSendHeader: ['ImproperConnectionState'],
  ResponseNotReady: ['ImproperConnectionState'],
  RemoteDisconnected: ['BadStatusLine', 'ConnectionError'],
};

const codes: { readonly [name: string]: string } = {
  HTTPException: 'HTTP_EXCEPTION',
  NotConnected: 'HTTP_NOT_CONNECTED',
  InvalidURL: 'HTTP_INVALID_URL',
  UnknownProtocol: 'HTTP_UNKNOWN_PROTOCOL',
  UnknownTransferEncoding: 'HTTP_UNKNOWN_TRANSFER_ENCODING',
  UnimplementedFileMode: 'HTTP_UNIMPLEMENTED_FILE_MODE',
  IncompleteRead: 'HTTP_INCOMPLETE_READ',
  ImproperConnectionState: 'HTTP_IMPROPER_CONNECTION_STATE',
  CannotSendRequest: 'HTTP_CANNOT_SEND_REQUEST',
  CannotSendHeader: 'HTTP_CANNOT_SEND_HEADER',
  ResponseNotReady: 'HTTP_RESPONSE_NOT_READY',
  BadStatusLine: 'HTTP_BAD_STATUS_LINE',
  LineTooLong: 'HTTP_LINE_TOO_LONG',
  RemoteDisconnected: 'ECONNRESET',
  ConnectionError: 'EPIPE',
  TimeoutError: 'ETIMEDOUT',
  TunnelError: 'HTTP_TUNNEL_FAILED',
  InvalidMessage: 'HTTP_INVALID_MESSAGE',
  LimitExceeded: 'HTTP_LIMIT_EXCEEDED',
};

/** A second copy of the library in this realm. */
function otherCopy(): Errors {
  let copy: Errors | undefined;
  jest.isolateModules(() => {
    copy = jest.requireActual<Errors>('../../src/core/errors.js');
  });
  return copy as Errors;
}

/** A copy in a realm of its own, whose Error is not ours. */
function otherRealm(): Errors {
  const { outputText } = ts.transpileModule(readFileSync('src/core/errors.ts', 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: false },
  });
  return runInNewContext(`(() => { const exports = {}; ${outputText}; return exports; })()`) as Errors;
}

const copies: readonly [name: string, copy: () => Errors][] = [
  ['this copy', () => headlong],
  ['another copy', otherCopy],
  ['another realm', otherRealm],
];

test('the table has every exception of the library', () => {
  const exported = Object.entries(headlong)
    .filter(([name, value]) => name !== 'error' && typeof value === 'function' && value.prototype instanceof Error)
    .map(([name]) => name);
  expect(exported.sort()).toEqual([...names].sort());
  // http.client: error = HTTPException
  expect(headlong.error).toBe(headlong.HTTPException);
});

describe.each(copies)('%s', (which, copy) => {
  const theirs = copy();

  test('is what it says', () => {
    expect(theirs === headlong).toBe(which === 'this copy');
    if (which !== 'this copy') expect(classOf(theirs, 'HTTPException')).not.toBe(headlong.HTTPException);
    if (which === 'another realm') expect(Object.getPrototypeOf(classOf(theirs, 'HTTPException'))).not.toBe(Error);
  });

  test.each(names)('%s: instanceof, both ways', (name) => {
    const expected = ['HTTPException', name, ...(parents[name] ?? [])];
    for (const other of names) {
      const counts = expected.includes(other);
      expect([other, samples(theirs)[name] instanceof classOf(headlong, other)]).toEqual([other, counts]);
      expect([other, samples(headlong)[name] instanceof classOf(theirs, other)]).toEqual([other, counts]);
    }
  });

  test.each(names)('%s: name, code, message and stack', (name) => {
    const error = samples(theirs)[name] as headlong.HTTPException;
    expect([error.name, error.code]).toEqual([name, codes[name]]);
    expect(typeof error.message).toBe('string');
    expect(error.stack).toContain(name);
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
  });
});

describe('instanceof', () => {
  test.each([
    null,
    undefined,
    5,
    'HTTPException',
    {},
    { code: 'ECONNRESET' },
    new Error('x'),
    new TypeError('x'),
    Object.create(null),
    () => {},
  ])('%p is none of them', (value) => {
    for (const name of names) expect((value as unknown) instanceof classOf(headlong, name)).toBe(false);
  });

  test('an Error of this realm is one', () => {
    for (const error of Object.values(samples(headlong))) expect(error).toBeInstanceOf(Error);
  });

  test('a user’s subclass: its own instances only, and those count as its parents', () => {
    class Mine extends headlong.HTTPException {}
    class Other extends headlong.HTTPException {}
    class Deeper extends Mine {}
    class Cut extends headlong.IncompleteRead {}
    expect(new Mine('x') instanceof Mine).toBe(true);
    expect(new Deeper('x') instanceof Mine).toBe(true);
    expect(new Mine('x') instanceof headlong.HTTPException).toBe(true);
    expect(new Mine('x') instanceof Other).toBe(false);
    expect(new Mine('x') instanceof Deeper).toBe(false);
    expect(new headlong.HTTPException('x') instanceof Mine).toBe(false);
    expect(new headlong.IncompleteRead(NONE) instanceof Mine).toBe(false);
    expect([new Cut(NONE) instanceof headlong.IncompleteRead, new headlong.IncompleteRead(NONE) instanceof Cut]).toEqual([true, false]);
    expect(new Mine('x') instanceof classOf(otherCopy(), 'HTTPException')).toBe(true);
    expect([new Mine('x').name, new Mine('x').message]).toEqual(['HTTPException', 'x']);
  });

  test('a user’s error in the catch of a program', () => {
    const kinds = Object.values(samples(otherCopy())).map((error) => {
      try {
        throw error;
      } catch (caught) {
        if (caught instanceof headlong.TimeoutError) return `timeout ${caught.limit}`;
        if (caught instanceof headlong.IncompleteRead) return `incomplete ${caught.partial.length}`;
        if (caught instanceof headlong.ConnectionError) return `lost ${caught.code}`;
        return caught instanceof headlong.HTTPException ? 'other' : 'none';
      }
    });
    expect(kinds.filter((kind) => kind !== 'other')).toEqual(['incomplete 0', 'lost ECONNRESET', 'lost EPIPE', 'timeout 5']);
  });
});

describe('http.client’s messages', () => {
  test.each<[error: Error, text: string]>([
    [new headlong.IncompleteRead(Buffer.from('abc'), 2), 'IncompleteRead(3 bytes read, 2 more expected)'],
    [new headlong.IncompleteRead(Buffer.from('abc')), 'IncompleteRead(3 bytes read)'],
    [new headlong.IncompleteRead(NONE, 0), 'IncompleteRead(0 bytes read, 0 more expected)'],
  ])('String(%p)', (error, text) => {
    expect([String(error), error.message, `${error}`]).toEqual([text, text, text]);
  });

  test.each<[error: Error & { line?: string }, message: string, line?: string]>([
    [new headlong.BadStatusLine('what'), 'what', 'what'],
    [new headlong.BadStatusLine(''), "''", "''"],
    [new headlong.RemoteDisconnected(), 'Remote end closed connection without response', "''"],
    [new headlong.LineTooLong('header line'), 'got more than 65536 bytes when reading header line'],
    [new headlong.CannotSendRequest('Request-sent'), 'Request-sent'],
    [new headlong.TunnelError(407, 'Who', new HTTPMessage(), NONE), 'Tunnel connection failed: 407 Who'],
    [new headlong.TunnelError(407, '', new HTTPMessage(), NONE), 'Tunnel connection failed: 407'],
  ])('%p', (...[error, message, line]) => {
    expect([error.message, error.line]).toEqual([message, line]);
    expect(String(error)).toContain(message);
  });

  test('say what happened, where, and what to do', () => {
    expect(new headlong.InvalidMessage('nul', 17, 'a NUL', 'icy').message).toBe(
      'a NUL (rule nul, byte 17 of the message); { lenient: { icy: true } } accepts it',
    );
    expect(new headlong.TimeoutError('body', 'bodyTimeout', 500).message).toMatch(/bodyTimeout of 500 ms.*body/);
    expect(new headlong.UnknownProtocol('HTTP/9').message).toContain('"HTTP/9"');
    expect(new headlong.NotConnected().message).toContain('connect()');
  });
});

test('facts and parts', () => {
  const cause = new Error('below');
  expect(new headlong.ConnectionError('x', 'EPIPE', { cause, partial: NONE })).toMatchObject({ cause, partial: NONE, code: 'EPIPE' });
  expect(new headlong.HTTPException('x', 'MINE', { cause })).toMatchObject({ cause, code: 'MINE' });
  expect(new headlong.IncompleteRead(NONE, 3, { cause })).toMatchObject({ cause, expected: 3, partial: NONE });
  expect(new headlong.LimitExceeded('maxHeaders', 5, 'x', NONE)).toMatchObject({ limit: 'maxHeaders', value: 5, partial: NONE });
  const error = new headlong.HTTPException('x');
  expect([error.phase, error.host, error.reusedSocket, error.bytesRead, error.bytesWritten]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
