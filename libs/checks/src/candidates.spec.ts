import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ControlPlane,
  contractOf,
  GREET_TOOL,
  manifestOf,
  openControlPlane,
  type PersonSeed,
  STRICTER_GREET_TOOL,
} from '@rollcall/testing';
import { CandidateWorld, statuses } from '../test/candidate.fixture.js';
import { CheckReadModel, CheckService } from './index.js';

let plane: ControlPlane;
let world: CandidateWorld;
let dev: PersonSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  world = await CandidateWorld.open(plane, `acme${++count}`);
  ({ dev } = world.people);
});

const candidate = (...args: Parameters<CandidateWorld['candidate']>) => world.candidate(...args);
const checked = (...args: Parameters<CandidateWorld['checked']>) => world.checked(...args);
const base = (...args: Parameters<CandidateWorld['base']>) => world.base(...args);

describe('a check of a candidate', () => {
  it('judges what a pull request would publish against the newest version', async () => {
    const { id } = await base();
    const check = await checked({ candidate: candidate([STRICTER_GREET_TOOL]), contextId: 'acme/ledger#1' });
    expect(check).toMatchObject({
      versionId: null,
      serverName: world.name,
      contextId: 'acme/ledger#1',
      conclusion: 'failure',
      baseVersionId: id,
      contractDigest: contractOf([STRICTER_GREET_TOOL]).digest,
      comparison: { conclusion: 'breaking' },
    });
    expect(check.waiting).toHaveLength(1);
    expect(statuses(check)).toEqual({
      manifest: 'skipped',
      contract: 'completed',
      diff: 'failed',
      semver: 'skipped',
      lint: 'completed',
      expectations: 'completed',
    });
  });

  it('judges the number it names, and its manifest', async () => {
    await base();
    const same = await checked({
      candidate: candidate([STRICTER_GREET_TOOL], { manifest: manifestOf(world.name, '1.1.0') }),
    });
    expect(statuses(same)).toMatchObject({ manifest: 'completed', semver: 'failed' });
    const next = await checked({ candidate: candidate([STRICTER_GREET_TOOL], { version: '2.0.0' }) });
    expect(statuses(next)).toMatchObject({ manifest: 'skipped', semver: 'completed', diff: 'failed' });
    const broken = await checked({
      candidate: candidate([GREET_TOOL], { manifest: { name: world.name, version: 7 } }),
    });
    expect(statuses(broken)).toMatchObject({ manifest: 'failed', semver: 'skipped' });
  });

  it('of a server that is not registered yet is linted and compared with nothing', async () => {
    const check = await checked({ candidate: candidate([GREET_TOOL], { version: '0.1.0' }) });
    expect(check).toMatchObject({ conclusion: 'success', baseVersionId: null });
    expect(statuses(check)).toMatchObject({ diff: 'skipped', semver: 'skipped', lint: 'completed' });
    expect((await plane.get(CheckReadModel).page(dev.context(), { first: 10 })).items).toHaveLength(1);
    const stranger = await (await world.acme.team('marketing')).maintainer('oscar');
    await expect(plane.get(CheckReadModel).byId(stranger.context(), check.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await plane.get(CheckReadModel).page(stranger.context(), { first: 10 })).items).toEqual([]);
  });

  it('is compared with what serves an environment', async () => {
    const serving = await base();
    const { id: environmentId } = world.acme.environment('production');
    const endpoint = {
      organizationId: world.acme.id,
      versionId: serving.id,
      environmentId,
      transport: 'streamable-http',
    };
    await plane.prisma.endpoint.create({
      data: { id: `ept_${count}`, ...endpoint, url: 'https://x.example.com', updatedAt: plane.clock.now() },
    });
    await plane.prisma.serverVersion.update({ where: { id: serving.id }, data: { state: 'active' } });
    await base([STRICTER_GREET_TOOL], '2.0.0');
    const ask = (environment: string) =>
      checked({ candidate: candidate([STRICTER_GREET_TOOL]), againstEnvironment: { environment } });
    expect(await ask('production')).toMatchObject({ baseVersionId: serving.id, baseEnvironment: 'production' });
    const nowhere = await ask('staging');
    await plane.prisma.serverVersion.update({ where: { id: serving.id }, data: { state: 'rejected' } });
    expect((await ask('production')).baseVersionId).toBeNull();
    expect(nowhere.baseVersionId).toBeNull();
    await expect(ask('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is the same check for the same request while it is fresh, and another for another context', async () => {
    await base();
    const ask = (contextId: string, tools = [GREET_TOOL]) =>
      plane.get(CheckService).request(dev.context(), { candidate: candidate(tools), contextId });
    const [one, two] = await Promise.all([ask('a#1'), ask('a#1')]);
    expect(one.id).toBe(two.id);
    expect([one.created, two.created].sort()).toEqual([false, true]);
    await plane.get(CheckService).run(one.id);
    expect(await ask('a#1')).toEqual({ id: one.id, created: false });
    expect((await ask('a#2')).created).toBe(true);
    expect((await ask('a#1', [STRICTER_GREET_TOOL])).created).toBe(true);
    plane.clock.advance(11 * 60_000);
    expect((await ask('a#1')).created).toBe(true);
  });

  it.each<[string, object, string]>([
    ['no contract', { contract: { hello: 1 } }, 'CANDIDATE_INVALID'],
    ['a forged digest', { contract: { ...contractOf(), digest: `sha256:${'0'.repeat(64)}` } }, 'CANDIDATE_INVALID'],
    ['a manifest of another server', { manifest: manifestOf('com.other/ledger', '1.0.0') }, 'CANDIDATE_INVALID'],
    ['a range for a version', { version: '^1.0.0' }, 'CANDIDATE_INVALID'],
    ['a name that is none', { server: 'ledger' }, 'CANDIDATE_INVALID'],
    ['a name of somebody else', { server: 'org.other/x' }, 'NOT_FOUND'],
  ])('is refused with %s', async (_what, change, code) => {
    await expect(checked({ candidate: { ...candidate([GREET_TOOL]), ...change } })).rejects.toMatchObject({ code });
  });

  it('takes plain facts about its origin, and nothing that could forge a line or a link', async () => {
    const git = { commit: 'abc123', branch: 'feature', author: 'Dev', pullRequestUrl: 'https://git.example.com/pr/1' };
    expect((await checked({ candidate: candidate([GREET_TOOL]), git })).git).toEqual(git);
    const ask = (input: object) => checked({ candidate: candidate([GREET_TOOL]), ...input });
    await expect(ask({ git: { author: 'a\u202Eb' } })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(ask({ git: { buildUrl: 'javascript:alert(1)' } })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(ask({ contextId: '@version:ver_1' })).rejects.toMatchObject({ code: 'CONTEXT_ID_INVALID' });
    await expect(ask({ contextId: 'a\nb' })).rejects.toMatchObject({ code: 'CONTEXT_ID_INVALID' });
    await expect(checked({})).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(ask({ version: { byId: 'ver_1' } })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('is not for credentials that cover other names', async () => {
    const ctx = { ...dev.context(), serverNames: ['com.other/*'] };
    const asked = plane.get(CheckService).request(ctx, { candidate: candidate([GREET_TOOL]) });
    await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const auditor = await world.acme.auditor('aud');
    await expect(checked({ candidate: candidate([GREET_TOOL]) }, auditor)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the list of checks', () => {
  it('is filtered and paged, newest first', async () => {
    await base();
    const ids: string[] = [];
    for (const n of [1, 2, 3]) {
      plane.clock.advance(1_000);
      const tools = n === 2 ? [STRICTER_GREET_TOOL] : [GREET_TOOL];
      ids.unshift((await checked({ candidate: candidate(tools), contextId: `a#${n}` })).id);
    }
    const page = (query: object) => plane.get(CheckReadModel).page(dev.context(), { first: 100, ...query });
    const first = await page({ first: 2 });
    expect(first.items.map((one) => one.id)).toEqual(ids.slice(0, 2));
    const rest = await page({ after: first.next });
    expect(rest.items.map((one) => one.id)).toEqual([ids[2], expect.stringMatching(/^chk_/)]);
    expect((await page({ conclusion: 'failure' })).items.map((one) => one.id)).toEqual([ids[1]]);
    expect((await page({ server: world.name, contextId: 'a#3' })).items.map((one) => one.id)).toEqual([ids[0]]);
    expect((await page({ server: 'no\0name' })).items).toEqual([]);
    await expect(page({ after: 'x' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });
});
