import { HOUR_MS } from '@rollcall/kernel';
import { manifestOf, NOON } from '@rollcall/testing';
import { approvedCheck, heldUpCheck, ownCheck } from './check-targets.js';
import { evidence } from './evidence-targets.js';
import { lintException, ruleSetRevision } from './quality-targets.js';
import type { GraphqlRow } from './row.js';
import type { Target } from './targets.js';
import * as aim from './targets.js';

const LATER = new Date(Date.parse(NOON) + 60 * 24 * HOUR_MS).toISOString();

type Input = (target: Target, caller: { handle: string }) => object;

/** A mutation with one input. */
const row = (target: aim.TargetMaker, input: Input, more: Partial<GraphqlRow> = {}): GraphqlRow => ({
  target,
  variables: (t, caller) => ({ input: input(t, caller) }),
  ...more,
});
const version = (t: Target) => ({ byId: t['versionId'] });
const server = (t: Target) => ({ byName: t['server'] });
const step =
  (to: string, more: object = {}): Input =>
  (t) => ({ version: version(t), to, ...more });
/** The receiving side of a transfer sees it. */
const OFFERED = { toldTo: ['mkt-dev', 'mkt-maint'] };
const SPEC = {
  openapi: '3.1.0',
  info: { title: 'Ledger', version: '1.0.0', description: 'Keeps the books.' },
  paths: { '/entries': { get: { operationId: 'list', summary: 'List', responses: {} } } },
};
const APPROVED = { approvalRules: { '*': 'human' } };
const NO_SUCCESSOR = { noSuccessor: true, sunsetAt: LATER, message: 'It ends.' };
const HELD = { quarantineReason: 'It leaks.' };
const CALL = { name: 'greets', tool: 'greet', arguments: { name: 'Ada' } };

const REGISTRY: Record<string, GraphqlRow> = {
  'Mutation.namespaceClaim': row(aim.freshName, (t) => ({ name: t['namespace'], team: t['team'] })),
  'Mutation.environmentCreate': row(aim.freshName, (t) => ({
    name: `env-${(t['server'] ?? '').replace(/[^a-z0-9]+/g, '-').slice(-40)}`.replace(/-+$/, ''),
    kind: 'staging',
  })),
  'Mutation.namespaceChallengeCreate': row(aim.freshName, (t) => ({ name: t['namespace'], team: t['team'] })),
  'Mutation.namespaceProve': row(aim.challenge, (t) => ({ name: t['namespace'], method: 'dns' })),
  'Mutation.serverPublish': row(aim.freshName, (t) => ({ manifest: manifestOf(t['server'] ?? '', '1.0.0') })),
  'Mutation.serverPublish (next version)': row(aim.copyOf('active'), (t) => ({
    manifest: manifestOf(t['server'] ?? '', '1.0.1'),
  })),
  'Mutation.serverImportOpenApi': row(aim.freshName, (t) => ({ document: SPEC, name: t['server'] })),
  'Mutation.endpointSet (staging)': row(aim.copyOf('staging'), (t) => ({
    version: version(t),
    environment: 'staging',
    transport: 'streamable_http',
    url: 'https://ledger.example.com/mcp',
  })),
  'Mutation.endpointSet (production)': row(aim.copyOf('staging'), (t) => ({
    version: version(t),
    environment: 'production',
    transport: 'streamable_http',
    url: 'https://ledger.example.com/mcp',
  })),
  'Mutation.mirrorSet': row(aim.freshName, (t) => ({
    name: t['slug'],
    url: 'https://registry.example.com',
    precedence: 500 + (Number(t['number']) % 500),
  })),
  'Mutation.mirrorRemove': row(aim.mirror, (t) => ({ name: t['mirror'] })),
  'Mutation.mirrorSync': row(aim.mirror, (t) => ({ name: t['mirror'] })),
  'Mutation.catalogueKeyRotate': { last: true },
  'Mutation.catalogueKeyRevoke': { last: true },
  'Mutation.goldenCallsSet': row(aim.copyOf('staging'), (t) => ({ server: server(t), document: { calls: [CALL] } })),
  'Mutation.goldenRun': row(evidence, (t) => ({ version: version(t) })),
  'Mutation.goldenPermissionGrant': row(evidence, (t) => ({
    version: version(t),
    tool: 'wipe',
    reason: 'A ledger made for this.',
    expiresAt: LATER,
  })),
  'Mutation.goldenPermissionRevoke': row(evidence, (t) => ({ id: t['permission'] })),
  'Mutation.serverObjectiveSet': row(aim.copyOf('staging'), (t) => ({ server: server(t), availability: 99.5 })),
  'Mutation.conformanceRun': row(evidence, (t) => ({ version: version(t) })),
  'Mutation.endpointProbe': row(aim.endpoint, (t) => ({ endpoint: t['endpointId'] })),
  'Mutation.inspectionRequest': row(aim.copyOf('staging'), (t) => ({ version: version(t) })),
  'Mutation.checkRequest': row(aim.copyOf('staging'), (t) => ({ version: version(t) })),
  'Mutation.checkRequest (candidate)': row(aim.copyOf('active'), (t) => ({
    candidate: { server: t['server'], contract: { tools: [] } },
  })),
  'Mutation.checkRequest (new server)': row(aim.freshName, (t) => ({
    candidate: { server: t['server'], contract: { tools: [] } },
  })),
  'Mutation.changeApprove': row(heldUpCheck, (t) => ({ check: t['check'], all: true, reason: 'Agreed.' })),
  'Mutation.changeApprove (asked for it)': row(ownCheck, (t) => ({ check: t['check'], all: true, reason: 'Fine.' })),
  'Mutation.changeRevoke': row(approvedCheck, (t) => ({ check: t['check'], all: true, reason: 'Not yet.' })),
};

