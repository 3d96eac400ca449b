// The rules of docs/differences.md as far as they decide about drawn cases: for each the aspects in which a case may differ,
// and what it has to look like for that. A predicate looks at the case and at what became of it, never at an id. A
// difference that no predicate takes is a bug, or wants a rule.

import type { Differences } from '../differential/compare.js';
import type { RequestCase, ResponseCase } from '../differential/corpus.js';
import type { Played } from '../differential/play.js';

/** A response case taken apart as far as the predicates want it. */
interface Shape {
  readonly one: ResponseCase;
  readonly played: Played;
  /** Statuses of the interim responses. */
  readonly interims: readonly string[];
  readonly statusLine: string;
  readonly status: string;
  /** The field lines of the final head, folds joined to theirs by an LF, the first one to a name of its own. */
  readonly fields: readonly string[];
  /** Those of the interim heads as well. */
  readonly fieldLines: readonly string[];
  /** Whether the final head is there in full. */
  readonly headEnds: boolean;
  /** The heads as they came, with their line ends. */
  readonly heads: string;
  readonly body: string;
}

const HEAD = /^([^]*?\n)\r?\n/;

function shapeOf(one: ResponseCase, played: Played): Shape {
  let rest = one.raw;
  const interims: string[] = [];
  const fieldLines: string[] = [];
  for (;;) {
    const head = HEAD.exec(rest);
    const [statusLine = '', ...lines] = (head?.[1] ?? rest).replace(/\r?\n[ \t]+/g, '\n ').split(/\r?\n(?! )/);
    const status = statusLine.split(/ +/)[1] ?? '';
    const fields = lines.filter(Boolean);
    fieldLines.push(...fields);
    const body = head === null ? '' : rest.slice(head[0].length);
    if (head !== null && /^1\d\d$/.test(status) && status !== '101') {
      interims.push(status);
      rest = body;
      continue;
    }
    const heads = one.raw.slice(0, one.raw.length - body.length);
    return { one, played, interims, statusLine, status, fields, fieldLines, headEnds: head !== null, heads, body };
  }
}

/** The values of a field, as they came. */
function values({ fields }: Shape, name: string): string[] {
  return fields.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1));
}

const lengths = (shape: Shape): string[] => values(shape, 'content-length').map((value) => value.trim());
const codings = (shape: Shape): string[] => values(shape, 'transfer-encoding').map((value) => value.trim().toLowerCase());
const chunked = (shape: Shape): boolean => codings(shape).length > 0;

