// Where we read otherwise than llhttp on purpose: each rule with the section that says so, the bytes by which the place is known, and an
// example. Nothing here is about one input. There are three sorts:
//  - we take what llhttp refuses: `standard` writes it as the standard would, for llhttp to read it too;
//  - we refuse what llhttp takes, or one stops where the other goes on: behind that there is nothing to compare;
//  - a single fact is another one: `overlook`, and the rest has to be the same.

import { knowsMethod, type Heard, type Hearing } from './llhttp.js';

export const FACTS = ['start', 'version', 'headers', 'keepAlive', 'body', 'trailers', 'complete'] as const;
/** What two readings may differ in: a fact of a message, whether there is one, the end of it all, and how many bytes it took. */
export type Fact = (typeof FACTS)[number] | 'messages' | 'outcome' | 'used';

/** The place where two readings part. */
export interface Parting {
  readonly kind: 'request' | 'response';
  /** The method that a response answers. */
  readonly method: string;
  readonly facts: readonly Fact[];
  readonly mine: Heard | null;
  readonly theirs: Heard | null;
  readonly we: Hearing;
  readonly they: Hearing;
  /** The bytes from that message on. */
  readonly text: string;
  /** Where in them llhttp stopped, if it refused something. */
  readonly at: number | null;
}

export interface Rule {
  /** What we do. */
  readonly rule: string;
  /** Who says so. */
  readonly why: string;
  readonly example: { readonly kind: Parting['kind']; readonly method?: string; readonly text: string };
  /** Whether this is such a place. */
  readonly explains?: (parting: Parting) => boolean;
  /** The bytes from the message on, as the standard would have them. Without it, there is nothing to compare behind the place. */
  readonly standard?: (parting: Parting) => string;
  /** What of our reading is another thing in that writing. */
  readonly changes?: readonly Fact[];
  /** The one fact that is another one, instead, and where. */
  readonly overlook?: { readonly fact: Fact; readonly when: (parting: Parting) => boolean };
}

/** Where the head ends that `text` begins with, as we see it; all of it, if it does not. */
function headEnd(text: string): number {
  const start = /^(?:\r\n)*/.exec(text)?.[0].length ?? 0;
  const end = /\n\r?\n/.exec(text.slice(start));
  return end === null ? text.length : start + end.index + end[0].length;
}

const headOf = ({ text }: Parting): string => text.slice(0, headEnd(text));

/** `text` with another head. */
function withHead(text: string, change: (head: string) => string): string {
  const end = headEnd(text);
  return change(text.slice(0, end)) + text.slice(end);
}

/** Where the line begins in which llhttp stopped. Some of its errors point behind the byte that they are about. */
const lineStart = ({ text, at }: Parting): number => text.lastIndexOf('\n', (at as number) - 2) + 1;
const refusedBy = ({ they }: Parting, ...codes: string[]): boolean => codes.includes(they.refusal?.code ?? '');
/** Whether we refuse the message in which we part, with this. */
const weRefuse = ({ we, mine }: Parting, code: string): boolean => (mine === null || !mine.complete) && we.refusal?.code === code;

const FRAMING_CODES = ['HPE_INVALID_CONTENT_LENGTH', 'HPE_UNEXPECTED_CONTENT_LENGTH', 'HPE_INVALID_TRANSFER_ENCODING'];
const FRAMING_FIELD_ANYWHERE = /^(?:content-length|transfer-encoding):/im;
const FRAMING_FIELD = /^(content-length|transfer-encoding)(?=:)/gim;
const valuesOf = (head: string, name: string): string[] =>
  [...head.matchAll(new RegExp(`^${name}:([^\\r\\n]*)`, 'gim'))].map(([, value = '']) => value.replace(/^[ \t]+|[ \t]+$/g, ''));
const isEach = (values: readonly string[], wanted: string): boolean =>
  values.length > 0 && values.every((value) => value.toLowerCase() === wanted);
const isBodyless = ({ kind, method, mine }: Parting): boolean => {
  const status = mine?.start[0] as number;
  return (
    kind === 'response' && (method === 'HEAD' || status < 200 || status === 204 || status === 304 || (method === 'CONNECT' && status < 300))
  );
};

