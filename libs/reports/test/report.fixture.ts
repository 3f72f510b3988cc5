import fc from 'fast-check';
import type { Report, ReportFinding } from '../src/report.js';

/** What a hostile server would call a tool, to be read as something else. */
const NASTY = [
  'a\n::error file=x::owned',
  '::set-output name=x::y',
  '##[error]owned',
  '%0A::stop-commands::x',
  'a | b | c',
  '`code` ``two``',
  '</code></testcase><script>alert(1)</script>',
  ']]>&amp;"\'',
  '-->\n# heading',
  '[link](https://evil.example)',
  '![image](https://evil.example/x.png)',
  'https://evil.example www.evil.example',
  '@everyone #12 !34 ~label %3 $5',
  '\u202Egnp.exe\u2066',
  '\u0000\u0007\u001B[2J\u009B',
  'zero\u200Bwidth\uFEFF\u{E0041}',
  '\uD800 alone \uDC00',
  '\u2028\u2029\u0085',
  '\\| \\` \\',
  '$$x$$ :smile:',
  '1. one\n2. two\r\n- three',
  '| --- |',
];

const hostile = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...NASTY, ' ', 'x'), { maxLength: 4 }).map((parts) => parts.join('')),
);
const word = fc.constantFrom('TOOL_REMOVED', 'INPUT_REQUIRED_ADDED', 'DESCRIPTION_CHANGED', 'NAME_ALPHABET');

const finding: fc.Arbitrary<ReportFinding> = fc
  .record({
    ruleId: fc.oneof({ weight: 4, arbitrary: word }, hostile),
    level: fc.constantFrom('error' as const, 'warning' as const, 'note' as const),
    severity: fc.oneof(fc.constant('breaking'), hostile),
    source: fc.constantFrom('diff' as const, 'lint' as const, 'baseline' as const),
    tool: fc.option(hostile),
    path: fc.oneof(fc.constant('/inputSchema/properties/units'), hostile),
    message: hostile,
    fingerprint: fc.oneof(fc.constant('sha256:00'), hostile),
    witness: fc.option(fc.record({ value: fc.jsonValue(), validUnder: fc.constant('base'), invalidUnder: hostile })),
    hint: fc.option(hostile),
    approvedBy: fc.option(hostile, { freq: 4 }),
    line: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
  })
  .map(({ witness, hint, approvedBy, line, ...rest }) => ({
    ...rest,
    ...(witness === null ? {} : { witness: witness as NonNullable<ReportFinding['witness']> }),
    ...(hint === null ? {} : { hint }),
    ...(approvedBy === null ? {} : { approvedBy }),
    ...(line === null ? {} : { line }),
  }));

/** Reports full of texts that want to be something else. */
export const hostileReport: fc.Arbitrary<Report> = fc.record({
  command: fc.constantFrom('diff' as const, 'lint' as const, 'check' as const),
  subject: hostile,
  against: fc.option(hostile),
  conclusion: hostile,
  passed: fc.boolean(),
  url: fc.option(fc.oneof(fc.webUrl(), hostile)),
  contextId: fc.option(hostile),
  file: fc.option(fc.oneof(fc.constant('./server.json'), hostile)),
  findings: fc.array(finding, { maxLength: 15 }),
  rules: fc.uniqueArray(
    fc.record({ id: word, title: hostile, explanation: hostile, docs: fc.constant('docs/rules/X.md') }),
    { selector: ({ id }) => id, maxLength: 4 },
  ),
});

/** A report as a pull request would have it. */
export function plainReport(change: Partial<Report> = {}): Report {
  return {
    command: 'diff',
    subject: 'contract.json',
    against: 'old.json',
    conclusion: 'breaking',
    passed: false,
    url: null,
    contextId: null,
    file: 'contract.json',
    findings: [plainFinding()],
    rules: [
      { id: 'INPUT_REQUIRED_ADDED', title: 'An argument became required', explanation: 'Calls fail.', docs: '' },
      { id: 'TOOL_REMOVED', title: 'A tool was removed', explanation: 'Calls fail.', docs: '' },
    ],
    ...change,
  };
}

export function plainFinding(change: Partial<ReportFinding> = {}): ReportFinding {
  return {
    ruleId: 'INPUT_REQUIRED_ADDED',
    level: 'error',
    severity: 'breaking',
    source: 'diff',
    tool: 'get_forecast',
    path: '/inputSchema/properties/units',
    message: '"units" is now required.',
    fingerprint: 'sha256:aa',
    ...change,
  };
}