const LIFECYCLE: Record<string, GraphqlRow> = {
  'Mutation.versionTransition (submit)': row(aim.copyOf('draft'), step('in_review')),
  'Mutation.versionTransition (return)': row(aim.copyOf('in_review'), step('draft', { reason: 'Not yet.' })),
  'Mutation.versionTransition (reject)': row(aim.copyOf('in_review'), step('rejected', { reason: 'No.' })),
  'Mutation.versionTransition (approve)': row(aim.copyOf('in_review'), step('staging', APPROVED)),
  'Mutation.versionTransition (promote)': row(aim.copyOf('staging'), step('active')),
  'Mutation.versionTransition (promote critical)': row(aim.criticalCopy('staging'), step('active')),
  'Mutation.versionTransition (roll back)': row(
    aim.copyOf('staging', { state: 'canary' }),
    step('staging', { reason: 'It burns.' }),
  ),
  'Mutation.versionTransition (deprecate)': row(aim.copyOf('active'), step('deprecated', NO_SUCCESSOR)),
  'Mutation.versionTransition (restore)': row(aim.copyOf('deprecated'), step('active', { reason: 'It stays.' })),
  'Mutation.versionTransition (decommission)': row(aim.copyOf('deprecated'), step('decommissioned')),
  'Mutation.versionTransition (override)': row(
    aim.copyOf('deprecated'),
    step('decommissioned', { override: true, reason: 'Now.' }),
  ),
  'Mutation.versionApprove': row(aim.copyOf('in_review'), (t) => ({ version: version(t), ...APPROVED })),
  'Mutation.breakGlassRequest': row(aim.unprovenVersion, step('active', { reason: 'Down.' })),
  'Mutation.breakGlassConfirm': row(aim.breakGlass, (t) => ({ id: t['request'] })),
  'Mutation.breakGlassCancel': row(aim.breakGlass, (t) => ({ id: t['request'] })),
  'Mutation.driftDismiss': row(aim.drift, (t) => ({ id: t['drift'], reason: 'Known.' })),
  'Mutation.exceptionGrant': row(aim.copyOf('draft'), (t) => ({
    server: server(t),
    guard: 'unauthenticated_access_refused',
    reason: 'Behind a proxy.',
    expiresAt: LATER,
  })),
  'Mutation.ruleSetSet': row(ruleSetRevision, (t) => ({
    namespace: t['namespace'],
    document: { rules: { TOOL_NAME_STYLE: 'off' } },
    reason: 'Old names.',
    expectedRevision: Number(t['revision']),
  })),
  'Mutation.lintExceptionGrant': row(aim.copyOf('draft'), (t) => ({
    server: server(t),
    rule: 'SECRET_PARAMETER',
    reason: 'It makes them.',
    expiresAt: LATER,
  })),
  'Mutation.lintExceptionRevoke': row(lintException, (t) => ({ id: t['exception'] })),
  'Mutation.versionQuarantine': row(aim.copyOf('active'), (t) => ({ version: version(t), reason: 'It leaks.' })),
  'Mutation.versionRelease': row(aim.copyOf('active', HELD), (t) => ({ version: version(t), reason: 'Mended.' })),
  'Mutation.serverTransferRequest': row(aim.copyOf('draft'), (t) => ({
    server: server(t),
    toTeam: 'marketing',
    reason: 'Theirs.',
  })),
  'Mutation.serverTransferRequest (direct)': row(aim.copyOf('draft'), (t) => ({
    server: server(t),
    toTeam: 'marketing',
    reason: 'Theirs.',
    direct: true,
  })),
  'Mutation.serverTransferAccept': row(aim.transfer, (t) => ({ id: t['transfer'] }), OFFERED),
  'Mutation.serverTransferDecline': row(aim.transfer, (t) => ({ id: t['transfer'], reason: 'Not ours.' }), OFFERED),
  'Mutation.serverTransferCancel': row(aim.transfer, (t) => ({ id: t['transfer'] }), OFFERED),
  'Mutation.serverRename': row(aim.copyOf('draft'), (t) => ({ server: server(t), name: `${t['server']}-renamed` })),
  'Mutation.policySet': row(
    aim.policyRevision,
    (t) => ({ document: {}, reason: 'Decided.', expectedRevision: Number(t['revision']) }),
    { last: true },
  ),
};

