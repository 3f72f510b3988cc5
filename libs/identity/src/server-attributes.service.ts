import { Injectable } from '@nestjs/common';
import { AccessService, ATTRIBUTES } from '@rollcall/access';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { invalidInput } from './identity.errors.js';
import { IdentityJournal } from './identity-journal.js';

/** How critical a server is and which class of data it handles; what is not given stays. */
export type ServerAttributesInput = {
  server: { byId?: string | null; byName?: string | null };
  criticality?: string | null;
  dataClass?: string | null;
};

/** The two attributes of a server that permissions look at. */
@Injectable()
export class ServerAttributesService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
  ) {}

  /** Sets them. What a server is now decides who may: a critical one is not called harmless by those it is kept from. */
  async set(ctx: RequestContext, input: ServerAttributesInput) {
    const { byId, byName } = input.server;
    const key = byId ? { id: byId } : { name: byName ?? '' };
    const server = await this.prisma.server.findFirst({ where: { organizationId: ctx.organizationId, ...key } });
    if (!server || !(await this.access.can(ctx, 'server.read', server.teamId)))
      throw notFound('server', byId ?? byName ?? '');
    const { teamId, criticality, dataClass } = server;
    await this.access.authorize(ctx, 'server.attributes', { teamId, attributes: { criticality, dataClass } });
    const next = {
      criticality: wordOf('criticality', input.criticality ?? criticality),
      dataClass: wordOf('data_class', input.dataClass ?? dataClass),
    };
    return this.transactions.run(async (tx) => {
      // only from what was judged above: somebody may have called it critical since
      const where = { id: server.id, organizationId: ctx.organizationId, criticality, dataClass, teamId };
      const { count } = await tx.server.updateMany({ where, data: next });
      if (count === 0) throw changedMeanwhile(server.name);
      if (next.criticality !== criticality || next.dataClass !== dataClass) {
        await this.journal.write(tx, ctx, {
          topic: 'server.attributes_set',
          payload: { serverId: server.id },
          entry: {
            action: 'server.attributes',
            subject: `server:${server.name}`,
            data: { from: { criticality, dataClass }, to: next },
          },
        });
      }
      return tx.server.findUniqueOrThrow({ where: { id: server.id } });
    });
  }
}

function wordOf(attribute: string, value: string): string {
  const words = ATTRIBUTES[attribute] ?? [];
  if (words.includes(value)) return value;
  throw invalidInput(attribute, `"${value}" is no ${attribute}.`, `Use one of ${words.join(', ')}.`);
}

const changedMeanwhile = (server: string) =>
  invalidInput(
    'server',
    `The attributes of ${server} were changed by somebody else just now.`,
    'Look again, then decide.',
  );
