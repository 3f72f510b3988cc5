import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { ManifestIssue } from './manifest.js';
import { packageIssues } from './package-rules.js';
import { semantic, versionIssues } from './semantic-issue.js';
import { isLoopbackHost, placeholdersOf, urlOf } from './values.js';

/** What the schema cannot say. Members of the wrong type are the schema's business and are passed over here. */
export function semanticIssues(document: JsonObject): ManifestIssue[] {
  return [
    ...nameIssues(document['name']),
    ...versionIssues('version', document['version']),
    ...aboutIssues(document),
    ...repositoryIssues(document['repository']),
    ...each(document['icons'], 'icons', iconIssues),
    ...each(document['remotes'], 'remotes', remoteIssues),
    ...each(document['packages'], 'packages', packageIssues),
    ...metaIssues(document['_meta']),
  ];
}

const NAMESPACE = /^[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]$/;
const SERVER = /^[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$/;

function nameIssues(name: JsonValue | undefined): ManifestIssue[] {
  if (typeof name !== 'string') return [];
  const [namespace = '', server = '', ...more] = name.split('/');
  if (more.length > 0 || !name.includes('/')) {
    return [semantic('name', 'A name is a namespace, exactly one slash, and a server: com.example/weather.')];
  }
  const issues: ManifestIssue[] = [];
  if (!NAMESPACE.test(namespace)) {
    issues.push(
      semantic('name', 'The namespace begins and ends with a letter or digit and has at least two characters.'),
    );
  }
  if (!SERVER.test(server)) {
    issues.push(
      semantic('name', 'The server part begins and ends with a letter or digit and has at least two characters.'),
    );
  }
  return issues;
}

function aboutIssues(document: JsonObject): ManifestIssue[] {
  const issues: ManifestIssue[] = [];
  const { title, websiteUrl } = document;
  if (typeof title === 'string' && title !== '' && title.trim() === '') {
    issues.push(semantic('title', 'A title must not be only white space.'));
  }
  if (typeof websiteUrl === 'string' && urlOf(websiteUrl)?.protocol !== 'https:') {
    issues.push(semantic('websiteUrl', 'The website must be an absolute https URL.'));
  }
  return issues;
}

const SEGMENT = /^[A-Za-z0-9\-_.]+$/;

function repositoryIssues(repository: JsonValue | undefined): ManifestIssue[] {
  if (!isJsonObject(repository)) return [];
  const issues: ManifestIssue[] = [];
  const { url, subfolder } = repository;
  if (typeof url === 'string') {
    const parsed = urlOf(url);
    // Any host: a private registry lists sources of private forges, which the public one refuses.
    const hasPath = parsed !== null && parsed.pathname.split('/').filter((part) => part !== '').length >= 2;
    if (!hasPath || !/^https?:$/.test(parsed.protocol)) {
      issues.push(
        semantic('repository.url', 'The repository must be an absolute http(s) URL with owner and repository.'),
      );
    }
  }
  if (typeof subfolder === 'string' && subfolder !== '') {
    const clean = subfolder.split('/').every((part) => SEGMENT.test(part) && part !== '.' && part !== '..');
    if (!clean) issues.push(semantic('repository.subfolder', 'The subfolder must be a clean relative path.'));
  }
  return issues;
}

function iconIssues(icon: JsonObject, path: string): ManifestIssue[] {
  const { src } = icon;
  if (typeof src !== 'string' || urlOf(src)?.protocol === 'https:') return [];
  return [semantic(`${path}.src`, 'An icon must be an absolute https URL.')];
}

function remoteIssues(remote: JsonObject, path: string): ManifestIssue[] {
  const { url, variables } = remote;
  if (typeof url !== 'string') return [];
  const known = new Set(Object.keys(isJsonObject(variables) ? variables : {}));
  const undefinedNames = placeholdersOf(url).filter((name) => !known.has(name));
  const issues = undefinedNames.map((name) =>
    semantic(`${path}.url`, `{${name}} is not among the variables of this remote.`),
  );
  const parsed = urlOf(url.replace(/\{[^{}]*\}/g, 'x'));
  if (parsed === null) return [...issues, semantic(`${path}.url`, 'The remote must be an absolute http(s) URL.')];
  if (parsed.protocol === 'http:' && !isLoopbackHost(parsed.hostname)) {
    issues.push(semantic(`${path}.url`, 'Plain http is only for loopback hosts; use https.'));
  }
  if (!/^https?:$/.test(parsed.protocol)) issues.push(semantic(`${path}.url`, 'Only http and https are dialled.'));
  if (parsed.username !== '' || parsed.password !== '') {
    issues.push(semantic(`${path}.url`, 'The URL carries credentials; declare a header instead.'));
  }
  if (parsed.hash !== '') issues.push(semantic(`${path}.url`, 'A fragment never reaches a server; leave it out.'));
  return issues;
}

const PUBLISHER_META = 'io.modelcontextprotocol.registry/publisher-provided';
const MAX_PUBLISHER_META_BYTES = 4_096;

function metaIssues(meta: JsonValue | undefined): ManifestIssue[] {
  if (!isJsonObject(meta) || meta[PUBLISHER_META] === undefined) return [];
  const size = new TextEncoder().encode(JSON.stringify(meta[PUBLISHER_META])).length;
  if (size <= MAX_PUBLISHER_META_BYTES) return [];
  return [
    semantic(
      `_meta.${PUBLISHER_META}`,
      `Publisher metadata has ${size} bytes; ${MAX_PUBLISHER_META_BYTES} are allowed.`,
    ),
  ];
}

function each(
  list: JsonValue | undefined,
  name: string,
  rule: (item: JsonObject, path: string) => ManifestIssue[],
): ManifestIssue[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) => (isJsonObject(item) ? rule(item, `${name}[${index}]`) : []));
}
