import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AccessModule, RuntimeModule } from '@rollcall/access';
import { AgentsModule } from '@rollcall/agents';
import { AuditModule, AuditProofModule, FileAuditSigner } from '@rollcall/audit';
import { BundlesModule, SigningKeyLocation } from '@rollcall/bundles';
import { ChecksModule } from '@rollcall/checks';
import { ConsumersModule } from '@rollcall/consumers';
import { DiscoveryModule } from '@rollcall/discovery';
import { DriftModule } from '@rollcall/drift';
import { EvidenceModule } from '@rollcall/evidence';
import { ExportsModule } from '@rollcall/exports';
import { GatewaysModule } from '@rollcall/gateways';
import { GovernanceModule } from '@rollcall/governance';
import { IdentityModule } from '@rollcall/identity';
import { ImportsModule } from '@rollcall/imports';
import { InspectionPolicy, InspectionsModule } from '@rollcall/inspections';
import { JobsModule } from '@rollcall/jobs';
import type { Clock } from '@rollcall/kernel';
import { MirrorPolicy, MirrorsModule } from '@rollcall/mirrors';
import { NotificationSettings, NotificationsModule } from '@rollcall/notifications';
import type { Logger, Registry } from '@rollcall/observability';
import { type DefaultScope, PersistenceModule } from '@rollcall/persistence';
import { ProbesModule } from '@rollcall/probes';
import { ProofsModule, type ProofsOptions, RegistryTokens } from '@rollcall/proofs';
import { QualityModule } from '@rollcall/quality';
import { RegistryModule } from '@rollcall/registry';
import { SessionsModule, SignInSettings } from '@rollcall/sessions';
import { TransitionsModule } from '@rollcall/transitions';
import { UsageModule } from '@rollcall/usage';
import { BundlePulls } from './bundles/bundle-pulls.js';
import { BundlesController } from './bundles/bundles.controller.js';
import { BundlesProcessor } from './bundles/bundles.processor.js';
import { ExportsController } from './exports/exports.controller.js';
import { AccessResolver } from './features/access/access.resolver.js';
import { AgentsResolver, GrantFieldsResolver } from './features/agents/agents.resolver.js';
import { AuditController } from './features/audit/audit.controller.js';
import { AuditProcessor } from './features/audit/audit.processor.js';
import { AuditResolver } from './features/audit/audit.resolver.js';
import { BundlesResolver } from './features/bundles/bundles.resolver.js';
import { CheckFieldsResolver } from './features/checks/check.fields.resolver.js';
import { ChecksResolver } from './features/checks/checks.resolver.js';
import { CONSUMER_RESOLVERS } from './features/consumers/consumers.resolver.js';
import { ExpectationsLoader } from './features/consumers/expectations.loader.js';
import {
  ServerDiscoveryResolver,
  ServerFactsResolver,
  ToolDiscoveryResolver,
  ToolFieldsResolver,
} from './features/discovery/discovery.resolver.js';
import { DriftResolver } from './features/drift/drift.resolver.js';
import { EVIDENCE_FIELDS } from './features/evidence/evidence.fields.resolver.js';
import { EvidenceLoader } from './features/evidence/evidence.loader.js';
import { EvidenceResolver } from './features/evidence/evidence.resolver.js';
import { GatewaysResolver } from './features/gateways/gateways.resolver.js';
import {
  GovernanceFieldsResolver,
  GovernanceResolver,
  TransferFieldsResolver,
} from './features/governance/governance.resolver.js';
import { FederationResolver } from './features/identity/federation.resolver.js';
import { IdentityLoader } from './features/identity/identity.loader.js';
import { PeopleResolver } from './features/identity/people.resolver.js';
import { ServerAttributesResolver } from './features/identity/server-attributes.resolver.js';
import { TeamMemberFieldsResolver, TeamsResolver } from './features/identity/teams.resolver.js';
import { TokensResolver } from './features/identity/tokens.resolver.js';
import { ImportsResolver } from './features/imports/imports.resolver.js';
import { InspectionsResolver } from './features/inspections/inspections.resolver.js';
import { BreakGlassFieldsResolver, BreakGlassResolver } from './features/lifecycle/break-glass.resolver.js';
import {
  TransitionFieldsResolver,
  VersionHistoryFieldsResolver,
} from './features/lifecycle/history.fields.resolver.js';
import { LifecycleResolver } from './features/lifecycle/lifecycle.resolver.js';
import { LiveResolver } from './features/live/live.resolver.js';
import { MirrorsResolver } from './features/mirrors/mirrors.resolver.js';
import { NamespaceChallengeFieldsResolver, NamespacesResolver } from './features/namespaces/namespaces.resolver.js';
import {
  DeliveriesResolver,
  NoticesResolver,
  WebhooksResolver,
} from './features/notifications/notifications.resolver.js';
import { EndpointHealthFieldsResolver, EndpointHealthResolver } from './features/probes/probes.resolver.js';
import { LintExceptionFieldsResolver, QualityResolver } from './features/quality/quality.resolver.js';
import { CatalogueAccessResolver } from './features/registry/catalogue-access.resolver.js';
import { RegistryResolver } from './features/registry/registry.resolver.js';
import {
  EndpointFieldsResolver,
  NamespaceFieldsResolver,
  ServerFieldsResolver,
} from './features/registry/server.fields.resolver.js';
import { VersionFieldsResolver } from './features/registry/version.fields.resolver.js';
import { FederatedIdentityModule } from './federation/federated-identity.module.js';
import { FederationController } from './federation/federation.controller.js';
import { graphqlModule } from './graphql/graphql.setup.js';
import { LiveEvents } from './graphql/live-events.js';
import { MutationRunner } from './graphql/mutation.runner.js';
import { RequestLoadersFactory } from './graphql/request-loaders.js';
import { HealthController, METRICS } from './health/health.controller.js';
import { DeniedAttempts } from './http/denied-attempts.log.js';
import { type PublicAddresses, PublicAddressesModule } from './http/public-addresses.module.js';
import { RequestContexts } from './http/request-contexts.js';
import { LOGGER } from './logger.token.js';
import { McpController } from './mcp/mcp.controller.js';
import { McpEndpoint } from './mcp/mcp-endpoint.js';
import { RegistryResources } from './mcp/registry-resources.js';
import { RegistryTools } from './mcp/registry-tools.js';
import { ServerPages } from './mcp/server-pages.read-model.prisma.js';
import { ExchangeScopes } from './registry-auth/exchange-scopes.js';
import { RegistryAuthController } from './registry-auth/registry-auth.controller.js';
import { CatalogueController } from './registry-v0/catalogue.controller.js';
import { CatalogueReadModel } from './registry-v0/catalogue.read-model.prisma.js';
import { LifecycleViewReadModel } from './registry-v0/lifecycle-view.read-model.prisma.js';
import { RegistryCallers } from './registry-v0/registry-callers.js';
import { RegistryExtensionController } from './registry-v0/registry-extension.controller.js';
import { RegistryOperationsController } from './registry-v0/registry-operations.controller.js';
import { RegistryPublications } from './registry-v0/registry-publications.service.js';
import { RegistryTokenVerifier } from './registry-v0/registry-token.port.js';
import { RegistryV0Controller } from './registry-v0/registry-v0.controller.js';
import { RegistryWritesController } from './registry-v0/registry-writes.controller.js';
import { SignInController } from './sign-in/sign-in.controller.js';

