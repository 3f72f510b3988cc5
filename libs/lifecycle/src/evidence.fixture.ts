import { digestOf } from '@rollcall/contract';
import { DEFAULT_POLICY, type Evidence, noEvidence } from './index.js';

/** The contract of the version under test. */
export const CONTRACT = digestOf('contract');

/** Evidence in which nothing is known but the time. */
export const NOTHING: Evidence = noEvidence('2026-11-20T12:00:00Z', DEFAULT_POLICY);

/** Evidence with which every guard but `before_sunset` is met. */
export const EVERYTHING: Evidence = {
  ...NOTHING,
  publisherId: 'prn_1',
  actorId: 'prn_2',
  actorKind: 'user',
  contractDigest: CONTRACT,
  approvedContractDigest: CONTRACT,
  concludedCheck: {
    id: 'chk_1',
    contractDigest: CONTRACT,
    conclusion: 'success',
    lintErrors: 0,
    at: '2026-11-20T10:00:00Z',
  },
  versionNumber: { allowed: true, message: '1.1.0 fits a safe change.', checkId: 'chk_1' },
  contact: 'https://runbooks.example/ledger',
  transport: 'remote',
  unauthenticatedAccess: { refused: true, inspectionId: 'ins_1', at: '2026-11-20T10:00:00Z' },
  transports: ['streamable-http'],
  surface: { tools: 2, estimatedTokens: 120 },
  criticality: 'high',
  approvals: [],
  destructiveTools: ['wipe'],
  approvalRules: { wipe: 'human' },
  stagingInspection: { id: 'ins_2', contractDigest: CONTRACT, at: '2026-11-20T10:00:00Z', outcome: 'healthy' },
  firstActive: false,
  changeClass: 'safe',
  goldenCalls: { total: 3, failed: 0, at: '2026-11-20T10:00:00Z' },
  consumerImpact: { broken: [] },
  slo: { objective: '99.9 %' },
  rollout: { lastStepReached: true, soaked: true, errorBudgetBurning: false },
  deprecation: {
    successor: { server: 'com.acme/ledger', version: '2.0.0', state: 'active', track: 'governed', loop: false },
    noSuccessor: false,
    sunsetAt: '2026-12-20T12:00:00Z',
    mapping: { tools: { pay: 'transfer' }, before: ['pay', 'list'], after: ['transfer', 'list'] },
    consumers: [{ agent: 'copilot', team: 'support', reachable: true }],
  },
  sunsetAt: '2026-11-20T12:00:00Z',
  usage: { lastCallAt: '2026-11-13T11:59:59Z', reportedUntil: '2026-11-20T11:59:00Z', gateways: 1, silent: [] },
  reliance: [],
  sharedRemotes: [],
};
