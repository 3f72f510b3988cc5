import type { CaseFile, CaseRun } from '../case.js';
import { readable, SERVERS, versionsPath } from '../probe.js';
import { FROM } from '../sources.js';
import { met, metUnusually, refute, require, skip } from '../verdict.js';
import { compareBytes } from '../walk.js';

/** In which order things come. */
export const ORDERING: CaseFile = {
  group: 'ordering',
  cases: [
    {
      id: 'ordering.name-version',
      level: 'must',
      sentence: 'The list is in ascending order of name, then version, compared as bytes.',
      source: FROM.official,
      run: async ({ probe }) => {
        const { items, complete } = await probe.walk();
        for (const [at, item] of items.entries()) {
          const before = items[at - 1];
          if (before === undefined) continue;
          const order = compareBytes(before.name, item.name) || compareBytes(before.version, item.version);
          require(order <= 0, `${item.name} ${item.version} comes after ${before.name} ${before.version}.`);
        }
        return met(`${items.length} items${complete ? '' : ', not all'}.`);
      },
    },
    {
      id: 'ordering.no-duplicates',
      level: 'must',
      sentence: 'A walk over all pages sees no version twice.',
      source: FROM.list,
      run: async ({ probe }) => {
        const seen = new Set<string>();
        for (const { name, version } of (await probe.walk()).items) {
          const key = JSON.stringify([name, version]);
          require(!seen.has(key), `${name} ${version} comes twice.`);
          seen.add(key);
        }
        return met();
      },
    },
    {
      id: 'ordering.versions-newest-first',
      level: 'must',
      sentence: 'Versions of a server come newest first, by publishedAt.',
      source: FROM.versions,
      run: versionsNewestFirst,
    },
    {
      id: 'ordering.stable',
      level: 'must',
      sentence: 'The same request twice gives the same items in the same order.',
      source: FROM.list,
      run: async ({ probe }) => {
        const [before, after] = [await probe.freshList('limit=10'), await probe.freshList('limit=10')];
        const text = (page: typeof before) => JSON.stringify(page.items.map(({ name, version }) => [name, version]));
        require(text(before) === text(after), 'Two requests right after each other gave different lists.');
        return met();
      },
    },
  ],
};

async function versionsNewestFirst({ probe }: CaseRun) {
  const { items } = await probe.walk();
  const several = items.find((item, at) => items[at + 1]?.name === item.name) ?? (await probe.sample());
  const versions = readable(await probe.get(versionsPath(several.name))).items;
  const times = versions.map(({ official }) => Date.parse(official?.publishedAt ?? ''));
  if (times.some(Number.isNaN)) skip('Not every version says when it was published.');
  if (versions.length < 2) skip('No server with several versions was found.');
  const wrong = times.findIndex((time, at) => time > (times[at - 1] ?? Number.POSITIVE_INFINITY));
  require(wrong === -1, `${versions[wrong]?.version} was published later than the version before it.`);
  return met();
}

