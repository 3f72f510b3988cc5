import { hasLoneSurrogate } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { SkippedItem } from './mirror.js';

/** One item of a list of the registry API v0.1, checked. Times are ISO 8601. */
export type MirroredItem = {
  name: string;
  version: string;
  description: string;
  manifest: JsonObject;
  status: 'active' | 'deprecated' | 'deleted';
  statusMessage: string | null;
  publishedAt: string;
  statusChangedAt: string;
};

/** A page as it was sent: what can be taken, what cannot, and where the next one is. */
export type RegistryPage = { items: MirroredItem[]; skipped: SkippedItem[]; nextCursor: string | null };

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const NAME = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;
const MAX_ITEM_BYTES = 256 * 1024;
const MAX_DEPTH = 64;
const STATUSES: readonly unknown[] = ['active', 'deprecated', 'deleted'];

/**
 * Reads a page of another registry. A malformed page is null; a malformed item is skipped, with its reason, because one
 * bad entry of a public registry must not stop all others. `now` stands in for times the other side did not give.
 */
export function readRegistryPage(body: Uint8Array, now: Date): RegistryPage | null {
  const page = parse(body);
  if (!isJsonObject(page) || !Array.isArray(page['servers'])) return null;
  const items = new Map<string, MirroredItem>();
  const skipped: SkippedItem[] = [];
  for (const value of page['servers']) {
    const item = readItem(value, now);
    // a name and version that comes twice on one page: the later word holds
    if ('reason' in item) skipped.push(item);
    else items.set(JSON.stringify([item.name, item.version]), item);
  }
  const metadata = isJsonObject(page['metadata']) ? page['metadata'] : {};
  // early releases of the API wrote it with an underscore
  const next = metadata['nextCursor'] ?? metadata['next_cursor'];
  return { items: [...items.values()], skipped, nextCursor: typeof next === 'string' && next !== '' ? next : null };
}

function parse(body: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as JsonValue;
  } catch {
    // whatever it is, it is no page
    return null;
  }
}

function readItem(value: JsonValue, now: Date): MirroredItem | SkippedItem {
  const manifest = isJsonObject(value) ? value['server'] : undefined;
  if (!isJsonObject(value) || !isJsonObject(manifest))
    return { name: '', version: '', reason: 'It is no server entry.' };
  const name = textOf(manifest['name']);
  const version = textOf(manifest['version']);
  const skip = (reason: string): SkippedItem => ({ name: name.slice(0, 200), version: version.slice(0, 255), reason });
  if (name.length < 3 || name.length > 200 || !NAME.test(name)) return skip('The name is not "namespace/server".');
  if (version === '' || version.length > 255 || version === 'latest')
    return skip('The version is missing or reserved.');
  const description = textOf(manifest['description']);
  if (description === '') return skip('There is no description, and clients refuse entries without one.');
  if (tooDeep(manifest)) return skip(`It is nested deeper than ${MAX_DEPTH} levels.`);
  const text = JSON.stringify(manifest);
  if (text.length > MAX_ITEM_BYTES) return skip(`It is larger than ${MAX_ITEM_BYTES} bytes.`);
  if (text.includes('\\u0000') || hasLoneSurrogate(text)) return skip('It holds characters that no text may contain.');
  return { name, version, description: description.slice(0, 400), manifest, ...statusOf(value, now) };
}

function statusOf(item: JsonObject, now: Date) {
  const meta = isJsonObject(item['_meta']) ? item['_meta'][OFFICIAL] : undefined;
  const official = isJsonObject(meta) ? meta : {};
  const status = official['status'] ?? 'active';
  const message = textOf(official['statusMessage']).replace(/\0/g, '').slice(0, 500);
  const publishedAt = timeOf(official['publishedAt'], now);
  return {
    // an unknown word for a status is not a reason to show something
    status: (STATUSES.includes(status) ? status : 'deleted') as MirroredItem['status'],
    statusMessage: message === '' ? null : message,
    publishedAt,
    statusChangedAt: timeOf(official['statusChangedAt'], new Date(publishedAt)),
  };
}

function timeOf(value: JsonValue | undefined, otherwise: Date): string {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  // a year that PostgreSQL cannot hold, or none
  const usable = Number.isFinite(time) && time > 0 && time < 4e12;
  return (usable ? new Date(time) : otherwise).toISOString();
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** Without recursion: what is looked at may be deeper than the stack. */
function tooDeep(root: JsonValue): boolean {
  let level: JsonValue[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return false;
}
