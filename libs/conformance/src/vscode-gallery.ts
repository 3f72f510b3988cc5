import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';

/** What VS Code keeps of a server. */
export type GalleryServer = { name: string; version: string; status: string; isLatest: boolean };

/** How VS Code reads a page of a private registry: the servers it shows, or why it shows none. */
export type GalleryPage = { servers: GalleryServer[]; skipped: number; problem: string | null };

/** Reads a list as VS Code's MCP gallery does: the first bad item rejects the page, later ones are passed over. */
export function galleryPageOf(json: JsonValue | undefined): GalleryPage {
  if (!isJsonObject(json) || !Array.isArray(json['servers']))
    return { servers: [], skipped: 0, problem: 'There is no list.' };
  const page: GalleryPage = { servers: [], skipped: 0, problem: null };
  for (const [at, raw] of json['servers'].entries()) {
    const read = galleryServerOf(raw);
    if (typeof read !== 'string') page.servers.push(read);
    else if (read === 'throws')
      return { ...page, problem: `Item ${at + 1} has no "_meta" object, which ends the reading.` };
    else if (at === 0) return { ...page, problem: 'The first item has no name, description or version.' };
    else page.skipped += 1;
  }
  return page;
}

/** One server; `throws` where VS Code reads a member of something that is not there. */
export function galleryServerOf(raw: JsonValue | undefined): GalleryServer | 'invalid' | 'throws' {
  if (!isJsonObject(raw) || !isJsonObject(raw['server'])) return 'invalid';
  const { server } = raw;
  if (
    ![server['name'], server['description'], server['version']].every((text) => typeof text === 'string' && text !== '')
  )
    return 'invalid';
  if (!isJsonObject(raw['_meta'])) return 'throws';
  const block: JsonObject = isJsonObject(raw['_meta'][OFFICIAL]) ? raw['_meta'][OFFICIAL] : {};
  return {
    name: String(server['name']),
    version: String(server['version']),
    status: typeof block['status'] === 'string' ? block['status'] : 'active',
    isLatest: typeof block['isLatest'] === 'boolean' ? block['isLatest'] : true,
  };
}

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
