import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { makeBundle, PAYLOAD_TYPES, signDocument } from '@rollcall/bundle';
import { digestOf, sha256Hex } from '@rollcall/contract';
import { DAY_MS, HOUR_MS, type JsonValue, Refusal, type RequestContext } from '@rollcall/kernel';
import { TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { compile, type PolicyState } from '@rollcall/policy';
import { policyInvalid } from './bundles.errors.js';
import { PolicyInputReadModel } from './policy-input.read-model.prisma.js';
import { TrustService } from './trust.service.js';

/** After this long a gateway that hears nothing new raises the alarm. */
const STALE_AFTER_MS = DAY_MS;
/** After this long it stops allowing calls. */
const HARD_EXPIRY_MS = 7 * DAY_MS;
/** An unchanged policy is signed again after this long, well before it goes stale. */
const REISSUE_AFTER_MS = 12 * HOUR_MS;

type Target = { id: string; name: string; kind: string };

/** Compiles, signs and publishes the policy of an environment. */
@Injectable()
export class BundlePublisher {
  /** One publication at a time: each holds a connection for the lock while a second one reads the snapshot. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly access: AccessService,
    private readonly transactions: TransactionRunner,
    private readonly input: PolicyInputReadModel,
    private readonly trust: TrustService,
    private readonly audit: AuditLog,
  ) {}

  /** On request of a person. Returns the newest revision's id; an unchanged policy makes no new one. */
  async publishNow(ctx: RequestContext, environment: Target): Promise<string> {
    await this.access.authorize(ctx, 'bundle.publish');
    return this.publish(ctx, environment);
  }

  /** Every environment of the organization, as the product itself; one that does not compile holds up no other, and is refused last. */
  async publishAll(ctx: RequestContext): Promise<void> {
    const environments = await this.transactions.snapshot((tx) =>
      tx.environment.findMany({ where: { organizationId: ctx.organizationId } }),
    );
    let refusal: Refusal | undefined;
    for (const environment of environments) {
      try {
        await this.publish(ctx, environment);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusal ??= error;
      }
    }
    if (refusal) throw refusal;
  }

  /** {@link publishAll} for every organization; `onFailure` hears what could not be published, and the rest goes on. */
  async publishEverywhere(
    contextOf: (organizationId: string) => RequestContext,
    onFailure: (organizationId: string, error: unknown) => void,
  ): Promise<void> {
    for (const organizationId of await this.trust.organizations()) {
      try {
        await this.publishAll(contextOf(organizationId));
      } catch (error) {
        onFailure(organizationId, error);
      }
    }
  }

  private publish(ctx: RequestContext, environment: Target): Promise<string> {
    const mine = this.turn.then(() => this.publishInTurn(ctx, environment));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async publishInTurn(ctx: RequestContext, environment: Target): Promise<string> {
    const { root, keys } = await this.trust.signingMaterial(ctx.organizationId);
    const audience = { organization: root.organization, environment: environment.name };
    // the lock comes first and the snapshot inside it: two publishers can then never sign an older state under a newer serial
    return this.transactions.run(
      async (lockTx) => {
        await withAdvisoryLock(lockTx, `bundle:${environment.id}`);
        const state = await this.compileSnapshot(ctx, environment);
        const last = await lockTx.bundle.findFirst({
          where: { environmentId: environment.id, epoch: root.epoch },
          orderBy: { serial: 'desc' },
          omit: { envelope: true },
        });
        const stateDigest = digestOf(state as unknown as JsonValue);
        const now = ctx.clock.now();
        if (last && last.stateDigest === stateDigest && now.getTime() - last.publishedAt.getTime() < REISSUE_AFTER_MS) {
          return last.id;
        }
        const payload = makeBundle({
          audience,
          epoch: root.epoch,
          serial: (last?.serial ?? 0) + 1,
          previous: last?.sha256 ?? null,
          issuedAt: now.toISOString(),
          staleAfter: new Date(now.getTime() + STALE_AFTER_MS).toISOString(),
          hardExpiresAt: new Date(now.getTime() + HARD_EXPIRY_MS).toISOString(),
          state,
        });
        const envelope = await signDocument(PAYLOAD_TYPES.bundle, payload, [keys.publish.signer]);
        return this.store(lockTx, ctx, { environment, payload, envelope });
      },
      { timeoutMs: 60_000 },
    );
  }

  private async compileSnapshot(ctx: RequestContext, environment: Target): Promise<PolicyState> {
    const input = await this.transactions.snapshot((tx) => this.input.read(tx, ctx.organizationId, environment));
    const compiled = compile(input);
    if (!compiled.ok) throw policyInvalid(compiled.error);
    return compiled.value;
  }

  private async store(
    tx: Tx,
    ctx: RequestContext,
    made: { environment: Target; payload: ReturnType<typeof makeBundle>; envelope: Uint8Array },
  ): Promise<string> {
    const { environment, payload, envelope } = made;
    const sha256 = sha256Hex(envelope);
    const id = ctx.ids.next('bdl');
    await tx.bundle.create({
      data: {
        id,
        organizationId: ctx.organizationId,
        environmentId: environment.id,
        epoch: payload.epoch,
        serial: payload.serial,
        sha256,
        stateDigest: payload.stateDigest,
        previousSha256: payload.previous,
        envelope: Buffer.from(envelope),
        publishedAt: ctx.clock.now(),
      },
    });
    await this.audit.append(tx, ctx, {
      action: 'bundle.publish',
      subject: `environment:${environment.name}`,
      data: { epoch: payload.epoch, serial: payload.serial, sha256, stateDigest: payload.stateDigest },
    });
    return id;
  }
}
