import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import type { Log } from 'sarif';
import { hostileReport, plainFinding, plainReport } from '../test/report.fixture.js';
import { readXml } from '../test/xml.fixture.js';
import { REPORT_WRITERS } from './formats.js';
import { writeGithubAnnotations } from './github-annotations.writer.js';
import { writeGitlabCodeQuality } from './gitlab-code-quality.writer.js';
import { writeJunit } from './junit.writer.js';
import { commentMarker, writeMarkdown, writeSummary } from './markdown.writer.js';
import { holdsUp, ruleName, rulesOf } from './ranking.js';
import { MAX_SARIF_RESULTS, writeSarif } from './sarif.writer.js';

const require = createRequire(import.meta.url);
const RUNS = { numRuns: 300 };
/** What no format may carry raw: it would move, hide or reorder what a person reads. */
const UNSEEN = /(?!\n)\p{Cc}|[\p{Cs}\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

function sarifSchema(): ValidateFunction {
  const file = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const { $schema: _draft4, id: _id, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  return ajv.compile(schema);
}

const many = (count: number) =>
  plainReport({ findings: Array.from({ length: count }, (_, at) => plainFinding({ fingerprint: `f${at}` })) });

describe('every format', () => {
  it('carries no character that a person cannot see, and no lone surrogate', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        for (const write of Object.values(REPORT_WRITERS)) {
          expect(write(report)).not.toMatch(UNSEEN);
        }
      }),
      RUNS,
    );
  });

  it('says the same for the same report', () => {
    for (const write of Object.values(REPORT_WRITERS)) expect(write(plainReport())).toBe(write(plainReport()));
  });

  it('stays small when a server says a megabyte', () => {
    const findings = [plainFinding({ message: '\u202E'.repeat(1_000_000), tool: 'x'.repeat(1_000_000) })];
    for (const write of Object.values(REPORT_WRITERS)) {
      expect(write(plainReport({ findings, subject: '|'.repeat(1_000_000) })).length).toBeLessThan(100_000);
    }
  });
});

describe('SARIF', () => {
  const valid = sarifSchema();

  it('is valid under the published schema, whatever the texts', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const log: unknown = JSON.parse(writeSarif(report));
        if (!valid(log)) throw new Error(JSON.stringify(valid.errors));
        const [run] = (log as Log).runs;
        const ids = run?.tool.driver.rules?.map(({ id }) => id);
        for (const { ruleId, ruleIndex } of run?.results ?? []) expect(ids?.[ruleIndex ?? -1]).toBe(ruleId);
      }),
      RUNS,
    );
  });

  it('is refused by that schema when it is wrong', () => {
    const log = JSON.parse(writeSarif(plainReport())) as Log;
    expect(valid({ ...log, version: '2.0.0' })).toBe(false);
    expect(valid({ ...log, runs: [{ results: [{}] }] })).toBe(false);
  });

  it('says where a finding is, by file and by tool', () => {
    const log = JSON.parse(writeSarif(plainReport({ file: './mcp/my server.json' }))) as Log;
    expect(log.runs[0]?.results?.[0]).toMatchObject({
      ruleId: 'INPUT_REQUIRED_ADDED',
      level: 'error',
      partialFingerprints: { primaryLocationLineHash: 'sha256:aa', 'rollcall/v1': 'sha256:aa' },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'mcp/my%20server.json' }, region: { startLine: 1 } },
          logicalLocations: [{ fullyQualifiedName: 'tool:get_forecast/input/units' }],
        },
      ],
    });
  });

  it('describes rules that were not broken too', () => {
    const log = JSON.parse(writeSarif(plainReport())) as Log;
    expect(log.runs[0]?.tool.driver.rules).toMatchObject([{ id: 'INPUT_REQUIRED_ADDED' }, { id: 'TOOL_REMOVED' }]);
  });

  it('makes no link of brackets, and suppresses what is approved', () => {
    const findings = [plainFinding({ message: '[x](https://evil.example)', approvedBy: 'ada' })];
    const log = JSON.parse(writeSarif(plainReport({ findings }))) as Log;
    expect(log.runs[0]?.results?.[0]?.message.text).toContain('\\[x\\](https');
    expect(log.runs[0]?.results?.[0]?.suppressions).toMatchObject([{ kind: 'external', status: 'accepted' }]);
  });

  it('holds fewer than 5,000 results, the worst, and says how many are left out', () => {
    const findings = [
      ...Array.from({ length: 5_500 }, (_, at) => plainFinding({ level: 'note', fingerprint: `n${at}` })),
      plainFinding({ fingerprint: 'worst' }),
    ];
    const [run] = (JSON.parse(writeSarif(plainReport({ findings }))) as Log).runs;
    expect(run?.results).toHaveLength(MAX_SARIF_RESULTS);
    expect(run?.results?.[0]?.partialFingerprints?.['rollcall/v1']).toBe('worst');
    expect(run?.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toMatch(/^502 more/);
  });
});

