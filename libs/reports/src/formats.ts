import { writeGithubAnnotations } from './github-annotations.writer.js';
import { writeGitlabCodeQuality } from './gitlab-code-quality.writer.js';
import { writeJunit } from './junit.writer.js';
import { writeMarkdown } from './markdown.writer.js';
import type { Report } from './report.js';
import { writeSarif } from './sarif.writer.js';

/** Every format a report is written in. */
export type ReportFormat = 'sarif' | 'junit' | 'github-actions' | 'gitlab-code-quality' | 'markdown';

/** The writer of each format. */
export const REPORT_WRITERS: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  sarif: writeSarif,
  junit: writeJunit,
  'github-actions': writeGithubAnnotations,
  'gitlab-code-quality': writeGitlabCodeQuality,
  markdown: writeMarkdown,
};
