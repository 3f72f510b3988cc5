import type { CaseGroup, CaseLevel } from './conformance.js';
import type { RegistryProbe } from './probe.js';
import type { Verdict } from './verdict.js';
import type { WriteStage } from './write-stage.js';

/** What a case works with. `stage` is there for cases that write. */
export type CaseRun = { probe: RegistryProbe; stage: WriteStage };

/** One case as data: what a conformant registry does, who says so, and the function that finds out. */
export type ConformanceCase = {
  id: string;
  level: CaseLevel;
  sentence: string;
  source: string;
  /** What must work before this can be judged; default `list`. */
  needs?: 'nothing' | 'list' | 'write';
  /** Ends with a verdict, or by throwing `CaseEnded`. */
  run(run: CaseRun): Promise<Verdict> | Verdict;
};

/** The cases of one group. */
export type CaseFile = { group: CaseGroup; cases: readonly ConformanceCase[] };
