import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { Download } from '@rollcall/mcp-client';
import { type Conclusion, failed, type ProofStrategy, proven, unknown } from './package-proof.js';
import type { AllowedRegistry } from './package-registries.file.js';
import { jsonObject, type PackageSource, SourceUnavailable } from './package-source.adapter.js';

const LABEL = 'io.modelcontextprotocol.server.name';
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const DIGEST = /^sha256:[a-f0-9]{64}$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

type Image = { host: string | null; repository: string; reference: string };

/** The label of the image's configuration, through index, manifest and configuration, each checked by its digest. */
export const ociProof: ProofStrategy = {
  type: 'oci',
  timeoutMs: 30_000,
  async conclude(pack, serverName, source) {
    if (pack.version !== null)
      return failed('An oci identifier carries its tag or digest; leave version out.', 'version');
    const image = imageOf(pack.identifier);
    if (!image) return failed('This is not the name of an image with a tag or digest.');
    const registry = image.host ? source.registries.find((one) => one.name === image.host) : source.registries[0];
    if (!registry) return failed('This image registry is not on the list of the operator.');
    return concludeFrom(await new ImageReader(source, registry, image.repository).labels(image.reference), serverName);
  },
};

function concludeFrom(labels: JsonObject | null, serverName: string): Conclusion {
  if (labels === null) return unknown('The registry does not show this image.');
  if (labels[LABEL] === serverName) return proven('The label of the image names this server.');
  return failed(`The image must have the label ${LABEL}=${serverName}.`);
}

function imageOf(identifier: string): Image | null {
  const [path = '', digest] = identifier.split('@');
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(slash, 0));
  // as container tools decide: a first part with a dot or a port is a host
  const host = /[.:]|^localhost$/.test(first) ? first.toLowerCase() : null;
  const named = host === null ? path : path.slice(slash + 1);
  const colon = named.lastIndexOf(':');
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const reference = digest ?? tag;
  if (reference === undefined || !REPOSITORY.test(repository) || repository.length > 255) return null;
  if (tag !== undefined && !TAG.test(tag)) return null;
  if (digest !== undefined && !DIGEST.test(digest)) return null;
  return { host, repository, reference };
}

/** Reads one repository of one registry, with the anonymous token that it asks for. */
class ImageReader {
  private authorization: string | null = null;

  constructor(
    private readonly source: PackageSource,
    private readonly registry: AllowedRegistry,
    private readonly repository: string,
  ) {}

  /** The labels of an image; of a multi-platform one those of its first real platform. Null when it is not shown. */
  async labels(reference: string): Promise<JsonObject | null> {
    const top = await this.manifest(reference);
    if (!top) return null;
    const manifest = Array.isArray(top['manifests']) ? await this.manifest(firstPlatform(top['manifests'])) : top;
    if (!manifest) return null;
    const config = isJsonObject(manifest['config']) ? manifest['config']['digest'] : null;
    if (typeof config !== 'string' || !DIGEST.test(config)) return null;
    const answer = await this.ask(`blobs/${config}`, 'application/json');
    if (answer.status !== 200) return null;
    const document = checked(answer, config);
    const settings = document['config'];
    const labels = isJsonObject(settings) ? settings['Labels'] : null;
    return isJsonObject(labels) ? labels : {};
  }

  private async manifest(reference: string | null): Promise<JsonObject | null> {
    if (reference === null) return null;
    const answer = await this.ask(`manifests/${reference}`, MANIFEST_TYPES);
    return answer.status === 200 ? checked(answer, reference) : null;
  }

  private async ask(what: string, accept: string): Promise<Download> {
    const url = `${this.registry.url}v2/${this.repository}/${what}`;
    const attempt = () =>
      this.source.ask(this.registry, url, {
        follow: true,
        headers: { accept, ...(this.authorization === null ? {} : { authorization: this.authorization }) },
      });
    const answer = await attempt();
    if (answer.status !== 401 || this.authorization !== null) return answer;
    this.authorization = `Bearer ${await this.token(answer.headers['www-authenticate'] ?? '')}`;
    return attempt();
  }

  /** An anonymous pull token from the service the registry names, if the operator allows that host. */
  private async token(challenge: string): Promise<string> {
    const parts = Object.fromEntries(
      [...challenge.slice(0, 2_000).matchAll(/(realm|service|scope)="([^"]*)"/g)].map((match) => [match[1], match[2]]),
    );
    const realm = parts['realm'] ?? '';
    if (!/^Bearer /i.test(challenge) || !URL.canParse(realm)) {
      throw new SourceUnavailable('The registry asks for a sign-in that is not anonymous.');
    }
    const url = new URL(realm);
    if (parts['service']) url.searchParams.set('service', parts['service']);
    url.searchParams.set('scope', `repository:${this.repository}:pull`);
    const document = await this.source.json(this.registry, url.href);
    const token = document?.['token'] ?? document?.['access_token'];
    if (typeof token !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(token)) {
      throw new SourceUnavailable(`${url.host} gives no anonymous token.`);
    }
    return token;
  }
}

/** By digest only what has that digest is believed; a tag is the registry's word. */
function checked(answer: Download, reference: string): JsonObject {
  const actual = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
  if (reference.startsWith('sha256:') && reference !== actual) {
    throw new SourceUnavailable('The registry sends another document than the digest names.');
  }
  return jsonObject(answer);
}

/** Attestations stand in an index with the platform "unknown". */
function firstPlatform(manifests: readonly unknown[]): string | null {
  const real = manifests
    .map((one) => one as JsonObject)
    .filter((one) => isJsonObject(one))
    .find((one) => !isJsonObject(one['platform']) || one['platform']['os'] !== 'unknown');
  const digest = real?.['digest'];
  return typeof digest === 'string' && DIGEST.test(digest) ? digest : null;
}
