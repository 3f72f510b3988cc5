import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { CatalogueRow, OursRow } from './catalogue-row.js';

/** What upstream keeps of a manifest's own `_meta`. */
const PUBLISHER_META = 'io.modelcontextprotocol.registry/publisher-provided';

/**
 * The item as upstream shapes it, as JSON text. The manifest goes through as PostgreSQL printed it: parsing and printing
 * it again would cost more than the query. `_meta` is on every item, because clients read it without looking.
 */
export function itemText(row: CatalogueRow): string {
  const message = row.status_message === null ? '' : `,"statusMessage":${row.status_message}`;
  const official =
    `{"status":"${row.status}","statusChangedAt":"${row.status_changed_at}"${message},` +
    `"publishedAt":"${row.published_at}","updatedAt":"${row.updated_at}","isLatest":${row.is_latest}}`;
  const ours = row.ours ? `,"dev.rollcall/registry":${row.ours.extra ?? oursText(row.ours)}` : '';
  return `{"server":${serverText(row.manifest)},"_meta":{"io.modelcontextprotocol.registry/official":${official}${ours}}}`;
}

/** A list as JSON text. */
export function listText(items: readonly string[], next: string | null): string {
  const cursor = next === null ? '' : `"nextCursor":"${next}",`;
  return `{"servers":[${items.join(',')}],"metadata":{${cursor}"count":${items.length}}}`;
}

/** A version that is not published yet: no official part, because nobody else sees it. */
export function draftText({ manifest, state, track }: { manifest: unknown; state: string; track: string }): string {
  const nextStep = 'It is in no public list yet. Its owner hands it in for review, with: rollcall promote NAME@VERSION';
  const ours = JSON.stringify({ state, track, nextStep });
  return `{"server":${serverText(JSON.stringify(manifest))},"_meta":{"dev.rollcall/registry":${ours}}}`;
}

/** Keys of `_meta` that the publisher invented are dropped; most manifests have none and are not parsed. */
function serverText(manifest: string): string {
  if (!manifest.includes('"_meta"')) return manifest;
  const document = JSON.parse(manifest) as JsonObject;
  const { _meta: meta, ...rest } = document;
  if (meta === undefined) return manifest;
  const kept = isJsonObject(meta) ? meta[PUBLISHER_META] : undefined;
  return JSON.stringify(kept === undefined ? rest : { ...rest, _meta: { [PUBLISHER_META]: kept } });
}

function oursText(row: OursRow): string {
  const end = row.deprecation ? (JSON.parse(row.deprecation) as { sunsetAt?: string; successor?: JsonObject }) : null;
  return JSON.stringify({
    ownerTeam: row.owner_team,
    alias: row.alias,
    state: row.state,
    track: row.track,
    sunsetAt: end?.sunsetAt ?? null,
    successor: end?.successor ?? null,
    health: row.health,
    contractDigest: row.contract_digest,
    verdict: row.verdict,
  });
}
