import { Injectable } from '@nestjs/common';
import { ExpectationService, type ExpectationSetRow } from '@rollcall/consumers';
import type { RequestContext } from '@rollcall/kernel';
import DataLoader from 'dataloader';

/** What agents rely on, one batch per request. */
@Injectable()
export class ExpectationsLoader {
  private readonly requests = new WeakMap<RequestContext, DataLoader<string, ExpectationSetRow | null>>();

  constructor(private readonly expectations: ExpectationService) {}

  of(ctx: RequestContext): DataLoader<string, ExpectationSetRow | null> {
    const known = this.requests.get(ctx);
    if (known) return known;
    const loader = new DataLoader<string, ExpectationSetRow | null>(async (ids) => {
      const found = await this.expectations.inForce(ctx.organizationId, ids);
      return ids.map((id) => found.get(id) ?? null);
    });
    this.requests.set(ctx, loader);
    return loader;
  }
}
