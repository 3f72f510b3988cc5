import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { buildContract, type Contract, type Member } from '@rollcall/contract';
import { InspectionPolicy, resolveTarget } from '@rollcall/inspections';
import { Refusal } from '@rollcall/kernel';
import { type CallSession, withCallSession } from '@rollcall/mcp-client';
import { PrismaService } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';
import { notStaging } from './evidence.errors.js';
import { GoldenRecords, type GoldenRunRow, type GoldenSeen, type GoldenSetRow } from './golden.records.prisma.js';
import { type CallQuestion, mayCall } from './golden-permission.js';
import { type GoldenCall, type GoldenDocument, MAX_RESULT_BYTES } from './golden-set.js';
import { argumentProblem, judgeAnswer, unmade } from './golden-verdict.js';

/** For connecting, listing and every call of a set together. */
const SESSION_MS = 120_000;
const DEFAULT_CALL_MS = 10_000;

type Question = Omit<CallQuestion, 'call' | 'pinned' | 'live'>;
type Made = GoldenSeen['results'][number];

/** Makes the declared calls of a run, one after the other, in one session. What the server does is a verdict. */
@Injectable()
export class GoldenRunner {
  constructor(
    private readonly prisma: PrismaService,
    private readonly runtime: Runtime,
    private readonly contracts: ContractStore,
    private readonly records: GoldenRecords,
    private readonly policy: InspectionPolicy,
  ) {}

  /** Runs a queued run; running it twice records it once. */
  async run(runId: string): Promise<void> {
    const run = await this.prisma.goldenRun.findUniqueOrThrow({ where: { id: runId } });
    if (!(await this.records.claim(runId))) return;
    const ctx = this.runtime.systemContext(run.organizationId);
    try {
      await this.records.finish(ctx, run, 'completed', await this.seen(run));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.fail(run, error.message);
    }
  }

  /** Ends a run that could not be made, so that nobody waits for it for ever. */
  async giveUp(runId: string): Promise<void> {
    const run = await this.prisma.goldenRun.findUniqueOrThrow({ where: { id: runId } });
    await this.fail(run, 'The calls could not be made; the fault is in the log of the worker.');
  }

  private async fail(run: GoldenRunRow, detail: string): Promise<void> {
    const set = await this.prisma.goldenSet.findUniqueOrThrow({ where: { id: run.setId } });
    const results = callsOf(set).map((call) => ({ ...nameOf(call), verdict: unmade('refused', detail) }));
    const nothing = { era: null, protocolVersion: null, contractDigest: null };
    const ctx = this.runtime.systemContext(run.organizationId);
    await this.records.finish(ctx, run, 'failed', { outcome: 'refused_by_policy', detail, ...nothing, results });
  }

  private async seen(run: GoldenRunRow): Promise<GoldenSeen> {
    const set = await this.prisma.goldenSet.findUniqueOrThrow({ where: { id: run.setId } });
    const version = await this.prisma.serverVersion.findUniqueOrThrow({
      where: { id: run.versionId },
      include: { endpoints: true },
    });
    const environment = await this.prisma.environment.findUniqueOrThrow({ where: { id: run.environmentId } });
    // asked again where the calls are made: nothing else stands between a declared call and production
    if (environment.kind !== 'staging') throw notStaging(environment.name);
    const target = resolveTarget(version, run.environmentId, this.policy);
    const digest = version.approvedContractDigest ?? version.contractDigest;
    const pinned = digest === null ? null : await this.contracts.find(run.organizationId, digest);
    const permits = await this.prisma.goldenPermission.findMany({ where: { serverId: set.serverId } });
    const declaration = { document: set.document as GoldenDocument, declaredBy: set.declaredBy };
    const question = { declaration, permits, now: this.runtime.clock.now() };
    const options = {
      network: this.policy.network,
      clock: this.runtime.clock,
      timeoutMs: SESSION_MS,
      // a Unix socket is only ever named by the operator's own file
      allowUnixSockets: target.transport === 'unix',
      // lists may be larger than results; what is too large for a result is judged then
      maxFrameBytes: 4 * MAX_RESULT_BYTES,
    };
    return withCallSession(target, options, (session) => this.callAll(session, { pinned, question }));
  }

  private async callAll(
    session: CallSession,
    { pinned, question }: { pinned: Contract | null; question: Question },
  ): Promise<GoldenSeen> {
    const live = session.offer === null ? null : buildContract(session.offer).contract;
    const results: Made[] = [];
    for (const call of question.declaration.document.calls) {
      results.push(
        await callOne(session, { ...question, call, pinned: toolOf(pinned, call), live: toolOf(live, call) }),
      );
    }
    const { outcome, detail, era, protocolVersion } = session;
    return { outcome, detail, era, protocolVersion, contractDigest: live?.digest ?? null, results };
  }
}

async function callOne(session: CallSession, question: CallQuestion): Promise<Made> {
  const { call, live } = question;
  const refused = (reason: string) => ({ ...nameOf(call), verdict: unmade('refused', reason) });
  if (session.offer === null) {
    const reason = `The endpoint could not be read (${session.outcome}): ${session.detail ?? ''}`;
    return { ...nameOf(call), verdict: unmade('failed', reason) };
  }
  const decision = mayCall(question);
  if (!decision.allowed) return refused(decision.reason);
  if (live === null) return refused('The tool is not offered.');
  const tool = live.definition;
  const made = { ...nameOf(call), permissionId: decision.permissionId };
  const problem = argumentProblem(call, tool);
  if (problem !== null) return { ...made, verdict: unmade('failed', problem) };
  const timeoutMs = call.expect.maxLatencyMs ?? DEFAULT_CALL_MS;
  const answer = await session.call({ tool, arguments: call.arguments, timeoutMs: timeoutMs + 500 });
  return { ...made, verdict: judgeAnswer(call, tool, answer) };
}

const callsOf = (set: GoldenSetRow): GoldenCall[] => (set.document as GoldenDocument).calls;
const nameOf = ({ name, tool }: GoldenCall) => ({ name, tool, permissionId: null });

function toolOf(contract: Contract | null, call: GoldenCall): Member | null {
  return contract?.members.find((member) => member.kind === 'tool' && member.name === call.tool) ?? null;
}
