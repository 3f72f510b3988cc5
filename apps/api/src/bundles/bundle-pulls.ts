import { Injectable } from '@nestjs/common';
import { AccessService, unauthenticated } from '@rollcall/access';
import { GatewayService } from '@rollcall/gateways';
import { notFound } from '@rollcall/kernel';
import { ServerCatalog } from '@rollcall/registry';
import { asDenied } from '../http/denied-attempts.log.js';
import { type Caller, RequestContexts } from '../http/request-contexts.js';

/** Who may pull what: a gateway its own environment only, a person with `bundle.pull` any environment of the organization. */
@Injectable()
export class BundlePulls {
  constructor(
    private readonly contexts: RequestContexts,
    private readonly access: AccessService,
    private readonly gateways: GatewayService,
    private readonly catalog: ServerCatalog,
  ) {}

  async authorize(caller: Caller, environmentName: string) {
    const ctx = await this.contexts.of(caller);
    if (!ctx) throw unauthenticated();
    await this.access.authorize(ctx, 'bundle.pull');
    const environment = await this.catalog.environment(ctx.organizationId, environmentName);
    const gateway = await this.gateways.identify(ctx);
    // another environment does not exist for a gateway
    if (ctx.principal.kind === 'gateway' && gateway?.environmentId !== environment.id) {
      throw asDenied(notFound('environment', environmentName));
    }
    return { ctx, environment, gateway };
  }

  /** As {@link authorize}, and the caller is a gateway. */
  async authorizeGateway(caller: Caller, environmentName: string) {
    const { ctx, environment, gateway } = await this.authorize(caller, environmentName);
    if (!gateway) throw notFound('gateway', ctx.principal.handle);
    return { ctx, environment, gateway };
  }
}