/** What stands where chunk framing is expected and is none, read by the letter; undefined if all is well, or cut. */
function chunkFault({ body }: Shape): 'size' | 'end' | undefined {
  for (let at = 0; ;) {
    const line = /^[^\n]*\n/.exec(body.slice(at))?.[0];
    if (line === undefined) return undefined;
    const size = /^([0-9a-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n$/i.exec(line)?.[1];
    if (size === undefined) return /^[0-9a-f]+\n$/i.test(line) ? 'end' : 'size';
    if (Number.parseInt(size, 16) === 0) return undefined;
    at += line.length + Number.parseInt(size, 16);
    if (!'\r\n'.startsWith(body.slice(at, at + 2))) return 'end';
    at += 2;
  }
}

const FRAMED = ['body', 'will_close', 'pieces', 'error', 'details'] as const;
const READ = ['body', 'pieces', 'error', 'details'] as const;

interface Explanation {
  readonly rule: string;
  readonly aspects: readonly string[];
  readonly when: (shape: Shape) => boolean;
}

export const explanations: readonly Explanation[] = [
  { rule: 'R1', aspects: ['next'], when: ({ played }) => played.head === null },
  { rule: 'R3', aspects: ['outcome'], when: ({ statusLine }) => !/^\S+ \d{3}(?: |$)/.test(statusLine) },
  { rule: 'R4', aspects: ['outcome', 'error'], when: ({ statusLine }) => !/^HTTP\/1\.\d /.test(statusLine) },
  { rule: 'R6', aspects: ['outcome', 'error'], when: ({ heads }) => /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/.test(heads) },
  { rule: 'R7', aspects: ['outcome', 'error'], when: ({ fieldLines }) => fieldLines.some((line) => !/^[!#$%&'*+.^_`|~\w-]+:/.test(line)) },
  {
    rule: 'R8',
    aspects: ['outcome', 'status', 'reason', 'version', 'headers', ...FRAMED],
    when: ({ interims }) => interims.some((status) => status !== '100'),
  },
  { rule: 'R10', aspects: ['headers'], when: ({ fields }) => fields.some((line) => /[ \t]$/.test(line)) },
  { rule: 'R10', aspects: FRAMED, when: (shape) => values(shape, 'transfer-encoding').some((value) => /[ \t]$/.test(value)) },
  { rule: 'R11', aspects: ['headers'], when: ({ fields }) => fields.some((line) => line.includes('\n')) },
  { rule: 'R11', aspects: FRAMED, when: (shape) => values(shape, 'transfer-encoding').some((value) => value.includes('\n')) },
  { rule: 'R12', aspects: ['outcome'], when: ({ headEnds, one }) => !headEnds && one.eof === 'close' },
  {
    rule: 'R13',
    aspects: ['outcome'],
    when: (shape) => lengths(shape).some((value) => !/^\d+$/.test(value)) || new Set(lengths(shape)).size > 1,
  },
  { rule: 'R14', aspects: FRAMED, when: (shape) => lengths(shape).some((value) => /^(\d+)(?:, *\1)+$/.test(value)) },
  { rule: 'R15', aspects: ['outcome'], when: (shape) => chunked(shape) && lengths(shape).length > 0 },
  {
    rule: 'R16',
    aspects: ['outcome'],
    when: (shape) => codings(shape).some((value) => value !== 'chunked' && value !== 'identity'),
  },
  { rule: 'R17', aspects: ['will_close'], when: (shape) => codings(shape).length > 1 },
  { rule: 'R18', aspects: READ, when: (shape) => /^[23]04$/.test(shape.status) && chunked(shape) },
  { rule: 'R21', aspects: READ, when: (shape) => chunked(shape) && chunkFault(shape) === 'size' },
  { rule: 'R22', aspects: READ, when: (shape) => chunked(shape) && chunkFault(shape) === 'end' },
  {
    rule: 'R23',
    aspects: READ,
    when: (shape) => chunked(shape) && /(?:^|\n)0+[^\n]*(?:\n[^]*)?$/.test(shape.body) && !shape.body.endsWith('\r\n\r\n'),
  },
  { rule: 'R24', aspects: ['details'], when: (shape) => chunked(shape) && !shape.body.includes('\r\n\r\n') },
  {
    rule: 'R25',
    aspects: READ,
    when: ({ one, played }) => one.read !== 'all' && (played.error !== null || one.expected.exception?.phase === 'read'),
  },
  { rule: 'R27', aspects: ['pieces'], when: (shape) => chunked(shape) && shape.one.read.startsWith('readline:') },
  {
    rule: 'R29',
    aspects: ['will_close'],
    when: (shape) =>
      values(shape, 'connection').length > 1 ||
      values(shape, 'connection').some((value) => /[\w-]close|close\w|keep-alive *, *close/i.test(value)) ||
      (shape.statusLine.startsWith('HTTP/1.0') && [...values(shape, 'keep-alive'), ...values(shape, 'proxy-connection')].length > 0),
  },
];

/** The aspects that differ and that no rule explains. */
export function unexplained(one: ResponseCase, played: Played, found: Differences): string[] {
  const shape = shapeOf(one, played);
  const allowed = explanations.filter(({ when }) => when(shape)).flatMap(({ aspects }) => aspects);
  return Object.keys(found).filter((aspect) => !allowed.includes(aspect));
}

const calls = (one: RequestCase, ...names: string[]): readonly (readonly unknown[])[] => one.ops.filter(([name]) => names.includes(name));
const methods = (one: RequestCase): string[] => calls(one, 'request', 'putrequest').map(([, method]) => String(method));
const names = (one: RequestCase): string[] => [
  ...calls(one, 'putheader').map(([, name]) => String(name)),
  ...calls(one, 'request').flatMap(([, , , , fields]) => ((fields ?? []) as [string][]).map(([name]) => name)),
];
/** The hosts that are given, with their ports. */
const hosts = (one: RequestCase): string[] => [
  one.args.join(' '),
  ...calls(one, 'set_tunnel').map(([, ...to]) => to.slice(0, 2).join(' ')),
];

const ALL = ['host', 'port', 'opened', 'sent', 'results', 'stdout'] as const;
const CALLS = ['opened', 'sent', 'results', 'stdout'] as const;
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
const PLAIN_HOST = /^(?:[\w.-]+|\[[\da-f:]+\])(?::\d*| \d+)?$/i;

interface CallExplanation {
  readonly rule: string;
  readonly aspects: readonly string[];
  readonly when: (one: RequestCase) => boolean;
}

export const callExplanations: readonly CallExplanation[] = [
  { rule: 'R30', aspects: CALLS, when: (one) => methods(one).some((method) => !TOKEN.test(method)) },
  { rule: 'R31', aspects: ALL, when: (one) => hosts(one).some((host) => !PLAIN_HOST.test(host)) },
  { rule: 'R32', aspects: CALLS, when: (one) => names(one).some((name) => !TOKEN.test(name)) },
  { rule: 'R39', aspects: ['sent', 'stdout'], when: (one) => calls(one, 'set_tunnel').some(([, host]) => String(host).includes('[')) },
  {
    rule: 'R40',
    aspects: CALLS,
    when: (one) => calls(one, 'set_tunnel').length > 0 && one.replies.flat().some((reply) => /^HTTP\/1\.. 2(?!00)/.test(reply)),
  },
  {
    rule: 'R38',
    aspects: CALLS,
    when: (one) =>
      calls(one, 'set_tunnel').length > 0 && one.replies.some((reply) => /^HTTP\/1\.. 2[^]*\r\n\r\n[^]/.test([reply].flat()[0] ?? '')),
  },
  { rule: 'R43', aspects: ['results'], when: (one) => one.expected.log.some((line) => line.startsWith('set_tunnel raised RuntimeError')) },
];

/** The aspects that differ and that no rule explains. */
export function unexplainedCalls(one: RequestCase, found: Differences): string[] {
  const allowed = callExplanations.filter(({ when }) => when(one)).flatMap(({ aspects }) => aspects);
  return Object.keys(found).filter((aspect) => !allowed.includes(aspect));
}
