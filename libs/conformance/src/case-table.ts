import { CASE_FILES } from './cases.catalogue.js';
import type { CaseGroup, CaseLevel } from './conformance.js';

/** A case without its function. */
export type CaseDescription = {
  id: string;
  group: CaseGroup;
  level: CaseLevel;
  sentence: string;
  source: string;
  writes: boolean;
};

/** Every case, in the order in which they run. */
export function describeCases(): CaseDescription[] {
  return CASE_FILES.flatMap(({ group, cases }) =>
    cases.map(({ id, level, sentence, source, needs }) => ({
      id,
      group,
      level,
      sentence,
      source,
      writes: needs === 'write',
    })),
  );
}

/** The cases as the tables of the reference page, one for each group. */
export function caseTable(): string {
  const cases = describeCases();
  const groups = [...new Set(cases.map(({ group }) => group))];
  return groups
    .map((group) => {
      const rows = cases.filter((each) => each.group === group);
      const head = `### ${group}\n\n| case | level | a conformant registry | source |\n|---|---|---|---|`;
      return [
        head,
        ...rows.map(
          ({ id, level, sentence, source }) => `| \`${id}\` | ${level} | ${cell(sentence)} | ${cell(source)} |`,
        ),
      ].join('\n');
    })
    .join('\n\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
