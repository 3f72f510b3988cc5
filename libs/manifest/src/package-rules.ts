import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { ManifestIssue } from './manifest.js';
import { semantic, versionIssues } from './semantic-issue.js';
import { placeholdersOf, urlOf } from './values.js';

/** The rules for one package: an exact version, a transport that fits it, arguments that can be filled in. */
export function packageIssues(pack: JsonObject, path: string): ManifestIssue[] {
  return [
    ...identityIssues(pack, path),
    ...versionIssues(`${path}.version`, pack['version']),
    ...transportIssues(pack, path),
    ...argumentsOf(pack).flatMap(({ argument, at }) => argumentIssues(argument, `${path}.${at}`)),
  ];
}

function identityIssues(pack: JsonObject, path: string): ManifestIssue[] {
  const issues: ManifestIssue[] = [];
  const { identifier, registryType } = pack;
  if (typeof identifier === 'string' && /\s/.test(identifier)) {
    issues.push(semantic(`${path}.identifier`, 'A package identifier has no white space.'));
  }
  if (registryType === 'oci' && (pack['version'] !== undefined || pack['registryBaseUrl'] !== undefined)) {
    issues.push(
      semantic(path, 'An oci identifier carries its tag or digest; leave version and registryBaseUrl out.', 'warning'),
    );
  }
  if (registryType === 'mcpb' && pack['fileSha256'] === undefined) {
    issues.push(semantic(`${path}.fileSha256`, 'An mcpb package needs the SHA-256 of its file.'));
  }
  return issues;
}

function transportIssues(pack: JsonObject, path: string): ManifestIssue[] {
  const { transport } = pack;
  if (!isJsonObject(transport)) return [];
  const { type, url } = transport;
  const at = `${path}.transport.url`;
  if (type === 'stdio') return url === undefined || url === '' ? [] : [semantic(at, 'A stdio transport has no URL.')];
  if (typeof url !== 'string') return [];
  const known = placeholderNames(pack, transport);
  const issues = placeholdersOf(url)
    .filter((name) => !known.has(name))
    .map((name) => semantic(at, `{${name}} names no environment variable, argument or variable of this package.`));
  // A package runs where it is installed: plain http and any host are fine, but it must be a URL once filled in.
  const parsed = urlOf(url.replace(/\{[^{}]*\}/g, '1'));
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) issues.push(semantic(at, 'Must be an http(s) URL.'));
  return issues;
}

function placeholderNames(pack: JsonObject, transport: JsonObject): Set<string> {
  const names = new Set<string>();
  const { variables } = transport;
  if (isJsonObject(variables)) for (const name of Object.keys(variables)) names.add(name);
  for (const variable of objectsOf(pack['environmentVariables'])) names.add(String(variable['name']));
  for (const { argument } of argumentsOf(pack)) {
    for (const key of ['name', 'valueHint'] as const) {
      const name = argument[key];
      // `--port` is written {port} in a URL: both spellings are in use.
      if (typeof name === 'string') for (const spelling of [name, name.replace(/^-+/, '')]) names.add(spelling);
    }
  }
  return names;
}

function argumentIssues(argument: JsonObject, path: string): ManifestIssue[] {
  const { type, name } = argument;
  if (type !== 'named' || typeof name !== 'string' || name === '') return [];
  const issues = /[<>\s$]/.test(name)
    ? [semantic(`${path}.name`, 'The name of an argument has no "<", ">", "$" or white space.')]
    : [];
  for (const key of ['value', 'default'] as const) {
    const text = argument[key];
    if (typeof text === 'string' && text.startsWith(name)) {
      issues.push(semantic(`${path}.${key}`, 'The value must not repeat the name of the argument.'));
    }
  }
  return issues;
}

function argumentsOf(pack: JsonObject): { argument: JsonObject; at: string }[] {
  return ['runtimeArguments', 'packageArguments'].flatMap((list) =>
    objectsOf(pack[list]).map((argument, index) => ({ argument, at: `${list}[${index}]` })),
  );
}

function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
