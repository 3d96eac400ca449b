// What TCP and a capture do to messages: segments out of order, repeated, contradicting, lost and cut; connections of which a part is
// there; and sequence numbers at their end.

import { describe, expect, test } from '@jest/globals';
import { bytesOf, captureOf, ethernet, packet, pcap, Talk, V4, type Segment } from '../support/packets.js';
import { readCapture } from '../../src/capture.js';
import { exchangesOf, summaries } from './reading.js';

const GET = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: example.org\r\n\r\n`;
const OK = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const LONG = 'x'.repeat(3000);

const without = (segments: readonly Segment[], lost: (segment: Segment) => boolean): Segment[] => segments.filter((s) => !lost(s));
const carries =
  (text: string) =>
  ({ data }: Segment): boolean =>
    String.fromCharCode(...data).includes(text);

describe('order', () => {
  const talk = new Talk().open().client(GET('/1')).server(OK(LONG), 1000).client(GET('/2')).server(OK('two')).close();

  test('two segments changed places', async () => {
    const segments = [...talk.segments];
    segments.splice(4, 2, segments[5] as Segment, segments[4] as Segment);
    expect(await summaries(captureOf(segments))).toEqual([
      ['GET /1 ""', `200 OK "${LONG}" reordered`],
      ['GET /2 ""', '200 OK "two"'],
    ]);
  });

  test('a response before its request', async () => {
    const [request, response] = [talk.segments[3] as Segment, talk.segments[4] as Segment];
    const segments = [...talk.segments.slice(0, 3), response, request, ...talk.segments.slice(5)];
    expect((await summaries(captureOf(segments)))[0]).toEqual(['GET /1 ""', `200 OK "${LONG}"`]);
  });

  test('all of it backwards', async () => {
    const exchanges = await exchangesOf(captureOf([...talk.segments].reverse()));
    expect(exchanges.map(({ request, response }) => [request?.target, response?.body.length])).toEqual([
      ['/1', 3000],
      ['/2', 3],
    ]);
  });

  test.each([
    ['the client', [0xffffff00, 5000]],
    ['the server', [1000, 0xfffffe00]],
    ['both', [0xffffffff, 0xfffffff0]],
    ['the sign of both', [0x7fffffff, 0x7fffff00]],
  ] as const)('sequence numbers of %s start over', async (_, initial) => {
    const wrapped = new Talk(initial).open().client(GET('/1')).server(OK(LONG), 100).client(GET('/2')).server(OK('two')).close();
    const swapped = [...wrapped.segments];
    for (let n = 6; n + 1 < swapped.length - 3; n += 5) swapped.splice(n, 2, swapped[n + 1] as Segment, swapped[n] as Segment);
    const exchanges = await exchangesOf(captureOf(swapped));
    expect(exchanges.map(({ request, response }) => [request?.target, response?.body.length])).toEqual([
      ['/1', 3000],
      ['/2', 3],
    ]);
  });
});

describe('repetition', () => {
  const talk = new Talk().open().client(GET('/1')).server(OK('hello, world')).close();

  test('every segment twice', async () => {
    const segments = talk.segments.flatMap((segment) => [segment, segment]);
    expect(await summaries(captureOf(segments))).toEqual([['GET /1 "" retransmitted', '200 OK "hello, world" retransmitted']]);
  });

  test('other bytes at the same place: the first ones are taken', async () => {
    const segments = talk.segments.flatMap((segment) =>
      segment.side === 1 && segment.data.length > 0 ? [segment, { ...segment, data: bytesOf(OK('HELLO, WORLD')) }] : [segment],
    );
    expect(await summaries(captureOf(segments))).toEqual([['GET /1 ""', '200 OK "hello, world" overlap']]);
  });

  test('the same while they wait for a hole to be filled', async () => {
    const whole = bytesOf(OK('hello, world'));
    const body = whole.length - 12;
    const base = talk.segments.find((s) => s.side === 1 && s.data.length > 0) as Segment;
    const part = (from: number, data: Uint8Array): Segment => ({ ...base, seq: base.seq + from, data });
    const late = [
      part(body + 2, whole.subarray(body + 2, body + 8)),
      part(body, bytesOf('!'.repeat(12))),
      part(body + 6, whole.subarray(body + 6)),
      part(0, whole.subarray(0, body + 1)),
    ];
    const segments = talk.segments.flatMap((segment) => (segment === base ? late : [segment]));
    const [[, response_ = ''] = []] = await summaries(captureOf(segments));
    expect(response_).toContain('"!!llo, w!!!!"');
    expect(response_).toContain('overlap');
  });

  test('a probe of an idle connection is nothing', async () => {
    const request = talk.segments[3] as Segment;
    const probe: Segment = { ...request, seq: request.seq + request.data.length - 1, data: bytesOf('!'), flags: 'A' };
    const segments = [...talk.segments.slice(0, 4), probe, ...talk.segments.slice(4)];
    expect(await summaries(captureOf(segments))).toEqual([['GET /1 ""', '200 OK "hello, world"']]);
  });
});

describe('loss', () => {
  const talk = new Talk()
    .open()
    .client(GET('/1'))
    .server(OK('one'))
    .client(GET('/2'))
    .server(OK(`${'a'.repeat(1000)}MIDDLE${'z'.repeat(1000)}`), 500)
    .client(GET('/3'))
    .server(OK('three'))
    .close();

  test('in a body: a hole, and what is there', async () => {
    const exchanges = await exchangesOf(captureOf(without(talk.segments, carries('MIDDLE'))));
    expect(exchanges.map(({ request }) => request?.target)).toEqual(['/1', '/2', '/3']);
    const body = exchanges[1]?.response?.body;
    expect(exchanges[1]?.response?.flags).toEqual(['gap']);
    expect([body?.length, body?.complete, body?.problem]).toEqual([2006 - 500, false, 'bytes of the body were not captured']);
    expect((await body?.bytes())?.length).toBe(2006 - 500);
    expect(exchanges[2]?.response?.flags).toEqual([]);
  });

  test('of a head: the next start line', async () => {
    const lost = await summaries(captureOf(without(talk.segments, carries('200 OK\r\nContent-Length: 2006'))));
    expect(lost).toEqual([
      ['GET /1 ""', '200 OK "one"'],
      ['GET /2 ""', '-', 'no response was found in 1547 bytes that the server sent'],
      ['GET /3 ""', '200 OK "three"'],
    ]);
  });

  test('of a request: its response stands alone', async () => {
    const lost = await summaries(captureOf(without(talk.segments, carries('GET /2'))));
    expect(lost.map(([request, response]) => [request, response?.slice(0, 8)])).toEqual([
      ['GET /1 ""', '200 OK "'],
      ['-', '200 OK "'],
      ['GET /3 ""', '200 OK "'],
    ]);
  });

  test('of the first request', async () => {
    const lost = await summaries(captureOf(without(talk.segments, carries('GET /1'))));
    expect(lost.map(([request]) => request)).toEqual(['-', 'GET /2 ""', 'GET /3 ""']);
  });

  test('of the last response', async () => {
    const lost = await summaries(captureOf(without(talk.segments, carries('three'))));
    expect(lost.at(-1)).toEqual(['GET /3 ""', '-']);
  });

  const requests = ['/1', '/2', '/3', '/4'];
  const pipelined = new Talk().open();
  for (const target of requests) pipelined.client(GET(target));
  for (const target of requests) pipelined.server(OK(`body of ${target}`));
  pipelined.client(GET('/5')).server(OK('body of /5')).close();

  test.each(requests)('pipelined: the request %s', async (target) => {
    const lost = await summaries(captureOf(without(pipelined.segments, carries(`GET ${target}`))));
    expect(lost).toEqual([...requests, '/5'].map((t) => [t === target ? '-' : `GET ${t} ""`, `200 OK "body of ${t}"`]));
  });

  test.each(requests)('pipelined: the response to %s', async (target) => {
    const lost = await summaries(captureOf(without(pipelined.segments, carries(`body of ${target}`))));
    expect(lost).toEqual([...requests, '/5'].map((t) => [`GET ${t} ""`, t === target ? '-' : `200 OK "body of ${t}"`]));
  });

  test('inside of chunk data', async () => {
    const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'900\r\n'}${'c'.repeat(0x900)}\r\n3\r\nend\r\n0\r\nT: 1\r\n\r\n`;
    const { segments } = new Talk().open().client(GET('/1')).server(chunked, 400).client(GET('/2')).server(OK('two')).close();
    const [first, second] = await exchangesOf(captureOf(segments.filter((_, n) => n !== 6)));
    expect([first?.response?.flags, first?.response?.trailers?.get('t')]).toEqual([['gap'], '1']);
    const body = (await first?.response?.body.bytes()) as Uint8Array;
    expect(String.fromCharCode(...body)).toBe(`${'c'.repeat(0x900 - 400)}end`);
    expect(second?.response?.body.length).toBe(3);
  });

  test('of chunk framing: the next message', async () => {
    const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${`40\r\n${'c'.repeat(0x40)}\r\n`.repeat(20)}0\r\n\r\n`;
    const { segments } = new Talk().open().client(GET('/1')).server(chunked, 400).client(GET('/2')).server(OK('two')).close();
    const lost = await exchangesOf(captureOf(segments.filter((_, n) => n !== 6)));
    expect(lost.map(({ request, response }) => [request?.target, response?.flags, response?.body.complete])).toEqual([
      ['/1', ['gap'], false],
      ['/2', [], true],
    ]);
  });

  test('pipelined: two requests that follow each other, and two responses', async () => {
    const noRequests = await summaries(captureOf(without(pipelined.segments, (s) => carries('GET /2')(s) || carries('GET /3')(s))));
    expect(noRequests.map(([request]) => request)).toEqual(['GET /1 ""', '-', '-', 'GET /4 ""', 'GET /5 ""']);
    const noResponses = await summaries(captureOf(without(pipelined.segments, (s) => carries('of /2')(s) || carries('of /3')(s))));
    expect(noResponses.map(([, response]) => response)).toEqual([
      '200 OK "body of /1"',
      '-',
      '-',
      '200 OK "body of /4"',
      '200 OK "body of /5"',
    ]);
  });

  test('behind a body, larger than it says: no response answers a request that came after it', async () => {
    // Twelve bytes are announced, fourteen are missing: that looks as if another response had begun among them.
    const longer = new Talk()
      .open()
      .client(GET('/1'))
      .server('HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n')
      .server('fourteen bytes')
      .client(GET('/2'))
      .server(OK('two'))
      .client(GET('/3'))
      .server(OK('three'))
      .close();
    expect(await summaries(captureOf(without(longer.segments, carries('fourteen'))))).toEqual([
      ['GET /1 ""', '200 OK "" gap incomplete'],
      ['GET /2 ""', '200 OK "two"'],
      ['GET /3 ""', '200 OK "three"'],
    ]);
  });

  test('a hole is given up when it is plain that the other side had it: what follows does not wait for the end', async () => {
    const long = new Talk()
      .open()
      .client(GET('/1'))
      .server(OK('x'.repeat(200_000)));
    for (let n = 0; n < 200; n++) long.client(GET(`/more/${n}`)).server(OK('more'));
    const file = captureOf(long.segments.filter((_, n) => n !== 10));
    let given = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (; given < file.length; given += 1000) yield file.subarray(given, given + 1000);
    }
    const exchanges: [target: string | undefined, complete: boolean | undefined, given: number][] = [];
    for await (const { request, response } of readCapture(pieces())) exchanges.push([request?.target, response?.body.complete, given]);
    expect(exchanges.length).toBe(201);
    expect(exchanges.filter(([, complete]) => complete === false).map(([target]) => target)).toEqual(['/1']);
    const more = exchanges.find(([target]) => target === '/more/0');
    expect(more?.[2]).toBeLessThan(file.length - 10_000);
  });
});

describe('what is not all there', () => {
  const talk = new Talk().open().client(GET('/1')).server(OK(LONG)).client(GET('/2')).server(OK('two')).close();

  test('a snap length', async () => {
    const exchanges = await exchangesOf(captureOf(talk.segments, { snapLength: 600 }));
    expect(exchanges.map(({ response }) => [response?.flags, response?.body.length])).toEqual([
      [['gap', 'truncated'], 3 * (600 - 54) - (OK(LONG).length - 3000) - (3 * 546 - (2 * 546 + (OK(LONG).length - 2920)))],
      [[], 3],
    ]);
    expect(exchanges[0]?.response?.body.problem).toBe('packets of the body were not captured in full');
  });

  test.each([0, 1] as const)('only one side (%i)', async (side) => {
    const lines = await summaries(captureOf(talk.segments.filter((segment) => segment.side === side)));
    expect(lines).toEqual(
      side === 0
        ? [
            ['GET /1 "" one-sided', '-'],
            ['GET /2 "" one-sided', '-'],
          ]
        : [
            ['-', `200 OK "${LONG}" one-sided`],
            ['-', '200 OK "two" one-sided'],
          ],
    );
  });

  test('the beginning is missing', async () => {
    expect(await summaries(captureOf(talk.segments.slice(3)))).toEqual([
      ['GET /1 "" midstream', `200 OK "${LONG}" midstream`],
      ['GET /2 ""', '200 OK "two"'],
    ]);
  });

  test('it begins in the middle of a response', async () => {
    expect(await summaries(captureOf(talk.segments.slice(5)))).toEqual([['GET /2 "" midstream', '200 OK "two" midstream']]);
  });

  test('the end is missing', async () => {
    const lines = await summaries(captureOf(talk.segments.slice(0, 5)));
    expect(lines).toEqual([['GET /1 ""', expect.stringMatching(/^200 OK "x+" truncated incomplete$/)]]);
  });

  test('the connection is reset in the middle', async () => {
    const reset = new Talk().open().client(GET('/1')).server(OK(LONG).slice(0, 1000)).say(1, 'RA', 'why');
    const [exchange] = await exchangesOf(captureOf(reset.segments));
    expect([exchange?.response?.flags, exchange?.response?.body.problem]).toEqual([['truncated'], 'the capture ends inside of the body']);
  });
});

describe('connections', () => {
  test('the same ports again', async () => {
    const first = new Talk().open().client(GET('/1')).server(OK('one'));
    const second = new Talk([900_000, 70_000]).open().client(GET('/2')).server(OK('two')).close();
    const exchanges = await exchangesOf(captureOf([...first.segments, ...second.segments]));
    expect(exchanges.map(({ connection, request, response }) => [connection.id, request?.target, response?.body.length])).toEqual([
      [0, '/1', 3],
      [1, '/2', 3],
    ]);
  });

  test('many at a time', async () => {
    const talks = Array.from({ length: 3000 }, (_, n) => {
      const ends = { addresses: ['10.0.0.1', `192.0.${n >> 8}.${n & 255}`], ports: [40000 + (n % 7), 80] } as const;
      const { segments } = new Talk([n * 77_777, n])
        .open()
        .client(GET(`/${n}`))
        .server(OK(`body ${n}`))
        .close();
      return segments.map((segment) => ethernet(packet(segment, ends)));
    });
    const frames = Array.from({ length: 8 }, (_, n) => talks.map((frame) => frame[n] as Uint8Array)).flat();
    const exchanges = await exchangesOf(pcap(frames));
    expect(exchanges.length).toBe(3000);
    for (const { request, response } of exchanges) {
      expect(String.fromCharCode(...((await response?.body.bytes()) as Uint8Array))).toBe(`body ${request?.target.slice(1)}`);
    }
  });

  test('one that talks to itself does not stop anything', async () => {
    const self = { addresses: ['127.0.0.1', '127.0.0.1'], ports: [80, 80] } as const;
    const strange = new Talk()
      .open()
      .client(GET('/self'))
      .segments.map((segment) => ethernet(packet(segment, self)));
    const good = new Talk()
      .open()
      .client(GET('/1'))
      .server(OK('one'))
      .close()
      .segments.map((segment) => ethernet(packet(segment, V4)));
    const lines = await summaries(pcap([...strange, ...good]));
    expect(lines).toContainEqual(['GET /1 ""', '200 OK "one"']);
  });
});

describe('what is no HTTP where a response is due', () => {
  const answered = (answer: string): Talk => new Talk().open().client(GET('/1')).server(answer).close();

  test('is passed over, to the response behind it', async () => {
    expect(await summaries(captureOf(answered(`noise\r\n${OK('one')}`).segments))).toEqual([['GET /1 ""', '200 OK "one"']]);
  });

  test('is told where there is none', async () => {
    expect(await summaries(captureOf(answered('220 ready\r\n').segments))).toEqual([
      ['GET /1 ""', '-', 'no response was found in 11 bytes that the server sent'],
    ]);
  });

  test('a status line in small letters is malformed, and shown', async () => {
    const [exchange] = await exchangesOf(captureOf(answered('http/1.1 200 OK\r\nContent-Length: 3\r\n\r\none').segments));
    expect(exchange?.response).toMatchObject({
      version: 'http/1.1',
      status: 200,
      reason: 'OK',
      flags: ['malformed'],
      body: { complete: false },
    });
    expect(exchange?.response?.problem).toContain('status line');
  });
});
