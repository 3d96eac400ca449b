// docs/differences.md as data: the rules, and for each case id the aspects in which it may, and must, differ.
// A rule is a level-three heading `R1. …` (a deliberate difference from CPython) or `V1. …` (one from a list of RFC vectors),
// a paragraph that says why, and list items `- responses (outcome, next): `id`, `id``, with the ids in backquotes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the ids of a list item name. */
export type Evidence = 'responses' | 'requests' | 'tests' | 'vectors';

export interface Rule {
  /** R1, R2 … V1, V2 … */
  readonly number: string;
  readonly title: string;
  readonly why: string;
  readonly evidence: readonly RuleEvidence[];
}

export interface RuleEvidence {
  readonly kind: Evidence;
  /** What differs, sorted; empty for evidence that is not compared aspect by aspect. */
  readonly aspects: readonly string[];
  readonly ids: readonly string[];
}

const ITEM = /^- (responses|requests|tests|vectors)(?: \(([^)]*)\))?: (.*)$/;

function parseRules(text: string): Rule[] {
  return text
    .split(/^(?=### )/m)
    .filter((section) => /^### [RV]\d+\. /.test(section))
    .map((section) => {
      const [heading = '', ...lines] = section
        .split(/^#{1,2} /m, 1)
        .join('')
        .split('\n')
        .map((line) => line.trimEnd());
      const [, number = '', title = ''] = /^### ([RV]\d+)\. (.*)$/.exec(heading) ?? [];
      const evidence = lines.flatMap((line) => {
        const [, kind, aspects, ids] = ITEM.exec(line) ?? [];
        if (kind === undefined || ids === undefined) return [];
        return [
          {
            kind: kind as Evidence,
            aspects: (aspects ?? '').split(', ').filter(Boolean).sort(),
            ids: [...ids.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string),
          },
        ];
      });
      const why = lines.filter((line) => line !== '' && !ITEM.test(line)).join(' ');
      return { number, title, why, evidence };
    });
}

const document = readFileSync(join(__dirname, '..', '..', 'docs', 'differences.md'), 'utf8');

export const rules: readonly Rule[] = parseRules(document);

/** The aspects in which each case differs by the rules, over all rules that name it. */
export function listed(kind: Evidence): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, Set<string>>();
  for (const { evidence } of rules) {
    for (const item of evidence) {
      if (item.kind !== kind) continue;
      for (const id of item.ids) {
        const aspects = all.get(id) ?? new Set();
        for (const aspect of item.aspects) aspects.add(aspect);
        all.set(id, aspects);
      }
    }
  }
  return new Map([...all].map(([id, aspects]) => [id, [...aspects].sort()]));
}

/** The ids of a plain list item with this label, for what is decided without being a difference. */
export function decided(label: string): readonly string[] {
  const item = document.split('\n').find((line) => line.startsWith(`- ${label}: `));
  return [...(item ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
}
