// Plays the RFC vectors on Headlong and, in the same run, on the clients and parsers beside it, and prints as markdown what each did
// right. Fails if Headlong does anything wrong.

import { playAll } from '../differential/concurrently.js';
import { demanded } from '../rfc/deviations.js';
import { vectors, type Outcome, type Vector } from '../rfc/vectors.js';
import { headlong, headlongParser } from './peers/headlong.js';
import { llhttp } from './peers/llhttp.js';
import { node } from './peers/node.js';
import type { Peer } from './peers/peer.js';
import { findCPython } from './peers/python.js';
import { undici } from './peers/undici.js';
import { scoreOf, type Score } from './score.js';

/** As many at a time; most of a vector is waiting for a socket. */
const AT_ONCE = 12;

/** By the section that a vector's rule is of: the first that fits. */
const GROUPS: readonly (readonly [name: string, fits: (vector: Vector) => boolean])[] = [
  ['sending', ({ direction }) => direction === 'send'],
  ['requests read', ({ direction }) => direction === 'parse'],
  ['trailers', ({ section }) => section === '7.1.2'],
  ['chunked', ({ section }) => section.startsWith('7.1')],
  ['keep-alive', ({ section }) => section.startsWith('9.')],
  ['framing', ({ section }) => /^(6|8$|9110-8\.6|7\.8)/.test(section)],
  ['status line', ({ section }) => /^(4|2\.3)/.test(section)],
  ['fields', () => true],
];

const groupOf = (vector: Vector): string => (GROUPS.find(([, fits]) => fits(vector)) as readonly [string, unknown])[0];

interface Scored {
  readonly vector: Vector;
  readonly outcome: Outcome;
  readonly score: Score;
}

async function play(peer: Peer, vector: Vector): Promise<Outcome> {
  const method = vector.kind === 'response' ? peer.respond : vector.direction === 'send' ? peer.send : peer.read;
  return method === undefined ? { verdict: 'none' } : method(vector);
}

async function scored(peer: Peer): Promise<Scored[]> {
  const outcomes = await playAll(vectors, AT_ONCE, (vector) => play(peer, vector));
  return vectors.map((vector) => {
    const outcome = outcomes.get(vector.id) as Outcome;
    return { vector, outcome, score: scoreOf(vector, outcome) };
  });
}

const countOf = (all: readonly Scored[], ...scores: readonly Score[]): number => all.filter(({ score }) => scores.includes(score)).length;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function summary(peer: Peer, all: readonly Scored[]): (string | number)[] {
  const of = (demand: Vector['expect']): Scored[] => all.filter(({ vector }) => vector.expect === demand);
  return [
    `${peer.name} ${peer.version}`,
    vectors.length - countOf(all, 'none'),
    countOf(of('ok'), 'right'),
    countOf(of('ok'), 'wrong'),
    countOf(of('error'), 'right'),
    countOf(of('error'), 'wrong'),
    countOf(all, 'recommended'),
    countOf(all, 'otherwise'),
    countOf(of('lenient-ok'), 'wrong'),
    countOf(all, 'argued'),
  ];
}

const SUMMARY = [
  '',
  'vectors played',
  'must accept: right',
  'wrong',
  'must reject: right',
  'wrongly accepted',
  'left open: as recommended',
  'otherwise',
  'misread',
  'argued',
];

const NOTES = `
Must accept: with the status, fields, body and end of the connection that the vector states, as far as the client tells them.
Must reject: by an error of its own, not by a time limit; of requests, before a byte left. What a vector allows besides is right.
Left open by the RFCs: refused or read, both are right; read with another body or end, it is misread.
Argued: not what the vector asks for; docs/differences.md says why (V1 to V4).`;

/** Right of all that were played. */
function share(all: readonly Scored[]): string {
  const played = all.length - countOf(all, 'none');
  return played === 0 ? '–' : `${countOf(all, 'right', 'recommended', 'otherwise')}/${played}`;
}

export async function main(): Promise<void> {
  const python = findCPython();
  const peers: readonly Peer[] = [headlong, headlongParser, llhttp, undici, node, ...(python === undefined ? [] : [python])];
  const results = new Map<Peer, Scored[]>();
  for (const peer of peers) results.set(peer, await scored(peer));
  python?.close();
  if (python === undefined) console.log('(There is no CPython 3.13 on this machine.)\n');

  const all = (peer: Peer): Scored[] => results.get(peer) as Scored[];
  console.log(
    table(
      SUMMARY,
      peers.map((peer) => summary(peer, all(peer))),
    ),
  );
  console.log();
  const groups = GROUPS.map(([name]) => name);
  const inGroup = (peer: Peer, group: string): Scored[] => all(peer).filter(({ vector }) => groupOf(vector) === group);
  console.log(
    table(
      ['right of all played', ...peers.map(({ name }) => name)],
      groups.map((group) => [group, ...peers.map((peer) => share(inGroup(peer, group)))]),
    ),
  );
  console.log(NOTES);

  const mine = [headlong, headlongParser].flatMap((peer) => all(peer).map((one) => ({ peer, ...one })));
  for (const { peer, vector, outcome, score } of mine) {
    if (score !== 'wrong') continue;
    process.exitCode = 1;
    console.log(`\nWRONG: ${peer.name}, ${vector.id}: ${demanded(vector)} demanded, but`, outcome);
  }
}
