import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { firstViolation, officialBlock } from '../answer-schemas.js';
import type { CaseFile } from '../case.js';
import type { RegistryProbe } from '../probe.js';
import { itemIn, SERVERS, versionPath, versionsPath } from '../probe.js';
import { sameJson } from '../same-json.js';
import { FROM } from '../sources.js';
import { met, metUnusually, refute, require, skip } from '../verdict.js';

const NAME = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const INSTANTS = ['statusChangedAt', 'publishedAt', 'updatedAt'];

/** What the answers look like. */
export const SHAPE: CaseFile = {
  group: 'shape',
  cases: [
    {
      id: 'shape.list-answers',
      level: 'must',
      sentence: 'GET /v0.1/servers answers 200 with an object that has a "servers" array.',
      source: FROM.list,
      needs: 'nothing',
      run: async ({ probe }) => {
        const { status } = await probe.get(SERVERS);
        require(status !== 401 && status !== 403, `It is answered with ${status}: give a token that may read.`);
        return met(`${(await probe.list()).raw.length} items.`);
      },
    },
    {
      id: 'shape.media-type',
      level: 'must',
      sentence: 'List, versions and version are application/json.',
      source: FROM.list,
      run: mediaTypes,
    },
    {
      id: 'shape.list-schema',
      level: 'must',
      sentence: 'The list is a ServerList: servers, metadata and every item have the members and types of the schema.',
      source: FROM.list,
      run: async ({ probe }) => conforms(firstViolation('ServerList', withoutMeta((await probe.get(SERVERS)).json))),
    },
    {
      id: 'shape.server-documents',
      level: 'should',
      sentence:
        'Every listed server document is a ServerDetail of the OpenAPI document, packages and remotes included.',
      source: FROM.list,
      run: async ({ probe }) => {
        for (const raw of await rawItems(probe))
          conforms(firstViolation('ServerDetail', serverOf(raw), true), nameOf(raw));
        return met();
      },
    },
    {
      id: 'shape.item-meta-object',
      level: 'must',
      sentence:
        'Every item has "_meta" as an object: VS Code reads it without looking first, although the schema calls it optional.',
      source: FROM.vscode,
      run: async ({ probe }) => {
        for (const raw of await rawItems(probe))
          require(isJsonObject(raw) && isJsonObject(raw['_meta']), `${nameOf(raw)} has no "_meta" object.`);
        return met();
      },
    },
    {
      id: 'shape.first-item',
      level: 'must',
      sentence:
        'The first item has name, description and version as texts that are not empty: VS Code drops the whole page otherwise.',
      source: FROM.vscode,
      run: async ({ probe }) => {
        const [first] = await rawItems(probe);
        require(hasTexts(first), 'The first item has no name, description or version, or an empty one.');
        return met();
      },
    },
    {
      id: 'shape.item-texts',
      level: 'must',
      sentence: 'Every item has name, description and version as texts that are not empty.',
      source: FROM.list,
      run: async ({ probe }) => {
        const bad = (await rawItems(probe)).findIndex((raw) => !hasTexts(raw));
        require(bad === -1, `Item ${bad + 1} has no name, description or version, or an empty one.`);
        return met();
      },
    },
    {
      id: 'shape.names',
      level: 'must',
      sentence: 'Every name is namespace/name with exactly one slash.',
      source: FROM.manifest,
      run: async ({ probe }) => {
        for (const { name } of (await probe.list()).items) require(NAME.test(name), `"${name}" is no server name.`);
        return met();
      },
    },
    {
      id: 'shape.official-meta',
      level: 'must',
      sentence:
        'The block "io.modelcontextprotocol.registry/official" has a known status and values of the right types.',
      source: FROM.list,
      run: officialMeta,
    },
    {
      id: 'shape.official-meta-closed',
      level: 'must',
      sentence: 'The official block has no members of its own invention: extensions are sibling keys in "_meta".',
      source: FROM.list,
      run: async ({ probe }) => {
        const known = ['status', 'statusMessage', ...INSTANTS, 'isLatest'];
        for (const { name, block } of await blocks(probe)) {
          const extra = Object.keys(block).find((key) => !known.includes(key));
          require(extra === undefined, `${name} has "${extra}" in the official block.`);
        }
        return met();
      },
    },
    {
      id: 'shape.timestamps',
      level: 'must',
      sentence: 'Timestamps of the official block are RFC 3339.',
      source: FROM.list,
      run: async ({ probe }) => {
        for (const { name, block } of await blocks(probe))
          for (const key of INSTANTS)
            require(block[key] === undefined ||
              TIMESTAMP.test(String(block[key])), `${name}: ${key} is ${JSON.stringify(block[key])}.`);
        return met();
      },
    },
    {
      id: 'shape.status-message',
      level: 'must',
      sentence: 'A statusMessage is a text of at most 500 characters, and an active version has none.',
      source: FROM.list,
      run: async ({ probe }) => {
        for (const { name, block } of await blocks(probe)) {
          const message = block['statusMessage'];
          if (message === undefined) continue;
          require(typeof message === 'string' &&
            [...message].length <= 500, `${name} has a statusMessage that is no text of at most 500 characters.`);
          require(block['status'] !== 'active' || message === '', `${name} is active and has a statusMessage.`);
        }
        return met();
      },
    },
    {
      id: 'shape.meta-siblings',
      level: 'should',
      sentence: 'Other keys of an item\'s "_meta" are namespaced (reverse DNS, a slash, a name).',
      source: FROM.list,
      run: async ({ probe }) => {
        for (const raw of await rawItems(probe)) {
          const keys = isJsonObject(raw) && isJsonObject(raw['_meta']) ? Object.keys(raw['_meta']) : [];
          const odd = keys.find((key) => !/^([a-z0-9-]+\.)+[a-z0-9-]+\/\S+$/i.test(key));
          require(odd === undefined, `${nameOf(raw)} has the key "${odd}".`);
        }
        return met();
      },
    },
    {
      id: 'shape.count',
      level: 'must',
      sentence: 'metadata.count is the number of items of this page.',
      source: FROM.list,
      run: async ({ probe }) => {
        const { count, raw } = await probe.list();
        if (count === undefined) return metUnusually('metadata.count is absent; the schema does not require it.');
        require(count === raw.length, `count is ${count}, the page has ${raw.length} items.`);
        return met();
      },
    },
    {
      id: 'shape.version-schema',
      level: 'must',
      sentence: 'One version is a ServerResponse, and says the same as the item of the list.',
      source: FROM.version,
      run: async ({ probe }) => {
        const sample = await probe.sample();
        const answer = await probe.get(versionPath(sample.name, sample.version));
        const item = itemIn(answer);
        conforms(firstViolation('ServerResponse', withoutMeta(answer.json)));
        require(sameJson(item.server, sample.server), 'The document differs from the one in the list.');
        return met();
      },
    },
  ],
};

