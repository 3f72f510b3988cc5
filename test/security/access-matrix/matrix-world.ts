import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type OrganizationRole, tokenDigest } from '@rollcall/access';
import { BundlePublisher, TrustService } from '@rollcall/bundles';
import { ToolIndexService } from '@rollcall/discovery';
import { GatewayService } from '@rollcall/gateways';
import { PolicyService } from '@rollcall/governance';
import { HOUR_MS } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { SessionService } from '@rollcall/sessions';
import {
  manifestOf,
  type OrganizationSeed,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TeamSeed,
  WIPE_TOOL,
} from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../apps/api/test/running-api.js';

/** Who knocks: one column of the table. */
export type Caller = {
  name: string;
  /** Null: without a token. */
  token: string | null;
  headers: Record<string, string>;
  /** Null for those who are nobody to the control plane. */
  principalId: string | null;
  handle: string;
  /** Somebody known who has nothing to do with the team payments: may not even learn what exists there. */
  outsider: boolean;
};

/** A published version in every state a row may need; targets are copies of them. */
export type Templates = Record<'draft' | 'in_review' | 'staging' | 'active' | 'deprecated', ServerVersionSeed>;

/** What every row is tried in. */
export type MatrixWorld = {
  api: RunningApi;
  acme: OrganizationSeed;
  globex: OrganizationSeed;
  payments: TeamSeed;
  marketing: TeamSeed;
  callers: Caller[];
  maintainer: PersonSeed;
  /** The second administrator: whoever asks for a break-glass step cannot confirm it. */
  secondAdmin: PersonSeed;
  templates: Templates;
  /** The cookie of a live session of acme's administrator. */
  sessionCookie: string;
  /** A number nobody had before. */
  next(): number;
  close(): Promise<void>;
};

/** Under which acme's catalogue is open to whoever knows it. */
export const CATALOGUE_KEY = 'matrix-catalogue-key-0123456789abcdefghijkl';

/** Two organizations, two teams, everybody who may come, and one of each thing that can be looked at. */
export async function openMatrixWorld(): Promise<MatrixWorld> {
  const consoleDir = mkdtempSync(path.join(tmpdir(), 'rollcall-console-'));
  writeFileSync(path.join(consoleDir, 'index.html'), '<!doctype html><title>console</title>');
  const api = await startApi({ consoleDir, authRate: { points: 100_000, seconds: 60 } });
  const [acme, globex] = [await seed(api).organization('acme'), await seed(api).organization('globex')];
  const [payments, marketing] = [await acme.team('payments'), await acme.team('marketing')];
  const maintainer = await payments.maintainer('payments-maintainer');
  const secondAdmin = await acme.admin('acme-second-admin');
  await bundlesOf(api, [acme, globex]);
  const templates = await templatesOf(api, { acme, payments, maintainer });
  await api.get(PolicyService).set(secondAdmin.context(), {
    document: { breakGlassMinutes: 30 },
    reason: 'The team payments is on call.',
    expectedRevision: 0,
  });
  const { callers, sessionCookie } = await callersOf(api, { acme, globex, payments, marketing, maintainer });
  await api.prisma.organization.update({ where: { id: acme.id }, data: { catalogueKey: CATALOGUE_KEY } });
  await api.get(ToolIndexService).heal();
  await api.get(BundlePublisher).publishAll(acme.system());
  let count = 0;
  return {
    api,
    acme,
    globex,
    payments,
    marketing,
    callers,
    maintainer,
    secondAdmin,
    templates,
    sessionCookie,
    next: () => ++count,
    close: async () => {
      await api.close();
      rmSync(consoleDir, { recursive: true, force: true });
    },
  };
}

const LEDGER = 'com.acme.payments/ledger';
const REMOTES = [{ type: 'streamable-http', url: 'https://ledger.payments.example.com/mcp' }];

async function bundlesOf(api: RunningApi, organizations: OrganizationSeed[]): Promise<void> {
  for (const organization of organizations) {
    await api.get(TrustService).establish(organization.system(), organization.slug);
    await api.get(BundlePublisher).publishAll(organization.system());
  }
}

