import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PolicyInputReadModel } from '@rollcall/bundles';
import { TransactionRunner } from '@rollcall/persistence';
import { compile } from '@rollcall/policy';
import { RegistryService } from '@rollcall/registry';
import { seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

describe('a version that is live', () => {
  it('is what bundles and readers get as long as the next one is on its way, and not a moment longer', async () => {
    const acme = await seed(api).organization('acme');
    const payments = await acme.team('payments');
    const olivia = await payments.maintainer('olivia');
    const riley = await acme.reviewer('riley');
    const token = await olivia.token();
    const production = acme.environment('production');
    const name = `${payments.namespace}/ledger`;

    /** What the production bundle would be compiled from, and what a reader of the registry API gets as latest. */
    const seen = async () => {
      const environment = { id: production.id, name: production.name, kind: 'production' } as const;
      const input = await api
        .get(TransactionRunner)
        .snapshot((tx) => api.get(PolicyInputReadModel).read(tx, acme.id, environment));
      const compiled = compile(input);
      if (!compiled.ok) throw new Error(compiled.error[0]?.message);
      const servers = JSON.stringify(compiled.value.servers);
      const response = await api.fetch(`/v0.1/servers/${encodeURIComponent(name)}/versions/latest`, token);
      const latest = (await response.json()) as { server?: { version: string } };
      const live = ['1.0.0', '1.1.0'].filter((version) => servers.includes(`"${version}"`));
      return { live, latest: latest.server?.version };
    };
    const publish = async (version: string) => {
      const made = await olivia.publishes(name, version);
      await api.get(RegistryService).setEndpoint(olivia.context(), {
        version: made.ref,
        environment: 'production',
        transport: 'streamable-http',
        url: 'https://mcp.example.com/ledger',
      });
      return made;
    };
    await (await publish('1.0.0')).reaches('active', { owner: olivia, reviewer: riley });
    const before = await seen();
    expect(before).toEqual({ live: ['1.0.0'], latest: '1.0.0' });
    const next = await publish('1.1.0');
    expect(await seen()).toEqual(before);
    await next.reaches('in_review', { owner: olivia, reviewer: riley });
    expect(await seen()).toEqual(before);
    await next.moves(riley, 'staging', { approvalRules: { '*': 'human' } });
    expect(await seen()).toEqual(before);
    await next.seen({ environment: 'staging' });
    await next.moves(olivia, 'active');
    expect(await seen()).toEqual({ live: ['1.0.0', '1.1.0'], latest: '1.1.0' });
  });
});
