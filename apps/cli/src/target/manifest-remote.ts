import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { InspectionTarget } from '@rollcall/mcp-client';
import { usage } from '../errors/failure.js';

/** True for a server.json: it has a name and a version, and says where the server runs or how it is packaged. */
export function isManifest(value: JsonValue): value is JsonObject {
  if (!isJsonObject(value) || Object.hasOwn(value, 'tools') || Object.hasOwn(value, 'format')) return false;
  return (
    typeof value['name'] === 'string' &&
    typeof value['version'] === 'string' &&
    ['remotes', 'packages', '$schema', 'description'].some((key) => Object.hasOwn(value, key))
  );
}

/** The first remote of a server.json, as something to connect to. */
export function firstRemote(manifest: JsonObject): Extract<InspectionTarget, { url: string }> {
  const remotes = Array.isArray(manifest['remotes']) ? manifest['remotes'] : [];
  const [remote] = remotes;
  if (!isJsonObject(remote)) {
    throw usage(
      'This server.json names no remote to connect to.',
      'Start the server yourself and pass its URL, or use "stdio:CMD ARGS" with --allow-exec.',
      'NO_REMOTE',
    );
  }
  const { type, url } = remote;
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url.replace(/[{}]/g, ''))) {
    throw usage(
      'The first remote of this server.json has no http(s) URL.',
      'Correct remotes[0].url.',
      'INVALID_REMOTE',
    );
  }
  if (/\{[^}]*\}/.test(url)) {
    throw usage(`The URL ${url} has variables.`, 'Fill them in and pass the URL itself.', 'INVALID_REMOTE');
  }
  if (type === 'streamable-http') return { transport: 'streamable-http', url };
  if (type === 'sse') return { transport: 'sse', url };
  throw usage('The first remote has a transport that is not known.', 'Use streamable-http or sse.', 'INVALID_REMOTE');
}
