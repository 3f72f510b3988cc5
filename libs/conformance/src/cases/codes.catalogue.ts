import type { CaseFile, CaseRun, ConformanceCase } from '../case.js';
import { itemIn, readable, SERVERS, versionPath, versionsPath } from '../probe.js';
import { FROM } from '../sources.js';
import { met, metUnusually, require, skip } from '../verdict.js';

const NOBODY = 'com.example.conformance/there-is-no-such-server';

/** Single versions, and which status says what. */
export const CODES: CaseFile = {
  group: 'codes',
  cases: [
    {
      id: 'codes.version',
      level: 'must',
      sentence: 'A version of the list is answered with 200 under its exact name and version.',
      source: FROM.version,
      run: async ({ probe }) => {
        const { name, version } = await probe.sample();
        const item = itemIn(await probe.get(versionPath(name, version)));
        require(item.name === name && item.version === version, `The answer is ${item.name} ${item.version}.`);
        return met();
      },
    },
    {
      id: 'codes.latest',
      level: 'must',
      sentence: 'versions/latest is the version that the list calls latest.',
      source: FROM.version,
      run: async ({ probe }) => {
        const sample = await probe.sample();
        const item = itemIn(await probe.get(versionPath(sample.name, 'latest')));
        require(item.name === sample.name, `The answer is about ${item.name}.`);
        require(item.official?.isLatest !== false, `${item.version} is answered and says isLatest: false.`);
        if (sample.official?.isLatest === true)
          require(item.version ===
            sample.version, `The list calls ${sample.version} the latest, versions/latest answers ${item.version}.`);
        return met();
      },
    },
    {
      id: 'codes.versions',
      level: 'must',
      sentence: '/versions lists versions of this one server, with those that the list has.',
      source: FROM.versions,
      run: async ({ probe }) => {
        const { name, version } = await probe.sample();
        const { items } = readable(await probe.get(versionsPath(name)));
        const stranger = items.find((item) => item.name !== name);
        require(stranger === undefined, `${stranger?.name} is among the versions of ${name}.`);
        require(items.some((item) => item.version === version), `${version} is missing.`);
        return met(`${items.length} versions.`);
      },
    },
    {
      id: 'codes.versions-count',
      level: 'must',
      sentence: 'metadata.count of /versions is the number of versions in it, and there is no further page.',
      source: FROM.versions,
      run: async ({ probe }) => {
        const { raw, count, nextCursor } = readable(await probe.get(versionsPath((await probe.sample()).name)));
        require(nextCursor === null, 'The list of versions has a cursor.');
        if (count === undefined) return metUnusually('metadata.count is absent; the schema does not require it.');
        require(count === raw.length, `count is ${count}, the list has ${raw.length} versions.`);
        return met();
      },
    },
    missing(
      'codes.unknown-server',
      `${versionPath(NOBODY, 'latest')}`,
      'The latest version of an unknown server is 404.',
      FROM.version,
    ),
    missing(
      'codes.unknown-server-versions',
      versionsPath(NOBODY),
      'The versions of an unknown server are 404, not an empty list.',
      FROM.versions,
    ),
    {
      id: 'codes.unknown-version',
      level: 'must',
      sentence: 'An unknown version of a known server is 404.',
      source: FROM.version,
      run: async (run) => {
        const { name } = await run.probe.sample();
        return is404(run, versionPath(name, '0.0.0-there-is-no-such-version'));
      },
    },
    missing('codes.unknown-route', '/v0.1/there-is-no-such-route', 'An unknown route is 404.', FROM.http),
    {
      id: 'codes.no-server-resource',
      level: 'optional',
      sentence: 'There is no GET /v0.1/servers/{serverName}: it was removed from the API.',
      source: FROM.official,
      run: async ({ probe }) => {
        const { name } = await probe.sample();
        const { status } = await probe.get(`${SERVERS}/${encodeURIComponent(name)}`);
        require(status === 404 || status === 405, `It is answered with ${status}.`);
        return met();
      },
    },
    {
      id: 'codes.trailing-slash',
      level: 'should',
      sentence: 'A path with a slash at its end is redirected with 308 to the one without.',
      source: FROM.official,
      run: async ({ probe }) => {
        const { status, headers } = await probe.get(`${SERVERS}/?limit=1`);
        require(status === 308, `${SERVERS}/ is answered with ${status}.`);
        const to = headers['location'] ?? '';
        require(/\/v0\.1\/servers(\?limit=1)?$/.test(to), `It leads to "${to}".`);
        return to.includes('?') ? met() : metUnusually('The query is lost on the way.');
      },
    },
  ],
};

function missing(id: string, path: string, sentence: string, source: string): ConformanceCase {
  return { id, level: 'must', sentence, source, run: (run) => is404(run, path) };
}

async function is404({ probe }: CaseRun, path: string) {
  const { status } = await probe.get(path);
  if (status === 401 || status === 403) return skip(`It is answered with ${status}: give a token that may read.`);
  require(status === 404, `It is answered with ${status}.`);
  return met();
}
