// How much of a body goes out: against its Content-Length, in low-level calls, with trailers behind it; and what becomes of an upload
// that the peer answers before it is done. The rule behind all of it: a connection on which a request may be unfinished is never used
// for another one, whose bytes the peer would take for the rest of the body.
// Kinds of bodies are in bodies.test.ts.

import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import {
  CannotSendRequest,
  ImproperConnectionState,
  InvalidURL,
  type HeadersInit,
  type HTTPConnection,
  type RequestOptions,
} from '../../src/index.js';
import {
  again,
  chunked,
  connectionTo,
  eventually,
  expectUsable,
  get,
  rejection,
  serve,
  serveEach,
  sized,
  sleep,
  soon,
  type Peer,
  peerOf,
} from './harness.js';
import { thrown } from '../support/thrown.js';

const never = new Promise<never>(() => {});

describe('Content-Length and Transfer-Encoding given to request()', () => {
  type Row = readonly [name: string, body: any, headers: HeadersInit, message: RegExp];
  const refused: readonly Row[] = [
    ['a length shorter than the body', 'abc', { 'Content-Length': 2 }, /Content-Length is 2.*3 bytes/],
    ['a length longer than the body', 'abc', { 'Content-Length': '4' }, /Content-Length is 4.*3 bytes/],
    ['a length of bytes, not characters', 'ü', { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': 1 }, /2 bytes/],
    ['a length for a Blob of another', new Blob(['abc']), { 'Content-Length': 2 }, /3 bytes/],
    ['a length and no body', null, { 'Content-Length': 5 }, /Content-Length/],
    ['chunked and no body', null, { 'Transfer-Encoding': 'chunked' }, /Transfer-Encoding|chunked/],
    [
      'a length twice',
      'abc',
      [
        ['Content-Length', '3'],
        ['content-length', '3'],
      ],
      /twice/,
    ],
    ['a list of lengths', 'abc', { 'Content-Length': '3, 3' }, /Content-Length/],
    ['a signed length', 'abc', { 'Content-Length': '+3' }, /Content-Length/],
    ['a negative length', 'abc', { 'Content-Length': -3 }, /Content-Length/],
    ['a hexadecimal length', 'abc', { 'Content-Length': '0x3' }, /Content-Length/],
    ['an empty length', 'abc', { 'Content-Length': '' }, /Content-Length/],
    ['a length above 2^53', 'abc', { 'Content-Length': '9007199254740993' }, /Content-Length/],
    ['a length with a blank inside', 'abc', { 'Content-Length': '3 0' }, /Content-Length/],
    ['both framings', 'abc', { 'Content-Length': 3, 'Transfer-Encoding': 'chunked' }, /one framing/],
    [
      'both framings, the other way round',
      'abc',
      [
        ['transfer-encoding', 'chunked'],
        ['content-length', '3'],
      ],
      /one framing/,
    ],
    [
      'Transfer-Encoding twice',
      ['abc'],
      [
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'chunked'],
      ],
      /twice/,
    ],
    ['chunked not last', ['abc'], { 'Transfer-Encoding': 'chunked, gzip' }, /chunked/],
    ['chunked twice in one', ['abc'], { 'Transfer-Encoding': 'chunked, chunked' }, /chunked/],
    ['no chunked at all', ['abc'], { 'Transfer-Encoding': 'gzip' }, /chunked/],
    ['an empty Transfer-Encoding', ['abc'], { 'Transfer-Encoding': '' }, /chunked/],
    ['an empty coding', ['abc'], { 'Transfer-Encoding': ', chunked' }, /chunked/],
    ['identity', ['abc'], { 'Transfer-Encoding': 'identity' }, /chunked/],
    [
      'Host twice',
      null,
      [
        ['Host', 'a'],
        ['host', 'b'],
      ],
      /Host/,
    ],
  ];
  test.each(refused)('%s is a TypeError before anything is sent', async (_, body, headers, message) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    const error = await soon(rejection(connection.request('POST', '/', body, headers)));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
    expect(at.peers.length).toBe(0);
    await expectUsable(connection);
  });

  const taken: readonly (readonly [
    name: string,
    body: any,
    headers: HeadersInit,
    options: RequestOptions,
    framing: RegExp,
    sent: string,
  ])[] = [
    ['a right length', 'abc', { 'Content-Length': 3 }, {}, /^Content-Length: 3\r$/m, 'abc'],
    ['a length with blanks around it', 'abc', { 'Content-Length': ' 3 ' }, {}, /^Content-Length:  *3 *\r$/m, 'abc'],
    ['a length for an iterable', ['a', 'bc'], { 'Content-Length': 3 }, {}, /^Content-Length: 3\r$/m, 'abc'],
    ['a length for a stream', Readable.from(['a', 'bc']), { 'content-length': 3 }, {}, /^content-length: 3\r$/m, 'abc'],
    ['length 0 without a body', null, { 'Content-Length': 0 }, {}, /^Content-Length: 0\r$/m, ''],
    // http.client: who gives Transfer-Encoding chunks the body, unless encodeChunked says otherwise.
    [
      'chunked, a body in chunks',
      ['3\r\nabc\r\n', '0\r\n\r\n'],
      { 'Transfer-Encoding': 'chunked' },
      {},
      /^Transfer-Encoding: chunked\r$/m,
      '3\r\nabc\r\n0\r\n\r\n',
    ],
    [
      'chunked with encodeChunked',
      ['abc', 'd'],
      { 'Transfer-Encoding': 'chunked' },
      { encodeChunked: true },
      /^Transfer-Encoding: chunked\r$/m,
      '3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
    ],
    [
      'chunked with encodeChunked and a string',
      'abc',
      { 'Transfer-Encoding': 'chunked' },
      { encodeChunked: true },
      /^Transfer-Encoding: chunked\r$/m,
      '3\r\nabc\r\n0\r\n\r\n',
    ],
    [
      'chunked with encodeChunked and nothing',
      [],
      { 'Transfer-Encoding': 'chunked' },
      { encodeChunked: true },
      /^Transfer-Encoding: chunked\r$/m,
      '0\r\n\r\n',
    ],
    [
      'gzip, chunked',
      ['abc'],
      { 'Transfer-Encoding': 'gzip, chunked' },
      { encodeChunked: true },
      /^Transfer-Encoding: gzip, chunked\r$/m,
      '3\r\nabc\r\n0\r\n\r\n',
    ],
  ];
  test.each(taken)('%s', async (_, body, headers, options, framing, sent) => {
    const at = await serve(async (peer) => {
      const head = await peer.head();
      expect(head).toMatch(framing);
      expect(head.match(/^(?:content-length|transfer-encoding):/gim)?.length).toBe(1);
      expect(await peer.take(sent.length)).toBe(sent);
      await peer.write(sized('ok'));
      await again(peer);
    });
    const connection = connectionTo(at);
    await connection.request('POST', '/', body, headers, options);
    expect(String(await (await connection.getresponse()).read())).toBe('ok');
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  const lying: readonly [name: string, body: any, sent: string][] = [
    ['an iterable that has more than declared', ['ab', 'cd'], 'ab'],
    ['a stream that has more than declared', Readable.from(['abcd']), ''],
    ['an iterable that has less than declared', ['a', 'b'], 'ab'],
    ['nothing instead of something', [], ''],
  ];
  test.each(lying)('%s: TypeError, the surplus is not sent, the connection is destroyed', async (_, body, sent) => {
    const at = await serveEach((peer) => peer.head().then(() => never), again);
    const connection = connectionTo(at);
    const error = await soon(rejection(connection.request('POST', '/', body, { 'Content-Length': 3 })));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/Content-Length/);
    await soon(peerOf(at).closed, 'the end of the socket');
    expect(peerOf(at).received.toString()).toMatch(new RegExp(`\r\n\r\n${sent}$`));
    await expectUsable(connection);
  });
});

describe('low-level calls', () => {
  async function started(connection: HTTPConnection, ...fields: [string, string | number][]): Promise<void> {
    connection.putrequest('POST', '/', { skipAcceptEncoding: true });
    for (const [name, value] of fields) connection.putheader(name, value);
    await connection.endheaders();
  }

  test('a body in several sends, up to its length', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      expect(await peer.take(10)).toBe('abcdefghij');
      await peer.write(sized('ok'));
      await again(peer);
    });
    const connection = connectionTo(at);
    await started(connection, ['Content-Length', 10]);
    await connection.send(Buffer.from('abc'));
    await connection.send(new Uint8Array(0));
    await connection.send(['de', 'f'] as never);
    await connection.send(Readable.from([Buffer.from('gh')]));
    await connection.send(Uint8Array.of(0x69, 0x6a).buffer);
    expect(String(await (await connection.getresponse()).read())).toBe('ok');
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('more than declared is refused before it is written, and the rest can still be sent', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      expect(await peer.take(5)).toBe('abcde');
      await peer.write(sized('ok'));
      await again(peer);
    });
    const connection = connectionTo(at);
    await started(connection, ['Content-Length', 5]);
    await connection.send(Buffer.from('abc'));
    expect(await rejection(connection.send(Buffer.from('def')))).toBeInstanceOf(TypeError);
    await connection.send(Buffer.from('de'));
    expect(await rejection(connection.send(Buffer.from('f')))).toBeInstanceOf(TypeError);
    expect(String(await (await connection.getresponse()).read())).toBe('ok');
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('without declared framing nothing can follow the head', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    await started(connection);
    expect(await rejection(connection.send(Buffer.from('GET /evil HTTP/1.1\r\n\r\n')))).toBeInstanceOf(TypeError);
    expect(String(await (await connection.getresponse()).read())).toBe('again');
    expect(peerOf(at).received.toString()).not.toContain('evil');
  });

  test('fewer than declared at getresponse(): refused, and the connection is destroyed', async () => {
    const at = await serveEach(() => never, again);
    const connection = connectionTo(at);
    await started(connection, ['Content-Length', 5]);
    await connection.send(Buffer.from('abc'));
    const error = await soon(rejection(connection.getresponse()));
    expect(error).toBeInstanceOf(ImproperConnectionState);
    expect(error.message).toContain('2 bytes');
    await soon(peerOf(at).closed);
    await expectUsable(connection);
  });

  test.each<[name: string, body: any]>([
    ['fewer bytes', 'ab'],
    ['an iterable of fewer bytes', ['a', 'b']],
  ])('endheaders(body) with %s than declared: send() may add the rest', async (_, body) => {
    const at = await serve(async (peer) => {
      await peer.head();
      expect(await peer.take(3)).toBe('abc');
      await peer.write(sized('ok'));
    });
    const connection = connectionTo(at);
    connection.putrequest('POST', '/');
    connection.putheader('Content-Length', 3);
    await connection.endheaders(body);
    await connection.send(Buffer.from('c'));
    expect(String(await (await connection.getresponse()).read())).toBe('ok');
  });

  test.each<[name: string, body: any, options: { encodeChunked?: boolean }, framing: string, sent: string]>([
    ['a string', 'abc', {}, 'Content-Length: 3', 'abc'],
    ['an empty string', '', {}, 'Content-Length: 0', ''],
    ['an iterable', ['abc', 'd'], {}, 'Transfer-Encoding: chunked', '3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n'],
    [
      'an iterable with encodeChunked',
      ['abc', 'd'],
      { encodeChunked: true },
      'Transfer-Encoding: chunked',
      '3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
    ],
  ])('endheaders(%s) adds the framing that is missing', async (_, body, options, framing, sent) => {
    const at = await serve(async (peer) => {
      const head = await peer.head();
      expect(head).toContain(`\r\n${framing}\r\n`);
      expect(await peer.take(sent.length)).toBe(sent);
      await peer.write(sized('ok'));
      await again(peer);
    });
    const connection = connectionTo(at);
    connection.putrequest('POST', '/');
    await connection.endheaders(body, options);
    expect(String(await (await connection.getresponse()).read())).toBe('ok');
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('Transfer-Encoding given: the caller chunks, or encodeChunked does', async () => {
    const at = await serve(async (peer) => {
      for (let n = 0; n < 2; n++) {
        await peer.head();
        expect(await peer.take(13)).toBe('3\r\nabc\r\n0\r\n\r\n');
        await peer.write(sized('ok'));
      }
    });
    const connection = connectionTo(at);
    await started(connection, ['Transfer-Encoding', 'chunked']);
    await connection.send(Buffer.from('3\r\nabc\r\n0\r\n\r\n'));
    await (await connection.getresponse()).read();
    connection.putrequest('POST', '/');
    connection.putheader('Transfer-Encoding', 'chunked');
    await connection.endheaders(['abc'], { encodeChunked: true });
    await (await connection.getresponse()).read();
    expect(at.peers.length).toBe(1);
  });

  test('putheader with several values folds, as documented; the values are checked', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    connection.putrequest('GET', '/');
    connection.putheader('A', '1', 2, Buffer.from('3'));
    for (const bad of ['x\ny', 'x\ry', 'x\0', 'Ā']) expect(thrown(() => connection.putheader('B', 'ok', bad))).toBeInstanceOf(TypeError);
    await connection.endheaders();
    await (await connection.getresponse()).read();
    expect(peerOf(at).received.toString()).toContain('\r\nA: 1\r\n\t2\r\n\t3\r\n\r\n');
  });

  test.each([
    [{}, `GET / HTTP/1.1\r\nHost: 127.0.0.1:%\r\nAccept-Encoding: identity\r\n\r\n`],
    [{ skipHost: true }, 'GET / HTTP/1.1\r\nAccept-Encoding: identity\r\n\r\n'],
    [{ skipAcceptEncoding: true }, 'GET / HTTP/1.1\r\nHost: 127.0.0.1:%\r\n\r\n'],
    [{ skipHost: true, skipAcceptEncoding: true }, 'GET / HTTP/1.1\r\n\r\n'],
  ])('putrequest with %p', async (options, sent) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    connection.putrequest('GET', '/', options);
    await connection.endheaders();
    await (await connection.getresponse()).read();
    expect(peerOf(at).received.toString()).toBe(sent.replace('%', String(at.port)));
  });

  test.each(['string', 'number', 'null', 'plain object'])('send(a %s) is a TypeError', async (kind) => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.take(3);
      await peer.write(sized('ok'));
    });
    const connection = connectionTo(at);
    await started(connection, ['Content-Length', 3]);
    const data = { string: 'abc', number: 5, null: null, 'plain object': {} }[kind];
    expect(await rejection(connection.send(data as never))).toBeInstanceOf(TypeError);
    await connection.send(Buffer.from('abc'));
    expect(String(await (await connection.getresponse()).read())).toBe('ok');
  });

  test('send() while request() sends its own body is refused, and the upload goes on', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.until('0\r\n\r\n');
      await peer.write(sized('ok'));
    });
    const connection = connectionTo(at);
    let more = (): void => {};
    const upload = connection.request(
      'POST',
      '/',
      (async function* () {
        yield 'a';
        await new Promise<void>((resolve) => (more = resolve));
        yield 'b';
      })(),
    );
    await eventually(() => at.peers[0]?.received.includes('a\r\n') === true);
    expect(await rejection(connection.send(Buffer.from('x')))).toBeInstanceOf(ImproperConnectionState);
    more();
    await upload;
    expect(String(await (await connection.getresponse()).read())).toBe('ok');
    expect(peerOf(at).received.toString()).toMatch(/\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n$/);
  });
});