/** What the api process is made of. */
export type ApiOptions = {
  databaseUrl: string;
  redisUrl?: string | undefined;
  keys: SigningKeyLocation;
  clock: Clock;
  logger: Logger;
  metrics: Registry;
  /** What the database shows where no request is served: nothing by default; tests that look from outside say `system`. */
  outsideRequests?: DefaultScope;
  /** How the outside reaches the console and the gateway. */
  addresses?: PublicAddresses;
  /** The identity provider browsers sign in with; absent: none. */
  signIn?: SignInSettings;
  /** Where the key of stored secrets is; the api sends nothing itself. */
  notifications: NotificationSettings;
  /** How domains and packages are asked who owns them, and the key of registry tokens. */
  proofs: ProofsOptions;
};

const FEATURES = [
  AccessModule,
  AgentsModule,
  AuditModule,
  ChecksModule,
  ConsumersModule,
  DiscoveryModule,
  DriftModule,
  EvidenceModule,
  ExportsModule,
  GatewaysModule,
  GovernanceModule,
  ImportsModule,
  ProbesModule,
  QualityModule,
  RegistryModule,
  TransitionsModule,
  UsageModule,
];

const RESOLVERS = [
  AccessResolver,
  AgentsResolver,
  AuditResolver,
  BundlesResolver,
  CatalogueAccessResolver,
  CheckFieldsResolver,
  ChecksResolver,
  ...CONSUMER_RESOLVERS,
  DeliveriesResolver,
  DriftResolver,
  EndpointFieldsResolver,
  EndpointHealthFieldsResolver,
  EndpointHealthResolver,
  EvidenceResolver,
  ...EVIDENCE_FIELDS,
  FederationResolver,
  GatewaysResolver,
  GrantFieldsResolver,
  ImportsResolver,
  InspectionsResolver,
  BreakGlassFieldsResolver,
  BreakGlassResolver,
  GovernanceFieldsResolver,
  GovernanceResolver,
  TransferFieldsResolver,
  TransitionFieldsResolver,
  VersionHistoryFieldsResolver,
  LifecycleResolver,
  LintExceptionFieldsResolver,
  LiveResolver,
  MirrorsResolver,
  NamespaceChallengeFieldsResolver,
  NamespaceFieldsResolver,
  NamespacesResolver,
  NoticesResolver,
  PeopleResolver,
  QualityResolver,
  RegistryResolver,
  ServerAttributesResolver,
  TeamMemberFieldsResolver,
  TeamsResolver,
  TokensResolver,
  ServerDiscoveryResolver,
  ServerFactsResolver,
  ServerFieldsResolver,
  ToolDiscoveryResolver,
  ToolFieldsResolver,
  VersionFieldsResolver,
  WebhooksResolver,
];

