import { ProbeLoop, ProbePartitions, ProbeScheduleRecords } from '@rollcall/probes';
import { RegistryService } from '@rollcall/registry';
import { type RunningMcpServer, startMcpServer } from '../mcp-servers/index.js';
import { type ControlPlane, NOON, openControlPlane } from './control-plane.js';
import type { PersonSeed } from './person.seed.js';
import { type OrganizationSeed, seed, type TeamSeed } from './seed.js';

/** A control plane with one team and a server to probe; its clock is moved from slot to slot. */
export class ProbeWorld {
  private readonly started: RunningMcpServer[] = [];
  private count = 0;

  private constructor(
    readonly plane: ControlPlane,
    readonly acme: OrganizationSeed,
    readonly team: TeamSeed,
    readonly people: { olivia: PersonSeed; riley: PersonSeed; ci: PersonSeed },
  ) {}

  static async open(): Promise<ProbeWorld> {
    const plane = await openControlPlane();
    const acme = await seed(plane).organization('acme');
    const team = await acme.team('payments');
    const olivia = await team.maintainer('olivia');
    const riley = await acme.reviewer('riley');
    const ci = await team.developer('ci');
    plane.clock.set(new Date(NOON));
    await plane.get(ProbePartitions).make(plane.clock.now());
    return new ProbeWorld(plane, acme, team, { olivia, riley, ci });
  }

  async close(): Promise<void> {
    for (const one of this.started) await one.close();
    await this.plane.close();
  }

  async start(behaviour: Parameters<typeof startMcpServer>[0] = {}): Promise<RunningMcpServer> {
    const running = await startMcpServer(behaviour);
    this.started.push(running);
    return running;
  }

  /** A version in review with an endpoint in production; the schedule knows it. */
  async endpointAt(url: string) {
    const { olivia, riley, ci } = this.people;
    const version = await ci.publishes(`${this.team.namespace}/ledger${++this.count}`, '1.0.0');
    await version.reaches('in_review', { owner: olivia, reviewer: riley });
    const input = { version: version.ref, environment: 'production', transport: 'streamable-http', url } as const;
    const { id } = await this.plane.get(RegistryService).setEndpoint(olivia.context(), input);
    await this.align();
    return { id, version };
  }

  align(): Promise<number> {
    return this.plane.get(ProbeScheduleRecords).align(this.plane.clock.now());
  }

  schedule(endpointId: string) {
    return this.plane.prisma.probeSchedule.findUnique({ where: { endpointId } });
  }

  results(endpointId: string) {
    return this.plane.prisma.probeResult.findMany({ where: { endpointId }, orderBy: { scheduledAt: 'asc' } });
  }

  /** Payloads of the events of an endpoint, oldest first. */
  async events(topic: string, endpointId: string) {
    const rows = await this.plane.prisma.outboxEvent.findMany({ where: { topic }, orderBy: { id: 'asc' } });
    const payloads = rows.map((event) => event.payload as Record<string, unknown>);
    return payloads.filter((payload) => payload['endpointId'] === endpointId);
  }

  /** Moves time to the next slot of an endpoint and makes what is due, so many times. */
  async probe(endpointId: string, times = 1): Promise<void> {
    for (let n = 0; n < times; n++) {
      const next = (await this.schedule(endpointId))?.nextAt;
      if (next && next > this.plane.clock.now()) this.plane.clock.set(next);
      await this.plane.get(ProbeLoop).runDue((error) => {
        throw error;
      });
    }
  }
}
