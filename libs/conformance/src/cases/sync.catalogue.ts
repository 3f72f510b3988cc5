import type { CaseFile, CaseRun } from '../case.js';
import { SERVERS } from '../probe.js';
import { FROM } from '../sources.js';
import { met, metUnusually, require, skip } from '../verdict.js';

/** What importers that keep a copy rely on. */
export const SYNC: CaseFile = {
  group: 'sync',
  cases: [
    {
      id: 'sync.since-long-ago',
      level: 'must',
      sentence: 'updated_since with a moment long ago lists what the list has.',
      source: FROM.list,
      run: async ({ probe }) => {
        const { name, version } = await probe.sample();
        const { items } = await probe.list(
          `updated_since=2000-01-01T00:00:00Z&search=${encodeURIComponent(name)}&limit=100`,
        );
        require(items.some((item) => item.name === name && item.version === version), `${name} ${version} is missing.`);
        return met();
      },
    },
    {
      id: 'sync.since-future',
      level: 'must',
      sentence: 'updated_since with a moment far ahead lists nothing.',
      source: FROM.list,
      run: async ({ probe }) => {
        const { raw } = await probe.list('updated_since=2999-01-01T00:00:00Z');
        require(raw.length === 0, `${raw.length} items were updated after the year 2999.`);
        return met();
      },
    },
    {
      id: 'sync.since-strict',
      level: 'must',
      sentence: 'updated_since lists only what was updated after that moment, not at it.',
      source: FROM.official,
      run: strictlyAfter,
    },
    {
      id: 'sync.since-offset',
      level: 'should',
      sentence: 'updated_since may be written with an offset and fractions of a second.',
      source: 'RFC 3339',
      run: async ({ probe }) => {
        const { raw } = await probe.list(`updated_since=${encodeURIComponent('2999-01-01T00:00:00.123+01:00')}`);
        require(raw.length === 0, `${raw.length} items were updated after the year 2999.`);
        return met();
      },
    },
    {
      id: 'sync.since-malformed',
      level: 'must',
      sentence: 'updated_since that is no RFC 3339 moment is refused with 400; 422 is accepted here.',
      source: FROM.official,
      run: async ({ probe }) => {
        const { status } = await probe.get(`${SERVERS}?updated_since=yesterday`);
        require(status === 400 || status === 422, `It is answered with ${status}.`);
        return status === 400 ? met() : metUnusually('It is answered with 422.');
      },
    },
    {
      id: 'sync.since-includes-deleted',
      level: 'should',
      sentence: 'updated_since with include_deleted=false is refused with 400: a copy would never learn of deletions.',
      source: FROM.official,
      run: async ({ probe }) => {
        const { status } = await probe.get(`${SERVERS}?updated_since=2000-01-01T00:00:00Z&include_deleted=false`);
        require(status === 400 || status === 422, `It is answered with ${status}.`);
        return met();
      },
    },
  ],
};

async function strictlyAfter({ probe }: CaseRun) {
  const { items } = await probe.walk();
  const moments = items
    .flatMap(({ official }) => official?.updatedAt ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b));
  const since = moments[Math.floor(moments.length / 2)];
  if (since === undefined) return skip('No item says when it was updated.');
  const later = await probe.list(`updated_since=${encodeURIComponent(since)}&limit=100`);
  const wrong = later.items.find(
    ({ official }) =>
      official?.updatedAt !== undefined &&
      Date.parse(official.updatedAt) <= Date.parse(since) &&
      official.updatedAt === since,
  );
  require(wrong === undefined, `${wrong?.name} ${wrong?.version} was updated at ${since}, not after it.`);
  const early = later.items.find(({ official }) => Date.parse(official?.updatedAt ?? '') < Date.parse(since));
  require(early === undefined, `${early?.name} ${early?.version} was updated before ${since}.`);
  return met();
}
