import { type DynamicModule, Module } from '@nestjs/common';
import { type Clock, type Ids, type RequestContext, ulidIds } from '@rollcall/kernel';

/** The process's clock and ids, and contexts for what the product does by itself. Nest token of both ports. */
export class Runtime {
  readonly ids: Ids;

  constructor(readonly clock: Clock) {
    this.ids = ulidIds(clock);
  }

  /** A context for a job, the sweep or the bootstrap: allowed everything within one organization, audited as `rollcall`. */
  systemContext(organizationId: string, requestId = this.ids.next('req')): RequestContext {
    return {
      principal: { id: 'system', kind: 'system', handle: 'rollcall' },
      organizationId,
      requestId,
      clock: this.clock,
      ids: this.ids,
    };
  }
}

/** Gives every module the same {@link Runtime}. */
@Module({})
export class RuntimeModule {
  static forRoot(clock: Clock): DynamicModule {
    return {
      module: RuntimeModule,
      global: true,
      providers: [{ provide: Runtime, useValue: new Runtime(clock) }],
      exports: [Runtime],
    };
  }
}
