import type { ServerItem } from '../answer-schemas.js';
import type { CaseFile, CaseRun, ConformanceCase } from '../case.js';
import { SERVERS } from '../probe.js';
import { FROM } from '../sources.js';
import { met, refute, require, skip } from '../verdict.js';

/** Query parameters of the list. */
export const PARAMETERS: CaseFile = {
  group: 'parameters',
  cases: [
    {
      id: 'parameters.default-limit',
      level: 'should',
      sentence: 'Without a limit a page has at most 30 items.',
      source: FROM.official,
      run: async ({ probe }) => {
        const { raw } = await probe.list();
        require(raw.length <= 30, `A page without a limit has ${raw.length} items.`);
        return met();
      },
    },
    pageSize('parameters.limit-one', 1),
    pageSize('parameters.limit-hundred', 100),
    refused('parameters.limit-zero', 'limit=0', 'limit=0 is refused with 422 or 400.'),
    refused('parameters.limit-over', 'limit=101', 'limit=101 is refused with 422 or 400.'),
    refused('parameters.limit-text', 'limit=abc', 'A limit that is no number is refused with 422 or 400.'),
    {
      id: 'parameters.unknown-ignored',
      level: 'must',
      sentence: 'Unknown query parameters change nothing.',
      source: FROM.official,
      run: async ({ probe }) => {
        const [plain, odd] = [await probe.list('limit=5'), await probe.list('limit=5&q=nothing-like-this&x=1')];
        require(keys(plain.items) === keys(odd.items), 'The list with ?q=...&x=1 differs from the one without.');
        return met();
      },
    },
    {
      id: 'parameters.version-latest',
      level: 'must',
      sentence: 'version=latest lists only versions that are the latest of their server.',
      source: FROM.list,
      run: async ({ probe }) => {
        const { items } = await probe.list('version=latest&limit=100');
        const wrong = items.find((item) => item.official?.isLatest === false);
        require(wrong === undefined, `${wrong?.name} ${wrong?.version} is listed and says isLatest: false.`);
        return items.length > 0 ? met() : skip('version=latest lists nothing.');
      },
    },
    {
      id: 'parameters.version-latest-unique',
      level: 'must',
      sentence: 'version=latest lists at most one version of a server.',
      source: FROM.list,
      run: async ({ probe }) => {
        const names = (await probe.list('version=latest&limit=100')).items.map(({ name }) => name);
        const twice = names.find((name, at) => names.indexOf(name) !== at);
        require(twice === undefined, `${twice} is listed twice.`);
        return names.length > 0 ? met() : skip('version=latest lists nothing.');
      },
    },
    {
      id: 'parameters.version-exact',
      level: 'must',
      sentence: 'version=X lists only versions that are called exactly X.',
      source: FROM.list,
      run: async ({ probe }) => {
        const { version } = await probe.sample();
        const { items } = await probe.list(`version=${encodeURIComponent(version)}&limit=100`);
        require(items.length > 0, `Nothing is listed for the version ${version}, which the list has.`);
        const other = items.find((item) => item.version !== version);
        require(other === undefined, `${other?.name} ${other?.version} is listed for version=${version}.`);
        return met();
      },
    },
    {
      id: 'parameters.search-substring',
      level: 'must',
      sentence: 'search finds servers by a part of their name, and nothing that has it nowhere.',
      source: FROM.list,
      run: async (run) => {
        const { name } = await run.probe.sample();
        await finds(run, middleOf(name), name);
        return met();
      },
    },
    {
      id: 'parameters.search-case',
      level: 'must',
      sentence: 'search does not look at upper and lower case.',
      source: FROM.official,
      run: async (run) => {
        const { name } = await run.probe.sample();
        const term = middleOf(name);
        const other = term === term.toUpperCase() ? term.toLowerCase() : term.toUpperCase();
        await finds(run, other, name);
        return met();
      },
    },
    {
      id: 'parameters.search-percent',
      level: 'must',
      sentence: '% in search is a per cent sign, not a wildcard.',
      source: FROM.official,
      run: async (run) => {
        const { name } = await run.probe.sample();
        await onlyMatches(run, `${name.slice(0, 3)}%${name.slice(-3)}`);
        return met();
      },
    },
    {
      id: 'parameters.search-underscore',
      level: 'must',
      sentence: '_ in search is an underscore, not a wildcard.',
      source: FROM.official,
      run: async (run) => {
        const { name } = await run.probe.sample();
        const at = name.indexOf('/') - 1;
        await onlyMatches(run, `${name.slice(0, at)}_${name.slice(at + 1)}`);
        return met();
      },
    },
    {
      id: 'parameters.search-description',
      level: 'should',
      sentence: 'search looks at descriptions, too.',
      source: FROM.official,
      run: searchDescription,
    },
    {
      id: 'parameters.search-nothing',
      level: 'must',
      sentence: 'A search that finds nothing is an empty list, not an error.',
      source: FROM.list,
      run: async ({ probe }) => {
        const { raw } = await probe.list('search=zzqx-no-such-server-9f1b');
        require(raw.length === 0, `${raw.length} items for a term that nobody has.`);
        return met();
      },
    },
    {
      id: 'parameters.filters-combine',
      level: 'must',
      sentence: 'search and version=latest together list what both would.',
      source: FROM.list,
      run: async (run) => {
        const { name } = await run.probe.sample();
        const { items } = await run.probe.list(`search=${encodeURIComponent(name)}&version=latest&limit=100`);
        const wrong = items.find((item) => !matches(item, name) || item.official?.isLatest === false);
        require(wrong === undefined, `${wrong?.name} ${wrong?.version} is listed.`);
        return met();
      },
    },
    {
      id: 'parameters.include-deleted',
      level: 'must',
      sentence: 'Deleted versions are not listed unless include_deleted=true asks for them.',
      source: FROM.list,
      run: async ({ probe }) => {
        const deleted = (await probe.walk()).items.find((item) => item.official?.status === 'deleted');
        require(deleted === undefined, `${deleted?.name} ${deleted?.version} is deleted and listed.`);
        await probe.list('include_deleted=true&limit=1');
        return met();
      },
    },
    refused(
      'parameters.include-deleted-text',
      'include_deleted=maybe',
      'include_deleted that is no boolean is refused with 422 or 400.',
    ),
  ],
};

