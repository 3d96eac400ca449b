// The reader by itself, fed by hand over one tokeniser that it shares with others: whatever reads come between two of its own, and
// whatever the sink does meanwhile (as long as it runs no user code inside a read), the outcome is that of the message read alone
// and whole. On the SIMD build, the scalar build and the reference.
// Sockets, and what is made of the outcomes, belong to test/client.

import { describe, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.js';
import { quirkBits } from '../../src/core/lenient.js';
import { readAll, tell } from '../../src/core/reader.js';
import { ResponseReader, type ResponseSink } from '../../src/core/response-reader.js';
import { READ } from '../../src/wasm/layout.generated.js';
import type { Tokeniser } from '../../src/wasm/tokeniser.js';
import { makeTokeniser, reference, subjects } from '../support/engines.js';
import { byteByByte, prng, randomSplit, twoWaySplits } from '../support/splits.js';

/** Everything that a reader says, as text that can be compared; body bytes joined, since where they are cut is nobody's business. */
class Record implements ResponseSink {
  readonly events: string[] = [];
  readonly #tokeniser: Tokeniser;

  constructor(tokeniser: Tokeniser) {
    this.#tokeniser = tokeniser;
  }

  #add(event: string): void {
    const last = this.events.at(-1);
    if (event.startsWith('body ') && last?.startsWith('body ') === true) this.events[this.events.length - 1] = last + event.slice(5);
    else this.events.push(event);
  }

  addBody(text: string): void {
    this.#add(`body ${text}`);
  }

  onInterim: ResponseSink['onInterim'] = (head) =>
    this.#add(`interim ${head.version} ${head.status} ${head.reason} ${JSON.stringify(head.headers.items())}`);
  onHead: ResponseSink['onHead'] = (head) =>
    this.#add(
      `head ${head.version} ${head.status} ${head.reason} ${JSON.stringify(head.headers.items())} ${JSON.stringify(head.framing)} ${String(head.keepAlive)} ${head.keepAliveTimeout}`,
    );
  onBody: ResponseSink['onBody'] = (start, end) => this.addBody(this.#tokeniser.latin1(start, end));
  onEnd: ResponseSink['onEnd'] = (trailers) => this.#add(`end ${JSON.stringify(trailers?.items() ?? null)}`);
}

interface Message {
  readonly text: string;
  readonly methods?: readonly string[];
  readonly upgrade?: boolean;
  readonly limits?: Partial<Limits>;
  readonly lenient?: boolean;
}

/** One conversation over a tokeniser that may be shared. */
class Talk {
  readonly record: Record;
  readonly reader: ResponseReader;
  readonly #tokeniser: Tokeniser;
  readonly #bytes: Buffer;
  readonly #direct: number | null;
  #at = 0;
  over = false;

  /** With `direct`, body bytes that the reader tells of beforehand are taken from where they came: of chunks that are so long. */
  constructor(tokeniser: Tokeniser, message: Message, direct: number | null = null) {
    this.#direct = direct;
    this.#tokeniser = tokeniser;
    this.#bytes = Buffer.from(message.text, 'latin1');
    this.record = new Record(tokeniser);
    this.reader = new ResponseReader(tokeniser, { ...DEFAULT_LIMITS, ...message.limits }, quirkBits(message.lenient));
    this.reader.direct = direct ?? 0;
    for (const method of message.methods ?? ['GET']) this.reader.expect(method, message.upgrade === true);
  }

  /** Reads up to `length` bytes more; at the end, the peer closes. */
  step(most: number): void {
    const length = Math.min(most, 65536);
    const event = (run: () => void): void => {
      try {
        run();
      } catch (error) {
        const { name, message, rule, offset, limit, line, expected } = error as { [key: string]: unknown } & Error;
        this.record.events.push(`error ${JSON.stringify([name, message, rule, offset, limit, line, expected])}`);
        this.over = true;
      }
    };
    const piece = this.#bytes.subarray(this.#at, this.#at + length);
    if (piece.length === 0) {
      event(() => {
        this.reader.finish();
        tell(this.reader, this.record);
      });
      this.record.events.push(`over ${String(this.reader.excess)} ${String(this.reader.switched)}`);
      this.over = true;
      return;
    }
    let used = 0;
    event(() => (used = this.#direct === null ? this.#readAll(piece) : this.#readDirectly(piece)));
    this.#at += piece.length;
    if (!this.over && used < piece.length) {
      this.record.events.push(`unused ${this.#bytes.toString('latin1', this.#at - piece.length + used)}`);
      this.over = true;
    }
  }

  #readAll(piece: Buffer): number {
    // More than anything looks ahead.
    this.#tokeniser.input.fill(0x0a, piece.length, piece.length + 4096);
    this.#tokeniser.input.set(piece);
    return readAll(this.reader, READ, READ + piece.length, this.record) - READ;
  }

  #readDirectly(piece: Buffer): number {
    const { reader } = this;
    let used = 0;
    try {
      while (used < piece.length) {
        const there = reader.bodyThere(piece.length - used);
        const before = used;
        if (there > 0) {
          const allowed = Math.min(there, reader.room);
          if (allowed > 0) this.record.addBody(piece.toString('latin1', used, used + allowed));
          reader.tookBody(there);
          used += there;
        } else {
          this.#tokeniser.load(piece.subarray(used));
          used += reader.read(READ, READ + piece.length - used) - READ;
          if (used === before && reader.switched) break;
        }
        tell(reader, this.record);
      }
    } catch (error) {
      tell(reader, this.record);
      throw error;
    }
    return used;
  }