async function templatesOf(
  api: RunningApi,
  { acme, payments, maintainer }: { acme: OrganizationSeed; payments: TeamSeed; maintainer: PersonSeed },
): Promise<Templates> {
  const by = { owner: maintainer, reviewer: await acme.reviewer('acme-first-reviewer') };
  const publish = (name: string) =>
    maintainer.publishes(`${payments.namespace}/${name}`, '1.0.0', {
      contact: 'https://wiki.example.com/on-call',
    });
  const [draft, in_review, staging, active, deprecated] = [
    await publish('template-draft'),
    await publish('template-review'),
    await publish('template-staging'),
    await maintainer.publishes(LEDGER, '1.0.0', { manifest: manifestOf(LEDGER, '1.0.0', { remotes: REMOTES }) }),
    await publish('template-deprecated'),
  ];
  await draft.seen();
  await in_review.reaches('in_review', by);
  await staging.reaches('staging', by);
  await staging.seen({ environment: 'staging' });
  await active.reaches('active', by, { tools: [WIPE_TOOL] });
  await deprecated.reaches('active', by);
  await deprecated.moves(maintainer, 'deprecated', {
    noSuccessor: true,
    sunsetAt: new Date(api.clock.now().getTime() + 60 * 24 * HOUR_MS),
    message: 'It ends.',
  });
  return { draft, in_review, staging, active, deprecated };
}

type Homes = {
  acme: OrganizationSeed;
  globex: OrganizationSeed;
  payments: TeamSeed;
  marketing: TeamSeed;
  maintainer: PersonSeed;
};

async function callersOf(api: RunningApi, { acme, globex, payments, marketing, maintainer }: Homes) {
  const withRole = async (handle: string, role: OrganizationRole) => {
    const person = await acme.nobody(handle);
    await api.prisma.roleAssignment.create({ data: { organizationId: acme.id, principalId: person.id, role } });
    return person;
  };
  const admin = await acme.admin('acme-admin');
  const pipeline = await payments.developer('payments-pipeline');
  await api.prisma.principal.update({ where: { id: pipeline.id }, data: { kind: 'service_account' } });
  const changed = async (data: object) => {
    const token = await admin.token();
    await api.prisma.apiToken.update({ where: { sha256: tokenDigest(token) }, data });
    return token;
  };
  const of = async (name: string, person: PersonSeed, outsider = false): Promise<Caller> => ({
    name,
    token: await person.token(),
    headers: {},
    principalId: person.id,
    handle: person.handle,
    outsider,
  });
  const stranger = { token: null, headers: {}, principalId: null, handle: 'nobody', outsider: false };
  const session = await api
    .get(TransactionRunner)
    .run((tx) =>
      api.get(SessionService).begin(tx, { organizationId: acme.id, principalId: admin.id, userAgent: 'spec' }),
    );
  const sessionCookie = `rollcall=${session.cookie}`;
  const { token, principalId } = await gatewayOf(api, admin);
  // somebody else's own things, so that an empty answer and an answer with only those differ
  const sales = await globex.team('sales');
  const rival = await globex.admin('globex-admin');
  await rival.publishes(`${sales.namespace}/quotes`, '1.0.0');
  const outside = await marketing.maintainer('marketing-maintainer');
  await outside.publishes(`${marketing.namespace}/mailer`, '1.0.0');
  const callers: Caller[] = [
    { ...stranger, name: 'nobody' },
    {
      ...stranger,
      name: 'expired',
      token: await changed({ expiresAt: new Date(api.clock.now().getTime() - HOUR_MS) }),
    },
    { ...stranger, name: 'cookie', headers: { cookie: sessionCookie } },
    await of('no-role', await acme.nobody('acme-no-role'), true),
    await of('member', await withRole('acme-member', 'member')),
    await of('pay-dev', await payments.developer('payments-developer')),
    await of('pay-sa', pipeline),
    await of('pay-maint', maintainer),
    await of('mkt-dev', await marketing.developer('marketing-developer'), true),
    await of('mkt-maint', outside, true),
    await of('reviewer', await acme.reviewer('acme-reviewer')),
    await of('auditor', await acme.auditor('acme-auditor')),
    await of('approver', await withRole('acme-approver', 'release_approver')),
    { ...stranger, name: 'gateway', token, principalId, handle: 'gateway-acme-edge', outsider: true },
    { ...(await of('scoped', admin)), token: await changed({ scopes: ['server.read'] }) },
    await of('admin', admin),
    await of('globex', rival, true),
  ];
  return { callers, sessionCookie };
}

async function gatewayOf(api: RunningApi, admin: PersonSeed) {
  const { id, token } = await api
    .get(GatewayService)
    .enroll(admin.context(), { name: 'acme-edge', environment: 'staging' });
  const { principalId } = await api.prisma.gateway.findUniqueOrThrow({ where: { id } });
  return { token, principalId };
}