describe('JUnit', () => {
  it('reads back as XML with one case for each rule, whatever the texts', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const root = readXml(writeJunit(report));
        const [suite] = root.children;
        expect([root.name, suite?.name, root.children.length]).toEqual(['testsuites', 'testsuite', 1]);
        const rules = rulesOf(report);
        expect(suite?.children.map(({ name }) => name)).toEqual(rules.map(() => 'testcase'));
        const failing = new Set(report.findings.filter(holdsUp).map(({ ruleId }) => ruleName(ruleId)));
        const failed = suite?.children.filter(({ children }) => children.some(({ name }) => name === 'failure'));
        expect(failed).toHaveLength(failing.size);
        expect(suite?.attributes).toMatchObject({ tests: String(rules.length), failures: String(failing.size) });
      }),
      RUNS,
    );
  });

  it('keeps what was said', () => {
    const [suite] = readXml(writeJunit(plainReport({ findings: [plainFinding({ message: 'a < b & "c"' })] }))).children;
    expect(suite?.children[0]?.children[0]?.attributes).toEqual({ type: 'breaking', message: 'a < b & "c"' });
    expect(suite?.children[1]).toMatchObject({ attributes: { name: 'TOOL_REMOVED' }, children: [] });
  });

  it('fails for nothing that is approved or only told', () => {
    const findings = [plainFinding({ approvedBy: 'ada' }), plainFinding({ ruleId: 'TOOL_REMOVED', level: 'warning' })];
    expect(writeJunit(plainReport({ findings }))).toContain('failures="0"');
  });
});

describe('GitLab code quality', () => {
  it('has every required field and no fingerprint twice, whatever the texts', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const entries = JSON.parse(writeGitlabCodeQuality(report)) as Record<string, unknown>[];
        expect(entries).toHaveLength(report.findings.length);
        for (const entry of entries) {
          expect(entry).toMatchObject({
            description: expect.any(String),
            check_name: expect.any(String),
            fingerprint: expect.any(String),
            severity: expect.stringMatching(/^(info|minor|major|critical|blocker)$/),
            location: { path: expect.stringMatching(/^[^\n]+$/), lines: { begin: expect.any(Number) } },
          });
        }
      }),
      RUNS,
    );
    const twice = JSON.parse(writeGitlabCodeQuality(plainReport({ findings: [plainFinding(), plainFinding()] })));
    expect(twice.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).toEqual(['sha256:aa', 'sha256:aa-2']);
  });
});

