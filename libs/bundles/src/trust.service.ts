import { Injectable } from '@nestjs/common';
import { makeRoot, PAYLOAD_TYPES, type RootPayload, signDocument, verifyRootChain } from '@rollcall/bundle';
import { DAY_MS, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { verifyEd25519 } from './ed25519.js';
import { createKey, hasKey, openKey, type RoleKey } from './key-file.js';
import { openSigningKeys, SigningKeyLocation, type SigningKeys } from './signing-keys.js';

const ROOT_LIFETIME_DAYS = 365;
const ROLES = ['root', 'publish', 'timestamp', 'kill'] as const;

/** The organization's trust root and the keys it names. */
@Injectable()
export class TrustService {
  /**
   * Opening a protected key costs 0.1 s and 128 MB: once per root, not once per signature. By organization: the same bytes
   * stored for another one were never verified for it.
   */
  private readonly opened = new Map<string, { envelope: Uint8Array; root: RootPayload; keys: SigningKeys }>();

  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly location: SigningKeyLocation,
  ) {}

  /** Creates keys and root version 1 when the organization has none; returns the newest root's signed bytes. */
  async establish(ctx: RequestContext, organizationSlug: string): Promise<Uint8Array> {
    const present = await this.newest(ctx.organizationId);
    if (present) return present;
    const keys = ROLES.map((role) => this.keyFor(role));
    const byRole = (role: (typeof ROLES)[number]) => {
      const key = keys.find((one) => one.role === role) as RoleKey;
      return { publicKeys: [key.publicRaw], threshold: 1 };
    };
    const root = makeRoot({
      organization: organizationSlug,
      version: 1,
      epoch: 1,
      expiresAt: new Date(ctx.clock.now().getTime() + ROOT_LIFETIME_DAYS * DAY_MS).toISOString(),
      roles: { root: byRole('root'), publish: byRole('publish'), timestamp: byRole('timestamp'), kill: byRole('kill') },
    });
    const signers = keys.filter((key) => key.role === 'root').map((key) => key.signer);
    const envelope = await signDocument(PAYLOAD_TYPES.root, root, signers);
    await this.transactions.run((tx) =>
      tx.trustRoot.create({
        data: {
          organizationId: ctx.organizationId,
          version: 1,
          envelope: Buffer.from(envelope),
          createdAt: ctx.clock.now(),
        },
      }),
    );
    return envelope;
  }

  /** Every organization that has a trust root, and so can publish. */
  async organizations(): Promise<string[]> {
    const rows = await this.prisma.trustRoot.findMany({
      distinct: ['organizationId'],
      select: { organizationId: true },
    });
    return rows.map((row) => row.organizationId);
  }

  /** The signed bytes of a root version, or null. */
  async root(organizationId: string, version: number): Promise<Uint8Array | null> {
    const row = await this.prisma.trustRoot.findUnique({
      where: { organizationId_version: { organizationId, version } },
    });
    return row?.envelope ?? null;
  }

  /** The newest root, verified, and the online keys it names. Refuses with KEYS_MISSING, KEYS_UNREADABLE or KEYS_FOREIGN. */
  async signingMaterial(organizationId: string): Promise<{ root: RootPayload; keys: SigningKeys }> {
    const envelope = await this.newest(organizationId);
    if (!envelope) throw new Error('the organization has no trust root; run the bootstrap');
    const known = this.opened.get(organizationId);
    if (known && Buffer.compare(known.envelope, envelope) === 0) return known;
    const { slug } = await this.prisma.organization.findUniqueOrThrow({ where: { id: organizationId } });
    const verified = verifyRootChain(envelope, [], { organization: slug, verify: verifyEd25519 });
    if (!verified.ok) throw new Error(`the stored trust root does not verify: ${verified.error.message}`);
    const opened = { envelope, root: verified.value, keys: openSigningKeys(this.location, verified.value) };
    this.opened.set(organizationId, opened);
    return opened;
  }

  private async newest(organizationId: string): Promise<Uint8Array | null> {
    const row = await this.prisma.trustRoot.findFirst({ where: { organizationId }, orderBy: { version: 'desc' } });
    return row?.envelope ?? null;
  }

  private keyFor(role: (typeof ROLES)[number]): RoleKey {
    const { dir, passphrase } = this.location;
    return hasKey(dir, role) ? openKey(dir, role, passphrase) : createKey(dir, role, passphrase);
  }
}
