import { applyBaseline, type Baseline, baselineOf, holdsUp, type Report, withLines } from '@rollcall/reports';
import type { Command } from 'commander';
import { type CommandOptions, collect } from '../command-options.js';
import type { CommandOutcome } from '../command-spec.js';
import { EXIT } from '../errors/exit-codes.js';
import { usage } from '../errors/failure.js';
import type { Io } from '../io.js';
import { dim, inline, red } from '../output/style.js';
import { readBaselineFile, writeBaselineFile } from './baseline.file.js';
import { contextIdOf, inRepository, readInRepository } from './change-context.js';
import {
  checkDestinations,
  type ReportDestination,
  readDestinations,
  STANDARD_OUTPUT,
  writeReports,
} from './report-destination.js';

/** The options of every command that judges something: diff, lint, check. */
export function declareReporting(command: Command): void {
  command
    .option(
      '--report <format=file>',
      'also write a report: sarif, junit, github-actions, gitlab-code-quality or markdown, to a file or - (repeatable)',
      collect,
    )
    .option('--source <file>', 'the file reports point at, when the target is none')
    .option('--baseline <file>', 'accept the findings of this file; an entry that is not found any more fails')
    .option('--update-baseline', 'write what holds this up now to the file of --baseline');
}

type Asked = { destinations: ReportDestination[]; baseline: Baseline | null; options: CommandOptions };

/** The reports of one call: opened before the work, so that a wrong call costs nothing, finished after it. */
export class Reporting {
  private constructor(
    private readonly io: Io,
    private readonly asked: Asked,
  ) {}

  /** Reads {@link declareReporting}; refuses what cannot be written, and a baseline that cannot be read. */
  static async open(io: Io, options: CommandOptions): Promise<Reporting> {
    const destinations = readDestinations(options.list('report'));
    if (options.text('format') === 'json' && destinations.some(({ file }) => file === STANDARD_OUTPUT)) {
      throw usage('Standard output holds one document.', 'Write the report to a file, or leave --format json away.');
    }
    const update = options.flag('updateBaseline');
    const file = options.text('baseline');
    if (update && file === undefined) throw usage('--update-baseline needs a file.', 'Add --baseline FILE.');
    await checkDestinations(io, destinations);
    const baseline = file === undefined ? null : await readBaselineFile(io, file, { mayMiss: update });
    return new Reporting(io, { destinations, baseline, options });
  }

  /** What of a report does not come from the engines. `file` is that of the target, if it is one. */
  frame(file: string | null): Pick<Report, 'url' | 'contextId' | 'file'> {
    const source = this.asked.options.text('source');
    const contextId = this.asked.options.text('contextId') ?? contextIdOf(this.io.env);
    return { url: null, contextId, file: source === undefined ? file : inRepository(this.io.cwd, source) };
  }

  /** Applies the baseline, writes every report, and gives the outcome the exit code that is left. */
  async finish(report: Report, outcome: CommandOutcome): Promise<CommandOutcome> {
    const file = this.asked.options.text('baseline');
    const judged = file === undefined ? { report, text: '', data: {} } : await this.judge(file, report);
    await writeReports(this.io, await this.located(judged.report), this.asked.destinations);
    const aside = this.asked.destinations.some((one) => one.file === STANDARD_OUTPUT);
    const shown: CommandOutcome = {
      ...outcome,
      data: withBaseline(outcome.data, judged.data),
      text: judged.text === '' ? outcome.text : `${outcome.text}\n\n${judged.text}`,
      ...(aside ? { textOn: 'stderr' as const } : {}),
    };
    return verdict(shown, judged.report);
  }

  /** With the lines of findings, when the file can be read: without it a report is as true, only less handy. */
  private async located(report: Report): Promise<Report> {
    if (report.file === null || this.asked.destinations.length === 0) return report;
    const text = await readInRepository(this.io.cwd, report.file);
    return text === null ? report : withLines(report, text);
  }

  private async judge(file: string, report: Report): Promise<{ report: Report; text: string; data: object }> {
    const before = this.asked.baseline;
    const update = this.asked.options.flag('updateBaseline');
    const baseline = update || before === null ? baselineOf(report, before) : before;
    if (update) await writeBaselineFile(this.io, file, baseline);
    const { report: left, accepted, stale } = applyBaseline(report, baseline);
    const lines = left.findings
      .filter(({ source }) => source === 'baseline')
      .map(({ message }) => `  ${red(`✖ ${inline(message)}`)}`);
    const done = update ? `${baseline.accepted.length} accepted from now on` : `${accepted} accepted, ${stale} stale`;
    const text = [dim(`baseline ${inline(file)}: ${done}`), ...lines].join('\n');
    return { report: left, text, data: { baseline: { accepted, stale } } };
  }
}

/** What holds up is a no, whatever else is undecided; what the baseline took away is none any more. */
function verdict(outcome: CommandOutcome, report: Report): CommandOutcome {
  const { exitCode, ...rest } = outcome;
  if (!report.passed && report.findings.some(holdsUp)) return { ...rest, failure: null, exitCode: EXIT.no };
  const kept = exitCode === undefined || (exitCode === EXIT.no && report.passed) ? {} : { exitCode };
  return { ...rest, ...kept };
}

function withBaseline(data: unknown, baseline: object): unknown {
  if (typeof data !== 'object' || data === null || Object.keys(baseline).length === 0) return data;
  return { ...data, ...baseline };
}
