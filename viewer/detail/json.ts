// JSON for reading: one value a line, indented. It works on the text, not on what the text means: numbers keep their digits, names that come
// twice come twice, and a body cut short is laid out as far as it goes.

export type Kind = 'name' | 'string' | 'number' | 'literal' | 'other';

const INDENT = '  ';

// Blanks are what stands between tokens. A string may lack its end where the body was cut.
const TOKEN = /"[^"\\]*(?:\\.?[^"\\]*)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** The text with other blanks; null where it is not JSON. Several values, as in NDJSON, stand below each other. */
export function laidOut(text: string): string | null {
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  let previous = '';
  const breakLine = (): void => {
    lines.push(line);
    line = INDENT.repeat(depth);
  };
  for (const [token] of text.matchAll(TOKEN)) {
    const isFirst = previous === '{' || previous === '[';
    if (token === ':' || token === ',') {
      if (depth === 0 || isFirst) return null;
      line += token === ':' ? ': ' : ',';
      if (token === ',') breakLine();
    } else if (token === '}' || token === ']') {
      if (--depth < 0) return null;
      if (!isFirst) breakLine();
      line += token;
    } else {
      if (isFirst || (depth === 0 && previous !== '')) breakLine();
      if (token === '{' || token === '[') depth++;
      else if (!VALUE.test(token) && !isCut(text, token)) return null;
      line += token;
    }
    previous = token;
  }
  if (previous === '') return null;
  lines.push(line);
  return lines.join('\n');
}

const VALUE = /^(?:"|-?\d[\d.eE+-]*$|true$|false$|null$)/;

/** Whether a token that is none is the last one, of a body cut short: `tru`. */
const isCut = (text: string, token: string): boolean =>
  text.endsWith(token) && ['true', 'false', 'null', '-0'].some((literal) => literal.startsWith(token));

/** A laid out line in pieces of one kind, for colours. */
export function piecesOf(line: string): readonly { readonly kind: Kind; readonly text: string }[] {
  const pieces: { kind: Kind; text: string }[] = [];
  for (const [text, string, colon, word] of line.matchAll(/("[^"\\]*(?:\\.?[^"\\]*)*"?)(:)?|([-\w.+]+)|[^"\w.+-]+/g)) {
    if (string !== undefined) {
      pieces.push({ kind: colon === undefined ? 'string' : 'name', text: string });
      if (colon !== undefined) pieces.push({ kind: 'other', text: colon });
    } else if (word !== undefined) pieces.push({ kind: /^[-\d]/.test(word) ? 'number' : 'literal', text: word });
    else pieces.push({ kind: 'other', text });
  }
  return pieces;
}
