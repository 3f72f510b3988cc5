import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { ImportService, type OpenApiImport } from '@rollcall/imports';
import type { RequestContext } from '@rollcall/kernel';
import { ServerCatalog } from '@rollcall/registry';
import { Ctx } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';

@Resolver()
export class ImportsResolver {
  constructor(
    private readonly imports: ImportService,
    private readonly catalog: ServerCatalog,
    private readonly mutations: MutationRunner,
  ) {}

  @Mutation('serverImportOpenApi')
  serverImportOpenApi(@Ctx() ctx: RequestContext, @Args('input') input: OpenApiImport) {
    const empty = { version: null, created: false, tools: [], issues: [] };
    const attempt = { mutation: 'serverImportOpenApi', subject: `server:${input.name.slice(0, 200)}`, empty } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const { versionId, ...rest } = await this.imports.openApi(ctx, input);
      return { version: await this.catalog.version(ctx, { byId: versionId }), ...rest };
    });
  }
}
