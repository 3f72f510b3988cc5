export {
  applyBaseline,
  BASELINE_STALE,
  type Baseline,
  type BaselinedReport,
  baselineOf,
  readBaseline,
} from './baseline.js';
export { REPORT_WRITERS, type ReportFormat } from './formats.js';
export { MAX_ANNOTATIONS, writeGithubAnnotations } from './github-annotations.writer.js';
export { writeGitlabCodeQuality } from './gitlab-code-quality.writer.js';
export { writeJunit } from './junit.writer.js';
export { withLines } from './lines.js';
export { commentMarker, MAX_SUMMARY_BYTES, writeMarkdown, writeSummary } from './markdown.writer.js';
export { logicalName, placeOf } from './place.js';
export { countsOf, countsText, holdsUp, type ReportCounts, worstFirst } from './ranking.js';
export * from './report.js';
export { oneLine } from './safe-text.js';
export { MAX_SARIF_RESULTS, writeSarif } from './sarif.writer.js';
