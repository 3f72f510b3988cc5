import type { Location, Log, ReportingDescriptor, Result, Run } from 'sarif';
import { logicalName } from './place.js';
import { distinctFingerprints, ruleName, rulesOf, worstFirst } from './ranking.js';
import type { Report, ReportFinding, ReportRule } from './report.js';
import { oneLine } from './safe-text.js';
import { fileOf, findingText, witnessText } from './wording.js';

/** Code scanning shows no more of one run; the worst come first, so the rest is what matters least. */
export const MAX_SARIF_RESULTS = 4_999;

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** A report as SARIF 2.1.0. */
export function writeSarif(report: Report): string {
  const findings = worstFirst(report.findings);
  const shown = findings.slice(0, MAX_SARIF_RESULTS);
  const rules = rulesOf(report);
  const indexes = new Map(rules.map((rule, index) => [rule.id, index]));
  const fingerprints = distinctFingerprints(shown);
  const run: Run = {
    tool: { driver: { name: 'rollcall', rules: rules.map(descriptorOf) } },
    automationDetails: { id: `rollcall/${report.command}/` },
    columnKind: 'utf16CodeUnits',
    invocations: [{ executionSuccessful: true, ...leftOut(findings.length - shown.length) }],
    results: shown.map((finding, at) =>
      resultOf(report, finding, {
        index: indexes.get(ruleName(finding.ruleId)) ?? 0,
        fingerprint: fingerprints[at] ?? '',
      }),
    ),
    properties: { conclusion: oneLine(report.conclusion), passed: report.passed },
  };
  const log: Log = { $schema: SCHEMA, version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function leftOut(count: number) {
  if (count <= 0) return {};
  const message = { text: `${count} more results are left out: a file may hold ${MAX_SARIF_RESULTS}.` };
  return { toolExecutionNotifications: [{ level: 'warning' as const, message }] };
}

function descriptorOf({ id: name, title, explanation, docs }: ReportRule): ReportingDescriptor {
  const full = oneLine(explanation) || oneLine(title) || name;
  const page = /^https?:\/\//.test(docs) && URL.canParse(docs) ? { helpUri: new URL(docs).href } : {};
  return {
    id: name,
    name,
    shortDescription: { text: plain(oneLine(title) || name) },
    fullDescription: { text: plain(full) },
    help: { text: plain(`${full} Explained by: rollcall explain ${name}`) },
    ...page,
  };
}

function resultOf(report: Report, finding: ReportFinding, at: { index: number; fingerprint: string }): Result {
  const result: Result = {
    ruleId: ruleName(finding.ruleId),
    ruleIndex: at.index,
    level: finding.level,
    message: { text: plain(findingText(finding)) },
    locations: [locationOf(report, finding)],
    partialFingerprints: {
      // the name by which code scanning recognises a result; without it every result of line 1 would be the same
      primaryLocationLineHash: oneLine(at.fingerprint, 200),
      'rollcall/v1': oneLine(finding.fingerprint, 200),
    },
    properties: { severity: oneLine(finding.severity, 80), source: finding.source, path: oneLine(finding.path) },
  };
  const witness = witnessText(finding);
  if (witness !== null) result.properties = { ...result.properties, witness };
  if (finding.approvedBy !== undefined) {
    const justification = `Approved by ${oneLine(finding.approvedBy, 200)}.`;
    result.suppressions = [{ kind: 'external', status: 'accepted', justification }];
  }
  return result;
}

function locationOf(report: Report, finding: ReportFinding): Location {
  const uri = fileOf(report).split('/').map(encodeURIComponent).join('/');
  const name = finding.tool === null ? 'server' : oneLine(finding.tool, 200);
  return {
    physicalLocation: { artifactLocation: { uri }, region: { startLine: finding.line ?? 1 } },
    logicalLocations: [{ fullyQualifiedName: oneLine(logicalName(finding)), name, kind: 'member' }],
  };
}

/** SARIF makes links of `[text](target)` in plain messages; brackets of others stay brackets. */
function plain(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}
