import type { BundleSummary } from '@rollcall/bundle';
import { dim, inline, red, yellow } from '../output/style.js';
import { table } from '../output/table.js';

/** A bundle in short: whose it is, until when it holds, what it serves, who may call, what is held. */
export function summaryText(bundle: BundleSummary): string {
  const { organization, environment } = bundle.audience;
  const head = [
    ['audience', inline(`${organization}/${environment}`)],
    ['revision', `epoch ${bundle.epoch}, serial ${bundle.serial}`],
    ['issued', bundle.issuedAt],
    ['stale after', bundle.staleAfter],
    ['expires', bundle.hardExpiresAt],
    ['features', bundle.features.join(', ') || 'none'],
    ['state', bundle.stateDigest],
  ].map(([name = '', value = '']) => [dim(name), value]);
  const sections = [table(head)];
  const versions = bundle.servers.flatMap((server) => [
    ...server.versions.map((version) => [
      `${server.alias}@${version.version}`,
      version.sunsetAt === null ? version.state : yellow(`${version.state} until ${version.sunsetAt.slice(0, 10)}`),
      `${version.tools} tools, ${version.approvals} with approval`,
      inline(version.endpoint),
    ]),
    ...server.tombstones.map((version) => [`${server.alias}@${version}`, dim('decommissioned'), '', '']),
  ]);
  if (versions.length > 0) sections.push(table(versions, ['version', 'state', 'tools', 'endpoint']));
  const agents = bundle.agents.map((agent) => [
    agent.id,
    inline(agent.name),
    `${agent.tools} tools`,
    `${agent.tokens} tokens`,
  ]);
  if (agents.length > 0) sections.push(table(agents, ['agent', 'name', 'may call', 'credentials']));
  const holds = bundle.quarantine.map((hold) => [
    red('on hold'),
    inline(`${hold.alias}@${hold.version ?? '*'} ${hold.tool ?? '*'}`),
    inline(hold.reason),
  ]);
  if (holds.length > 0) sections.push(table(holds));
  return sections.join('\n\n');
}
