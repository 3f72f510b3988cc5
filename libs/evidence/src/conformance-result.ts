import { err, ok, type Result } from '@rollcall/kernel';
import { z } from 'zod';
import { NOT_TESTABLE_CHECKS, WIRE_CHECK } from './conformance-scenario.catalogue.js';
import { storable } from './storable-text.js';

/** One check of a scenario as the suite reported it; `not_testable` needs something only the suite's own server has. */
export type ConformanceCheck = {
  id: string;
  status: 'passed' | 'failed' | 'warning' | 'skipped' | 'not_testable';
  message: string | null;
};

/** One scenario: failed when a check failed, passed when one passed, else skipped, whatever the suite printed. */
export type ConformanceScenario = {
  name: string;
  status: 'passed' | 'failed' | 'skipped';
  reason: string | null;
  checks: ConformanceCheck[];
};

const MAX_CHECKS = 200;
const CHECKS = z
  .array(
    z.object({
      id: z.string().max(200),
      status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
      errorMessage: z.string().optional(),
    }),
  )
  .max(MAX_CHECKS);

/** The suite says so itself, or asked for lists that a server need not have. */
const NOT_TESTABLE = /^(Not testable|(prompts|resources)\/\S+ returned JSON-RPC error -32601)/;
const STATUS = {
  SUCCESS: 'passed',
  FAILURE: 'failed',
  WARNING: 'warning',
  SKIPPED: 'skipped',
  INFO: 'skipped',
} as const;

/** Reads what the suite left behind for one scenario. A tick without a single check that passed is a skip. */
export function readScenario(name: string, text: string): Result<ConformanceScenario, string> {
  const parsed = CHECKS.safeParse(parse(text));
  if (!parsed.success) return err('The suite left a result that cannot be read.');
  const checks = parsed.data.map((check): ConformanceCheck => {
    const testable = !NOT_TESTABLE_CHECKS.includes(check.id) && !NOT_TESTABLE.test(check.errorMessage ?? '');
    const message = check.errorMessage === undefined ? null : storable(check.errorMessage.slice(0, 500));
    return { id: check.id, status: testable ? STATUS[check.status] : 'not_testable', message };
  });
  return ok({ name, ...conclude(checks), checks });
}

/** A scenario nothing is known of. */
export function skippedScenario(name: string, reason: string): ConformanceScenario {
  return { name, status: 'skipped', reason, checks: [] };
}

function conclude(checks: readonly ConformanceCheck[]): Pick<ConformanceScenario, 'status' | 'reason'> {
  const failed = checks.find((check) => check.status === 'failed');
  if (failed) return { status: 'failed', reason: failed.message ?? failed.id };
  const passed = checks.some((check) => check.status === 'passed' && check.id !== WIRE_CHECK);
  if (passed) return { status: 'passed', reason: null };
  return { status: 'skipped', reason: checks[0]?.message ?? 'The scenario made no check.' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || (error as Error).name === 'SyntaxError') return null;
    throw error;
  }
}
