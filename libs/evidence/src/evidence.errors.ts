import { type JsonObject, Refusal } from '@rollcall/kernel';
import type { GoldenIssue } from './golden-set.js';

export function goldenInvalid(issues: readonly GoldenIssue[]): Refusal {
  const [first] = issues;
  return new Refusal({
    code: 'GOLDEN_CALLS_INVALID',
    message: `The golden calls cannot be read: ${first?.path ?? ''}: ${first?.message ?? ''}`,
    nextStep: 'Correct every issue listed in details.issues; docs/operations/golden-calls.md describes the file.',
    path: ['document', ...(first?.path ? first.path.split('.') : [])],
    details: { issues } as unknown as JsonObject,
  });
}

export const goldenMissing = (server: string): Refusal =>
  new Refusal({
    code: 'GOLDEN_CALLS_MISSING',
    message: `No golden calls are declared for ${server}.`,
    nextStep: `Declare some with: rollcall golden set ${server} rollcall.golden.yaml`,
  });

export const notStaging = (environment: string): Refusal =>
  new Refusal({
    code: 'NOT_A_STAGING_ENVIRONMENT',
    message: `${environment} is not an environment of the kind staging, and nothing is called for evidence elsewhere.`,
    nextStep: 'Name an environment of the kind staging: rollcall environments list',
    path: ['environment'],
  });

export const noStagingEndpoint = (): Refusal =>
  new Refusal({
    code: 'NO_STAGING_ENDPOINT',
    message: 'The version has no endpoint in an environment of the kind staging.',
    nextStep: 'Set one with: rollcall endpoints set NAME@VERSION --environment staging --url URL',
    path: ['environment'],
  });

export const permissionRefused = (message: string, nextStep: string): Refusal =>
  new Refusal({ code: 'GOLDEN_PERMISSION_REFUSED', message, nextStep, path: ['tool'] });

export const objectiveInvalid = (path: string, message: string, nextStep: string): Refusal =>
  new Refusal({ code: 'OBJECTIVE_INVALID', message, nextStep, path: [path] });

export const kitMissing = (): Refusal =>
  new Refusal({
    code: 'CONFORMANCE_KIT_MISSING',
    message: 'The conformance kit is not installed where this worker runs.',
    nextStep: 'Run npm run conformance-kit there, or name its folder in ROLLCALL_CONFORMANCE_KIT_DIR; then ask again.',
  });

export const noConformance = (message: string): Refusal =>
  new Refusal({
    code: 'CONFORMANCE_NOT_POSSIBLE',
    message,
    nextStep:
      'The scenarios speak HTTP: set an http or https endpoint that answers and that the network policy allows.',
  });
