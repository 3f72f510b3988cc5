/** What an editor makes of a registry. */
export type Gallery = {
  apiVersion: string;
  servers: { name: string; description: string; version: string; status: string }[];
  requests: number;
};

type Item = {
  server?: { name?: unknown; description?: unknown; version?: unknown };
  _meta: Record<string, { status?: string } | undefined>;
};

const text = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * Reads a registry as a widespread editor does: tries v0.1 and then v0 with one item; asks for pages of latest versions;
 * appends the cursor without encoding it, and drops the search from the second page on; reads `_meta` of every item
 * without looking whether it is there; rejects a page whose first item lacks a name, description or version; then asks
 * for the latest version of each server by name.
 */
export async function browseLikeAnEditor(
  base: string,
  { search, pageSize = 50 }: { search?: string; pageSize?: number } = {},
): Promise<Gallery> {
  let requests = 0;
  const get = async (path: string) => {
    requests++;
    const response = await fetch(`${base}${path}`, { headers: { origin: 'vscode-file://vscode-app' } });
    return response.ok ? ((await response.json()) as Record<string, unknown>) : null;
  };
  let apiVersion: string | undefined;
  for (const candidate of ['v0.1', 'v0']) {
    if (apiVersion === undefined && (await get(`/${candidate}/servers?limit=1`))) apiVersion = candidate;
  }
  if (apiVersion === undefined) throw new Error('no version of the registry API answers');
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const filter = search === undefined || cursor ? '' : `&search=${encodeURIComponent(search)}`;
    const page = await get(
      `/${apiVersion}/servers?limit=${pageSize}&version=latest${filter}${cursor ? `&cursor=${cursor}` : ''}`,
    );
    if (page === null) throw new Error('a page was refused');
    names.push(...read(page['servers'] as Item[]).map((server) => server.name));
    cursor = (page['metadata'] as { nextCursor?: string } | undefined)?.nextCursor;
  } while (cursor);
  const servers: Gallery['servers'] = [];
  for (const name of names) {
    const item = await get(`/${apiVersion}/servers/${encodeURIComponent(name)}/versions/latest`);
    if (item === null) throw new Error(`${name} is listed and not found`);
    servers.push(...read([item as Item]));
  }
  return { apiVersion, servers, requests };
}

function read(items: Item[]): Gallery['servers'] {
  return items.flatMap((item, index) => {
    const { [`io.modelcontextprotocol.registry/official`]: official } = item._meta;
    const { name, description, version } = item.server ?? {};
    if (text(name) && text(description) && text(version)) {
      return [{ name, description, version, status: official?.status ?? 'active' }];
    }
    if (index === 0) throw new Error('the first item of a page is malformed: the page is rejected');
    return [];
  });
}
