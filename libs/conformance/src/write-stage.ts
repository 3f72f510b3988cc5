import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { ServerItem } from './answer-schemas.js';
import { itemIn, type RegistryProbe, readable, versionPath, versionsPath } from './probe.js';
import type { Answer } from './registry.client.js';
import { skip } from './verdict.js';

/** Who may write, and where. `runId` makes the names of this run its own. */
export type WriteAccess = { namespace: string; runId: string };

/** Servers that exist only for this run: made on demand, marked deleted at its end. */
export class WriteStage {
  private readonly names = new Set<string>();

  constructor(
    private readonly probe: RegistryProbe,
    private readonly access: WriteAccess | null,
  ) {}

  /** True when there are credentials for cases that write. */
  get open(): boolean {
    return this.access !== null;
  }

  /** The full name of a throw-away server. */
  name(slug: string): string {
    const { namespace, runId } = this.given();
    return `${namespace}/conformance-${runId}-${slug}`;
  }

  /** A text that is unique to this run. */
  get runId(): string {
    return this.given().runId;
  }

  /** A small valid document; `change` replaces members. */
  document(slug: string, version: string, change: JsonObject = {}): JsonObject {
    return {
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: this.name(slug),
      description: 'Throw-away server of a conformance run.',
      version,
      ...change,
    };
  }

  /** Publishes, whatever comes of it. */
  async publish(document: JsonObject, more: Parameters<RegistryProbe['write']>[3] = {}): Promise<Answer> {
    const answer = await this.probe.write('POST', '/v0.1/publish', document, more);
    if (answer.status < 300 && typeof document['name'] === 'string') this.names.add(document['name']);
    return answer;
  }

  /** Publishes something that another case is about; when that is not possible, the case is skipped. */
  async prepared(slug: string, version: string, change: JsonObject = {}): Promise<ServerItem> {
    const answer = await this.publish(this.document(slug, version, change));
    if (answer.status >= 300) skip(`${version} could not be published (${answer.status}).`);
    return itemIn(answer);
  }

  /** Sets the status of one version, whatever comes of it. */
  status(
    slug: string,
    version: string,
    body: JsonObject,
    more: Parameters<RegistryProbe['write']>[3] = {},
  ): Promise<Answer> {
    return this.probe.write('PATCH', `${versionPath(this.name(slug), version)}/status`, body, more);
  }

  /** Sets the status of all versions, whatever comes of it. */
  allStatus(slug: string, body: JsonObject): Promise<Answer> {
    return this.probe.write('PATCH', `${versionsPath(this.name(slug)).replace(/\/versions$/, '')}/status`, body);
  }

  /** Sets a status that another case is about; when that is not possible, the case is skipped. */
  async marked(slug: string, version: string, body: JsonObject): Promise<ServerItem> {
    const answer = await this.status(slug, version, body);
    if (answer.status !== 200)
      skip(`The status of ${version} could not be set to ${String(body['status'])} (${answer.status}).`);
    return itemIn(answer);
  }

  /** One version as it is now. */
  read(slug: string, version: string, query = ''): Promise<Answer> {
    return this.probe.fresh(`${versionPath(this.name(slug), version)}${query}`);
  }

  /** Which version is the latest now. */
  async latest(slug: string): Promise<string> {
    return itemIn(await this.read(slug, 'latest')).version;
  }

  /** All versions as they are now, deleted ones included. */
  async versions(slug: string, query = '?include_deleted=true'): Promise<ServerItem[]> {
    return readable(await this.probe.fresh(`${versionsPath(this.name(slug))}${query}`)).items;
  }

  /** Marks everything of this run as deleted; nothing more can be done over this API. */
  async cleanUp(): Promise<void> {
    for (const name of this.names) {
      const path = `${versionsPath(name).replace(/\/versions$/, '')}/status`;
      await this.probe.write('PATCH', path, { status: 'deleted' }).catch(() => undefined);
    }
  }

  private given(): WriteAccess {
    return this.access ?? skip('No credentials for writing were given.');
  }
}

/** What a refusal says, for reasons. */
export function refusalText({ json, status }: Answer): string {
  const body: JsonObject = isJsonObject(json) ? json : {};
  const [detail] = [body['error'], body['detail'], body['title']].filter((text) => typeof text === 'string');
  return detail === undefined ? `${status}` : `${status}: ${String(detail).slice(0, 200)}`;
}
