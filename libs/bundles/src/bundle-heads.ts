import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { type KillList, makeTimestamp, PAYLOAD_TYPES, signDocument } from '@rollcall/bundle';
import { sha256Hex } from '@rollcall/contract';
import { MINUTE_MS } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { TrustService } from './trust.service.js';

/** Served as is: the signed pointer of an environment and its strong ETag. */
export type Head = { etag: string; body: Uint8Array };

type Content = {
  organizationId: string;
  environment: string;
  epoch: number;
  serial: number;
  kill: KillList;
  bundle: Uint8Array;
};
type Entry = { content: Content; head: Head; signedAt: number };

const TIMESTAMP_LIFETIME_MS = 5 * MINUTE_MS;
const RESIGN_AFTER_MS = MINUTE_MS;

function isOlder(a: Content, b: Content): boolean {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch;
  return a.serial < b.serial || a.kill.sequence < b.kill.sequence;
}

/**
 * The newest pointer of each environment, in memory: a poll that finds nothing new touches no database. Refreshed when
 * PostgreSQL notifies of a new bundle or kill entry (`refresh`), signed again every minute so that it stays fresh.
 */
@Injectable()
export class BundleHeads implements BeforeApplicationShutdown {
  private readonly entries = new Map<string, Entry>();
  private readonly waiters = new Map<string, Set<() => void>>();
  private stopping = false;

  constructor(
    private readonly prisma: PrismaService,
    private readonly trust: TrustService,
    private readonly runtime: Runtime,
  ) {}

  /** The pointer of an environment, or null before its first bundle. */
  async current(environmentId: string): Promise<Head | null> {
    const entry = this.entries.get(environmentId) ?? (await this.load(environmentId));
    if (!entry) return null;
    if (this.now() - entry.signedAt < RESIGN_AFTER_MS) return entry.head;
    return (await this.sign(environmentId, entry.content)).head;
  }

  /** Waits until the pointer differs from `etag`, at most `waitMs`; null when nothing changed in that time. */
  async changed(environmentId: string, etag: string | undefined, waitMs: number): Promise<Head | null> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const wake = this.subscribe(environmentId);
      try {
        const head = await this.current(environmentId);
        if (head && head.etag !== etag) return head;
        const left = deadline - Date.now();
        if (left <= 0 || this.stopping) return null;
        await wake.within(left);
      } finally {
        wake.end();
      }
    }
  }

  /** Reads an environment again and wakes its parked polls. */
  async refresh(environmentId: string): Promise<void> {
    await this.load(environmentId);
    for (const wake of this.waiters.get(environmentId) ?? []) wake();
  }

  /** After a lost connection: notifications may have been missed. */
  async refreshAll(): Promise<void> {
    for (const environmentId of new Set([...this.entries.keys(), ...this.waiters.keys()]))
      await this.refresh(environmentId);
  }

  /** Before the server closes: it waits for parked polls, which wait for us. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const waiting of this.waiters.values()) for (const wake of waiting) wake();
  }

  private async load(environmentId: string): Promise<Entry | null> {
    const [row, environment, kill] = await Promise.all([
      this.prisma.bundle.findFirst({ where: { environmentId }, orderBy: [{ epoch: 'desc' }, { serial: 'desc' }] }),
      this.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } }),
      this.killList(environmentId),
    ]);
    if (!row) return null;
    return this.sign(environmentId, {
      organizationId: row.organizationId,
      environment: environment.name,
      epoch: row.epoch,
      serial: row.serial,
      kill,
      bundle: row.envelope,
    });
  }

  private async sign(environmentId: string, content: Content): Promise<Entry> {
    const { root, keys } = await this.trust.signingMaterial(content.organizationId);
    const now = this.now();
    const payload = makeTimestamp({
      audience: { organization: root.organization, environment: content.environment },
      rootVersion: root.version,
      epoch: content.epoch,
      serial: content.serial,
      kill: content.kill,
      bundleBytes: content.bundle,
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + TIMESTAMP_LIFETIME_MS).toISOString(),
    });
    const body = await signDocument(PAYLOAD_TYPES.timestamp, payload, [keys.timestamp.signer]);
    const entry = { content, head: { etag: `"${sha256Hex(body)}"`, body }, signedAt: now };
    const known = this.entries.get(environmentId);
    // reads overlap: what was read earlier and signed later must not put an older bundle or kill list back
    if (known && isOlder(content, known.content)) return known;
    this.entries.set(environmentId, entry);
    return entry;
  }

  private async killList(environmentId: string): Promise<KillList> {
    const entries = await this.prisma.killEntry.findMany({ where: { environmentId }, orderBy: { sequence: 'asc' } });
    const newest = new Map(entries.map((entry) => [entry.versionId, entry]));
    const held = [...newest.values()].filter((entry) => !entry.lifted);
    const versions = await this.prisma.serverVersion.findMany({
      where: { id: { in: held.map((entry) => entry.versionId) } },
      include: { server: true },
    });
    const byId = new Map(versions.map((version) => [version.id, version]));
    return {
      sequence: entries.at(-1)?.sequence ?? 0,
      deny: held.flatMap((entry) => {
        const version = byId.get(entry.versionId);
        return version
          ? [{ alias: version.server.alias, version: version.version, tool: null, reason: entry.reason }]
          : [];
      }),
    };
  }

  private subscribe(environmentId: string) {
    const waiting = this.waiters.get(environmentId) ?? new Set();
    this.waiters.set(environmentId, waiting);
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    waiting.add(wake);
    return {
      end: () => waiting.delete(wake),
      within: async (ms: number) => {
        const timer = setTimeout(wake, ms);
        await woken;
        clearTimeout(timer);
      },
    };
  }

  private now(): number {
    return this.runtime.clock.now().getTime();
  }
}
