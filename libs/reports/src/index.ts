export {
  applyBaseline,
  type Baseline,
  baselineOf,
  readBaseline,
} from './baseline.js';
export { REPORT_WRITERS, type ReportFormat } from './formats.js';
export { withLines } from './lines.js';
export { MAX_SUMMARY_BYTES, writeSummary } from './markdown.writer.js';
export { placeOf } from './place.js';
export { holdsUp } from './ranking.js';
export * from './report.js';
