const OFFICIAL = 'io.modelcontextprotocol.registry/official';

/** One item of the registry API, as clients read it. */
export type Item = {
  server: { name: string; version: string; description: string };
  _meta: Record<string, { status: string; statusMessage?: string; isLatest: boolean } | undefined>;
};

/** The official part of an item. */
export const official = (item: Item) => item._meta[OFFICIAL];

async function read<T>(url: string, headers: Record<string, string>): Promise<{ status: number; body: T }> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(20_000) });
  return { status: response.status, body: (await response.json()) as T };
}

/**
 * Walks a catalogue as an editor's gallery does: one item to find out whether this is a registry, pages of latest
 * versions with the cursor appended as it came, then every server by its name.
 */
export async function browseLikeAnEditor(base: string, pageSize: number): Promise<Item[]> {
  const editor = { origin: 'vscode-file://vscode-app' };
  const probe = await read(`${base}/v0.1/servers?limit=1`, editor);
  if (probe.status !== 200) throw new Error(`${base} is no registry: ${probe.status}`);
  const found: Item[] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? '' : `&cursor=${cursor}`;
    const url = `${base}/v0.1/servers?limit=${pageSize}&version=latest${more}`;
    const { body } = await read<{ servers: Item[]; metadata: { nextCursor?: string } }>(url, editor);
    for (const { server } of body.servers) {
      const one = await read<Item>(`${base}/v0.1/servers/${encodeURIComponent(server.name)}/versions/latest`, editor);
      found.push(one.body);
    }
    cursor = body.metadata.nextCursor;
  } while (cursor !== undefined);
  return found;
}

/** Asks as an agent host with a private registry does, before it lets a server run: no credentials, a page's origin. */
export async function mayRun(base: string, name: string, version: string): Promise<boolean> {
  const host = { origin: 'https://hosted.example' };
  const url = `${base}/v0.1/servers/${encodeURIComponent(name)}/versions`;
  const preflight = await fetch(`${url}/latest`, {
    method: 'OPTIONS',
    headers: { ...host, 'access-control-request-method': 'GET' },
    signal: AbortSignal.timeout(20_000),
  });
  if (!preflight.ok || preflight.headers.get('access-control-allow-origin') !== '*') throw new Error('no CORS');
  const exact = await read<Item>(`${url}/${version}`, host);
  if (exact.status === 404) return false;
  if (exact.status !== 200) throw new Error(`answered ${exact.status}`);
  return official(exact.body)?.status !== 'deleted';
}
