import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AccessModule, RuntimeModule } from '@rollcall/access';
import { AgentsModule } from '@rollcall/agents';
import { AuditModule } from '@rollcall/audit';
import { BundlesModule, SigningKeyLocation } from '@rollcall/bundles';
import { ChecksModule } from '@rollcall/checks';
import { GatewaysModule } from '@rollcall/gateways';
import { InspectionPolicy, InspectionsModule } from '@rollcall/inspections';
import { JobsModule } from '@rollcall/jobs';
import type { Clock } from '@rollcall/kernel';
import type { Logger, Registry } from '@rollcall/observability';
import { PersistenceModule } from '@rollcall/persistence';
import { RegistryModule } from '@rollcall/registry';
import { TransitionsModule } from '@rollcall/transitions';
import { UsageModule } from '@rollcall/usage';
import { BundlePulls } from './bundles/bundle-pulls.js';
import { BundlesController } from './bundles/bundles.controller.js';
import { BundlesProcessor } from './bundles/bundles.processor.js';
import { AccessResolver } from './features/access/access.resolver.js';
import { AgentsResolver, GrantFieldsResolver } from './features/agents/agents.resolver.js';
import { AuditResolver } from './features/audit/audit.resolver.js';
import { BundlesResolver } from './features/bundles/bundles.resolver.js';
import { ChecksResolver } from './features/checks/checks.resolver.js';
import { GatewaysResolver } from './features/gateways/gateways.resolver.js';
import { InspectionsResolver } from './features/inspections/inspections.resolver.js';
import { LifecycleResolver } from './features/lifecycle/lifecycle.resolver.js';
import { RegistryResolver } from './features/registry/registry.resolver.js';
import {
  EndpointFieldsResolver,
  NamespaceFieldsResolver,
  ServerFieldsResolver,
} from './features/registry/server.fields.resolver.js';
import { VersionFieldsResolver } from './features/registry/version.fields.resolver.js';
import { graphqlModule } from './graphql/graphql.setup.js';
import { MutationRunner } from './graphql/mutation.runner.js';
import { RequestLoadersFactory } from './graphql/request-loaders.js';
import { HealthController, METRICS } from './health/health.controller.js';
import { RequestContexts } from './http/request-contexts.js';
import { LOGGER } from './logger.token.js';
import { RegistryV0Controller } from './registry-v0/registry-v0.controller.js';
import { RegistryV0ReadModel } from './registry-v0/registry-v0.read-model.prisma.js';

/** What the api process is made of. */
export type ApiOptions = {
  databaseUrl: string;
  redisUrl?: string | undefined;
  keys: SigningKeyLocation;
  clock: Clock;
  logger: Logger;
  metrics: Registry;
};

const FEATURES = [
  AccessModule,
  AgentsModule,
  AuditModule,
  ChecksModule,
  GatewaysModule,
  RegistryModule,
  TransitionsModule,
  UsageModule,
];

const RESOLVERS = [
  AccessResolver,
  AgentsResolver,
  AuditResolver,
  BundlesResolver,
  ChecksResolver,
  EndpointFieldsResolver,
  GatewaysResolver,
  GrantFieldsResolver,
  InspectionsResolver,
  LifecycleResolver,
  NamespaceFieldsResolver,
  RegistryResolver,
  ServerFieldsResolver,
  VersionFieldsResolver,
];

/** What GraphQL's own module needs from the application. */
@Global()
@Module({
  imports: [AccessModule, ChecksModule, RegistryModule],
  providers: [RequestContexts, RequestLoadersFactory],
  exports: [RequestContexts, RequestLoadersFactory],
})
class RequestModule {}

@Module({})
export class ApiModule {
  static forRoot(options: ApiOptions): DynamicModule {
    const { databaseUrl, redisUrl, clock, logger } = options;
    return {
      module: ApiModule,
      global: true,
      imports: [
        PersistenceModule.forRoot({ url: databaseUrl, clock }),
        RuntimeModule.forRoot(clock),
        JobsModule.forRoot({ databaseUrl, redisUrl, onError: (error) => logger.warn({ err: error }, 'queue trouble') }),
        // the api requests inspections and runs none: it may reach no network and start no program
        InspectionsModule.forRoot(new InspectionPolicy({ allowPrivate: [] }, {})),
        BundlesModule.forRoot(options.keys),
        RequestModule,
        graphqlModule(logger),
        ...FEATURES,
      ],
      controllers: [BundlesController, HealthController, RegistryV0Controller],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: METRICS, useValue: options.metrics },
        BundlePulls,
        BundlesProcessor,
        MutationRunner,
        RegistryV0ReadModel,
        ...RESOLVERS,
      ],
    };
  }
}
