import { Args, Query, Resolver } from '@nestjs/graphql';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { decodeCursor, encodeCursor, Refusal, type RequestContext } from '@rollcall/kernel';
import { Ctx } from '../../graphql/graphql-context.js';

@Resolver()
export class AuditResolver {
  constructor(
    private readonly audit: AuditLog,
    private readonly access: AccessService,
  ) {}

  @Query('auditEvents')
  async auditEvents(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
    @Args('where') where?: { subject?: string | null; action?: string | null } | null,
  ) {
    await this.access.authorize(ctx, 'audit.read');
    const take = Math.min(Math.max(first, 1), 100);
    const rows = await this.audit.page(ctx.organizationId, {
      afterSequence: after ? sequenceOf(after) : 0n,
      take: take + 1,
      ...(where?.subject ? { subject: where.subject } : {}),
      ...(where?.action ? { action: where.action } : {}),
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