  /** Reads the rest in pieces that end at `cuts`. */
  run(cuts: readonly number[] = []): readonly string[] {
    for (const cut of cuts) while (!this.over && cut > this.#at) this.step(cut - this.#at);
    while (!this.over) this.step(65536);
    return this.record.events;
  }
}

const long = 'x'.repeat(3000);
const messages: { readonly [name: string]: Message } = {
  sized: { text: 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nA: b\r\n\r\nhello world' },
  'a long head': { text: `HTTP/1.1 200 OK\r\nA: ${long}\r\nB: ${long}\r\n c\r\nContent-Length: 3\r\n\r\nabc` },
  chunked: { text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n' },
  trailers: { text: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nDigest: ${long}\r\nB: c\r\n\r\n` },
  'two responses': { text: 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx', methods: ['DELETE', 'GET'] },
  'interim responses': {
    text: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: ${long}\r\n\r\nHTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx`,
  },
  'close-delimited': { text: 'HTTP/1.1 200 OK\r\nA: b\r\n\r\nto the end' },
  HEAD: { text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno', methods: ['HEAD', 'GET'] },
  upgrade: { text: 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n', upgrade: true },
  'empty lines and bare LF': { text: '\r\n\r\nHTTP/1.1 200 OK\nContent-Length: 2\n\nab\r\n\r\n' },
  'a malformed field': { text: `HTTP/1.1 200 OK\r\nA: ${long}\r\nB C: d\r\n\r\n` },
  'both framings': { text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nx' },
  'an unknown coding': { text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx' },
  'an upgrade nobody asked for': { text: 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n' },
  'a long chunk': {
    text: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n12c\r\n${'c'.repeat(300)}\r\n1\r\nd\r\n0\r\n\r\n`,
  },
  'too large a chunk': {
    text: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n12c\r\n${'c'.repeat(300)}\r\n0\r\n\r\n`,
    limits: { maxBodySize: 200 },
  },
  'a malformed end of a long chunk': {
    text: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12c\r\n${'c'.repeat(300)}\n0\r\n\r\n`,
  },
  'a malformed chunk': { text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n' },
  'a malformed trailer': { text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\nC D: e\r\n\r\n' },
  'a cut head': { text: `HTTP/1.1 200 OK\r\nA: ${long}` },
  'a cut body': { text: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc' },
  'a cut trailer': { text: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ${long}` },
  'too many fields': { text: `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(20)}\r\n`, limits: { maxHeaders: 19 } },
  'too large a head': { text: `HTTP/1.1 200 OK\r\nA: ${long}\r\n\r\n`, limits: { maxHeaderSize: 2000 } },
  'too large a body': { text: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789', limits: { maxBodySize: 9 } },
  lenient: {
    text: 'HTTP/1.1  200 OK\r\nno colon\r\nA : b\x01\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n3\nabc\n0\r\n',
    lenient: true,
  },
  excess: { text: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxEVIL' },
};
const names = Object.keys(messages);

/** What comes of each message read alone and whole, by the reference. */
const alone: { readonly [name: string]: readonly string[] } = Object.fromEntries(
  names.map((name) => [name, new Talk(makeTokeniser(reference), messages[name] as Message).run()]),
);

test('the outcomes are what they should be', () => {
  expect(alone.sized).toEqual([
    'head 11 200 OK [["Content-Length","11"],["A","b"]] {"kind":"length","length":11} true -1',
    'body hello world',
    'end null',
    'over false false',
  ]);
  expect(alone['two responses']?.filter((event) => event.startsWith('end')).length).toBe(2);
  expect(alone.trailers?.at(-2)).toMatch(/^end \[\["Digest"/);
  expect(alone['a malformed field']?.[0]).toMatch(/^error \["InvalidMessage",.*"field-name",30/);
  // A head that is refused is not told.
  expect(alone['both framings']).toEqual([expect.stringMatching(/^error \["InvalidMessage",.*"transfer-encoding-and-length"/)]);
  expect(alone['an unknown coding']).toEqual([
    'interim 11 100 Continue []',
    expect.stringMatching(/^error \["UnknownTransferEncoding",.*"transfer-encoding"/),
  ]);
  expect(alone['an upgrade nobody asked for']).toEqual([expect.stringMatching(/^error \["InvalidMessage",.*"unsolicited-101"/)]);
  expect(alone['too many fields']?.[0]).toMatch(/^error \["LimitExceeded".*"maxHeaders"/);
  expect(alone.excess?.at(-1)).toBe('over true false');
  expect(alone.upgrade?.at(-1)).toBe('over false true');
});

describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
  const tokeniser = makeTokeniser(subject);

  test.each(names)('%s: alone, however it is split', (name) => {
    const message = messages[name] as Message;
    const { length } = message.text;
    const random = prng(7);
    const splits = [[], byteByByte(length), ...Array.from({ length: 20 }, () => randomSplit(length, random))];
    if (length < 300) splits.push(...([...twoWaySplits(length)] as number[][]));
    for (const cuts of splits) expect([cuts.length, new Talk(tokeniser, message).run(cuts)]).toEqual([cuts.length, alone[name]]);
  });

  test.each(names)('%s: the body taken from where it came, however it is split', (name) => {
    const message = messages[name] as Message;
    const { length } = message.text;
    const random = prng(8);
    const splits = [[], byteByByte(length), ...Array.from({ length: 8 }, () => randomSplit(length, random))];
    for (const direct of [0, 1, 2, 5, 100])
      for (const cuts of splits)
        expect([direct, cuts.length, new Talk(tokeniser, message, direct).run(cuts)]).toEqual([direct, cuts.length, alone[name]]);
  });

  const pairs = names.flatMap((one, n) =>
    names
      .slice(n)
      .filter((other, m) => subject.name !== 'reference' || (n + m) % 4 === 0)
      .map((other): [string, string] => [one, other]),
  );
  test.each(pairs)('%s and %s, byte by byte in turn', (one, other) => {
    const talks = [new Talk(tokeniser, messages[one] as Message), new Talk(tokeniser, messages[other] as Message)];
    while (talks.some((talk) => !talk.over)) for (const talk of talks) if (!talk.over) talk.step(1);
    expect(talks.map((talk) => talk.record.events)).toEqual([alone[one], alone[other]]);
  });

  test('all of them at once, in pieces of random sizes and in random order', () => {
    const random = prng(11);
    for (let round = 0; round < (subject.name === 'reference' ? 3 : 12); round++) {
      const talks = names.map((name) => new Talk(tokeniser, messages[name] as Message));
      for (let open = [...talks]; open.length > 0; open = open.filter((talk) => !talk.over)) {
        (open[Math.floor(random() * open.length)] as Talk).step(1 + Math.floor(random() * (round % 2 === 0 ? 4 : 900)));
      }
      names.forEach((name, n) => expect([name, talks[n]?.record.events]).toEqual([name, alone[name]]));
    }
  });

  test.each(names)('%s, byte by byte, with another whole message between any two', (name) => {
    const talk = new Talk(tokeniser, messages[name] as Message);
    for (let n = 0; !talk.over; n++) {
      talk.step(1);
      const other = names[n % names.length] as string;
      expect(new Talk(tokeniser, messages[other] as Message).run(n % 3 === 0 ? [5] : [])).toEqual(alone[other]);
    }
    expect(talk.record.events).toEqual(alone[name]);
  });

  test('a reader that is released in the middle takes nothing of the others with it', () => {
    for (const name of names) {
      const kept = new Talk(tokeniser, messages[name] as Message);
      const dropped = new Talk(tokeniser, messages['a long head'] as Message);
      for (let n = 0; n < 30 && !kept.over; n++) {
        kept.step(1);
        if (n < 20) dropped.step(1);
        if (n === 20) dropped.reader.release();
      }
      expect(kept.run()).toEqual(alone[name]);
      expect(dropped.reader.read(READ, READ + 1)).toBe(READ + 1);
      expect(dropped.reader.excess).toBe(true);
    }
  });

  test('a reader that failed refuses every byte after it', () => {
    const talk = new Talk(tokeniser, { text: 'garbage\r\n\r\n' });
    talk.run();
    tokeniser.input.set(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    expect([talk.reader.read(READ, READ + 19), talk.reader.excess, talk.record.events.length]).toEqual([READ + 19, true, 1]);
    expect(() => talk.reader.finish()).not.toThrow();
  });

  test('bytes without a request are excess; CRLFs alone are not', () => {
    for (const [text, excess] of [
      ['HTTP/1.1 200 OK\r\n\r\n', true],
      ['\r\n\r\n\r\n\r\n', false],
      ['\r\n\r\n\r\n\r\n\r\n', true],
      ['\n', true],
      ['\r\r', true],
    ] as const) {
      for (const cuts of [[], byteByByte(text.length)]) {
        const talk = new Talk(tokeniser, { text, methods: [] });
        expect([text, talk.run(cuts)]).toEqual([text, [`over ${String(excess)} false`]]);
      }
    }
  });

  // Each of these passes several limits at once, or one just so.
  const large = (section: string): [string, string] => ['head', `HTTP/1.1 200 OK\r\n${section}\r\n`];
  const trailing = (section: string): [string, string] => [
    'trailer',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${section}\r\n`,
  ];
  test.each<[kind: string, text: string]>([
    large(`A: ${'b'.repeat(65531)}\r\n`),
    large(`A: ${'b'.repeat(65532)}\r\n`),
    large(`A: ${'b'.repeat(70000)}`),
    large(`A: ${'b'.repeat(70000)}\r\n${'C: d\r\n'.repeat(2000)}`),
    large(`${'C: d\r\n'.repeat(2000)}A: ${'b'.repeat(70000)}\r\n`),
    large(`${`A: ${'b'.repeat(60000)}\r\n`.repeat(5)}${'C: d\r\n'.repeat(2000)}`),
    large(`A: b\r\n${' c\r\n'.repeat(70000)}`),
    large(`A: ${'b'.repeat(70000)}\0\r\n`),
    large(`A\0: ${'b'.repeat(70000)}\r\n`),
    large(`${'C: d\r\n'.repeat(1000)}\0`),
    large(`${'C: d\r\n'.repeat(1001)}\0`),
    ['status line', `HTTP/1.1 200 ${'x'.repeat(70000)}`],
    ['status line', `HTTP/2.1 200 ${'x'.repeat(70000)}`],
    ['no status line', 'x'.repeat(70000)],
    ['no status line', `HTTP/1.1 ${'2'.repeat(70000)}`],
    trailing(`A: ${'b'.repeat(16377)}\r\n`),
    trailing(`A: ${'b'.repeat(16378)}\r\n`),
    trailing(`A: ${'b'.repeat(70000)}\r\n`),
    trailing('A: b\r\n'.repeat(101)),
    trailing(`${'A: b\r\n'.repeat(101)}${'c'.repeat(70000)}`),
    trailing(`A: ${'b'.repeat(15000)}\r\n${'A: b\r\n'.repeat(300)}`),
  ])('%s: which limit it is, and where, does not depend on the split (%#)', (_kind, text) => {
    const random = prng(3);
    // The text of a BadStatusLine is as much as came of the line.
    const judge = (cuts: readonly number[]): unknown =>
      new Talk(tokeniser, { text }).run(cuts).map((event) => event.replace(/^(error \["(?:BadStatusLine|UnknownProtocol)").*/, '$1'));
    const whole = judge([]);
    const { length } = text;
    const cuts = [
      [1],
      [length - 1],
      [17],
      [100],
      [65536],
      [65535, 65537],
      [65552, 65553],
      Array.from({ length: 40 }, (_unused, n) => (n + 1) * 1700),
      ...Array.from({ length: subject.name === 'reference' ? 3 : 12 }, () => randomSplit(length, random, 30)),
    ];
    for (const one of cuts) expect([one, judge(one.filter((cut) => cut < length))]).toEqual([one, whole]);
  });

  test('what stands behind a protocol switch is not used', () => {
    for (const message of [
      { text: 'HTTP/1.1 101 S\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', upgrade: true },
      { text: 'HTTP/1.1 200 S\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', methods: ['CONNECT'] },
    ]) {
      for (const cuts of [[], [3], [18, 19], [17, 22]]) {
        const events = new Talk(tokeniser, message).run(cuts);
        const rest = events.at(-1) ?? '';
        expect(events.slice(0, -1).map((event) => event.split(' ')[0])).toEqual(['head', 'end']);
        expect('unused HTTP/1.1 200 OK\r\n\r\n'.startsWith(rest) || rest.startsWith('unused')).toBe(true);
      }
    }
  });
});
