// Draws calls on a connection: requests of every kind of body, the low-level calls, calls in any state, tunnels and debug
// output, with what the other side will answer. What becomes of a case is not known here. Debug output of bodies is drawn
// for strings and bytes only: http.client prints representations of Python's objects for the others. Nor are files drawn
// with a blocksize: a stream has its own pieces.

import type { Described, RequestCase } from '../differential/corpus.js';
import { dice, type Dice } from './random.js';

/** A request case that nobody has played yet. */
export type NewRequest = Omit<RequestCase, 'expected'>;

type Call = RequestCase['ops'][number];
type Reply = RequestCase['replies'][number];

const METHODS = ['GET', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'M-SEARCH', 'get'];
const TARGETS = ['/', '', '/a/b?c=d&e=%20', '*', '/?', '//double', 'http://example.com/abs?x', '/%C3%A9', '/a;p=1', '/:@!$', '/[x]'];
const ODD_TARGETS = ['/a b', '/\x7f', '/\r\n', '/é', '/☃', '\t'];
const HOSTS = [
  'example.com',
  'EXAMPLE.com',
  'example.com:80',
  'example.com:8080',
  '127.0.0.1',
  '[::1]',
  '[2001:db8::1]:81',
  'localhost:',
  'a-b.c_d',
];
const ODD_HOSTS = ['example.com:x', 'a b', 'exa\nmple', 'münchen.example', 'example.com:-1', '[::1', 'host\0'];
const TEXT = 'abc DEF 123 éÿ\n';

export function requests(seed: number, count: number): NewRequest[] {
  return Array.from({ length: count }, (_, n) => {
    const draw = dice(seed * 100_019 + n);
    const kind = draw.one([single, single, single, lowLevel, lowLevel, several, tunnel, anyOrder]);
    return { id: `request ${n}`, cls: 'HTTPConnection', kwargs: {}, args: host(draw), replies: [], ...kind(draw) };
  });
}

type Drawn = Partial<NewRequest> & Pick<NewRequest, 'ops'>;

function host(draw: Dice): (string | number)[] {
  const name = draw.percent(93) ? draw.one(HOSTS) : draw.one(ODD_HOSTS);
  return draw.percent(85) ? [name] : [name, draw.one([80, 443, 8080, 65535])];
}

const target = (draw: Dice): string => (draw.percent(94) ? draw.one(TARGETS) : draw.one(ODD_TARGETS));

/** One request, perhaps with its response. */
function single(draw: Dice): Drawn {
  const body = bodyOf(draw);
  const debug: Call[] =
    draw.percent(30) && (body === null || (/^(?:str|bytes)$/.test(body[0]) && body[1] !== '')) ? [['set_debuglevel', 1]] : [];
  const response: Call[] = draw.percent(60) ? [['getresponse'], ['read']] : [];
  return {
    ops: [...debug, ['request', method(draw), target(draw), body, fields(draw), options(draw)], ...response],
    replies: [reply(draw)],
    kwargs: draw.percent(10) && !body?.[0].endsWith('file') ? { blocksize: draw.one([1, 3, 1000]) } : {},
  };
}

const method = (draw: Dice): string => (draw.percent(96) ? draw.one(METHODS) : draw.one(['GET /', 'P\r\nX', 'GÉT', '']));

const options = (draw: Dice): Record<string, boolean> => (draw.percent(10) ? { encode_chunked: draw.percent(50) } : {});

function bodyOf(draw: Dice): Described {
  const text = (): string => draw.text(draw.one([0, 1, 5, 40]), TEXT);
  const texts = (): string[] => Array.from({ length: draw.below(4) }, text);
  return draw.one<() => Described>([
    () => null,
    () => null,
    () => null,
    () => ['str', text()],
    () => ['bytes', text()],
    () => ['bytearray', text()],
    () => ['list', texts()],
    () => ['iter', texts()],
    () => ['binfile', text()],
    () => ['textfile', text()],
    () => ['str', '☃'],
  ])();
}

function fields(draw: Dice): [string, unknown][] {
  const all: [string, unknown][] = [
    ['X-Text', draw.text(10, TEXT.trim())],
    ['x-number', draw.below(1000)],
    ['X-Bytes', { b: 'a\xe9' }],
    ['Accept-Encoding', 'gzip'],
    ['HOST', 'other.example:1'],
    ['Connection', draw.one(['keep-alive', 'Keep-Alive, TE'])],
    ['Content-Type', 'text/plain'],
    ['Empty', ''],
    ['X-Blank', '  x  '],
  ];
  const odd: [string, unknown][] = [
    ['X:Y', '1'],
    ['X Y', '1'],
    ['X', 'a\r\nb'],
    ['X', '☃'],
    ['Transfer-Encoding', 'chunked'],
    ['Ünder', '1'],
  ];
  return [...all.filter(() => draw.percent(12)), ...(draw.percent(6) ? [draw.one(odd)] : [])];
}

