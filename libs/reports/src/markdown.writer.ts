import { countsText, ruleName, worstFirst } from './ranking.js';
import type { Report, ReportFinding } from './report.js';
import { oneLine } from './safe-text.js';
import { placeText, verdictText, witnessText } from './wording.js';

/** A comment of GitHub holds 65,536 characters, of which a bot's frame may want some. */
const MAX_COMMENT_BYTES = 60_000;
/** What GitHub keeps of the summary of one step. */
export const MAX_SUMMARY_BYTES = 1024 * 1024;

const SIGN = { error: '✖', warning: '▲', note: '•' } as const;
/** Everything that Markdown, its HTML or a link in it could begin with. */
const MEANINGFUL = /[&<>`*_[\](){}#|\\~!@:$]/g;
/** What forges make references, mentions and addresses of, together with the word behind it. */
const SIGILS = /[@#!~%$:](?=\S)|\bwww(?=\.)/gi;
const BREAK = '&#8203;';

/** A report as a comment: the verdict first. The first line is hidden and names the change, so that a bot finds its own comment. */
export function writeMarkdown(report: Report): string {
  return `${commentMarker(report.contextId)}\n${writeSummary(report, MAX_COMMENT_BYTES)}`;
}

/** The hidden line that begins the one comment of a change. */
export function commentMarker(contextId: string | null): string {
  // two hyphens would end the comment, and with it what is hidden
  return `<!-- rollcall:report ${encodeURIComponent(oneLine(contextId ?? '', 200) || 'local').replaceAll('-', '%2D')} -->`;
}

/** A report as Markdown of at most so many bytes: the verdict, the sums, the whole table, worst first. */
export function writeSummary(report: Report, maxBytes = MAX_SUMMARY_BYTES): string {
  const findings = worstFirst(report.findings);
  const head = headLines(report);
  const table = findings.length === 0 ? [] : ['', '| | Rule | Where | What |', '|---|---|---|---|'];
  const room = maxBytes - bytesOf([...head, ...table].join('\n')) - 200;
  const rows = rowsWithin(findings.map(rowOf), room);
  const more = findings.length - rows.length;
  const tail = more === 0 ? [] : ['', `and ${more} more.`];
  return `${[...head, ...table, ...rows, ...tail].join('\n')}\n`;
}

function headLines(report: Report): string[] {
  const sums = countsText(report) ?? 'Nothing was found';
  const link = linkOf(report.url);
  return [`### ${prose(verdictText(report))}`, '', `${sums}.${link === null ? '' : ` [The recorded check](${link})`}`];
}

function rowOf(finding: ReportFinding): string {
  const sign = finding.approvedBy === undefined ? SIGN[finding.level] : '✔';
  const witness = witnessText(finding);
  const told = [
    prose(oneLine(finding.message)),
    ...(witness === null ? [] : [code(witness)]),
    ...(finding.hint ? [prose(oneLine(finding.hint))] : []),
    ...(finding.approvedBy === undefined ? [] : [`Approved by ${prose(oneLine(finding.approvedBy, 200))}`]),
  ];
  return `| ${sign} | ${code(ruleName(finding.ruleId))} | ${code(placeText(finding))} | ${told.join('<br>')} |`;
}

function rowsWithin(rows: readonly string[], room: number): string[] {
  const kept: string[] = [];
  let used = 0;
  for (const row of rows) {
    used += bytesOf(row) + 1;
    if (used > room) break;
    kept.push(row);
  }
  return kept;
}

/** Text of others that stays text: no markup, no link, nobody mentioned. */
function prose(text: string): string {
  const broken = text.replace(SIGILS, '$&\u200B');
  return literal(broken).replaceAll('\u200B', BREAK);
}

/** The same in a code element, inside which forges look for nothing. */
function code(text: string): string {
  return text === '' ? '' : `<code>${literal(text)}</code>`;
}

/** An entity never begins markup, whatever it stands for. */
function literal(text: string): string {
  return text.replace(MEANINGFUL, (char) => `&#${char.charCodeAt(0)};`);
}

function linkOf(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return /^https?:$/.test(protocol)
    ? href.replace(/[()<>[\]\\|`*_]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
    : null;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
