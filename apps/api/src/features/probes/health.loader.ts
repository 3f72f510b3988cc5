import type { RequestContext } from '@rollcall/kernel';
import type { EndpointHealthReadModel, HealthWindow } from '@rollcall/probes';
import DataLoader from 'dataloader';

type History = Awaited<ReturnType<EndpointHealthReadModel['histories']>> extends Map<string, infer T> ? T : never;
type Page = { endpointId: string; first: number; after: string | null };

/** One query per question and page, however many endpoints it shows. */
export function healthLoaders(reads: EndpointHealthReadModel, ctx: RequestContext) {
  const { organizationId, clock } = ctx;
  const summary = (window: HealthWindow) =>
    new DataLoader(async (endpointIds: readonly string[]) => {
      const found = await reads.summaries({ organizationId, endpointIds, window, now: clock.now() });
      return endpointIds.map((id) => found.get(id) ?? null);
    });
  return {
    endpointHealth: new DataLoader(async (ids: readonly string[]) => {
      const found = await reads.current(organizationId, ids);
      return ids.map((id) => found.get(id) ?? null);
    }),
    healthSummary: { day: summary('day'), week: summary('week'), month: summary('month') },
    probeHistory: new DataLoader<Page, History, string>((pages) => histories(reads, organizationId, pages), {
      cacheKeyFn: ({ endpointId, first, after }) => JSON.stringify([endpointId, first, after]),
    }),
  };
}

/** Endpoints that are asked for the same page share a query. */
async function histories(reads: EndpointHealthReadModel, organizationId: string, pages: readonly Page[]) {
  const found = new Map<Page, History>();
  for (const group of groupPages(pages).values()) {
    const { first = 20, after = null } = group[0] ?? {};
    const endpointIds = group.map(({ endpointId }) => endpointId);
    const own = await reads.histories({ organizationId, endpointIds, first, after });
    for (const page of group) found.set(page, own.get(page.endpointId) ?? { items: [], hasNextPage: false });
  }
  return pages.map((page) => found.get(page) ?? { items: [], hasNextPage: false });
}

function groupPages(pages: readonly Page[]): Map<string, Page[]> {
  const groups = new Map<string, Page[]>();
  for (const page of pages) {
    const key = JSON.stringify([page.first, page.after]);
    groups.set(key, [...(groups.get(key) ?? []), page]);
  }
  return groups;
}
