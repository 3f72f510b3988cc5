import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Contract } from '@rollcall/contract';
import { Loaders } from '../../graphql/graphql-context.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type VersionRow = {
  id: string;
  serverId: string;
  publisherId: string;
  contractDigest: string | null;
  approvedContractDigest: string | null;
  /** Absent in lists. */
  manifest?: unknown;
};

@Resolver('ServerVersion')
export class VersionFieldsResolver {
  @ResolveField('server')
  server(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return loaders.server.load(version.serverId);
  }

  @ResolveField('manifest')
  manifest(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return version.manifest ?? loaders.manifest.load(version.id);
  }

  @ResolveField('publisher')
  publisher(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return loaders.principal.load(version.publisherId);
  }

  /** What was approved when something was, else what was last seen. */
  @ResolveField('contract')
  async contract(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    const digest = version.approvedContractDigest ?? version.contractDigest;
    const contract = digest ? await loaders.contract.load(digest) : null;
    return contract ? contractView(contract) : null;
  }

  @ResolveField('endpoints')
  endpoints(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return loaders.endpointsOfVersion.load(version.id);
  }

  @ResolveField('transitions')
  transitions(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return loaders.transitionsOfVersion.load(version.id);
  }

  @ResolveField('inspections')
  inspections(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return loaders.inspectionsOfVersion.load(version.id);
  }

  @ResolveField('drift')
  drift(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return loaders.driftOfVersion.load(version.id);
  }

  @ResolveField('checks')
  checks(@Parent() version: VersionRow, @Loaders() loaders: RequestLoaders) {
    return loaders.checksOfVersion.load(version.id);
  }
}

function contractView(contract: Contract) {
  const tools = contract.members.filter((member) => member.kind === 'tool');
  return {
    digest: contract.digest,
    instructions: contract.instructions,
    tools: tools.map((tool) => ({ ...tool.definition, name: tool.name, digest: tool.digest })),
    document: contract,
  };
}