/** The MCP Registry API: reads, writes, the redacted catalogue, what anybody may ask. */
const REGISTRY_API = [
  CatalogueController,
  RegistryAuthController,
  RegistryExtensionController,
  RegistryOperationsController,
  RegistryV0Controller,
  RegistryWritesController,
];

/** What GraphQL's own module needs from the application. */
@Global()
@Module({
  imports: [AccessModule, ChecksModule, DiscoveryModule, ProbesModule, RegistryModule],
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
        PersistenceModule.forRoot({ url: databaseUrl, clock, scope: options.outsideRequests ?? 'request' }),
        RuntimeModule.forRoot(clock),
        PublicAddressesModule.forRoot(options.addresses ?? { console: null, gateway: null }),
        JobsModule.forRoot({ databaseUrl, redisUrl, onError: (error) => logger.warn({ err: error }, 'queue trouble') }),
        // the api requests inspections and runs none: it may reach no network and start no program
        InspectionsModule.forRoot(new InspectionPolicy({ allowPrivate: [] }, {})),
        BundlesModule.forRoot(options.keys),
        AuditProofModule.forRoot(new FileAuditSigner({ dir: options.keys.dir, passphrase: options.keys.passphrase })),
        // walks run in the worker: this process dials nobody
        MirrorsModule.forRoot(new MirrorPolicy({ allowPrivate: [] })),
        NotificationsModule.forRoot(options.notifications),
        IdentityModule.forRoot(options.proofs.network.settings.policy),
        ProofsModule.forRoot({ imports: [FederatedIdentityModule], ...options.proofs }),
        SessionsModule.forRoot(options.signIn ?? new SignInSettings(null)),
        RequestModule,
        graphqlModule(logger),
        ...FEATURES,
      ],
      controllers: [
        SignInController,
        AuditController,
        BundlesController,
        ExportsController,
        FederationController,
        HealthController,
        McpController,
        ...REGISTRY_API,
      ],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: METRICS, useValue: options.metrics },
        AuditProcessor,
        BundlePulls,
        BundlesProcessor,
        DeniedAttempts,
        EvidenceLoader,
        ExpectationsLoader,
        IdentityLoader,
        LiveEvents,
        MutationRunner,
        CatalogueReadModel,
        ExchangeScopes,
        { provide: RegistryTokenVerifier, useExisting: RegistryTokens },
        LifecycleViewReadModel,
        McpEndpoint,
        RegistryCallers,
        RegistryPublications,
        RegistryResources,
        RegistryTools,
        ServerPages,
        ...RESOLVERS,
      ],
    };
  }
}
