import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Loaders } from '../../graphql/graphql-context.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type ServerRow = { id: string; teamId: string };

@Resolver('Server')
export class ServerFieldsResolver {
  @ResolveField('team')
  team(@Parent() server: ServerRow, @Loaders() loaders: RequestLoaders) {
    return loaders.team.load(server.teamId);
  }

  @ResolveField('versions')
  versions(@Parent() server: ServerRow, @Loaders() loaders: RequestLoaders) {
    return loaders.versionsOfServer.load(server.id);
  }

  @ResolveField('latestVersion')
  latestVersion(@Parent() server: ServerRow, @Loaders() loaders: RequestLoaders) {
    return loaders.latestVersion.load(server.id);
  }

  @ResolveField('health')
  health(@Parent() server: ServerRow, @Loaders() loaders: RequestLoaders) {
    return loaders.health.load(server.id);
  }
}

@Resolver('Namespace')
export class NamespaceFieldsResolver {
  @ResolveField('team')
  team(@Parent() namespace: { teamId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.team.load(namespace.teamId);
  }
}

@Resolver('Endpoint')
export class EndpointFieldsResolver {
  @ResolveField('environment')
  environment(@Parent() endpoint: { environmentId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.environment.load(endpoint.environmentId);
  }

  @ResolveField('transport')
  transport(@Parent() endpoint: { transport: string }) {
    return endpoint.transport.replace('-', '_');
  }
}
