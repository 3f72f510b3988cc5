export { type CaseDescription, caseTable, describeCases } from './case-table.js';
export {
  CASE_GROUPS,
  CASE_LEVELS,
  type CaseCounts,
  type CaseGroup,
  type CaseLevel,
  type CaseOutcome,
  type CaseResult,
  type ConformanceReport,
  type Evidence,
} from './conformance.js';
export { type ClientLimits, DEFAULT_LIMITS, type Fetch } from './registry.client.js';
export { junitReport } from './report/junit.writer.js';
export { markdownReport } from './report/markdown.writer.js';
export { type ConformanceOptions, runConformance } from './run-conformance.js';
export type { GalleryPage, GalleryServer } from './vscode-gallery.js';
export { galleryPageOf } from './vscode-gallery.js';
export type { WriteAccess } from './write-stage.js';
