// Where our parser does otherwise than the cases of llhttp and picohttpparser ask for, with the reason: what RFC 9110 or 9112 says,
// or what is decided for this parser. Each case stands under its rule, with the aspects in which it differs and has to differ;
// a difference that is not here is a defect, and so is one here that is none (any more). A case may stand under two rules.

import type { Aspect } from './foreign.js';

export interface Difference {
  readonly of: 'llhttp' | 'picohttpparser';
  /** What we do instead. */
  readonly rule: string;
  readonly why: string;
  readonly cases: readonly (readonly [aspects: string, ...ids: string[]])[];
}

const REFUSED = 'outcome messages';
const TAKEN = 'outcome messages';

export const DIFFERENCES: readonly Difference[] = [
  {
    of: 'llhttp',
    rule: 'a bare LF ends a line of a head',
    why: 'RFC 9112 2.2 allows it; half of what is recorded of real servers needs it',
    cases: [
      [
        TAKEN,
        'request/invalid:113',
        'request/invalid:254',
        'request/invalid:454',
        'request/lenient-header-value-relaxed:66',
        'response/invalid:287',
        'response/invalid:327',
        'response/sample:330',
      ],
    ],
  },
  {
    of: 'llhttp',
    rule: 'no quirk takes a bare CR',
    why: 'RFC 9112 2.2; what one reader takes for a line end and another for text is how requests are smuggled',
    cases: [
      [REFUSED, 'request/content-length:519', 'request/lenient-headers:109', 'request/transfer-encoding:1025', 'response/invalid:151'],
      ['outcome', 'request/sample:454'],
      ['messages', 'request/invalid:181'],
    ],
  },
  {
    of: 'llhttp',
    rule: 'the blanks around a value and a reason are no part of them',
    why: 'RFC 9110 5.5 and 9112 5.1; llhttp leaves those behind to its caller',
    cases: [
      [
        'headers',
        'request/connection:264',
        'request/connection:342',
        'request/content-length:290',
        'request/content-length:317',
        'request/transfer-encoding:1097',
        'response/content-length:168',
        'response/sample:118',
      ],
      ['start', 'response/invalid:249'],
    ],
  },
  {
    of: 'llhttp',
    rule: 'the blank before a colon, where it is let pass, is no part of the name',
    why: 'RFC 9112 5.1: a proxy removes it',
    cases: [['headers', 'request/connection:637', 'request/content-length:189']],
  },
  {
    of: 'llhttp',
    rule: 'a request has no folds',
    why: 'RFC 9112 5.2: a server refuses them or replaces them; no quirk takes them',
    cases: [
      [REFUSED, 'request/connection:481', 'request/connection:576', 'request/invalid:686', 'request/sample:333', 'request/sample:571'],
    ],
  },
  {
    of: 'llhttp',
    rule: 'chunked alone is understood',
    why: 'RFC 9112 6.1 and 6.3: with another coding, or another order, the end of the body is anybody’s guess; no quirk takes it',
    cases: [
      [
        REFUSED,
        'request/transfer-encoding:680',
        'request/transfer-encoding:713',
        'request/transfer-encoding:751',
        'request/transfer-encoding:793',
        'response/transfer-encoding:43',
        'response/transfer-encoding:74',
        'response/transfer-encoding:110',
        'response/transfer-encoding:389',
      ],
    ],
  },
  {
    of: 'llhttp',
    rule: 'a request with identity is refused',
    why: 'RFC 9112 6.3: in a request, chunked is the last coding or the end of the body is not known; no quirk takes it',
    cases: [[REFUSED, 'request/content-length:229', 'request/transfer-encoding:530']],
  },
  {
    of: 'llhttp',
    rule: 'behind a chunk size may stand blanks',
    why: 'old servers pad the size with them; where the chunk ends does not depend on it',
    cases: [[TAKEN, 'request/transfer-encoding:1184', 'response/transfer-encoding:4']],
  },
  {
    of: 'llhttp',
    rule: 'a chunk extension is dropped, not understood',
    why: 'RFC 9112 7.1.1: unknown ones are ignored; control characters and open quotes in them are errors all the same',
    cases: [[TAKEN, 'request/transfer-encoding:328', 'response/transfer-encoding:248']],
  },
  {
    of: 'llhttp',
    rule: 'behind chunk data stands a line end',
    why: 'RFC 9112 7.1; no quirk does without',
    cases: [['headers outcome', 'request/transfer-encoding:1140']],
  },
  {
    of: 'llhttp',
    rule: 'the first empty line behind the last chunk ends the message',
    why: 'RFC 9112 7.1; what follows is the next message',
    cases: [['end outcome trailers', 'request/invalid:568']],
  },
  {
    of: 'llhttp',
    rule: 'that a message is the last one of its connection is reported, not enforced',
    why: 'head.keepAlive says so; whether what follows is of interest is for the caller to say, who may read a recording',
    cases: [
      [TAKEN, 'request/connection:81'],
      ['outcome', 'request/connection:292', 'request/connection:342', 'response/connection:164'],
    ],
  },
  {
    of: 'llhttp',
    rule: 'what follows a message has to be a message',
    why: 'RFC 9112 9.2; there is no quirk that overlooks it',
    cases: [['outcome', 'response/connection:191']],
  },
  {
    of: 'llhttp',
    rule: 'only HTTP/1.0 and HTTP/1.x are read',
    why: 'RFC 9112 2.3; RTSP, ICE, HTTP/0.9 and others are other protocols, whatever they look like',
    cases: [
      [
        REFUSED,
        'request/lenient-version:4',
        'request/method:372',
        'request/method:400',
        'request/method:430',
        'request/sample:314',
        'response/lenient-version:4',
        'response/sample:40',
        'response/sample:60',
        'response/sample:645',
      ],
    ],
  },
  {
    of: 'llhttp',
    rule: 'every token is a method',
    why: 'RFC 9110 9.1 and 16.1: methods are open; PRI is one that HTTP/1.1 has no use for',
    cases: [
      [TAKEN, 'request/invalid:66', 'request/invalid:356'],
      ['messages', 'request/method:458'],
    ],
  },
  {
    of: 'llhttp',
    rule: 'a target is whatever has no blanks and no control characters',
    why: 'RFC 9112 3.2 wants it redirected or refused by who understands it; its end is in no doubt',
    cases: [[TAKEN, 'request/uri:148']],
  },
  {
    of: 'llhttp',
    rule: 'a CONNECT request with content is refused',
    why: 'RFC 9110 9.3.6: it has none; to one reader what follows would be its content, to another the tunnel’s',
    cases: [[REFUSED, 'request/method:96']],
  },
  {
    of: 'llhttp',
    rule: 'whether a request has a body is said by its fields alone',
    why: 'RFC 9112 6.3; llhttp lets its caller skip it',
    cases: [['messages', 'request/content-length:444']],
  },
  {
    of: 'llhttp',
    rule: 'a head is judged when it is complete',
    why: 'these are cut before; llhttp tells of the faulty field as it comes',
    cases: [['outcome', 'request/content-length:75', 'request/content-length:100']],
  },

  {
    of: 'picohttpparser',
    rule: 'a fold becomes one blank',
    why: 'RFC 9112 5.2: so does a user agent; picohttpparser hands out the lines one by one',
    cases: [['headers', 'response:37']],
  },
  {
    of: 'picohttpparser',
    rule: 'a request has no folds',
    why: 'RFC 9112 5.2: a server refuses them or replaces them',
    cases: [[REFUSED, 'request:4']],
  },
  {
    of: 'picohttpparser',
    rule: 'the parts of a start line are divided by one SP',
    why: 'RFC 9112 3 and 4; what one reader skips is another one’s empty target',
    cases: [[REFUSED, 'request:33', 'response:62']],
  },
  {
    of: 'picohttpparser',
    rule: 'a chunk has at most 2^53-1 bytes',
    why: 'beyond that numbers are not exact, and no such chunk ever ends',
    cases: [[REFUSED, 'chunked:73']],
  },
  {
    of: 'picohttpparser',
    rule: 'lines of chunk framing and of trailers end in CRLF',
    why: 'RFC 9112 7.1; a bare LF is the head’s alone',
    cases: [[REFUSED, 'chunked:86', 'chunked:87']],
  },
];

/** The aspects in which the case differs, by all rules that name it, in order. */
export function listedAspects(of: Difference['of'], id: string): Aspect[] {
  const aspects = DIFFERENCES.filter((rule) => rule.of === of).flatMap(({ cases }) =>
    cases.filter(([, ...ids]) => ids.includes(id)).flatMap(([names]) => names.split(' ')),
  );
  return [...new Set(aspects)].sort() as Aspect[];
}

/** Every id that a rule names. */
export function listedIds(of: Difference['of']): string[] {
  return DIFFERENCES.filter((rule) => rule.of === of).flatMap(({ cases }) => cases.flatMap(([, ...ids]) => ids));
}
