import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentService } from '@rollcall/agents';
import { ExpectationService } from '@rollcall/consumers';
import type { RequestContext } from '@rollcall/kernel';
import {
  asOwner,
  type ControlPlane,
  openControlPlane,
  type PersonSeed,
  STRICTER_GREET_TOOL,
  seed,
  type TestTool,
} from '@rollcall/testing';
import { CandidateWorld, statuses, WIDER_TOOL } from '../test/candidate.fixture.js';
import { ChangeApprovalService, ChangeApprovals, CheckReadModel, CheckService } from './index.js';

let plane: ControlPlane;
let world: CandidateWorld;
let dev: PersonSeed;
let olivia: PersonSeed;
let riley: PersonSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  world = await CandidateWorld.open(plane, `acme${++count}`);
  ({ dev, olivia, riley } = world.people);
});

const candidate = (...args: Parameters<CandidateWorld['candidate']>) => world.candidate(...args);
const checked = (...args: Parameters<CandidateWorld['checked']>) => world.checked(...args);
const base = (...args: Parameters<CandidateWorld['base']>) => world.base(...args);
const approve = (who: PersonSeed | RequestContext, check: string, more: object = { all: true }) =>
  plane
    .get(ChangeApprovalService)
    .approve('context' in who ? who.context() : who, { check, reason: 'Agreed with its callers.', ...more });
const reread = (id: string) => plane.get(CheckReadModel).byId(riley.context(), id);