function pageSize(id: string, limit: number): ConformanceCase {
  return {
    id,
    level: 'must',
    sentence: `limit=${limit} is accepted, and the page has at most ${limit} ${limit === 1 ? 'item' : 'items'}.`,
    source: FROM.list,
    run: async ({ probe }) => {
      const { raw } = await probe.list(`limit=${limit}`);
      require(raw.length <= limit, `A page with limit=${limit} has ${raw.length} items.`);
      return met();
    },
  };
}

function refused(id: string, query: string, sentence: string): ConformanceCase {
  return {
    id,
    level: 'should',
    sentence,
    source: FROM.official,
    run: async ({ probe }) => {
      const { status } = await probe.get(`${SERVERS}?${query}`);
      require(status === 422 || status === 400, `?${query} is answered with ${status}.`);
      return met();
    },
  };
}

/** A part of the name that is long enough to mean something and short enough to be no name. */
function middleOf(name: string): string {
  return name.slice(1, Math.max(4, Math.min(name.length - 1, 40)));
}

function matches({ server, name }: ServerItem, term: string): boolean {
  const needle = term.toLowerCase();
  return [name, server['description'], server['title']].some(
    (text) => typeof text === 'string' && text.toLowerCase().includes(needle),
  );
}

async function onlyMatches({ probe }: CaseRun, term: string): Promise<ServerItem[]> {
  const { items } = await probe.list(`search=${encodeURIComponent(term)}&limit=100`);
  const stranger = items.find((item) => !matches(item, term));
  if (stranger !== undefined) return refute(`search=${term} lists ${stranger.name}, which does not contain it.`);
  return items;
}

/** Finds `name` on the first pages of the search; a short term may have many matches. */
async function finds(run: CaseRun, term: string, name: string): Promise<void> {
  if ((await onlyMatches(run, term)).some((item) => item.name === name)) return;
  const { nextCursor } = await run.probe.list(`search=${encodeURIComponent(term)}&limit=100`);
  if (nextCursor === null) refute(`search=${term} does not list ${name}.`);
  skip('The term has more than a page of matches.');
}

async function searchDescription(run: CaseRun) {
  const { name, server } = await run.probe.sample();
  const text = server['description'];
  const term = typeof text === 'string' ? text.slice(0, 60).trim() : '';
  if (term.length < 4 || name.toLowerCase().includes(term.toLowerCase()))
    skip('The description of the sample is too short to search for.');
  const items = await onlyMatches(run, term);
  if (!items.some((item) => item.name === name))
    refute(`search=${term} does not list ${name}, whose description begins with it.`);
  return met();
}

function keys(items: readonly ServerItem[]): string {
  return JSON.stringify(items.map(({ name, version }) => [name, version]));
}
