import { Args, Query, Resolver } from '@nestjs/graphql';
import { AccessService } from '@rollcall/access';
import { AuditLog, type AuditQuery } from '@rollcall/audit';
import { decodeCursor, encodeCursor, Refusal, type RequestContext } from '@rollcall/kernel';
import { Ctx } from '../../graphql/graphql-context.js';

type AuditWhere = {
  subject?: string | null;
  action?: string | null;
  actionPrefix?: string | null;
  actor?: string | null;
  outcome?: 'DONE' | 'DENIED' | null;
  from?: Date | null;
  to?: Date | null;
};

type AuditArgs = {
  first: number;
  after?: string | null;
  where?: AuditWhere | null;
  orderBy?: 'OLDEST_FIRST' | 'NEWEST_FIRST' | null;
};

@Resolver()
export class AuditResolver {
  constructor(
    private readonly audit: AuditLog,
    private readonly access: AccessService,
  ) {}

  @Query('auditEvents')
  async auditEvents(@Ctx() ctx: RequestContext, @Args() { first, after, where, orderBy }: AuditArgs) {
    await this.access.authorize(ctx, 'audit.read');
    const take = Math.min(Math.max(first, 1), 100);
    const newestFirst = orderBy === 'NEWEST_FIRST';
    const at = after ? sequenceOf(after) : undefined;
    const rows = await this.audit.page(ctx.organizationId, {
      ...filterOf(where ?? {}),
      ...(at === undefined ? {} : newestFirst ? { beforeSequence: at } : { afterSequence: at }),
      newestFirst,
      take: take + 1,
    });
    const page = rows.slice(0, take);
    return {
      edges: page.map((row) => ({ cursor: cursorOf(row.sequence), node: { ...row, sequence: Number(row.sequence) } })),
      pageInfo: {
        hasNextPage: rows.length > take,
        endCursor: page.length > 0 ? cursorOf(page.at(-1)?.sequence ?? 0n) : null,
      },
    };
  }
}

function filterOf({ outcome, from, to, ...texts }: AuditWhere): Partial<AuditQuery> {
  const given = Object.entries(texts).filter(([, value]) => value);
  return {
    ...Object.fromEntries(given),
    ...(outcome ? { outcome: outcome.toLowerCase() } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

const cursorOf = (sequence: bigint): string => encodeCursor([String(sequence)]);

function sequenceOf(cursor: string): bigint {
  const key = decodeCursor(cursor, 1);
  if (!key.ok || !/^\d{1,18}$/.test(key.value[0] ?? '')) {
    throw new Refusal({
      code: 'INVALID_CURSOR',
      message: 'The cursor is not one that this list gave out.',
      nextStep: 'Start again without "after".',
      path: ['after'],
    });
  }
  return BigInt(key.value[0] ?? '0');
}
