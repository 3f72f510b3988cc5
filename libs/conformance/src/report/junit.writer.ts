import type { CaseResult, ConformanceReport } from '../conformance.js';

/** The report as JUnit XML: a suite for each group, a test for each case; warnings are passes with their reason in system-out. */
export function junitReport({ registry, counts, results }: ConformanceReport): string {
  const groups = [...new Set(results.map(({ group }) => group))];
  const suites = groups.map((group) =>
    suite(
      group,
      results.filter((result) => result.group === group),
    ),
  );
  const all = `name="${xml(`MCP Registry API v0.1: ${registry}`)}" tests="${results.length}" failures="${counts.fail}" skipped="${counts.skipped}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${all}>\n${suites.join('\n')}\n</testsuites>\n`;
}

function suite(group: string, results: readonly CaseResult[]): string {
  const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length;
  const head = `  <testsuite name="${xml(group)}" tests="${results.length}" failures="${count('fail')}" skipped="${count('skipped')}">`;
  return [head, ...results.map(testCase), '  </testsuite>'].join('\n');
}

function testCase(result: CaseResult): string {
  const { id, group, sentence, outcome, reason } = result;
  const head = `    <testcase classname="${xml(group)}" name="${xml(`${id}: ${sentence}`)}"`;
  if (outcome === 'fail')
    return `${head}>\n      <failure message="${xml(reason)}">${xml(evidenceText(result))}</failure>\n    </testcase>`;
  if (outcome === 'skipped') return `${head}>\n      <skipped message="${xml(reason)}"/>\n    </testcase>`;
  if (outcome === 'warn')
    return `${head}>\n      <system-out>${xml(`warning: ${reason}\n${evidenceText(result)}`)}</system-out>\n    </testcase>`;
  return `${head}/>`;
}

/** The exchanges of a result, one on each line. */
function evidenceText({ evidence }: CaseResult): string {
  return evidence.map(({ request, status, excerpt }) => `${request} -> ${status ?? 'no answer'} ${excerpt}`).join('\n');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 does not know, lone surrogates among them, become a question mark. */
function xml(text: string): string {
  const known = text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?');
  return known.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}
