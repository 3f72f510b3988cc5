import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Loaders } from '../../graphql/graphql-context.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

/** What was decided about a version, beside its steps. */
@Resolver('ServerVersion')
export class VersionHistoryFieldsResolver {
  @ResolveField('breakGlassTransitions')
  breakGlassTransitions(@Parent() version: { id: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.breakGlassOfVersion.load(version.id);
  }

  @ResolveField('reviewApprovals')
  reviewApprovals(@Parent() version: { id: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.approvalsOfVersion.load(version.id);
  }
}

@Resolver('Transition')
export class TransitionFieldsResolver {
  @ResolveField('confirmedBy')
  confirmedBy(@Parent() transition: { confirmedBy: string | null }, @Loaders() loaders: RequestLoaders) {
    return transition.confirmedBy === null ? null : loaders.principal.load(transition.confirmedBy);
  }
}