const FLEET: Record<string, GraphqlRow> = {
  'Mutation.agentCreate': row(aim.freshName, (t) => ({ slug: t['slug'], name: 'New', team: t['team'] })),
  'Mutation.agentTokenIssue': row(aim.agent, (t) => ({ agent: t['agent'] })),
  'Mutation.expectationPublish': row(aim.agent, (t) => ({
    agent: t['agent'],
    document: { agent: t['agent'], servers: [{ server: 'com.acme.payments/ledger', tools: { wipe: {} } }] },
  })),
  'Mutation.grantCreate': row(aim.agent, (t) => ({
    agent: t['agent'],
    server: { byName: 'com.acme.payments/ledger' },
    environment: 'staging',
    tools: ['wipe'],
  })),
  'Mutation.grantRevoke': row(aim.grant, (t) => ({ id: t['grant'], reason: 'Unused.' })),
  'Mutation.bundlePublish': { variables: () => ({ input: { environment: 'production' } }) },
  'Mutation.gatewayEnroll': row(aim.freshName, (t) => ({ name: t['slug'], environment: 'production' })),
  'Mutation.webhookCreate': row(aim.paymentsTeam, (t) => ({ team: t['team'], url: 'https://hooks.example.com/' })),
  'Mutation.webhookCreate (organization)': { variables: () => ({ input: { url: 'https://hooks.example.com/' } }) },
  'Mutation.webhookUpdate': row(aim.webhook, (t) => ({ id: t['webhook'], description: 'Mine.' })),
  'Mutation.webhookDelete': row(aim.webhook, (t) => ({ id: t['webhook'] })),
  'Mutation.webhookSecretRotate': row(aim.webhook, (t) => ({ id: t['webhook'] })),
  'Mutation.webhookTest': row(aim.webhook, (t) => ({ id: t['webhook'] })),
  'Mutation.deliveryRedeliver (one)': row(aim.delivery, (t) => ({ delivery: t['delivery'] })),
  'Mutation.deliveryRedeliver (all)': row(aim.delivery, (t) => ({ deadOf: t['webhook'] })),
  'Mutation.noticeMarkRead': row(aim.notice, (t) => ({ id: t['notice'] })),
};

