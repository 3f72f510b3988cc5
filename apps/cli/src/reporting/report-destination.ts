import { constants } from 'node:fs';
import { access, appendFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { MAX_SUMMARY_BYTES, REPORT_WRITERS, type Report, type ReportFormat, writeSummary } from '@rollcall/reports';
import { usage } from '../errors/failure.js';
import type { Io } from '../io.js';
import { unwritable, writeOutput } from '../output/output-file.js';

/** One report that was asked for: in which format, and where to. */
export type ReportDestination = { format: ReportFormat; file: string };

/** Standard output, as `-` says it. */
export const STANDARD_OUTPUT = '-';

const FORMATS = Object.keys(REPORT_WRITERS).join(', ');

/** Reads `--report FORMAT=FILE`; two reports cannot have one place. */
export function readDestinations(texts: readonly string[]): ReportDestination[] {
  const destinations = texts.map(readDestination);
  const places = destinations.map(({ file }) => file);
  const twice = places.find((file, at) => places.indexOf(file) !== at);
  if (twice === undefined) return destinations;
  const what = twice === STANDARD_OUTPUT ? 'Standard output holds' : `${twice} holds`;
  throw usage(`${what} one report, and two were asked for.`, 'Give each --report a file of its own.', 'INVALID_REPORT');
}

function readDestination(text: string): ReportDestination {
  const at = text.indexOf('=');
  const [format, file] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  if (!Object.hasOwn(REPORT_WRITERS, format)) {
    throw usage(`There is no report format "${format}".`, `Use one of: ${FORMATS}.`, 'INVALID_REPORT');
  }
  if (file !== '') return { format: format as ReportFormat, file };
  throw usage(`--report ${text} names no file.`, `Write --report ${format}=FILE, or ${format}=-.`, 'INVALID_REPORT');
}

/** Refuses a place that cannot be written before the work is done, not after it. */
export async function checkDestinations(io: Io, destinations: readonly ReportDestination[]): Promise<void> {
  for (const { file } of destinations.filter((one) => one.file !== STANDARD_OUTPUT)) {
    const target = path.resolve(io.cwd, file);
    await access(path.dirname(target), constants.W_OK).catch((error: unknown) => {
      throw unwritable(file, error);
    });
    const found = await stat(target).catch(() => null);
    if (found?.isDirectory()) throw unwritable(file, { code: 'EISDIR' });
  }
}

/** Writes every report; those for standard output as they are. */
export async function writeReports(io: Io, report: Report, destinations: readonly ReportDestination[]): Promise<void> {
  for (const { format, file } of destinations) {
    const text = REPORT_WRITERS[format](report);
    if (file === STANDARD_OUTPUT) io.stdout(text);
    else await writeOutput(io, file, text);
    if (format === 'github-actions') await appendStepSummary(io, report);
  }
}

/** GitHub shows ten annotations; the whole table belongs to the page of the run, of which a step may fill one mebibyte. */
async function appendStepSummary(io: Io, report: Report): Promise<void> {
  const file = io.env['GITHUB_STEP_SUMMARY'];
  if (!file) return;
  const before = await stat(file).catch(() => null);
  const room = MAX_SUMMARY_BYTES - (before?.size ?? 0) - 1;
  if (room < 2_000) return;
  await appendFile(file, `${writeSummary(report, room)}\n`).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}