/** How the next page is found. */
export const CURSOR: CaseFile = {
  group: 'cursor',
  cases: [
    {
      id: 'cursor.round-trip',
      level: 'must',
      sentence: 'nextCursor, appended to the query exactly as it came, gives the items right after this page.',
      source: FROM.vscode,
      run: async ({ probe }) => {
        const first = await probe.list('limit=1');
        if (first.nextCursor === null) skip('The registry lists fewer than two versions.');
        const [second, both] = [await probe.list(`limit=1&cursor=${first.nextCursor}`), await probe.list('limit=2')];
        const [found, expected] = [second.items[0], both.items[1]];
        if (expected === undefined) skip('The registry lists fewer than two versions.');
        require(found !== undefined, 'The second page is empty.');
        require(found.name === expected.name &&
          found.version ===
            expected.version, `The second page begins with ${found.name} ${found.version}, not with ${expected.name} ${expected.version}.`);
        return met();
      },
    },
    {
      id: 'cursor.url-safe',
      level: 'must',
      sentence: 'A cursor survives being put into a query without encoding: VS Code does not encode it.',
      source: FROM.vscode,
      run: async ({ probe }) => {
        const { cursors } = await probe.walk();
        const one = (await probe.list('limit=1')).nextCursor;
        const all = one === null ? cursors : [one, ...cursors];
        if (all.length === 0) skip('No page has a cursor.');
        const bad = all.find((cursor) => /[^\x21-\x7e]|[&#+%]/.test(cursor));
        require(bad === undefined, `The cursor ${JSON.stringify(bad)} means something else in a query.`);
        const odd = all.find((cursor) => !/^[A-Za-z0-9._~-]+$/.test(cursor));
        return odd === undefined ? met() : metUnusually(`The cursor ${odd} has reserved characters.`);
      },
    },
    {
      id: 'cursor.walk-ends',
      level: 'must',
      sentence: 'Following the cursor comes to an end, without a page that fails.',
      source: FROM.list,
      run: async ({ probe }) => {
        const walk = await probe.walk();
        require(walk.problem === null, walk.problem ?? '');
        return met(
          walk.complete
            ? `${walk.items.length} items on ${walk.pages} pages.`
            : `Stopped by us after ${walk.pages} pages.`,
        );
      },
    },
    {
      id: 'cursor.page-size-does-not-matter',
      level: 'must',
      sentence: 'Small pages together have the items that one large page has.',
      source: FROM.list,
      run: async ({ probe }) => {
        const [walk, page] = [await probe.walk(), await probe.list('limit=100')];
        const text = (items: typeof page.items) => JSON.stringify(items.map(({ name, version }) => [name, version]));
        const length = Math.min(walk.items.length, page.items.length);
        require(!walk.complete ||
          walk.items.length >=
            page.items.length, `The walk found ${walk.items.length} items, one page has ${page.items.length}.`);
        require(text(walk.items.slice(0, length)) ===
          text(page.items.slice(0, length)), 'The walk found other items than one page of 100.');
        return met();
      },
    },
    {
      id: 'cursor.search-dropped',
      level: 'should',
      sentence:
        'A cursor of a search continues the search when "search" is not sent again: VS Code drops it after the first page.',
      source: FROM.vscode,
      run: searchDropped,
    },
    {
      id: 'cursor.malformed',
      level: 'must',
      sentence: 'A cursor that nobody handed out is refused or ignored, and is no fault (no 5xx).',
      source: FROM.official,
      run: async ({ probe }) => {
        const { status } = await probe.get(`${SERVERS}?limit=1&cursor=not-a-cursor-of-yours`);
        require(status < 500, `It is answered with ${status}.`);
        return met(`${status}`);
      },
    },
  ],
};

async function searchDropped({ probe }: CaseRun) {
  const { items } = await probe.walk();
  const names = [...new Set(items.map(({ name }) => name))];
  const first = items[0] ?? skip('The registry lists nothing.');
  // A term with several matches, but not everything: the difference must be visible.
  const repeated = items.find((item, at) => items[at + 1]?.name === item.name)?.name ?? sharedPart(names);
  const term = repeated ?? skip(`No search with several, but not all, matches could be made (from ${first.name}).`);
  const all = (await probe.list(`search=${encodeURIComponent(term)}&limit=100`)).items;
  const page = await probe.list(`search=${encodeURIComponent(term)}&limit=1`);
  if (all.length < 2 || page.nextCursor === null) return skip('The search has only one page.');
  const rest = await probe.list(`limit=100&cursor=${page.nextCursor}`);
  const expected = all.slice(1).map(({ name, version }) => `${name} ${version}`);
  const found = rest.items.map(({ name, version }) => `${name} ${version}`);
  const stranger = found.find((each) => !expected.includes(each));
  if (stranger !== undefined)
    return refute(`The second page lists ${stranger}, which the search for ${term} does not find.`);
  require(found.length === expected.length, `The second page has ${found.length} items instead of ${expected.length}.`);
  return met();
}

/** A namespace that several, but not all, names have. */
function sharedPart(names: readonly string[]): string | undefined {
  const namespaces = names.map((name) => name.slice(0, name.indexOf('/') + 1));
  return namespaces.find((each, at) => namespaces.indexOf(each) !== at && namespaces.some((other) => other !== each));
}
