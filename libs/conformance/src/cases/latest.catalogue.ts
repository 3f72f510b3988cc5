import type { CaseFile, CaseRun, ConformanceCase } from '../case.js';
import { readable, SERVERS } from '../probe.js';
import { FROM } from '../sources.js';
import { met, require } from '../verdict.js';

/** Which version is the latest. */
export const LATEST: CaseFile = {
  group: 'latest',
  cases: [
    sequence('latest.moves-up', 'A higher version becomes the latest.', ['1.0.0', '1.1.0'], '1.1.0'),
    sequence('latest.semver-order', 'Versions are compared as numbers, not as texts.', ['1.9.0', '1.10.0'], '1.10.0'),
    sequence(
      'latest.older-stays-below',
      'A lower version that is published later does not become the latest.',
      ['2.0.0', '1.5.0'],
      '2.0.0',
    ),
    sequence(
      'latest.prerelease-below-release',
      'A prerelease is lower than its release.',
      ['2.0.0', '2.0.0-rc.1'],
      '2.0.0',
    ),
    sequence(
      'latest.prerelease-above-older',
      'A prerelease is higher than an older release.',
      ['1.0.0', '2.0.0-alpha.1'],
      '2.0.0-alpha.1',
    ),
    sequence(
      'latest.semver-above-other',
      'A semantic version is higher than one that is not, whichever comes first.',
      ['snapshot', '0.1.0'],
      '0.1.0',
    ),
    sequence(
      'latest.other-below-semver',
      'A version that is not semantic does not replace one that is.',
      ['0.1.0', 'snapshot'],
      '0.1.0',
    ),
    sequence(
      'latest.other-by-time',
      'Of versions that are not semantic the one published last is the latest.',
      ['release-b', 'release-a'],
      'release-a',
    ),
    {
      id: 'latest.one-per-server',
      level: 'must',
      sentence: 'Exactly one version says isLatest, in /versions and in the list.',
      source: FROM.latest,
      needs: 'write',
      run: onePerServer,
    },
    {
      id: 'latest.falls-back',
      level: 'must',
      sentence:
        'When the latest is deleted, the highest version that is not becomes the latest; when it is restored, it is the latest again.',
      source: FROM.latest,
      needs: 'write',
      run: async ({ stage }) => {
        for (const version of ['1.0.0', '1.2.0', '2.0.0']) await stage.prepared('falls-back', version);
        await stage.marked('falls-back', '2.0.0', { status: 'deleted' });
        const without = await stage.latest('falls-back');
        require(without === '1.2.0', `Without 2.0.0 the latest is ${without}.`);
        await stage.marked('falls-back', '2.0.0', { status: 'active' });
        const again = await stage.latest('falls-back');
        require(again === '2.0.0', `With 2.0.0 restored the latest is ${again}.`);
        return met();
      },
    },
    {
      id: 'latest.deprecated-stays',
      level: 'must',
      sentence: 'A deprecated version can be the latest.',
      source: FROM.latest,
      needs: 'write',
      run: async ({ stage }) => {
        for (const version of ['1.0.0', '2.0.0']) await stage.prepared('deprecated-stays', version);
        await stage.marked('deprecated-stays', '2.0.0', { status: 'deprecated' });
        const latest = await stage.latest('deprecated-stays');
        require(latest === '2.0.0', `The latest is ${latest}.`);
        return met();
      },
    },
  ],
};

/** Publishes in this order, and expects that latest. */
function sequence(id: string, sentence: string, versions: readonly string[], expected: string): ConformanceCase {
  return {
    id,
    level: 'must',
    sentence,
    source: FROM.latest,
    needs: 'write',
    run: async ({ stage }) => {
      const slug = id.slice(id.indexOf('.') + 1);
      for (const version of versions) await stage.prepared(slug, version);
      const latest = await stage.latest(slug);
      require(latest === expected, `After ${versions.join(', then ')} the latest is ${latest}, not ${expected}.`);
      return met(`${versions.join(', then ')}: ${latest}.`);
    },
  };
}

async function onePerServer({ probe, stage }: CaseRun) {
  for (const version of ['1.0.0', '3.0.0', '2.0.0', 'nightly']) await stage.prepared('one', version);
  const search = `${SERVERS}?search=${encodeURIComponent(stage.name('one'))}&limit=100`;
  for (const items of [await stage.versions('one'), readable(await probe.fresh(search)).items]) {
    const latest = items
      .filter((item) => item.name === stage.name('one') && item.official?.isLatest === true)
      .map(({ version }) => version);
    require(latest.length === 1 && latest[0] === '3.0.0', `isLatest is said by: ${latest.join(', ') || 'none'}.`);
  }
  return met();
}
