import { Injectable } from '@nestjs/common';
import { PrismaService } from '@rollcall/persistence';

/** Reads published revisions; rows are never changed. */
@Injectable()
export class BundleStore {
  constructor(private readonly prisma: PrismaService) {}

  /** The exact bytes of a revision by their SHA-256 (hex), within one environment. */
  async object(environmentId: string, sha256: string): Promise<Uint8Array | null> {
    const row = await this.prisma.bundle.findFirst({ where: { environmentId, sha256 } });
    return row?.envelope ?? null;
  }

  /** The newest revision of an environment, without its bytes. */
  newest(environmentId: string) {
    return this.prisma.bundle.findFirst({
      where: { environmentId },
      orderBy: [{ epoch: 'desc' }, { serial: 'desc' }],
      omit: { envelope: true },
    });
  }

  /** A revision by id within the organization, without its bytes. */
  byId(organizationId: string, id: string) {
    return this.prisma.bundle.findFirst({ where: { id, organizationId }, omit: { envelope: true } });
  }

  /** A revision by its position, to tell an ACK for something that was never published. */
  bySerial(environmentId: string, epoch: number, serial: number) {
    return this.prisma.bundle.findUnique({
      where: { environmentId_epoch_serial: { environmentId, epoch, serial } },
      omit: { envelope: true },
    });
  }
}
