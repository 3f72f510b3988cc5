import { type Clock, HOUR_MS, isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { ManifestPackage } from '@rollcall/manifest';
import { namesServer, visibleText } from './name-token.js';
import { type Conclusion, failed, type ProofStrategy, proven, unknown } from './package-proof.js';
import type { AllowedRegistry } from './package-registries.file.js';
import { type PackageSource, SourceUnavailable } from './package-source.adapter.js';

const TIMEOUT_MS = 10_000;

type Located = { registry: AllowedRegistry; id: string; version: string };

/** The parts of a request that become part of a URL: an exact version and a plain identifier at an allowed registry. */
function located(pack: ManifestPackage, source: PackageSource, noun: string): Located | Conclusion {
  if (pack.version === null) return failed(`A ${noun} package needs its version.`, 'version');
  const registry = source.registry(pack.definition['registryBaseUrl']);
  if (!registry) return failed(`This ${noun} registry is not on the list of the operator.`, 'registryBaseUrl');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(pack.identifier))
    return failed(`This is not the name of a ${noun} package.`);
  return { registry, id: pack.identifier, version: encodeURIComponent(pack.version) };
}

function judged(text: string | null, pack: ManifestPackage, serverName: string): Conclusion {
  if (text === null) return unknown(`The registry has no README for ${pack.identifier} ${pack.version}.`);
  if (namesServer(text, serverName)) return proven('The README names this server.');
  return failed(`The README of ${pack.identifier} ${pack.version} must contain "mcp-name: ${serverName}".`);
}

/** `mcp-name: NAME` in the description of exactly this version. */
export const pypiProof: ProofStrategy = {
  type: 'pypi',
  timeoutMs: TIMEOUT_MS,
  async conclude(pack, serverName, source) {
    const at = located(pack, source, 'Python');
    if ('state' in at) return at;
    const document = await source.json(at.registry, `${at.registry.url}pypi/${at.id}/${at.version}/json`);
    const description = isJsonObject(document?.['info']) ? document['info']['description'] : null;
    return judged(typeof description === 'string' ? description : null, pack, serverName);
  },
};

/** `mcp-name: NAME` in the README, as a reader sees it: what is hidden in a comment does not count. */
export const cargoProof: ProofStrategy = {
  type: 'cargo',
  timeoutMs: TIMEOUT_MS,
  async conclude(pack, serverName, source) {
    const at = located(pack, source, 'Cargo');
    if ('state' in at) return at;
    const url = `${at.registry.url}api/v1/crates/${at.id}/${at.version}/readme`;
    const readme = await source.text(at.registry, url, { follow: true });
    return judged(readme === null ? null : visibleText(readme), pack, serverName);
  },
};

const MAX_INDEXES = 50;

/** `mcp-name: NAME` in the README; where READMEs are is in the service index, which is kept for an hour. */
export function nugetProof(clock: Clock): ProofStrategy {
  const indexes = new Map<string, { at: number; template: string | null }>();
  const template = async (registry: AllowedRegistry, source: PackageSource): Promise<string | null> => {
    const now = clock.now().getTime();
    const kept = indexes.get(registry.url);
    if (kept && now - kept.at < HOUR_MS) return kept.template;
    const index = await source.json(registry, registry.url.replace(/\/$/, ''));
    if (!index) throw new SourceUnavailable(`${new URL(registry.url).host} has no service index.`);
    if (indexes.size >= MAX_INDEXES) indexes.clear();
    const found = readmeTemplate(index);
    indexes.set(registry.url, { at: now, template: found });
    return found;
  };
  return {
    type: 'nuget',
    timeoutMs: TIMEOUT_MS,
    async conclude(pack, serverName, source) {
      const at = located(pack, source, 'NuGet');
      if ('state' in at) return at;
      const readmes = await template(at.registry, source);
      if (readmes === null) return unknown('The service index names no place for READMEs.');
      const url = readmes
        .replaceAll('{lower_id}', at.id.toLowerCase())
        .replaceAll('{lower_version}', at.version.toLowerCase());
      if (!URL.canParse(url)) return unknown('The service index names no usable place for READMEs.');
      return judged(await source.text(at.registry, url), pack, serverName);
    },
  };
}

function readmeTemplate(index: JsonObject): string | null {
  const resources = Array.isArray(index['resources']) ? index['resources'].filter(isJsonObject) : [];
  const idOf = (prefix: string) => {
    const found = resources.find((one) => String(one['@type']).startsWith(prefix));
    return typeof found?.['@id'] === 'string' ? found['@id'] : null;
  };
  const base = idOf('PackageBaseAddress/');
  return (
    idOf('ReadmeUriTemplate/') ??
    (base === null ? null : `${base.replace(/\/$/, '')}/{lower_id}/{lower_version}/readme`)
  );
}
