// What is said over some connections, and what has to be told of it: one row for each thing that a parser does. The rows are short,
// so that they can be cut everywhere, and several of them parsed in turn.

import type { Quirks, Limits } from '../../src/parser.js';
import type { Play, Script } from './play.js';

export interface Conversation extends Script {
  readonly name: string;
  /** As `told` makes it. */
  readonly told: readonly string[];
}

interface Options {
  readonly requests?: Script['requests'];
  readonly requestMethod?: string;
  readonly lenient?: Quirks;
  readonly limits?: Partial<Limits>;
  /** Whether the connection stays open. */
  readonly open?: boolean;
}

function conversation(kind: Script['kind'], name: string, text: string, expected: string, options: Options): Conversation {
  const { requests, requestMethod, lenient, limits, open } = options;
  return {
    kind,
    name,
    bytes: Buffer.from(text, 'latin1'),
    options: { lenient, limits },
    requests,
    requestMethod,
    closes: open !== true,
    told: expected.trim().split(/\n\s*/),
  };
}

const response = (name: string, text: string, expected: string, options: Options = {}): Conversation =>
  conversation('response', name, text, expected, options);
const request = (name: string, text: string, expected: string, options: Options = {}): Conversation =>
  conversation('request', name, text, expected, options);

/** Events in order, one a line: what is in the head, all of the body, and how it went on. */
export function told({ messages, used, error }: Play, length: number): string[] {
  const lines = messages.flatMap((message) => {
    const { interim, status, reason, method, target, version, headers, framing, keepAlive, upgrade, body, trailers, complete } = message;
    const start = method === null ? `${status} ${reason}` : `${method} ${target}`;
    const fields = headers.map(([name, value]) => `${name}=${value}`).join('|');
    const how = framing.length === null ? framing.kind : `${framing.kind} ${framing.length}`;
    const then = upgrade ? 'upgrade' : keepAlive ? 'keep' : 'close';
    return [
      `${interim ? 'interim' : 'head'} ${version} ${start} [${fields}] ${how}, ${then}`,
      ...(body === '' ? [] : [`body ${body}`]),
      ...(trailers === null ? [] : [`trailers [${trailers.map(([name, value]) => `${name}=${value}`).join('|')}]`]),
      ...(complete && !interim ? ['end'] : []),
    ];
  });
  if (error !== null) {
    const { name, rule, offset, limit, expected } = error as { readonly [fact: string]: unknown };
    const facts = [name, rule, offset, limit, expected].filter((fact) => fact !== undefined && fact !== null);
    lines.push(`error ${facts.join(' ')}`);
  } else if (used < length) {
    lines.push(`unused ${length - used}`);
  }
  return lines;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const date = (n: number): string => `Date: Tue, 15 Nov 1994 08:12:${n} GMT\r\n`;
const alike = (n: number, more = '', tag = 'abc'): string =>
  `${OK}${date(n)}ETag: "${tag}"\r\n${more}Content-Length: ${n}\r\n\r\n${'x'.repeat(n)}`;
const aliked = (n: number, more = '', tag = 'abc'): string => `
  head 11 200 OK [Date=Tue, 15 Nov 1994 08:12:${n} GMT|ETag="${tag}"|${more}Content-Length=${n}] length ${n}, keep
  body ${'x'.repeat(n)}
  end`;

export const conversations: readonly Conversation[] = [
  response('nothing', '', ''),
  response('nothing, a response being expected', '', 'error RemoteDisconnected', { requests: [{ method: 'GET' }] }),
  response('CRLFs alone', '\r\n\r\n\r\n\r\n', ''),
  response(
    'a length',
    `${OK}Content-Length: 11\r\nA: b\r\n\r\nhello world`,
    'head 11 200 OK [Content-Length=11|A=b] length 11, keep\nbody hello world\nend',
  ),
  response('a length of nothing', `${OK}Content-Length: 0\r\n\r\n`, 'head 11 200 OK [Content-Length=0] length 0, keep\nend'),
  response(
    'chunks, of which some have extensions',
    `${OK}${CHUNKED}\r\n3;x="y;\\"z";v\r\nabc\r\n00A  \r\n0123456789\r\n0\r\n\r\n`,
    'head 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nbody abc0123456789\nend',
  ),
  response('no chunk', `${OK}${CHUNKED}\r\n0\r\n\r\n`, 'head 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nend'),
  response(
    'trailers',
    `${OK}${CHUNKED}\r\n1\r\na\r\n0\r\nDigest: d\r\nContent-Length: 7\r\n\r\n`,
    'head 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nbody a\ntrailers [Digest=d|Content-Length=7]\nend',
  ),
  response('to the close', `${OK}A: b\r\n\r\nto the end`, 'head 11 200 OK [A=b] close, close\nbody to the end\nend'),
  response('to a close that does not come', `${OK}\r\nto the`, 'head 11 200 OK [] close, close\nbody to the', { open: true }),
  response(
    'to the close, with identity',
    `HTTP/1.0 200 OK\r\nTransfer-Encoding: identity\r\n\r\nx`,
    'head 10 200 OK [Transfer-Encoding=identity] close, close\nbody x\nend',
  ),
  response(
    'statuses without a body',
    'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nHTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n',
    'head 11 204 No Content [Content-Length=5] none, keep\nend\nhead 11 304 Not Modified [Transfer-Encoding=chunked] none, keep\nend',
  ),
  response(
    'responses to announced requests',
    `${OK}Content-Length: 5\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno${OK}${CHUNKED}\r\n`,
    'head 11 200 OK [Content-Length=5] none, keep\nend\nhead 11 404 No [Content-Length=2] length 2, keep\nbody no\nend\nhead 11 200 OK [Transfer-Encoding=chunked] none, keep\nend',
    { requests: [{ method: 'HEAD' }, { method: 'GET' }, { method: 'HEAD' }] },
  ),
  response(
    'responses to the default method',
    `${OK}Content-Length: 5\r\n\r\n\r\n${OK}Content-Length: 6\r\n\r\n`,
    'head 11 200 OK [Content-Length=5] none, keep\nend\nhead 11 200 OK [Content-Length=6] none, keep\nend',
    { requestMethod: 'HEAD' },
  ),
  response(
    'announced ones, then the default method',
    `${OK}Content-Length: 1\r\n\r\n${OK}Content-Length: 1\r\n\r\na`,
    'head 11 200 OK [Content-Length=1] none, keep\nend\nhead 11 200 OK [Content-Length=1] length 1, keep\nbody a\nend',
    { requests: [{ method: 'HEAD' }] },
  ),
  response(
    'CRLFs between',
    `${OK}Content-Length: 1\r\n\r\na\r\n\r\n\r\n\r\n${OK}Content-Length: 1\r\n\r\nb\r\n`,
    'head 11 200 OK [Content-Length=1] length 1, keep\nbody a\nend\nhead 11 200 OK [Content-Length=1] length 1, keep\nbody b\nend',
  ),
  response('a fifth CRLF in front', `\r\n\r\n\r\n\r\n\r\n${OK}\r\n`, 'error BadStatusLine'),
  response('a fifth CRLF in front, announced', `\r\n\r\n\r\n\r\n\r\n${OK}\r\n`, 'error BadStatusLine', { requests: [{ method: 'GET' }] }),
  response('half a CRLF in front', `\r${OK}\r\n`, 'error BadStatusLine'),
  response(
    'half a CRLF between',
    'HTTP/1.1 204 A\r\n\r\n\r\n\rHTTP/1.1 204 B\r\n\r\n',
    'head 11 204 A [] none, keep\nend\nerror BadStatusLine',
  ),
  response(
    'interim responses',
    'HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx',
    `interim 11 100 Continue [Content-Length=3] none, keep
     interim 11 103 Early Hints [Link=x] none, keep
     head 10 200 OK [Connection=keep-alive|Content-Length=1] length 1, keep
     body x
     end`,
  ),
  response(
    'an interim response, and no other',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'interim 11 100 Continue [] none, keep\nerror RemoteDisconnected',
  ),
  response(
    'an upgrade',
    'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    'head 11 101 Switching [Upgrade=x] none, upgrade\nend\nunused 19',
    {
      requests: [{ method: 'GET', upgrade: true }],
    },
  ),
  response(
    'an upgrade that is refused',
    `${OK}Upgrade: x\r\nConnection: upgrade\r\nContent-Length: 1\r\n\r\na${OK}Content-Length: 0\r\n\r\n`,
    'head 11 200 OK [Upgrade=x|Connection=upgrade|Content-Length=1] length 1, keep\nbody a\nend\nhead 11 200 OK [Content-Length=0] length 0, keep\nend',
    { requests: [{ method: 'GET', upgrade: true }] },
  ),
  response('an upgrade that nobody asked for', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n', 'error InvalidMessage unsolicited-101 0'),
  response(
    'a tunnel',
    'HTTP/1.1 200 Yes\r\nContent-Length: 3\r\n\r\n\x16\x03\x01',
    'head 11 200 Yes [Content-Length=3] none, upgrade\nend\nunused 3',
    {
      requests: [{ method: 'CONNECT' }],
    },
  ),
  response(
    'a tunnel that is refused',
    'HTTP/1.1 407 No\r\nContent-Length: 3\r\n\r\nwhyHTTP/1.1 200 Yes\r\n\r\nabc',
    'head 11 407 No [Content-Length=3] length 3, keep\nbody why\nend\nhead 11 200 Yes [] none, upgrade\nend\nunused 3',
    { requestMethod: 'CONNECT' },
  ),
  response(
    'a tunnel that is somewhere else',
    'HTTP/1.1 300 Choose\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 299 Yes\r\nContent-Length: 3\r\n\r\nabc',
    'head 11 300 Choose [Content-Length=3] length 3, keep\nbody abc\nend\nhead 11 299 Yes [Content-Length=3] none, upgrade\nend\nunused 3',
    { requestMethod: 'CONNECT' },
  ),
  response(
    'heads that are like one another',
    [20, 21, 9, 30, 31].map((n) => alike(n)).join('') +
      alike(32, 'Age: 1\r\n') +
      [33, 34].map((n) => alike(n, '', `${n}`.repeat(30))).join('') +
      alike(35, 'Age: 2\r\n'),
    [20, 21, 9, 30, 31].map((n) => aliked(n)).join('') +
      aliked(32, 'Age=1|') +
      [33, 34].map((n) => aliked(n, '', `${n}`.repeat(30))).join('') +
      aliked(35, 'Age=2|'),
  ),
  response('no fields and no reason', 'HTTP/1.1 200\r\n\r\n', 'head 11 200  [] close, close\nend'),
  response(
    'bare LF, folds and Latin-1',
    'HTTP/1.1 200 d\xe9j\xe0 vu\nA: \xff\n  \t\r\n \xfe\t\r\nB:\n\t\nContent-Length: \r\n 2\n\nab',
    'head 11 200 d\xe9j\xe0 vu [A=\xff \xfe|B=|Content-Length=2] length 2, keep\nbody ab\nend',
  ),
  response('no response at all', 'SSH-2.0-OpenSSH_9.2\r\n', 'error BadStatusLine'),
  response('another version', 'HTTP/2.0 200 OK\r\n\r\n', 'error UnknownProtocol'),
  response('a malformed field', `${OK}A: b\r\nB C: d\r\n\r\n`, 'error InvalidMessage field-name 24'),
  response('both framings', `${OK}${CHUNKED}Content-Length: 1\r\n\r\n0\r\n\r\n`, 'error InvalidMessage transfer-encoding-and-length 0'),
  response('an unknown coding', `${OK}A: b\r\nTransfer-Encoding: gzip\r\n\r\n`, 'error UnknownTransferEncoding transfer-encoding 23'),
  response(
    'a malformed chunk size',
    `${OK}${CHUNKED}\r\n3\r\nabc\r\nx\r\n`,
    'head 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nbody abc\nerror InvalidMessage chunk-size 55',
  ),
  response(
    'a malformed end of a chunk',
    `${OK}${CHUNKED}\r\n3\r\nabcd`,
    'head 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nbody abc\nerror InvalidMessage chunk-end 53',
  ),
  response(
    'a malformed trailer',
    `${OK}${CHUNKED}\r\n3\r\nabc\r\n0\r\nA: b\r\nC D: e\r\n\r\n`,
    'head 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nbody abc\nerror InvalidMessage field-name 65',
  ),
  response(
    'a cut body',
    `${OK}Content-Length: 10\r\n\r\nabc`,
    'head 11 200 OK [Content-Length=10] length 10, keep\nbody abc\nerror IncompleteRead 7',
  ),
  response(
    'a malformed second response',
    `${OK}Content-Length: 1\r\n\r\naHTTP/1.1 20 No\r\n\r\n`,
    'head 11 200 OK [Content-Length=1] length 1, keep\nbody a\nend\nerror BadStatusLine',
  ),
  response(
    'too large a body',
    `${OK}Content-Length: 10\r\n\r\n0123456789`,
    'head 11 200 OK [Content-Length=10] length 10, keep\nbody 012345678\nerror LimitExceeded maxBodySize',
    {
      limits: { maxBodySize: 9 },
    },
  ),
  response(
    'too large a chunked body',
    `${OK}${CHUNKED}\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n`,
    'head 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nbody 0123456\nerror LimitExceeded maxBodySize',
    { limits: { maxBodySize: 7 } },
  ),
  response(
    'two bodies that are not too large',
    `${OK}Content-Length: 3\r\n\r\nabc${OK}${CHUNKED}\r\n3\r\ndef\r\n0\r\n\r\n`,
    'head 11 200 OK [Content-Length=3] length 3, keep\nbody abc\nend\nhead 11 200 OK [Transfer-Encoding=chunked] chunked, keep\nbody def\nend',
    { limits: { maxBodySize: 3 } },
  ),
  response('too many fields', `${OK}A: b\r\nC: d\r\n\r\n`, 'error LimitExceeded maxHeaders', { limits: { maxHeaders: 1 } }),
  response('too large a head', `${OK}A: ${'b'.repeat(40)}\r\n\r\n`, 'error LimitExceeded maxHeaderSize', { limits: { maxHeaderSize: 63 } }),
  response(
    'as large a head as may be',
    `${OK}A: ${'b'.repeat(40)}\r\nContent-Length: 0\r\n\r\n`,
    `head 11 200 OK [A=${'b'.repeat(40)}|Content-Length=0] length 0, keep\nend`,
    {
      limits: { maxHeaderSize: 83, maxHeaders: 2 },
    },
  ),
  response(
    'lenient',
    'HTTP/1.1  200 OK\r\nno colon\r\nA : b\x01\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n3\nabc\n0\r\n',
    'head 11 200 OK [A=b\x01|Transfer-Encoding=chunked|Content-Length=5] chunked, close\nbody abc\nend',
    {
      lenient: {
        spacesInStatusLine: true,
        invalidFields: true,
        spaceBeforeColon: true,
        controlCharacters: true,
        transferEncodingWithLength: true,
        lfInChunks: true,
        closeAfterLastChunk: true,
      },
    },
  ),
  response('ICY', 'ICY 200 OK\r\nicy-name: x\r\n\r\nmp3', 'head 10 200 OK [icy-name=x] close, close\nbody mp3\nend', {
    lenient: { icy: true },
  }),

  request('no request', '\r\n\r\n', ''),
  request('a request', 'GET /items?a=b HTTP/1.1\r\nHost: example.org\r\n\r\n', 'head 11 GET /items?a=b [Host=example.org] none, keep\nend'),
  request(
    'requests one after the other',
    '\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc\r\n\r\nPUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: u\r\n\r\nDELETE * HTTP/1.0\r\n\r\n',
    `head 11 POST / [Content-Length=3] length 3, keep
     body abc
     end
     head 11 PUT /a [Transfer-Encoding=chunked] chunked, keep
     body x
     trailers [T=u]
     end
     head 10 DELETE * [] none, close
     end`,
  ),
  request(
    'a tunnel is asked for',
    'CONNECT a.example:443 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    'head 11 CONNECT a.example:443 [] none, upgrade\nend\nunused 18',
  ),
  request(
    'an upgrade is asked for',
    'POST /chat HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nab\r\nmore',
    'head 11 POST /chat [Connection=upgrade|Upgrade=x|Content-Length=2] length 2, upgrade\nbody ab\nend\nunused 6',
  ),
  request('an upgrade is named, and not asked for', 'GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n', 'head 11 GET / [Upgrade=x] none, keep\nend'),
  request('a malformed request line', 'GET / HTTP/1.1 \r\n\r\n', 'error InvalidMessage request-line 14'),
  request('a fold', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n', 'error InvalidMessage obs-fold 22'),
  request(
    'a coding that is none',
    'POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na',
    'error InvalidMessage transfer-encoding 0',
  ),
  request('a cut request line', 'GET / HT', 'error IncompleteRead'),
  request(
    'a cut body',
    'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na',
    'head 11 POST / [Content-Length=3] length 3, keep\nbody a\nerror IncompleteRead 2',
  ),
];
