import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';

/** How an MCP client's policy names a server: by URL (`*` stands for anything) or by the exact command that starts it. */
export type ClientEntry = { serverUrl: string } | { serverCommand: string[] };

/** Entries of one manifest, and what could not be named exactly. */
export type ManifestEntries = { entries: ClientEntry[]; unnamed: string[] };

/** Every way a client may reach what a manifest describes. */
export function clientEntries(manifest: JsonObject): ManifestEntries {
  const entries: ClientEntry[] = [];
  const unnamed: string[] = [];
  for (const remote of objects(manifest['remotes'])) {
    const url = remote['url'];
    if (typeof url === 'string') entries.push({ serverUrl: url.replace(/\{[^}]*\}/g, '*') });
  }
  for (const item of objects(manifest['packages'])) {
    const command = commandOf(item);
    if (command) entries.push({ serverCommand: command });
    else unnamed.push(`${String(item['registryType'] ?? item['registry_type'])}:${String(item['identifier'])}`);
  }
  return { entries, unnamed };
}

/** Words before and after the arguments of the runtime; null for kinds that are downloaded and not started by a command. */
type Start = { runtime: string[]; target: string[] };

function starter(type: string, identifier: string, version: string): Start | null {
  const pinned = (mark: string) => (version === '' ? identifier : `${identifier}${mark}${version}`);
  switch (type) {
    case 'npm':
      return { runtime: ['npx', '-y'], target: [pinned('@')] };
    case 'pypi':
      return { runtime: ['uvx'], target: [pinned('==')] };
    case 'nuget':
      return { runtime: ['dnx'], target: [pinned('@'), '--yes'] };
    case 'oci':
      return { runtime: ['docker', 'run', '-i', '--rm'], target: [pinned(':')] };
    default:
      return null;
  }
}

/** The command a client runs for a package, when nothing of it is left to its user. */
function commandOf(item: JsonObject): string[] | null {
  const type = item['registryType'] ?? item['registry_type'];
  const identifier = item['identifier'];
  if (typeof type !== 'string' || typeof identifier !== 'string') return null;
  const version = typeof item['version'] === 'string' ? item['version'] : '';
  // container images carry their tag or digest in the identifier
  const start = starter(type, identifier, type === 'oci' && /[:@][^/]*$/.test(identifier) ? '' : version);
  const runtime = fixedArguments(item['runtimeArguments'] ?? item['runtime_arguments']);
  const own = fixedArguments(item['packageArguments'] ?? item['package_arguments']);
  if (!start || !runtime || !own) return null;
  return [...start.runtime, ...runtime, ...start.target, ...own];
}

/** Arguments with a fixed value; null when a user has to fill one in. */
function fixedArguments(value: JsonValue | undefined): string[] | null {
  const words: string[] = [];
  for (const argument of objects(value)) {
    const text = argument['value'];
    if (argument['isRepeated'] === true || (typeof text === 'string' && text.includes('{'))) return null;
    if (argument['type'] === 'named' && typeof argument['name'] === 'string') {
      words.push(argument['name']);
      if (typeof text === 'string') words.push(text);
      else if (argument['isRequired'] === true) return null;
    } else if (typeof text === 'string') words.push(text);
    else if (argument['isRequired'] === true || argument['is_required'] === true) return null;
  }
  return words;
}

const objects = (value: JsonValue | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];
