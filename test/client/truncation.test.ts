// The cut of a response, wherever it is: no proper prefix of a message, followed by FIN or RST, is ever a complete message, and the
// error is the one that protocol.md names for the place, with all body bytes that came and nothing else as `partial`.
// The same for the pieces in which the prefix comes.

import { describe, expect, jest, test } from '@jest/globals';
import { BadStatusLine, ConnectionError, HTTPException, IncompleteRead, RemoteDisconnected, type HTTPResponse } from '../../src/index.js';
import { chunked, connectionTo, rejection, serve, sized, soon, type Peer, peerOf } from './harness.js';

jest.setTimeout(30_000);

interface Subject {
  readonly raw: string;
  readonly method?: string;
  /** The body bytes among the first `length` bytes. */
  body(length: number): string;
  /** Bytes to come after so many, where the framing tells. */
  expected?(length: number): number | null;
}

function sizedSubject(raw: string): Subject {
  const start = raw.indexOf('\r\n\r\n', raw.indexOf(' 200 ')) + 4;
  return { raw, body: (length) => raw.slice(start, Math.max(start, length)), expected: (length) => raw.length - Math.max(start, length) };
}

/** Which bytes of `raw` are body bytes is what `map` says: 'x' below each one. */
function mapped(raw: string, map: string): Subject {
  const start = raw.indexOf('\r\n\r\n') + 4;
  return {
    raw,
    body: (length) =>
      Array.from(raw.slice(start, Math.max(start, length)))
        .filter((_, n) => map[n] === 'x')
        .join(''),
  };
}

