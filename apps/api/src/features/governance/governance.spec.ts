import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OrganizationSeed, type PersonSeed, type ServerVersionSeed, seed, type TeamSeed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

let api: RunningApi;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let ada: string;
let bert: string;
let owner: string;
let reviewer: string;
let version: ServerVersionSeed;

beforeAll(async () => {
  api = await startApi();
  acme = await seed(api).organization('acme');
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  const riley = await acme.reviewer('riley');
  owner = await olivia.token();
  reviewer = await riley.token();
  ada = await (await acme.admin('ada')).token();
  bert = await (await acme.admin('bert')).token();
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
  await version.reaches('staging', { owner: olivia, reviewer: riley });
});
afterAll(() => api?.close());

const ask = async (token: string, query: string, variables: object = {}) => {
  const { data, errors } = await api.query(token, query, variables);
  return { data: data as Record<string, never> | null, codes: (errors ?? []).map((one) => one.extensions.code) };
};

describe('the policy over GraphQL', () => {
  const SET = `mutation($input: PolicySetInput!) { policySet(input: $input) {
    policy { revision document effective } errors { code path details } } }`;
  const set = (token: string, document: object, expectedRevision: number) =>
    ask(token, SET, { input: { document, reason: 'Decided.', expectedRevision } });

  it('is dry-run, set once per revision, and read back with its history', async () => {
    const dry = await ask(
      reviewer,
      'query($d: JSON!) { policyDryRun(document: $d) { versions violations { rule } } }',
      {
        d: { allowedTransports: ['stdio'] },
      },
    );
    expect(dry.data).toEqual({ policyDryRun: { versions: 1, violations: [{ rule: 'transport_allowed' }] } });
    expect(await set(ada, { breakGlassMinutes: 30 }, 0)).toMatchObject({
      data: { policySet: { policy: { revision: 1, effective: { breakGlassMinutes: 30 } }, errors: [] } },
    });
    expect(await set(bert, {}, 0)).toMatchObject({
      data: {
        policySet: { errors: [{ code: 'CONFLICT', details: { revision: 1, document: { breakGlassMinutes: 30 } } }] },
      },
    });
    expect(await set(bert, { breakGlasMinutes: 5 }, 1)).toMatchObject({
      data: { policySet: { errors: [{ code: 'POLICY_INVALID', path: ['document', 'breakGlasMinutes'] }] } },
    });
    const read =
      '{ policy { revision } policyRevisions(first: 5) { edges { node { authorHandle } } pageInfo { hasNextPage } } }';
    expect((await ask(reviewer, read)).data).toEqual({
      policy: { revision: 1 },
      policyRevisions: { edges: [{ node: { authorHandle: 'ada' } }], pageInfo: { hasNextPage: false } },
    });
    expect((await set(reviewer, {}, 1)).codes).toEqual(['FORBIDDEN']);
    expect((await ask(owner, '{ policy { revision } }')).codes).toEqual(['FORBIDDEN']);
  });
});

describe('break-glass over GraphQL', () => {
  it('takes two administrators and stays visible on the version', async () => {
    const request = `mutation($input: BreakGlassRequestInput!) { breakGlassRequest(input: $input) {
      request { id status guards { guard status } version { version } } errors { code } } }`;
    const input = { version: { byId: version.id }, to: 'active', reason: 'Down.' };
    expect((await ask(owner, request, { input })).codes).toEqual(['FORBIDDEN']);
    const asked = (await ask(ada, request, { input })).data as unknown as {
      breakGlassRequest: { request: { id: string; status: string } };
    };
    const { id } = asked.breakGlassRequest.request;
    const confirm = `mutation($id: ID!) { breakGlassConfirm(input: { id: $id }) {
      version { state breakGlassTransitions { reason breakGlass actorHandle confirmedBy { handle } } } errors { code } } }`;
    expect(await ask(ada, confirm, { id })).toMatchObject({
      data: { breakGlassConfirm: { errors: [{ code: 'SECOND_PERSON_REQUIRED' }] } },
    });
    expect((await ask(bert, confirm, { id })).data).toEqual({
      breakGlassConfirm: {
        version: {
          state: 'active',
          breakGlassTransitions: [
            { reason: 'Down.', breakGlass: true, actorHandle: 'ada', confirmedBy: { handle: 'bert' } },
          ],
        },
        errors: [],
      },
    });
    const list = '{ breakGlassRequests(pending: true) { edges { node { id } } } }';
    expect((await ask(ada, list)).data).toEqual({ breakGlassRequests: { edges: [] } });
  });
});

describe('can-i over GraphQL', () => {
  const QUERY = `query($input: CanIInput!) { canI(input: $input) {
    answer permitted fromState toState guards { guard status } } }`;

  it('answers for holds as for steps, and says whether the caller may', async () => {
    const hold = { version: { byId: version.id }, hold: 'quarantine' };
    const state = (await version.row()).state;
    expect((await ask(owner, QUERY, { input: hold })).data).toEqual({
      canI: {
        answer: 'yes',
        permitted: false,
        fromState: state,
        toState: state,
        guards: [{ guard: 'not_held', status: 'met' }],
      },
    });
    const release = { version: { byId: version.id }, hold: 'release' };
    expect(await ask(reviewer, QUERY, { input: release })).toMatchObject({
      data: { canI: { answer: 'no', permitted: true } },
    });
    const both = { version: { byId: version.id }, hold: 'release', to: 'deprecated' };
    expect((await ask(reviewer, QUERY, { input: both })).codes).toEqual(['BAD_REQUEST']);
  });
});

describe('owners and names over GraphQL', () => {
  it('moves a server to another team and shows the name it goes on under', async () => {
    const banking = await acme.team('banking');
    const oscar = await (await banking.maintainer('oscar')).token();
    const request = `mutation($input: ServerTransferRequestInput!) { serverTransferRequest(input: $input) {
      transfer { id status serverName fromTeam { slug } toTeam { slug } } errors { code } } }`;
    const input = { server: { byName: version.name }, toTeam: 'banking', reason: 'Theirs.' };
    const asked = (await ask(owner, request, { input })).data as unknown as {
      serverTransferRequest: { transfer: { id: string } };
    };
    const { id } = asked.serverTransferRequest.transfer;
    const accept =
      'mutation($id: ID!) { serverTransferAccept(input: { id: $id }) { transfer { status } errors { code } } }';
    expect((await ask(oscar, accept, { id })).data).toEqual({
      serverTransferAccept: { transfer: { status: 'accepted' }, errors: [] },
    });
    const rename = `mutation($input: ServerRenameInput!) { serverRename(input: $input) { server { name } errors { code } } }`;
    const name = `${banking.namespace}/ledger`;
    const renamed = await ask(oscar, rename, { input: { server: { byName: version.name }, name, alias: 'book' } });
    expect(renamed.data).toEqual({ serverRename: { server: { name }, errors: [] } });
    const show = 'query($name: String!) { server(ref: { byName: $name }) { renamedTo { name } } }';
    expect((await ask(oscar, show, { name: version.name })).data).toEqual({ server: { renamedTo: { name } } });
  });
});
