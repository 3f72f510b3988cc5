// What a run of jest came to. Zero tests, a missing report and a crash are failures: silence proves nothing.
import { existsSync, readFileSync } from 'node:fs';

/** `{ passed, failed }` from jest's JSON report and its exit code; a suite that did not even load counts one failure. */
export function countTests(reportFile, exitCode) {
  const report = read(reportFile);
  if (report === undefined || report.numTotalTests === 0) return { passed: 0, failed: 1 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return { passed: report.numPassedTests, failed: exitCode !== 0 && failed === 0 ? 1 : failed };
}

function read(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
