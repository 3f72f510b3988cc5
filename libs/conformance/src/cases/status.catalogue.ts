import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { firstViolation } from '../answer-schemas.js';
import type { CaseFile, CaseRun, ConformanceCase } from '../case.js';
import { itemIn, readable, SERVERS } from '../probe.js';
import { FROM } from '../sources.js';
import { met, metUnusually, refute, require } from '../verdict.js';
import { refusalText } from '../write-stage.js';

/** Deprecating, deleting and restoring. */
export const STATUS: CaseFile = {
  group: 'status',
  cases: [
    {
      id: 'status.deprecate',
      level: 'must',
      sentence: 'A version is deprecated with a message, and reads so everywhere.',
      source: FROM.status,
      needs: 'write',
      run: async ({ stage }) => {
        await stage.prepared('deprecate', '1.0.0');
        const answer = await stage.status('deprecate', '1.0.0', {
          status: 'deprecated',
          statusMessage: 'Use something else.',
        });
        require(answer.status === 200, `It is answered with ${refusalText(answer)}`);
        for (const item of [
          itemIn(answer),
          itemIn(await stage.read('deprecate', '1.0.0')),
          ...(await stage.versions('deprecate', '')),
        ])
          require(item.official?.status === 'deprecated' &&
            item.official.statusMessage ===
              'Use something else.', `It reads ${item.official?.status}, "${item.official?.statusMessage}".`);
        return met();
      },
    },
    {
      id: 'status.message-cleared',
      level: 'must',
      sentence: 'Setting another status without a message clears the message.',
      source: FROM.official,
      needs: 'write',
      run: async ({ stage }) => {
        await stage.prepared('cleared', '1.0.0');
        await stage.marked('cleared', '1.0.0', { status: 'deprecated', statusMessage: 'For now.' });
        await stage.marked('cleared', '1.0.0', { status: 'active' });
        const { official } = itemIn(await stage.read('cleared', '1.0.0'));
        require(official?.status === 'active' &&
          !official.statusMessage, `It reads ${official?.status}, "${official?.statusMessage}".`);
        return met();
      },
    },
    {
      id: 'status.deleted-is-hidden',
      level: 'must',
      sentence: 'A deleted version is 404, in no list, and its server is 404 when nothing else is left.',
      source: FROM.official,
      needs: 'write',
      run: deletedIsHidden,
    },
    {
      id: 'status.deleted-on-request',
      level: 'must',
      sentence: 'include_deleted=true shows a deleted version, alone, among the versions and in the list.',
      source: FROM.version,
      needs: 'write',
      run: async ({ probe, stage }) => {
        await stage.prepared('on-request', '1.0.0');
        await stage.marked('on-request', '1.0.0', { status: 'deleted' });
        const search = `${SERVERS}?include_deleted=true&search=${encodeURIComponent(stage.name('on-request'))}`;
        const shown = [
          itemIn(await stage.read('on-request', '1.0.0', '?include_deleted=true')),
          ...(await stage.versions('on-request')),
          ...readable(await probe.fresh(search)).items,
        ];
        require(shown.length === 3 &&
          shown.every(({ official }) => official?.status === 'deleted'), `It is shown ${shown.length} times out of 3.`);
        return met();
      },
    },
    {
      id: 'status.tombstone',
      level: 'must',
      sentence: 'A deletion is in the list of updated_since, as deleted, without being asked for.',
      source: FROM.list,
      needs: 'write',
      run: async ({ probe, stage }) => {
        const before = await stage.prepared('tombstone', '1.0.0');
        await stage.marked('tombstone', '1.0.0', { status: 'deleted' });
        const since = new Date(Date.parse(before.official?.updatedAt ?? '2000-01-01T00:00:00Z') - 1000).toISOString();
        const { items } = readable(
          await probe.fresh(`${SERVERS}?updated_since=${since}&search=${encodeURIComponent(stage.name('tombstone'))}`),
        );
        require(items[0]?.official?.status === 'deleted', 'It is missing there, or not deleted.');
        return met();
      },
    },
    {
      id: 'status.restore',
      level: 'must',
      sentence: 'A deleted version can be made active again.',
      source: FROM.status,
      needs: 'write',
      run: async ({ stage }) => {
        await stage.prepared('restore', '1.0.0');
        await stage.marked('restore', '1.0.0', { status: 'deleted' });
        const answer = await stage.status('restore', '1.0.0', { status: 'active' });
        require(answer.status === 200, `It is answered with ${refusalText(answer)}`);
        require((await stage.read('restore', '1.0.0')).status === 200, 'It is not read afterwards.');
        return met();
      },
    },
    refused('status.no-change', 'A status that the version has already is refused with 400.', { status: 'active' }),
    refused('status.message-with-active', 'A message with the status active is refused with 400.', {
      status: 'active',
      statusMessage: 'Hello.',
    }),
    refused(
      'status.long-message',
      'A message of more than 500 characters is refused.',
      { status: 'deprecated', statusMessage: 'm'.repeat(501) },
      [422],
    ),
    refused('status.unknown-status', 'A status that does not exist is refused.', { status: 'retired' }, [422]),
    refused('status.no-status', 'A body without a status is refused.', { statusMessage: 'Hello.' }, [422]),
    {
      id: 'status.no-credentials',
      level: 'must',
      sentence:
        'Without credentials it is 401; the 422 of the official registry for a missing header is accepted here.',
      source: FROM.status,
      needs: 'write',
      run: async ({ stage }) => {
        await stage.prepared('no-credentials-status', '1.0.0');
        const { status } = await stage.status(
          'no-credentials-status',
          '1.0.0',
          { status: 'deprecated' },
          { as: 'nobody' },
        );
        require(status === 401 || status === 422, `It is answered with ${status}.`);
        return status === 401 ? met() : metUnusually('It is answered with 422.');
      },
    },
    {
      id: 'status.unknown-version',
      level: 'must',
      sentence: 'The status of a version that does not exist is 404.',
      source: FROM.status,
      needs: 'write',
      run: async ({ stage }) => {
        await stage.prepared('unknown-version', '1.0.0');
        const { status } = await stage.status('unknown-version', '9.9.9', { status: 'deprecated' });
        require(status === 404, `It is answered with ${status}.`);
        return met();
      },
    },
    {
      id: 'status.times',
      level: 'should',
      sentence: 'publishedAt stays what it was when a status changes, updatedAt and statusChangedAt do not go back.',
      source: FROM.official,
      needs: 'write',
      run: times,
    },
    {
      id: 'status.all-versions',
      level: 'must',
      sentence: 'The status of all versions is set at once, and answered with updatedCount and the servers.',
      source: FROM.allStatus,
      needs: 'write',
      run: allVersions,
    },
    {
      id: 'status.all-versions-no-change',
      level: 'must',
      sentence: 'Setting all versions to what they are is refused with 400.',
      source: FROM.official,
      needs: 'write',
      run: async ({ stage }) => {
        await stage.prepared('all-same', '1.0.0');
        const answer = await stage.allStatus('all-same', { status: 'active' });
        require(answer.status === 400, `It is answered with ${refusalText(answer)}`);
        return met(refusalText(answer));
      },
    },
  ],
};