const subjects: Record<string, Subject> = {
  sized: sizedSubject(sized('0123456789', 'HTTP/1.1 200 OK', 'A: b')),
  'sized behind a 103 and empty lines': sizedSubject(`\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${sized('0123456789')}`),
  'an empty body': sizedSubject(sized('')),
  'a folded head': sizedSubject(sized('abc', 'HTTP/1.1 200 OK', 'A: b\r\n c')),
  'bare LF in the head': { raw: 'HTTP/1.1 200 OK\nContent-Length: 3\n\nabc', body: (length) => 'abc'.slice(0, Math.max(0, length - 35)) },
  chunked: mapped(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n00a;x=y\r\n0123456789\r\n0\r\n\r\n',
    '   xxx           xxxxxxxxxx       ',
  ),
  'chunked with trailers': mapped('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\n', '   x'),
  'no body at all (204)': { raw: 'HTTP/1.1 204 No Content\r\nA: b\r\n\r\n', body: () => '' },
  HEAD: { raw: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', method: 'HEAD', body: () => '' },
};

/** The class of error for a cut behind `length` bytes, while there is no response yet. */
function headError(raw: string, length: number): typeof BadStatusLine | typeof RemoteDisconnected | typeof IncompleteRead {
  let rest = raw.slice(0, length);
  // Interim responses do not count, nor do empty lines.
  for (;;) {
    const [skipped] = /^(?:(?:\r\n)+|HTTP\/1\.1 1[^]*?\r\n\r\n)/.exec(rest) ?? [];
    if (skipped === undefined) break;
    rest = rest.slice(skipped.length);
  }
  if (rest === '' || rest === '\r') return RemoteDisconnected;
  if (!rest.includes('\n')) return BadStatusLine;
  return rest.startsWith('HTTP/1.1 1') ? RemoteDisconnected : IncompleteRead;
}

const WAYS = {
  FIN: (peer: Peer): void => peer.end(),
  RST: (peer: Peer): Promise<void> => peer.reset(8),
} as const;

type Outcome = { readonly response: HTTPResponse | null; readonly body: string; readonly error: any };

/** Requests prefix after prefix over one server; `check` judges each. */
async function cutEverywhere(
  subject: Subject,
  way: keyof typeof WAYS,
  pieces: (text: string) => string[],
  check: (length: number, outcome: Outcome) => void,
): Promise<void> {
  const { raw, method = 'GET' } = subject;
  let length = 0;
  const at = await serve(async (peer) => {
    const cut = length;
    await peer.head();
    await peer.write(...pieces(raw.slice(0, cut)));
    await WAYS[way](peer);
  });
  const step = way === 'RST' ? 2 : 1;
  for (length = 0; length < raw.length; length += step) {
    const connection = connectionTo(at, { timeout: 3000 });
    let response: HTTPResponse | null = null;
    let body = '';
    let error: any = null;
    try {
      await connection.request(method, '/');
      response = await connection.getresponse();
      body = String(await response.read());
    } catch (caught) {
      error = caught;
    }
    check(length, { response, body, error });
    // The connection is fit for the next request.
    expect(connection.sock === null || response !== null).toBe(true);
    connection.close();
  }
}

const splits: readonly [name: string, pieces: (text: string) => string[]][] = [
  ['in one segment', (text) => (text === '' ? [] : [text])],
  ['byte by byte', (text) => [...text]],
];
const rows = Object.entries(subjects).flatMap(([name, subject]) =>
  splits.map(([split, pieces]): [string, string, Subject, (text: string) => string[]] => [name, split, subject, pieces]),
);

describe('every proper prefix', () => {
  test.each(rows)('%s, %s, then FIN', async (_, _split, subject, pieces) => {
    await cutEverywhere(subject, 'FIN', pieces, (length, { response, body, error }) => {
      const where = { length, prefix: subject.raw.slice(Math.max(0, length - 20), length) };
      expect({ ...where, body, complete: error === null }).toEqual({ ...where, body: '', complete: false });
      expect(error).toBeInstanceOf(HTTPException);
      if (response === null) {
        const type = headError(subject.raw, length);
        expect({ ...where, name: error.name }).toEqual({ ...where, name: type.prototype.name });
        expect(error).toMatchObject({ phase: 'headers', bytesRead: length, reusedSocket: false });
        if (error instanceof IncompleteRead) expect([error.partial.length, error.expected]).toEqual([0, null]);
      } else {
        expect({ ...where, name: error.name }).toEqual({ ...where, name: 'IncompleteRead' });
        expect({ ...where, partial: Buffer.from(error.partial).toString('latin1') }).toEqual({ ...where, partial: subject.body(length) });
        if (subject.expected !== undefined)
          expect({ ...where, expected: error.expected }).toEqual({ ...where, expected: subject.expected(length) });
        else expect(error.expected).toEqual(subject.raw.includes('chunked') ? null : expect.anything());
        expect(error).toMatchObject({ phase: 'body', bytesRead: length });
      }
    });
  });

  test.each(Object.entries(subjects))('%s, then RST', async (_, subject) => {
    await cutEverywhere(subject, 'RST', splits[0]?.[1] as (text: string) => string[], (length, { response, body, error }) => {
      const where = { length };
      expect({ ...where, body, complete: error === null }).toEqual({ ...where, body: '', complete: false });
      expect({ ...where, name: error.name, code: error.code }).toEqual({ ...where, name: 'ConnectionError', code: 'ECONNRESET' });
      expect(error).toBeInstanceOf(ConnectionError);
      expect(Buffer.from(error.partial).toString('latin1')).toBe(response === null ? '' : subject.body(length));
      expect(error.phase).toBe(response === null ? 'headers' : 'body');
    });
  });

  test('a close-delimited body ends with FIN, and is cut by RST', async () => {
    const raw = 'HTTP/1.1 200 OK\r\n\r\nabcdef';
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(raw);
      await (peer.number === 0 ? peer.end() : peer.reset());
    });
    const whole = connectionTo(at);
    await whole.request('GET', '/');
    const response = await whole.getresponse();
    expect([response.framing.kind, response.framing.length, String(await response.read())]).toEqual(['close', null, 'abcdef']);
    const cut = connectionTo(at);
    await cut.request('GET', '/');
    const error = await soon(rejection((await cut.getresponse()).read()));
    expect([error.name, String(error.partial)]).toEqual(['ConnectionError', 'abcdef']);
  });
});