describe('the request line and Host', () => {
  test.each([
    ['', '/'],
    ['/', '/'],
    ['?a=b', '/?a=b'],
    ['/a?b#c', '/a?b'],
    ['#c', '/'],
    ['*', '*'],
    ['/a%20b', '/a%20b'],
    ['//double', '//double'],
    ['/@user', '/@user'],
    ['/a?b=http://u@h/', '/a?b=http://u@h/'],
  ])('target %p goes out as %p', async (url, target) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    await connection.request('GET', url);
    await (await connection.getresponse()).read();
    expect(peerOf(at).received.toString().split(' ')[1]).toBe(target);
  });

  test('an absolute target decides Host', async () => {
    const at = await serve(again);
    const connection = connectionTo(at);
    await connection.request('GET', 'http://far.test:8080/x?y');
    await (await connection.getresponse()).read();
    expect(peerOf(at).received.toString()).toMatch(/^GET http:\/\/far\.test:8080\/x\?y HTTP\/1\.1\r\nHost: far\.test:8080\r\n/);
  });

  test.each([
    '/a b',
    '/a\tb',
    '/a\r\nB: c',
    '/a\0',
    '/ü',
    '/\x7f',
    '/\u010a',
    'http://user@far.test/',
    'http://user:secret@far.test/',
    'HTTPS://u@h',
  ])('target %p is InvalidURL, by request and by putrequest', async (url) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    expect(await rejection(connection.request('GET', url))).toBeInstanceOf(InvalidURL);
    expect(thrown(() => connection.putrequest('GET', url))).toBeInstanceOf(InvalidURL);
    await expectUsable(connection);
  });

  test.each(['', 'G T', 'GET\r\n', 'GÉT', 'GET:', 'G\0', 'GET/1'])('method %p is a TypeError', async (method) => {
    const connection = connectionTo(await serve(again));
    expect(await rejection(connection.request(method, '/'))).toBeInstanceOf(TypeError);
    expect(thrown(() => connection.putrequest(method, '/'))).toBeInstanceOf(TypeError);
    await expectUsable(connection);
  });
});

