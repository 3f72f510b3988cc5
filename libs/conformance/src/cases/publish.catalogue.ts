import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { firstViolation } from '../answer-schemas.js';
import type { CaseFile, CaseRun, ConformanceCase } from '../case.js';
import { itemIn, readable, SERVERS, versionPath } from '../probe.js';
import { sameJson } from '../same-json.js';
import { FROM } from '../sources.js';
import { met, metUnusually, refute, require } from '../verdict.js';
import { refusalText } from '../write-stage.js';

const SCHEMA_DATES = ['2025-07-09', '2025-09-16', '2025-09-29', '2025-10-11', '2025-10-17', '2025-12-11'];
const schemaUrl = (date: string) => `https://static.modelcontextprotocol.io/schemas/${date}/server.schema.json`;

/** Publishing, under throw-away names. */
export const PUBLISH: CaseFile = {
  group: 'publish',
  cases: [
    {
      id: 'publish.accepted',
      level: 'must',
      sentence: 'A valid document is answered with 200 and a ServerResponse that is active and the latest.',
      source: FROM.publish,
      needs: 'write',
      run: accepted,
    },
    {
      id: 'publish.read-back',
      level: 'must',
      sentence: 'What was published is read back as the same JSON value, under its version and under latest.',
      source: FROM.version,
      needs: 'write',
      run: async ({ stage }) => {
        const document = full(stage.document('read-back', '1.0.0'));
        const answer = await stage.publish(document);
        require(answer.status < 300, `It is refused with ${refusalText(answer)}`);
        for (const version of ['1.0.0', 'latest']) {
          const { server } = itemIn(await stage.read('read-back', version));
          require(sameJson(server, document), `Under ${version} the document differs from the one that was sent.`);
        }
        return met();
      },
    },
    {
      id: 'publish.listed',
      level: 'must',
      sentence: 'What was published is in the list at once.',
      source: FROM.list,
      needs: 'write',
      run: async ({ probe, stage }) => {
        await stage.prepared('listed', '1.0.0');
        const name = stage.name('listed');
        const { items } = readable(await probe.fresh(`${SERVERS}?search=${encodeURIComponent(name)}`));
        require(items.some((item) => item.name === name), 'A search for its name does not list it.');
        return met();
      },
    },
    {
      id: 'publish.no-credentials',
      level: 'must',
      sentence:
        'Without credentials it is 401; the 422 of the official registry for a missing header is accepted here.',
      source: FROM.publish,
      needs: 'write',
      run: async ({ stage }) => {
        const { status } = await stage.publish(stage.document('no-credentials', '1.0.0'), { as: 'nobody' });
        require(status === 401 || status === 422, `It is answered with ${status}.`);
        return status === 401 ? met() : metUnusually('It is answered with 422.');
      },
    },
    {
      id: 'publish.bad-credentials',
      level: 'must',
      sentence: 'With a token that nobody issued it is 401.',
      source: FROM.publish,
      needs: 'write',
      run: async ({ stage }) => {
        const headers = { authorization: 'Bearer not-a-token-of-yours' };
        const { status } = await stage.publish(stage.document('bad-credentials', '1.0.0'), { as: 'nobody', headers });
        require(status === 401, `It is answered with ${status}.`);
        return met();
      },
    },
    {
      id: 'publish.foreign-namespace',
      level: 'must',
      sentence: 'Under a namespace that the credentials are not for it is 403.',
      source: FROM.publish,
      needs: 'write',
      run: async ({ stage }) => {
        const name = `com.example.not-yours-${stage.runId}/server`;
        const { status } = await stage.publish({ ...stage.document('foreign', '1.0.0'), name });
        require(status === 403, `It is answered with ${status}.`);
        return met();
      },
    },
    refusal(
      'publish.name-without-slash',
      'A name without a slash is refused with 422 or 400.',
      (document) => ({ ...document, name: 'no-slash' }),
      [403],
    ),
    refusal('publish.empty-description', 'An empty description is refused with 422 or 400.', (document) => ({
      ...document,
      description: '',
    })),
    refusal(
      'publish.long-description',
      'A description of more than 100 characters is refused with 422 or 400.',
      (document) => ({ ...document, description: 'd'.repeat(101) }),
    ),
    refusal('publish.version-range', 'A range as the version is refused with 422 or 400.', (document) => ({
      ...document,
      version: '^1.2.3',
    })),
    refusal('publish.version-latest', 'The version "latest" is refused with 422 or 400.', (document) => ({
      ...document,
      version: 'latest',
    })),
    refusal('publish.unknown-schema', 'A $schema that was never released is refused with 422 or 400.', (document) => ({
      ...document,
      $schema: schemaUrl('2020-01-01'),
    })),
    refusal(
      'publish.no-schema',
      'A document without $schema is refused with 422 or 400.',
      ({ $schema: _, ...document }) => document,
    ),
    refusal(
      'publish.large-metadata',
      'Metadata of the publisher above 4096 bytes is refused with 422 or 400.',
      (document) => ({
        ...document,
        _meta: { 'io.modelcontextprotocol.registry/publisher-provided': { text: 'm'.repeat(5000) } },
      }),
    ),
    {
      id: 'publish.duplicate',
      level: 'must',
      sentence:
        'Another document under a version that exists is refused with 400, and nothing changes; 409 is accepted here.',
      source: FROM.official,
      needs: 'write',
      run: duplicate,
    },
    {
      id: 'publish.repeated',
      level: 'must',
      sentence:
        'The same document again is refused like any duplicate, or answered with the version as it is; both are accepted here.',
      source: FROM.official,
      needs: 'write',
      run: repeated,
    },
    {
      id: 'publish.remote-url-unique',
      level: 'should',
      sentence: 'A remote URL that another server uses is refused.',
      source: FROM.official,
      needs: 'write',
      run: async ({ stage }) => {
        const remotes = [{ type: 'streamable-http', url: `https://${stage.runId}.conformance.example.com/mcp` }];
        await stage.prepared('remote-first', '1.0.0', { remotes });
        const { status } = await stage.publish(stage.document('remote-second', '1.0.0', { remotes }));
        require(status >= 400 && status < 500, `A second server with the same remote URL is answered with ${status}.`);
        await stage.prepared('remote-first', '1.0.1', { remotes });
        return met();
      },
    },
    {
      id: 'publish.schema-dates',
      level: 'should',
      sentence: 'Documents of all six released schema dates are accepted.',
      source: FROM.official,
      needs: 'write',
      run: async ({ stage }) => {
        for (const date of SCHEMA_DATES) {
          const answer = await stage.publish(stage.document(`schema-${date}`, '1.0.0', { $schema: schemaUrl(date) }));
          require(answer.status < 300, `A document of ${date} is refused with ${refusalText(answer)}`);
        }
        return met();
      },
    },
    {
      id: 'publish.build-metadata',
      level: 'must',
      sentence: 'A version with build metadata is read under %2B and under a plain plus.',
      source: FROM.version,
      needs: 'write',
      run: buildMetadata,
    },
  ],
};