/** The low-level calls in their order, with a body in one of the ways to give it. */
function lowLevel(draw: Dice): Drawn {
  const skip: { skip_host?: boolean; skip_accept_encoding?: boolean } = draw.percent(30)
    ? { skip_host: draw.percent(50), skip_accept_encoding: draw.percent(50) }
    : {};
  const calls: Call[] = [['putrequest', draw.one(METHODS), draw.one(TARGETS), skip]];
  for (const [name, value] of fields(draw))
    if (name !== 'Transfer-Encoding' && (name !== 'HOST' || skip.skip_host === true)) calls.push(['putheader', name, value]);
  if (draw.percent(15)) calls.push(['putheader', 'X-Many', 'one', 'two', 3]);
  const body = draw.one<() => Call[]>([
    () => [['endheaders']],
    () => [['putheader', 'Content-Length', '6'], ['endheaders'], ['send', ['bytes', 'abc']], ['send', ['bytes', 'def']]],
    () => [
      ['putheader', 'Content-Length', 3],
      ['endheaders', ['bytes', 'abc']],
    ],
    () => [
      ['putheader', 'Transfer-Encoding', 'chunked'],
      ['endheaders', ['list', ['ab', '', 'cdef']], { encode_chunked: true }],
    ],
    () => [
      ['putheader', 'Transfer-Encoding', 'chunked'],
      ['endheaders', ['list', ['1\r\na\r\n', '0\r\n\r\n']]],
    ],
    () => [['putheader', 'Transfer-Encoding', 'chunked'], ['endheaders'], ['send', ['bytes', '1\r\na\r\n0\r\n\r\n']]],
  ])();
  return { ops: [...calls, ...body, ...(draw.percent(60) ? ([['getresponse'], ['read']] as Call[]) : [])], replies: [reply(draw)] };
}

/** Requests one after the other, over one connection as long as it is kept. */
function several(draw: Dice): Drawn {
  const ops: Call[] = [];
  const replies: string[][] = [[]];
  for (let n = 2 + draw.below(2); n > 0; n--) {
    ops.push(
      ['request', draw.one(['GET', 'POST', 'DELETE']), draw.one(TARGETS), draw.percent(30) ? ['bytes', 'abc'] : null, []],
      ['getresponse'],
      ['read'],
    );
    const answer = reply(draw);
    (replies.at(-1) as string[]).push(answer);
    if (closes(answer)) replies.push([]);
    if (draw.percent(15)) {
      ops.push(['close']);
      replies.push([]);
    }
  }
  return { ops, replies, args: [draw.one(HOSTS)] };
}

const closes = (answer: string): boolean => /^HTTP\/1\.0|connection: close/i.test(answer) || !/length|chunked/i.test(answer);

function reply(draw: Dice): string {
  return draw.one([
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    'HTTP/1.1 404 Not Found\r\nX: y\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx',
    'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nnew',
  ]);
}

function tunnel(draw: Dice): Drawn {
  const secure = draw.percent(25);
  const destination: unknown[] = secure
    ? ['dest.example', 443]
    : draw.one([['dest.example'], ['dest.example', 8080], ['dest.example:81'], ['10.0.0.1', 1], ['[::1]:82']]);
  // With fields of its own if it has a port; the Host among them, since where an added one stands is another matter.
  const given: Call =
    destination.length > 1 && draw.percent(50)
      ? [
          'set_tunnel',
          ...destination,
          [
            ['Host', 'h'],
            ['Proxy-Authorization', 'Basic eDp5'],
            ['X', '1'],
          ],
        ]
      : ['set_tunnel', ...destination];
  const established = draw.one([
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.0 200 Connection established\r\nVia: p\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nA: 3\r\n\r\n',
    ...(secure
      ? []
      : ['HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n', 'HTTP/1.1 502 Bad\r\nContent-Length: 2\r\n\r\nno', 'HTTP/1.1 204 No\r\n\r\n']),
  ]);
  return {
    ops: [
      ...(draw.percent(20) ? ([['set_debuglevel', 1]] as Call[]) : []),
      given,
      ['request', draw.one(['GET', 'HEAD', 'DELETE']), target(draw)],
      ['getresponse'],
      ['proxy_headers'],
      ['read'],
    ],
    replies: [[established, reply(draw)]],
    cls: secure ? 'HTTPSConnection' : 'HTTPConnection',
    args: ['proxy.example', 3128],
  };
}

/** Calls in an order that nobody meant. */
function anyOrder(draw: Dice): Drawn {
  const calls: readonly Call[] = [
    ['putrequest', 'GET', '/'],
    ['putrequest', 'POST', '/x'],
    ['putheader', 'A', 'b'],
    ['endheaders'],
    ['endheaders'],
    ['getresponse'],
    ['close_response'],
    ['request', 'GET', '/y'],
    ['set_tunnel', 'dest.example', 80],
  ];
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
  const replies: Reply[] = Array.from({ length: 8 }, () => [answer, answer, answer, answer, answer]);
  const ops = Array.from({ length: 3 + draw.below(6) }, () => draw.one(calls));
  return { ops: draw.percent(30) ? [['connect'], ...ops] : ops, replies, args: ['example.com'] };
}