describe('trailers', () => {
  test('are sent behind a chunked body, whatever its kind', async () => {
    for (const body of ['abc', Buffer.from('abc'), ['abc'], new Blob(['abc']), Readable.from(['abc'])]) {
      const at = await serve(async (peer) => {
        const head = await peer.head();
        expect(head).toMatch(/\r\nTransfer-Encoding: chunked\r\n/);
        expect(head).not.toMatch(/content-length/i);
        expect(await peer.until('\r\n\r\n')).toBe('3\r\nabc\r\n0\r\nDigest: x\r\nA: 1\r\nA: 2\r\n\r\n');
        await peer.write(sized('ok'));
        await again(peer);
      });
      const connection = connectionTo(at);
      await connection.request('POST', '/', body as never, null, { trailers: { Digest: 'x', A: ['1', 2] } });
      expect(String(await (await connection.getresponse()).read())).toBe('ok');
      await expectUsable(connection);
    }
  });

  test.each<[name: string, trailers: any, body: any, headers: HeadersInit | null]>([
    ['a name that is no token', { 'a b': '1' }, ['x'], null],
    ['a value with a line end', { a: 'b\r\nc: d' }, ['x'], null],
    ['a value above U+00FF', { a: 'Ċ' }, ['x'], null],
    ['a value that is no value', { a: null }, ['x'], null],
    ['Content-Length', { 'content-length': '5' }, ['x'], null],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }, ['x'], null],
    ['Host', { Host: 'x' }, ['x'], null],
    ['Trailer', { Trailer: 'x' }, ['x'], null],
    ['Content-Type', { 'Content-Type': 'x' }, ['x'], null],
    ['no body', { a: '1' }, null, null],
    ['a Content-Length', { a: '1' }, 'abc', { 'Content-Length': 3 }],
    ['a string', 'a: 1', ['x'], null],
  ])('with %s are a TypeError before anything is sent', async (_, trailers, body, headers) => {
    const at = await serve(again);
    const connection = connectionTo(at);
    expect(await rejection(connection.request('POST', '/', body, headers, { trailers }))).toBeInstanceOf(TypeError);
    expect(at.peers.length).toBe(0);
    await expectUsable(connection);
  });

  const received: readonly [name: string, section: string, expected: [string, string][]][] = [
    ['one field', 'A: 1\r\n', [['A', '1']]],
    [
      'several, some of one name',
      'A: 1\r\nb:2\r\nA:  3 \r\n',
      [
        ['A', '1'],
        ['b', '2'],
        ['A', '3'],
      ],
    ],
    [
      'framing fields, which mean nothing here',
      'Content-Length: 999\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n',
      [
        ['Content-Length', '999'],
        ['Transfer-Encoding', 'gzip'],
        ['Connection', 'close'],
      ],
    ],
    ['an empty value', 'A:\r\n', [['A', '']]],
  ];
  test.each(received)('received: %s; kept apart from the headers, there at the end of the body', async (_, section, expected) => {
    const at = await serve((peer) => peer.answer(chunked(['abc'], section, 'B: header'), sized('again')));
    const connection = connectionTo(at);
    const response = await get(connection);
    expect(String(await response.read())).toBe('abc');
    expect(response.trailers?.items()).toEqual(expected);
    expect(response.headers.items()).toEqual([
      ['Transfer-Encoding', 'chunked'],
      ['B', 'header'],
    ]);
    await expectUsable(connection);
    expect(at.peers.length).toBe(1);
  });

  test('are null before the end, and where there are none', async () => {
    const at = await serve((peer) => peer.answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', ''));
    const response = await get(connectionTo(at));
    expect(String(await response.read(3))).toBe('abc');
    expect(response.trailers).toBeNull();
    await peerOf(at).write('0\r\nA: 1\r\n\r\n');
    expect(String(await response.read())).toBe('');
    expect(response.trailers?.get('a')).toBe('1');
    const none = await get(connectionTo(await serve((peer) => peer.answer(chunked(['abc'])))));
    await none.read();
    expect(none.trailers).toBeNull();
    const other = await get(connectionTo(await serve(again)));
    await other.read();
    expect(other.trailers).toBeNull();
  });
});

