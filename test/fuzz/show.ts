// A failing input in the notation of test/vectors, so that it can be put there as it stands.

import { quirkBits } from '../../src/core/lenient.js';
import * as layout from '../../src/wasm/layout.generated.js';
import type { Script } from '../parser/play.js';
import { latin1, readChunks, readHead, reference } from '../support/engines.js';
import { describeChunks, describeHead, encodeEscapes, parseVectors, type VectorKind } from '../support/vectors.js';

/** The bytes as a fenced block: a line of the file for each of theirs. */
function block(info: string, bytes: Uint8Array): string {
  const lines = encodeEscapes(latin1(bytes)).slice(1, -1).replaceAll('\\n', '\\n\n').replace(/\n$/, '').replaceAll(/^`/gm, '\\x60');
  return `\`\`\`${info}\n${lines}\n\`\`\``;
}

/** A vector, with the outcome that the reference has. `words` are the quirks and limits of its outcome. */
export function showVector(title: string, kind: VectorKind, input: Uint8Array, words: readonly string[] = []): string {
  const info = ['outcome', ...words].join(' ');
  const text = `## ${title}\n\n${block(kind, input)}\n\n`;
  const [vector] = parseVectors('', `${text}\`\`\`${info}\n\`\`\``);
  if (vector === undefined || latin1(vector.input) !== latin1(input)) throw new Error('a vector does not say what it is to say');
  const { options } = vector;
  const outcome =
    kind === 'chunked'
      ? describeChunks(readChunks(reference, input, options.flags))
      : describeHead(readHead(reference, input, options), input, options.flags);
  return `${text}\`\`\`${info}\n${outcome}\n\`\`\``;
}

/** Those that the tokeniser knows. */
const QUIRKS = {
  invalidFields: layout.QUIRK_INVALID_FIELDS,
  spaceBeforeColon: layout.QUIRK_SPACE_BEFORE_COLON,
  controlCharacters: layout.QUIRK_CONTROL_CHARACTERS,
  lfInChunks: layout.QUIRK_LF_IN_CHUNKS,
  spacesInStatusLine: layout.QUIRK_SPACES_IN_STATUS_LINE,
  icy: layout.QUIRK_ICY,
};

/** The quirks among `flags`, as words of an outcome. */
export function quirkWords(flags: number): string[] {
  return Object.entries(QUIRKS)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name);
}

/** A connection as the vector of its first head, and what else is to be known of it. */
export function showScript({ kind, bytes, options = {}, requests, requestMethod, closes }: Script): string {
  const { lenient = {}, limits = {} } = options;
  const { maxHeaders, maxHeaderSize } = limits;
  const words = [
    ...quirkWords(quirkBits(lenient)),
    ...(maxHeaders === undefined ? [] : [`maxFields=${maxHeaders}`]),
    ...(maxHeaderSize === undefined ? [] : [`maxSize=${maxHeaderSize}`]),
  ];
  const rest = JSON.stringify({ lenient, limits, requests, requestMethod, closes });
  return `${showVector('Found by a fuzzer', kind, bytes, words)}\n\nRead with ${rest}`;
}
