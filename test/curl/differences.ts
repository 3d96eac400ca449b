// Where Headlong does otherwise than curl's tests ask for, by rules: what RFC 9110 or 9112 says, what docs/differences.md decides, or what
// an option of curl's command does that is no business of a client like this one. A rule knows a case by its bytes and its
// command, never by its name; it says in what the two may differ, and, where Headlong refuses, with which error.

import type { Aspect, CurlCase, Played } from './play.js';

export interface Difference {
  readonly rule: string;
  readonly why: string;
  readonly aspect: Aspect;
  readonly explains: (one: CurlCase, ours: Played) => boolean;
}

const hasOption =
  (...options: readonly string[]) =>
  ({ command }: CurlCase): boolean =>
    command.split(' ').some((word) => options.includes(word));

const headOf = ({ raw }: CurlCase): string => raw.split(/\r?\n\r?\n/, 1)[0] as string;

const refusedBy =
  (name: string, rule?: string) =>
  ({ error }: Played): boolean => {
    const refusal = error as { name?: string; rule?: string } | null;
    return refusal?.name === name && (rule === undefined || refusal.rule === rule);
  };

/** The codings of the head, one after the other. */
const codingsOf = (one: CurlCase): string[] =>
  Array.from(headOf(one).matchAll(/^transfer-encoding:(.*)$/gim), ([, value]) => (value as string).split(',')).flatMap((values) =>
    values.map((value) => value.trim().toLowerCase()),
  );

export const DIFFERENCES: readonly Difference[] = [
  {
    rule: 'an option of the command makes a failure of a response',
    why: '--fail, --max-filesize, -m and others judge what came, or whether it can be used; Headlong hands it out',
    aspect: 'outcome',
    explains: ({ expect }, { outcome }) => expect === 'client-option-error' && outcome === 'ok',
  },
  {
    rule: 'a download that is resumed, or that depends on a date, is written in part',
    why: '-C and -z say what of the body is wanted; Headlong hands it out',
    aspect: 'body',
    explains: hasOption('-C', '-z'),
  },
  {
    rule: 'content codings are not removed',
    why: 'README: no content decoding; curl does it with --compressed',
    aspect: 'body',
    explains: (one) => hasOption('--compressed')(one) && /^content-encoding:/im.test(headOf(one)),
  },
  {
    rule: 'the chunked coding is always removed',
    why: 'RFC 9112 7.1; --raw has curl write chunks as they came',
    aspect: 'body',
    explains: (one) => hasOption('--raw')(one) && codingsOf(one).includes('chunked'),
  },
  {
    rule: 'a trailer section is no part of the body',
    why: 'RFC 9112 7.1.2: it is in response.trailers; curl writes it where it writes heads, which in its tests is behind the body',
    aspect: 'body',
    explains: ({ body, raw }, ours) => {
      const trailers = body?.startsWith(ours.body ?? '') === true ? body.slice(ours.body?.length) : '';
      return trailers !== '' && raw.replaceAll('\r\n', '\n').endsWith(`\n0\n${trailers.replaceAll('\r\n', '\n')}\n`);
    },
  },
  {
    rule: 'HTTP/1.x is read as HTTP/1.1',
    why: 'RFC 9112 2.3: a higher minor version is processed as the highest that is known',
    aspect: 'outcome',
    explains: ({ raw }, { outcome, version }) => /^HTTP\/1\.[2-9] /.test(raw) && outcome === 'ok' && version === 11,
  },
  {
    rule: 'what is no HTTP/1 is refused',
    why: 'R4 of docs/differences.md; curl reads HTTP/0.9 with --http0.9',
    aspect: 'outcome',
    explains: (one, ours) => hasOption('--http0.9')(one) && !/^HTTP\/1\.\d /.test(one.raw) && refusedBy('BadStatusLine')(ours),
  },
  {
    rule: 'a transfer coding other than chunked is refused',
    why: 'R16 of docs/differences.md; curl undoes gzip with --tr-encoding, and passes by what it does not know with --raw',
    aspect: 'outcome',
    explains: (one, ours) => codingsOf(one).some((coding) => coding !== 'chunked') && refusedBy('UnknownTransferEncoding')(ours),
  },
  {
    rule: 'chunked is applied once, and by itself',
    why: 'RFC 9112 6.1: a sender must not apply chunked more than once; identity is no coding that could stand before it',
    aspect: 'outcome',
    explains: (one, ours) =>
      codingsOf(one).length > 1 &&
      codingsOf(one).every((coding) => coding === 'chunked' || coding === 'identity') &&
      refusedBy('InvalidMessage', 'transfer-encoding')(ours),
  },
  {
    rule: 'lines of chunk framing and of trailers end in CRLF',
    why: 'R22 of docs/differences.md; lenient: { lfInChunks: true } takes them',
    aspect: 'outcome',
    explains: (one, ours) =>
      codingsOf(one).includes('chunked') && /[^\r]\n/.test(one.raw) && refusedBy('InvalidMessage', 'chunk-line-end')(ours),
  },
  {
    rule: 'the first field line does not begin with a blank',
    why: 'RFC 9112 2.2: it is refused, or the line is dropped; curl drops it',
    aspect: 'outcome',
    explains: ({ raw }, ours) => /^HTTP[^\n]*\n[ \t]/.test(raw) && refusedBy('InvalidMessage', 'blank-first')(ours),
  },
];