describe('a final response before the upload is done', () => {
  const EARLY = sized('too large', 'HTTP/1.1 413 Content Too Large');
  /** Uploads that do not end by themselves. */
  const bodies: Record<string, () => any> = {
    'a large Buffer': () => Buffer.alloc(64 << 20),
    'an endless iterable': function* () {
      for (;;) yield Buffer.alloc(65536);
    },
    'an endless async iterable': async function* () {
      for (;;) {
        yield Buffer.alloc(65536);
        await new Promise(setImmediate);
      }
    },
    'a source that stops': async function* () {
      yield Buffer.alloc(65536);
      await never;
    },
    'an endless stream': () =>
      new Readable({
        read() {
          this.push(Buffer.alloc(65536));
        },
      }),
  };
  const servers: Record<string, (peer: Peer) => Promise<unknown>> = {
    'and reads on': async (peer) => {
      peer.socket.removeAllListeners('data').on('data', () => {});
      await sleep(20);
      await peer.write(EARLY);
    },
    'and reads nothing more': async (peer) => {
      peer.socket.pause();
      await sleep(20);
      await peer.write(EARLY);
    },
    'and resets': async (peer) => {
      peer.socket.pause();
      await sleep(20);
      await peer.write(EARLY);
      await peer.reset(30);
    },
    'and closes': async (peer) => {
      peer.socket.pause();
      await sleep(20);
      await peer.write(EARLY);
      peer.end();
    },
  };
  const rows = Object.keys(bodies).flatMap((body) => Object.keys(servers).map((server): [string, string] => [body, server]));
  test.each(rows)(
    '%s; the server answers %s: request() resolves early, the response is delivered, the connection ends',
    async (body, server) => {
      const at = await serveEach(servers[server] as (peer: Peer) => Promise<unknown>, again);
      const connection = connectionTo(at);
      const upload = connection.request('POST', '/', (bodies[body] as () => any)());
      upload.catch(() => {});
      const response = await soon(connection.getresponse(), 'getresponse()');
      await soon(upload, 'request()');
      expect([response.status, response.will_close, String(await soon(response.read(), 'the body'))]).toEqual([413, true, 'too large']);
      await expectUsable(connection);
      expect(at.peers.length).toBe(2);
    },
  );

  test('request() is enough: getresponse() may come afterwards', async () => {
    const at = await serveEach(servers['and reads nothing more'] as (peer: Peer) => Promise<unknown>, again);
    const connection = connectionTo(at);
    await soon(connection.request('POST', '/', Buffer.alloc(64 << 20)), 'request()');
    expect((await soon(connection.getresponse())).status).toBe(413);
    expect(await rejection(connection.request('GET', '/').then(() => connection.request('GET', '/')))).toBeInstanceOf(CannotSendRequest);
  });

  // The peer would take the next request for the rest of this body.
  const unfinished: readonly [name: string, start: (connection: HTTPConnection) => Promise<void>][] = [
    [
      'send() that is not done',
      async (connection) => {
        connection.putrequest('POST', '/');
        connection.putheader('Content-Length', 10);
        await connection.endheaders();
        await connection.send(Buffer.from('01234'));
      },
    ],
    [
      'endheaders(body) that is not done',
      async (connection) => {
        connection.putrequest('POST', '/');
        connection.putheader('Content-Length', 10);
        await connection.endheaders('01234');
      },
    ],
    [
      'endheaders(iterable) that is not done',
      async (connection) => {
        connection.putrequest('POST', '/');
        void connection.endheaders((bodies['an endless async iterable'] as () => any)()).catch(() => {});
        await new Promise(setImmediate);
      },
    ],
    [
      'chunks by hand without a last one',
      async (connection) => {
        connection.putrequest('POST', '/');
        connection.putheader('Transfer-Encoding', 'chunked');
        await connection.endheaders();
        await connection.send(Buffer.from('5\r\n01234\r\n'));
      },
    ],
  ];
  test.each(unfinished)('%s: the response is delivered, and the connection not used again', async (_, start) => {
    const at = await serveEach(async (peer) => {
      await peer.head();
      await peer.take(5);
      await peer.write(EARLY);
      await peer.closed;
    }, again);
    const connection = connectionTo(at);
    await start(connection);
    // The head is here before getresponse() looks.
    await sleep(30);
    const response = await soon(connection.getresponse());
    expect([response.status, String(await response.read())]).toEqual([413, 'too large']);
    await expectUsable(connection);
    expect(at.peers.length).toBe(2);
    expect(peerOf(at).received.toString()).not.toContain('/again');
  });

  test('a response that comes with the last byte leaves the connection as it is', async () => {
    const at = await serve(async (peer) => {
      for (let n = 0; n < 5; n++) {
        await peer.head();
        await peer.until('0\r\n\r\n');
        await peer.write(sized('done'));
      }
    });
    const connection = connectionTo(at);
    for (let n = 0; n < 5; n++) {
      const upload = connection.request('POST', '/', ['a', 'b']);
      const response = await connection.getresponse();
      await upload;
      expect([response.will_close, String(await response.read())]).toEqual([false, 'done']);
    }
    expect(at.peers.length).toBe(1);
  });
});