describe('what comes before the cut', () => {
  const heads: readonly [name: string, head: string, expected: number | null][] = [
    ['sized', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab\ncdefgh', 91],
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab\ncdefgh\r\n', null],
    ['chunked, inside a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\nab\ncdefgh', null],
  ];
  type Read = readonly [name: string, read: (response: HTTPResponse) => Promise<unknown>, outcomes: readonly unknown[]];
  const CUT = (partial: string): { partial: string } => ({ partial });
  const reads: readonly Read[] = [
    ['read()', (response) => response.read(), [CUT('ab\ncdefgh'), CUT('')]],
    ['read(4)', (response) => response.read(4), ['ab\nc', 'defg', 'h', CUT(''), CUT('')]],
    ['read(100)', (response) => response.read(100), ['ab\ncdefgh', CUT(''), CUT('')]],
    ['read1()', (response) => response.read1(), ['ab\ncdefgh', CUT(''), CUT('')]],
    ['read1(5)', (response) => response.read1(5), ['ab\ncd', 'efgh', CUT(''), CUT('')]],
    [
      'readinto(6)',
      async (response) => {
        const view = Buffer.alloc(6);
        return view.toString('latin1', 0, await response.readinto(view));
      },
      ['ab\ncde', 'fgh', CUT(''), CUT('')],
    ],
    [
      'readinto1(6)',
      async (response) => {
        const view = Buffer.alloc(6);
        return view.toString('latin1', 0, await response.readinto1(view));
      },
      ['ab\ncde', 'fgh', CUT(''), CUT('')],
    ],
    ['readline()', (response) => response.readline(), ['ab\n', 'cdefgh', CUT('')]],
    ['readline(2)', (response) => response.readline(2), ['ab', '\n', 'cd', 'ef', 'gh', CUT('')]],
    ['readlines()', (response) => response.readlines(), [CUT('')]],
    ['peek()', (response) => response.peek(), ['ab\ncdefgh', 'ab\ncdefgh']],
    ['discard()', (response) => response.discard(), [CUT('')]],
    ['text()', (response) => response.text(), [CUT('ab\ncdefgh')]],
    ['json()', (response) => response.json(), [CUT('ab\ncdefgh')]],
    ['bytes()', (response) => response.bytes(), [CUT('ab\ncdefgh')]],
  ];
  test.each(
    heads.flatMap(([name, head, expected]) =>
      reads.map(([call, read, outcomes]): [string, string, string, number | null, Read[1], readonly unknown[]] => [
        name,
        call,
        head,
        expected,
        read,
        outcomes,
      ]),
    ),
  )('%s: %s', async (_, _call, head, expected, read, outcomes) => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(head);
      peer.end();
    });
    const connection = connectionTo(at);
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    await soon(peerOf(at).closed);
    for (const outcome of outcomes) {
      const got = await soon(
        read(response).then(
          (value) => (typeof value === 'string' ? value : String(value)),
          (error: unknown) => error,
        ),
      );
      if (typeof outcome === 'string') expect(got).toBe(outcome);
      else {
        expect(got).toBeInstanceOf(IncompleteRead);
        expect(String((got as IncompleteRead).partial)).toBe((outcome as { partial: string }).partial);
        expect((got as IncompleteRead).expected).toBe(expected);
      }
    }
    // A while loop over `closed` ends here.
    expect(response.closed || _call === 'peek()' || _call.startsWith('readlines')).toBe(true);
  });

  test.each(heads)('%s: stream, web stream, chunks() and lines err behind what came', async (_, head) => {
    for (const read of [
      (response: HTTPResponse) => response.stream(),
      (response: HTTPResponse) => response.body,
      (response: HTTPResponse) => response.chunks(),
      (response: HTTPResponse) => response,
    ]) {
      const at = await serve(async (peer) => {
        await peer.head();
        await peer.write(head);
        peer.end();
      });
      const connection = connectionTo(at);
      await connection.request('GET', '/');
      let text = '';
      const reading = (async () => {
        for await (const piece of read(await connection.getresponse()) as AsyncIterable<Uint8Array>) text += Buffer.from(piece).toString();
      })();
      const error = await soon(rejection(reading));
      expect(error).toBeInstanceOf(IncompleteRead);
      expect(text).toBe('ab\ncdefgh');
    }
  });

  test('a declared length that is never allocated', async () => {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write('HTTP/1.1 200 OK\r\nContent-Length: 4000000000000\r\n\r\nabc');
      peer.end();
    });
    const connection = connectionTo(at);
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    expect(response.length).toBe(4_000_000_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const error = await soon(rejection(response.read()));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 << 20);
    expect([String(error.partial), error.expected]).toEqual(['abc', 3_999_999_999_997]);
  });
});

test('a response that is complete survives the reset behind it', async () => {
  for (const raw of [sized('0123456789'), chunked(['0123456789']), 'HTTP/1.1 204 No Content\r\n\r\n']) {
    const at = await serve(async (peer) => {
      await peer.head();
      await peer.write(raw);
      await peer.reset();
    });
    const connection = connectionTo(at);
    await connection.request('GET', '/');
    const response = await connection.getresponse();
    await soon(peerOf(at).closed);
    expect(String(await response.read())).toBe(raw.includes('204') ? '' : '0123456789');
  }
});
