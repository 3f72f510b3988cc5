import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { type OwnersStory, PAYMENTS } from './story.js';

type Servers = { servers: { name: string; matched: { field: string; tool: string | null }[] }[] };
type Tools = { tools: { name: string; destructive: boolean }[] };

/** One search for servers and their tools, in the command line and in GraphQL; nobody finds what they may not see. */
export function serversAndToolsAreFound(story: OwnersStory): void {
  const search = async <T>(person: string, ...words: string[]) => (await story.done(person, 'search', ...words)) as T;

  it('finds a server by a tool of it, once the tools that were seen are indexed', async () => {
    const { servers } = await eventually(
      () => search<Servers>('owner', 'refund'),
      (found) => found.servers.length === 1,
    );
    expect(servers[0]).toMatchObject({ name: PAYMENTS, matched: [{ field: 'tool', tool: 'create_refund' }] });
  });

  it('finds it by its title and by a name that is spelled wrong, and finds single tools', async () => {
    for (const words of [['card', 'payments'], ['paymets']]) {
      expect((await search<Servers>('owner', ...words)).servers.map((one) => one.name)).toEqual([PAYMENTS]);
    }
    const { tools } = await search<Tools>('owner', '--tools', 'customer');
    expect(tools).toMatchObject([{ name: 'create_refund', destructive: true }]);
  });

  it('filters by what a server may do, how it speaks and whose it is', async () => {
    const query = `query ($where: ServerWhere) { servers(where: $where) { totalCount edges { node {
      name toolCount risk { destructiveTools } protocol { era } } } } }`;
    const ask = async (where: object) => (await story.graphql<{ servers: object }>('owner', query, { where })).data;
    const node = { name: PAYMENTS, toolCount: 2, risk: { destructiveTools: 1 }, protocol: { era: 'modern' } };
    const found = await ask({ hasDestructiveTools: true, era: 'modern', team: 'payments', search: 'payment' });
    expect(found).toEqual({ servers: { totalCount: 1, edges: [{ node }] } });
    expect(await ask({ quarantined: true })).toEqual({ servers: { totalCount: 0, edges: [] } });
  });

  it('shows a stranger nothing', async () => {
    expect((await search<Servers>('outsider', 'refund')).servers).toEqual([]);
    expect((await search<Tools>('outsider', '--tools', 'refund')).tools).toEqual([]);
  });
}
