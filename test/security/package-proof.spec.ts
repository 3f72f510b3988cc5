import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import { manifestOf, type OrganizationSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../apps/api/test/running-api.js';

const PACKAGES: JsonObject = {
  packages: [{ registryType: 'npm', identifier: '@acme/pay', version: '1.0.0', transport: { type: 'stdio' } }],
};

describe('an organization that enforces package proofs', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api?.close());

  const answerOf = async (organization: OrganizationSeed) => {
    const team = await organization.team('tools');
    const token = await (await team.developer('ci')).token();
    const body = JSON.stringify(manifestOf(`${team.namespace}/pay`, '1.0.0', PACKAGES));
    const headers = { 'content-type': 'application/json' };
    const response = await api.fetch('/v0.1/publish', token, { method: 'POST', headers, body });
    const versions = await api.prisma.serverVersion.count({ where: { organizationId: organization.id } });
    return { status: response.status, body: (await response.json()) as JsonObject, versions };
  };

  it('lets nobody publish a package that was not shown to be the publisher’s, and others are not asked for one', async () => {
    const strict = await answerOf(await seed(api).organization('strict', { packageProofs: 'enforce' }));
    expect(strict).toMatchObject({ status: 400, body: { code: 'PACKAGE_UNPROVEN' }, versions: 0 });
    const easy = await answerOf(await seed(api).organization('easy', { packageProofs: 'off' }));
    expect(easy).toMatchObject({ status: 200, versions: 1 });
  });
});
