import { Injectable } from '@nestjs/common';
import { Refusal } from '@rollcall/kernel';
import { asSystem, enterOrganization, PrismaService } from '@rollcall/persistence';
import type { ExchangeScope } from '@rollcall/proofs';
import type { FastifyRequest } from 'fastify';

/** Which organization an exchange is for: the address names it, or there is only one. */
@Injectable()
export class ExchangeScopes {
  constructor(private readonly prisma: PrismaService) {}

  async of(request: FastifyRequest): Promise<ExchangeScope> {
    const organizationId = await this.organization((request.params as { organization?: string }).organization);
    enterOrganization(organizationId);
    return { organizationId, requestId: request.id };
  }

  private async organization(slug: string | undefined): Promise<string> {
    const found = await asSystem(() =>
      this.prisma.organization.findMany({
        where: slug === undefined ? {} : { slug },
        select: { id: true },
        take: 2,
      }),
    );
    const [only, second] = found;
    if (only && !second) return only.id;
    throw new Refusal({
      code: 'NOT_FOUND',
      message: second
        ? 'This registry has several organizations; the address must name one.'
        : 'There is nothing at this address.',
      nextStep: 'Use the base address https://HOST/o/ORGANIZATION that your organization gave you.',
    });
  }
}
