import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CheckService } from '@rollcall/checks';
import { contractOf, GREET_TOOL, type PersonSeed, STRICTER_GREET_TOOL, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

const REQUEST = `mutation ($input: CheckRequestInput!) { checkRequest(input: $input) {
  created check { id status } errors { code path } } }`;
const SHOW = `query ($id: ID!) { check(id: $id) { conclusion candidate serverName version contextId url waiting
  baseVersion requestedByHandle viewerCanApprove git { commit } steps { name status }
  comparison { conclusion changes { fingerprint } } changes { number ruleId waits fingerprint approval { by reason } impacts { agent } }
  conclusions { cause conclusion by } } }`;
const DECIDE = (
  verb: string,
) => `mutation ($input: ${verb === 'changeApprove' ? 'ChangeApproveInput' : 'ChangeRevokeInput'}!) {
  ${verb}(input: $input) { check { conclusion waiting } errors { code nextStep } } }`;

let api: RunningApi;
let dev: PersonSeed;
let name: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  api = await startApi();
  const acme = await seed(api).organization('acme');
  const payments = await acme.team('payments');
  name = `${payments.namespace}/ledger`;
  dev = await payments.developer('dev');
  tokens['dev'] = await dev.token();
  tokens['riley'] = await (await acme.reviewer('riley')).token();
  tokens['oscar'] = await (await (await acme.team('marketing')).maintainer('oscar')).token();
  await (await dev.publishes(name, '1.0.0')).seen();
});
afterAll(() => api?.close());

const ask = (who: string, query: string, variables: object) => api.query(tokens[who] ?? null, query, variables);
const candidate = { server: '', contract: contractOf([STRICTER_GREET_TOOL]) };

/** What the worker does with the request. */
async function requested(input: object): Promise<string> {
  const { data } = await ask('dev', REQUEST, { input });
  expect(data).toMatchObject({ checkRequest: { created: true, errors: [] } });
  const { id } = (data as unknown as { checkRequest: { check: { id: string } } }).checkRequest.check;
  await api.get(CheckService).run(id);
  return id;
}

describe('checks of the api', () => {
  it('are asked for, read, approved and taken back, each by those who may', async () => {
    const input = {
      candidate: { ...candidate, server: name, version: '2.0.0' },
      contextId: 'acme/ledger#1',
      git: { commit: 'f00' },
    };
    const id = await requested(input);
    expect((await ask('dev', REQUEST, { input })).data).toMatchObject({
      checkRequest: { created: false, check: { id } },
    });
    const shown = await ask('dev', SHOW, { id });
    expect(shown.data).toMatchObject({
      check: {
        conclusion: 'failure',
        candidate: true,
        serverName: name,
        version: '2.0.0',
        contextId: 'acme/ledger#1',
        url: expect.stringMatching(new RegExp(`/checks/${id}$`)),
        waiting: 1,
        baseVersion: '1.0.0',
        requestedByHandle: 'dev',
        viewerCanApprove: false,
        git: { commit: 'f00' },
        changes: [
          { number: 1, waits: true, approval: null, impacts: [] },
          { number: 2, waits: false },
        ],
        conclusions: [{ cause: 'run', conclusion: 'failure' }],
      },
    });
    const decision = { check: id, all: true, reason: 'Agreed.' };
    expect((await ask('dev', DECIDE('changeApprove'), { input: decision })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await ask('oscar', SHOW, { id })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect((await ask('riley', SHOW, { id })).data).toMatchObject({ check: { viewerCanApprove: true } });
    expect((await ask('riley', DECIDE('changeApprove'), { input: decision })).data).toMatchObject({
      changeApprove: { check: { conclusion: 'success', waiting: 0 }, errors: [] },
    });
    expect((await ask('dev', SHOW, { id })).data).toMatchObject({
      check: {
        changes: [{ waits: false, approval: { by: 'riley', reason: 'Agreed.' } }, { approval: null }],
        conclusions: [{ cause: 'run' }, { cause: 'approval', conclusion: 'success', by: 'riley' }],
      },
    });
    expect((await ask('riley', DECIDE('changeRevoke'), { input: decision })).data).toMatchObject({
      changeRevoke: { check: { conclusion: 'failure', waiting: 1 } },
    });
    expect((await ask('riley', DECIDE('changeRevoke'), { input: decision })).data).toMatchObject({
      changeRevoke: { check: null, errors: [{ code: 'NOTHING_TO_APPROVE' }] },
    });
  });

  it('are listed newest first for those who see the server', async () => {
    api.clock.advance(1_000);
    const id = await requested({ candidate: { server: `${name}-next`, contract: contractOf([GREET_TOOL]) } });
    const list = `query ($where: CheckWhere) { checks(where: $where, first: 5) {
      edges { cursor node { id serverName candidate conclusions { conclusion } changes { approval { by } } } } pageInfo { hasNextPage } } }`;
    const edges = async (who: string, where = {}) =>
      ((await ask(who, list, { where })).data as unknown as { checks: { edges: { node: { id: string } }[] } }).checks
        .edges;
    expect((await edges('dev'))[0]?.node).toMatchObject({ id, serverName: `${name}-next`, candidate: true });
    expect((await edges('dev')).length).toBeGreaterThan(1);
    expect(await edges('dev', { server: name, conclusion: 'success' })).toHaveLength(1);
    expect(await edges('oscar')).toEqual([]);
  });

  it('say in the payload what is wrong with a request', async () => {
    const both = { version: { byName: { server: name, version: '1.0.0' } }, candidate: { ...candidate, server: name } };
    expect((await ask('dev', REQUEST, { input: both })).data).toMatchObject({
      checkRequest: { check: null, created: false, errors: [{ code: 'BAD_REQUEST' }] },
    });
    const broken = { candidate: { server: name, contract: { format: 'rollcall.contract.v1' } } };
    expect((await ask('dev', REQUEST, { input: broken })).data).toMatchObject({
      checkRequest: { errors: [{ code: 'CANDIDATE_INVALID', path: ['candidate', 'contract'] }] },
    });
    expect(
      (await ask('oscar', REQUEST, { input: { candidate: { ...candidate, server: name } } })).errors,
    ).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });
});