function refused(id: string, sentence: string, body: JsonObject, also: number[] = []): ConformanceCase {
  return {
    id,
    level: 'must',
    sentence: also.length > 0 ? sentence.replace('refused.', 'refused with 422 or 400.') : sentence,
    source: FROM.status,
    needs: 'write',
    run: async ({ stage }) => {
      const slug = id.slice(id.indexOf('.') + 1);
      await stage.prepared(slug, '1.0.0');
      const answer = await stage.status(slug, '1.0.0', body);
      if (answer.status < 300) return refute(`It is accepted with ${answer.status}.`);
      require([400, ...also].includes(answer.status), `It is answered with ${refusalText(answer)}`);
      return met(refusalText(answer));
    },
  };
}

async function deletedIsHidden({ probe, stage }: CaseRun) {
  for (const version of ['1.0.0', '1.1.0']) await stage.prepared('hidden', version);
  await stage.marked('hidden', '1.1.0', { status: 'deleted' });
  const { status } = await stage.read('hidden', '1.1.0');
  require(status === 404, `The deleted version is answered with ${status}.`);
  const listed = readable(await probe.fresh(`${SERVERS}?search=${encodeURIComponent(stage.name('hidden'))}`)).items;
  for (const items of [listed, await stage.versions('hidden', '')])
    require(!items.some(({ version }) => version === '1.1.0'), 'The deleted version is in a list.');
  await stage.marked('hidden', '1.0.0', { status: 'deleted' });
  const gone = await stage.read('hidden', 'latest');
  require(gone.status === 404, `latest of a server with deleted versions only is answered with ${gone.status}.`);
  return met();
}

async function times({ stage }: CaseRun) {
  const before = (await stage.prepared('times', '1.0.0')).official;
  const after = (await stage.marked('times', '1.0.0', { status: 'deprecated' })).official;
  require(before !== null && after !== null, 'The official block is missing.');
  const [was, now] = [before.publishedAt ?? '', after.publishedAt ?? ''];
  // As moments: the official registry rounds what it stores.
  require(Date.parse(was) === Date.parse(now), `publishedAt was ${was}, now ${now}.`);
  for (const key of ['updatedAt', 'statusChangedAt'] as const)
    require(!(
      Date.parse(after[key] ?? '') < Date.parse(before[key] ?? '')
    ), `${key} was ${before[key]}, now ${after[key]}.`);
  return met();
}

async function allVersions({ stage }: CaseRun) {
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await stage.prepared('all', version);
  const answer = await stage.allStatus('all', { status: 'deprecated', statusMessage: 'The project has ended.' });
  require(answer.status === 200, `It is answered with ${refusalText(answer)}`);
  const violation = firstViolation('AllVersionsStatusResponse', answer.json);
  require(violation === null, violation ?? '');
  const count = isJsonObject(answer.json) ? answer.json['updatedCount'] : undefined;
  require(count === 3, `updatedCount is ${JSON.stringify(count)}, not 3.`);
  const wrong = (await stage.versions('all')).find(
    ({ official }) => official?.status !== 'deprecated' || official.statusMessage !== 'The project has ended.',
  );
  require(wrong === undefined, `${wrong?.version} is ${wrong?.official?.status}.`);
  return met();
}