describe('GitHub annotations', () => {
  it('are workflow commands of ours and nothing else, whatever the texts', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const lines = writeGithubAnnotations(report).split('\n').slice(0, -1);
        const commands = lines.filter((line) => line.startsWith('::'));
        expect(commands).toHaveLength(Math.min(report.findings.length, 10));
        expect(lines.length - commands.length).toBe(report.findings.length > 10 ? 1 : 0);
        for (const line of commands) {
          const [, properties = ''] = /^::(?:error|warning|notice) (.*?)::/.exec(line) ?? [];
          const names = properties.split(',').map((pair) => pair.split('=')[0]);
          expect(names).toEqual(report.file === null ? ['title'] : ['file', 'line', 'title']);
        }
      }),
      RUNS,
    );
  });

  it('come worst first, at most ten, and count the rest', () => {
    const findings = [plainFinding({ level: 'note' }), ...many(12).findings];
    const lines = writeGithubAnnotations(plainReport({ findings })).trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe(
      '::error file=contract.json,line=1,title=INPUT_REQUIRED_ADDED get_forecast › input › units::"units" is now required.',
    );
    expect(lines[10]).toMatch(/^and 3 more/);
  });
});

describe('Markdown', () => {
  type Token = { type: string; content: string; children: Token[] | null };
  const MarkdownIt = require('markdown-it') as new (options: object) => { parse(text: string, env: object): Token[] };
  const reader = new MarkdownIt({ html: true, linkify: true });
  const flat = (tokens: readonly Token[]): Token[] => tokens.flatMap((token) => [token, ...flat(token.children ?? [])]);

  it('is a heading, a sentence and a table of ours, whatever the texts', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const tokens = flat(reader.parse(writeMarkdown({ ...report, url: null }), {}));
        const count = (type: string) => tokens.filter((token) => token.type === type).length;
        expect(count('heading_open')).toBe(1);
        expect(count('table_open')).toBe(report.findings.length > 0 ? 1 : 0);
        expect(count('tr_open')).toBe(report.findings.length > 0 ? report.findings.length + 1 : 0);
        expect(count('td_open')).toBe(report.findings.length * 4);
        expect(count('html_block')).toBe(1);
        const kinds = ['link_open', 'image', 'em_open', 'strong_open', 's_open', 'code_inline', 'fence', 'code_block'];
        expect(kinds.map(count)).toEqual(kinds.map(() => 0));
        const html = tokens.filter(({ type }) => type === 'html_inline').map(({ content }) => content);
        expect(html.filter((tag) => !['<code>', '</code>', '<br>'].includes(tag))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('mentions nobody and refers to nothing', () => {
    const findings = [plainFinding({ message: '@ada see acme/x#12 and !3' })];
    const text = writeMarkdown(plainReport({ findings }));
    expect(text).toContain('&#64;&#8203;ada see acme/x&#35;&#8203;12');
  });

  it('begins with a hidden line that names the change, and nothing in it ends the comment', () => {
    fc.assert(
      fc.property(hostileReport, ({ contextId }) => {
        expect(commentMarker(contextId)).toMatch(/^<!-- rollcall:report [A-Za-z0-9%_.!~*'()]+ -->$/);
      }),
      RUNS,
    );
    expect(writeMarkdown(plainReport({ contextId: 'github:acme/x:12' })).split('\n')[0]).toBe(
      '<!-- rollcall:report github%3Aacme%2Fx%3A12 -->',
    );
  });

  it('has the verdict first and links to nothing but the control plane', () => {
    const text = writeMarkdown(plainReport({ url: 'https://rollcall.example.com/checks/1' }));
    expect(text.split('\n')[1]).toMatch(/^### ✖ breaking&#58; diff of contract\.json against old\.json$/);
    expect(text).toContain('[The recorded check](https://rollcall.example.com/checks/1)');
    expect(writeMarkdown(plainReport({ url: 'javascript:alert(1)' }))).not.toContain('recorded check');
  });

  it('fits into a comment, and the summary into its megabyte', () => {
    const report = many(20_000);
    expect(Buffer.byteLength(writeMarkdown(report))).toBeLessThan(65_536);
    const summary = writeSummary(report);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toMatch(/\nand \d+ more\.\n$/);
    expect(writeSummary(many(500))).not.toContain('more.');
  });
});
