import { Controller, Get, Inject, Res } from '@nestjs/common';
import { JobQueue } from '@rollcall/jobs';
import { type Readiness, type ReadinessCheck, type Registry, readiness } from '@rollcall/observability';
import { PrismaService } from '@rollcall/persistence';
import type { FastifyReply } from 'fastify';

/** Nest token of the process's metrics registry. */
export const METRICS = Symbol('METRICS');

const READINESS_TIMEOUT_MS = 2_000;

/** Liveness, readiness that names the dependency that is down, and Prometheus metrics. */
@Controller()
export class HealthController {
  /** What has to work for the api to be of use, by name. */
  readonly checks: Readonly<Record<string, ReadinessCheck>> = {
    postgresql: async () => {
      await this.prisma.$queryRaw`SELECT 1`;
    },
    queue: async () => {
      await this.queue.depth('bundles');
    },
  };

  constructor(
    private readonly prisma: PrismaService,
    private readonly queue: JobQueue,
    @Inject(METRICS) private readonly metrics: Registry,
  ) {}

  @Get('healthz')
  healthz() {
    return { status: 'ok' };
  }

  @Get('readyz')
  async readyz(@Res() reply: FastifyReply) {
    const state: Readiness = await readiness(this.checks, READINESS_TIMEOUT_MS);
    return reply.status(state.ready ? 200 : 503).send(state);
  }

  @Get('metrics')
  async prometheus(@Res() reply: FastifyReply) {
    return reply.type(this.metrics.contentType).send(await this.metrics.metrics());
  }
}