async function mediaTypes({ probe }: { probe: RegistryProbe }) {
  const paths = [SERVERS];
  const sample = (await probe.list()).items[0];
  if (sample !== undefined) paths.push(versionsPath(sample.name), versionPath(sample.name, sample.version));
  for (const path of paths) {
    const answer = await probe.get(path);
    const type = answer.headers['content-type'] ?? 'absent';
    require(answer.status !== 200 || /^application\/json\s*(;|$)/i.test(type), `${path} has the content type ${type}.`);
  }
  return met();
}

async function officialMeta({ probe }: { probe: RegistryProbe }) {
  const known = await blocks(probe);
  for (const { name, block } of known) {
    const wrong = ['status', 'statusMessage', ...INSTANTS, 'isLatest']
      .map((key): [string, JsonValue | undefined] => [key, block[key]])
      .find(([key, value]) => value !== undefined && typeof value !== (key === 'isLatest' ? 'boolean' : 'string'));
    require(wrong === undefined, `${name}: ${wrong?.[0]} is ${JSON.stringify(wrong?.[1])}.`);
    require(['active', 'deprecated', 'deleted'].includes(
      String(block['status']),
    ), `${name} has the status ${JSON.stringify(block['status'])}.`);
  }
  const { raw } = await probe.list();
  return known.length === raw.length
    ? met()
    : metUnusually(
        `${raw.length - known.length} items have no official block: clients take them for active and latest.`,
      );
}

async function rawItems(probe: RegistryProbe): Promise<JsonValue[]> {
  const { raw } = await probe.list();
  return raw.length === 0 ? skip('The registry lists no server to look at.') : raw;
}

async function blocks(probe: RegistryProbe): Promise<{ name: string; block: JsonObject }[]> {
  const found = (await rawItems(probe)).flatMap((raw) => {
    const block = officialBlock(raw);
    return block === null ? [] : [{ name: nameOf(raw), block }];
  });
  return found.length === 0 ? skip('No item has the official block.') : found;
}

function conforms(violation: string | null, where = '') {
  return violation === null ? met() : refute(where === '' ? violation : `${where}: ${violation}`);
}

/** The registry's own block has cases of its own; here it would only repeat them. */
function withoutMeta(json: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(json)) return json;
  const bare = ({ _meta, ...rest }: JsonObject): JsonObject =>
    _meta === undefined || isJsonObject(_meta) ? rest : { ...rest, _meta };
  const { servers } = json;
  if (!Array.isArray(servers)) return bare(json);
  return { ...json, servers: servers.map((each) => (isJsonObject(each) ? bare(each) : each)) };
}

function serverOf(raw: JsonValue): JsonValue | undefined {
  return isJsonObject(raw) ? raw['server'] : undefined;
}

function nameOf(raw: JsonValue): string {
  const server = serverOf(raw);
  return isJsonObject(server) ? `${String(server['name'])} ${String(server['version'])}` : 'An item';
}

function hasTexts(raw: JsonValue | undefined): boolean {
  const server = raw === undefined ? undefined : serverOf(raw);
  return (
    isJsonObject(server) &&
    ['name', 'description', 'version'].every((key) => typeof server[key] === 'string' && server[key] !== '')
  );
}
