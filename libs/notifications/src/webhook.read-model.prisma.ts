import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor } from '@rollcall/kernel';
import { type Prisma, PrismaService } from '@rollcall/persistence';
import { pageInvalid } from './notifications.errors.js';

/** A page: at most 100 rows; `next` is the cursor after the last one, null at the end. */
export type Page<T> = { items: T[]; next: string | null };

/** The webhooks screen: webhooks, and what was sent to each. */
@Injectable()
export class WebhookReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** In the order in which they were made. `scope` limits them to teams; organization-wide ones have none. */
  async webhooks(
    organizationId: string,
    scope: { teamId?: { in: string[] } },
    query: { first: number; after?: string | null },
  ) {
    const take = pageSize(query.first);
    const after = query.after ? { id: { gt: keyOf(query.after, 1)[0] ?? '' } } : {};
    const rows = await this.prisma.webhookEndpoint.findMany({
      where: { AND: [{ organizationId, ...scope }, after] },
      orderBy: { id: 'asc' },
      take: take + 1,
    });
    return pageOf(rows, take, (row) => [row.id]);
  }

  /** Newest first. */
  async deliveries(
    organizationId: string,
    query: { webhook: string; status?: string | null; type?: string | null; first: number; after?: string | null },
  ) {
    const take = pageSize(query.first);
    const filters: Prisma.WebhookDeliveryWhereInput[] = [{ organizationId, endpointId: query.webhook }];
    if (query.status) filters.push({ status: query.status });
    if (query.type) filters.push({ event: { type: query.type } });
    if (query.after) filters.push(before(query.after));
    const rows = await this.prisma.webhookDelivery.findMany({
      where: { AND: filters },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: take + 1,
      include: { event: true, endpoint: true },
    });
    return pageOf(rows, take, (row) => [row.createdAt.toISOString(), row.id]);
  }

  delivery(organizationId: string, id: string) {
    return this.prisma.webhookDelivery.findFirst({
      where: { id, organizationId },
      include: { event: true, endpoint: true },
    });
  }
}

export const pageSize = (first: number): number => Math.min(Math.max(first, 1), 100);

export function pageOf<T>(
  rows: readonly T[],
  take: number,
  keyOfRow: (row: T) => string[],
): Page<T> & { cursor(row: T): string } {
  const items = rows.slice(0, take);
  const last = items.at(-1);
  const cursor = (row: T) => encodeCursor(keyOfRow(row));
  return { items, next: rows.length > take && last !== undefined ? cursor(last) : null, cursor };
}

export function keyOf(cursor: string, length: number): string[] {
  const key = decodeCursor(cursor, length);
  if (!key.ok) throw pageInvalid();
  return key.value;
}

/** Rows after the cursor in an order of newest first. */
export function before(cursor: string) {
  const [at = '', id = ''] = keyOf(cursor, 2);
  const createdAt = new Date(at);
  if (Number.isNaN(createdAt.getTime())) throw pageInvalid();
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}
