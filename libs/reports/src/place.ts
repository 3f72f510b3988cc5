import type { ReportFinding } from './report.js';

const SIDES: Record<string, string> = { inputSchema: 'input', outputSchema: 'output' };

/** The way to a finding in a person's words: `get_forecast`, `input`, `units`. The first word is the tool, if there is one. */
export function placeOf({ tool, path }: Pick<ReportFinding, 'tool' | 'path'>): string[] {
  return [...(tool === null ? [] : [tool]), ...wordsOf(path)];
}

/** A place as one name: `tool:get_forecast/input/units`. */
export function logicalName(finding: Pick<ReportFinding, 'tool' | 'path'>): string {
  const owner = finding.tool === null ? 'server' : `tool:${escaped(finding.tool)}`;
  return [owner, ...wordsOf(finding.path).map(escaped)].join('/');
}

/** A JSON pointer without the words of JSON Schema that only say "of these properties". */
function wordsOf(path: string): string[] {
  if (!path.startsWith('/')) return path === '' ? [] : [path];
  const words: string[] = [];
  let named = false;
  for (const segment of path.slice(1).split('/')) {
    const word = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    // what follows `properties` is a name, even when it is called properties
    if (!named && word === 'properties') named = true;
    else {
      words.push(words.length === 0 ? (Object.hasOwn(SIDES, word) ? (SIDES[word] ?? word) : word) : word);
      named = false;
    }
  }
  return words;
}

function escaped(word: string): string {
  return word.replaceAll('~', '~0').replaceAll('/', '~1');
}
