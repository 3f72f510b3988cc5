import type { Contract, IntakeIssue } from '@rollcall/contract';
import type { Observation } from '@rollcall/mcp-client';

/** A contract and how it came to be; `issues` name what was left out, `observation` is null for what was only read. */
export type LoadedContract = { contract: Contract; issues: IntakeIssue[]; observation: ObservationSummary | null };

/** What is worth printing about how a contract was seen. */
export type ObservationSummary = Pick<
  Observation,
  'outcome' | 'detail' | 'era' | 'protocolVersion' | 'transport' | 'serverInfo' | 'latencyMs' | 'issues'
>;