export const rules: readonly Rule[] = [
  {
    rule: 'a bare LF ends a line of a head',
    why: 'RFC 9112 2.2: a recipient may take it for a line end',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\nA: b\n\n' },
    explains: (parting) => {
      const { text, at } = parting;
      const isBare = (n: number): boolean => text[n] === '\n' && text[n - 1] !== '\r' && n < headEnd(text);
      return at !== null && (isBare(at - 1) || isBare(at));
    },
    standard: ({ text }) => withHead(text, (head) => head.replace(/(?<!\r)\n/g, '\r\n')),
  },
  {
    rule: 'a fold in a response is one blank',
    why: 'RFC 9112 5.2: so does a user agent, before it interprets the value',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n' },
    explains: (parting) =>
      parting.kind === 'response' &&
      refusedBy(parting, 'HPE_INVALID_HEADER_TOKEN', ...FRAMING_CODES) &&
      /\r\n[ \t]/.test(parting.text.slice(0, headEnd(parting.text))),
    standard: ({ text }) => withHead(text, (head) => head.replace(/[ \t]*(?:\r\n[ \t]+)+/g, ' ')),
  },
  {
    rule: 'behind a chunk size may stand blanks',
    why: 'RFC 9112 7.1.1 has them before an extension; old servers pad the size with them, and where the chunk ends does not depend on it',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3  \r\nabc\r\n0\r\n\r\n' },
    explains: (parting) => refusedBy(parting, 'HPE_INVALID_CHUNK_SIZE') && /^[0-9a-f]+[ \t]/i.test(parting.text.slice(lineStart(parting))),
    standard: (parting) => {
      const start = lineStart(parting);
      return parting.text.slice(0, start) + parting.text.slice(start).replace(/[ \t]+/, '');
    },
  },
  {
    rule: 'a chunk extension is dropped, not understood',
    why: 'RFC 9112 7.1.1: a recipient ignores those that it does not know',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a b\r\nabc\r\n0\r\n\r\n' },
    explains: (parting) => parting.at !== null && /^[0-9a-f]+;[^\r\n]*\r\n/i.test(parting.text.slice(lineStart(parting))),
    standard: (parting) => {
      const start = lineStart(parting);
      return parting.text.slice(0, start) + parting.text.slice(start).replace(/;[^\r\n]*/, '');
    },
  },
  {
    rule: 'every token is a method',
    why: 'RFC 9110 9.1 and 16.1: methods are open',
    example: { kind: 'request', text: 'BREW /pot HTTP/1.1\r\n\r\n' },
    explains: (parting) => parting.kind === 'request' && parting.theirs === null && isUnknownMethod(parting),
    standard: ({ text }) => text.replace(/^((?:\r\n)*)[^ ]+/, '$1POST'),
    changes: ['start'],
  },
  {
    rule: 'a target is whatever has no blanks and no control characters',
    why: 'RFC 9112 3.2: where it ends is in no doubt; what it means is for a server to say',
    example: { kind: 'request', text: 'GET /\xe9 HTTP/1.1\r\n\r\n' },
    explains: (parting) =>
      parting.kind === 'request' &&
      refusedBy(parting, 'HPE_INVALID_URL', 'HPE_INVALID_CONSTANT') &&
      parting.theirs === null &&
      !weRefuse(parting, 'request-line') &&
      /^(?:\r\n)*[^ \r\n]+ [^\0-\x20\x7f]+ /.test(parting.text),
    standard: ({ text }) =>
      text.replace(/^((?:\r\n)*[^ ]+) [^ ]+/, (_, method: string) => (method.endsWith('CONNECT') ? `${method} a:1` : `${method} /`)),
    changes: ['start'],
  },
  {
    rule: 'HTTP/1.2 and above are read as HTTP/1.1',
    why: 'RFC 9110 2.5: a higher minor version is processed as the highest one known',
    example: { kind: 'response', text: 'HTTP/1.3 200 OK\r\n\r\n' },
    explains: (parting) => refusedBy(parting, 'HPE_INVALID_VERSION') && / ?HTTP\/1\.[2-9][ \r]/.test(headOf(parting)),
    standard: ({ text }) => text.replace(/HTTP\/1\.[2-9]/, 'HTTP/1.1'),
  },
  {
    rule: 'framing fields of a message that has no body are reported, not interpreted',
    why: 'RFC 9112 6.3, rules 1 and 2: whatever they say, it ends behind its head',
    example: { kind: 'response', method: 'HEAD', text: 'HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n' },
    explains: (parting) =>
      (refusedBy(parting, ...FRAMING_CODES) || parting.mine?.body !== parting.theirs?.body || parting.theirs?.complete === false) &&
      isBodyless(parting) &&
      FRAMING_FIELD_ANYWHERE.test(headOf(parting)),
    standard: ({ text }) => withHead(text, (head) => head.replace(FRAMING_FIELD, 'x-$1')),
    changes: ['headers', 'keepAlive'],
  },
  {
    rule: 'several lengths that are the same are one',
    why: 'RFC 9110 8.6: a recipient may replace the repeated value by one',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\ncontent-length: 2\r\n\r\nab' },
    explains: (parting) => refusedBy(parting, ...FRAMING_CODES) && parting.mine !== null && lengthsOf(headOf(parting)).length > 1,
    standard: ({ text }) =>
      withHead(text, (head) => {
        const [length = ''] = lengthsOf(head);
        let first = true;
        return head.replace(/^content-length:[^\n]*\n/gim, () => (first ? ((first = false), `Content-Length: ${length}\r\n`) : ''));
      }),
    changes: ['headers'],
  },
  {
    rule: 'a tab around a value is no part of it',
    why: 'RFC 9112 5 and 9110 5.6.3: optional white space is SP and HTAB, at both ends',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nContent-Length:\t2\t\r\n\r\nab' },
    explains: (parting) => /^(?:content-length|transfer-encoding|connection):(?:[ \t]*\t|[^\r\n]*\t[ \t]*\r?$)/im.test(headOf(parting)),
    standard: ({ text }) =>
      withHead(text, (head) => head.replace(/^(content-length|transfer-encoding|connection):[ \t]*([^\r\n]*?)[ \t]*(?=\r?$)/gim, '$1: $2')),
  },
  {
    rule: 'chunked twice is chunked once, and the end of the connection',
    why: 'RFC 9112 6.1: it is not to be applied twice, and whoever names it twice has faulty framing',
    example: { kind: 'request', text: 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' },
    explains: (parting) =>
      refusedBy(parting, ...FRAMING_CODES) &&
      isEach(valuesOf(headOf(parting), 'transfer-encoding'), 'chunked') &&
      /^transfer-encoding:[^]*^transfer-encoding:/im.test(headOf(parting)),
    standard: ({ text }) => withHead(text, (head) => head.replace(/^transfer-encoding:[^\n]*\n(?=[^]*^transfer-encoding:)/gim, '')),
    changes: ['headers', 'keepAlive'],
  },
  {
    rule: 'identity is no transfer coding',
    why: 'RFC 9112 7: it is none any more; what Content-Length says is true then',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nab' },
    explains: (parting) =>
      parting.kind === 'response' &&
      refusedBy(parting, ...FRAMING_CODES) &&
      isEach(valuesOf(headOf(parting), 'transfer-encoding'), 'identity'),
    standard: ({ text }) => withHead(text, (head) => head.replace(/^transfer-encoding(?=:)/gim, 'x-$&')),
    changes: ['headers', 'keepAlive'],
  },
  {
    rule: 'framing fields among trailers are reported, not interpreted',
    why: 'RFC 9110 6.5.1: there they mean nothing',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: x\r\n\r\n' },
    explains: (parting) => {
      const start = parting.at === null ? 0 : lineStart(parting);
      return (
        refusedBy(parting, ...FRAMING_CODES) &&
        start >= headEnd(parting.text) &&
        /^(?:content-length|transfer-encoding):/i.test(parting.text.slice(start))
      );
    },
    standard: (parting) => {
      const start = lineStart(parting);
      return `${parting.text.slice(0, start)}x-${parting.text.slice(start)}`;
    },
    changes: ['trailers'],
  },

  {
    rule: 'a status is 100 to 999',
    why: 'RFC 9110 15: the first digit says what class it is of, from 1 on',
    example: { kind: 'response', text: 'HTTP/1.1 099 Low\r\n\r\n' },
    explains: (parting) => weRefuse(parting, 'BadStatusLine') && /^(?:\r\n)*HTTP\/1\.\d 0/.test(parting.text),
  },
  {
    rule: 'only HTTP/1.x is read',
    why: 'RFC 9112 2.3: other versions are other protocols; HTTP/0.9, which has none, is gone (RFC 9112 appendix C.1)',
    example: { kind: 'request', text: 'GET /\r\n\r\n' },
    explains: (parting) =>
      (weRefuse(parting, 'UnknownProtocol') && /^(?:\r\n)*[^\n]*HTTP\/(?!1\.\d[ \r\n])/.test(parting.text)) ||
      // It waits for the rest of the names that it knows.
      (weRefuse(parting, 'request-line') &&
        /^(?:\r\n)*[^ \r\n]+ [^ \r\n]+(?:[\r\n]| (?:(?:ICE|RTSP)\/|(?:I|IC|ICE|R|RT|RTS|RTSP)$))/.test(parting.text)) ||
      (weRefuse(parting, 'BadStatusLine') && /^(?:\r\n)*[IR]/.test(parting.text)),
  },
  {
    rule: 'the parts of a request line are divided by one SP, and none is empty',
    why: 'RFC 9112 3: what one reader skips is another one’s empty target',
    example: { kind: 'request', text: 'GET  / HTTP/1.1\r\n\r\n' },
    explains: (parting) => weRefuse(parting, 'request-line') && /^(?:\r\n)*[^\r\n]* [ \r\n]/.test(parting.text),
  },
  {
    rule: 'control characters in a reason phrase are refused',
    why: 'RFC 9112 4: it is HTAB, SP, VCHAR and obs-text',
    example: { kind: 'response', text: 'HTTP/1.1 200 O\0K\r\n\r\n' },
    explains: (parting) =>
      (weRefuse(parting, 'nul') || weRefuse(parting, 'control-character')) &&
      /^(?:\r\n)*HTTP\/1\.\d \d{3} [^\r\n]*[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(parting.text),
  },
  {
    rule: 'a CONNECT request with content is refused',
    why: 'RFC 9110 9.3.6: it has none; to one reader what follows would be content, to another the tunnel’s',
    example: { kind: 'request', text: 'CONNECT a:1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc' },
    explains: (parting) =>
      weRefuse(parting, 'connect-content') &&
      parting.theirs?.start[0] === 'CONNECT' &&
      FRAMING_FIELD_ANYWHERE.test(parting.text.slice(0, headEnd(parting.text))),
  },
  {
    rule: 'a 101 that nobody asked for is refused',
    why: 'RFC 9110 15.2.2 and 7.8: a server switches to what the client offered',
    example: { kind: 'response', text: 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n' },
    explains: (parting) => weRefuse(parting, 'unsolicited-101') && /^(?:\r\n)*HTTP\/1\.\d 101/.test(parting.text),
  },
  {
    rule: 'chunked alone is understood, or in a response identity alone',
    why: 'RFC 9112 6.1 and 6.3: with another coding, or another order, the end of the body is anybody’s guess',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n' },
    explains: (parting) =>
      weRefuse(parting, 'transfer-encoding') && valuesOf(headOf(parting), 'transfer-encoding').some((value) => !/^chunked$/i.test(value)),
  },
  {
    rule: 'in front of a start line may stand four empty lines, and nothing else',
    why: 'RFC 9112 2.2: a server skips at least one CRLF, no more is asked for',
    example: { kind: 'response', text: '\nHTTP/1.1 200 OK\r\n\r\n' },
    explains: (parting) =>
      (weRefuse(parting, 'BadStatusLine') || weRefuse(parting, 'request-line') || weRefuse(parting, 'bare-cr')) &&
      /^(?:\r\n)*(?:\n|\r(?!\n))|^(?:\r\n){5}/.test(parting.text),
  },
  {
    rule: 'a bare CR is refused',
    why: 'RFC 9112 2.2: it is invalid, or a blank; what one reader takes for a line end and another for text is how messages are smuggled',
    example: { kind: 'response', text: 'HTTP/1.0 200 OK\r\rA: b\r\n\r\n' },
    explains: (parting) => weRefuse(parting, 'bare-cr') && /\r(?!\n)/.test(parting.text),
  },
  {
    rule: 'a length is at most 2^53-1',
    why: 'RFC 9112 6.3 and 7.1: overflow has to be prevented; beyond it numbers are not exact here',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nContent-Length: 9007199254740992\r\n\r\n' },
    explains: (parting) =>
      (weRefuse(parting, 'content-length') &&
        valuesOf(headOf(parting), 'content-length').some((value) => Number(value) > Number.MAX_SAFE_INTEGER)) ||
      (weRefuse(parting, 'chunk-size') && /^0*[2-9a-f][0-9a-f]{13}|^0*1?[0-9a-f]{14}|^[0-9a-f]{17}/im.test(parting.text)),
  },
  {
    rule: 'behind an interim response the final one has to come',
    why: 'RFC 9110 15.2: it ends nothing',
    example: { kind: 'response', text: 'HTTP/1.1 100 Continue\r\n\r\n' },
    explains: ({ we, they, mine }) => we.cut && !they.cut && mine === null && (we.messages.at(-1)?.start[0] as number) < 200,
  },
  {
    rule: 'the length of an interim response is its own',
    why: 'RFC 9112 6.3, rule 1: it ends behind its head; llhttp, told to go on behind close, puts the next length behind its digits',
    example: {
      kind: 'response',
      text: 'HTTP/1.1 100 Continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde',
    },
    explains: ({ kind, mine, we, theirs }) => {
      const before = kind === 'response' && mine !== null ? we.messages[we.messages.indexOf(mine) - 1] : undefined;
      const has = (wanted: string): boolean => before?.headers.some(([name]) => name.toLowerCase() === wanted) === true;
      return (
        mine?.complete === true &&
        theirs?.complete === false &&
        (before?.start[0] as number) < 200 &&
        has('content-length') &&
        has('connection')
      );
    },
  },
  {
    rule: 'an upgrade is asked for whatever Upgrade holds, and with tabs around the values as well',
    why: 'RFC 9110 7.8 and 5.6.3: what follows may be another protocol, and it is for the caller to say that it is not (resume)',
    example: { kind: 'request', text: 'POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade:\r\n\r\na' },
    explains: ({ kind, mine, we }) => {
      // We stop behind it; llhttp goes on.
      const last = mine === null ? we.messages.at(-1) : undefined;
      const valueOf = (wanted: string) => last?.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
      return (
        kind === 'request' &&
        we.refusal === null &&
        last?.complete === true &&
        valueOf('upgrade') !== undefined &&
        /upgrade/i.test(valueOf('connection') ?? '')
      );
    },
  },
  {
    rule: 'a request that asks for an upgrade is cut like any other',
    why: 'RFC 9112 8: without all of its Content-Length it is incomplete; llhttp takes the end of the input for the end of HTTP',
    example: { kind: 'request', text: 'PUT / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 4\r\n\r\nab' },
    explains: (parting) =>
      (parting.we.cut || parting.we.refusal !== null) &&
      !parting.they.cut &&
      parting.they.refusal === null &&
      parting.mine?.complete === false &&
      parting.theirs?.complete === false &&
      /upgrade/i.test(valuesOf(headOf(parting), 'connection').join()) &&
      valuesOf(headOf(parting), 'upgrade').length > 0,
  },
  {
    rule: 'a line is judged when it is complete, and framing when the head is',
    why: 'no section asks for more; the message is cut, and that is an error too (RFC 9112 8)',
    example: { kind: 'request', text: 'GO' },
    explains: (parting) => {
      const { we, mine, text, at } = parting;
      if (!we.cut || mine?.complete === true || at === null) return false;
      return at > text.lastIndexOf('\n') || (mine === null && refusedBy(parting, ...FRAMING_CODES));
    },
  },

  {
    rule: 'behind a response that has no body the connection goes on',
    why: 'RFC 9112 9.3: its end is known; llhttp says so before it is told that there is no body',
    example: { kind: 'response', method: 'HEAD', text: 'HTTP/1.1 200 OK\r\n\r\n' },
    overlook: {
      fact: 'keepAlive',
      when: (parting) =>
        isBodyless(parting) &&
        (parting.mine?.start[0] as number) >= 200 &&
        parting.mine?.keepAlive === true &&
        valuesOf(headOf(parting), 'content-length').length === 0,
    },
  },
  {
    rule: 'close is obeyed, whatever else Connection says',
    why: 'RFC 9112 9.3: where it is named, the connection does not persist',
    example: { kind: 'response', text: 'HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n\r\n' },
    overlook: {
      fact: 'keepAlive',
      when: (parting) =>
        parting.mine?.keepAlive === false && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(valuesOf(headOf(parting), 'connection').join(',')),
    },
  },
  {
    rule: 'Proxy-Connection means nothing',
    why: 'RFC 9112 appendix C.2.2: it is not to be sent, and was not to be trusted',
    example: { kind: 'response', text: 'HTTP/1.1 200 OK\r\nProxy-Connection: close\r\nContent-Length: 0\r\n\r\n' },
    overlook: { fact: 'keepAlive', when: (parting) => valuesOf(headOf(parting), 'proxy-connection').length > 0 },
  },
  {
    rule: 'an interim response does not end a connection',
    why: 'RFC 9110 15.2: the final one follows it, and says so',
    example: { kind: 'response', text: 'HTTP/1.1 103 Hints\r\nConnection: close\r\n\r\nHTTP/1.1 204 No\r\n\r\n' },
    overlook: {
      fact: 'keepAlive',
      when: ({ kind, mine }) => kind === 'response' && (mine?.start[0] as number) < 200 && mine?.keepAlive === true,
    },
  },
  {
    rule: 'behind the head of a tunnel comes another protocol',
    why: 'RFC 9110 9.3.6: the connection is not for another message',
    example: { kind: 'response', method: 'CONNECT', text: 'HTTP/1.1 200 Yes\r\nContent-Length: 3\r\n\r\n' },
    overlook: {
      fact: 'keepAlive',
      when: ({ kind, method, mine }) =>
        kind === 'response' && method === 'CONNECT' && (mine?.start[0] as number) < 300 && mine?.keepAlive === false,
    },
  },
  {
    rule: 'faulty transfer codings end the connection',
    why: 'RFC 9112 6.1: a message of HTTP/1.0 with Transfer-Encoding has faulty framing, and so has one that names its coding twice',
    example: { kind: 'request', text: 'POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' },
    overlook: {
      fact: 'keepAlive',
      when: (parting) => {
        const codings = valuesOf(headOf(parting), 'transfer-encoding');
        return parting.mine?.keepAlive === false && codings.length > (parting.mine.version === 10 ? 0 : 1);
      },
    },
  },
];

const RTSP = [
  'DESCRIBE',
  'ANNOUNCE',
  'SETUP',
  'PLAY',
  'PAUSE',
  'TEARDOWN',
  'GET_PARAMETER',
  'SET_PARAMETER',
  'REDIRECT',
  'RECORD',
  'FLUSH',
];

/** Whether the method is a token that llhttp does not take in a request of HTTP. */
function isUnknownMethod({ text }: Parting): boolean {
  const method = /^(?:\r\n)*([!#$%&'*+\-.^_`|~\w]+) /.exec(text)?.[1];
  return method !== undefined && (!knowsMethod(method) || RTSP.includes(method) || method === 'SOURCE' || method === 'PRI');
}

/** The lengths that the fields name, if they are all the same. */
function lengthsOf(head: string): string[] {
  const lengths = valuesOf(head, 'content-length').flatMap((value) => value.split(/[ \t]*,[ \t]*/));
  return lengths.every((length) => /^\d+$/.test(length) && Number(length) === Number(lengths[0])) ? lengths : [];
}
