import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AgentService, GrantService } from '@rollcall/agents';
import { PolicyInputReadModel } from '@rollcall/bundles';
import { TransactionRunner } from '@rollcall/persistence';
import { compile } from '@rollcall/policy';
import { RegistryService } from '@rollcall/registry';
import { manifestOf, type OrganizationSeed, type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../apps/api/test/running-api.js';

const URL_OF_IT = 'https://listed.example.com/mcp';

describe('a listed version', () => {
  let api: RunningApi;
  let open: OrganizationSeed;
  let team: TeamSeed;
  let olivia: PersonSeed;
  let name: string;

  beforeAll(async () => {
    api = await startApi();
    open = await seed(api).organization('open', { publication: 'direct' });
    team = await open.team('tools');
    olivia = await team.maintainer('olivia');
    name = `${team.namespace}/pay`;
  });
  afterAll(() => api?.close());

  const send = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    return api.fetch(path, await olivia.token(), { method, headers, body: JSON.stringify(body) });
  };
  const compiled = async (kind: 'staging' | 'production') => {
    const input = await api
      .get(TransactionRunner)
      .run((tx) => api.get(PolicyInputReadModel).read(tx, open.id, open.environment(kind)));
    const policy = compile(input);
    if (!policy.ok) throw new Error(JSON.stringify(policy.error));
    return JSON.stringify(policy.value);
  };

  it('is in no policy of a gateway, whatever endpoint and grant point at it, alive or ended', async () => {
    expect((await send('POST', '/v0.1/publish', manifestOf(name, '1.0.0'))).status).toBe(200);
    const row = await api.prisma.serverVersion.findFirstOrThrow({ where: { organizationId: open.id } });
    expect(row).toMatchObject({ track: 'listed', state: 'active', approvedContractDigest: null });
    for (const environment of ['staging', 'production'] as const)
      await api.get(RegistryService).setEndpoint(olivia.context(), {
        version: { byId: row.id },
        environment,
        transport: 'streamable-http',
        url: URL_OF_IT,
      });
    await api.get(AgentService).create(olivia.context(), { slug: 'bot', name: 'Bot', team: team.slug });
    for (const environment of ['staging', 'production'] as const) {
      const grant = { agent: 'bot', server: { byName: name }, environment, versions: '1.0.0', tools: ['*'] };
      await api.get(GrantService).create(olivia.context(), grant);
      expect(await compiled(environment)).not.toContain(URL_OF_IT);
    }
    const status = `/v0.1/servers/${encodeURIComponent(name)}/versions/1.0.0/status`;
    for (const next of ['deprecated', 'deleted']) {
      expect((await send('PATCH', status, { status: next })).status).toBe(200);
      expect(await compiled('production')).not.toContain(URL_OF_IT);
    }
  });
});