describe('an approval', () => {
  const pullRequest = (tools: TestTool[], contextId = 'acme/ledger#1') =>
    checked({ candidate: candidate(tools), contextId });

  it('lets the check pass, and keeps what it had said before', async () => {
    await base();
    const check = await pullRequest([STRICTER_GREET_TOOL]);
    await approve(riley, check.id);
    const after = await reread(check.id);
    expect(after).toMatchObject({ conclusion: 'success', waiting: [], comparison: { conclusion: 'breaking' } });
    expect(statuses(after)).toMatchObject({ diff: 'completed' });
    const history = await plane.get(CheckReadModel).conclusionsOf(world.acme.id, [check.id]);
    expect(history.map(({ cause, conclusion, actorHandle }) => [cause, conclusion, actorHandle])).toEqual([
      ['run', 'failure', 'rollcall'],
      ['approval', 'success', 'riley'],
    ]);
    const { prisma } = plane;
    const where = { organizationId: world.acme.id };
    await expect(prisma.checkConclusion.updateMany({ where, data: { conclusion: 'neutral' } })).rejects.toThrow();
    await expect(prisma.changeApproval.updateMany({ where, data: { reason: 'Other.' } })).rejects.toThrow();
    await expect(asOwner(plane.url, 'DELETE FROM change_approvals')).rejects.toThrow();
    await expect(asOwner(plane.url, 'TRUNCATE check_conclusions')).rejects.toThrow();
  });

  it('covers later pushes of the pull request with the same change, and nothing wider', async () => {
    await base();
    await approve(riley, (await pullRequest([STRICTER_GREET_TOOL])).id);
    const later = { ...STRICTER_GREET_TOOL, description: 'Greets somebody, in a language.' };
    expect(await pullRequest([later])).toMatchObject({ conclusion: 'success', waiting: [] });
    const wider = await pullRequest([WIDER_TOOL]);
    expect(wider.conclusion).toBe('failure');
    expect(wider.waiting).toHaveLength(1);
  });

  it('covers no other pull request, no other server and no other organization', async () => {
    await base();
    await approve(riley, (await pullRequest([STRICTER_GREET_TOOL])).id);
    expect((await pullRequest([STRICTER_GREET_TOOL], 'acme/ledger#2')).conclusion).toBe('failure');
    expect((await pullRequest([STRICTER_GREET_TOOL], 'acme/ledger#11')).conclusion).toBe('failure');
    world.name = `${world.payments.namespace}/other`;
    await base();
    expect((await pullRequest([STRICTER_GREET_TOOL])).conclusion).toBe('failure');
  });

  it('of a version published from the pull request is the one that was given there', async () => {
    await base();
    await approve(riley, (await pullRequest([STRICTER_GREET_TOOL])).id);
    const version = await dev.publishes(world.name, '2.0.0', { contextId: 'acme/ledger#1' });
    await version.seen({ tools: [STRICTER_GREET_TOOL] });
    const check = await plane.prisma.check.findFirstOrThrow({ where: { versionId: version.id } });
    expect(check).toMatchObject({ conclusion: 'success', contextId: 'acme/ledger#1' });
    const approved = await plane.get(ChangeApprovals).ofVersion(world.acme.id, version.id);
    expect([...approved.values()]).toEqual([
      expect.objectContaining({ by: 'riley', reason: 'Agreed with its callers.' }),
    ]);
    const { serverId } = await version.row();
    const of = (contextId: string) => plane.get(ChangeApprovals).of(world.acme.id, { serverId, contextId });
    expect([...(await of('acme/ledger#1')).keys()]).toEqual([...approved.keys()]);
    expect((await of('acme/ledger#2')).size).toBe(0);
    expect((await plane.get(ChangeApprovals).of('org_other', { serverId, contextId: 'acme/ledger#1' })).size).toBe(0);
  });

  it('of a version without a pull request holds for that version only', async () => {
    await base();
    const version = await dev.publishes(world.name, '2.0.0');
    await version.seen({ tools: [STRICTER_GREET_TOOL] });
    const check = await plane.prisma.check.findFirstOrThrow({ where: { versionId: version.id } });
    await approve(riley, check.id);
    expect(await reread(check.id)).toMatchObject({ conclusion: 'success', contextId: null });
    await version.seen({ tools: [STRICTER_GREET_TOOL] });
    const newest = await plane.prisma.check.findMany({ where: { versionId: version.id } });
    expect(newest.map((one) => one.conclusion)).toEqual(['success', 'success']);
    const next = await dev.publishes(world.name, '2.0.1');
    await next.seen({ tools: [WIDER_TOOL] });
    const other = await plane.prisma.check.findFirstOrThrow({ where: { versionId: next.id } });
    expect(other.conclusion).toBe('failure');
  });

  it('is the word of a second person, never of a program', async () => {
    await base();
    const check = await pullRequest([STRICTER_GREET_TOOL]);
    await expect(approve(dev, check.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const own = await checked({ candidate: candidate([STRICTER_GREET_TOOL]), contextId: 'own#1' }, olivia);
    await expect(approve(olivia, own.id)).rejects.toMatchObject({ code: 'APPROVER_ASKED_FOR_CHECK' });
    const program = olivia.context();
    const robot = { ...program, principal: { ...program.principal, kind: 'service_account' as const } };
    await expect(approve(robot, check.id)).rejects.toMatchObject({ code: 'APPROVER_NOT_A_PERSON' });
    await expect(
      approve({ ...riley.context(), scopes: ['server.read', 'version.check'] }, check.id),
    ).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const stranger = await (await world.acme.team('marketing')).maintainer('oscar');
    await expect(approve(stranger, check.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    await expect(approve(mallory, check.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // whoever asked in the same context once is not the second person for any of its checks
    await checked({ candidate: candidate([WIDER_TOOL]), contextId: 'acme/ledger#1' }, olivia);
    await expect(approve(olivia, check.id)).rejects.toMatchObject({ code: 'APPROVER_ASKED_FOR_CHECK' });
    expect(await plane.prisma.changeApproval.count({ where: { organizationId: world.acme.id } })).toBe(0);
    await approve(riley, check.id);
  });

  it('of a version is not given by whoever published it', async () => {
    await base();
    const version = await olivia.publishes(world.name, '2.0.0');
    await version.seen({ tools: [STRICTER_GREET_TOOL] });
    const check = await plane.prisma.check.findFirstOrThrow({ where: { versionId: version.id } });
    await expect(approve(olivia, check.id)).rejects.toMatchObject({ code: 'APPROVER_ASKED_FOR_CHECK' });
    const seen = await plane.get(ChangeApprovalService).mayApprove(olivia.context(), check);
    expect([seen, await plane.get(ChangeApprovalService).mayApprove(riley.context(), check)]).toEqual([false, true]);
  });

  it('names changes of the check and says why', async () => {
    await base();
    const check = await pullRequest([STRICTER_GREET_TOOL]);
    const refused = (more: object) => expect(approve(riley, check.id, more)).rejects;
    await refused({ fingerprints: [`sha256:${'0'.repeat(64)}`] }).toMatchObject({ code: 'CHANGE_NOT_IN_CHECK' });
    await refused({ fingerprints: [] }).toMatchObject({ code: 'NOTHING_TO_APPROVE' });
    await refused({ all: true, reason: '  ' }).toMatchObject({ code: 'REASON_REQUIRED' });
    const { id } = await plane.get(CheckService).request(dev.context(), { candidate: candidate([WIDER_TOOL]) });
    await expect(approve(riley, id)).rejects.toMatchObject({ code: 'CHECK_NOT_CONCLUDED' });
  });

  it('can be taken back once, and the check waits again', async () => {
    await base();
    const check = await pullRequest([STRICTER_GREET_TOOL]);
    const revoke = (who: PersonSeed) =>
      plane
        .get(ChangeApprovalService)
        .revoke(who.context(), { check: check.id, fingerprints: check.waiting, reason: 'No.' });
    await expect(revoke(riley)).rejects.toMatchObject({ code: 'CHANGE_NOT_APPROVED' });
    await approve(riley, check.id);
    await approve(riley, check.id, { fingerprints: check.waiting });
    expect(await plane.prisma.changeApproval.count({ where: { organizationId: world.acme.id } })).toBe(1);
    await expect(revoke(dev)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await revoke(riley);
    expect(await reread(check.id)).toMatchObject({ conclusion: 'failure', waiting: check.waiting });
    await approve(olivia, check.id);
    const history = await plane.get(CheckReadModel).conclusionsOf(world.acme.id, [check.id]);
    expect(history.map((one) => one.conclusion)).toEqual(['failure', 'success', 'failure', 'success']);
    expect(await plane.prisma.changeApproval.count({ where: { organizationId: world.acme.id } })).toBe(2);
  });

  it('given while a check runs is in its conclusion, whichever comes first', async () => {
    await base();
    const first = await pullRequest([STRICTER_GREET_TOOL]);
    const asked = { candidate: candidate([STRICTER_GREET_TOOL], { version: '2.0.0' }), contextId: 'acme/ledger#1' };
    const { id } = await plane.get(CheckService).request(dev.context(), asked);
    await Promise.all([plane.get(CheckService).run(id), approve(riley, first.id), plane.get(CheckService).run(id)]);
    expect(await reread(id)).toMatchObject({ conclusion: 'success', waiting: [] });
    const history = await plane.get(CheckReadModel).conclusionsOf(world.acme.id, [id]);
    expect(history.filter((one) => one.cause === 'run')).toHaveLength(1);
  });

  it('is asked for once per context, not with every push', async () => {
    await base();
    await pullRequest([STRICTER_GREET_TOOL]);
    await pullRequest([{ ...STRICTER_GREET_TOOL, description: 'Greets somebody, in a language.' }]);
    const topics = async () =>
      (await plane.prisma.outboxEvent.findMany({ where: { organizationId: world.acme.id }, orderBy: { id: 'asc' } }))
        .map((event) => event.topic)
        .filter((topic) => /^(check\.(completed|approval)|changes)/.test(topic));
    expect(await topics()).toEqual(['check.completed', 'check.approval_requested', 'check.completed']);
    await pullRequest([WIDER_TOOL]);
    expect((await topics()).slice(3)).toEqual(['check.completed', 'check.approval_requested']);
  });
});

describe('a change that somebody relies on', () => {
  const policy = (document: object) =>
    plane.prisma.organization.update({ where: { id: world.acme.id }, data: { policy: document as object } });

  it('blocks where a breaking change that nobody uses does not, and names who would break', async () => {
    await policy({ checkBlocks: 'breaking_for_consumers' });
    const version = await base();
    await version.reaches('active', { owner: olivia, reviewer: riley });
    const unused = await checked({ candidate: candidate([STRICTER_GREET_TOOL]), contextId: 'a#1' });
    expect(unused).toMatchObject({ conclusion: 'success', waiting: [], comparison: { conclusion: 'breaking' } });
    await plane.get(AgentService).create(olivia.context(), { slug: 'bot', name: 'Bot', team: 'payments' });
    const document = { agent: 'bot', servers: [{ server: world.name, tools: { greet: { arguments: ['name'] } } }] };
    await plane.get(ExpectationService).publish(dev.context(), { agent: 'bot', document });
    const used = await checked({ candidate: candidate([STRICTER_GREET_TOOL]), contextId: 'a#2' });
    expect(used).toMatchObject({
      conclusion: 'failure',
      impacts: [{ agent: 'bot', source: 'declared', tool: 'greet' }],
    });
    expect(statuses(used)).toMatchObject({ diff: 'failed', expectations: 'failed' });
    await approve(riley, used.id);
    expect(statuses(await reread(used.id))).toMatchObject({ diff: 'completed', expectations: 'completed' });
  });
});