async function accepted({ stage }: CaseRun) {
  const answer = await stage.publish(stage.document('accepted', '1.0.0'));
  require(answer.status === 200 || answer.status === 201, `It is answered with ${refusalText(answer)}`);
  const item = itemIn(answer);
  const violation = firstViolation('ServerResponse', answer.json);
  require(violation === null, violation ?? '');
  const { official } = item;
  require(official !== null, 'The answer has no official block.');
  require(official.status === 'active' &&
    official.isLatest === true, `The answer says ${official.status}, isLatest ${official.isLatest}.`);
  return answer.status === 200 ? met() : metUnusually('It is answered with 201, the specification says 200.');
}

async function duplicate({ stage }: CaseRun) {
  await stage.prepared('duplicate', '1.0.0');
  const before = itemIn(await stage.read('duplicate', '1.0.0'));
  const other = { description: 'Something else under the same version.' };
  const { status } = await stage.publish(stage.document('duplicate', '1.0.0', other));
  require(status >= 400 && status < 500, `It is answered with ${status}.`);
  const after = itemIn(await stage.read('duplicate', '1.0.0'));
  require(sameJson(after.server, before.server), 'The document is another one after the refusal.');
  const same = JSON.stringify(after.official) === JSON.stringify(before.official);
  require(same, 'The official block is another one after the refusal.');
  return status === 400 || status === 409 ? met(`${status}`) : metUnusually(`It is refused with ${status}.`);
}

async function repeated({ stage }: CaseRun) {
  const before = await stage.prepared('repeated', '1.0.0');
  const answer = await stage.publish(stage.document('repeated', '1.0.0'));
  require(answer.status === 200 ||
    (answer.status >= 400 && answer.status < 500), `It is answered with ${answer.status}.`);
  const count = (await stage.versions('repeated')).length;
  require(count === 1, `There are ${count} versions afterwards.`);
  if (answer.status !== 200) return met(`Refused with ${refusalText(answer)}`);
  const same = JSON.stringify(itemIn(answer).official) === JSON.stringify(before.official);
  require(same, 'It is answered with 200, and another official block.');
  return met('Answered with 200 and the version as it is.');
}

async function buildMetadata({ probe, stage }: CaseRun) {
  await stage.prepared('build', '1.0.0+build.7');
  const path = versionPath(stage.name('build'), '1.0.0+build.7');
  require(path.includes('%2B'), 'The path is not encoded.');
  for (const spelled of [path, path.replace('%2B', '+')]) {
    const { status, json } = await probe.fresh(spelled);
    require(status === 200, `${spelled} is answered with ${status}.`);
    require(isJsonObject(json), 'The answer is no JSON object.');
  }
  return met();
}

function refusal(
  id: string,
  sentence: string,
  change: (document: JsonObject) => JsonObject,
  also: number[] = [],
): ConformanceCase {
  return {
    id,
    level: 'must',
    sentence,
    source: FROM.official,
    needs: 'write',
    run: async ({ stage }) => {
      const slug = id.slice(id.indexOf('.') + 1);
      const answer = await stage.publish(change(stage.document(slug, '1.0.0')));
      const { status } = answer;
      if (status < 300) return refute(`It is accepted with ${status}.`);
      require([400, 422, ...also].includes(status), `It is answered with ${refusalText(answer)}`);
      return met(refusalText(answer));
    },
  };
}

/** A document with something in every corner. */
function full(document: JsonObject): JsonObject {
  return {
    ...document,
    title: 'Read back & <again> – ünïcode 🚀',
    websiteUrl: 'https://example.com/docs?a=1&b=2',
    packages: [
      {
        registryType: 'npm',
        identifier: '@example/conformance',
        version: '1.0.0',
        transport: { type: 'stdio' },
        packageArguments: [{ type: 'named', name: '--port', value: '8080' }],
        environmentVariables: [{ name: 'API_KEY', description: 'A key.', isRequired: true, isSecret: true }],
      },
    ],
    _meta: {
      'io.modelcontextprotocol.registry/publisher-provided': {
        tool: 'conformance',
        nested: { list: [1, 2, { three: true }] },
      },
    },
  };
}
