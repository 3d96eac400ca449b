// The parsers by themselves: what is told of a connection, however its bytes are cut and whatever other parsers read in between;
// requests that are announced, upgrades, a close at every point, limits. On every build.
// What handlers may do is in handlers.test.ts, the memory of bodies in bodies.test.ts, single messages in whole.test.ts.

import { describe, expect, test } from '@jest/globals';
import {
  parseResponse,
  HTTPException,
  RequestParser,
  ResponseParser,
  type Limits,
  type RequestHandlers,
  type ResponseHandlers,
} from '../../src/parser.js';
import { makeTokeniser, subjects } from '../support/engines.js';
import { byteByByte, prng, randomSplit, twoWaySplits, type Cuts } from '../support/splits.js';
import { thrown } from '../support/thrown.js';
import { conversations, told, type Conversation } from './conversations.js';
import { difference, outcome, play, Talk, type Script } from './play.js';

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const builds = subjects.map((subject) => [subject.name, makeTokeniser(subject)] as const);

const reference = makeTokeniser({ name: 'reference' });
/** What comes of each conversation by itself and whole, by the reference. */
const alone = new Map(conversations.map((one) => [one, outcome(play(one, reference))]));

describe.each(builds)('%s', (build, tokeniser) => {
  const random = prng(17);

  describe.each(conversations)('a $kind: $name', (one) => {
    const { length } = one.bytes;

    test('is told', () => {
      expect(told(play(one, tokeniser), length)).toEqual(one.told.filter((line) => line !== ''));
    });

    test('however it is cut', () => {
      const some = Array.from({ length: 20 }, () => randomSplit(length, random));
      expect(difference(one, tokeniser, [byteByByte(length), ...some, ...twoWaySplits(length)], alone.get(one))).toBeNull();
    });
  });

  test('all of them at once, in pieces of any size and in any order', () => {
    for (let round = 0; round < (build === 'reference' ? 4 : 12); round++) {
      const talks = conversations.map((one) => ({ one, talk: new Talk(one, tokeniser) }));
      for (let open = talks; open.length > 0; open = open.filter(({ talk }) => !talk.over)) {
        const { talk } = open[Math.floor(random() * open.length)] as (typeof talks)[number];
        talk.step(Math.floor(random() * (round % 2 === 0 ? 5 : 200)));
      }
      for (const { one, talk } of talks) expect([one.name, outcome(talk.result())]).toEqual([one.name, alone.get(one)]);
    }
  });

  const long = 'x'.repeat(3000);
  const heads = [
    `HTTP/1.1 200 OK\r\nA: ${long}\r\nB: ${long}\r\n c\r\nContent-Length: 3\r\n\r\nabc`,
    `HTTP/1.1 100 Continue\r\nA: ${long}\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: ${long}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\n${'Name: value\r\n'.repeat(200)}Content-Length: 0\r\n\r\n`,
  ].map((text): Script => ({ kind: 'response', bytes: bytesOf(text), closes: true }));

  test.each(heads.map((script, n) => [n, script] as const))('a long head, cut, with other parsers in between (%i)', (_, script) => {
    const whole = outcome(play(script, tokeniser));
    for (let round = 0; round < 6; round++) {
      const talks = heads.map((head) => new Talk(head, tokeniser));
      const talk = new Talk(script, tokeniser);
      for (let n = 0; !talk.over; n++) {
        talk.step(1 + Math.floor(random() * 700));
        if (n % 3 === 0) (talks[n % talks.length] as Talk).step(500);
        const other = conversations[n % conversations.length] as Conversation;
        if (n % 2 === 0) expect(outcome(play(other, tokeniser, randomSplit(other.bytes.length, random)))).toEqual(alone.get(other));
      }
      expect(outcome(talk.result())).toEqual(whole);
    }
  });

  describe('a request that is announced behind half a line end', () => {
    const first = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
    const begun = (events: string[]): ResponseParser => {
      const parser = new ResponseParser(record(events), {}, tokeniser);
      parser.expect('GET');
      parser.push(bytesOf(`${first}\r`));
      parser.expect('HEAD');
      return parser;
    };
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

    test.each(['\n', '\n\r\n', '\n\r\n\r\n\r\n'])('the other half comes, and its response (%j)', (rest) => {
      for (const size of [1, 2, 1000]) {
        const events: string[] = [];
        const parser = begun(events);
        expect(pushInPieces(parser, bytesOf(rest + head), size)).toHaveLength(0);
        // No body: it answers the HEAD, not a GET that nobody announced.
        expect(events).toEqual(['head', 'end', 'head', 'end']);
        parser.finish();
      }
    });

    test.each(['H', '\r', '\n\r\r', `\n${'\r\n'.repeat(4)}`])('anything else is no response (%j)', (rest) => {
      for (const size of [1, 1000]) {
        const parser = begun([]);
        expect(thrown(() => pushInPieces(parser, bytesOf(rest + head), size))).toMatchObject({ name: 'BadStatusLine' });
      }
    });

    test.each(['', '\n', '\n\r\n'])('a close is no response either (%j)', (rest) => {
      const parser = begun([]);
      parser.push(bytesOf(rest));
      expect(thrown(() => parser.finish())).toMatchObject({ name: 'RemoteDisconnected' });
    });
  });

  test('behind a message that ends its connection the parser reads on', () => {
    const events: string[] = [];
    const parser = new ResponseParser(record(events), {}, tokeniser);
    const last = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    expect(parser.push(bytesOf(last + last))).toBe(2 * last.length);
    expect(events).toEqual(['head', 'end', 'head', 'end']);
  });

  test.each(['Content-Length: 5', 'Transfer-Encoding: chunked'])('a CONNECT with content is refused (%s)', (field) => {
    const parser = new RequestParser({}, {}, tokeniser);
    const text = `CONNECT a:1 HTTP/1.1\r\n${field}\r\n\r\n`;
    expect(thrown(() => parser.push(bytesOf(text)))).toMatchObject({ name: 'InvalidMessage', rule: 'connect-content' });
  });

  describe('the connection becomes another protocol’s', () => {
    const used = (parser: { push(bytes: Uint8Array): number }, text: string): number => parser.push(bytesOf(text));

    test.each([
      ['101', 'GET', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n'],
      ['a tunnel', 'CONNECT', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ])('%s: bytes behind the head are not used, then or later', (_, method, head) => {
      const events: string[] = [];
      const parser = new ResponseParser(record(events), {}, tokeniser);
      parser.expect(method, { upgrade: true });
      parser.expect('GET');
      expect(used(parser, `${head}HTTP/1.1 204 No\r\n\r\n`)).toBe(head.length);
      expect(used(parser, 'HTTP/1.1 204 No\r\n\r\n')).toBe(0);
      expect(() => parser.finish()).not.toThrow();
      expect(events).toEqual(['head', 'end']);
    });

    test('101 is final, and what came before it was interim', () => {
      const events: string[] = [];
      const parser = new ResponseParser(record(events), {}, tokeniser);
      parser.expect('GET', { upgrade: true });
      expect(used(parser, 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 S\r\n\r\n\0')).toBe(43);
      expect(events).toEqual(['interim', 'head', 'end']);
    });

    const asking = [
      ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\n\r\n'],
      ['an upgrade', 'GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
      ['an upgrade, with a body', 'PUT / HTTP/1.1\r\nUpgrade: x\r\nConnection: a, Upgrade\r\nContent-Length: 1\r\n\r\na'],
      [
        'an upgrade, with chunks',
        'PUT / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      ],
    ] as const;
    const next = 'GET /next HTTP/1.1\r\n\r\n';

    test.each(asking)('a request for %s: the parser stops behind it, until resume()', (_, text) => {
      for (const size of [1, 7, text.length, 1000]) {
        const events: string[] = [];
        const parser = new RequestParser(record(events), {}, tokeniser);
        const rest = pushInPieces(parser, bytesOf(text + next), size);
        expect(rest.toString()).toBe(next);
        expect(events.at(-1)).toBe('end');
        expect(parser.push(rest)).toBe(0);
        parser.resume();
        expect(pushInPieces(parser, rest, size)).toHaveLength(0);
        expect(events.slice(-2)).toEqual(['head', 'end']);
        parser.finish();
      }
    });

    test.each(asking)('a request for %s: resume() in onHead or onEnd, and the same push() goes on', (_, text) => {
      for (const name of ['onHead', 'onEnd'] as const) {
        for (const size of [1, 7, text.length, 1000]) {
          const events: string[] = [];
          const resume = (): void => {
            events.push(name);
            parser.resume();
          };
          const parser: RequestParser = new RequestParser({ ...record(events), [name]: resume }, {}, tokeniser);
          expect(pushInPieces(parser, bytesOf(text + next + text), size)).toHaveLength(0);
          expect(events.filter((event) => event === name)).toHaveLength(3);
        }
      }
    });

    test('resume() does nothing to a parser that has not stopped', () => {
      const events: string[] = [];
      const parser = new RequestParser(record(events), {}, tokeniser);
      for (const byte of bytesOf('POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET / HTTP/1.1\r\n\r\n')) {
        parser.push(Uint8Array.of(byte));
        parser.resume();
      }
      expect(events).toEqual(['head', 'body', 'body', 'end', 'head', 'end']);
    });
  });

  test('a request may be announced at any time, also by a handler', () => {
    for (const size of [1, 10, 1000]) {
      const statuses: string[] = [];
      const methods = ['HEAD', 'GET', 'HEAD'];
      const parser: ResponseParser = new ResponseParser(
        {
          onHead: ({ status, framing }) => statuses.push(`${status} ${framing.kind}`),
          onEnd: () => parser.expect(methods.shift() ?? 'GET'),
        },
        { requestMethod: 'CONNECT' },
        tokeniser,
      );
      parser.expect('GET');
      const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n';
      expect(pushInPieces(parser, bytesOf(`${head}a${head}\r\n${head}b${head}`), size)).toHaveLength(0);
      expect(statuses).toEqual(['200 length', '200 none', '200 length', '200 none']);
    }
  });

  describe('the peer closes', () => {
    // Text and what finish() makes of a close inside of it or right behind it.
    const parts: readonly (readonly [kind: Script['kind'], name: string, ...(readonly [text: string, error: string])[]])[] = [
      [
        'response',
        'with a length',
        ['\r\n\r\n', 'RemoteDisconnected'],
        ['HTTP/1.1 200 OK\r', 'BadStatusLine'],
        ['\nA: b\r\nContent-Length: 3\r\n\r\nab', 'IncompleteRead'],
        ['c\r\n\r\n\r', 'none'],
      ],
      [
        'response',
        'with chunks and trailers',
        ['HTTP/1.1 200 OK\r', 'BadStatusLine'],
        ['\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\n0\r\nT: u\r\n\r', 'IncompleteRead'],
        ['\n', 'none'],
      ],
      [
        'response',
        'behind interim ones',
        ['HTTP/1.1 100 Continue\r', 'BadStatusLine'],
        ['\nA: b\r\n\r\n', 'RemoteDisconnected'],
        ['HTTP/1.1 200 OK', 'BadStatusLine'],
        ['\r', 'BadStatusLine'],
        ['\n\r', 'IncompleteRead'],
        ['\nto the end', 'none'],
      ],
      [
        'request',
        'one behind another',
        ['\r\n', 'none'],
        ['POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n', 'IncompleteRead'],
        ['a\r\n\r\n', 'none'],
        ['GET / HTTP/1.1\r\n\r', 'IncompleteRead'],
        ['\n', 'none'],
      ],
    ];

    test.each(parts)('in a %s %s, at every point', (kind, _, ...texts) => {
      const places = texts.flatMap(([text, error]) => Array.from(text, () => error));
      const bytes = bytesOf(texts.map(([text]) => text).join(''));
      for (const [n, expected] of places.entries()) {
        const script: Script = { kind, bytes: bytes.subarray(0, n + 1), requests: [{ method: 'GET' }], closes: true };
        for (const cuts of [[], byteByByte(n + 1), [Math.floor(n / 2)]]) {
          const { error } = play(
            script,
            tokeniser,
            cuts.filter((cut) => cut > 0),
          );
          expect([n, error === null ? 'none' : (error as Error).name]).toEqual([n, expected]);
        }
      }
    });

    test('how much is missing of a length is said, and of anything else is not', () => {
      const cut = (text: string): unknown => {
        const { error } = play({ kind: 'response', bytes: bytesOf(`HTTP/1.1 200 OK\r\n${text}`), closes: true }, tokeniser);
        const { name, expected, partial } = error as { name: string; expected: unknown; partial: Uint8Array };
        return [name, expected, partial.length];
      };
      expect(cut('Content-Length: 10\r\n\r\nabc')).toEqual(['IncompleteRead', 7, 0]);
      expect(cut('Content-Length: 9007199254740991\r\n\r\nabc')).toEqual(['IncompleteRead', 9007199254740988, 0]);
      expect(cut('Transfer-Encoding: chunked\r\n\r\n5\r\nabc')).toEqual(['IncompleteRead', null, 0]);
      expect(cut('Content-Length')).toEqual(['IncompleteRead', null, 0]);
    });

    test('the quirk that would have taken it is named', () => {
      const bytes = bytesOf('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n');
      expect((play({ kind: 'response', bytes, closes: true }, tokeniser).error as HTTPException).quirk).toBe('closeAfterLastChunk');
      for (const less of [1, 2]) {
        const options = { lenient: true };
        const { error } = play({ kind: 'response', bytes: bytes.subarray(0, -less), options, closes: true }, tokeniser);
        expect(error).toMatchObject({ name: 'IncompleteRead' });
      }
    });

    test('behind finish() nothing can come', () => {
      const whole = bytesOf('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na');
      for (const parser of [new ResponseParser({}, {}, tokeniser), new RequestParser({}, {}, tokeniser)]) {
        if (parser instanceof ResponseParser) parser.push(whole);
        parser.finish();
        for (const call of [() => parser.push(whole), () => parser.push(new Uint8Array(0)), () => parser.finish()])
          expect(thrown(call)).toMatchObject({ name: 'ImproperConnectionState' });
      }
    });

    test('finish() says it once, then that the parser failed', () => {
      const parser = new ResponseParser({}, {}, tokeniser);
      parser.push(bytesOf('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n'));
      const error = thrown(() => parser.finish());
      expect(error).toMatchObject({ name: 'IncompleteRead' });
      for (const call of [() => parser.finish(), () => parser.push(bytesOf('a')), () => parser.push(new Uint8Array(0))])
        expect(thrown(call)).toMatchObject({ name: 'HTTPException', code: 'HTTP_PARSER_FAILED', cause: error });
    });
  });

  describe('limits', () => {
    type Row = readonly [limit: string, value: number, text: string, more?: Partial<Limits>];
    const head = (fields: string): string => `HTTP/1.1 200 OK\r\n${fields}Content-Length: 0\r\n\r\n`;
    const chunked = (text: string): string => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text}`;
    const fill = (text: string, length: number): string => text + 'x'.repeat(length - text.length);

    const beyond: readonly Row[] = [
      ['maxHeaders', 1000, head('A: b\r\n'.repeat(1000))],
      ['maxHeaders', 3, head('A: b\r\n'.repeat(3)), { maxHeaders: 3 }],
      ['maxHeaders', 0, head(''), { maxHeaders: 0 }],
      ['maxHeaderSize', 50, head(`${fill('A: ', 12)}\r\n`), { maxHeaderSize: 50 }],
      ['maxBodySize', 4, head('').replace('0\r', '5\r') + '01234', { maxBodySize: 4 }],
      ['maxBodySize', 4, chunked('2\r\n01\r\n3\r\n234\r\n0\r\n\r\n'), { maxBodySize: 4 }],
      ['maxBodySize', 4, 'HTTP/1.1 200 OK\r\n\r\n01234', { maxBodySize: 4 }],
      ['maxBodySize', 0, 'HTTP/1.1 200 OK\r\n\r\n0', { maxBodySize: 0 }],
      ['maxBodySize', 6000, chunked(`2000\r\n${'x'.repeat(0x2000)}\r\n0\r\n\r\n`), { maxBodySize: 6000 }],
      ['interimResponses', 100, 'HTTP/1.1 103 E\r\n\r\n'.repeat(101) + head('')],
      ['chunkExtensions', 16384, chunked(`1;${'x'.repeat(16384)}\r\na\r\n0\r\n\r\n`)],
      ['chunkExtensions', 16384, chunked(`${`1;${'x'.repeat(16)}\r\na\r\n`.repeat(964)}0\r\n\r\n`)],
      ['trailerFields', 100, chunked(`0\r\n${'A: b\r\n'.repeat(101)}\r\n`)],
      ['trailerSize', 16384, chunked(`0\r\n${fill('A: ', 16381)}\r\n\r\n`)],
    ];
    const within: readonly Row[] = [
      ['maxHeaders', 1000, head('A: b\r\n'.repeat(999))],
      ['maxHeaders', 3, head('A: b\r\n c\r\n'.repeat(2)), { maxHeaders: 3 }],
      ['maxHeaderSize', 51, head(`${fill('A: ', 12)}\r\n`), { maxHeaderSize: 52 }],
      ['maxBodySize', 5, head('').replace('0\r', '5\r') + '01234', { maxBodySize: 5 }],
      ['maxBodySize', 5, chunked('2\r\n01\r\n3\r\n234\r\n0\r\n\r\n'), { maxBodySize: 5 }],
      ['maxBodySize', 5, 'HTTP/1.1 200 OK\r\n\r\n01234', { maxBodySize: 5 }],
      ['maxBodySize', 0, head(''), { maxBodySize: 0 }],
      ['maxBodySize', 8192, chunked(`2000\r\n${'x'.repeat(0x2000)}\r\n0\r\n\r\n`), { maxBodySize: 8192 }],
      ['interimResponses', 100, ('HTTP/1.1 103 E\r\n\r\n'.repeat(100) + head('')).repeat(2)],
      ['chunkExtensions', 16384, chunked(`1;${'x'.repeat(16383)}\r\na\r\n0\r\n\r\n`)],
      ['trailerFields', 100, chunked(`0\r\n${'A: b\r\n'.repeat(100)}\r\n`)],
      ['trailerSize', 16384, chunked(`0\r\n${fill('A: ', 16380)}\r\n\r\n`)],
    ];
    const scriptOf = ([, , text, limits]: Row): Script => ({ kind: 'response', bytes: bytesOf(text), options: { limits }, closes: true });
    const waysFor = (length: number): Cuts[] => [
      ...Array.from(twoWaySplits(length)).filter((_, n) => n % (build === 'reference' ? 8 : 2) === 0),
      randomSplit(length, random, 40),
      randomSplit(length, random, 40),
      ...(length < 3000 ? [byteByByte(length)] : []),
    ];

    test.each(beyond)('%s: more than %i', (...row) => {
      const [limit, value] = row;
      const script = scriptOf(row);
      const { error } = play(script, tokeniser);
      expect(error).toMatchObject({ name: 'LimitExceeded', code: 'HTTP_LIMIT_EXCEEDED', limit, value });
      expect((error as Error).message).toContain(limit === 'interimResponses' || limit === 'chunkExtensions' ? `${value}` : limit);
      expect(difference(script, tokeniser, waysFor(script.bytes.length))).toBeNull();
    });

    test.each(within)('%s: %i are not too many', (...row) => {
      const script = scriptOf(row);
      expect(play(script, tokeniser)).toMatchObject({ error: null, used: script.bytes.length });
      expect(difference(script, tokeniser, waysFor(script.bytes.length))).toBeNull();
    });

    test.each([
      ['status line', `HTTP/1.1 200 ${'x'.repeat(65536)}`],
      ['header line', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(65536)}`],
    ])('a %s is too long', (what, text) => {
      const script: Script = { kind: 'response', bytes: bytesOf(text), closes: true };
      expect(play(script, tokeniser).error).toMatchObject({ name: 'LineTooLong', limit: 65536, message: expect.stringContaining(what) });
      expect(difference(script, tokeniser, waysFor(text.length))).toBeNull();
    });

    test('the largest head that there may be, pushed in whatever pieces', () => {
      const size = 262144;
      const start = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n';
      const line = (length: number): string => `${fill('A: ', length - 2)}\r\n`;
      const fields = [65536, 65536, 65536].map(line).join('');
      const text = (length: number): string => `${start}${fields}${line(length - start.length - fields.length - 2)}\r\na`;
      const script: Script = { kind: 'response', bytes: bytesOf(text(size)), closes: true };
      const { messages, error } = play(script, tokeniser);
      expect([error, messages[0]?.headers.length, messages[0]?.body]).toEqual([null, 5, 'a']);
      const sizes = build === 'reference' ? [100_000, 65536] : [1460, 16384, 65535, 65536, 65537, 100_000, 262143];
      const ways = sizes.map((piece) => Array.from({ length: Math.floor(size / piece) }, (_, n) => (n + 1) * piece));
      expect(difference(script, tokeniser, ways)).toBeNull();
      const tooLarge: Script = { kind: 'response', bytes: bytesOf(text(size + 1)), closes: true };
      expect(play(tooLarge, tokeniser).error).toMatchObject({ limit: 'maxHeaderSize', value: size });
      expect(difference(tooLarge, tokeniser, ways)).toBeNull();
    });

    test('each error says a quirk that would have helped, and it helps', () => {
      const text = bytesOf('HTTP/1.1 200 OK\r\nA : b\r\n\r\n');
      const { error } = play({ kind: 'response', bytes: text, closes: true }, tokeniser);
      const quirk = (error as HTTPException).quirk as string;
      expect(quirk).toBe('spaceBeforeColon');
      for (const lenient of [true, { [quirk]: true }]) {
        const lenientPlay = play({ kind: 'response', bytes: text, options: { lenient }, closes: true }, tokeniser);
        expect([lenientPlay.error, lenientPlay.messages[0]?.headers]).toEqual([null, [['A', 'b']]]);
      }
    });
  });
});

test('options that cannot be are refused at once', () => {
  for (const Type of [ResponseParser, RequestParser]) {
    for (const limits of [{ maxHeaders: -1 }, { maxHeaderSize: 1e9 }, { maxBodySize: 0.5 }, { maxHeaders: NaN }])
      expect(() => new Type({}, { limits })).toThrow(RangeError);
    expect(() => new Type({}, { lenient: { sloppy: true } as object })).toThrow(TypeError);
    expect(() => new Type({}, { limits: { maxBodySize: Infinity }, lenient: false })).not.toThrow();
    expect(() => new Type()).not.toThrow();
  }
});

test('what is no bytes is refused, and the parser goes on', () => {
  const events: string[] = [];
  const parser = new ResponseParser(record(events));
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    ['HTTP/1.1 200 OK', /not a string$/],
    [[0x48], /not an object of Array$/],
    [new Uint16Array(2), /not an object of Uint16Array$/],
    [new DataView(new ArrayBuffer(2)), /not an object of DataView$/],
    [null, /not null$/],
    [undefined, /not undefined$/],
    [5, /not a number$/],
  ];
  for (const [value, message] of wrong) {
    for (const act of [() => parser.push(value as Uint8Array), () => parseResponse(value as Uint8Array)]) {
      expect(act).toThrow(TypeError);
      expect(act).toThrow(message);
    }
  }
  parser.push(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'));
  expect(events).toEqual(['head', 'end']);
});

function record(events: string[]): ResponseHandlers & RequestHandlers {
  return {
    onInformational: () => void events.push('interim'),
    onHead: () => void events.push('head'),
    onBody: () => void events.push('body'),
    onTrailers: () => void events.push('trailers'),
    onEnd: () => void events.push('end'),
  };
}

/** Returns what was not used. */
function pushInPieces(parser: { push(bytes: Uint8Array): number }, bytes: Buffer, size: number): Buffer {
  let at = 0;
  while (at < bytes.length) {
    const used = parser.push(bytes.subarray(at, at + size));
    at += used;
    if (used < size) break;
  }
  return bytes.subarray(at);
}
