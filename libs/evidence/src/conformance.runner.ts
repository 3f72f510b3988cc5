import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { buildContract } from '@rollcall/contract';
import { InspectionPolicy, resolveTarget } from '@rollcall/inspections';
import { Refusal } from '@rollcall/kernel';
import { inspectServer, openPinnedProxy } from '@rollcall/mcp-client';
import { PrismaService } from '@rollcall/persistence';
import { ConformanceRecords, type ConformanceRunRow, type ConformanceSeen } from './conformance.records.prisma.js';
import { ConformanceKitLocation, findKit, runScenario } from './conformance-kit.adapter.js';
import type { ConformanceScenario } from './conformance-result.js';
import { SCENARIO_SETS } from './conformance-scenario.catalogue.js';
import { kitMissing, noConformance, notStaging } from './evidence.errors.js';

/** Runs the server-agnostic scenarios of the official suite against one endpoint. */
@Injectable()
export class ConformanceRunner implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    private readonly prisma: PrismaService,
    private readonly runtime: Runtime,
    private readonly records: ConformanceRecords,
    private readonly policy: InspectionPolicy,
    private readonly location: ConformanceKitLocation,
  ) {}

  /** A run under way is not recorded: its job is made again by the next worker. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** Runs a queued run; running it twice records it once. */
  async run(runId: string): Promise<void> {
    const run = await this.prisma.conformanceRun.findUniqueOrThrow({ where: { id: runId } });
    if (!(await this.records.claim(runId))) return;
    try {
      await this.finish(run, await this.seen(run));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.refuse(run, error);
    }
  }

  /** Ends a run that could not be made, so that nobody waits for it for ever. */
  async giveUp(runId: string): Promise<void> {
    const run = await this.prisma.conformanceRun.findUniqueOrThrow({ where: { id: runId } });
    await this.refuse(run, noConformance('The run failed; the fault is in the log of the worker.'));
  }

  private finish(run: ConformanceRunRow, seen: ConformanceSeen): Promise<void> {
    return this.records.finish(this.runtime.systemContext(run.organizationId), run, seen);
  }

  private refuse(run: ConformanceRunRow, { code, message, nextStep }: Refusal): Promise<void> {
    const nothing = { kit: null, specVersion: null, contractDigest: null, scenarios: [] };
    return this.finish(run, { code, detail: `${message} ${nextStep}`, ...nothing });
  }

  private async seen(run: ConformanceRunRow): Promise<ConformanceSeen> {
    const kit = findKit(this.location);
    if (kit === null) throw kitMissing();
    const version = await this.prisma.serverVersion.findUniqueOrThrow({
      where: { id: run.versionId },
      include: { endpoints: true },
    });
    const environment = await this.prisma.environment.findUniqueOrThrow({ where: { id: run.environmentId } });
    if (environment.kind !== 'staging') throw notStaging(environment.name);
    const target = resolveTarget(version, run.environmentId, this.policy);
    if (target.transport !== 'streamable-http') throw noConformance(`The endpoint speaks ${target.transport}.`);
    const { network, timeoutMs } = this.policy;
    const observation = await inspectServer(target, { network, timeoutMs, clock: this.runtime.clock });
    if (observation.era === null || observation.offer === null) {
      throw noConformance(`The endpoint could not be read (${observation.outcome}): ${observation.detail ?? ''}`);
    }
    const { specVersion, scenarios } = SCENARIO_SETS[observation.era];
    const contractDigest = buildContract(observation.offer).contract.digest;
    const proxy = await openPinnedProxy({ url: target.url, policy: network });
    if (!proxy.ok) throw noConformance(proxy.error.detail);
    try {
      const seen: ConformanceScenario[] = [];
      const { url } = proxy.value;
      const { signal } = this.stopping;
      for (const scenario of scenarios) {
        seen.push(await runScenario(kit, { url, scenario, specVersion, signal }));
        if (signal.aborted) throw new Error('the worker stops');
      }
      return { code: null, detail: null, kit: kit.name, specVersion, contractDigest, scenarios: seen };
    } finally {
      await proxy.value.close();
    }
  }
}