const IDENTITY: Record<string, GraphqlRow> = {
  'Mutation.teamCreate': row(aim.freshName, (t) => ({ slug: t['slug'], name: 'New' })),
  'Mutation.teamRename': row(aim.paymentsTeam, (t) => ({ team: t['team'], name: 'payments' })),
  'Mutation.teamDelete': row(aim.team, (t) => ({ team: t['team'] })),
  'Mutation.teamMemberSet': row(aim.account('user'), (t) => ({
    team: t['team'],
    principal: t['principal'],
    role: 'developer',
  })),
  'Mutation.teamMemberSet (oneself)': row(
    aim.paymentsTeam,
    (t, { handle }) => ({ team: t['team'], principal: handle, role: 'maintainer' }),
    { last: true },
  ),
  'Mutation.teamMemberRemove': row(aim.account('user', { team: true }), (t) => ({
    team: t['team'],
    principal: t['principal'],
  })),
  'Mutation.userCreate': row(aim.freshName, (t) => ({ handle: t['slug'], displayName: 'New' })),
  'Mutation.serviceAccountCreate': row(aim.freshName, (t) => ({ handle: t['slug'], team: t['team'] })),
  'Mutation.principalDisable': row(aim.account('user'), (t) => ({ principal: t['principal'], reason: 'Left.' })),
  'Mutation.principalEnable': row(aim.account('user', { disabled: true }), (t) => ({ principal: t['principal'] })),
  'Mutation.roleAssign': row(aim.account('user'), (t) => ({ principal: t['principal'], role: 'auditor' })),
  'Mutation.roleAssign (oneself)': {
    variables: (_, { handle }) => ({ input: { principal: handle, role: 'admin' } }),
    last: true,
  },
  'Mutation.roleRevoke': row(aim.roleHolder, (t) => ({ principal: t['principal'], role: 'auditor' })),
  'Mutation.serverAttributesSet': row(aim.copyOf('draft'), (t) => ({ server: server(t), criticality: 'low' })),
  'Mutation.apiTokenCreate': row(aim.account('service_account', { team: true }), (t) => ({
    principal: t['principal'],
    name: 'deploy',
    scopes: ['server.read'],
    expiresAt: LATER,
  })),
  'Mutation.apiTokenCreate (own)': {
    variables: () => ({ input: { name: 'laptop', scopes: ['*'], expiresAt: LATER } }),
  },
  'Mutation.apiTokenRotate': row(aim.apiToken, (t) => ({ id: t['token'] })),
  'Mutation.apiTokenRevoke': row(aim.apiToken, (t) => ({ id: t['token'] })),
  'Mutation.federationRuleCreate': row(aim.account('service_account', { team: true }), (t) => ({
    name: `rule-${t['principal']}`,
    issuer: 'https://issuer.example.com',
    audience: 'rollcall',
    claims: [{ claim: 'sub', matches: 'repo:acme/ledger' }],
    principal: t['principal'],
  })),
  'Mutation.federationRuleRevoke': row(aim.federationRule, (t) => ({ id: t['rule'] })),
};

/** Every mutation of the schema, aimed at what belongs to the team payments. */
export const MUTATION_ROWS: Readonly<Record<string, GraphqlRow>> = { ...REGISTRY, ...LIFECYCLE, ...FLEET, ...IDENTITY };
