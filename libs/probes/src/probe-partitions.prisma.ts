import { Injectable } from '@nestjs/common';
import { DAY_MS } from '@rollcall/kernel';
import { asSystem, PrismaService } from '@rollcall/persistence';

/** Days of results that are kept one by one; what is older is in the sums of its hours and days. */
export const RESULT_DAYS = 9;
const AHEAD_DAYS = 3;

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The partitions of results: one per day of UTC. */
@Injectable()
export class ProbePartitions {
  constructor(private readonly prisma: PrismaService) {}

  /** Has those from yesterday to three days from now; returns how many were made. */
  async make(now: Date): Promise<number> {
    const [first, last] = [day(now.getTime() - DAY_MS), day(now.getTime() + AHEAD_DAYS * DAY_MS)];
    const [row] = await asSystem(
      () => this.prisma.$queryRaw<{ made: number }[]>`
        SELECT make_probe_partitions(${first}::date, ${last}::date) AS made`,
    );
    return row?.made ?? 0;
  }

  /** Drops the days before what is kept; returns how many. The last two days of the database's own clock stay. */
  async drop(now: Date): Promise<number> {
    const before = day(now.getTime() - RESULT_DAYS * DAY_MS);
    const [row] = await asSystem(
      () => this.prisma.$queryRaw<{ dropped: number }[]>`
        SELECT drop_probe_partitions(least(${before}::date, (now() - interval '2 days')::date)) AS dropped`,
    );
    return row?.dropped ?? 0;
  }
}
