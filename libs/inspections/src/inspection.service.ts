import { Injectable } from '@nestjs/common';
import { buildContract, type Contract } from '@rollcall/contract';
import { Refusal, type RequestContext } from '@rollcall/kernel';
import {
  checkUnauthenticatedAccess,
  type InspectionTarget,
  inspectServer,
  type Observation,
} from '@rollcall/mcp-client';
import { PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { ContractStore, ServerCatalog, type VersionRef } from '@rollcall/registry';
import { InspectionMessages, type QueuedInspection } from './inspection.messages.js';
import { InspectionPolicy, resolveTarget } from './inspection-target.js';

type Seen = {
  observation: Observation;
  contract: Contract | null;
  issues: unknown[];
  refusedWithoutToken: boolean | null;
};

/** Requests and runs inspections: one connection to a live endpoint, and what was seen. */
@Injectable()
export class InspectionService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
    private readonly messages: InspectionMessages,
    private readonly policy: InspectionPolicy,
  ) {}

  /** Queues an inspection; the worker runs it. */
  async request(ctx: RequestContext, input: { version: VersionRef; environment?: string | null }): Promise<string> {
    const version = await this.catalog.version(ctx, input.version, 'version.inspect');
    const environment = input.environment
      ? await this.catalog.environment(ctx.organizationId, input.environment)
      : null;
    return this.transactions.run((tx) =>
      this.messages.queue(tx, ctx, {
        organizationId: ctx.organizationId,
        versionId: version.id,
        environmentId: environment?.id ?? null,
        purpose: 'request',
        requestedBy: ctx.principal.id,
      }),
    );
  }

  /** Queues the first inspection of a version that was just published; a second call for it does nothing. */
  async followPublish(versionId: string): Promise<void> {
    const version = await this.prisma.serverVersion.findUniqueOrThrow({ where: { id: versionId } });
    if (await this.prisma.inspection.findFirst({ where: { versionId, purpose: 'publish' } })) return;
    const ctx = this.messages.systemContext(version.organizationId);
    await this.transactions.run((tx) =>
      this.messages.queue(tx, ctx, {
        organizationId: version.organizationId,
        versionId,
        environmentId: null,
        purpose: 'publish',
        requestedBy: version.publisherId,
      }),
    );
  }

  /** Queues an inspection of an endpoint that was just set, unless one is waiting already. */
  async followEndpoint(versionId: string, environmentId: string): Promise<void> {
    const waiting = { versionId, environmentId, purpose: 'endpoint', status: 'queued' };
    if (await this.prisma.inspection.findFirst({ where: waiting })) return;
    const version = await this.prisma.serverVersion.findUniqueOrThrow({ where: { id: versionId } });
    const ctx = this.messages.systemContext(version.organizationId);
    await this.transactions.run((tx) =>
      this.messages.queue(tx, ctx, {
        organizationId: version.organizationId,
        versionId,
        environmentId,
        purpose: 'endpoint',
        requestedBy: ctx.principal.id,
      }),
    );
  }

  /** Runs a queued inspection. What the server does is an outcome, never an error; running it twice records it once. */
  async run(inspectionId: string): Promise<void> {
    const inspection = await this.prisma.inspection.findUniqueOrThrow({ where: { id: inspectionId } });
    // only while it is open: a run that is late must not open again what another has recorded
    if (!(await this.messages.claim(this.prisma, inspectionId))) return;
    const version = await this.prisma.serverVersion.findUniqueOrThrow({
      where: { id: inspection.versionId },
      include: { endpoints: true, server: true },
    });
    const ctx = this.messages.systemContext(inspection.organizationId);
    try {
      const target = resolveTarget(version, inspection.environmentId, this.policy);
      const seen = await this.observe(ctx, target);
      await this.transactions.run((tx) => this.record(tx, ctx, inspection, seen));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.transactions.run((tx) => this.messages.refuse(tx, ctx, inspection, error));
    }
  }

  /** Ends an inspection that could not be run, so that nobody waits for it for ever. */
  async giveUp(inspectionId: string): Promise<void> {
    const inspection = await this.prisma.inspection.findUniqueOrThrow({ where: { id: inspectionId } });
    const ctx = this.messages.systemContext(inspection.organizationId);
    const refusal = new Refusal({
      code: 'INSPECTION_FAILED',
      message: 'The inspection could not be run; the fault is in the log of the worker.',
      nextStep: 'Ask for another one when the fault is mended.',
    });
    await this.transactions.run((tx) => this.messages.refuse(tx, ctx, inspection, refusal));
  }

  private async observe(ctx: RequestContext, target: InspectionTarget): Promise<Seen> {
    const { network, timeoutMs } = this.policy;
    // a Unix socket is only ever named by the operator's own file
    const options = { network, clock: ctx.clock, timeoutMs, allowUnixSockets: target.transport === 'unix' };
    const observation = await inspectServer(target, options);
    const built = observation.offer ? buildContract(observation.offer) : null;
    const access = await checkUnauthenticatedAccess(target, options, observation);
    const { finding } = access;
    return {
      observation,
      contract: built?.contract ?? null,
      issues: [...(finding === null ? [] : [finding]), ...observation.issues, ...(built?.issues ?? [])],
      // only a network listener can be reached by somebody without a token
      refusedWithoutToken: access.status === 'not_applicable' ? null : access.refused,
    };
  }

  private async record(
    tx: Tx,
    ctx: RequestContext,
    inspection: QueuedInspection & { id: string },
    seen: Seen,
  ): Promise<void> {
    const { observation, contract } = seen;
    if (!(await this.messages.claim(tx, inspection.id))) return;
    if (contract) {
      await this.contracts.save(tx, inspection.organizationId, contract, ctx.clock.now());
      await tx.serverVersion.update({
        where: { id: inspection.versionId },
        data: { contractDigest: contract.digest },
      });
    }
    await tx.inspection.update({
      where: { id: inspection.id },
      data: {
        status: 'completed',
        outcome: observation.outcome,
        detail: observation.detail,
        era: observation.era,
        protocolVersion: observation.protocolVersion,
        transport: observation.transport,
        contractDigest: contract?.digest ?? null,
        unauthenticatedAccessRefused: seen.refusedWithoutToken,
        latencyMs: Math.round(observation.latencyMs),
        launch: observation.launch,
        certificateExpiresAt: observation.tls?.expiresAt ?? null,
        resourceMetadata: observation.authentication?.resourceMetadata ?? null,
        issues: seen.issues as object,
        frames: observation.frames as object,
        finishedAt: ctx.clock.now(),
      },
    });
    await this.messages.finished(tx, ctx, inspection, {
      outcome: observation.outcome,
      contract: contract?.digest ?? null,
    });
  }
}
