import { holdsUp, ruleName, rulesOf } from './ranking.js';
import type { Report, ReportFinding, ReportRule } from './report.js';
import { oneLine } from './safe-text.js';
import { findingText, placeText } from './wording.js';

/** What XML 1.0 allows in text, without the characters that have a meaning of their own. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** A report as JUnit XML: one suite for the server, one case for each rule, so that a rule that passes counts too. */
export function writeJunit(report: Report): string {
  const byRule = new Map<string, ReportFinding[]>();
  for (const finding of report.findings) {
    const name = ruleName(finding.ruleId);
    const found = byRule.get(name);
    if (found === undefined) byRule.set(name, [finding]);
    else found.push(finding);
  }
  const cases = rulesOf(report).map((rule) => ({ rule, findings: byRule.get(rule.id) ?? [] }));
  const failures = cases.filter(({ findings }) => findings.some(holdsUp)).length;
  const sums = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0"`;
  const name = xml(oneLine(report.subject, 300));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rollcall ${report.command}" ${sums}>`,
    `  <testsuite name="${name}" ${sums}>`,
    ...cases.flatMap(({ rule, findings }) => caseLines(name, rule, findings)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(suite: string, rule: ReportRule, findings: readonly ReportFinding[]): string[] {
  const head = `    <testcase classname="${suite}" name="${xml(rule.id)}"`;
  if (findings.length === 0) return [`${head}/>`];
  const failing = findings.filter(holdsUp);
  const told = findings.filter((finding) => !holdsUp(finding));
  return [
    `${head}>`,
    ...failureLines(rule, failing),
    ...(told.length === 0 ? [] : [`      <system-out>${xml(told.map(lineOf).join('\n'))}</system-out>`]),
    '    </testcase>',
  ];
}

/** One failure for all findings of a rule: readers take the first of a case and drop the others. */
function failureLines(rule: ReportRule, failing: readonly ReportFinding[]): string[] {
  const [first] = failing;
  if (first === undefined) return [];
  const more = failing.length === 1 ? '' : ` (and ${failing.length - 1} more)`;
  const message = xml(`${oneLine(first.message)}${more}`);
  const text = [...failing.map(lineOf), oneLine(rule.explanation)].filter((line) => line !== '').join('\n');
  return [`      <failure type="${xml(oneLine(first.severity, 80))}" message="${message}">${xml(text)}</failure>`];
}

function lineOf(finding: ReportFinding): string {
  const place = placeText(finding);
  return `${finding.level}: ${place === '' ? '' : `${place}: `}${findingText(finding)}`;
}

function xml(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}
