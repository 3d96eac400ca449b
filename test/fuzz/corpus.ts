// What the mutations begin with: the inputs of our vectors, of the RFC corpus, and of the other corpora where they are at hand.
// Long ones are left out: what they show, a short one shows in a hundredth of the time.

import { readFileSync } from 'node:fs';
import { foreignCases } from '../parser/foreign.js';
import { bytesOf } from '../support/engines.js';
import { loadVectors, type VectorKind } from '../support/vectors.js';

const LONGEST = 700;

interface Recorded {
  readonly raw?: string;
  /** 'request' or 'response', by either name; without one it is a response. */
  readonly kind?: string;
  readonly type?: string;
}

const FOREIGN = ['llhttp_request.json', 'llhttp_response.json', 'picohttpparser_recorded.json', 'curl_cases.json'];

function load(): Record<VectorKind, Uint8Array[]> {
  const seeds: Record<VectorKind, Uint8Array[]> = { response: [], request: [], trailer: [], chunked: [] };
  for (const { kind, input } of loadVectors()) seeds[kind].push(input);
  const recorded = ['rfc_vectors.json', 'python_responses.json'].flatMap(
    (file) => JSON.parse(readFileSync(`test/corpus/${file}`, 'utf8')) as Recorded[],
  );
  for (const { raw = '', kind, type } of [...recorded, ...FOREIGN.flatMap((file) => foreignCases<Recorded>(file))]) {
    const which = (kind ?? type ?? 'response') as VectorKind;
    // Of what is sent, a vector has patterns; a bare field section is no message.
    if (!Object.hasOwn(seeds, which)) continue;
    const bytes = bytesOf(raw);
    seeds[which].push(bytes);
    const bodyAt = raw.indexOf('\r\n\r\n') + 4;
    if (which !== 'chunked' && bodyAt > 4 && /^transfer-encoding:.*chunked/im.test(raw)) seeds.chunked.push(bytes.subarray(bodyAt));
  }
  for (const kind of Object.keys(seeds) as VectorKind[]) seeds[kind] = seeds[kind].filter(({ length }) => length > 0 && length < LONGEST);
  return seeds;
}

/** Inputs by what they are. */
export const seeds: Readonly<Record<VectorKind, readonly Uint8Array[]>> = load();
